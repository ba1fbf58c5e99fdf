#include "detect/places.h"

#include <errno.h>

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
	/* And so may the last. */
	for (unsigned i = 2; i < PLACES_MAX - 1; i++) {
		snprintf(name, sizeof(name), "h%u", i);
		places_find(&places, view_of_text(name), START_MS + 5 * WINDOW_MS);
	}
	places_find(&places, VIEW("new"), START_MS + 5 * WINDOW_MS);
	places_find(&places, VIEW("newer"), START_MS + 5 * WINDOW_MS);
	assert_int_equal(
	    places_add(&places, VIEW("newest"), START_MS + 5 * WINDOW_MS), PLACES_MAX);
	places_done(&places);
}

static void test_set_back(unused_parameter void **state)
{
	/* Where the clock is set back, a name seen later than now was seen now, and goes in its
	 * turn. */
	void (*const back[])(struct places *, int64_t) = {places_set_back, places_restart};

	for (size_t way = 0; way < count_of(back); way++) {
		struct places places = places_at(START_MS);
		char name[16];

		for (unsigned i = 0; i < PLACES_MAX; i++) {
			snprintf(name, sizeof(name), "h%u", i);
			places_add(&places, view_of_text(name), START_MS + (i == 7 ? 3600000 : 0));
		}
		back[way](&places, START_MS + 1);
		assert_int_equal(places.items[8].last_ms, START_MS + 1);
		assert_int_equal(places.items[9].last_ms, START_MS);
		for (unsigned i = 0; i < PLACES_MAX; i++) {
			snprintf(name, sizeof(name), "h%u", i);
			if (i != 7)
				places_find(&places, view_of_text(name), START_MS + 2 * WINDOW_MS);
		}
		assert_int_equal(
		    places_add(&places, VIEW("new"), START_MS + 2 * WINDOW_MS), 8);
		places_done(&places);
	}
}

static void test_share(unused_parameter void **state)
{
	/* A place fails from two refusals on that are three quarters of its outcomes, or more. */
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
	count_times(&places, b, 0, 2);
	assert_int_equal(report_of(&places).spread, SPREAD_ALL);
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

#define MAX_KEPT (PLACES_MAX + WINDOW_BUCKETS)

static struct {
	char key[ROW_KEY_BYTES];
	struct row_writer row;
} kept[MAX_KEPT];
static size_t kept_count;

static int on_row(unused_parameter void *context, struct view key, struct view value)
{
	assert_true(kept_count < MAX_KEPT);
	memcpy(kept[kept_count].key, key.data, key.length);
	memcpy(kept[kept_count].row.bytes, value.data, value.length);
	kept[kept_count++].row.length = value.length;
	return 0;
}

static size_t save(struct places *places)
{
	static const struct places_rows kinds = {'x', 'X'};

	kept_count = 0;
	assert_int_equal(
	    places_save(places, kinds, &(const struct row_sink){on_row, NULL}), 0);
	places_saved(places);
	return kept_count;
}

static int restore(struct places *places, size_t index)
{
	struct view key = view_of(kept[index].key, ROW_KEY_BYTES);
	uint64_t name = 0;

	if (row_key_is(key, 'x', &name))
		return places_restore(places, name, row_view(&kept[index].row));
	assert_true(row_key_is(key, 'X', &name));
	return window_restore(&places->window, name, row_view(&kept[index].row));
}

static void test_rows(unused_parameter void **state)
{
	/* What changed is written: names as logged, when they were seen, and what happened there;
	 * read back it is the same. The same number twice, a name of no length and cut bytes are
	 * refused. */
	struct places places = places_at(START_MS);
	struct places again = places_at(START_MS);
	struct detector_places report;
	uint8_t a = places_add(&places, VIEW("A.example"), START_MS);
	uint8_t b = places_add(&places, VIEW("b.example"), START_MS - 1);

	count_times(&places, a, 1, 5);
	count_times(&places, b, 3, 0);
	assert_int_equal(save(&places), 3);
	assert_int_equal(save(&places), 0);
	places_find(&places, VIEW("b.example"), START_MS - 1);
	assert_int_equal(save(&places), 0);
	places_find(&places, VIEW("b.example"), START_MS);
	assert_int_equal(save(&places), 1);
	places_offer_all(&places);
	save(&places);
	for (size_t i = kept_count; i > 0; i--)
		assert_int_equal(restore(&again, i - 1), 0);
	window_restore_now(&again.window, START_MS);
	report = report_of(&again);
	assert_int_equal(report.count, 2);
	assert_int_equal(report.failing, 1);
	assert_string_equal(report.worst, "A.example");
	assert_int_equal(places_find(&again, VIEW("a.example"), START_MS), a);
	assert_int_equal(again.items[b].last_ms, START_MS);
	assert_int_equal(restore(&again, 0), -EINVAL);
	kept[0].row.bytes[9] = 0; /* the length of the name */
	assert_int_equal(places_restore(&again, 3, row_view(&kept[0].row)), -EINVAL);
	kept[1].row.length--;
	assert_int_equal(places_restore(&again, 3, row_view(&kept[1].row)), -EINVAL);
	kept[1].row.length++;
	assert_int_equal(places_restore(&again, 0, row_view(&kept[1].row)), -EINVAL);
	assert_int_equal(places_restore(&again, PLACES_MAX + 1, row_view(&kept[1].row)), -EINVAL);
	assert_int_equal(places_restore(&again, PLACES_MAX, row_view(&kept[1].row)), 0);
	places_done(&places);
	places_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_set_back),
	    cmocka_unit_test(test_share),
	    cmocka_unit_test(test_spread),
	    cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
