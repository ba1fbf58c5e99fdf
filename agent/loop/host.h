/* This machine: its name, its screen, and what is given to us there. */
#ifndef AUTHMEDIC_LOOP_HOST_H
#define AUTHMEDIC_LOOP_HOST_H

#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"

#define HOST_NAME_BYTES 256

/* "localhost" where the system does not tell. */
void host_name(char ret_name[HOST_NAME_BYTES]);

/* Standard output goes to a screen. */
bool host_output_is_terminal(void);
/* How wide that screen is; 0 where there is none, or it does not say. */
unsigned host_output_columns(void);
/* Standard error does. */
bool host_errors_are_on_terminal(void);

/* What there is now, without waiting for as much as there is room for; 0 bytes at the end. Nothing
 * may have been read of the file otherwise. */
must_check int host_read_some(FILE *file, void *bytes, size_t size, size_t *ret_length);

#endif
