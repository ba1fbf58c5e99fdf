#include "script.h"
#include "unit.h"

/* What happens to healthy servers all day. */

static void test_monitors(unused_parameter void **state)
{
	/* A day of monitors that poll without signing in: nobody is rejected. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 10, 0);
	for (int second = 0; second < 86400; second += 60) {
		script_say(detector, "%d 10.9.0.1 401 agent=check_http/2.3", second);
		script_say(
		    detector, "%d 127.0.0.1 401.2.5 agent=AMProbe/Local/ClientAccess", second);
	}
	detector_finish(detector);
	script_assert_summary(detector, "kerberos established 10, unknown unanswered 2880");
	script_assert_window(detector, "known-good 10");
}

static void test_crawlers(unused_parameter void **state)
{
	/* Crawlers ask for every page once and never sign in. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 10, 0);
	for (int i = 0; i < 5000; i++)
		script_say(detector, "%d 66.249.%d.%d 401 agent=Googlebot target=/page%d", i / 20,
		    i % 3, i % 200, i);
	detector_finish(detector);
	script_assert_window(detector, "known-good 10, active 10");
}

static void test_spray(unused_parameter void **state)
{
	/* Bad passwords from a few addresses are strangers' rejections, however many. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 10, 0);
	for (int i = 0; i < 5000; i++)
		script_say(detector, "%d 203.0.113.%d 401.1.1326 user=user%d", i / 50, i % 3, i);
	script_assert_window(detector, "known-good 10, active 10, strangers 5000");
	script_assert_summary(detector, "kerberos established 10, basic rejected 5000");
}

static void test_strangers(unused_parameter void **state)
{
	/* A million strangers that are refused neither become voters nor drive any out. */
	struct detector *auto_call(detector_free) detector = script_detector();
	struct record record;

	script_admit(detector, 0, 100, 0);
	record = script_record(VIEW("1 198.51.100.1 401 scheme=kerberos reply=reject"));
	for (uint32_t i = 0; i < 1000000; i++) {
		memcpy(record.address.bytes + 1, &i, 3);
		record.time_ms += i % 10 == 0;
		detector_record(detector, &record);
	}
	script_assert_window(detector, "known-good 100, active 100, strangers 1000000");
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
		script_say(detector, "0 198.51.%u.%u 401", i / 250, i % 250);
		if (i % 100 == 0)
			script_say(detector, "0 10.0.0.1 401");
		if (i % 100 == 50)
			script_say(detector, "0 10.0.0.1 200 user=alice");
	}
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_ESTABLISHED], 200);
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_REJECTED], 0);
	assert_true(totals->evicted_pending >= 18000);
	assert_int_equal(
	    totals->evicted_pending, totals->handshakes[SCHEME_UNKNOWN][OUTCOME_UNANSWERED]);
	detector_finish(detector);
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_UNANSWERED], 20000);
}

static void flood(struct detector *detector, unsigned strangers)
{
	for (unsigned i = 0; i < strangers; i++)
		script_say(detector, "1 198.51.%u.%u 401 scheme=ntlm", i / 250, i % 250);
}

static void test_eviction_refuses_nobody(unused_parameter void **state)
{
	/* Who floods the table cannot make others look refused: an undecided one that must go is
	 * incomplete. */
	struct detector *auto_call(detector_free) detector = script_detector();

	for (unsigned i = 0; i < 10; i++) {
		script_say(detector, "1 10.1.0.%u 401", i);
		script_say(detector, "1 10.1.0.%u 401", i);
	}
	flood(detector, 2000);
	assert_int_equal(
	    detector_totals(detector)->handshakes[SCHEME_UNKNOWN][OUTCOME_INCOMPLETE], 10);
}

