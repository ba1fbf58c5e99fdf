#include "detect/clock.h"

#include "unit.h"

#define LATE_MS INT64_C(300000)
#define HOUR_MS INT64_C(3600000)
#define YEAR_MS INT64_C(31536000000)
#define NOON_MS INT64_C(1700000000000)

/* -- the site's -- */

static struct site_clock site_at(int64_t now_ms)
{
	struct site_clock clock;

	site_clock_init(&clock);
	assert_int_equal(clock.now_ms, -1);
	assert_int_equal(site_clock_advance(&clock, now_ms), CLOCK_STAYS);
	assert_int_equal(clock.now_ms, -1);
	assert_int_equal(site_clock_line(&clock, now_ms), CLOCK_FORWARD);
	assert_int_equal(clock.now_ms, now_ms);
	return clock;
}

static void test_site_goes_on(unused_parameter void **state)
{
	/* The site's clock is the latest of lines and time without lines; neither moves it back. */
	struct site_clock clock = site_at(NOON_MS);

	assert_int_equal(site_clock_line(&clock, NOON_MS), CLOCK_STAYS);
	assert_int_equal(site_clock_line(&clock, NOON_MS + 1), CLOCK_FORWARD);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(site_clock_line(&clock, NOON_MS - YEAR_MS), CLOCK_STAYS);
	assert_int_equal(site_clock_advance(&clock, NOON_MS + 1), CLOCK_STAYS);
	assert_int_equal(site_clock_advance(&clock, NOON_MS), CLOCK_STAYS);
	assert_int_equal(site_clock_advance(&clock, NOON_MS + 2), CLOCK_FORWARD);
	assert_int_equal(clock.now_ms, NOON_MS + 2);
}

static void test_first_moment(unused_parameter void **state)
{
	/* The clock goes on from the first moment that there is as from any other. */
	struct site_clock clock = site_at(0);

	assert_int_equal(site_clock_advance(&clock, 1), CLOCK_FORWARD);
}

static void test_ours_set_back(unused_parameter void **state)
{
	/* Only our own clock sets the site's back, and by more than a window; also where it was set
	 * back while we did not run. */
	struct site_clock clock = site_at(NOON_MS);

	assert_int_equal(site_clock_tell(&clock, NOON_MS - LATE_MS, LATE_MS), CLOCK_STAYS);
	assert_int_equal(clock.told_ms, NOON_MS - LATE_MS);
	assert_int_equal(clock.now_ms, NOON_MS);
	assert_int_equal(site_clock_tell(&clock, NOON_MS - LATE_MS - 1, LATE_MS), CLOCK_BACK);
	assert_int_equal(clock.now_ms, NOON_MS - LATE_MS - 1);
	assert_int_equal(site_clock_tell(&clock, NOON_MS - LATE_MS - 1, LATE_MS), CLOCK_STAYS);
	assert_int_equal(site_clock_line(&clock, NOON_MS), CLOCK_FORWARD);
}

static void test_ours_set_back_little(unused_parameter void **state)
{
	/* Where it is known that ours was set back, the site's is as well, by however little but
	 * for a second; by more than a window it is as without knowing. */
	struct site_clock clock = site_at(NOON_MS);

	assert_int_equal(site_clock_set_back(&clock, NOON_MS - 1000, LATE_MS), CLOCK_STAYS);
	assert_int_equal(clock.told_ms, NOON_MS - 1000);
	assert_int_equal(clock.now_ms, NOON_MS);
	assert_int_equal(site_clock_set_back(&clock, NOON_MS - 1001, LATE_MS), CLOCK_BACK_LITTLE);
	assert_int_equal(clock.told_ms, NOON_MS - 1001);
	assert_int_equal(clock.now_ms, NOON_MS - 1001);
	assert_int_equal(
	    site_clock_set_back(&clock, NOON_MS - 1001 - LATE_MS, LATE_MS), CLOCK_BACK_LITTLE);
	assert_int_equal(
	    site_clock_set_back(&clock, NOON_MS - 1002 - 2 * LATE_MS, LATE_MS), CLOCK_BACK);
	assert_int_equal(clock.now_ms, NOON_MS - 1002 - 2 * LATE_MS);
}

