#include "detect/detector.h"

#include <errno.h>

#include "allocation.h"
#include "detect/detector_private.h"
#include "keeper.h"
#include "script.h"
#include "unit.h"

/* -- the spike ------------------------------------------------------------------------------ */

static void test_spike_opens_at_the_share(unused_parameter void **state)
{
	/* Of 20 active voters six rejected are 30 %: not five, although five are enough voters. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	script_admit(detector, 0, 20, 0);
	script_refuse(detector, 0, 5, 60);
	script_assert_window(detector, "known-good 20, active 20, rejected 5");
	script_refuse(detector, 5, 6, 61);
	script_assert_window(detector, "known-good 20, active 20, rejected 6, spike");
	detector_window(detector, &window);
	assert_int_equal(window.spike_since_ms, SCRIPT_START_MS + 61000);
	assert_int_equal(window.now_ms, SCRIPT_START_MS + 61000);
	assert_int_equal(window.established, 14);
	assert_true(window.rejected_ratio > 0.29 && window.rejected_ratio < 0.31);
	script_refuse(detector, 6, 7, 62);
	detector_window(detector, &window);
	assert_int_equal(window.spike_since_ms, SCRIPT_START_MS + 61000);
}

static void test_spike_needs_voters(unused_parameter void **state)
{
	/* Four of four rejected are no spike, five of five are. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 5, 0);
	script_refuse(detector, 0, 4, 400);
	script_assert_window(detector, "known-good 5, active 4, rejected 4");
	script_refuse(detector, 4, 5, 401);
	script_assert_window(detector, "known-good 5, active 5, rejected 5, spike");
}

static void test_spike_closes(unused_parameter void **state)
{
	/* The spike ends as voters get in again, or as time passes. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	script_admit(detector, 0, 10, 0);
	script_refuse(detector, 0, 5, 10);
	assert_true(detector_totals(detector)->handshakes[SCHEME_KERBEROS][OUTCOME_REJECTED] == 5);
	script_assert_window(detector, "known-good 10, active 10, rejected 5, spike");
	script_admit(detector, 0, 1, 11);
	script_assert_window(detector, "known-good 10, active 10, rejected 4");
	script_refuse(detector, 0, 1, 12);
	detector_window(detector, &window);
	assert_int_equal(window.spike_since_ms, SCRIPT_START_MS + 12000);
	detector_advance(detector, SCRIPT_START_MS + 305000);
	script_assert_window(detector, "known-good 10, active 5, rejected 5, spike");
	detector_advance(detector, SCRIPT_START_MS + 315000);
	script_assert_window(detector, "known-good 10");
	detector_window(detector, &window);
	assert_int_equal(window.spike_since_ms, -1);
	assert_true(window.rejected_ratio == 0);
}

static void test_spike_without_minimum(unused_parameter void **state)
{
	/* Without a minimum one voter of one is a spike, but nobody of nobody is none. */
	struct detector_options options = script_options();
	struct detector *auto_call(detector_free) detector = NULL;

	options.minimum_voters = 0;
	options.share_percent = 0;
	assert_int_equal(detector_new(&detector, &options), 0);
	script_admit(detector, 0, 1, 0);
	script_assert_window(detector, "known-good 1, active 1");
	script_refuse(detector, 0, 1, 0);
	script_assert_window(detector, "known-good 1, active 1, rejected 1, spike");
}

