/* The event loop's type, for those who only pass a loop on: <uv.h> stays in the adapters.
 *
 * Every adapter here keeps one discipline. x_new() starts it. x_close() may be called at any
 * moment, also from within its own callback; it nulls the pointer, and no callback comes after it.
 * The memory goes when libuv has closed the last handle, so the loop must run once more. */
#ifndef AUTHMEDIC_LOOP_LOOP_H
#define AUTHMEDIC_LOOP_LOOP_H

#include "base/view.h"

typedef struct uv_loop_s uv_loop_t;

/* A loop for a program that is not the daemon. */
must_check int loop_new(uv_loop_t **ret_loop);
/* Until nothing is left to wait for. */
void loop_run(uv_loop_t *loop);
/* The absolute path of the program that runs. */
must_check int loop_program_path(char *ret_path, size_t path_bytes);
/* The id of the process that started us, and of another once that one has ended. */
int loop_parent_id(void);
/* Makes a directory of our own, readable by nobody else, below the system's temporary one. */
must_check int loop_temporary_directory(char *ret_path, size_t path_bytes);
/* Runs out what is being closed, then goes; -EBUSY where a handle was left open. */
int loop_free(uv_loop_t **loop);

#endif