static void test_site_is_kept(unused_parameter void **state)
{
	/* A site's clock comes back from its row; what was told is another run's. */
	for (int64_t now_ms = -1; now_ms < 1; now_ms++) {
		struct site_clock clock = {.now_ms = now_ms, .told_ms = NOON_MS};
		struct site_clock again = {0};
		struct row_writer row;
		struct row_reader reader;

		row_begin(&row, 1);
		site_clock_save(&clock, &row);
		reader = row_open(row_view(&row), 1);
		site_clock_restore(&again, &reader);
		assert_true(row_is_whole(&reader));
		assert_int_equal(again.now_ms, now_ms);
		assert_int_equal(again.told_ms, CLOCK_UNTOLD);
	}
}

static void test_bytes_of_others(unused_parameter void **state)
{
	/* The last time that there is comes back, one behind it is refused. */
	for (uint64_t more = 0; more < 2; more++) {
		struct site_clock clock;
		struct row_writer row;
		struct row_reader reader;

		row_begin(&row, 1);
		row_put(&row, ROW_MAX_TIME_MS + more, 8);
		reader = row_open(row_view(&row), 1);
		site_clock_restore(&clock, &reader);
		assert_int_equal(row_is_whole(&reader), more == 0);
	}
}

/* -- a log's -- */

static int64_t say(struct log_clock *clock, int64_t time_ms, int64_t told_ms)
{
	return log_clock_line(clock, time_ms, told_ms, LATE_MS);
}

static void test_on_time(unused_parameter void **state)
{
	/* Lines up to a window late have their own time; none is of later than now; and where
	 * nobody tells the time each is believed. */
	struct log_clock clock = {0};

	assert_int_equal(say(&clock, NOON_MS, NOON_MS), NOON_MS);
	assert_int_equal(say(&clock, NOON_MS - LATE_MS, NOON_MS), NOON_MS - LATE_MS);
	assert_int_equal(say(&clock, NOON_MS + LATE_MS, NOON_MS), NOON_MS);
	assert_int_equal(clock.misdated_total, 0);
	assert_int_equal(say(&clock, NOON_MS + YEAR_MS, CLOCK_UNTOLD), NOON_MS + YEAR_MS);
	assert_int_equal(clock.misdated_total, 0);
	assert_int_equal(clock.offset_ms, 0);
}

static void test_broken_dates(unused_parameter void **state)
{
	/* Lines dated ahead are of now, those dated back stay there; each is counted, and neither
	 * says anything about the clock while others come on time between them. */
	static const int64_t wrong_ms[] = {YEAR_MS, 24 * HOUR_MS, HOUR_MS, LATE_MS + 1};
	struct log_clock clock = {0};

	for (int minute = 0; minute < 60; minute++) {
		int64_t now_ms = NOON_MS + minute * INT64_C(60000);

		assert_int_equal(say(&clock, now_ms, now_ms), now_ms);
		for (int i = 0; i < 5; i++) {
			int64_t off_ms = wrong_ms[minute % 4];

			assert_int_equal(say(&clock, now_ms + off_ms, now_ms), now_ms);
			assert_int_equal(say(&clock, now_ms - off_ms, now_ms), now_ms - off_ms);
		}
	}
	assert_int_equal(clock.misdated_total, 600);
	assert_int_equal(clock.offset_ms, 0);
	assert_int_equal(clock.latest_ms, NOON_MS + 59 * INT64_C(60000));
}

