/* What happened, kept in memory until the step's transaction has committed it: incidents, their
 * timelines, and the messages for the outbox. A commit that fails loses nothing: the entries wait
 * for the next one. */
#ifndef AUTHMEDIC_DAEMON_JOURNAL_H
#define AUTHMEDIC_DAEMON_JOURNAL_H

#include "daemon/site.h"
#include "report/notification.h"
#include "state/store.h"

#define JOURNAL_MAX_ENTRIES 4096

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

/* Writes all entries inside the open transaction; after the commit they are forgotten. */
must_check int journal_write(struct journal *journal, struct store *store);
void journal_forget(struct journal *journal);
bool journal_is_empty(const struct journal *journal);
/* Entries dropped because JOURNAL_MAX_ENTRIES waited already. */
uint64_t journal_dropped_total(const struct journal *journal);

#endif
