/* What a program prints before it ends: done only where it could be written. */
#ifndef AUTHMEDIC_BASE_STANDARD_OUTPUT_H
#define AUTHMEDIC_BASE_STANDARD_OUTPUT_H

#include "base/cleanup.h"

/* Writes out what is still to be written; a negative errno where not all of it could be: -ENOSPC,
 * -EPIPE where the reader has left …. */
must_check int standard_output_end(void);

/* The same for a program that has nothing else to do: gives its exit status, and tells on standard
 * error what could not be written. Nobody wants to hear of a reader that has left. */
int standard_output_exit_status(const char *program);

#endif
