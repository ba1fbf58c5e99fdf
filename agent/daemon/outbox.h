/* Sends what waits in the store's outbox, in the words of each target, one message at a time for
 * each, until it is delivered or given up. While nothing can be saved what waits in the journal is
 * sent from there: a full disk makes nobody silent. */
#ifndef AUTHMEDIC_DAEMON_OUTBOX_H
#define AUTHMEDIC_DAEMON_OUTBOX_H

#include "daemon/journal.h"
#include "daemon/overdue.h"
#include "daemon/publisher.h"
#include "daemon/saving.h"
#include "loop/loop.h"
#include "state/store.h"

struct outbox;

struct outbox_parts {
	uv_loop_t *loop;
	const struct config *config;
	struct store *store;
	struct publisher *publisher;
	struct journal *journal;
	const struct saving *saving;
	const struct site *sites;
	size_t site_count;
	const struct membership *membership; /* NULL: in no fleet */
	const struct overdue *overdue;
};

/* Reads the targets' secrets; what is wrong with one is appended as a line. */
must_check int outbox_new(
    struct outbox **ret_outbox, const struct outbox_parts *parts, struct buffer *errors);
void outbox_close(struct outbox **outbox);
/* What there is to tell of the receivers; their number. */
size_t outbox_describe(
    const struct outbox *outbox, struct report_target ret_targets[CONFIG_MAX_NOTIFY]);
/* Starts what is due; call each second. */
void outbox_work(struct outbox *outbox, int64_t now_ms);

#endif
