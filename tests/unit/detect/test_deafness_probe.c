#include "deafness_fixture.h"

/* ---- probe-unseen */

static void probe(enum deaf_probe result)
{
	deafness_probe_started(deafness);
	pass(2 * SECOND);
	deafness_probe_ended(deafness, now_ms, result);
	pass(5 * MINUTE - 2 * SECOND);
}

static void probe_seen(size_t log)
{
	deafness_probe_started(deafness);
	request(log, true);
	sights[log].own_probes++;
	pass(2 * SECOND);
	deafness_probe_ended(deafness, now_ms, DEAF_PROBE_ACCEPTED);
	pass(5 * MINUTE - 2 * SECOND);
}

static void test_probe_unseen(unused_parameter void **state)
{
	/* Three were answered and no line came; the next that leaves one ends it. */
	look();
	probe(DEAF_PROBE_ACCEPTED);
	probe(DEAF_PROBE_REFUSED);
	assert_all_heard();
	probe(DEAF_PROBE_ACCEPTED);
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
	assert_true(is_open(1, DEAF_PROBE_UNSEEN));
	pass(HOUR);
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
	probe_seen(0);
	assert_int_equal(deafness_of_log(deafness, 0), DEAF_NOTHING);
	assert_int_equal(deafness_of_log(deafness, 1), DEAF_NOTHING);
	assert_int_equal(opened, 2);
	assert_int_equal(ended, 2);
}

static void test_probe_that_did_not_arrive(unused_parameter void **state)
{
	/* Without a ticket, or where nobody answered, no line is due. */
	look();
	for (int i = 0; i < 10; i++)
		probe(DEAF_PROBE_LOST);
	assert_all_heard();
}

static void test_probe_line_comes_late(unused_parameter void **state)
{
	/* The server writes its log out once a minute. */
	look();
	for (int i = 0; i < 20; i++) {
		deafness_probe_started(deafness);
		pass(SECOND);
		deafness_probe_ended(deafness, now_ms, DEAF_PROBE_ACCEPTED);
		pass(90 * SECOND);
		request(0, true);
		sights[0].own_probes++;
		pass(4 * MINUTE);
	}
	assert_all_heard();
}

static void test_probe_soon_after(unused_parameter void **state)
{
	/* One that was seen is done with: the next counts, however soon it comes. */
	uint64_t revision;

	look();
	request(0, true);
	pass(SECOND);
	revision = deafness_revision(deafness);
	deafness_probe_started(deafness);
	request(0, true);
	sights[0].own_probes++;
	pass(SECOND);
	deafness_probe_ended(deafness, now_ms, DEAF_PROBE_ACCEPTED);
	pass(SECOND);
	assert_true(deafness_revision(deafness) > revision);
	for (int i = 0; i < 3; i++) {
		assert_all_heard();
		deafness_probe_started(deafness);
		pass(SECOND);
		deafness_probe_ended(deafness, now_ms, DEAF_PROBE_ACCEPTED);
		pass(2 * MINUTE);
	}
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
}

static void test_two_probes_at_once(unused_parameter void **state)
{
	/* The first counts: the line of it stands, though the next begins behind it. */
	look();
	probe_seen(0);
	for (int i = 0; i < 5; i++) {
		deafness_probe_started(deafness);
		request(0, true);
		sights[0].own_probes++;
		pass(SECOND);
		deafness_probe_started(deafness);
		pass(SECOND);
		deafness_probe_ended(deafness, now_ms, DEAF_PROBE_ACCEPTED);
		pass(5 * MINUTE);
	}
	assert_all_heard();
}

static void test_any_line_may_be_the_probe(unused_parameter void **state)
{
	/* Where the log does not show whose a request is, each line may be that of the probe. */
	look();
	for (int i = 0; i < 20; i++) {
		deafness_probe_started(deafness);
		request(0, true);
		pass(SECOND);
		deafness_probe_ended(deafness, now_ms, DEAF_PROBE_ACCEPTED);
		pass(5 * MINUTE);
	}
	assert_all_heard();
}

