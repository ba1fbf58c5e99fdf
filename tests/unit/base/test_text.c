#include "unit.h"

#include <errno.h>

#include "base/text.h"

static void assert_appends(
    void (*append)(struct buffer *, struct view), struct view bytes, const char *expected)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 1000);
	append(&buffer, bytes);
	assert_int_equal(buffer_error(&buffer), 0);
	assert_string_equal(buffer_text(&buffer), expected);
}

/* Nothing that a terminal or a log reader could take for its own passes. */
static void escapes(unused_parameter void **state)
{
	assert_appends(text_append_escaped, VIEW("plain ~"), "plain ~");
	assert_appends(text_append_escaped, VIEW("\x1b[2J\n\0\x7f\x9b\xff"),
	    "\\x1b[2J\\x0a\\x00\\x7f\\x9b\\xff");
	assert_appends(text_append_escaped, VIEW("\\x0a"), "\\x5cx0a");
	assert_appends(text_append_escaped, view_of(NULL, 0), "");
	assert_appends(text_append_printable, VIEW("\\x0a\n"), "\\x0a\\x0a");
}

/* Every form of broken UTF-8 is replaced byte by byte; every valid edge passes. */
static void makes_valid_utf8(unused_parameter void **state)
{
#define BAD "\xef\xbf\xbd"
	static const struct {
		struct view from;
		const char *to;
	} cases[] = {
	    {VIEW("\xc2\x80\xdf\xbf"), "\xc2\x80\xdf\xbf"},
	    {VIEW("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80"), "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80"},
	    {VIEW("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
	    {VIEW("\x80"), BAD},
	    {VIEW("\xc1\xbf"), BAD BAD},
	    {VIEW("\xe0\x9f\xbf"), BAD BAD BAD},
	    {VIEW("\xed\xa0\x80"), BAD BAD BAD},
	    {VIEW("\xf0\x8f\xbf\xbf"), BAD BAD BAD BAD},
	    {VIEW("\xf4\x90\x80\x80"), BAD BAD BAD BAD},
	    {VIEW("\xf5\xff"), BAD BAD},
	    {VIEW("a\xc3"), "a" BAD},
	    {VIEW("\xe2\x82"), BAD BAD},
	    {VIEW("\xe2\x82z"), BAD BAD "z"},
	};
#undef BAD

	for (size_t i = 0; i < count_of(cases); i++)
		assert_appends(text_append_utf8, cases[i].from, cases[i].to);
}

/* No byte of a log can open a tag, close an attribute or smuggle a control character. */
static void escapes_html(unused_parameter void **state)
{
	assert_appends(text_append_html, VIEW("<a b=\"c\" d='e'>&\n\t"),
	    "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\n\t");
	assert_appends(text_append_html, VIEW("\0\x1b\xff\xc3\xa9"),
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9");
}

/* Durations need a unit, and only one; a failure leaves the result alone. */
static void reads_durations(unused_parameter void **state)
{
	static const char *const bad[] = {
	    "", "5", "s", "5 s", "-5s", "+5s", "1.5h", "5S", "5min", "1h30m", "5s ", " 5s", "5KiB"};
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"0s", 0}, {"500ms", 500}, {"90s", 90000}, {"5m", 300000}, {"24h", 86400000},
	    {"30d", INT64_C(2592000000)}, {"36525d", INT64_C(3155760000000)}};
	int64_t ms = 7;

	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(text_to_duration_ms(view_of_text(bad[i]), &ms), -EINVAL);
	assert_int_equal(text_to_duration_ms(VIEW("36526d"), &ms), -ERANGE);
	assert_int_equal(text_to_duration_ms(VIEW("9223372036854775807d"), &ms), -ERANGE);
	assert_int_equal(text_to_duration_ms(VIEW("18446744073709551615ms"), &ms), -ERANGE);
	assert_int_equal(text_to_duration_ms(VIEW("99999999999999999999s"), &ms), -ERANGE);
	assert_int_equal(ms, 7);
	for (size_t i = 0; i < count_of(good); i++) {
		assert_int_equal(text_to_duration_ms(view_of_text(good[i].text), &ms), 0);
		assert_true(ms == good[i].ms);
	}
}

/* Sizes are binary, with bytes where there is no unit. */
static void reads_sizes(unused_parameter void **state)
{
	static const char *const bad[] = {
	    "", "KiB", "16KB", "16kib", "16 KiB", "-1", "1.5MiB", "5s"};
	int64_t bytes = 7;

	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(text_to_size_bytes(view_of_text(bad[i]), &bytes), -EINVAL);
	assert_int_equal(text_to_size_bytes(VIEW("8589934592GiB"), &bytes), -ERANGE);
	assert_int_equal(bytes, 7);
	assert_int_equal(text_to_size_bytes(VIEW("512"), &bytes), 0);
	assert_int_equal(bytes, 512);
	assert_int_equal(text_to_size_bytes(VIEW("16KiB"), &bytes), 0);
	assert_int_equal(bytes, 16384);
	assert_int_equal(text_to_size_bytes(VIEW("8589934591GiB"), &bytes), 0);
	assert_true(bytes == INT64_MAX - 1073741823);
}

/* Times around leap days, the epoch and the ends of the four-digit years. */
static void prints_times(unused_parameter void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
	    {0, "1970-01-01T00:00:00.000Z"},
	    {-1, "1969-12-31T23:59:59.999Z"},
	    {INT64_C(951782399999), "2000-02-28T23:59:59.999Z"},
	    {INT64_C(951868799000), "2000-02-29T23:59:59.000Z"},
	    {INT64_C(951868800000), "2000-03-01T00:00:00.000Z"},
	    {INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"},
	    {INT64_C(1767225599123), "2025-12-31T23:59:59.123Z"},
	    {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
	    {INT64_C(253402300800000), "-"},
	    {INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z"},
	    {INT64_C(-62167219200001), "-"},
	    {INT64_MAX, "-"},
	    {INT64_MIN, "-"},
	};
	char text[TEXT_TIME_BYTES];

	for (size_t i = 0; i < count_of(cases); i++) {
		int64_t ms = 7;

		assert_string_equal(text_of_time(cases[i].ms, text), cases[i].text);
		if (text[0] == '-')
			continue;
		assert_int_equal(text_to_time(view_of_text(text), &ms), 0);
		assert_true(ms == cases[i].ms);
	}
}

/* Only what text_of_time() writes is a time: no other form of RFC 3339, and no day that is none. */
static void reads_no_other_times(unused_parameter void **state)
{
	static const char *const texts[] = {"", "-", "2026-01-01", "2026-01-01T00:00:00Z",
	    "2026-01-01T00:00:00,000Z", "2026-01-01T00:00:00.000+00:00", "2026-02-30T00:00:00.000Z",
	    "2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z", "2026-01-01T24:00:00.000Z",
	    "2026-01-01T00:60:00.000Z", "2026-01-01T00:00:60.000Z", "2026-01-01 00:00:00.000Z",
	    "2026-01-01T00:00:00.000Z ", "+026-01-01T00:00:00.000Z"};
	int64_t ms = 7;

	for (size_t i = 0; i < count_of(texts); i++) {
		assert_int_equal(text_to_time(view_of_text(texts[i]), &ms), -EINVAL);
		assert_int_equal(ms, 7);
	}
}

/* The days of a date are those that text_of_time() prints, over six centuries. */
static void counts_days(unused_parameter void **state)
{
	char text[TEXT_TIME_BYTES];
	char expected[TEXT_TIME_BYTES];
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t days = text_days_of_date(1600, 1, 1);

	assert_int_equal(text_days_of_date(1970, 1, 1), 0);
	for (int year = 1600; year < 2200; year++) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		for (int month = 1; month <= 12; month++) {
			int last = lengths[month - 1] + (month == 2 && leap ? 1 : 0);

			for (int day = 1; day <= last; day++, days++) {
				assert_true(text_days_of_date(year, month, day) == days);
				if (day != 1 && day != last)
					continue;
				snprintf(expected, sizeof(expected), "%04d-%02d-%02dT00:00:00.000Z",
				    year, month, day);
				assert_string_equal(
				    text_of_time(days * 86400000, text), expected);
			}
		}
	}
}

/* Durations for people change their units at the edges that the header names. */
static void prints_durations(unused_parameter void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
	    {0, "0 ms"}, {999, "999 ms"}, {1000, "1 s"}, {59999, "59 s"}, {60000, "1 min 0 s"},
	    {200000, "3 min 20 s"}, {3599999, "59 min 59 s"}, {7500000, "2 h 5 min"},
	    {172799999, "47 h 59 min"}, {172800000, "2 d"}, {INT64_C(2678400000), "31 d"},
	    {-5, "-5 ms"}, {-42000, "-42 s"}, {INT64_MAX, "106751991167 d"},
	    {INT64_MIN, "-106751991167 d"},
	};
	char text[TEXT_TIME_BYTES];

	for (size_t i = 0; i < count_of(cases); i++)
		assert_string_equal(text_of_duration(cases[i].ms, text), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(escapes),
	    cmocka_unit_test(makes_valid_utf8),
	    cmocka_unit_test(escapes_html),
	    cmocka_unit_test(reads_durations),
	    cmocka_unit_test(reads_sizes),
	    cmocka_unit_test(prints_times),
	    cmocka_unit_test(reads_no_other_times),
	    cmocka_unit_test(counts_days),
	    cmocka_unit_test(prints_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
