/* A callback after a while, once or again and again. */
#ifndef AUTHMEDIC_LOOP_TIMER_H
#define AUTHMEDIC_LOOP_TIMER_H

#include "loop/loop.h"

struct timer;

typedef void timer_on_expiry(void *context);

/* Stands still until it is started. */
must_check int timer_new(
    struct timer **ret_timer, uv_loop_t *loop, timer_on_expiry *on_expiry, void *context);
void timer_close(struct timer **timer);

/* Expires after `after_ms`, or as soon as all else had its turn where that is 0; then every
 * `every_ms`, or only once where that is 0. A timer that was already running starts anew. */
void timer_start(struct timer *timer, int64_t after_ms, int64_t every_ms);
void timer_stop(struct timer *timer);
bool timer_is_running(const struct timer *timer);

#endif
