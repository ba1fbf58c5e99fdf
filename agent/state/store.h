/* The daemon's memory across restarts: cursors, detector rows, incidents, outbox, in one SQLite
 * database, so that a step is one transaction: all of it happened, or none.
 *
 * Errors beside those named below: -EIO, -EROFS and -EACCES from the disk, -ENOSPC where it is
 * full, -EBADMSG where the database was damaged since it was opened, -ENOMEM. What a callback is
 * given lives until it returns; a result of its own other than 0 ends the walk and is handed back.
 * A callback may call any function here but the one that called it (-EBUSY). */
#ifndef AUTHMEDIC_STATE_STORE_H
#define AUTHMEDIC_STATE_STORE_H

#include "base/buffer.h"
#include "intake/intake.h"

#define STORE_MAX_INCIDENTS 1000 /* kept per site; the oldest resolved ones go */
#define STORE_MAX_TIMELINE  500  /* entries per incident; the middle ones give way to a count */
#define STORE_MAX_OUTBOX    10000 /* of all targets together, but for … */
#define STORE_OUTBOX_SHARE  500   /* … so many of each, which no other target's can take */

struct store;

/* Opens or makes DIRECTORY/authmedic.db, mode 0600, for this process alone: -EBUSY where another
 * has it. A database that is damaged, or not one, or of another schema, is renamed aside and a
 * fresh one made; *ret_set_aside then has its new name (else NULL; freed by the caller). */
must_check int store_open(struct store **ret_store, const char *directory, char **ret_set_aside);
/* Why this opening set it aside; NULL where it did not. */
const char *store_why_set_aside(const struct store *store);
/* What an opening, this or an earlier one, set aside last and nobody has taken away; -ENOENT. */
must_check int store_find_set_aside(const char *directory, char **ret_set_aside);
void store_close(struct store **store);

/* Whether the store's file is still the one that an opening in this directory would find. */
bool store_is_in(const struct store *store, const char *directory);

/* -ESTALE where its file, or the log beside it, is not in its directory any more: nobody would find
 * what is saved. -EBADMSG where one was cut. */
must_check int store_begin(struct store *store);
/* On failure nothing since store_begin() happened; no store_rollback() is needed then. */
must_check int store_commit(struct store *store);
void store_rollback(struct store *store);

/* -- cursors: by site and log pattern. The log first: -ENOENT where it was not put. */
struct store_log {
	const char *site;
	const char *pattern;
};
must_check int store_put_log(struct store *store, struct store_log log,
    const struct intake_totals *totals, struct view parser_header);
must_check int store_put_cursor(
    struct store *store, struct store_log log, size_t index, const struct intake_cursor *cursor);
must_check int store_drop_cursors(struct store *store, struct store_log log, size_t first_index);
typedef int store_on_cursor(void *context, const struct intake_cursor *cursor);
/* -ENOENT where the log was never seen. */
must_check int store_get_log(struct store *store, struct store_log log,
    struct intake_totals *ret_totals, struct buffer *ret_parser_header);
must_check int store_each_cursor(
    struct store *store, struct store_log log, store_on_cursor *on_cursor, void *context);

/* -- detector rows: opaque keys and values by site; an empty value deletes. */
must_check int store_put_row(
    struct store *store, const char *site, struct view key, struct view value);
typedef int store_on_row(void *context, struct view key, struct view value);
must_check int store_each_row(
    struct store *store, const char *site, store_on_row *on_row, void *context);

/* -- small values: by site and name (last accepted probe, …). */
must_check int store_put_value(
    struct store *store, const char *site, const char *name, struct view value);
/* -ENOENT where there is none. */
must_check int store_get_value(
    struct store *store, const char *site, const char *name, struct buffer *ret_value);

typedef int store_on_value(void *context, const char *site, struct view value);
/* Of all sites that have one of that name. */
must_check int store_each_value(
    struct store *store, const char *name, store_on_value *on_value, void *context);

/* -- the rules that diagnoses were made with, by digest; those that no incident names go. */
must_check int store_put_rules(struct store *store, const char *digest, struct view text);
/* -ENOENT where there are none. */
must_check int store_get_rules(
    struct store *store, const char *digest, struct buffer *ret_text);

/* -- incidents. All text is ours or escaped; evidence and state are JSON documents. */
struct store_incident {
	const char *id;
	const char *site;
	const char *diagnosis; /* "" before there is one */
	const char *state;     /* the words of the remedy stage */
	int64_t opened_ms, changed_ms, closed_ms; /* closed -1 while open */
	struct view evidence;  /* JSON: what the diagnosis was computed from; empty: as it was */
	struct view progress;  /* JSON: what the remedy stage needs to go on after a restart */
};
/* Makes or replaces. -ENOSPC where the site has STORE_MAX_INCIDENTS open ones. */
must_check int store_put_incident(struct store *store, const struct store_incident *incident);
struct store_event {
	int64_t time_ms;
	const char *kind; /* opened, probe, fact, diagnosis, refused, acting, result, resolved … */
	const char *text; /* one sentence for a person */
	struct view data; /* JSON, or empty */
};
/* -ENOENT where there is no such incident. */
must_check int store_add_event(
    struct store *store, const char *incident_id, const struct store_event *event);
