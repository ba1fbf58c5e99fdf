/* Keeps the service manager informed: that the loop goes round, and in a line what is seen. */
#ifndef AUTHMEDIC_DAEMON_SUPERVISION_H
#define AUTHMEDIC_DAEMON_SUPERVISION_H

#include "base/buffer.h"
#include "loop/loop.h"

struct supervision;

struct supervision_options {
	/* Appends the line; nothing where there is nothing to tell just now. */
	void (*describe)(void *context, struct buffer *line);
	/* Whether the work, and not the loop alone, goes on: else the watchdog is not fed. */
	bool (*is_going_on)(void *context);
	void *context;
};

must_check int supervision_new(struct supervision **ret_supervision, uv_loop_t *loop,
    const struct supervision_options *options);
void supervision_close(struct supervision **supervision);

/* Ready for the first time, or again after a reload. */
void supervision_tell_ready(struct supervision *supervision);

#endif
