#include "unit.h"

#include <errno.h>
#include <time.h>

#include "parse/stamp.h"

#define NOV_22      INT64_C(1795305600000) /* 2026-11-22 00:00:00 UTC */
#define AT_10_04_34 (((10 * 60 + 4) * 60 + 34) * INT64_C(1000))

struct stamp_case {
	const char *text;
	int64_t expected; /* -1: no such stamp */
};

static int set_utc(unused_parameter void **state)
{
	return setenv("TZ", "UTC0", 1);
}

static int64_t ncsa(struct stamps *stamps, const char *text)
{
	int64_t time_ms;

	return stamp_ncsa(stamps, view_of_text(text), &time_ms) < 0 ? -1 : time_ms;
}

/* Zones count both ways, leap days exist in leap years only, the 60th second is taken. */
static void reads_ncsa(unused_parameter void **state)
{
	static const struct stamp_case cases[] = {
	    {"22/Nov/2026:10:04:34 +0000", NOV_22 + AT_10_04_34},
	    {"22/Nov/2026:10:04:34 +0130", NOV_22 + AT_10_04_34 - 5400000},
	    {"22/Nov/2026:10:04:34 -0930", NOV_22 + AT_10_04_34 + 34200000},
	    {"22/Nov/2026:10:04:60 +0000", NOV_22 + AT_10_04_34 + 26000},
	    {"01/Jan/1970:00:00:00 +0000", 0},
	    {"29/Feb/2024:00:00:00 +0000", INT64_C(1709164800000)},
	    {"29/Feb/2000:00:00:00 +0000", INT64_C(951782400000)},
	    {"29/Feb/2100:00:00:00 +0000", -1},
	    {"29/Feb/2026:00:00:00 +0000", -1},
	    {"31/Apr/2026:00:00:00 +0000", -1},
	    {"00/Nov/2026:10:04:34 +0000", -1},
	    {"22/nov/2026:10:04:34 +0000", -1},
	    {"22/Nov/2026:24:00:00 +0000", -1},
	    {"22/Nov/2026:10:60:00 +0000", -1},
	    {"22/Nov/2026:10:04:61 +0000", -1},
	    {"22/Nov/2026:10:04:34 00000", -1},
	    {"22/Nov/2026:10:04:34 +2400", -1},
	    {"22/Nov/2026:10:04:34 +0060", -1},
	    {"22/Nov/2026:10:04:34  0000", -1},
	    {"22-Nov-2026:10:04:34 +0000", -1},
	    {"22/Nov/2026 10:04:34 +0000", -1},
	    {"22/Nov/-026:10:04:34 +0000", -1},
	    {"2 /Nov/2026:10:04:34 +0000", -1},
	    {"22/Nov/2026:10:04:34 +000", -1},
	    {"22/Nov/2026:10:04:34 +00000", -1},
	    {"", -1},
	};
	struct stamps stamps = {0};

	/* Twice, so that what is remembered of the others is met too. */
	for (size_t i = 0; i < 2 * count_of(cases); i++)
		assert_int_equal(ncsa(&stamps, cases[i / 2].text), cases[i / 2].expected);
}

/* Twenty-six NULs are no time, although nothing is remembered yet. */
static void nothing_is_remembered_at_first(unused_parameter void **state)
{
	struct stamps stamps = {0};
	char zeros[STAMP_NCSA_BYTES] = {0};
	int64_t time_ms;

	assert_int_equal(stamp_ncsa(&stamps, view_of(zeros, sizeof(zeros)), &time_ms), -EINVAL);
}

/* Dates with dashes or slashes, but not both. */
static void reads_dates(unused_parameter void **state)
{
	static const struct stamp_case cases[] = {{"2026-11-22", NOV_22 / STAMP_DAY_MS},
	    {"2026/11/22", NOV_22 / STAMP_DAY_MS}, {"2026-11/22", -1}, {"2026 11 22", -1},
	    {"2026-13-22", -1}, {"2026-11-31", -1}, {"2026-00-22", -1}, {"2026-11-2", -1},
	    {"202x-11-22", -1}, {"", -1}};

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t days = -1;

		assert_int_equal(stamp_date(view_of_text(cases[i].text), &days),
		    cases[i].expected < 0 ? -EINVAL : 0);
		assert_int_equal(days, cases[i].expected);
	}
}

