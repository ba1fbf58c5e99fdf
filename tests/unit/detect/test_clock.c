#include "detect/clock.h"

#include "unit.h"

#define LATE_MS INT64_C(300000)
#define DAY_MS  LOG_CLOCK_MAX_LEAP_MS
#define NOON_MS INT64_C(1700000000000)

static struct log_clock clock_at(int64_t now_ms)
{
	struct log_clock clock;

	log_clock_init(&clock);
	assert_int_equal(clock.now_ms, -1);
	assert_int_equal(log_clock_line(&clock, now_ms, LATE_MS), CLOCK_FORWARD);
	assert_int_equal(clock.now_ms, now_ms);
	return clock;
}

static void test_usual(unused_parameter void **state)
{
	/* The clock is the latest time seen; late lines leave it alone. */
	struct log_clock clock = clock_at(NOON_MS);

	assert_int_equal(log_clock_line(&clock, NOON_MS, LATE_MS), CLOCK_STAYS);
	assert_int_equal(log_clock_line(&clock, NOON_MS + 1, LATE_MS), CLOCK_FORWARD);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(
		    log_clock_line(&clock, NOON_MS + 1 - LATE_MS, LATE_MS), CLOCK_STAYS);
	assert_int_equal(clock.now_ms, NOON_MS + 1);
	assert_int_equal(log_clock_line(&clock, NOON_MS + 1 + DAY_MS, LATE_MS), CLOCK_FORWARD);
}

static void test_broken_date(unused_parameter void **state)
{
	/* A date far ahead is not believed, nor are two; three in a row that agree are. */
	struct log_clock clock = clock_at(NOON_MS);

	for (int i = 0; i < 100; i++) {
		assert_int_equal(
		    log_clock_line(&clock, NOON_MS + 9 * DAY_MS, LATE_MS), CLOCK_STAYS);
		assert_int_equal(
		    log_clock_line(&clock, NOON_MS + 9 * DAY_MS, LATE_MS), CLOCK_STAYS);
		assert_int_equal(log_clock_line(&clock, NOON_MS + i + 1, LATE_MS), CLOCK_FORWARD);
	}
	for (int i = 0; i < 100; i++)
		assert_int_equal(
		    log_clock_line(&clock, NOON_MS + (3 + 2 * (i % 3)) * DAY_MS, LATE_MS),
		    CLOCK_STAYS);
	log_clock_line(&clock, NOON_MS, LATE_MS);
	assert_int_equal(log_clock_line(&clock, NOON_MS + 9 * DAY_MS, LATE_MS), CLOCK_STAYS);
	assert_int_equal(log_clock_line(&clock, NOON_MS + 10 * DAY_MS, LATE_MS), CLOCK_STAYS);
	assert_int_equal(log_clock_line(&clock, NOON_MS + 9 * DAY_MS, LATE_MS), CLOCK_FORWARD);
	assert_int_equal(clock.now_ms, NOON_MS + 9 * DAY_MS);
}

static void test_set_back(unused_parameter void **state)
{
	/* Many lines in a row that agree on an earlier time set the clock back; slow requests
	 * between others do not. */
	struct log_clock clock = clock_at(NOON_MS);
	int64_t earlier_ms = NOON_MS - LATE_MS - 100;

	for (int i = 0; i < 10; i++) {
		for (int j = 1; j < LOG_CLOCK_MAX_BEHIND; j++)
			assert_int_equal(log_clock_line(&clock, earlier_ms, LATE_MS), CLOCK_STAYS);
		assert_int_equal(log_clock_line(&clock, NOON_MS, LATE_MS), CLOCK_STAYS);
	}
	for (int j = 1; j < LOG_CLOCK_MAX_BEHIND; j++)
		assert_int_equal(log_clock_line(&clock, earlier_ms + j, LATE_MS), CLOCK_STAYS);
	assert_int_equal(log_clock_line(&clock, earlier_ms, LATE_MS), CLOCK_BACK);
	assert_int_equal(clock.now_ms, earlier_ms);
	assert_int_equal(log_clock_line(&clock, earlier_ms + 1, LATE_MS), CLOCK_FORWARD);
}

