#include "unit.h"

#include <errno.h>

#include "report/course_json.h"
#include "report/course_private.h"

#define MINUTE INT64_C(28333333) /* 2023-11-14T22:13 */
#define NOW_MS (MINUTE * COURSE_MINUTE_MS)
#define DAY_MS (COURSE_MINUTES * COURSE_MINUTE_MS)

static struct course *course;
static struct course *other;

static int make_courses(unused_parameter void **state)
{
	return course_new(&course, NOW_MS) < 0 || course_new(&other, NOW_MS) < 0 ? -1 : 0;
}

static int free_courses(unused_parameter void **state)
{
	course_free(&course);
	course_free(&other);
	return 0;
}

static bool count(int64_t minute, uint64_t established, uint64_t rejected)
{
	return course_count(
	    course, minute * COURSE_MINUTE_MS + 1, (struct course_totals){established, rejected});
}

static void look(int64_t minute, size_t active, size_t rejected)
{
	const struct course_view view = {.active_voters = active, .rejected_voters = rejected};

	course_look(course, minute * COURSE_MINUTE_MS, &view);
}

static void assert_counted(int64_t minute, uint32_t established, uint32_t rejected)
{
	const struct course_sample *sample = course_at(course, minute);

	assert_non_null(sample);
	assert_int_equal(sample->established, established);
	assert_int_equal(sample->rejected, rejected);
}

/* -- minutes -- */

static void test_minutes(unused_parameter void **state)
{
	/* What is added to the totals belongs to the minute of the line that added it. */
	course_begin(course, (struct course_totals){100, 10});
	assert_true(count(MINUTE - 5, 103, 10));
	assert_false(count(MINUTE - 5, 104, 11));
	assert_true(count(MINUTE - 2, 104, 12));
	assert_counted(MINUTE - 5, 4, 1);
	assert_counted(MINUTE - 2, 0, 1);
}

static void test_gaps(unused_parameter void **state)
{
	/* A minute that nobody saw is a gap; one that was seen without anything happening is 0. */
	look(MINUTE, 0, 0);
	look(MINUTE + 2, 0, 0);
	assert_counted(MINUTE, 0, 0);
	assert_null(course_at(course, MINUTE + 1));
	assert_counted(MINUTE + 2, 0, 0);
	assert_null(course_at(course, MINUTE - COURSE_MINUTES));
	assert_null(course_at(course, -1));
	course_begin(course, (struct course_totals){0, 0});
	count(MINUTE + 1, 7, 0);
	assert_counted(MINUTE + 1, 7, 0);
}

static void test_bounds(unused_parameter void **state)
{
	/* Nothing of yesterday's yesterday or of a time to come gets in or pushes anything out. */
	look(MINUTE, 5, 1);
	count(MINUTE - COURSE_MINUTES, 1, 1);
	assert_null(course_at(course, MINUTE - COURSE_MINUTES));
	assert_non_null(course_at(course, MINUTE));
	count(MINUTE + 300, 3, 1);
	assert_null(course_at(course, MINUTE + 300));
	assert_counted(MINUTE, 2, 0);
	count(-5, 900, 900);
	assert_counted(MINUTE, 2, 0);
}

static void test_day_passes(unused_parameter void **state)
{
	/* After a day each minute's place is the next day's. */
	for (int64_t i = 0; i < 2 * COURSE_MINUTES; i++) {
		look(MINUTE + i, 0, 0);
		count(MINUTE + i, (uint64_t)i, 0);
	}
	assert_null(course_at(course, MINUTE + COURSE_MINUTES - 1));
	for (int64_t i = COURSE_MINUTES; i < 2 * COURSE_MINUTES; i++)
		assert_counted(MINUTE + i, 1, 0);
}

static void test_stuck_log(unused_parameter void **state)
{
	/* A log that says nothing for a day does not count into the minute that took its place. */
	count(MINUTE, 5, 0);
	look(MINUTE + COURSE_MINUTES, 0, 0);
	course_count(course, NOW_MS + 1, (struct course_totals){9, 0});
	assert_counted(MINUTE + COURSE_MINUTES, 0, 0);
}

static void test_clock_set_back(unused_parameter void **state)
{
	/* The clock may go back: what comes then is counted, what was said to come is gone. */
	look(MINUTE + 600, 0, 0);
	count(MINUTE + 600, 5, 0);
	look(MINUTE, 0, 0);
	count(MINUTE, 8, 0);
	assert_counted(MINUTE, 3, 0);
}