static void test_catching_up(unused_parameter void **state)
{
	/* What was written in the last day is read at once, or over minutes: it is neither misdated
	 * nor does it say that the clock is off. */
	struct log_clock clock = {0};

	for (int64_t ago_ms = 24 * HOUR_MS; ago_ms > 0; ago_ms -= 1000)
		assert_int_equal(say(&clock, NOON_MS - ago_ms, NOON_MS), NOON_MS - ago_ms);
	for (int64_t ago_ms = 24 * HOUR_MS; ago_ms > 0; ago_ms -= 10000)
		say(&clock, NOON_MS + YEAR_MS - ago_ms, NOON_MS + YEAR_MS - ago_ms / 10);
	assert_int_equal(clock.misdated_total, 0);
	assert_int_equal(clock.offset_ms, 0);
}

static void test_other_zone(unused_parameter void **state)
{
	/* A log whose every line is an hour behind, or ahead, is put right once enough lines over
	 * long enough agree, and not before; later it is set right, and that is seen as well. */
	for (int64_t off_ms = -HOUR_MS; off_ms <= HOUR_MS; off_ms += 2 * HOUR_MS) {
		struct log_clock clock = {0};
		int64_t now_ms = NOON_MS;

		for (int i = 0; i < LOG_CLOCK_MIN_LINES - 3; i++)
			say(&clock, now_ms - off_ms, now_ms);
		now_ms += LATE_MS / LOG_CLOCK_MIN_PART - 1;
		say(&clock, now_ms - off_ms - 5000, now_ms);
		say(&clock, now_ms - off_ms, now_ms);
		assert_int_equal(clock.offset_ms, 0);
		now_ms++;
		assert_int_equal(say(&clock, now_ms - off_ms, now_ms), now_ms);
		assert_int_equal(clock.offset_ms, off_ms);
		assert_int_equal(say(&clock, now_ms - off_ms - 7, now_ms), now_ms - 7);
		now_ms += HOUR_MS;
		for (int i = 0; i <= LOG_CLOCK_MIN_LINES; i++)
			say(&clock, now_ms - 1000 + i * INT64_C(10000),
			    now_ms + i * INT64_C(10000));
		assert_int_equal(clock.offset_ms, 0);
	}
}

static void test_too_few(unused_parameter void **state)
{
	/* Seven lines over an hour, and many within a minute, or each off by something else, do not
	 * put a clock right. */
	struct log_clock clock = {0};

	for (int i = 0; i < LOG_CLOCK_MIN_LINES - 1; i++)
		say(&clock, NOON_MS - HOUR_MS + i * 600000, NOON_MS + i * 600000);
	assert_int_equal(clock.offset_ms, 0);
	clock = (struct log_clock){0};
	for (int i = 0; i < 10000; i++)
		say(&clock, NOON_MS - HOUR_MS + i, NOON_MS + i);
	assert_int_equal(clock.offset_ms, 0);
	clock = (struct log_clock){0};
	for (int i = 0; i < 1000; i++)
		say(&clock, NOON_MS + i * 1000 - HOUR_MS - i % 2 * (LATE_MS / 2 + 1),
		    NOON_MS + i * 1000);
	assert_int_equal(clock.offset_ms, 0);
}

static void test_give_or_take(unused_parameter void **state)
{
	/* Lines may differ by half a window; where they differ by more they begin anew, whatever
	 * came before. */
	static const int64_t off_ms[] = {
	    HOUR_MS, HOUR_MS + LATE_MS / 2, HOUR_MS - LATE_MS / 2};
	struct log_clock clock = {0};

	for (int i = 0; i < 100 && clock.offset_ms == 0; i++)
		say(&clock, NOON_MS + i * 1000 - off_ms[i % 3], NOON_MS + i * 1000);
	assert_int_equal(clock.offset_ms, HOUR_MS - LATE_MS / 2);
	clock = (struct log_clock){0};
	for (int i = 0; i < 100; i++)
		say(&clock, NOON_MS - HOUR_MS, NOON_MS);
	say(&clock, NOON_MS - 2 * HOUR_MS, NOON_MS);
	say(&clock, NOON_MS - HOUR_MS, NOON_MS + HOUR_MS);
	assert_int_equal(clock.offset_ms, 0);
}

