#include "detect/detector_evidence.h"

#include "script.h"
#include "unit.h"

static struct detector_evidence evidence_of(const struct detector *detector)
{
	struct detector_evidence evidence;

	detector_evidence(detector, &evidence);
	return evidence;
}

/* So many of each, by other voters than script_admit() takes. */
struct group {
	const char *scheme;
	unsigned admitted, refused;
};

static void play(struct detector *detector, struct group group)
{
	for (unsigned i = 0; i < group.admitted; i++)
		script_say(detector, "0 10.2.0.%u 200 scheme=%s user=u", i, group.scheme);
	for (unsigned i = 0; i < group.refused; i++)
		script_say(detector, "0 10.3.0.%u 401 scheme=%s reply=reject", i, group.scheme);
}

static void assert_control(
    const unsigned kerberos[2], const unsigned ntlm[2], enum control expected)
{
	struct detector *detector = script_detector();

	play(detector, (struct group){"kerberos", kerberos[0], kerberos[1]});
	play(detector, (struct group){"ntlm", ntlm[0], ntlm[1]});
	assert_int_equal(evidence_of(detector).control, expected);
	assert_int_equal(evidence_of(detector).kerberos_rejected, kerberos[1]);
	assert_int_equal(evidence_of(detector).ntlm_rejected, ntlm[1]);
	detector_free(&detector);
}

#define PAIR(a, b) ((const unsigned[]){(a), (b)})

static void test_control_group(unused_parameter void **state)
{
	/* NTLM is the control group of Kerberos: three sign-ins of each are needed, and at most a
	 * quarter may go the other way. */
	struct detector *detector;

	assert_control(PAIR(0, 3), PAIR(3, 0), CONTROL_HOLDS);
	assert_control(PAIR(1, 3), PAIR(3, 1), CONTROL_HOLDS);
	assert_control(PAIR(2, 5), PAIR(3, 0), CONTROL_MIXED);
	assert_control(PAIR(0, 3), PAIR(5, 2), CONTROL_MIXED);
	assert_control(PAIR(3, 0), PAIR(0, 3), CONTROL_REVERSED);
	assert_control(PAIR(0, 3), PAIR(0, 3), CONTROL_FAILS);
	assert_control(PAIR(3, 0), PAIR(3, 0), CONTROL_HEALTHY);
	assert_control(PAIR(0, 3), PAIR(2, 0), CONTROL_ABSENT);
	assert_control(PAIR(0, 2), PAIR(3, 0), CONTROL_ABSENT);
	assert_control(PAIR(1, 1), PAIR(3, 0), CONTROL_ABSENT);
	assert_control(PAIR(2, 1), PAIR(3, 0), CONTROL_MIXED);
	assert_control(PAIR(1, 2), PAIR(3, 0), CONTROL_MIXED);
	assert_control(PAIR(0, 0), PAIR(0, 0), CONTROL_ABSENT);
	detector = script_detector();
	play(detector, (struct group){"ntlm", 3, 0});
	for (unsigned i = 0; i < 3; i++)
		script_say(detector, "1 10.5.0.%u 401.1.2148074241", i);
	assert_int_equal(evidence_of(detector).control, CONTROL_HOLDS);
	detector_free(&detector);
	assert_string_equal(control_name(CONTROL_ABSENT), "absent");
	assert_string_equal(control_name(CONTROL_HEALTHY), "healthy");
	assert_string_equal(control_name(CONTROL_HOLDS), "holds");
	assert_string_equal(control_name(CONTROL_REVERSED), "reversed");
	assert_string_equal(control_name(CONTROL_FAILS), "fails");
	assert_string_equal(control_name(CONTROL_MIXED), "mixed");
}