static void test_voters_and_probes(unused_parameter void **state)
{
	/* The voters at their worst, the last probe's result, and whether a log was deaf. */
	const struct course_view deaf = {
	    .active_voters = 70000, .rejected_voters = 65000, .deaf = true};
	const struct course_sample *sample;

	look(MINUTE, 10, 2);
	look(MINUTE, 10, 4);
	look(MINUTE, 30, 1);
	look(MINUTE, 0, 0);
	course_probed(course, NOW_MS, PROBE_REJECTED);
	course_probed(course, NOW_MS, PROBE_NONE);
	sample = course_at(course, MINUTE);
	assert_int_equal(sample->active_voters, 10);
	assert_int_equal(sample->rejected_voters, 4);
	assert_int_equal(sample->probe, PROBE_REJECTED);
	assert_int_equal(sample->known, COURSE_LOOKED_ON);
	course_look(course, NOW_MS, &deaf);
	assert_int_equal(sample->active_voters, UINT16_MAX);
	assert_true((sample->known & COURSE_DEAF) != 0);
	course_stand(course, NOW_MS - 3 * COURSE_MINUTE_MS, &deaf);
	count(MINUTE - 3, 1, 0);
	assert_int_equal(course_at(course, MINUTE - 3)->rejected_voters, 65000);
	assert_int_equal(course_at(course, MINUTE - 3)->known, COURSE_READ);
}

static void test_full_counters(unused_parameter void **state)
{
	/* A counter that is full stays so. */
	count(MINUTE, UINT64_C(1) << 40, 3);
	count(MINUTE, (UINT64_C(1) << 40) + 5, 3);
	assert_counted(MINUTE, UINT32_MAX, 3);
}

/* -- marks -- */

static void mark(int64_t time_ms, enum course_mark_kind kind, const char *text)
{
	struct course_mark put = {.time_ms = time_ms, .kind = kind};

	snprintf(put.text, sizeof(put.text), "%s", text);
	course_mark(course, &put, NOW_MS);
}

static void test_marks(unused_parameter void **state)
{
	/* Marks come in order of time; the same thing told again is one mark; old ones are none. */
	mark(NOW_MS - 1000, COURSE_ACTION, "recycle");
	mark(NOW_MS - 9000, COURSE_WORKER_STARTED, "");
	mark(NOW_MS - 8000, COURSE_WORKER_STARTED, "");
	mark(NOW_MS - 9000, COURSE_KEY_CHANGED, "");
	mark(NOW_MS - 2 * COURSE_MINUTES * COURSE_MINUTE_MS, COURSE_KEY_CHANGED, "");
	mark(NOW_MS + 1, COURSE_KEY_CHANGED, "");
	assert_int_equal(course_mark_count(course), 3);
	assert_int_equal(course_mark_at(course, 0)->kind, COURSE_WORKER_STARTED);
	assert_int_equal(course_mark_at(course, 1)->kind, COURSE_KEY_CHANGED);
	assert_string_equal(course_mark_at(course, 2)->text, "recycle");
	for (enum course_mark_kind kind = 0; kind < COURSE_MARK_KINDS; kind++)
		assert_non_null(course_mark_name(kind));
}

static void test_marks_of_a_clock_ahead(unused_parameter void **state)
{
	/* What was marked while the clock was ahead by years does not stay for as long; a little is
	 * soon over. */
	const struct course_mark by_years = {
	    .time_ms = NOW_MS + INT64_C(365) * DAY_MS, .kind = COURSE_OPENED};
	const struct course_mark by_an_hour = {
	    .time_ms = NOW_MS + DAY_MS / 24, .kind = COURSE_RESOLVED};

	course_mark(course, &by_years, by_years.time_ms);
	course_tick(course, by_an_hour.time_ms);
	course_mark(course, &by_an_hour, by_an_hour.time_ms);
	course_tick(course, NOW_MS);
	assert_int_equal(course_mark_count(course), 1);
	assert_int_equal(course_mark_at(course, 0)->kind, COURSE_RESOLVED);
}

static void test_marks_of_yesterday(unused_parameter void **state)
{
	/* A mark is gone after a day, also where nothing else happens. */
	mark(NOW_MS, COURSE_OPENED, "");
	course_tick(course, NOW_MS + DAY_MS);
	assert_int_equal(course_mark_count(course), 1);
	course_tick(course, NOW_MS + DAY_MS + 1);
	assert_int_equal(course_mark_count(course), 0);
}

