#include "detect/dating.h"

#include "unit.h"

#define LATE_MS   INT64_C(300000)
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)
#define YEAR_MS   (365 * DAY_MS)
#define NOON_MS   INT64_C(1700000000000)
#define MAX_LINES 400

/* A log that is read: what time each of its lines got in the end. */
static struct dating dating;
static int64_t said_ms[MAX_LINES], given_ms[MAX_LINES];
static size_t said, given;

static void open_log(void)
{
	dating_init(&dating, LATE_MS);
	said = 0;
	given = 0;
}

static void settle(enum dating_verdict verdict, int64_t instead_ms)
{
	size_t waiting = said - given;

	assert_int_equal(dating.waiting, 0);
	for (; waiting > 0; waiting--, given++)
		given_ms[given] =
		    verdict == DATING_DISBELIEVED ? instead_ms : said_ms[given];
}

static void say(int64_t time_ms)
{
	enum dating_verdict verdict;
	int64_t instead_ms = -1;

	do {
		verdict = dating_line(&dating, time_ms, &instead_ms);
		if (verdict == DATING_BELIEVED || verdict == DATING_DISBELIEVED)
			settle(verdict, instead_ms);
	} while (verdict == DATING_BELIEVED || verdict == DATING_DISBELIEVED);
	said_ms[said++] = time_ms;
	if (verdict == DATING_WAITS)
		return;
	assert_int_equal(given, said - 1);
	given_ms[given++] = time_ms;
}

static void close_log(void)
{
	int64_t instead_ms = -1;
	enum dating_verdict verdict = dating_end(&dating, &instead_ms);

	assert_int_equal(verdict == DATING_TAKEN, said == given);
	settle(verdict, instead_ms);
	assert_int_equal(dating_end(&dating, &instead_ms), DATING_TAKEN);
}

static void say_usual(int64_t from_ms, int count)
{
	for (int i = 0; i < count; i++)
		say(from_ms + i * 1000);
}

static void assert_as_said(void)
{
	assert_int_equal(given, said);
	for (size_t i = 0; i < said; i++)
		assert_int_equal(given_ms[i], said_ms[i]);
}

static void test_usual(unused_parameter void **state)
{
	/* Lines out of order by up to a window each have their own time, from the first on. */
	open_log();
	for (int i = 0; i < 100; i++)
		say(NOON_MS + i * 1000 - i % 3 * (LATE_MS / 2 - 500));
	say(dating.now_ms - LATE_MS);
	close_log();
	assert_as_said();
	assert_int_equal(dating.misdated_total, 0);
}

static void test_short_logs(unused_parameter void **state)
{
	/* A log of few lines is believed, and so is one of none. */
	open_log();
	close_log();
	assert_int_equal(given, 0);
	open_log();
	say_usual(NOON_MS, 3);
	close_log();
	assert_as_said();
	assert_int_equal(dating.now_ms, NOON_MS + 2000);
}

static void test_pauses(unused_parameter void **state)
{
	/* Nights, weekends, years and lines far between: each line has its own time. */
	static const int64_t pauses_ms[] = {LATE_MS + 1, HOUR_MS, 14 * HOUR_MS, DAY_MS, 3 * DAY_MS,
	    YEAR_MS};

	for (size_t i = 0; i < count_of(pauses_ms); i++) {
		open_log();
		say_usual(NOON_MS, 20);
		for (int j = 1; j < 4; j++)
			say_usual(NOON_MS + j * pauses_ms[i], 20);
		close_log();
		assert_as_said();
		assert_int_equal(dating.misdated_total, 0);
		open_log();
		for (int j = 0; j < 100; j++)
			say(NOON_MS + j * pauses_ms[i]);
		if (pauses_ms[i] > DAY_MS)
			continue; /* the last few wait for more */
		close_log();
		assert_as_said();
		assert_int_equal(dating.now_ms, NOON_MS + 99 * pauses_ms[i]);
	}
}