static void test_eviction_spares_known_good(unused_parameter void **state)
{
	/* Who floods the table cannot hide an outage either: whoever got in before keeps the place,
	 * while undecided as well as while asked or between two legs, and is told of. */
	struct detector *auto_call(detector_free) detector = script_detector();
	const struct detector_totals *totals = detector_totals(detector);

	script_admit(detector, 0, 10, 0);
	script_say(detector, "1 10.1.0.0 401 scheme=kerberos reply=continue target=/leg");
	for (unsigned i = 0; i < 10; i++)
		script_say(detector, "1 10.1.0.%u 401", i);
	flood(detector, 2000);
	for (unsigned i = 0; i < 10; i++)
		script_say(detector, "1 10.1.0.%u 401", i);
	flood(detector, 2000);
	detector_advance(detector, SCRIPT_START_MS + 5000);
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_REJECTED], 10);
	assert_int_equal(totals->handshakes[SCHEME_KERBEROS][OUTCOME_INCOMPLETE], 0);
	assert_int_equal(totals->evicted_pending, 4000 - (1000 - 11));
	script_assert_window(
	    detector, "known-good 10, active 10, rejected 10, strangers 989, spike");
}

static void test_eviction_among_known_good(unused_parameter void **state)
{
	/* Where nobody else's is left, the oldest of them goes, those that only ask first. */
	struct detector_options options = script_options();
	struct detector *auto_call(detector_free) detector = NULL;
	const struct detector_totals *totals;

	options.max_pending = 4;
	assert_int_equal(detector_new(&detector, &options), 0);
	totals = detector_totals(detector);
	script_admit(detector, 0, 10, 0);
	for (unsigned i = 0; i < 2; i++)
		script_say(detector, "1 10.1.0.%u 401 scheme=ntlm", i);
	for (unsigned i = 2; i < 6; i++)
		script_say(detector, "1 10.1.0.%u 401", i);
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_UNANSWERED], 2);
	assert_int_equal(totals->handshakes[SCHEME_NTLM][OUTCOME_INCOMPLETE], 0);
	for (unsigned i = 6; i < 9; i++)
		script_say(detector, "1 10.1.0.%u 401 scheme=ntlm", i);
	assert_int_equal(totals->handshakes[SCHEME_UNKNOWN][OUTCOME_UNANSWERED], 4);
	assert_int_equal(totals->handshakes[SCHEME_NTLM][OUTCOME_INCOMPLETE], 1);
	script_say(detector, "1 198.51.100.1 401 scheme=ntlm");
	assert_int_equal(totals->handshakes[SCHEME_NTLM][OUTCOME_INCOMPLETE], 2);
	script_say(detector, "1 198.51.100.2 401");
	assert_int_equal(totals->handshakes[SCHEME_NTLM][OUTCOME_INCOMPLETE], 3);
	assert_int_equal(totals->evicted_pending, 7);
}

static void ask_twice_for_tunnel(struct detector *detector, const char *client)
{
	for (int i = 0; i < 2; i++)
		script_say(detector, "1 %s 407 method=CONNECT target=h:443", client);
}

static void test_eviction_of_tunnels(unused_parameter void **state)
{
	/* What may be an open tunnel makes room as well: a stranger's before anything of a
	 * known-good voter, and theirs last. */
	struct detector_options options = script_options();
	struct detector *auto_call(detector_free) detector = NULL;
	const uint64_t(*counts)[OUTCOME_COUNT];

	options.max_pending = 2;
	assert_int_equal(detector_new(&detector, &options), 0);
	counts = detector_totals(detector)->handshakes;
	script_admit(detector, 0, 10, 0);
	ask_twice_for_tunnel(detector, "10.9.0.1");
	script_say(detector, "1 10.1.0.1 401");
	script_say(detector, "1 10.1.0.2 401");
	assert_int_equal(counts[SCHEME_UNKNOWN][OUTCOME_INCOMPLETE], 1);
	assert_int_equal(counts[SCHEME_UNKNOWN][OUTCOME_UNANSWERED], 0);
	ask_twice_for_tunnel(detector, "10.1.0.3");
	assert_int_equal(counts[SCHEME_UNKNOWN][OUTCOME_UNANSWERED], 1);
	ask_twice_for_tunnel(detector, "10.1.0.4");
	assert_int_equal(counts[SCHEME_UNKNOWN][OUTCOME_UNANSWERED], 2);
	script_say(detector, "1 10.1.0.5 401");
	assert_int_equal(counts[SCHEME_UNKNOWN][OUTCOME_INCOMPLETE], 2);
	assert_int_equal(detector_totals(detector)->evicted_pending, 4);
}

static void claim(struct detector *detector, const char *text)
{
	struct record record = script_record(view_of_text(text));

	detector_record_of_claims(detector, &record);
}