/* The month by its name, in two orders. */
static void reads_named_dates(unused_parameter void **state)
{
	static const struct stamp_case cases[] = {{"22-Nov-2026", NOV_22 / STAMP_DAY_MS},
	    {"Nov 22, 2026", NOV_22 / STAMP_DAY_MS}, {"Nov 2, 2026", NOV_22 / STAMP_DAY_MS - 20},
	    {"Nov  2, 2026", -1}, {"Nov 022, 2026", -1}, {"Nov , 2026", -1}, {"22 Nov 2026", -1},
	    {"2-Nov-2026", -1}, {"22-Nov/2026", -1}, {"31-Nov-2026", -1}, {"22-nov-2026", -1},
	    {"Nov 22. 2026", -1}, {"Nov-22, 2026", -1}, {"Nov 22,-2026", -1}, {"", -1}};

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t days = -1;

		assert_int_equal(stamp_named_date(view_of_text(cases[i].text), &days),
		    cases[i].expected < 0 ? -EINVAL : 0);
		assert_int_equal(days, cases[i].expected);
	}
}

/* Up to nine decimals, of which three count. */
static void reads_times_of_day(unused_parameter void **state)
{
	static const struct stamp_case cases[] = {{"10:04:34", AT_10_04_34},
	    {"10:04:34.5", AT_10_04_34 + 500}, {"10:04:34.327950", AT_10_04_34 + 327},
	    {"10:04:34.123456789", AT_10_04_34 + 123}, {"10:04:34.1234567890", -1},
	    {"10:04:34.", -1}, {"10:04:34,5", AT_10_04_34 + 500}, {"10:04:34;5", -1},
	    {"10:04:34.5x", -1}, {"10:04:3", -1}, {"10.04:34", -1}, {"10:04.34", -1},
	    {"-1:04:34", -1}, {"", -1}};

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t ms = -1;

		assert_int_equal(stamp_time_of_day(view_of_text(cases[i].text), &ms),
		    cases[i].expected < 0 ? -EINVAL : 0);
		assert_int_equal(ms, cases[i].expected);
	}
}

/* Seconds since 1970 with decimals, up to twelve digits. */
static void reads_epochs(unused_parameter void **state)
{
	static const struct stamp_case cases[] = {{"1795341874.123", NOV_22 + AT_10_04_34 + 123},
	    {"1795341874", NOV_22 + AT_10_04_34}, {"0", 0}, {"999999999999", 999999999999000},
	    {"1000000000000", -1}, {"", -1}, {".5", -1}, {"1.", -1}, {"-1", -1}, {"1.x", -1}};

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t ms = -1;

		assert_int_equal(stamp_epoch(view_of_text(cases[i].text), &ms),
		    cases[i].expected < 0 ? -EINVAL : 0);
		assert_int_equal(ms, cases[i].expected);
	}
}

/* Apache's error stamps, with and without decimals. */
static void reads_apache_errors(unused_parameter void **state)
{
	static const struct stamp_case cases[] = {
	    {"Sun Nov 22 10:04:34.327950 2026", NOV_22 + AT_10_04_34 + 327},
	    {"Sun Nov 22 10:04:34 2026", NOV_22 + AT_10_04_34}, {"Sun Nov 22 10:04:34x2026", -1},
	    {"2026-11-22 10:04:34.327950", NOV_22 + AT_10_04_34 + 327},
	    {"2026-11-22 10:04:34", NOV_22 + AT_10_04_34}, {"2026-11-22T10:04:34", -1},
	    {"2026-11-22 10:04:3", -1}, {"2026-11-32 10:04:34", -1},
	    {"Sun Nov 22 10:04:34. 2026", -1}, {"Sun Nov 32 10:04:34 2026", -1},
	    {"Sun,Nov 22 10:04:34 2026", -1}, {"Sun Nov 22 10:04:3 2026", -1}, {"Sun Nov 22", -1},
	    {"", -1}};
	struct stamps stamps = {0};

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t ms = -1;

		assert_int_equal(stamp_apache_error(&stamps, view_of_text(cases[i].text), &ms),
		    cases[i].expected < 0 ? -EINVAL : 0);
		assert_int_equal(ms, cases[i].expected);
	}
}

