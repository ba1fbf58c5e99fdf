/* What the parts of reading share: reading.c hands lines on, reading_format.c knows which format
 * they have. */
#ifndef AUTHMEDIC_DAEMON_READING_PRIVATE_H
#define AUTHMEDIC_DAEMON_READING_PRIVATE_H

#include "daemon/reading.h"

/* The first lines of a log that is to tell its format itself: each is read as the best guess up to
 * it reads it. */
void reading_guess(struct reading *reading, struct view line, struct parsed *ret_parsed);
/* After each line that the parser read: a guess that no longer fits is made anew. */
void reading_follow_guess(struct reading *reading, struct view line, struct parsed *parsed);

#endif