static void test_claimed_names(unused_parameter void **state)
{
	/* Where a name is the client's own word, it makes nobody known-good: not on a public page,
	 * and not in answers that are given before anybody is asked to sign in. */
	static const char *const strangers[] = {"1 198.51.0.1 200 user=a@B target=/public",
	    "1 198.51.0.1 302 user=a@B scheme=none", "2 198.51.0.2 401",
	    "2 198.51.0.2 401 user=a@B", "2 198.51.0.2 401 user=a@B scheme=kerberos",
	    "2 198.51.0.2 407 user=a@B scheme=kerberos reply=done", "3 198.51.0.3 401",
	    "3 198.51.0.3 413 user=a@B method=POST", "4 198.51.0.4 401",
	    "4 198.51.0.4 204 user=a@B method=OPTIONS", "5 198.51.0.5 401 scheme=none",
	    "5 198.51.0.5 413 user=a@B scheme=basic", "6 198.51.0.6 200 user=a@B scheme=basic"};
	static const char *const people[] = {"7 10.0.0.1 401", "7 10.0.0.1 200 user=a@B",
	    "8 10.0.0.2 401 scheme=none", "8 10.0.0.2 200 user=a scheme=basic",
	    "9 10.0.0.3 200 user=a@B scheme=kerberos reply=done"};
	struct detector *auto_call(detector_free) detector = script_detector();

	for (size_t i = 0; i < count_of(strangers); i++) {
		claim(detector, strangers[i]);
		script_assert_window(detector, "");
	}
	for (size_t i = 0; i < count_of(people); i++)
		claim(detector, people[i]);
	script_assert_window(detector, "known-good 3, active 3");
	/* Of one who got in before it counts as before. */
	claim(detector, "10 10.0.0.1 200 user=a@B target=/other");
	assert_int_equal(detector_totals(detector)->authenticated, 3);
	script_assert_window(detector, "known-good 3, active 3");
}

static void test_claims_and_refusals(unused_parameter void **state)
{
	/* That somebody was refused is not taken back by a name that is the client's own word, but
	 * by what came of a sign-in. */
	struct detector *auto_call(detector_free) detector = script_detector();

	claim(detector, "0 10.0.0.1 200 user=a@B scheme=kerberos reply=done");
	claim(detector, "1 10.0.0.1 401 scheme=kerberos reply=reject");
	script_assert_window(detector, "known-good 1, active 1, rejected 1");
	claim(detector, "3 10.0.0.1 401");
	claim(detector, "3 10.0.0.1 401 user=EXAMPLE\\a");
	script_assert_window(detector, "known-good 1, active 1, rejected 1");
	claim(detector, "4 10.0.0.1 401");
	claim(detector, "4 10.0.0.1 200 user=a@B");
	script_assert_window(detector, "known-good 1, active 1");
	/* Who mistyped a password and then got in did get in. */
	claim(detector, "5 10.0.0.1 401");
	claim(detector, "6 10.0.0.1 401 user=a scheme=basic");
	script_assert_window(detector, "known-good 1, active 1, rejected 1");
	claim(detector, "7 10.0.0.1 200 user=a scheme=basic");
	script_assert_window(detector, "known-good 1, active 1");
	/* A refusal that has left the window is none any more. */
	claim(detector, "8 10.0.0.1 401 scheme=kerberos reply=reject");
	script_assert_window(detector, "known-good 1, active 1, rejected 1");
	claim(detector, "400 10.0.0.1 401");
	claim(detector, "400 10.0.0.1 401 user=EXAMPLE\\a");
	script_assert_window(detector, "known-good 1, active 1");
}

static void test_office(unused_parameter void **state)
{
	/* An office behind one address is one voter, whatever happens to each of a hundred. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 5, 0);
	for (int i = 0; i < 100; i++)
		script_say(detector, "1 192.0.2.1 200 scheme=kerberos user=u%d", i);
	for (int i = 0; i < 100; i++)
		script_say(detector, "2 192.0.2.1 401 scheme=kerberos reply=reject");
	script_assert_window(detector, "known-good 6, active 6, rejected 1");
}

static void test_ipv6_network(unused_parameter void **state)
{
	/* One that hops through its /64 is one voter; another /64 is another. */
	struct detector *auto_call(detector_free) detector = script_detector();

	for (int i = 0; i < 100; i++)
		script_say(detector, "0 2001:db8:1:2:%x::1 200 scheme=kerberos user=u", i);
	for (int i = 0; i < 100; i++)
		script_say(detector, "1 2001:db8:1:2:%x::2 401 scheme=kerberos reply=reject", i);
	script_assert_window(detector, "known-good 1, active 1, rejected 1");
	script_say(detector, "1 2001:db8:1:3::1 401 scheme=kerberos reply=reject");
	script_assert_window(detector, "known-good 1, active 1, rejected 1, strangers 1");
	assert_int_equal(detector_totals(detector)->voters, 2);
}

