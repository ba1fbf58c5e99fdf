#include "detect/places.h"

#include "unit.h"

#define WINDOW_MS INT64_C(300000)
#define START_MS  INT64_C(1700000000000)

static struct places places_at(int64_t now_ms)
{
	struct places places;

	assert_int_equal(places_init(&places, WINDOW_MS), 0);
	window_advance(&places.window, now_ms);
	return places;
}

static struct detector_places report_of(const struct places *places)
{
	struct detector_places report;

	places_report(places, &report);
	return report;
}

static void count_times(struct places *places, uint8_t number, unsigned admitted, unsigned refused)
{
	for (unsigned i = 0; i < admitted; i++)
		places_count(places, number, START_MS, false);
	for (unsigned i = 0; i < refused; i++)
		places_count(places, number, START_MS, true);
}

static void test_names(unused_parameter void **state)
{
	/* A name has one number whatever its case, only once it was made known, and none when it is
	 * empty or too long. */
	struct places places = places_at(START_MS);
	char longest[DETECTOR_PLACE_BYTES];
	uint8_t a;
	uint8_t b;

	memset(longest, 'x', sizeof(longest));
	assert_int_equal(places_find(&places, VIEW("a.example"), START_MS), 0);
	assert_int_equal(places_find(&places, VIEW(""), START_MS), 0);
	assert_int_equal(places_add(&places, VIEW(""), START_MS), 0);
	a = places_add(&places, VIEW("a.example"), START_MS);
	b = places_add(&places, VIEW("b.example"), START_MS);
	assert_int_equal(a, 1);
	assert_int_equal(b, 2);
	assert_int_equal(places_find(&places, VIEW("a.example"), START_MS), a);
	assert_int_equal(places_add(&places, VIEW("A.Example"), START_MS), a);
	assert_int_equal(places_find(&places, VIEW("b.example"), START_MS), b);
	assert_int_equal(places_find(&places, VIEW("b.exampl"), START_MS), 0);
	assert_int_equal(places_find(&places, VIEW(""), START_MS), 0);
	assert_int_equal(places_add(&places, view_of(longest, sizeof(longest)), START_MS), 0);
	assert_int_equal(places_add(&places, view_of(longest, sizeof(longest) - 1), START_MS), 3);
	places_done(&places);
}

static void test_full(unused_parameter void **state)
{
	/* When full a new name is refused and counted, until one was not seen for a window. */
	struct places places = places_at(START_MS);
	char name[16];

	for (unsigned i = 0; i < PLACES_MAX; i++) {
		snprintf(name, sizeof(name), "h%u", i);
		assert_int_equal(places_add(&places, view_of_text(name), START_MS + i), i + 1);
	}
	/* Seen again, also by a late line. */
	assert_int_equal(places_find(&places, VIEW("h0"), START_MS + 500), 1);
	assert_int_equal(places_find(&places, VIEW("h0"), START_MS + 1), 1);
	assert_int_equal(places_add(&places, VIEW("new"), START_MS + 1 + WINDOW_MS), 0);
	assert_int_equal(places.refused_total, 1);
	assert_int_equal(places_add(&places, VIEW("new"), START_MS + 2 + WINDOW_MS), 2);
	assert_int_equal(places.refused_total, 1);
	/* The first of all may be the stalest, too. */
	for (unsigned i = 2; i < PLACES_MAX; i++) {
		snprintf(name, sizeof(name), "h%u", i);
		places_find(&places, view_of_text(name), START_MS + 3 * WINDOW_MS);
	}
	assert_int_equal(places_add(&places, VIEW("newer"), START_MS + 3 * WINDOW_MS), 1);
	assert_int_equal(places_find(&places, VIEW("h1"), START_MS), 0);
	assert_int_equal(places_find(&places, VIEW("h0"), START_MS), 0);
	places_done(&places);
}

static void test_share(unused_parameter void **state)
{
	/* A place fails from two refusals on that are three quarters of its outcomes. */
	struct places places = places_at(START_MS);
	uint8_t a = places_add(&places, VIEW("a"), START_MS);
	uint8_t b = places_add(&places, VIEW("b"), START_MS);

	places_count(&places, 0, START_MS, true);
	assert_int_equal(report_of(&places).count, 0);
	assert_int_equal(places.window.sums[WINDOW_SIGNALS + 1], 0);
	count_times(&places, a, 0, 1);
	assert_int_equal(report_of(&places).count, 1);
	assert_int_equal(report_of(&places).failing, 0);
	assert_int_equal(report_of(&places).spread, SPREAD_UNKNOWN);
	assert_string_equal(report_of(&places).worst, "");
	count_times(&places, a, 1, 1);
	assert_int_equal(report_of(&places).failing, 0);
	count_times(&places, a, 0, 1);
	assert_int_equal(report_of(&places).failing, 1);
	assert_string_equal(report_of(&places).worst, "a");
	assert_int_equal(report_of(&places).spread, SPREAD_UNKNOWN);
	count_times(&places, b, 1, 0);
	assert_int_equal(report_of(&places).spread, SPREAD_ONE);
	window_advance(&places.window, START_MS + 2 * WINDOW_MS);
	assert_int_equal(report_of(&places).count, 0);
	places_done(&places);
}

static void test_spread(unused_parameter void **state)
{
	/* None, one, some or all of several; the worst has the most refusals. */
	struct places places = places_at(START_MS);
	uint8_t a = places_add(&places, VIEW("a"), START_MS);
	uint8_t b = places_add(&places, VIEW("b"), START_MS);
	uint8_t c = places_add(&places, VIEW("c"), START_MS);

	count_times(&places, a, 4, 0);
	count_times(&places, b, 0, 0);
	count_times(&places, c, 1, 0);
	assert_int_equal(report_of(&places).spread, SPREAD_NONE);
	assert_int_equal(report_of(&places).count, 2);
	count_times(&places, b, 0, 3);
	assert_int_equal(report_of(&places).spread, SPREAD_ONE);
	count_times(&places, c, 0, 4);
	assert_int_equal(report_of(&places).spread, SPREAD_SOME);
	assert_string_equal(report_of(&places).worst, "c");
	count_times(&places, b, 0, 1);
	assert_string_equal(report_of(&places).worst, "b"); /* of equals the one known first */
	count_times(&places, a, 0, 12);
	assert_int_equal(report_of(&places).spread, SPREAD_ALL);
	assert_string_equal(report_of(&places).worst, "a");
	assert_int_equal(report_of(&places).failing, 3);
	places_done(&places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_share),
	    cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
