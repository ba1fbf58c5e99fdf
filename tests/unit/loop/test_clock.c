#include "unit.h"

#include "loop/clock.h"

/* All three clocks go forward, and boot time is never behind monotonic time. */
static void clocks_go_forward(unused_parameter void **state)
{
	int64_t monotonic_ms = clock_monotonic_ms();
	int64_t boot_ms = clock_boot_ms();

	assert_true(monotonic_ms > 0);
	assert_true(boot_ms >= monotonic_ms);
	assert_true(clock_monotonic_ms() >= monotonic_ms);
	assert_true(clock_boot_ms() >= boot_ms);
}

/* Wall time is milliseconds since 1970: past 2020 and before 2200. */
static void wall_time_is_in_milliseconds(unused_parameter void **state)
{
	assert_in_range(clock_now_ms(), INT64_C(1577836800000), INT64_C(7258118400000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clocks_go_forward),
	    cmocka_unit_test(wall_time_is_in_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