static void test_schemes(unused_parameter void **state)
{
	/* Refusals count by scheme, one of a kind that is not named with those that nobody knows.
	 */
	struct detector *detector = script_detector();
	struct detector_evidence evidence;

	script_say(detector, "0 10.0.0.1 401 scheme=basic user=a");
	script_say(detector, "0 10.0.0.2 401 scheme=other reply=reject");
	script_say(detector, "0 10.0.0.3 401 reply=reject");
	script_say(detector, "0 10.0.0.4 401 scheme=ntlm reply=continue");
	script_say(detector, "0 10.0.0.5 401");
	detector_finish(detector);
	evidence = evidence_of(detector);
	assert_int_equal(evidence.basic_rejected, 1);
	assert_int_equal(evidence.unknown_rejected, 2);
	assert_int_equal(evidence.kerberos_rejected, 0);
	assert_int_equal(evidence.ntlm_rejected, 0);
	assert_int_equal(evidence.incomplete, 1);
	detector_free(&detector);
}

static void test_outside_the_window(unused_parameter void **state)
{
	/* What another log tells of two hours ago is none of the window's, however many different
	 * ones it names; nor is what was before the outcomes were forgotten. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_evidence evidence;

	script_admit(detector, 0, 10, 7200);
	detector_forget_before(detector, SCRIPT_START_MS + 7195000);
	for (int second = 10; second < 7195; second += 7184) {
		for (unsigned i = 0; i < 600; i++)
			script_say(
			    detector, "%d 10.9.0.%u 401.1.1326 user=n%u", second, i % 200, i);
		for (unsigned i = 0; i < 5; i++)
			script_say(
			    detector, "%d 10.1.0.%u 401 scheme=ntlm reply=reject", second, i);
		for (unsigned i = 0; i < 5; i++)
			script_say(detector, "%d 10.1.0.%u 431", second, i);
	}
	evidence = evidence_of(detector);
	assert_int_equal(evidence.rejected_names, 0);
	assert_int_equal(evidence.rejected_voters, 0);
	assert_int_equal(evidence.password_names, 0);
	assert_int_equal(evidence.password_voters, 0);
	assert_int_equal(evidence.ntlm_voters, 0);
	assert_int_equal(evidence.oversize_voters, 0);
	assert_int_equal(evidence.left_out_total, 0);
	script_say(detector, "7196 10.1.0.1 401 scheme=ntlm reply=reject");
	assert_int_equal(evidence_of(detector).ntlm_voters, 1);
}

static void test_spray(unused_parameter void **state)
{
	/* Guessing: many names, few voters, codes of bad passwords. */
	struct detector *detector = script_detector();
	struct detector_evidence evidence;

	script_admit(detector, 0, 10, 0);
	for (unsigned i = 0; i < 40; i++)
		script_say(detector, "1 10.9.0.%u 401.1.1326 user=name%u", i % 2, i);
	script_say(detector, "1 10.9.0.1 401.1.1909 user=name1");
	script_say(detector, "1 10.1.0.1 401.1.2148074252");
	script_say(detector, "1 10.1.0.2 401.1.1330");
	script_say(detector, "1 10.1.0.2 401 scheme=kerberos reply=reject");
	evidence = evidence_of(detector);
	assert_int_equal(evidence.rejected_names, 40);
	assert_int_equal(evidence.rejected_voters, 4);
	assert_int_equal(evidence.bad_passwords, 42);
	assert_int_equal(evidence.passwords_by_known_good, 1);
	assert_int_equal(evidence.password_names, 40);
	assert_int_equal(evidence.password_voters, 3);
	assert_int_equal(evidence.statuses[STATUS_PASSWORD], 41);
	assert_int_equal(evidence.statuses[STATUS_LOCKOUT], 1);
	assert_int_equal(evidence.statuses[STATUS_ACCOUNT], 1);
	assert_int_equal(evidence.statuses[STATUS_UNLISTED], 0);
	detector_advance(detector, SCRIPT_START_MS + 1000 + 300000);
	assert_int_equal(evidence_of(detector).rejected_names, 40);
	detector_advance(detector, SCRIPT_START_MS + 1001 + 300000);
	assert_int_equal(evidence_of(detector).rejected_names, 0);
	assert_int_equal(evidence_of(detector).rejected_voters, 0);
	detector_advance(detector, SCRIPT_START_MS + 320000);
	assert_int_equal(evidence_of(detector).bad_passwords, 0);
	detector_free(&detector);
}