static void test_forget(unused_parameter void **state)
{
	/* After an action nothing of before counts, not even what is decided or logged later; the
	 * voters stay known-good, and what happens since counts. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 10, 0);
	script_refuse(detector, 0, 9, 10);
	script_say(detector, "10 10.1.0.9 401");
	script_say(detector, "11 10.1.0.9 401");
	detector_forget_before(detector, SCRIPT_START_MS + 20000);
	script_assert_window(detector, "known-good 10");
	script_say(detector, "21 10.9.9.9 200");
	script_assert_window(detector, "known-good 10");
	script_refuse(detector, 0, 8, 19);
	script_assert_window(detector, "known-good 10");
	script_refuse(detector, 0, 5, 20);
	script_assert_window(detector, "known-good 10, active 5, rejected 5, spike");
}

static void test_schemes_apart(unused_parameter void **state)
{
	/* NTLM goes on while Kerberos does not: the control group that shows a stale handle. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	script_admit(detector, 0, 10, 0);
	script_say(detector, "1 10.2.0.1 200 scheme=ntlm user=u");
	script_say(detector, "1 10.2.0.2 200 scheme=basic user=u");
	script_say(detector, "1 10.2.0.3 401 scheme=none");
	script_say(detector, "40 10.2.0.3 401 scheme=none");
	detector_window(detector, &window);
	assert_int_equal(window.kerberos_established, 10);
	assert_int_equal(window.ntlm_established, 1);
	assert_int_equal(window.unanswered, 1);
	detector_advance(detector, SCRIPT_START_MS + 320000);
	detector_window(detector, &window);
	assert_int_equal(window.kerberos_established, 0);
	assert_int_equal(window.ntlm_established, 0);
	assert_int_equal(window.unanswered, 1);
}

static void test_signals(unused_parameter void **state)
{
	/* Signals count in the window by their time, and in total; a signature that is none does
	 * not. Before any line has a time they count in total only. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct signal signal = {.signature = 1, .time_ms = -1};

	detector_signal(detector, &signal, NULL);
	assert_int_equal(detector_signals(detector, 1), 0);
	assert_int_equal(detector_signals_total(detector, 1), 1);
	script_say(detector, "0 10.0.0.1 200");
	detector_signal(detector, &signal, NULL);
	signal.time_ms = SCRIPT_START_MS + 10000;
	detector_signal(detector, &signal, NULL);
	assert_int_equal(detector_signals(detector, 1), 2);
	assert_int_equal(detector_signals(detector, 0), 0);
	detector_advance(detector, SCRIPT_START_MS + 304999);
	assert_int_equal(detector_signals(detector, 1), 1);
	assert_int_equal(detector_signals_total(detector, 1), 3);
	signal.signature = 3;
	detector_signal(detector, &signal, NULL);
	assert_int_equal(detector_signals(detector, 3), 0);
	assert_int_equal(detector_signals_total(detector, 3), 0);
	signal.signature = 2;
	script_refuse(detector, 0, 5, 306);
	script_admit(detector, 0, 5, 306);
	script_refuse(detector, 0, 5, 307);
	script_assert_window(detector, "known-good 5, active 5, rejected 5, strangers 5, spike");
	signal.time_ms = SCRIPT_START_MS + 700000;
	detector_signal(detector, &signal, NULL);
	script_assert_window(detector, "known-good 5");
	signal.signature = 3;
	assert_int_equal(detector_signals(detector, 3), 0);
	assert_int_equal(detector_signals_total(detector, 3), 0);
}

/* -- time ---------------------------------------------------------------------------------------
 */

static void test_broken_date(unused_parameter void **state)
{
	/* Lines dated years ahead neither age the voters nor stop the window: they are of now. */
	struct detector *auto_call(detector_free) detector = script_detector();

	detector_tell_time(detector, SCRIPT_START_MS + 10000);
	script_admit(detector, 0, 10, 0);
	for (int i = 0; i < 100; i++)
		script_say(detector, "100000000 10.9.9.9 200");
	script_assert_window(detector, "known-good 10, active 10");
	script_refuse(detector, 0, 10, 10);
	script_assert_window(detector, "known-good 10, active 10, rejected 10, spike");
	assert_int_equal(detector_totals(detector)->last_ms, SCRIPT_START_MS + 10000);
}

static void test_clock_set_back(unused_parameter void **state)
{
	/* The clock ran eleven hours ahead and is set right: at once the window works again, with
	 * the voters known from before, and what ran ahead does not come back. */
	struct detector *auto_call(detector_free) detector = script_detector();

	detector_tell_time(detector, SCRIPT_START_MS + 39600000);
	script_admit(detector, 0, 100, 39600);
	script_refuse(detector, 0, 10, 39600);
	script_say(detector, "39600 10.9.0.1 401");
	script_say(detector, "39600 10.9.0.1 401");
	script_say(detector, "39600 10.9.0.2 401 target=/b");
	detector_tell_time(detector, SCRIPT_START_MS + 39300000);
	script_assert_window(detector, "known-good 100, active 100, rejected 10");
	detector_tell_time(detector, SCRIPT_START_MS + 10000);
	script_assert_window(detector, "known-good 100");
	script_refuse(detector, 0, 63, 10);
	script_assert_window(detector, "known-good 100, active 63, rejected 63, spike");
	script_assert_summary(detector,
	    "kerberos established 100, kerberos rejected 73, "
	    "unknown unanswered 1, unknown incomplete 1");
	detector_finish(detector);
	detector_advance(detector, SCRIPT_START_MS + 39600000);
	script_assert_window(detector, "known-good 100");
}

static void test_clock_set_back_little(unused_parameter void **state)
{
	/* Our clock is set back by four minutes, by less than a window: who got in before counts
	 * still, and who is refused from then on is counted at once, where a spike was it stays,
	 * and the last minutes leave the window in their time. */
	for (int spiked = 0; spiked < 2; spiked++) {
		struct detector *auto_call(detector_free) detector = script_detector();
		struct detector_evidence evidence;
		struct detector_window window;

		detector_tell_time(detector, SCRIPT_START_MS + 240000);
		script_admit(detector, 0, 10, 230);
		if (spiked)
			script_refuse(detector, 0, 10, 239);
		script_say(detector, "239 10.9.0.1 401");
		script_say(detector, "239 10.9.0.1 401");
		detector_tell_set_back(detector, SCRIPT_START_MS);
		detector_window(detector, &window);
		assert_int_equal(window.now_ms, SCRIPT_START_MS);
		assert_int_equal(window.spike_since_ms, spiked ? SCRIPT_START_MS : -1);
		assert_int_equal(detector_totals(detector)->last_ms, SCRIPT_START_MS);
		script_assert_window(detector, spiked
			? "known-good 10, active 10, rejected 10, spike"
			: "known-good 10, active 10");
		detector_tell_time(detector, SCRIPT_START_MS + 30000);
		script_refuse(detector, 0, 10, 30);
		script_assert_window(detector, "known-good 10, active 10, rejected 10, spike");
		script_say(detector, "30 10.9.0.1 401 scheme=ntlm host=h");
		detector_advance(detector, SCRIPT_START_MS + 34000);
		script_assert_window(
		    detector, "known-good 10, active 10, rejected 10, strangers 1, spike");
		detector_evidence(detector, &evidence);
		assert_int_equal(evidence.rejected_voters, 11);
		detector_advance(detector, SCRIPT_START_MS + 304000);
		detector_evidence(detector, &evidence);
		assert_int_equal(evidence.kerberos_rejected, 10);
		assert_int_equal(evidence.incomplete, 0);
		detector_advance(detector, SCRIPT_START_MS + 334000);
		script_assert_window(detector, "known-good 10");
		detector_evidence(detector, &evidence);
		assert_int_equal(evidence.rejected_voters, 0);
	}
}

static void test_clock_leaps(unused_parameter void **state)
{
	/* The clock is a year ahead for an hour, with lines and without: who is known stays so,
	 * also who is refused meanwhile, and once it is set right an outage is seen. */
	const int64_t year_s = 31536000;
	struct detector *auto_call(detector_free) detector = script_detector();

	detector_tell_time(detector, SCRIPT_START_MS + 10000);
	script_admit(detector, 0, 20, 0);
	for (int64_t late_s = 0; late_s < 3600; late_s += 60) {
		detector_tell_time(detector, SCRIPT_START_MS + (year_s + late_s) * 1000);
		detector_advance(detector, SCRIPT_START_MS + (year_s + late_s) * 1000);
		script_refuse(detector, 0, 5, (int)(year_s + late_s));
	}
	script_assert_window(detector, "known-good 20, active 5, rejected 5, spike");
	detector_tell_time(detector, SCRIPT_START_MS + 4000000);
	script_assert_window(detector, "known-good 20");
	script_refuse(detector, 0, 10, 4000);
	script_assert_window(detector, "known-good 20, active 10, rejected 10, spike");
}

static void test_clock_was_ahead(unused_parameter void **state)
{
	/* Who got in while the clock was a year ahead got in now, by the right one: known for a
	 * week, and not for a year; and places that were seen then make room after a window. */
	const int year_s = 31536000;
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_evidence evidence;

	detector_tell_time(detector, SCRIPT_START_MS + INT64_C(1000) * year_s);
	script_admit(detector, 0, 20, year_s);
	for (int i = 0; i < 40; i++)
		script_say(detector, "%d 10.1.0.1 200 scheme=kerberos user=u host=h%d", year_s, i);
	detector_tell_time(detector, SCRIPT_START_MS);
	assert_int_equal(detector_totals(detector)->first_ms, SCRIPT_START_MS);
	assert_int_equal(detector_totals(detector)->last_ms, SCRIPT_START_MS);
	detector_tell_time(detector, SCRIPT_START_MS + 400000);
	script_say(detector, "400 10.1.0.1 200 scheme=kerberos user=u host=new");
	detector_evidence(detector, &evidence);
	assert_int_equal(evidence.hosts.count, 1);
	for (int64_t hour = 1; hour <= 7 * 24; hour++)
		detector_advance(detector, SCRIPT_START_MS + hour * 3600000);
	script_assert_window(detector, "known-good 20");
	detector_advance(detector, SCRIPT_START_MS + INT64_C(7) * 86400000 + 500000);
	script_assert_window(detector, "");
}

static void test_pause_of_a_year(unused_parameter void **state)
{
	/* Where the clock goes on for a day from where it leapt to, it was right, and who has not
	 * got in for a week is known no more. */
	const int64_t year_ms = INT64_C(31536000000);
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 20, 0);
	for (int64_t late_ms = 0; late_ms < 86400000; late_ms += 60000)
		detector_advance(detector, SCRIPT_START_MS + year_ms + late_ms);
	script_assert_window(detector, "known-good 20");
	detector_advance(detector, SCRIPT_START_MS + year_ms + 86400000);
	script_assert_window(detector, "");
}

