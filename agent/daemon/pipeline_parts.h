/* What a pipeline is made of: shared by the story (pipeline.c), its reading (backlog.c), its commit
 * (commit.c) and the making (assembly.c) only. */
#ifndef AUTHMEDIC_DAEMON_PIPELINE_PARTS_H
#define AUTHMEDIC_DAEMON_PIPELINE_PARTS_H

#include "daemon/endpoint.h"
#include "daemon/journal.h"
#include "daemon/membership.h"
#include "daemon/outbox.h"
#include "daemon/overdue.h"
#include "daemon/pipeline.h"
#include "daemon/publisher.h"
#include "daemon/saving.h"
#include "daemon/site.h"
#include "loop/timer.h"
#include "remedy/helper_client.h"
#include "state/store.h"

/* Whose turn it is to be read. */
struct turn {
	size_t site, log;
};

struct pipeline {
	uv_loop_t *loop;
	char *config_file;
	struct rulebook rulebook;
	struct store *store;
	struct journal *journal;
	struct publisher *publisher;
	struct outbox *outbox;
	struct report_target targets[CONFIG_MAX_NOTIFY]; /* as last described */
	struct endpoint *endpoint;
	struct helper_client *helper;
	struct membership *membership; /* NULL: in no fleet */
	struct overdue *overdue;
	struct timer *every_second;
	struct timer *soon; /* the next step, before the second is over */
	struct site *sites;
	struct turn turn;
	size_t site_count;
	struct saving saving;
	int64_t started_ms; /* wall: when the daemon did, maybe long before this pipeline */
	int64_t stepped_ms; /* monotonic: when the last step was over */
	int64_t status_due_ms; /* steady: the helper's budget is asked for then */
	size_t status_asked; /* of so many sites, in this round */
	unsigned inspections; /* asked for, without an answer yet */
	const char *confinement;
	char *set_aside; /* where the state of an earlier run lies unread, or NULL */
	bool catching_up;
	bool reconcile_wanted;
	bool hearing_wanted;
	bool unwatched_tried, unwatched_ended; /* what is not watched any more has its end */
};

/* -- pipeline.c */
extern const struct controller_effects pipeline_effects;
void pipeline_step(struct pipeline *pipeline);
void pipeline_on_second(void *context);
void pipeline_on_soon(void *context);
void pipeline_on_fleet(void *context);
void pipeline_on_helper_connection(void *context, bool connected);

/* -- commit.c */
void pipeline_commit(struct pipeline *pipeline);

#endif