static void test_many_marks(unused_parameter void **state)
{
	/* When there are too many the oldest go. */
	for (int64_t i = 0; i < COURSE_MAX_MARKS + 10; i++)
		mark(NOW_MS - 10000000 + i * 5000, COURSE_ACTION, "x");
	assert_int_equal(course_mark_count(course), COURSE_MAX_MARKS);
	assert_int_equal(course_mark_at(course, 0)->time_ms, NOW_MS - 10000000 + 50000);
}

static void test_changes(unused_parameter void **state)
{
	/* The first configuration is no change, another one is; a pause and its end are marks. */
	course_saw_configuration(course, NOW_MS, 11);
	course_saw_configuration(course, NOW_MS, 11);
	course_saw_pause(course, NOW_MS, false);
	assert_int_equal(course_mark_count(course), 0);
	course_saw_configuration(course, NOW_MS, 12);
	course_saw_pause(course, NOW_MS, true);
	course_saw_pause(course, NOW_MS, true);
	course_saw_pause(course, NOW_MS, false);
	assert_int_equal(course_mark_count(course), 3);
	assert_int_equal(course_mark_at(course, 0)->kind, COURSE_CONFIGURED);
	assert_int_equal(course_mark_at(course, 1)->kind, COURSE_PAUSED);
	assert_int_equal(course_mark_at(course, 2)->kind, COURSE_RESUMED);
}

/* -- rows -- */

static size_t rows;

static int on_row(void *context, const char *name, struct view value)
{
	size_t number = 0;
	char known[COURSE_NAME_BYTES];

	while (course_row_name(number, known) != NULL && strcmp(known, name) != 0)
		number++;
	assert_non_null(course_row_name(number, known));
	assert_true(value.length <= COURSE_MAX_ROW_BYTES);
	rows++;
	return context != NULL ? course_restore(context, value) : -ENOSPC;
}

/* Padding between the fields is nobody's. */
static void assert_same(const struct course_sample *one, const struct course_sample *two)
{
	assert_int_equal(one == NULL, two == NULL);
	if (one == NULL)
		return;
	assert_int_equal(one->minute, two->minute);
	assert_int_equal(one->established, two->established);
	assert_int_equal(one->rejected, two->rejected);
	assert_int_equal(one->active_voters, two->active_voters);
	assert_int_equal(one->rejected_voters, two->rejected_voters);
	assert_int_equal(one->probe, two->probe);
	assert_int_equal(one->known, two->known);
}

static void test_kept(unused_parameter void **state)
{
	/* What is saved comes back as it was: all minutes, all marks. */
	for (int64_t i = 0; i < COURSE_MINUTES; i += 7) {
		look(MINUTE + i, (size_t)i, (size_t)i / 2);
		count(MINUTE + i, (uint64_t)i * 3, (uint64_t)i);
	}
	course_probed(course, NOW_MS, PROBE_NO_TICKET);
	mark(NOW_MS, COURSE_ACTION, "recycle");
	course_saw_configuration(course, NOW_MS, UINT64_MAX);
	course_saw_pause(course, NOW_MS, true);
	assert_int_equal(course_save(course, on_row, other), 0);
	for (int64_t i = 0; i < COURSE_MINUTES; i++)
		assert_same(course_at(course, MINUTE + i), course_at(other, MINUTE + i));
	assert_int_equal(other->mark_count, 2);
	for (size_t i = 0; i < other->mark_count; i++) {
		assert_int_equal(other->marks[i].time_ms, course->marks[i].time_ms);
		assert_int_equal(other->marks[i].kind, course->marks[i].kind);
		assert_string_equal(other->marks[i].text, course->marks[i].text);
	}
	assert_int_equal(other->configuration, UINT64_MAX);
	assert_int_equal(other->pause, COURSE_IS_PAUSED);
}

static void test_only_changes(unused_parameter void **state)
{
	/* A step writes what it changed; what could not be written is offered again. */
	rows = 0;
	look(MINUTE, 1, 0);
	assert_int_equal(course_save(course, on_row, NULL), -ENOSPC);
	assert_int_equal(course_save(course, on_row, other), 0);
	assert_int_equal(rows, 2);
	course_saved(course);
	look(MINUTE, 1, 0);
	assert_int_equal(course_save(course, on_row, other), 0);
	assert_int_equal(rows, 2);
	count(MINUTE, 1, 0);
	mark(NOW_MS, COURSE_OPENED, "");
	assert_int_equal(course_save(course, on_row, other), 0);
	assert_int_equal(rows, 4);
}

static struct {
	char bytes[COURSE_MAX_ROW_BYTES];
	size_t length;
} kept;

static int on_kept(
    unused_parameter void *context, unused_parameter const char *name, struct view value)
{
	memcpy(kept.bytes, value.data, value.length);
	kept.length = value.length;
	return 0;
}

