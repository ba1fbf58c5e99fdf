#include "loop/timer.h"

#include <errno.h>
#include <uv.h>

struct timer {
	uv_timer_t handle;
	timer_on_expiry *on_expiry;
	void *context;
};

int timer_new(struct timer **ret_timer, uv_loop_t *loop, timer_on_expiry *on_expiry, void *context)
{
	struct timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return -ENOMEM;
	uv_timer_init(loop, &timer->handle); /* always 0 */
	timer->handle.data = timer;
	timer->on_expiry = on_expiry;
	timer->context = context;
	*ret_timer = timer;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void timer_close(struct timer **timer)
{
	if (*timer == NULL)
		return;
	uv_close((uv_handle_t *)&(*timer)->handle, on_closed);
	*timer = NULL;
}

static void on_expiry(uv_timer_t *handle)
{
	struct timer *timer = handle->data;

	timer->on_expiry(timer->context);
}

static uint64_t not_negative(int64_t duration_ms)
{
	return duration_ms > 0 ? (uint64_t)duration_ms : 0;
}

void timer_start(struct timer *timer, int64_t after_ms, int64_t every_ms)
{
	/* One that expires at once and starts itself again would be run again and again before
	 * anything else is (libuv before 1.45): no request would be answered meanwhile. */
	uint64_t delay_ms = after_ms > 0 ? (uint64_t)after_ms : 1;

	/* Fails only on a closing handle or without a callback. */
	uv_timer_start(&timer->handle, on_expiry, delay_ms, not_negative(every_ms));
}

void timer_stop(struct timer *timer)
{
	uv_timer_stop(&timer->handle);
}

bool timer_is_running(const struct timer *timer)
{
	return uv_is_active((const uv_handle_t *)&timer->handle) != 0;
}