static void test_without_totals(unused_parameter void **state)
{
	/* Where the row of the totals cannot be read the voters are known-good still, but of what
	 * was in the window nothing counts, now or when it would have left it. */
	static struct keeper keeper;
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector *auto_call(detector_free) fresh = script_detector();
	struct detector_evidence evidence;

	script_admit(detector, 0, 10, 0);
	for (unsigned i = 0; i < 8; i++)
		script_say(detector, "1 10.1.0.%u 401 scheme=kerberos reply=reject host=a", i);
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	for (size_t i = 0; i < keeper.count; i++)
		if (keeper.rows[i].key[0] != 't')
			assert_int_equal(
			    detector_restore(fresh, view_of(keeper.rows[i].key, ROW_KEY_BYTES),
				view_of(keeper.rows[i].value, keeper.rows[i].length)),
			    0);
	keeper_clear(&keeper);
	script_admit(fresh, 20, 21, 2);
	script_assert_window(fresh, "known-good 11, active 1");
	detector_advance(fresh, SCRIPT_START_MS + 400000);
	script_assert_window(fresh, "known-good 11");
	detector_evidence(fresh, &evidence);
	assert_int_equal(evidence.kerberos_rejected, 0);
	assert_int_equal(evidence.rejected_voters, 0);
	assert_int_equal(evidence.hosts.count, 0);
}