static void test_broken_rows(unused_parameter void **state)
{
	/* Bytes that it did not write are refused, or taken as what they say within bounds: cut,
	 * and with each byte changed in turn. */
	mark(NOW_MS - 5000, COURSE_OPENED, "why");
	mark(NOW_MS, COURSE_RESOLVED, "");
	assert_int_equal(course_save(course, on_kept, NULL), 0);
	for (size_t i = 0; i < kept.length; i++) {
		assert_int_equal(course_restore(other, view_of(kept.bytes, i)), -EINVAL);
		kept.bytes[i] ^= (char)0xff;
		if (course_restore(other, view_of(kept.bytes, kept.length)) == 0)
			for (size_t j = 0; j < course_mark_count(other); j++)
				assert_true(course_mark_at(other, j)->kind < COURSE_MARK_KINDS);
		kept.bytes[i] ^= (char)0xff;
	}
	course_saved(course);
	look(MINUTE, 1, 0);
	assert_int_equal(course_save(course, on_kept, NULL), 0);
	assert_int_equal(course_restore(other, view_of(kept.bytes, kept.length - 1)), -EINVAL);
	assert_int_equal(course_restore(other, VIEW("\x03")), -EINVAL);
	kept.bytes[kept.length - 1] = (char)0xff;
	assert_int_equal(course_restore(other, view_of(kept.bytes, kept.length)), -EINVAL);
}

/* -- JSON -- */

static void test_json(unused_parameter void **state)
{
	/* The last hour for machines: one item a minute, null where nobody knows. */
	struct json auto_json *object = json_object_new();
	struct buffer auto_buffer text;
	struct json auto_json *printed = NULL;
	const struct json *item = NULL;
	size_t items = 0;

	buffer_init(&text, 100000);
	count(MINUTE - 59, 4, 1);
	look(MINUTE, 8, 2);
	course_probed(course, NOW_MS, PROBE_ACCEPTED);
	mark(NOW_MS, COURSE_ACTION, "recycle");
	course_put(object, course, NOW_MS);
	assert_int_equal(json_print(object, &text), 0);
	assert_int_equal(json_parse(buffer_view(&text), &printed), 0);
	while (
	    (item = json_next(json_get(json_get(printed, "last_hour"), "rejected"), item)) != NULL)
		items++;
	assert_int_equal(items, COURSE_TOLD_MINUTES);
	assert_true(view_starts_with(buffer_view(&text),
	    VIEW("{\"last_hour\":{\"from\":\"2023-11-14T21:14:00.000Z\",\"step_seconds\":60,"
		 "\"established\":[4,null,")));
	assert_non_null(strstr(buffer_text(&text), ",null,0],\"rejected\":[1,null,"));
	assert_non_null(strstr(buffer_text(&text), ",null,0],\"rejected_voters_ratio\":[0,null,"));
	assert_non_null(strstr(buffer_text(&text), ",null,0.25],\"probes\":[null,"));
	assert_true(view_ends_with(buffer_view(&text),
	    VIEW(",null,\"accepted\"]},\"marks\":[{\"time\":\"2023-11-14T22:13:00.000Z\","
		 "\"kind\":\"action\",\"text\":\"recycle\"}]}")));
}

static void test_no_course(unused_parameter void **state)
{
	/* Where no course is kept it is null. */
	struct json auto_json *object = json_object_new();
	struct buffer auto_buffer text;

	buffer_init(&text, 1000);
	course_put(object, NULL, NOW_MS);
	assert_int_equal(json_print(object, &text), 0);
	assert_string_equal(buffer_text(&text), "{\"last_hour\":null,\"marks\":null}");
}

#define course_test(function) cmocka_unit_test_setup_teardown(function, make_courses, free_courses)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    course_test(test_minutes),
	    course_test(test_gaps),
	    course_test(test_bounds),
	    course_test(test_day_passes),
	    course_test(test_stuck_log),
	    course_test(test_clock_set_back),
	    course_test(test_voters_and_probes),
	    course_test(test_full_counters),
	    course_test(test_marks),
	    course_test(test_many_marks),
	    course_test(test_marks_of_a_clock_ahead),
	    course_test(test_marks_of_yesterday),
	    course_test(test_changes),
	    course_test(test_kept),
	    course_test(test_only_changes),
	    course_test(test_broken_rows),
	    course_test(test_json),
	    course_test(test_no_course),
	};

	return cmocka_run_group_tests_name("report/course", tests, NULL, NULL);
}
