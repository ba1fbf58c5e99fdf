/* The event loop's type, for those who only pass a loop on: <uv.h> stays in the adapters.
 *
 * Every adapter here keeps one discipline. x_new() starts it. x_close() may be called at any
 * moment, also from within its own callback; it nulls the pointer, and no callback comes after it.
 * The memory goes when libuv has closed the last handle, so the loop must run once more. */
#ifndef AUTHMEDIC_LOOP_LOOP_H
#define AUTHMEDIC_LOOP_LOOP_H

#include "base/view.h"

typedef struct uv_loop_s uv_loop_t;

#endif
