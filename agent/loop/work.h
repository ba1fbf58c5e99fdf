/* One piece of work that takes long and only computes, done beside the loop by libuv's own pool. */
#ifndef AUTHMEDIC_LOOP_WORK_H
#define AUTHMEDIC_LOOP_WORK_H

#include "loop/loop.h"

struct work {
	/* Not on the loop: may touch nothing but what the context owns. */
	void (*run)(void *context);
	/* On the loop, once it ran; always comes, so the context must live until then. */
	void (*on_done)(void *context);
	void *context;
};

must_check int work_start(uv_loop_t *loop, const struct work *work);

#endif
