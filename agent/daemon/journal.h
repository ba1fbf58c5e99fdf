/* What happened, kept in memory until the step's transaction has committed it: incidents, their
 * timelines, and the messages for the outbox. A commit that fails loses nothing: the entries wait
 * for the next one, and their messages can be told from here meanwhile. */
#ifndef AUTHMEDIC_DAEMON_JOURNAL_H
#define AUTHMEDIC_DAEMON_JOURNAL_H

#include "daemon/site.h"
#include "report/notification.h"
#include "state/store.h"

#define JOURNAL_MAX_ENTRIES  4096
#define JOURNAL_ID_BYTES     192 /* of a message */

struct journal;

must_check int journal_new(struct journal **ret_journal, const struct config *config);
void journal_free(struct journal **journal);

/* Notes one event of the site's open incident, and what is to be told to whom. */
void journal_note(
    struct journal *journal, const struct site *site, const struct controller_event *event);

/* Notes that a log became deaf or is no longer, for those who are to be told. */
void journal_tell_deaf(
    struct journal *journal, const struct site_log *log, const struct deaf_change *change);

/* Notes that something stands in the host's way in its fleet, or does so no more. */
void journal_tell_fleet(
    struct journal *journal, const struct notification_of_fleet *notification);

/* Notes that our own state cannot be saved, or can again. */
void journal_tell_state(
    struct journal *journal, const struct notification_of_state *notification);

/* Notes that a site's fallback stands beyond its time, or none does any more. */
void journal_tell_fallback(
    struct journal *journal, const struct notification_of_fallback *notification);

enum journal_fate { /* of a message that is in no store yet */
	JOURNAL_UNTOLD,
	JOURNAL_TOLD, /* its receiver took it: it is not written into the outbox any more */
	JOURNAL_LEFT, /* its receiver did not want it: written, to become a dead letter */
};
/* The oldest untold one for the target, borrowed until the journal changes; false: there is none.
 * Nothing is told before what is older of the same trouble. `is_waiting`: the store may have
 * something for the target, which may be the beginning of any, so no end is told. */
bool journal_next_untold(const struct journal *journal, const char *target, bool is_waiting,
    struct notification_message *ret_message);
/* How many there are for the target. */
size_t journal_count_untold(const struct journal *journal, const char *target);
/* What became of it. False where it is not there, since it was committed meanwhile. */
bool journal_settle(
    struct journal *journal, const char *target, const char *id, enum journal_fate fate);

/* Writes all entries inside the open transaction; after the commit they are forgotten. */
must_check int journal_write(struct journal *journal, struct store *store);
/* Inside the same, behind those: one that is no entry's. A full outbox is no error, but counted. */
must_check int journal_put_message(
    struct journal *journal, struct store *store, const struct store_message *message);
void journal_forget(struct journal *journal);
bool journal_is_empty(const struct journal *journal);
/* Entries dropped because JOURNAL_MAX_ENTRIES waited already. */
uint64_t journal_dropped_total(const struct journal *journal);
/* Messages lost because the outbox was full when they were committed. */
uint64_t journal_refused_total(const struct journal *journal);

#endif
