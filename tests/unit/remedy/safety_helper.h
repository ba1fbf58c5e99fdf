/* The helper's own code over a ledger in memory, made of real ledger lines, which can be torn, full
 * or unreadable; with plugins that do nothing. For test_safety.c; one at a time. */
#ifndef AUTHMEDIC_TESTS_SAFETY_HELPER_H
#define AUTHMEDIC_TESTS_SAFETY_HELPER_H

#include "config/config.h"
#include "remedy/protocol.h"

/* Time as it is, and the clocks of a machine that may show anything but that. */
struct safety_clocks {
	int64_t true_ms;
	int64_t boot_ms;        /* the true time of the last start */
	int64_t wall_offset_ms; /* what the wall clock is wrong by */
	int boots;
};

/* What a test takes away from the helper, to show that it would be missed. */
enum helper_guard {
	GUARD_NONE,
	GUARD_BUDGET,
	GUARD_LEDGER, /* an unreadable one counts as empty */
	GUARD_REPEATED,
	GUARD_IN_FLIGHT,
	GUARD_LOCKED,
	GUARD_APPROVAL,
	GUARD_INCIDENT, /* an approval counts for whichever there is */
	GUARD_DENIED,
	GUARD_PAUSED,
	GUARD_REVERTS,
};

enum safety_crash { CRASH_NONE, CRASH_BEFORE, CRASH_HALF, CRASH_AFTER }; /* of the next line */

struct safety_action {
	const char *site, *incident;
	uint64_t key;
	bool reverts;
};

#define SAFETY_DAEMON   1 /* clients */
#define SAFETY_OPERATOR 2

struct safety_helper_callbacks {
	void (*on_action)(void *context, const struct safety_action *action);
	void (*on_reply)(void *context, uint64_t client, const struct protocol_reply *reply);
	void *context;
};

/* A new machine, with an empty ledger; the helper is not started. */
void safety_helper_begin(const struct safety_helper_callbacks *callbacks,
    const struct safety_clocks *clocks, enum helper_guard without);
void safety_helper_start(const struct config *config);
/* The plugin that it may have runs on, or dies with it. */
void safety_helper_kill(bool plugin_runs_on);
void safety_helper_end_orphan(void);
bool safety_helper_is_up(void);
const struct config *safety_helper_config(void);
bool safety_helper_is_paused(void);
/* Whether a plugin changes something: ours, or one that a dead helper left. */
unsigned safety_helper_running(void);
void safety_helper_set_trouble(bool full, bool unreadable);
bool safety_helper_has_trouble(void);
void safety_helper_aim(enum safety_crash crash);
/* A packet from a client; then the loop's other work. */
void safety_helper_take(const struct protocol_request *request, uint64_t client);
/* The loop turns; plugins may have ended with that result. */
void safety_helper_turn(bool has_ended, enum protocol_result result);
/* So many things are still to be taken back. */
size_t safety_helper_applied(void);

#endif