static void test_impossible_times(unused_parameter void **state)
{
	/* Times before 1970 or after 9999 move nothing. */
	struct detector *auto_call(detector_free) detector = script_detector();

	detector_tell_time(detector, SCRIPT_START_MS);
	script_admit(detector, 0, 10, 0);
	detector_advance(detector, INT64_MAX);
	detector_advance(detector, ROW_MAX_TIME_MS);
	detector_advance(detector, -1);
	detector_advance(detector, INT64_MIN + 1);
	script_say(detector, "-9000000000 10.1.0.1 401 scheme=kerberos reply=reject");
	script_say(detector, "999999999999999 10.9.0.1 200");
	script_assert_window(detector, "known-good 10, active 10, rejected 1");
}

static void test_old_log(unused_parameter void **state)
{
	/* A log of last week that is read beside today's makes no spike of its outage. */
	struct detector *auto_call(detector_free) detector = script_detector();

	for (int i = 0; i < 200; i++) {
		script_admit(detector, 0, 20, 500000 + i);
		script_refuse(detector, 0, 20, i);
	}
	script_assert_window(detector, "known-good 20, active 20");
}

static void test_times(unused_parameter void **state)
{
	/* First and last are of the lines; before any line there is no time. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	detector_window(detector, &window);
	assert_int_equal(window.now_ms, -1);
	assert_int_equal(detector_totals(detector)->first_ms, -1);
	detector_advance(detector, SCRIPT_START_MS);
	detector_window(detector, &window);
	assert_int_equal(window.now_ms, -1);
	script_say(detector, "10 10.0.0.1 200");
	script_say(detector, "8 10.0.0.1 200");
	script_say(detector, "9 10.0.0.1 200");
	detector_advance(detector, SCRIPT_START_MS + 20000);
	assert_int_equal(detector_totals(detector)->first_ms, SCRIPT_START_MS + 8000);
	assert_int_equal(detector_totals(detector)->last_ms, SCRIPT_START_MS + 10000);
	assert_int_equal(detector_totals(detector)->records, 3);
}

/* -- making --------------------------------------------------------------------------------------
 */

static void test_options(unused_parameter void **state)
{
	/* Options that mean nothing are refused. */
	struct detector *detector = NULL;
	struct detector_options options[9];

	for (size_t i = 0; i < count_of(options); i++)
		options[i] = script_options();
	options[0].window_ms = 0;
	options[1].known_good_for_ms = -1;
	options[2].handshake_timeout_ms = 0;
	options[3].max_voters = 0;
	options[4].max_pending = 0;
	options[5].max_voters = UINT32_MAX;
	options[6].share_percent = 101;
	options[7].signature_count = WINDOW_MAX_SIGNALS + 1;
	options[8].handshake_timeout_ms = INT64_MAX;
	for (size_t i = 0; i < count_of(options); i++)
		assert_int_equal(detector_new(&detector, &options[i]), -EINVAL);
	assert_null(detector);
	detector_free(&detector);
}

static void test_least_options(unused_parameter void **state)
{
	/* The least and the most of each option will do. */
	struct detector_options options = {.window_ms = 1,
	    .known_good_for_ms = 1,
	    .handshake_timeout_ms = 1,
	    .ipv4_prefix = 32,
	    .max_voters = 1,
	    .max_pending = 1,
	    .share_percent = 100};
	struct detector *auto_call(detector_free) detector = NULL;

	assert_int_equal(detector_new(&detector, &options), 0);
	script_admit(detector, 0, 2, 0);
	script_say(detector, "0 10.1.0.0 401");
	script_say(detector, "0 10.1.0.1 401");
	detector_finish(detector);
	script_assert_summary(detector, "kerberos established 2, unknown unanswered 2");
}

static void test_short_window(unused_parameter void **state)
{
	/* Where a tunnel does not come about is told while it counts: after half a window, if that
	 * is less than a minute. */
	static const int64_t windows_ms[] = {20000, 119998, 120000, 600000};

	for (size_t i = 0; i < count_of(windows_ms); i++) {
		struct detector_options options = script_options();
		struct detector *auto_call(detector_free) detector = NULL;
		int64_t wait_ms = windows_ms[i] < 120000 ? windows_ms[i] / 2 : 60000;

		options.window_ms = windows_ms[i];
		assert_int_equal(detector_new(&detector, &options), 0);
		for (int j = 0; j < 2; j++)
			script_say(detector, "0 10.0.0.1 407 method=CONNECT target=h:443");
		detector_advance(detector, SCRIPT_START_MS + wait_ms);
		script_assert_summary(detector, "");
		detector_advance(detector, SCRIPT_START_MS + wait_ms + 1);
		script_assert_summary(detector, "unknown rejected 1");
	}
}

static void test_without_memory(unused_parameter void **state)
{
	/* Whichever allocation fails, making fails and nothing leaks. */
	const struct detector_options options = script_options();
	struct detector *detector = NULL;
	int error = -ENOMEM;
	int count = 0;

	for (; error == -ENOMEM; count++) {
		allocation_fail_after(count);
		error = detector_new(&detector, &options);
		allocation_restore();
	}
	assert_int_equal(error, 0);
	assert_true(count > 15);
	detector_free(&detector);
	assert_null(detector);
}

static void test_outcome_names(unused_parameter void **state)
{
	/* The words of the glossary. */
	assert_string_equal(outcome_name(OUTCOME_ESTABLISHED), "established");
	assert_string_equal(outcome_name(OUTCOME_REJECTED), "rejected");
	assert_string_equal(outcome_name(OUTCOME_UNANSWERED), "unanswered");
	assert_string_equal(outcome_name(OUTCOME_INCOMPLETE), "incomplete");
}

static void test_before_the_first_line(unused_parameter void **state)
{
	/* Nothing is known yet: no spike, no time. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	detector_window(detector, &window);
	assert_false(detector_has_spike(detector));
	assert_int_equal(window.spike_since_ms, -1);
	assert_int_equal(window.now_ms, -1);
}

static void test_end_of_time(unused_parameter void **state)
{
	/* Where nobody tells the time, lines of the far future are of the last time there is. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	script_say(detector, "999999999999999 10.9.0.1 200");
	detector_window(detector, &window);
	assert_int_equal(window.now_ms, ROW_MAX_TIME_MS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_spike_opens_at_the_share),
	    cmocka_unit_test(test_spike_needs_voters),
	    cmocka_unit_test(test_spike_closes),
	    cmocka_unit_test(test_spike_without_minimum),
	    cmocka_unit_test(test_forget),
	    cmocka_unit_test(test_schemes_apart),
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_broken_date),
	    cmocka_unit_test(test_clock_set_back),
	    cmocka_unit_test(test_clock_leaps),
	    cmocka_unit_test(test_clock_set_back_little),
	    cmocka_unit_test(test_clock_was_ahead),
	    cmocka_unit_test(test_pause_of_a_year),
	    cmocka_unit_test(test_without_totals),
	    cmocka_unit_test(test_impossible_times),
	    cmocka_unit_test(test_old_log),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_least_options),
	    cmocka_unit_test(test_short_window),
	    cmocka_unit_test(test_without_memory),
	    cmocka_unit_test(test_outcome_names),
	    cmocka_unit_test(test_before_the_first_line),
	    cmocka_unit_test(test_end_of_time),
	};

	return cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
