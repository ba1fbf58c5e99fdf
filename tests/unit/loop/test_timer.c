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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    loop_test(expires_once),
	    loop_test(expires_until_closed),
	    loop_test(stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