static void test_families_and_names(unused_parameter void **state)
{
	/* An IPv4 address, the IPv6 one with the same bytes, and names are different voters. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_say(detector, "0 10.0.0.1 200");
	script_say(detector, "0 a00:1:: 200");
	script_say(detector, "0 pc1 200");
	script_say(detector, "0 pc2 200");
	script_say(detector, "0 pc1 200");
	script_say(detector, "0 10.0.0.1 200");
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
	script_say(detector, "0 10.0.0.1 200");
	script_say(detector, "0 10.0.0.200 200");
	script_say(detector, "0 10.0.1.1 200");
	script_say(detector, "0 2001:db8:1:2::1 200");
	script_say(detector, "0 2001:db8:1:ffff::1 200");
	script_say(detector, "0 2001:db8:2:2::1 200");
	assert_int_equal(detector_totals(detector)->voters, 4);
}

static void test_recycle(unused_parameter void **state)
{
	/* A recycled worker refuses the legs that were under way and asks everybody anew: no spike,
	 * as all of them get in. */
	struct detector *auto_call(detector_free) detector = script_detector();

	for (unsigned i = 0; i < 50; i++) {
		script_say(detector, "0 10.1.0.%u 401.2.5", i);
		script_say(detector, "0 10.1.0.%u 401.1.2148074254", i);
		script_say(detector, "0 10.1.0.%u 200.0.0 user=u", i);
	}
	for (unsigned i = 0; i < 50; i++) {
		script_say(detector, "60 10.1.0.%u 401.2.5", i);
		script_say(detector, "60 10.1.0.%u 401.1.2148074254", i);
		if (i % 10 == 0)
			script_say(detector, "60 10.1.0.%u 401.1.2148074248", i);
		script_say(detector, "61 10.1.0.%u 401.1.2148074254", i);
		script_say(detector, "61 10.1.0.%u 200.0.0 user=u", i);
	}
	detector_finish(detector);
	script_assert_window(detector, "known-good 50, active 50");
	script_assert_summary(
	    detector, "unknown established 5, ntlm established 95, ntlm rejected 5");
}

static void test_oversize_among_many(unused_parameter void **state)
{
	/* A request without an agent is looked for among the last 32 that wait, no further. */
	for (unsigned others = 31; others <= 32; others++) {
		struct detector *detector = script_detector();

		script_say(detector, "0 10.0.0.1 401");
		for (unsigned i = 0; i < others; i++)
			script_say(detector, "0 10.7.0.%u 401", i);
		script_say(detector, "0 10.0.0.1 400 agent=");
		script_assert_summary(detector, others == 31 ? "unknown rejected 1" : "");
		detector_free(&detector);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_monitors),
	    cmocka_unit_test(test_crawlers),
	    cmocka_unit_test(test_spray),
	    cmocka_unit_test(test_strangers),
	    cmocka_unit_test(test_questions_of_strangers),
	    cmocka_unit_test(test_eviction_refuses_nobody),
	    cmocka_unit_test(test_eviction_spares_known_good),
	    cmocka_unit_test(test_eviction_among_known_good),
	    cmocka_unit_test(test_eviction_of_tunnels),
	    cmocka_unit_test(test_claimed_names),
	    cmocka_unit_test(test_claims_and_refusals),
	    cmocka_unit_test(test_office),
	    cmocka_unit_test(test_ipv6_network),
	    cmocka_unit_test(test_families_and_names),
	    cmocka_unit_test(test_prefixes),
	    cmocka_unit_test(test_recycle),
	    cmocka_unit_test(test_oversize_among_many),
	};

	return cmocka_run_group_tests_name("detector_noise", tests, NULL, NULL);
}
