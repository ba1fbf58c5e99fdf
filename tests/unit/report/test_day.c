#include "unit.h"

#include "report/day.h"

#define FROM_MS INT64_C(1700000400000) /* 2023-11-14T22:20 */
#define NOW_MS  (FROM_MS + COURSE_MINUTES * COURSE_MINUTE_MS - 1)

static struct course *course;
static struct day day;

static int make_course(unused_parameter void **state)
{
	return course_new(&course, NOW_MS);
}

static int free_course(unused_parameter void **state)
{
	course_free(&course);
	return 0;
}

static void at(int64_t minute, struct course_totals totals, const struct course_view *view)
{
	int64_t time_ms = FROM_MS + minute * COURSE_MINUTE_MS;

	course_look(course, time_ms, view);
	course_tick(course, NOW_MS);
	course_count(course, time_ms, totals);
}

static void test_steps(unused_parameter void **state)
{
	/* Ten minutes are one step: counts are added up, of shares and probes the worst stays. */
	static const struct course_view quiet = {.active_voters = 10, .rejected_voters = 1};
	static const struct course_view loud = {.active_voters = 4, .rejected_voters = 3};

	at(0, (struct course_totals){5, 0}, &loud);
	at(9, (struct course_totals){8, 2}, &quiet);
	at(10, (struct course_totals){9, 2}, &quiet);
	course_probed(course, FROM_MS, PROBE_REJECTED);
	course_probed(course, FROM_MS + 5 * COURSE_MINUTE_MS, PROBE_ACCEPTED);
	day_fill(&day, course, NOW_MS);
	assert_int_equal(day.from_ms, FROM_MS);
	assert_int_equal(day.steps[0].established, 8);
	assert_int_equal(day.steps[0].rejected, 2);
	assert_true(day.steps[0].share == 0.75);
	assert_int_equal(day.steps[0].probe, PROBE_REJECTED);
	assert_int_equal(day.steps[1].established, 1);
	assert_int_equal(day.established, 9);
	assert_int_equal(day.most_established, 8);
	assert_int_equal(day.most_rejected, 2);
	assert_true(day.highest_share == 0.75);
	assert_int_equal(day.highest_share_ms, FROM_MS);
}

static void test_unknown(unused_parameter void **state)
{
	/* A step is known where one of its minutes is, and deaf where a log was. */
	static const struct course_view deaf = {.deaf = true};

	at(25, (struct course_totals){0, 0}, &deaf);
	day_fill(&day, course, NOW_MS);
	assert_true(day.steps[2].known && day.steps[2].deaf);
	assert_false(day.steps[1].known || day.steps[3].known || day.steps[DAY_STEPS - 1].known);
}

static void test_place(unused_parameter void **state)
{
	/* Times have their place between the day's two ends, and none outside. */
	day_fill(&day, course, NOW_MS);
	assert_true(day_place(&day, FROM_MS) == 0);
	assert_true(day_place(&day, FROM_MS + COURSE_MINUTES * COURSE_MINUTE_MS / 4) == 0.25);
	assert_true(day_place(&day, FROM_MS - 5) == 0);
	assert_true(day_place(&day, NOW_MS + 5000) == 1);
}

#define day_test(function) cmocka_unit_test_setup_teardown(function, make_course, free_course)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    day_test(test_steps),
	    day_test(test_unknown),
	    day_test(test_place),
	};

	return cmocka_run_group_tests_name("report/day", tests, NULL, NULL);
}