/* Whatever JSON loggers write tells its unit and zone by its looks. */
static void reads_usual_stamps(unused_parameter void **state)
{
	static const struct stamp_case cases[] = {
	    {"22/Nov/2026:10:04:34 +0000", NOV_22 + AT_10_04_34},
	    {"[22/Nov/2026:10:04:34 +0000]", NOV_22 + AT_10_04_34},
	    {"2026-11-22T10:04:34Z", NOV_22 + AT_10_04_34},
	    {"2026-11-22 10:04:34.327950 +01:30", NOV_22 + AT_10_04_34 + 327 - 5400000},
	    {"2026/11/22 10:04:34,327 UTC", NOV_22 + AT_10_04_34 + 327},
	    {"2026-11-22T10:04:34.123456789-0100", NOV_22 + AT_10_04_34 + 123 + 3600000},
	    {"2026-11-22T10:04:34+01", NOV_22 + AT_10_04_34 - 3600000},
	    {"2026-11-22T10:04:34", NOV_22 + AT_10_04_34}, {"1795341874", NOV_22 + AT_10_04_34},
	    {"1795341874.327", NOV_22 + AT_10_04_34 + 327},
	    {"1795341874327", NOV_22 + AT_10_04_34 + 327},
	    {"1795341874327950", NOV_22 + AT_10_04_34 + 327},
	    {"1795341874327950000", NOV_22 + AT_10_04_34 + 327}, {"17953418743279500001", -1},
	    {"2026-11-22T10:04:34.1234567890Z", -1}, {"2026-11-22T10:04:34 CET", -1},
	    {"2026-11-22T10:04", -1}, {"2026-13-22T10:04:34Z", -1}, {"2026-11-22x10:04:34Z", -1},
	    {"22/Nov/2026:10:04:34 *0000", -1}, {"[]", -1}, {"now", -1}, {"-1", -1}, {"", -1}};
	struct stamps stamps = {0};

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t ms = -1;

		assert_int_equal(stamp_usual(&stamps, view_of_text(cases[i].text), &ms),
		    cases[i].expected < 0 ? -EINVAL : 0);
		assert_int_equal(ms, cases[i].expected);
	}
}

/* Stamps without a zone are the machine's local time, summer time included. */
static void follows_the_zone(unused_parameter void **state)
{
	const int64_t hour_ms = 3600000;
	const int64_t july_1 = NOV_22 - 144 * STAMP_DAY_MS;
	struct stamps stamps = {0};

	assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
	assert_int_equal(stamp_local(&stamps, NOV_22 + 12 * hour_ms), NOV_22 + 11 * hour_ms);
	assert_int_equal(
	    stamp_local(&stamps, NOV_22 + 12 * hour_ms + 1), NOV_22 + 11 * hour_ms + 1);
	assert_int_equal(stamp_local(&stamps, july_1 + 12 * hour_ms), july_1 + 10 * hour_ms);
	assert_int_equal(stamp_local(&stamps, NOV_22), NOV_22 - hour_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(reads_ncsa, set_utc),
	    cmocka_unit_test_setup(nothing_is_remembered_at_first, set_utc),
	    cmocka_unit_test_setup(reads_dates, set_utc),
	    cmocka_unit_test_setup(reads_named_dates, set_utc),
	    cmocka_unit_test_setup(reads_times_of_day, set_utc),
	    cmocka_unit_test_setup(reads_epochs, set_utc),
	    cmocka_unit_test_setup(reads_apache_errors, set_utc),
	    cmocka_unit_test_setup(reads_usual_stamps, set_utc),
	    cmocka_unit_test_setup(follows_the_zone, set_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
