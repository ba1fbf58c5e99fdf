#include "detect/detector.h"

#include <errno.h>
#include <stdarg.h>

#include "allocation.h"
#include "detect/detector_private.h"
#include "script.h"
#include "traffic.h"
#include "unit.h"

static void say(struct detector *detector, const char *format, ...) format_like(2, 3);

static void say(struct detector *detector, const char *format, ...)
{
	char line[300];
	va_list arguments;
	struct record record;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	record = script_record(view_of_text(line));
	detector_record(detector, &record);
}

static void assert_window(const struct detector *detector, const char *expected)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 1000);
	script_window(detector, &text);
	assert_string_equal(buffer_text(&text), expected);
}

static void assert_summary(const struct detector *detector, const char *expected)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 1000);
	script_summary(detector, &text);
	assert_string_equal(buffer_text(&text), expected);
}

static void admit(struct detector *detector, unsigned from, unsigned to, int second)
{
	for (unsigned i = from; i < to; i++)
		say(detector, "%d 10.1.%u.%u 200 scheme=kerberos user=u", second, i / 256, i % 256);
}

static void refuse(struct detector *detector, unsigned from, unsigned to, int second)
{
	for (unsigned i = from; i < to; i++)
		say(detector, "%d 10.1.%u.%u 401 scheme=kerberos reply=reject", second, i / 256,
		    i % 256);
}

/* -- the spike ------------------------------------------------------------------------------ */