static void test_codes(unused_parameter void **state)
{
	/* Each refusal counts in the class of its code; legs and challenges in none. */
	struct detector *detector = script_detector();
	struct detector_evidence evidence;
	uint64_t sum = 0;

	script_say(detector, "0 10.0.0.1 401.2.5");
	script_say(detector, "0 10.0.0.1 401.1.2148074254");
	script_say(detector, "0 10.0.0.1 401.1.2148074241");
	script_say(detector, "0 10.0.0.2 401..2148074312");
	script_say(detector, "0 10.0.0.3 401.1.1789");
	script_say(detector, "0 10.0.0.4 401.1.5");
	script_say(detector, "0 10.0.0.5 401.1.64");
	detector_finish(detector);
	evidence = evidence_of(detector);
	for (int i = 0; i < STATUS_CLASS_COUNT; i++)
		sum += evidence.statuses[i];
	assert_int_equal(sum, 3);
	assert_int_equal(evidence.statuses[STATUS_HANDLE], 1);
	assert_int_equal(evidence.statuses[STATUS_KEY], 1);
	assert_int_equal(evidence.statuses[STATUS_MACHINE_SECRET], 1);
	detector_free(&detector);
}

static void test_oversize(unused_parameter void **state)
{
	/* Requests that were too large, and errors of the server in the middle of a sign-in. */
	struct detector *detector = script_detector();
	struct detector_evidence evidence;

	script_admit(detector, 0, 2, 0);
	script_say(detector, "1 10.1.0.0 431");
	script_say(detector, "1 10.1.0.0 431");
	script_say(detector, "1 10.9.0.0 400 reason=FieldLength");
	script_say(detector, "1 10.9.0.1 400");
	script_say(detector, "1 10.1.0.1 401");
	script_say(detector, "1 10.1.0.1 400 agent=");
	script_say(detector, "2 10.9.0.2 500");
	script_say(detector, "2 10.9.0.2 401");
	script_say(detector, "2 10.9.0.2 500");
	evidence = evidence_of(detector);
	assert_int_equal(evidence.oversize, 4);
	assert_int_equal(evidence.oversize_voters, 2);
	assert_int_equal(evidence.server_errors, 1);
	assert_int_equal(evidence.bad_passwords, 0);
	detector_free(&detector);
}

/* The signal, in an error log that tells the client's address. */
static void signal_of(struct detector *detector, size_t signature, unsigned last_octet)
{
	const struct signal signal = {.signature = signature,
	    .time_ms = SCRIPT_START_MS + 1000,
	    .address = {.family = 4, .bytes = {10, 1, 0, (uint8_t)last_octet}}};

	detector_signal(detector, &signal, NULL);
}

/* The same as the reason in the record of another client, who comes through a proxy. */
static void signal_in(struct detector *detector, size_t signature, const char *line)
{
	const struct record record = script_record(view_of_text(line));
	const struct signal signal = {.signature = signature, .time_ms = record.time_ms};

	detector_record(detector, &record);
	detector_signal(detector, &signal, &record);
}

static void test_signal_voters(unused_parameter void **state)
{
	/* Signals count by the known-good voters they are of, each once, wherever the log tells
	 * whose they are; strangers, a log that does not tell, and our own probe count for nothing.
	 */
	struct detector *detector = script_detector();
	const struct signal nobody = {.signature = 1, .time_ms = SCRIPT_START_MS + 1000};

	script_admit(detector, 0, 4, 0);
	for (unsigned i = 0; i < 3; i++) {
		signal_of(detector, 1, i);
		signal_of(detector, 1, i);
	}
	signal_of(detector, 2, 3);
	signal_in(detector, 1, "1 10.1.0.0 401 scheme=kerberos reply=reject");
	signal_in(detector, 1, "1 10.1.0.3 401 scheme=kerberos reply=reject");
	signal_in(detector, 1, "1 10.9.0.1 401 scheme=kerberos reply=reject");
	assert_int_equal(evidence_of(detector).named_signals, 10);
	signal_in(detector, 2, "1 10.1.0.0 401 scheme=kerberos agent=authmedic-probe/1");
	detector_signal(detector, &nobody, NULL);
	assert_int_equal(evidence_of(detector).named_signals, 10);
	assert_int_equal(detector_signal_voters(detector, 0), 0);
	assert_int_equal(detector_signal_voters(detector, 1), 4);
	assert_int_equal(detector_signal_voters(detector, 2), 1);
	assert_int_equal(detector_signal_voters(detector, 3), 0);
	detector_advance(detector, SCRIPT_START_MS + 1000 + 300000);
	assert_int_equal(detector_signal_voters(detector, 1), 4);
	detector_advance(detector, SCRIPT_START_MS + 1001 + 300000);
	assert_int_equal(detector_signal_voters(detector, 1), 0);
	signal_of(detector, 1, 0);
	assert_int_equal(detector_signal_voters(detector, 1), 0);
	detector_free(&detector);
}

