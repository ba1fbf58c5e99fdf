/* Messages that were given up: telling of one, and sending them again when a person asks. */
#ifndef AUTHMEDIC_DAEMON_DEAD_LETTERS_H
#define AUTHMEDIC_DAEMON_DEAD_LETTERS_H

#include "daemon/owed.h"
#include "daemon/publisher.h"

/* One more; `dropped` older ones had to go for it. */
void dead_letters_tell(
    struct publisher *publisher, const struct owed_note *note, uint64_t dropped);
/* Whether a person asked for one receiver's to be sent again: by a file in the directory, whose
 * name says all. */
struct dead_letters {
	const char *directory, *target; /* borrowed */
	bool asked; /* and nothing came of it yet */
	int error;  /* why not; 0: it was not tried */
};
/* Whether they are sent again now. What cannot be done is tried again with each call. */
bool dead_letters_revive(struct dead_letters *letters, struct store *store, int64_t now_ms);
/* Before the end: leaves the question, where it stands yet, to the next run. */
void dead_letters_leave(const struct dead_letters *letters);

#endif
