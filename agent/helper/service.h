/* What the helper does for its clients: packets in, replies out, plugins in between. It never
 * waits; main.c brings it packets, readiness and the time. */
#ifndef AUTHMEDIC_HELPER_SERVICE_H
#define AUTHMEDIC_HELPER_SERVICE_H

#include "config/config.h"
#include "helper/budget.h"
#include "helper/plugin_run.h"
#include "helper/trusted_path.h"

#define SERVICE_MAX_INSPECTIONS 8 /* at a time; more are answered PROTOCOL_TRY_LATER */
#define SERVICE_MAX_POLLS	((SERVICE_MAX_INSPECTIONS + 1) * PLUGIN_POLLS)

struct service;

/* Who asks. The daemon may ask for less than the person who started it, or root. */
struct requester {
	uint64_t id;
	bool may_resume;
};

struct service_options {
	const struct config *config; /* outlives the service */
	struct trust trust;
	void (*on_reply)(void *context, uint64_t requester, const struct protocol_reply *reply);
	void *context;
};

/* `why` says what is wrong with the state folder, where that is what fails. */
must_check int service_new(
    struct service **ret_service, const struct service_options *options, struct buffer *why);
/* Kills what still runs. */
void service_free(struct service **service);

/* Answers now, or when the plugins are done. -EBADMSG, answered as well, where the packet is no
 * request: such a client is not to be listened to any longer. */
must_check int service_take(struct service *service, const struct requester *requester,
    struct view packet, const struct moment *now);

/* What to wait for, and until when (CLOCK_BOOTTIME); how many polls. */
size_t service_poll(const struct service *service, struct pollfd polls[SERVICE_MAX_POLLS]);
int64_t service_deadline_ms(const struct service *service);
void service_step(struct service *service, const struct moment *now);

/* Whether an action is under way, which must be seen to its end. */
bool service_acts(const struct service *service);
/* Tells the ledger that time has passed, where that matters to the budget: at the start and the
 * end. */
void service_note_time(struct service *service, const struct moment *now);

#endif