static void test_spike_opens_at_the_share(unused_parameter void **state)
{
	/* Of 20 active voters six rejected are 30 %: not five, although five are enough voters. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	admit(detector, 0, 20, 0);
	refuse(detector, 0, 5, 60);
	assert_window(detector, "known-good 20, active 20, rejected 5");
	refuse(detector, 5, 6, 61);
	assert_window(detector, "known-good 20, active 20, rejected 6, spike");
	detector_window(detector, &window);
	assert_int_equal(window.spike_since_ms, SCRIPT_START_MS + 61000);
	assert_int_equal(window.now_ms, SCRIPT_START_MS + 61000);
	assert_int_equal(window.established, 14);
	assert_true(window.rejected_ratio > 0.29 && window.rejected_ratio < 0.31);
	refuse(detector, 6, 7, 62);
	detector_window(detector, &window);
	assert_int_equal(window.spike_since_ms, SCRIPT_START_MS + 61000);
}

static void test_spike_needs_voters(unused_parameter void **state)
{
	/* Four of four rejected are no spike, five of five are. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 5, 0);
	refuse(detector, 0, 4, 400);
	assert_window(detector, "known-good 5, active 4, rejected 4");
	refuse(detector, 4, 5, 401);
	assert_window(detector, "known-good 5, active 5, rejected 5, spike");
}

static void test_spike_closes(unused_parameter void **state)
{
	/* The spike ends as voters get in again, or as time passes. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	admit(detector, 0, 10, 0);
	refuse(detector, 0, 5, 10);
	assert_true(detector_totals(detector)->handshakes[SCHEME_KERBEROS][OUTCOME_REJECTED] == 5);
	assert_window(detector, "known-good 10, active 10, rejected 5, spike");
	admit(detector, 0, 1, 11);
	assert_window(detector, "known-good 10, active 10, rejected 4");
	refuse(detector, 0, 1, 12);
	detector_window(detector, &window);
	assert_int_equal(window.spike_since_ms, SCRIPT_START_MS + 12000);
	detector_advance(detector, SCRIPT_START_MS + 305000);
	assert_window(detector, "known-good 10, active 5, rejected 5, spike");
	detector_advance(detector, SCRIPT_START_MS + 315000);
	assert_window(detector, "known-good 10");
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
	admit(detector, 0, 1, 0);
	assert_window(detector, "known-good 1, active 1");
	refuse(detector, 0, 1, 0);
	assert_window(detector, "known-good 1, active 1, rejected 1, spike");
}

static void test_forget(unused_parameter void **state)
{
	/* After an action nothing of before counts, not even what is decided or logged later; the
	 * voters stay known-good, and what happens since counts. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 10, 0);
	refuse(detector, 0, 9, 10);
	say(detector, "10 10.1.0.9 401");
	say(detector, "11 10.1.0.9 401");
	detector_forget_before(detector, SCRIPT_START_MS + 20000);
	assert_window(detector, "known-good 10");
	say(detector, "21 10.9.9.9 200");
	assert_window(detector, "known-good 10");
	refuse(detector, 0, 8, 19);
	assert_window(detector, "known-good 10");
	refuse(detector, 0, 5, 20);
	assert_window(detector, "known-good 10, active 5, rejected 5, spike");
}

static void test_schemes_apart(unused_parameter void **state)
{
	/* NTLM goes on while Kerberos does not: the control group that shows a stale handle. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_window window;

	admit(detector, 0, 10, 0);
	say(detector, "1 10.2.0.1 200 scheme=ntlm user=u");
	say(detector, "1 10.2.0.2 200 scheme=basic user=u");
	say(detector, "1 10.2.0.3 401 scheme=none");
	say(detector, "40 10.2.0.3 401 scheme=none");
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

	detector_signal(detector, &signal);
	assert_int_equal(detector_signals(detector, 1), 0);
	assert_int_equal(detector_signals_total(detector, 1), 1);
	say(detector, "0 10.0.0.1 200");
	detector_signal(detector, &signal);
	signal.time_ms = SCRIPT_START_MS + 10000;
	detector_signal(detector, &signal);
	assert_int_equal(detector_signals(detector, 1), 2);
	assert_int_equal(detector_signals(detector, 0), 0);
	detector_advance(detector, SCRIPT_START_MS + 304999);
	assert_int_equal(detector_signals(detector, 1), 1);
	assert_int_equal(detector_signals_total(detector, 1), 3);
	signal.signature = 3;
	detector_signal(detector, &signal);
	assert_int_equal(detector_signals(detector, 3), 0);
	assert_int_equal(detector_signals_total(detector, 3), 0);
}

/* -- noise ------------------------------------------------------------------------------------ */

static void test_monitors(unused_parameter void **state)
{
	/* A day of monitors that poll without signing in: nobody is rejected. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 10, 0);
	for (int second = 0; second < 86400; second += 60) {
		say(detector, "%d 10.9.0.1 401 agent=check_http/2.3", second);
		say(detector, "%d 127.0.0.1 401.2.5 agent=AMProbe/Local/ClientAccess", second);
	}
	detector_finish(detector);
	assert_summary(detector, "kerberos established 10, unknown unanswered 2880");
	assert_window(detector, "known-good 10");
}

static void test_crawlers(unused_parameter void **state)
{
	/* Crawlers ask for every page once and never sign in. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 10, 0);
	for (int i = 0; i < 5000; i++)
		say(detector, "%d 66.249.%d.%d 401 agent=Googlebot target=/page%d", i / 20, i % 3,
		    i % 200, i);
	detector_finish(detector);
	assert_window(detector, "known-good 10, active 10");
}

static void test_spray(unused_parameter void **state)
{
	/* Bad passwords from a few addresses are strangers' rejections, however many. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 10, 0);
	for (int i = 0; i < 5000; i++)
		say(detector, "%d 203.0.113.%d 401.1.1326 user=user%d", i / 50, i % 3, i);
	assert_window(detector, "known-good 10, active 10, strangers 5000");
	assert_summary(detector, "kerberos established 10, basic rejected 5000");
}

static void test_strangers(unused_parameter void **state)
{
	/* A million strangers that are refused neither become voters nor drive any out. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct record record;

	admit(detector, 0, 100, 0);
	record = script_record(VIEW("1 198.51.100.1 401 scheme=kerberos reply=reject"));
	for (uint32_t i = 0; i < 1000000; i++) {
		memcpy(record.address.bytes + 1, &i, 3);
		record.time_ms += i % 10 == 0;
		detector_record(detector, &record);
	}
	assert_window(detector, "known-good 100, active 100, strangers 1000000");
	assert_int_equal(detector_totals(detector)->evicted_voters, 0);
	assert_true(detector_totals(detector)->voters >= 1000000);
}

static void test_questions_of_strangers(unused_parameter void **state)
{
	/* Strangers that only ask fill the table of open handshakes: the oldest go, counted, and a
	 * client that answers at once is still told right. */
	struct detector *auto_call(detector_free) detector = script_detector();
	const struct detector_totals *totals = detector_totals(detector);

	for (unsigned i = 0; i < 20000; i++) {
		say(detector, "0 198.51.%u.%u 401", i / 250, i % 250);
		if (i % 100 == 0)
			say(detector, "0 10.0.0.1 401");
		if (i % 100 == 50)
			say(detector, "0 10.0.0.1 200 user=alice");
	}
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_ESTABLISHED], 200);
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_REJECTED], 0);
	assert_true(totals->evicted_pending >= 18000);
	assert_int_equal(
	    totals->evicted_pending, totals->handshakes[SCHEME_UNKNOWN][OUTCOME_UNANSWERED]);
	detector_finish(detector);
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_UNANSWERED], 20000);
}

