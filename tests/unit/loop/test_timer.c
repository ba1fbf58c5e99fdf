#include "loop_fixture.h"

#include "loop/timer.h"

struct expiries {
	struct timer *timer;
	int count;
	int close_at;
};

static void on_expiry(void *context)
{
	struct expiries *expiries = context;

	if (++expiries->count == expiries->close_at)
		timer_close(&expiries->timer);
}

/* Without a repetition the timer expires once and then stands still. */
static void expires_once(unused_parameter void **state)
{
	struct expiries expiries = {0};

	assert_int_equal(timer_new(&expiries.timer, &loop, on_expiry, &expiries), 0);
	assert_false(timer_is_running(expiries.timer));
	timer_start(expiries.timer, 0, 0);
	assert_true(timer_is_running(expiries.timer));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(expiries.count, 1);
	assert_false(timer_is_running(expiries.timer));
	timer_close(&expiries.timer);
	assert_null(expiries.timer);
}

/* With one it goes on, until it is closed from within its own callback. */
static void expires_until_closed(unused_parameter void **state)
{
	struct expiries expiries = {.close_at = 3};

	assert_int_equal(timer_new(&expiries.timer, &loop, on_expiry, &expiries), 0);
	timer_start(expiries.timer, -5, 1);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(expiries.count, 3);
	assert_null(expiries.timer);
}

/* A stopped timer does not expire, and closing twice is harmless. */
static void stops(unused_parameter void **state)
{
	struct expiries expiries = {0};

	assert_int_equal(timer_new(&expiries.timer, &loop, on_expiry, &expiries), 0);
	timer_start(expiries.timer, 0, 1);
	timer_stop(expiries.timer);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(expiries.count, 0);
	timer_close(&expiries.timer);
	timer_close(&expiries.timer);
}

static void on_busy(void *context)
{
	struct expiries *expiries = context;

	expiries->count++;
	timer_start(expiries->timer, 0, 0);
}

static void on_async(uv_async_t *async)
{
	struct expiries *expiries = async->data;

	timer_close(&expiries->timer);
	uv_close((uv_handle_t *)async, NULL);
}

/* One that has more to do, and starts itself again at once, leaves others their turn. */
static void leaves_others_their_turn(unused_parameter void **state)
{
	struct expiries expiries = {0};
	uv_async_t async = {.data = &expiries};

	assert_int_equal(timer_new(&expiries.timer, &loop, on_busy, &expiries), 0);
	assert_int_equal(uv_async_init(&loop, &async, on_async), 0);
	timer_start(expiries.timer, 0, 0);
	assert_int_equal(uv_async_send(&async), 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_null(expiries.timer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    loop_test(expires_once),
	    loop_test(expires_until_closed),
	    loop_test(stops),
	    loop_test(leaves_others_their_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