static void test_broken_dates(unused_parameter void **state)
{
	/* Eleven lines in a row dated ahead, whether by minutes or a year, got where they came; the
	 * clock goes on as if they had not been. */
	static const int64_t off_ms[] = {LATE_MS + 20000, HOUR_MS, DAY_MS, YEAR_MS};

	for (size_t i = 0; i < count_of(off_ms); i++) {
		open_log();
		say_usual(NOON_MS, 20);
		say_usual(NOON_MS + 20000 + off_ms[i], DATING_MAX_WAITING - 1);
		say_usual(NOON_MS + 20000, 20);
		close_log();
		assert_int_equal(dating.now_ms, NOON_MS + 39000);
		assert_int_equal(dating.misdated_total, DATING_MAX_WAITING - 1);
		for (int j = 0; j < DATING_MAX_WAITING - 1; j++)
			assert_int_equal(given_ms[20 + j], NOON_MS + 19000);
		assert_int_equal(given_ms[given - 1], NOON_MS + 39000);
	}
}

static void test_agreement(unused_parameter void **state)
{
	/* One more line, and the time is believed. */
	open_log();
	say_usual(NOON_MS, 20);
	say_usual(NOON_MS + YEAR_MS, DATING_MAX_WAITING);
	assert_int_equal(given, 20);
	say(NOON_MS + YEAR_MS);
	assert_as_said();
	assert_int_equal(dating.now_ms, NOON_MS + YEAR_MS + (DATING_MAX_WAITING - 1) * 1000);
}

static void test_between_pauses(unused_parameter void **state)
{
	/* Broken dates behind pauses do not take the lines before them along. */
	open_log();
	say_usual(NOON_MS, 20);
	for (int i = 1; i < 30; i++) {
		say(NOON_MS + i * 10 * MINUTE_MS);
		if (i % 10 != 0)
			continue;
		for (int j = 0; j < 5; j++)
			say(NOON_MS + i * 10 * MINUTE_MS + YEAR_MS);
	}
	close_log();
	assert_int_equal(dating.misdated_total, 10);
	assert_int_equal(dating.now_ms, NOON_MS + 290 * MINUTE_MS);
	for (size_t i = 0; i < given; i++)
		assert_int_equal(given_ms[i], said_ms[i] - NOON_MS >= YEAR_MS
			? said_ms[i] - YEAR_MS
			: said_ms[i]);
}

static void test_first_lines_broken(unused_parameter void **state)
{
	/* Where the very first lines are dated ahead they are as old as the first good one; dated
	 * back they stay there. */
	open_log();
	say_usual(NOON_MS + YEAR_MS, 5);
	say_usual(NOON_MS, 20);
	close_log();
	for (int i = 0; i < 5; i++)
		assert_int_equal(given_ms[i], NOON_MS);
	assert_int_equal(dating.now_ms, NOON_MS + 19000);
	open_log();
	say_usual(0, 2);
	say_usual(NOON_MS, 20);
	close_log();
	assert_as_said();
	assert_int_equal(dating.now_ms, NOON_MS + 19000);
}

static void test_last_lines(unused_parameter void **state)
{
	/* At the end lines behind a night are believed, a year ahead they are not. */
	open_log();
	say_usual(NOON_MS, 20);
	say_usual(NOON_MS + 14 * HOUR_MS, 3);
	close_log();
	assert_as_said();
	open_log();
	say_usual(NOON_MS, 20);
	say_usual(NOON_MS + YEAR_MS, 3);
	close_log();
	assert_int_equal(given_ms[22], NOON_MS + 19000);
	assert_int_equal(dating.misdated_total, 3);
}

static void test_last_lines_behind_a_weekend(unused_parameter void **state)
{
	/* A log that ends soon after a weekend, or a month: two lines that agree are believed, and
	 * more; one alone is not, nor are those behind a longer pause. */
	static const int64_t pauses_ms[] = {62 * HOUR_MS, DATING_MAX_LAST_PAUSE_MS - HOUR_MS};
	static const int64_t longest_ms = DATING_MAX_LAST_PAUSE_MS;

	for (size_t i = 0; i < count_of(pauses_ms); i++) {
		for (int count = 1; count <= DATING_MAX_WAITING; count++) {
			open_log();
			say_usual(NOON_MS, 20);
			say_usual(NOON_MS + 19000 + pauses_ms[i], count);
			assert_int_equal(dating.waiting, count);
			close_log();
			assert_int_equal(dating.misdated_total, count == 1);
			if (count > 1)
				assert_as_said();
		}
	}
	for (int too_long = 0; too_long < 2; too_long++) {
		open_log();
		say_usual(NOON_MS, 20);
		for (int i = 0; i < 2; i++)
			say(NOON_MS + 19000 + longest_ms - 1 + i + too_long);
		close_log();
		assert_int_equal(
		    given_ms[20], NOON_MS + 19000 + (too_long ? 0 : longest_ms - 1));
		assert_int_equal(dating.misdated_total, too_long ? 2 : 0);
	}
}