static void test_flood(unused_parameter void **state)
{
	/* However many strangers are refused beside them, the known-good voters that are refused
	 * with NTLM, for another name or for a bad password are counted as without. */
	struct detector *detector = script_detector();
	struct detector_evidence evidence;

	script_admit(detector, 0, 6, 0);
	for (unsigned i = 0; i < 5000; i++)
		script_say(detector, "1 10.%u.%u.1 401 scheme=kerberos reply=reject", 2 + i / 256,
		    i % 256);
	for (unsigned i = 0; i < 4; i++)
		script_say(detector, "1 10.1.0.%u 401 scheme=ntlm reply=reject", i);
	for (unsigned i = 0; i < 20; i++)
		script_say(detector, "1 10.9.0.1 401 scheme=basic user=name%u", i);
	script_say(detector, "1 10.9.0.2 401 scheme=ntlm reply=reject");
	signal_of(detector, 1, 5);
	evidence = evidence_of(detector);
	assert_int_equal(evidence.rejected_voters, 512);
	assert_int_equal(evidence.ntlm_voters, 4);
	assert_int_equal(evidence.password_names, 20);
	assert_int_equal(evidence.password_voters, 1);
	assert_int_equal(detector_signal_voters(detector, 1), 1);
	detector_free(&detector);
}

static void test_maximum(unused_parameter void **state)
{
	/* More voters than can be told apart are refused: the rest is counted. */
	struct detector *detector = script_detector();
	struct detector_evidence evidence;

	for (unsigned i = 0; i < 514; i++)
		script_say(detector, "1 10.%u.%u.1 401 scheme=kerberos", i / 256, i % 256);
	evidence = evidence_of(detector);
	assert_int_equal(evidence.rejected_voters, 512);
	assert_int_equal(evidence.left_out_total, 2);
	detector_free(&detector);
}

static void test_hosts(unused_parameter void **state)
{
	/* One of two host names fails: only who got in before counts, also where silence told. */
	struct detector *detector = script_detector();
	struct detector_evidence evidence;

	script_admit(detector, 0, 10, 0);
	for (unsigned i = 0; i < 4; i++) {
		script_say(detector, "1 10.1.0.%u 401 scheme=none host=old.example worker=7", i);
		script_say(detector, "1 10.1.0.%u 401 scheme=ntlm host=old.example worker=7", i);
		script_say(detector,
		    "1 10.1.0.%u 200 scheme=kerberos user=u host=new.example worker=8", i + 5);
		script_say(detector, "1 10.9.0.%u 401 scheme=kerberos host=made-up.example", i);
	}
	detector_finish(detector);
	evidence = evidence_of(detector);
	assert_int_equal(evidence.hosts.count, 2);
	assert_int_equal(evidence.hosts.failing, 1);
	assert_int_equal(evidence.hosts.spread, SPREAD_ONE);
	assert_string_equal(evidence.hosts.worst, "old.example");
	assert_int_equal(evidence.workers.count, 2);
	assert_int_equal(evidence.workers.failing, 1);
	assert_string_equal(evidence.workers.worst, "7");
	assert_string_equal(spread_name(SPREAD_UNKNOWN), "unknown");
	assert_string_equal(spread_name(SPREAD_NONE), "none");
	assert_string_equal(spread_name(SPREAD_ONE), "one");
	assert_string_equal(spread_name(SPREAD_SOME), "some");
	assert_string_equal(spread_name(SPREAD_ALL), "all");
	detector_free(&detector);
}