static void test_own_line_is_expected(unused_parameter void **state)
{
	/* Where each probe left its own line, others' lines do not stand for it: it is logged
	 * elsewhere now. Only the log that showed it is deaf. */
	look();
	for (int i = 0; i < 10; i++)
		probe_seen(0);
	for (int i = 0; i < 3; i++) {
		request(0, true);
		request(1, true);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
	assert_false(is_open(1, DEAF_PROBE_UNSEEN));
	request(0, true);
	pass(HOUR);
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
	probe_seen(0);
	assert_false(is_open(0, DEAF_PROBE_UNSEEN));
}

static void test_agent_is_not_logged_any_more(unused_parameter void **state)
{
	/* Each probe left its own line, until the server's format lost the agent: told, and given
	 * up where the log goes on to grow with each probe and shows none. */
	look();
	for (int i = 0; i < 10; i++)
		probe_seen(0);
	for (int i = 0; i < 20; i++) {
		request(0, true);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
	for (int i = 0; i < 80; i++) {
		request(0, true);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_int_equal(deafness_of_log(deafness, 0), DEAF_NOTHING);
	assert_int_equal(opened, 1);
	assert_int_equal(ended, 1);
	for (int i = 0; i < 3; i++)
		probe(DEAF_PROBE_ACCEPTED);
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
}

static void test_one_of_two_loses_the_agent(unused_parameter void **state)
{
	/* The other goes on to be expected to show each probe. */
	look();
	for (int i = 0; i < 10; i++) {
		probe_seen(0);
		probe_seen(1);
	}
	for (int i = 0; i < 100; i++) {
		request(0, true);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_false(is_open(0, DEAF_PROBE_UNSEEN));
	assert_true(is_open(1, DEAF_PROBE_UNSEEN));
}

static void test_a_log_that_stands_is_not_given_up(unused_parameter void **state)
{
	/* It showed each probe, and nothing more comes, though another log grows. */
	look();
	for (int i = 0; i < 10; i++)
		probe_seen(0);
	for (int i = 0; i < 200; i++) {
		request(1, true);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
}

/* A program of the administrator's own is the probe, and nobody knows what it says it is. */
static void probe_by_command(void)
{
	struct deaf_options by_command = options;

	by_command.own_program = false;
	deafness_free(&deafness);
	assert_int_equal(deafness_new(&deafness, &by_command, MAX_LOGS), 0);
}

static void test_stranger_with_our_agent(unused_parameter void **state)
{
	/* A request a second that says it is our probe, for hours, while the probe is none of ours:
	 * when it stops any line goes on to be one that the probe may have left. */
	probe_by_command();
	look();
	for (int i = 0; i < 20; i++)
		probe_seen(0);
	for (int i = 0; i < 20; i++) {
		request(0, true);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_all_heard();
	for (int i = 0; i < 3; i++)
		probe(DEAF_PROBE_ACCEPTED);
	assert_true(is_open(0, DEAF_PROBE_UNSEEN));
	request(0, true);
	pass(SECOND);
	assert_false(is_open(0, DEAF_PROBE_UNSEEN));
}

static void test_probe_becomes_a_command(unused_parameter void **state)
{
	/* What was learned of our own program's lines says nothing of another's. */
	struct deaf_memory memory;

	look();
	for (int i = 0; i < 10; i++)
		probe_seen(0);
	deafness_remember(deafness, 0, &memory);
	assert_true(memory.shows_probes);
	probe_by_command();
	deafness_restore(deafness, 0, &memory);
	look();
	for (int i = 0; i < 10; i++) {
		request(0, true);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_all_heard();
}

static void test_balanced_probes(unused_parameter void **state)
{
	/* Every other probe reaches another server behind the same name. */
	look();
	for (int i = 0; i < 60; i++) {
		request(0, true);
		if (i % 3 == 0)
			probe_seen(0);
		else
			probe(DEAF_PROBE_ACCEPTED);
	}
	assert_all_heard();
}

/* ---- only errors */

static void requests_fail(size_t count)
{
	for (size_t i = 0; i < count; i++)
		request(0, false);
	pass(SECOND);
}

static void test_only_errors_ever(unused_parameter void **state)
{
	/* Since the first line nothing went well: told once they are enough and span the time. */
	look();
	requests_fail(200);
	pass(HOUR - 2 * SECOND);
	assert_all_heard();
	pass(2 * SECOND);
	assert_true(is_open(0, DEAF_ONLY_ERRORS));
	requests_fail(100);
	pass(HOUR);
	assert_true(is_open(0, DEAF_ONLY_ERRORS));
	request(0, true);
	pass(SECOND);
	assert_false(is_open(0, DEAF_ONLY_ERRORS));
}

static void test_errors_after_a_quiet_time(unused_parameter void **state)
{
	/* They span the time from the first of them on, and not from those before the success. */
	look();
	requests_fail(10);
	request(0, true);
	pass(2 * HOUR);
	requests_fail(200);
	for (int i = 0; i < 3; i++) {
		requests_fail(1);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_all_heard();
}

static void test_a_log_of_errors_beside_another(unused_parameter void **state)
{
	/* The successes stand in another log of the site. */
	look();
	for (int i = 0; i < 100; i++) {
		requests_fail(50);
		request(1, true);
		pass(10 * MINUTE);
	}
	assert_all_heard();
}

static void test_outage_is_no_deafness(unused_parameter void **state)
{
	/* Nobody gets in any more, our probe neither: that is an outage, and well heard. */
	look();
	serve(0, HOUR, 5 * SECOND);
	for (int i = 0; i < 20; i++) {
		deafness_probe_started(deafness);
		requests_fail(100);
		deafness_probe_ended(deafness, now_ms, DEAF_PROBE_REFUSED);
		pass(5 * MINUTE);
	}
	assert_all_heard();
}

static void test_successes_are_not_logged_any_more(unused_parameter void **state)
{
	/* They were, and now the probe is accepted and only failures are logged. */
	look();
	serve(0, HOUR, 5 * SECOND);
	for (int i = 0; i < 14; i++) {
		requests_fail(100);
		probe(DEAF_PROBE_ACCEPTED);
	}
	assert_true(is_open(0, DEAF_ONLY_ERRORS));
	probe_seen(0);
	assert_false(is_open(0, DEAF_ONLY_ERRORS));
}

static void test_one_probe_is_not_enough(unused_parameter void **state)
{
	/* Its line may have been lost; another's may not. */
	look();
	serve(0, HOUR, 5 * SECOND);
	requests_fail(200);
	pass(HOUR);
	requests_fail(100);
	probe(DEAF_PROBE_ACCEPTED);
	assert_all_heard();
	requests_fail(1);
	probe(DEAF_PROBE_ACCEPTED);
	assert_true(is_open(0, DEAF_ONLY_ERRORS));
}

static void test_attack_at_night(unused_parameter void **state)
{
	/* A scanner fails a thousand times while nobody else is there, but for the probe. */
	look();
	serve(0, HOUR, 5 * SECOND);
	for (int i = 0; i < 100; i++) {
		requests_fail(100);
		probe_seen(0);
	}
	assert_all_heard();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    site_test(test_probe_unseen),
	    site_test(test_probe_that_did_not_arrive),
	    site_test(test_probe_line_comes_late),
	    site_test(test_probe_soon_after),
	    site_test(test_two_probes_at_once),
	    site_test(test_any_line_may_be_the_probe),
	    site_test(test_own_line_is_expected),
	    site_test(test_agent_is_not_logged_any_more),
	    site_test(test_one_of_two_loses_the_agent),
	    site_test(test_a_log_that_stands_is_not_given_up),
	    site_test(test_stranger_with_our_agent),
	    site_test(test_probe_becomes_a_command),
	    site_test(test_balanced_probes),
	    site_test(test_only_errors_ever),
	    site_test(test_errors_after_a_quiet_time),
	    site_test(test_a_log_of_errors_beside_another),
	    site_test(test_outage_is_no_deafness),
	    site_test(test_successes_are_not_logged_any_more),
	    site_test(test_one_probe_is_not_enough),
	    site_test(test_attack_at_night),
	};

	return cmocka_run_group_tests_name("detect/deafness_probe", tests, NULL, NULL);
}
