/* Shows when a maintenance window is open: its days, its minutes, over midnight, and never where
 * none is configured. */
#include "unit.h"

#include <time.h>

#include "remedy/maintenance.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (1440 * MINUTE_MS)
#define SUNDAY_MS (INT64_C(3) * DAY_MS) /* 1970-01-04 */

static void check(const struct config_maintenance *window, int day, int minute, bool open)
{
	int64_t wall_ms = SUNDAY_MS + day * DAY_MS + minute * MINUTE_MS;

	if (maintenance_is_open(window, wall_ms) != open)
		fail_msg("day %d, minute %d is %s", day, minute, open ? "closed" : "open");
}

static void test_within_a_day(unused_parameter void **state)
{
	const struct config_maintenance window = {true, 1U << 0 | 1U << 3, 180, 240};

	check(&window, 0, 179, false);
	check(&window, 0, 180, true);
	check(&window, 0, 239, true);
	check(&window, 0, 240, false);
	check(&window, 1, 200, false);
	check(&window, 3, 200, true);
	check(&window, 7, 200, true);
}

/* It belongs to the day on which it begins. */
static void test_over_midnight(unused_parameter void **state)
{
	const struct config_maintenance window = {true, 1U << 6, 1380, 60};

	check(&window, 6, 1379, false);
	check(&window, 6, 1380, true);
	check(&window, 6, 1439, true);
	check(&window, 7, 0, true);
	check(&window, 7, 59, true);
	check(&window, 7, 60, false);
	check(&window, 6, 30, false);
	check(&window, 7, 1400, false);
}

static void test_none(unused_parameter void **state)
{
	const struct config_maintenance window = {false, 0x7f, 0, 1440};

	check(&window, 0, 200, false);
}

/* Local time is what people mean by 03:00. */
static void test_local_time(unused_parameter void **state)
{
	const struct config_maintenance window = {true, 1U << 0, 180, 240};

	assert_int_equal(setenv("TZ", "TST-2", 1), 0);
	tzset();
	check(&window, 0, 60, true);
	check(&window, 0, 180, false);
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_within_a_day),
	    cmocka_unit_test(test_over_midnight),
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_local_time),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
