/* What became of messages while it could not be noted in the store, until it is: which were taken,
 * and which are dead letters. Where we end before, they go out again, by the same ids. */
#ifndef AUTHMEDIC_DAEMON_OWED_H
#define AUTHMEDIC_DAEMON_OWED_H

#include "report/webhook_sender.h"
#include "state/store.h"

#define OWED_MAX_NOTES       4096 /* beyond it one is not noted, and goes out again */
#define OWED_MAX_AT_ONCE     256  /* paid in one go: each is synced */

struct owed;

must_check int owed_new(struct owed **ret_owed);
void owed_free(struct owed **owed);

struct owed_note {
	size_t target; /* its number */
	const char *name; /* the target's, which outlives the note */
	const char *message_id;
	bool is_taken; /* else given up */
	int64_t attempts; /* that the store does not know of */
	int status;
	const char *reason; /* why it was given up */
};
/* A second note of the same message counts as one. -ENOSPC at the maximum. */
must_check int owed_add(struct owed *owed, const struct owed_note *note);
/* How many there are; of one target. */
size_t owed_count(const struct owed *owed);
size_t owed_count_for(const struct owed *owed, size_t target);

/* A message is a dead letter now; `dropped` older ones had to go for it. */
typedef void owed_on_buried(void *context, const struct owed_note *note, uint64_t dropped);
/* Notes in the store what is owed, the oldest first, and forgets it; what is not there is nobody's.
 * Ends with the first error, and goes on from there the next time. */
must_check int owed_pay(
    struct owed *owed, struct store *store, owed_on_buried *on_buried, void *context);

#endif