static void test_eviction_refuses_nobody(unused_parameter void **state)
{
	/* Who floods the table cannot make others look refused: an undecided one that must go is
	 * incomplete. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 10, 0);
	for (unsigned i = 0; i < 10; i++) {
		say(detector, "1 10.1.0.%u 401", i);
		say(detector, "1 10.1.0.%u 401", i);
	}
	for (unsigned i = 0; i < 2000; i++)
		say(detector, "1 198.51.%u.%u 401 scheme=ntlm", i / 250, i % 250);
	assert_int_equal(
	    detector_totals(detector)->handshakes[SCHEME_UNKNOWN][OUTCOME_INCOMPLETE], 10);
	assert_window(detector, "known-good 10, active 10");
}

static void test_office(unused_parameter void **state)
{
	/* An office behind one address is one voter, whatever happens to each of a hundred. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 5, 0);
	for (int i = 0; i < 100; i++)
		say(detector, "1 192.0.2.1 200 scheme=kerberos user=u%d", i);
	for (int i = 0; i < 100; i++)
		say(detector, "2 192.0.2.1 401 scheme=kerberos reply=reject");
	assert_window(detector, "known-good 6, active 6, rejected 1");
}

static void test_ipv6_network(unused_parameter void **state)
{
	/* One that hops through its /64 is one voter; another /64 is another. */
	struct detector *auto_call(detector_free) detector = script_detector();

	for (int i = 0; i < 100; i++)
		say(detector, "0 2001:db8:1:2:%x::1 200 scheme=kerberos user=u", i);
	for (int i = 0; i < 100; i++)
		say(detector, "1 2001:db8:1:2:%x::2 401 scheme=kerberos reply=reject", i);
	assert_window(detector, "known-good 1, active 1, rejected 1");
	say(detector, "1 2001:db8:1:3::1 401 scheme=kerberos reply=reject");
	assert_window(detector, "known-good 1, active 1, rejected 1, strangers 1");
	assert_int_equal(detector_totals(detector)->voters, 2);
}

static void test_families_and_names(unused_parameter void **state)
{
	/* An IPv4 address, the IPv6 one with the same bytes, and names are different voters. */
	struct detector *auto_call(detector_free) detector = script_detector();

	say(detector, "0 10.0.0.1 200");
	say(detector, "0 a00:1:: 200");
	say(detector, "0 pc1 200");
	say(detector, "0 pc2 200");
	say(detector, "0 pc1 200");
	say(detector, "0 10.0.0.1 200");
	assert_int_equal(detector_totals(detector)->voters, 4);
}

static void test_prefixes(unused_parameter void **state)
{
	/* With shorter prefixes whole networks are one voter. */
	struct detector_options options = script_options();
	struct detector *auto_call(detector_free) detector = NULL;

	options.ipv4_prefix = 24;
	options.ipv6_prefix = 48;
	assert_int_equal(detector_new(&detector, &options), 0);
	say(detector, "0 10.0.0.1 200");
	say(detector, "0 10.0.0.200 200");
	say(detector, "0 10.0.1.1 200");
	say(detector, "0 2001:db8:1:2::1 200");
	say(detector, "0 2001:db8:1:ffff::1 200");
	say(detector, "0 2001:db8:2:2::1 200");
	assert_int_equal(detector_totals(detector)->voters, 4);
}