static void test_once_more(unused_parameter void **state)
{
	/* What was put right once and is off by as much again must be seen for as long again; and
	 * what comes after a pause is dated neither before nor after its time. */
	struct log_clock clock = {0};
	int64_t now_ms = NOON_MS;

	say(&clock, now_ms, now_ms);
	for (; clock.offset_ms == 0; now_ms += 1000)
		say(&clock, now_ms - HOUR_MS, now_ms);
	for (int i = 1; i < LOG_CLOCK_MIN_LINES; i++)
		say(&clock, now_ms - 2 * HOUR_MS, now_ms);
	assert_int_equal(clock.offset_ms, HOUR_MS);
	say(&clock, now_ms - HOUR_MS, now_ms);
	clock.misdated_total = 0;
	now_ms += HOUR_MS;
	say(&clock, now_ms - 2 * HOUR_MS, now_ms);
	assert_int_equal(clock.offset_ms, HOUR_MS);
	assert_int_equal(clock.misdated_total, 0);
}

static void test_misdated(unused_parameter void **state)
{
	/* Of old lines only those count that are more than a window before the latest. */
	struct log_clock clock = {0};

	say(&clock, NOON_MS, NOON_MS);
	say(&clock, NOON_MS - LATE_MS, NOON_MS + 1);
	assert_int_equal(clock.misdated_total, 0);
	say(&clock, NOON_MS - LATE_MS - 1, NOON_MS + 1);
	assert_int_equal(clock.misdated_total, 1);
	clock = (struct log_clock){0};
	say(&clock, NOON_MS - 5 * HOUR_MS, NOON_MS);
	say(&clock, NOON_MS - 6 * HOUR_MS, NOON_MS);
	assert_int_equal(clock.misdated_total, 1);
	assert_int_equal(clock.latest_ms, NOON_MS - 5 * HOUR_MS);
}

static void test_least_off(unused_parameter void **state)
{
	/* Requests that took long are logged late: the least tells how far off the clock is. */
	struct log_clock clock = {0};

	for (int i = 0; i < 60; i++) {
		int64_t now_ms = NOON_MS + i * INT64_C(2000);

		say(&clock, now_ms - HOUR_MS - (i % 5 == 1 ? 0 : 60000), now_ms);
	}
	assert_int_equal(clock.offset_ms, HOUR_MS);
}

static void test_within_a_window(unused_parameter void **state)
{
	/* A clock that is off by less than a window, but by much of it, is put right as well, and
	 * that it is right again is seen; what a server takes to write a line is no fault. */
	static const int64_t off_ms[] = {280000, 31000, -31000, -280000};
	struct log_clock clock = {0};

	for (size_t i = 0; i < count_of(off_ms); i++) {
		int64_t now_ms = NOON_MS + (int64_t)i * HOUR_MS;
		int64_t end_ms = now_ms + 70000;

		for (; now_ms <= end_ms; now_ms += 5000) {
			assert_int_equal(clock.offset_ms, 0);
			say(&clock, now_ms - off_ms[i], now_ms);
			if (clock.offset_ms != 0)
				break;
		}
		assert_int_equal(clock.offset_ms, off_ms[i]);
		assert_int_equal(say(&clock, now_ms - off_ms[i] - 9, now_ms), now_ms - 9);
		for (end_ms = now_ms + 70000; now_ms <= end_ms; now_ms += 5000)
			say(&clock, now_ms, now_ms);
		assert_int_equal(clock.offset_ms, 0);
	}
	assert_int_equal(clock.misdated_total, 0);
	for (int i = 0; i < 1000; i++)
		say(&clock, NOON_MS + i * 1000 - 30000, NOON_MS + i * 1000);
	assert_int_equal(clock.offset_ms, 0);
}

static void test_short_window(unused_parameter void **state)
{
	/* In a window of ten seconds, too, a server may take five to write a line. */
	static const int64_t late_ms = 10000;

	for (int64_t off_ms = 4000; off_ms <= 6000; off_ms += 1000) {
		struct log_clock clock = {0};

		for (int64_t now_ms = NOON_MS; now_ms < NOON_MS + 60000; now_ms += 500)
			log_clock_line(&clock, now_ms - off_ms, now_ms, late_ms);
		assert_int_equal(clock.offset_ms, off_ms > 5000 ? off_ms : 0);
	}
}