static void test_set_back(unused_parameter void **state)
{
	/* Many lines in a row that agree on an earlier time set the clock back; slow requests
	 * between others do not, however many, nor do lines that agree with nothing. */
	int64_t earlier_ms = NOON_MS - LATE_MS - 1;

	open_log();
	say_usual(NOON_MS, 20);
	for (int i = 0; i < 3; i++) {
		for (int j = 1; j < DATING_MAX_BEHIND; j++)
			say(earlier_ms);
		say(NOON_MS + 20000);
	}
	for (int i = 0; i < DATING_MAX_BEHIND; i++)
		say(earlier_ms - i % 2 * (DATING_MAX_PAUSE_MS + 1));
	assert_int_equal(dating.now_ms, NOON_MS + 20000);
	say(NOON_MS + 20000);
	for (int i = 1; i < DATING_MAX_BEHIND; i++)
		say(earlier_ms + i);
	assert_int_equal(dating.now_ms, NOON_MS + 20000);
	say(earlier_ms);
	assert_int_equal(dating.now_ms, earlier_ms);
	say(earlier_ms + 1);
	assert_int_equal(dating.now_ms, earlier_ms + 1);
	assert_as_said();
	assert_int_equal(dating.misdated_total, 5 * DATING_MAX_BEHIND - 4);
}

static void test_limits(unused_parameter void **state)
{
	/* Exactly a window more or less goes on with what waits; and all is the same at the first
	 * moment that there is. */
	for (int64_t start_ms = 0; start_ms <= NOON_MS; start_ms += NOON_MS) {
		open_log();
		for (int i = 0; i <= DATING_MAX_WAITING; i++)
			say(start_ms);
		assert_int_equal(given, said);
		say(start_ms + HOUR_MS);
		say(start_ms + HOUR_MS - LATE_MS);
		say(start_ms + HOUR_MS + LATE_MS);
		assert_int_equal(dating.waiting, 3);
		say(start_ms + HOUR_MS + 2 * LATE_MS + 1);
		assert_int_equal(dating.waiting, 1);
		assert_int_equal(dating.now_ms, start_ms + HOUR_MS + LATE_MS);
		close_log();
		assert_as_said();
		open_log();
		for (int i = 0; i <= DATING_MAX_WAITING; i++)
			say(start_ms);
		say(start_ms - LATE_MS - 1);
		assert_int_equal(given, said);
		say(start_ms + YEAR_MS);
		close_log();
		assert_int_equal(given_ms[given - 1], start_ms);
	}
}

static void test_set_back_once(unused_parameter void **state)
{
	/* Lines that are as much as a day apart agree that the clock was set back; the next that is
	 * dated back is one alone again. */
	open_log();
	say_usual(NOON_MS, 20);
	for (int i = 0; i < DATING_MAX_BEHIND; i++)
		say(NOON_MS - 9 * DAY_MS + i % 2 * DATING_MAX_PAUSE_MS);
	assert_int_equal(dating.now_ms, NOON_MS - 8 * DAY_MS);
	for (int i = 1; i < DATING_MAX_BEHIND; i++)
		say(NOON_MS - 8 * DAY_MS - HOUR_MS);
	assert_int_equal(dating.now_ms, NOON_MS - 8 * DAY_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_usual),
	    cmocka_unit_test(test_short_logs),
	    cmocka_unit_test(test_pauses),
	    cmocka_unit_test(test_broken_dates),
	    cmocka_unit_test(test_agreement),
	    cmocka_unit_test(test_between_pauses),
	    cmocka_unit_test(test_first_lines_broken),
	    cmocka_unit_test(test_last_lines),
	    cmocka_unit_test(test_last_lines_behind_a_weekend),
	    cmocka_unit_test(test_set_back),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_set_back_once),
	};

	return cmocka_run_group_tests_name("dating", tests, NULL, NULL);
}
