#include "unit.h"

#include "report/retry.h"

static void test_delay_grows(unused_parameter void **state)
{
	/* The delay doubles with each attempt up to its maximum, however many there were. */
	static const struct {
		int64_t attempts, shortest_ms, longest_ms;
	} cases[] = {
	    {0, 1000, 2000},
	    {1, 1000, 2000},
	    {2, 2000, 4000},
	    {3, 4000, 8000},
	    {9, 256000, 512000},
	    {10, 300000, 600000},
	    {11, 300000, 600000},
	    {INT64_MAX, 300000, 600000},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t half_ms = cases[i].shortest_ms;

		assert_int_equal(retry_delay_ms(cases[i].attempts, -1, 0), half_ms);
		assert_int_equal(
		    retry_delay_ms(cases[i].attempts, -1, (uint64_t)half_ms), cases[i].longest_ms);
		for (uint64_t random = 1; random != 0; random <<= 1)
			assert_in_range(retry_delay_ms(cases[i].attempts, -1, random),
			    cases[i].shortest_ms, cases[i].longest_ms);
	}
}

static void test_jitter_spreads(unused_parameter void **state)
{
	/* Two senders with other luck wait another time. */
	assert_int_not_equal(retry_delay_ms(3, -1, 17), retry_delay_ms(3, -1, 18));
}

static void test_wish(unused_parameter void **state)
{
	/* The receiver's wish makes the delay longer, never shorter, and is not obeyed for ever. */
	assert_int_equal(retry_delay_ms(1, 30000, 0), 30000);
	assert_int_equal(retry_delay_ms(1, 0, 0), 1000);
	assert_int_equal(retry_delay_ms(10, 5000, 0), 300000);
	assert_int_equal(retry_delay_ms(1, INT64_MAX, 0), RETRY_LONGEST_WISH_MS);
}

static void test_giving_up(unused_parameter void **state)
{
	/* A message is given up when it is too old, and not because a clock went back. */
	assert_false(retry_gives_up(1000, 1000 + RETRY_MAX_AGE_MS));
	assert_true(retry_gives_up(1000, 1001 + RETRY_MAX_AGE_MS));
	assert_false(retry_gives_up(1000, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_delay_grows),
	    cmocka_unit_test(test_jitter_spreads),
	    cmocka_unit_test(test_wish),
	    cmocka_unit_test(test_giving_up),
	};

	return cmocka_run_group_tests_name("report/retry", tests, NULL, NULL);
}
