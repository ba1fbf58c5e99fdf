/* Shows that the age at which a handle is expected to fail is what the site's own past says. */
#include "unit.h"

#include "remedy/lifetimes.h"

#define DAY_MS INT64_C(86400000)

/* Nothing is guessed before the first failure. */
static void test_none(unused_parameter void **state)
{
	struct lifetimes lifetimes = {0};

	assert_int_equal(lifetimes_expected_ms(&lifetimes), -1);
}

/* The middle one counts, of two the lower: one odd failure changes little. */
static void test_middle(unused_parameter void **state)
{
	struct lifetimes lifetimes = {0};

	lifetimes_add(&lifetimes, 30 * DAY_MS);
	assert_int_equal(lifetimes_expected_ms(&lifetimes), 30 * DAY_MS);
	lifetimes_add(&lifetimes, 29 * DAY_MS);
	assert_int_equal(lifetimes_expected_ms(&lifetimes), 29 * DAY_MS);
	lifetimes_add(&lifetimes, 2 * DAY_MS);
	assert_int_equal(lifetimes_expected_ms(&lifetimes), 29 * DAY_MS);
	lifetimes_add(&lifetimes, 31 * DAY_MS);
	assert_int_equal(lifetimes_expected_ms(&lifetimes), 29 * DAY_MS);
	lifetimes_add(&lifetimes, 31 * DAY_MS);
	assert_int_equal(lifetimes_expected_ms(&lifetimes), 30 * DAY_MS);
}

/* The newest eight are kept. */
static void test_bounded(unused_parameter void **state)
{
	struct lifetimes lifetimes = {0};

	for (int i = 0; i < 100; i++)
		lifetimes_add(&lifetimes, 2 * DAY_MS);
	for (int i = 1; i <= LIFETIMES_MAX; i++)
		lifetimes_add(&lifetimes, (10 + i) * DAY_MS);
	assert_int_equal(lifetimes.count, LIFETIMES_MAX);
	assert_int_equal(lifetimes.ages_ms[0], 11 * DAY_MS);
	assert_int_equal(lifetimes.ages_ms[LIFETIMES_MAX - 1], 18 * DAY_MS);
	assert_int_equal(lifetimes_expected_ms(&lifetimes), 14 * DAY_MS);
}

/* A worker that failed on its first day was not too old, and no clock is trusted that says ten
 * years, or less than nothing. */
static void test_no_age(unused_parameter void **state)
{
	static const int64_t ages_ms[] = {
	    INT64_MIN, -1, 0, LIFETIMES_SHORTEST_MS - 1, LIFETIMES_LONGEST_MS + 1, INT64_MAX};
	struct lifetimes lifetimes = {0};

	for (size_t i = 0; i < count_of(ages_ms); i++)
		lifetimes_add(&lifetimes, ages_ms[i]);
	assert_int_equal(lifetimes.count, 0);
	lifetimes_add(&lifetimes, LIFETIMES_SHORTEST_MS);
	lifetimes_add(&lifetimes, LIFETIMES_LONGEST_MS);
	assert_int_equal(lifetimes.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_middle),
	    cmocka_unit_test(test_bounded),
	    cmocka_unit_test(test_no_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