static void test_buffers(unused_parameter void **state)
{
	/* Lines that a server keeps back and writes together are each as late as may be, and what
	 * they have in common is that the last one is not: their clock is right. */
	static const int64_t written_each_ms[] = {60000, 120000, 300000};
	struct log_clock clock = {0};

	for (size_t i = 0; i < count_of(written_each_ms); i++)
		for (int64_t ms = written_each_ms[i]; ms < HOUR_MS; ms += written_each_ms[i])
			for (int64_t ago_ms = written_each_ms[i] - 1; ago_ms > 0; ago_ms -= 1500) {
				int64_t now_ms = NOON_MS + (int64_t)i * HOUR_MS + ms;

				assert_int_equal(
				    say(&clock, now_ms - ago_ms, now_ms), now_ms - ago_ms);
				assert_int_equal(clock.offset_ms, 0);
			}
	assert_int_equal(clock.misdated_total, 0);
}

static void test_kept_back(unused_parameter void **state)
{
	/* At night the lines that a server keeps back come alone, each as late as the one before:
	 * two of a probe every five minutes, a page's all at once, or, where each of its processes
	 * keeps its own back, four in turn. Their clock is right, in a long window, too. */
	struct log_clock long_window = {0};
	static const int64_t kept_back_ms[] = {60000, 240000, 301000, 600000};
	static const struct {
		int64_t every_ms;
		int lines, apart_ms;
	} nights[] = {{300000, 2, 40}, {300000, 30, 40}, {120000, 3, 4000}, {-4, 1, 0}};

	for (size_t i = 0; i < count_of(kept_back_ms); i++)
		for (size_t j = 0; j < count_of(nights); j++) {
			struct log_clock clock = {0};
			int64_t every_ms = nights[j].every_ms > 0
			    ? nights[j].every_ms
			    : kept_back_ms[i] / -nights[j].every_ms;

			for (int64_t ms = 0; ms < 12 * HOUR_MS; ms += every_ms)
				for (int k = 0; k < nights[j].lines; k++) {
					int64_t now_ms = NOON_MS + ms + k * nights[j].apart_ms;

					say(&clock, now_ms - kept_back_ms[i], now_ms);
					assert_int_equal(clock.offset_ms, 0);
				}
		}
	for (int64_t ms = 0; ms < 24 * HOUR_MS; ms += HOUR_MS / 2)
		log_clock_line(&long_window, NOON_MS + ms - HOUR_MS, NOON_MS + ms, HOUR_MS);
	assert_int_equal(long_window.offset_ms, 0);
}

static void test_not_kept_back(unused_parameter void **state)
{
	/* Eight times in a row lines came within a sixth of what they are late by: they were not
	 * kept back. A line that came alone, or one of seven times, begins anew; one on time ends
	 * it; a log that is ahead needs no such proof, as no line comes before its time. */
	struct log_clock clock = {0};
	int64_t now_ms = NOON_MS;

	for (int times = 0; times < 20; times++) {
		now_ms += times % 8 == 0 ? 20001 : 20000;
		say(&clock, now_ms - 120000, now_ms);
		assert_int_equal(clock.offset_ms, times < 7 ? 0 : 120000);
	}
	clock = (struct log_clock){0};
	for (int times = 0; times < 20; times++) {
		now_ms += times % 7 == 0 ? 20001 : 20000;
		say(&clock, now_ms - 120000, now_ms);
		say(&clock, now_ms - 120000 - 7, now_ms);
	}
	assert_int_equal(clock.offset_ms, 0);
	for (int times = 0; times < 20; times++) {
		now_ms += 300000;
		say(&clock, now_ms + 120000, now_ms);
	}
	assert_int_equal(clock.offset_ms, -120000);
}

