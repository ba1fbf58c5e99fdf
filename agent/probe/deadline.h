/* The time limit of a program whose library calls cannot be interrupted: when it is over, the
 * process writes its last words to standard output and ends. One for each process; uses SIGALRM. */
#ifndef AUTHMEDIC_PROBE_DEADLINE_H
#define AUTHMEDIC_PROBE_DEADLINE_H

#include "base/view.h"

#define DEADLINE_MAX_WORDS_BYTES (16 * 1024)

/* What to write and how to exit from now on; may be called again. Longer words are cut. */
void deadline_set_words(struct view words, int exit_code);

/* -errno where the system has no timer. */
must_check int deadline_start(int64_t timeout_ms);

/* From here on nothing interrupts any more. */
void deadline_stop(void);

#endif