static void test_forget(unused_parameter void **state)
{
	/* After an action nothing of before counts, and on a clock that was set back neither. */
	for (int back = 0; back < 2; back++) {
		struct detector *detector = script_detector();
		struct detector_evidence evidence;

		script_admit(detector, 0, 10, 1000);
		for (unsigned i = 0; i < 8; i++)
			script_say(detector,
			    "1010 10.1.0.%u 401.1.1326 user=n%u host=h%u worker=%u", i, i, i % 2,
			    i % 2);
		script_say(detector, "1011 10.1.0.1 431");
		assert_int_equal(evidence_of(detector).hosts.count, 2);
		assert_int_equal(evidence_of(detector).workers.spread, SPREAD_ALL);
		if (back == 0)
			detector_forget_before(detector, SCRIPT_START_MS + 1100000);
		else
			detector_tell_time(detector, SCRIPT_START_MS + 1000);
		evidence = evidence_of(detector);
		assert_int_equal(evidence.hosts.count, 0);
		assert_int_equal(evidence.workers.count, 0);
		assert_int_equal(evidence.rejected_names, 0);
		assert_int_equal(evidence.rejected_voters, 0);
		assert_int_equal(evidence.oversize_voters, 0);
		assert_int_equal(evidence.bad_passwords, 0);
		detector_free(&detector);
	}
}

static void test_onset(unused_parameter void **state)
{
	/* All fail at once: a step, from the time on when the share was small. */
	struct detector *detector = script_detector();
	struct detector_onset onset;

	for (int second = 0; second < 600; second += 20)
		script_admit(detector, 0, 10, second);
	assert_int_equal(evidence_of(detector).onset.kind, ONSET_NONE);
	for (int second = 600; second < 900; second += 20)
		script_refuse(detector, 0, 10, second);
	onset = evidence_of(detector).onset;
	assert_int_equal(onset.kind, ONSET_STEP);
	assert_true(onset.at_ms >= SCRIPT_START_MS + 500000);
	assert_true(onset.at_ms <= SCRIPT_START_MS + 600000);
	assert_true(onset.rise_ms <= 120000);
	assert_string_equal(onset_name(ONSET_UNKNOWN), "unknown");
	assert_string_equal(onset_name(ONSET_NONE), "none");
	assert_string_equal(onset_name(ONSET_STEP), "step");
	assert_string_equal(onset_name(ONSET_RAMP), "ramp");
	detector_free(&detector);
}

static void test_ramp(unused_parameter void **state)
{
	/* One after the other fails over five hours: a ramp. */
	struct detector *detector = script_detector();
	struct detector_onset onset;

	for (unsigned minute = 0; minute < 330; minute++) {
		unsigned failing = minute < 30 ? 0 : (minute - 30) / 3;

		script_refuse(detector, 0, failing, (int)minute * 60);
		script_admit(detector, failing, 100, (int)minute * 60);
	}
	onset = evidence_of(detector).onset;
	assert_int_equal(onset.kind, ONSET_RAMP);
	assert_true(onset.rise_ms > 2 * 3600 * 1000 && onset.rise_ms < 3 * 3600 * 1000);
	detector_free(&detector);
}

static void test_onset_set_back(unused_parameter void **state)
{
	/* Where our clock is set back nobody knows how it was later than now. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector_onset onset;

	for (int second = 0; second < 600; second += 20) {
		detector_tell_time(detector, SCRIPT_START_MS + second * 1000);
		script_admit(detector, 0, 10, second);
	}
	detector_tell_set_back(detector, SCRIPT_START_MS + 400000);
	for (int second = 400; second < 580; second += 20) {
		detector_tell_time(detector, SCRIPT_START_MS + second * 1000);
		script_refuse(detector, 0, 10, second);
	}
	onset = evidence_of(detector).onset;
	assert_int_equal(onset.kind, ONSET_STEP);
	assert_true(onset.at_ms <= SCRIPT_START_MS + 400000);
}

static void test_few_voters(unused_parameter void **state)
{
	/* With fewer active voters than a spike needs no share is told. */
	struct detector *detector = script_detector();

	script_admit(detector, 0, 4, 0);
	script_refuse(detector, 0, 4, 1);
	assert_int_equal(evidence_of(detector).onset.kind, ONSET_UNKNOWN);
	script_admit(detector, 4, 5, 2);
	assert_int_equal(evidence_of(detector).onset.kind, ONSET_UNKNOWN);
	script_admit(detector, 0, 4, 3);
	assert_int_equal(evidence_of(detector).onset.kind, ONSET_NONE);
	detector_free(&detector);
}