static void test_recycle(unused_parameter void **state)
{
	/* A recycled worker refuses the legs that were under way and asks everybody anew: no spike,
	 * as all of them get in. */
	struct detector *auto_call(detector_free) detector = script_detector();

	for (unsigned i = 0; i < 50; i++) {
		say(detector, "0 10.1.0.%u 401.2.5", i);
		say(detector, "0 10.1.0.%u 401.1.2148074254", i);
		say(detector, "0 10.1.0.%u 200.0.0 user=u", i);
	}
	for (unsigned i = 0; i < 50; i++) {
		say(detector, "60 10.1.0.%u 401.2.5", i);
		say(detector, "60 10.1.0.%u 401.1.2148074254", i);
		if (i % 10 == 0)
			say(detector, "60 10.1.0.%u 401.1.2148074248", i);
		say(detector, "61 10.1.0.%u 401.1.2148074254", i);
		say(detector, "61 10.1.0.%u 200.0.0 user=u", i);
	}
	detector_finish(detector);
	assert_window(detector, "known-good 50, active 50");
	assert_summary(detector, "unknown established 5, ntlm established 95, ntlm rejected 5");
}

/* -- time ---------------------------------------------------------------------------------------
 */

static void test_broken_date(unused_parameter void **state)
{
	/* A line dated years ahead neither ages the voters nor stops the window. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 10, 0);
	say(detector, "100000000 10.9.9.9 200");
	assert_window(detector, "known-good 10, active 10");
	refuse(detector, 0, 10, 10);
	assert_window(detector, "known-good 10, active 10, rejected 10, spike");
	assert_int_equal(detector_totals(detector)->last_ms, SCRIPT_START_MS + 10000);
}

static void test_clock_set_back(unused_parameter void **state)
{
	/* The server's clock ran eleven hours ahead and is set right: a little later the window
	 * works again, with the voters known from before, and what ran ahead does not come back. */
	struct detector *auto_call(detector_free) detector = script_detector();

	admit(detector, 0, 100, 39600);
	refuse(detector, 0, 10, 39600);
	say(detector, "39600 10.9.0.1 401");
	say(detector, "39601 10.9.0.1 401");
	refuse(detector, 0, 100, 10);
	assert_window(detector, "known-good 100, active 37, rejected 37, spike");
	detector_finish(detector);
	detector_advance(detector, SCRIPT_START_MS + 39600000);
	assert_window(detector, "known-good 100");
}

static void test_old_log(unused_parameter void **state)
{
	/* A log of last week that is read beside today's makes no spike of its outage. */
	struct detector *auto_call(detector_free) detector = script_detector();

	for (int i = 0; i < 200; i++) {
		admit(detector, 0, 20, 500000 + i);
		refuse(detector, 0, 20, i);
	}
	assert_window(detector, "known-good 20, active 20");
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
	say(detector, "10 10.0.0.1 200");
	say(detector, "8 10.0.0.1 200");
	say(detector, "9 10.0.0.1 200");
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
	    cmocka_unit_test(test_monitors),
	    cmocka_unit_test(test_crawlers),
	    cmocka_unit_test(test_spray),
	    cmocka_unit_test(test_strangers),
	    cmocka_unit_test(test_questions_of_strangers),
	    cmocka_unit_test(test_eviction_refuses_nobody),
	    cmocka_unit_test(test_office),
	    cmocka_unit_test(test_ipv6_network),
	    cmocka_unit_test(test_families_and_names),
	    cmocka_unit_test(test_prefixes),
	    cmocka_unit_test(test_recycle),
	    cmocka_unit_test(test_broken_date),
	    cmocka_unit_test(test_clock_set_back),
	    cmocka_unit_test(test_old_log),
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_without_memory),
	    cmocka_unit_test(test_outcome_names),
	};

	return cmocka_run_group_tests_name("detector", tests, NULL, NULL);
}