static void test_at_once(unused_parameter void **state)
{
	/* What comes within a second of the line that was counted last counts with it, but for the
	 * first line behind one that was on time. */
	for (int64_t apart_ms = 999; apart_ms <= 1000; apart_ms++) {
		struct log_clock clock = {0};

		for (int64_t ms = 0; ms <= 60000; ms += 10000)
			say(&clock, NOON_MS + ms - 120000, NOON_MS + ms);
		assert_int_equal(clock.offset_ms, 0);
		say(&clock, NOON_MS + 60000 + apart_ms - 120000, NOON_MS + 60000 + apart_ms);
		assert_int_equal(clock.offset_ms, apart_ms == 1000 ? 120000 : 0);
	}
	for (int times = 7; times <= 8; times++) {
		struct log_clock clock = {0};
		int64_t now_ms = NOON_MS + 500;

		say(&clock, NOON_MS - 120000, NOON_MS);
		say(&clock, now_ms, now_ms);
		say(&clock, now_ms - 120000, now_ms);
		for (int i = 1; i < times; i++) {
			now_ms += 10000;
			say(&clock, now_ms - 120000, now_ms);
		}
		assert_int_equal(clock.offset_ms, times == 8 ? 120000 : 0);
	}
}

static void test_refuted(unused_parameter void **state)
{
	/* At night each request lasts a minute, and is logged with the time that it came at: the
	 * first short one in the morning shows that the clock is right; a broken date does not. */
	struct log_clock clock = {0};
	int64_t now_ms = NOON_MS;

	for (; clock.offset_ms == 0; now_ms += 10000)
		say(&clock, now_ms - 60000, now_ms);
	assert_int_equal(clock.offset_ms, 60000);
	assert_int_equal(say(&clock, now_ms + 60000, now_ms), now_ms);
	assert_int_equal(say(&clock, now_ms + HOUR_MS, now_ms), now_ms);
	assert_int_equal(clock.offset_ms, 60000);
	assert_int_equal(say(&clock, now_ms - 2000, now_ms), now_ms - 2000);
	assert_int_equal(clock.offset_ms, 0);
	assert_int_equal(say(&clock, now_ms - 60000, now_ms), now_ms - 60000);
}

static void test_give_or_take_within(unused_parameter void **state)
{
	/* Within a window lines may differ by a twentieth of it only. */
	for (int64_t more_ms = 0; more_ms < 2; more_ms++) {
		struct log_clock clock = {0};

		for (int i = 0; i < 100; i++) {
			int64_t off_ms = 200000 + i % 2 * (LATE_MS / 20 + more_ms);

			say(&clock, NOON_MS + i * 1000 - off_ms, NOON_MS + i * 1000);
		}
		assert_int_equal(clock.offset_ms, more_ms == 0 ? 200000 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_site_goes_on),
	    cmocka_unit_test(test_first_moment),
	    cmocka_unit_test(test_bytes_of_others),
	    cmocka_unit_test(test_ours_set_back),
	    cmocka_unit_test(test_ours_set_back_little),
	    cmocka_unit_test(test_site_is_kept),
	    cmocka_unit_test(test_on_time),
	    cmocka_unit_test(test_broken_dates),
	    cmocka_unit_test(test_catching_up),
	    cmocka_unit_test(test_other_zone),
	    cmocka_unit_test(test_too_few),
	    cmocka_unit_test(test_give_or_take),
	    cmocka_unit_test(test_once_more),
	    cmocka_unit_test(test_misdated),
	    cmocka_unit_test(test_least_off),
	    cmocka_unit_test(test_within_a_window),
	    cmocka_unit_test(test_short_window),
	    cmocka_unit_test(test_buffers),
	    cmocka_unit_test(test_kept_back),
	    cmocka_unit_test(test_not_kept_back),
	    cmocka_unit_test(test_at_once),
	    cmocka_unit_test(test_refuted),
	    cmocka_unit_test(test_give_or_take_within),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
