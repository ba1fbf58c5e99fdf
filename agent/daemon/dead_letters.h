/* Messages that were given up: telling of one, and sending them again when a person asks. */
#ifndef AUTHMEDIC_DAEMON_DEAD_LETTERS_H
#define AUTHMEDIC_DAEMON_DEAD_LETTERS_H

#include "daemon/owed.h"
#include "daemon/publisher.h"

/* One more; `dropped` older ones had to go for it. */
void dead_letters_tell(
    struct publisher *publisher, const struct owed_note *note, uint64_t dropped);
/* A person asks by a file in the directory, whose name says all. Whether there was one. */
bool dead_letters_revive(
    struct store *store, const char *directory, const char *target, int64_t now_ms);

#endif