typedef int store_on_incident(void *context, const struct store_incident *incident);
typedef int store_on_event(void *context, const struct store_event *event);
/* Newest first, at most `limit`; with `open_only` only those not closed. */
struct store_selection {
	bool open_only;
	size_t limit;
};
must_check int store_each_incident(struct store *store, struct store_selection selection,
    store_on_incident *on_incident, void *context);
/* -ENOENT where there is no such incident. */
must_check int store_get_incident(
    struct store *store, const char *id, store_on_incident *on_incident, void *context);
must_check int store_each_event(
    struct store *store, const char *incident_id, store_on_event *on_event, void *context);

/* -- outbox: notifications until they are delivered, in order per target. */
#define STORE_LONGEST_DELAY_MS INT64_C(3600000)

struct store_message {
	int64_t id; /* set by the store when it is put */
	const char *target;
	const char *message_id; /* idempotent: a second put of the same for the target is ignored */
	struct view body;
	int64_t created_ms;
	int64_t due_ms; /* not to be sent before; within STORE_LONGEST_DELAY_MS of when it is put */
	int64_t attempts;
};
/* -ENOSPC when full, and the target has its share. */
must_check int store_put_message(struct store *store, const struct store_message *message);
typedef int store_on_message(void *context, const struct store_message *message);
/* The oldest undelivered message of each target, where it is due, or further ahead than any is ever
 * put: then the clock was set back since. */
must_check int store_each_due_message(
    struct store *store, int64_t now_ms, store_on_message *on_message, void *context);
/* All that wait for the target, the oldest first. */
must_check int store_each_message(
    struct store *store, const char *target, store_on_message *on_message, void *context);
/* Each target that something waits for; its messages may be taken away in there. */
typedef int store_on_target(void *context, const char *target);
must_check int store_each_target(
    struct store *store, store_on_target *on_target, void *context);
/* These are -ENOENT where there is no such message. An attempt is noted before it is made, so that
 * what may be under way can be known from what never was. */
must_check int store_begin_attempt(struct store *store, int64_t id);
/* So many more were made, without a note. */
must_check int store_add_attempts(struct store *store, int64_t id, int64_t count);
must_check int store_delay_message(struct store *store, int64_t id, int64_t due_ms);
must_check int store_delete_message(struct store *store, int64_t id);
/* The clock was set by so much, to `now_ms`: what waits came, and is due, as much later by it, but
 * nothing came later than now: it may be of an earlier start, by another clock. Of what was never
 * tried some may have come since: it is due at once, and none is made older. */
must_check int store_shift_messages(struct store *store, int64_t by_ms, int64_t now_ms);
must_check int store_find_message(
    struct store *store, const char *target, const char *message_id, int64_t *ret_id);
/* In the place of these messages, the oldest first, stands one, of which an attempt is begun. In a
 * transaction of its own. */
struct store_merger {
	const int64_t *ids;
	size_t count; /* at least 1 */
	const char *message_id;
	struct view body;
};
must_check int store_merge_messages(struct store *store, const struct store_merger *merger);
must_check int store_count_messages(
    struct store *store, const char *target, uint64_t *ret_count);

/* -- dead letters: messages that were given up, until a person has them sent again. */
#define STORE_MAX_DEAD_LETTERS 1000 /* the oldest of whichever target has the most go */

struct store_dead_letter {
	struct store_message message; /* its id is that of the dead letter */
	int64_t given_up_ms;
	int status;         /* of the last answer; 0: there was none */
	const char *reason; /* for a person */
};
/* Takes the message out of the outbox, in a transaction of its own; of `letter` all but the message
 * counts. *ret_dropped: how many older ones had to go for it. -ENOENT where there is no such
 * message. */
must_check int store_bury_message(struct store *store, int64_t id,
    const struct store_dead_letter *letter, uint64_t *ret_dropped);
/* All that wait for the target, inside a transaction of the caller's. *ret_count: so many. */
must_check int store_bury_messages(struct store *store, const char *target,
    const struct store_dead_letter *letter, uint64_t *ret_count);
typedef int store_on_dead_letter(void *context, const struct store_dead_letter *letter);
/* The oldest first, of all targets. */
must_check int store_each_dead_letter(
    struct store *store, store_on_dead_letter *on_letter, void *context);
must_check int store_count_dead_letters(
    struct store *store, const char *target, uint64_t *ret_count);
/* Puts the target's dead letters back into its outbox, as new ones, as many as there is room for;
 * in a transaction of its own. */
must_check int store_revive_dead_letters(
    struct store *store, const char *target, int64_t now_ms, uint64_t *ret_count);

#endif