static void test_first_line_broken(unused_parameter void **state)
{
	/* Where the first line of all has a broken date the clock comes back all the same, and time
	 * without lines goes on as before. */
	struct log_clock clock = clock_at(ROW_MAX_TIME_MS - 1);

	assert_int_equal(log_clock_advance(&clock, NOON_MS), CLOCK_STAYS);
	for (int j = 1; j < LOG_CLOCK_MAX_BEHIND; j++)
		assert_int_equal(log_clock_line(&clock, NOON_MS, LATE_MS), CLOCK_STAYS);
	assert_int_equal(log_clock_line(&clock, NOON_MS, LATE_MS), CLOCK_BACK);
	assert_int_equal(log_clock_advance(&clock, NOON_MS + 1), CLOCK_FORWARD);
	assert_int_equal(clock.now_ms, NOON_MS + 1);
}

static void test_advance(unused_parameter void **state)
{
	/* Time passes without lines, but never backwards and not before the first line. */
	struct log_clock clock;

	log_clock_init(&clock);
	assert_int_equal(log_clock_advance(&clock, NOON_MS), CLOCK_STAYS);
	assert_int_equal(clock.now_ms, -1);
	assert_int_equal(log_clock_line(&clock, NOON_MS, LATE_MS), CLOCK_FORWARD);
	assert_int_equal(log_clock_advance(&clock, NOON_MS), CLOCK_STAYS);
	assert_int_equal(log_clock_advance(&clock, NOON_MS - 1), CLOCK_STAYS);
	assert_int_equal(log_clock_advance(&clock, NOON_MS + 1), CLOCK_FORWARD);
	assert_int_equal(clock.now_ms, NOON_MS + 1);
}

static void test_server_is_behind(unused_parameter void **state)
{
	/* A server whose clock is ten minutes behind ours: once its lines have set the clock back,
	 * time without lines stays ten minutes behind too, until the server is set right. */
	struct log_clock clock = clock_at(NOON_MS);
	int64_t theirs_ms = NOON_MS - 600000;

	assert_int_equal(log_clock_advance(&clock, NOON_MS + 5000), CLOCK_FORWARD);
	for (int j = 1; j < LOG_CLOCK_MAX_BEHIND; j++)
		assert_int_equal(log_clock_line(&clock, theirs_ms, LATE_MS), CLOCK_STAYS);
	assert_int_equal(log_clock_line(&clock, theirs_ms, LATE_MS), CLOCK_BACK);
	assert_int_equal(clock.lag_ms, 605000);
	assert_int_equal(log_clock_advance(&clock, NOON_MS + 5000), CLOCK_STAYS);
	assert_int_equal(log_clock_advance(&clock, NOON_MS + 6000), CLOCK_FORWARD);
	assert_int_equal(clock.now_ms, theirs_ms + 1000);
	assert_int_equal(
	    log_clock_line(&clock, theirs_ms + 1000 + LATE_MS, LATE_MS), CLOCK_FORWARD);
	assert_int_equal(clock.lag_ms, 605000);
	assert_int_equal(log_clock_line(&clock, NOON_MS + 7000, LATE_MS), CLOCK_FORWARD);
	assert_int_equal(log_clock_line(&clock, NOON_MS + 7001 + LATE_MS, LATE_MS), CLOCK_FORWARD);
	assert_int_equal(clock.lag_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_usual),
	    cmocka_unit_test(test_broken_date),
	    cmocka_unit_test(test_set_back),
	    cmocka_unit_test(test_first_line_broken),
	    cmocka_unit_test(test_advance),
	    cmocka_unit_test(test_server_is_behind),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
