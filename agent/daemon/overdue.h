/* What was applied for a time and still stands, as the helper tells, and whether people were told
 * that it stands beyond its time. It is of the host: a site that left the configuration may have
 * left something standing. */
#ifndef AUTHMEDIC_DAEMON_OVERDUE_H
#define AUTHMEDIC_DAEMON_OVERDUE_H

#include "config/config.h"
#include "remedy/controller.h"
#include "remedy/protocol.h"
#include "report/model.h"
#include "report/notification.h"
#include "state/store.h"

struct journal;
struct overdue;

/* Goes on with what the last run told people. */
must_check int overdue_new(struct overdue **ret_overdue, const struct config *config,
    struct store *store, struct journal *journal);
void overdue_free(struct overdue **overdue);

/* Any reply of the helper that may tell what stands. */
void overdue_on_reply(
    struct overdue *overdue, const struct protocol_reply *reply, struct moment now);
/* Tells people what is to be told by now, also where the helper is away: call each second. */
void overdue_work(struct overdue *overdue, struct moment now);

/* What people were told, inside the transaction that has the message itself; and after the commit.
 */
must_check int overdue_save(const struct overdue *overdue, struct store *store);
void overdue_committed(struct overdue *overdue);

/* The sites of which people were told and which go on, from 0; false beyond the last. The
 * notification borrows from them until the next call of the others. */
bool overdue_at(
    const struct overdue *overdue, size_t number, struct notification_of_fallback *ret_news);
/* What stands; lives until the next call. */
const struct report_fallback *overdue_model(
    struct overdue *overdue, struct moment now, size_t *ret_count);

#endif