static void test_forwarded(unused_parameter void **state)
{
	/* Behind a trusted proxy each forwarded address is a voter and signs in for itself. */
	struct detector_options options = script_options();
	struct address_range proxy;
	struct detector *detector = NULL;
	struct detector_window window;

	assert_int_equal(address_range_parse(VIEW("10.8.0.1"), &proxy), 0);
	options.proxies = (struct trusted_proxies){&proxy, 1};
	assert_int_equal(detector_new(&detector, &options), 0);
	script_say(detector, "0 10.8.0.1 401 forwarded=192.0.2.1");
	script_say(detector, "0 10.8.0.1 401 forwarded=192.0.2.2");
	script_say(detector, "0 10.8.0.1 200 user=a forwarded=192.0.2.1");
	script_say(detector, "0 10.8.0.1 200 user=b forwarded=192.0.2.2");
	script_say(detector, "0 10.8.0.2 401 forwarded=192.0.2.3");
	script_say(detector, "0 10.8.0.2 401 forwarded=192.0.2.4");
	detector_finish(detector);
	script_assert_summary(detector, "unknown established 2, unknown rejected 1");
	detector_window(detector, &window);
	assert_int_equal(window.known_good, 2);
	detector_free(&detector);
}

static void test_connections_of_a_proxy(unused_parameter void **state)
{
	/* Its connections say nothing of whom it asks for: one that asks over three of them asks
	 * once, and two over one are two. Without its word they are all its own. */
	static const char *const lines[] = {"0 10.8.0.1 401 scheme=none conn=1 forwarded=192.0.2.1",
	    "0 10.8.0.1 401 scheme=none conn=2 forwarded=192.0.2.1",
	    "0 10.8.0.1 401 scheme=none conn=4 forwarded=192.0.2.1",
	    "0 10.8.0.1 401 scheme=none conn=3 forwarded=192.0.2.2",
	    "0 10.8.0.1 200 scheme=kerberos user=c target=/c conn=3 forwarded=192.0.2.3"};
	struct detector_options options = script_options();
	struct address_range proxy;

	assert_int_equal(address_range_parse(VIEW("10.8.0.1"), &proxy), 0);
	for (size_t trusted = 0; trusted < 2; trusted++) {
		struct detector *detector = NULL;

		options.proxies = (struct trusted_proxies){&proxy, trusted};
		assert_int_equal(detector_new(&detector, &options), 0);
		for (size_t i = 0; i < count_of(lines); i++)
			script_say(detector, "%s", lines[i]);
		detector_finish(detector);
		script_assert_summary(detector,
		    trusted > 0 ? "kerberos established 1, none unanswered 2"
				: "kerberos established 1, none unanswered 3");
		detector_free(&detector);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_control_group),
	    cmocka_unit_test(test_schemes),
	    cmocka_unit_test(test_outside_the_window),
	    cmocka_unit_test(test_spray),
	    cmocka_unit_test(test_codes),
	    cmocka_unit_test(test_oversize),
	    cmocka_unit_test(test_signal_voters),
	    cmocka_unit_test(test_flood),
	    cmocka_unit_test(test_maximum),
	    cmocka_unit_test(test_hosts),
	    cmocka_unit_test(test_forget),
	    cmocka_unit_test(test_onset),
	    cmocka_unit_test(test_ramp),
	    cmocka_unit_test(test_onset_set_back),
	    cmocka_unit_test(test_few_voters),
	    cmocka_unit_test(test_forwarded),
	    cmocka_unit_test(test_connections_of_a_proxy),
	};

	return cmocka_run_group_tests_name("detector_evidence", tests, NULL, NULL);
}
