/* The signals that a daemon answers. */
#ifndef AUTHMEDIC_LOOP_SIGNALS_H
#define AUTHMEDIC_LOOP_SIGNALS_H

#include "loop/loop.h"

struct signals;

struct signals_callbacks {
	void (*on_terminate)(void *context); /* SIGINT, SIGTERM */
	void (*on_reload)(void *context);    /* SIGHUP */
	void *context;
};

must_check int signals_new(
    struct signals **ret_signals, uv_loop_t *loop, const struct signals_callbacks *callbacks);
void signals_close(struct signals **signals);

/* What another process of ours takes as on_reload. */
must_check int signals_send_reload(int process_id);

#endif
