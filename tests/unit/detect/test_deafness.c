#include "deafness_fixture.h"

/* ---- missing, unreadable, refused */

static void test_trouble_with_the_file(unused_parameter void **state)
{
	/* Each opens once it has lasted, holds, and ends with the trouble. */
	for (enum deaf_reason reason = DEAF_MISSING; reason <= DEAF_REFUSED; reason++) {
		int64_t since_ms = -1;

		look();
		sights[0].trouble = reason;
		pass(10 * SECOND);
		assert_false(is_open(0, reason));
		pass(SECOND);
		assert_true(deafness_is_open(deafness, 0, reason, &since_ms));
		assert_int_equal(since_ms, now_ms);
		pass(DAY / 24);
		assert_int_equal(deafness_of_log(deafness, 0), reason);
		assert_int_equal(deafness_of_log(deafness, 1), DEAF_NOTHING);
		sights[0].trouble = DEAF_NOTHING;
		pass(SECOND);
		assert_int_equal(deafness_of_log(deafness, 0), DEAF_NOTHING);
	}
	assert_int_equal(opened, 3);
	assert_int_equal(ended, 3);
}

static void test_rotation_is_no_trouble(unused_parameter void **state)
{
	/* Between the rename and the new file there is none, again and again. */
	look();
	for (int i = 0; i < 100; i++) {
		sights[0].trouble = DEAF_MISSING;
		pass(9 * SECOND);
		sights[0].trouble = DEAF_NOTHING;
		pass(5 * SECOND);
	}
	assert_all_heard();
}

/* ---- not understood */

static void test_not_understood(unused_parameter void **state)
{
	/* So many in a row; a line that is understood ends it, a restart or silence does not. */
	look();
	sights[0].unparsed_in_a_row = 99;
	pass(SECOND);
	assert_false(is_open(0, DEAF_NOT_UNDERSTOOD));
	sights[0].unparsed_in_a_row = 100;
	pass(SECOND);
	assert_true(is_open(0, DEAF_NOT_UNDERSTOOD));
	sights[0].unparsed_in_a_row = 0; /* as after a restart */
	pass(HOUR);
	assert_true(is_open(0, DEAF_NOT_UNDERSTOOD));
	request(0, true);
	pass(SECOND);
	assert_false(is_open(0, DEAF_NOT_UNDERSTOOD));
	assert_int_equal(opened, 1);
	assert_int_equal(ended, 1);
}

/* ---- silent */

static void test_silent_while_another_grows(unused_parameter void **state)
{
	/* Both wrote, one stops: after the time, not before; the first line of it ends that. */
	look();
	serve_both(HOUR, 5 * SECOND);
	serve(0, 9 * MINUTE, 5 * SECOND);
	assert_all_heard();
	serve(0, 2 * MINUTE, 5 * SECOND);
	assert_true(is_open(1, DEAF_SILENT));
	assert_int_equal(deafness_of_log(deafness, 0), DEAF_NOTHING);
	pass(DAY / 24);
	assert_true(is_open(1, DEAF_SILENT));
	request(1, true);
	pass(SECOND);
	assert_false(is_open(1, DEAF_SILENT));
	assert_int_equal(opened, 1);
	assert_int_equal(ended, 1);
}

static void test_rhythm_is_not_known(unused_parameter void **state)
{
	/* A log that was written to now and then has no rhythm that it could have lost. */
	look();
	serve_both(8 * 10 * SECOND, 10 * SECOND);
	serve(0, HOUR, 5 * SECOND);
	assert_all_heard();
	serve_both(4 * 10 * SECOND, 10 * SECOND);
	serve(0, 3 * HOUR, 5 * SECOND);
	assert_true(is_open(1, DEAF_SILENT));
}

static void test_silent_while_signals_come(unused_parameter void **state)
{
	/* Errors that requests cause show that it serves as well. */
	sights[1].is_access_log = false;
	look();
	serve(0, HOUR, 5 * SECOND);
	for (int i = 0; i < 70; i++) {
		sights[1].signals++;
		sights[1].bytes += 100;
		pass(10 * SECOND);
	}
	assert_true(is_open(0, DEAF_SILENT));
}

static void test_quiet_night(unused_parameter void **state)
{
	/* Nobody comes for hours, but for one request now and then in one of the logs. */
	look();
	serve_both(HOUR, 5 * SECOND);
	pass(8 * HOUR);
	for (int i = 0; i < 3; i++) {
		request(0, true);
		pass(20 * MINUTE);
	}
	assert_all_heard();
}

static void test_our_probes_are_nobody_else(unused_parameter void **state)
{
	/* At night nobody comes, but our probe, which goes to one of the two logs. */
	look();
	serve_both(HOUR, 5 * SECOND);
	for (int i = 0; i < 100; i++) {
		request(1, true);
		sights[1].own_probes++;
		pass(5 * MINUTE);
	}
	assert_all_heard();
}

static void test_chatter_is_no_request(unused_parameter void **state)
{
	/* What a server says to itself in its error log does not show that anybody asked it. */
	sights[1].is_access_log = false;
	look();
	serve(0, HOUR, 5 * SECOND);
	for (int i = 0; i < 1000; i++) {
		sights[1].bytes += 100;
		sights[1].understood++;
		pass(10 * SECOND);
	}
	assert_all_heard();
}

static void test_error_log_may_be_silent(unused_parameter void **state)
{
	/* For weeks. */
	sights[1].is_access_log = false;
	look();
	for (int i = 0; i < 20; i++) {
		sights[1].bytes += 100;
		sights[1].signals++;
		pass(20 * SECOND);
	}
	serve(0, 21 * DAY, 10 * MINUTE);
	assert_all_heard();
}

static void test_buffered_log(unused_parameter void **state)
{
	/* A server that writes out its log every five minutes, beside one that writes at once. */
	look();
	for (int i = 0; i < 100; i++) {
		request(1, true);
		serve(0, 5 * MINUTE, 5 * SECOND);
	}
	serve(0, 4 * MINUTE, 5 * SECOND);
	assert_all_heard();
	serve(0, 2 * MINUTE, 5 * SECOND);
	assert_true(is_open(1, DEAF_SILENT));
}

static void test_seldom_used_log(unused_parameter void **state)
{
	/* A log of hours beside a busy one is told some times: then its rhythm is known. */
	look();
	serve_both(HOUR, 5 * SECOND);
	for (int i = 0; i < 12; i++) {
		serve(0, 3 * HOUR, 10 * SECOND);
		request(1, true);
	}
	pass(SECOND);
	assert_in_range(opened, 1, 5);
	assert_int_equal(ended, opened);
}

static void test_silent_again(unused_parameter void **state)
{
	/* Eight busy hours of each night the server writes elsewhere: told each night, for what
	 * was a fault once is no rhythm. */
	look();
	for (unsigned night = 1; night <= 4; night++) {
		serve_both(4 * HOUR, 5 * SECOND);
		serve(0, 2 * HOUR, 10 * SECOND);
		assert_true(is_open(1, DEAF_SILENT));
		assert_int_equal(opened, night);
		serve(0, 6 * HOUR, 10 * SECOND);
	}
}

static void restart(void)
{
	struct deaf_memory memories[MAX_LOGS];

	for (size_t i = 0; i < MAX_LOGS; i++)
		deafness_remember(deafness, i, &memories[i]);
	deafness_free(&deafness);
	assert_int_equal(deafness_new(&deafness, &options, MAX_LOGS), 0);
	for (size_t i = 0; i < MAX_LOGS; i++)
		deafness_restore(deafness, i, &memories[i]);
	look();
}

static uint64_t usual_slots(size_t log)
{
	struct deaf_memory memory;

	deafness_remember(deafness, log, &memory);
	return memory.usual_slots;
}

static void test_forgets_a_long_silence(unused_parameter void **state)
{
	/* In a week it counts half, however often authmedicd is started anew meanwhile. */
	uint64_t usual;

	look();
	serve_both(HOUR, 5 * SECOND);
	serve(0, 3 * HOUR, 10 * SECOND);
	request(1, true);
	pass(SECOND);
	usual = usual_slots(1);
	assert_true(usual > 0);
	for (int day = 0; day < 6; day++) {
		now_ms += DAY;
		restart();
	}
	assert_int_equal(usual_slots(1), usual);
	for (int day = 0; day < 2; day++) {
		now_ms += DAY;
		restart();
	}
	pass(SECOND);
	assert_int_equal(usual_slots(1), usual / 2);
}

static void test_never_heard(unused_parameter void **state)
{
	/* A log that never had a line has no rhythm: the spare one of another host, perhaps. */
	look();
	serve(0, 5 * HOUR, 5 * SECOND);
	assert_all_heard();
}

static void test_time_leaps(unused_parameter void **state)
{
	/* A machine that slept is not deaf when it wakes. */
	look();
	serve_both(HOUR, 5 * SECOND);
	now_ms += 3 * DAY;
	serve_both(MINUTE, 5 * SECOND);
	now_ms += 3 * DAY;
	request(0, true);
	pass(10 * SECOND);
	assert_all_heard();
}

/* ---- unwatched */

static void test_unwatched(unused_parameter void **state)
{
	/* No hints for a minute; ends with the next watcher. */
	look();
	sights[0].unwatched = true;
	pass(MINUTE);
	assert_false(is_open(0, DEAF_UNWATCHED));
	pass(SECOND);
	assert_true(is_open(0, DEAF_UNWATCHED));
	sights[0].unwatched = false;
	pass(SECOND);
	assert_false(is_open(0, DEAF_UNWATCHED));
}

static void test_clock_off(unused_parameter void **state)
{
	/* A log whose times are put right is told until that ends, and what they are put right by
	 * is remembered. */
	struct deaf_memory memory;
	uint64_t revision;

	look();
	revision = deafness_revision(deafness);
	sights[1].clock_off_ms = -HOUR;
	pass(SECOND);
	assert_true(is_open(1, DEAF_CLOCK_OFF));
	assert_false(is_open(0, DEAF_CLOCK_OFF));
	assert_true(deafness_revision(deafness) > revision);
	deafness_remember(deafness, 1, &memory);
	assert_int_equal(memory.clock_off_ms, -HOUR);
	revision = deafness_revision(deafness);
	sights[1].clock_off_ms = HOUR;
	pass(SECOND);
	assert_true(is_open(1, DEAF_CLOCK_OFF));
	assert_true(deafness_revision(deafness) > revision);
	revision = deafness_revision(deafness);
	pass(SECOND);
	assert_int_equal(deafness_revision(deafness), revision);
	sights[1].clock_off_ms = 0;
	pass(SECOND);
	assert_false(is_open(1, DEAF_CLOCK_OFF));
}

/* ---- several at once, and telling */

static void test_what_follows_is_not_told(unused_parameter void **state)
{
	/* A missing log is silent, shows no probe and cannot be watched: it is told as missing. */
	look();
	serve_both(HOUR, 5 * SECOND);
	sights[1].trouble = DEAF_MISSING;
	sights[1].unwatched = true;
	serve(0, HOUR, 5 * SECOND);
	assert_int_equal(opened, 1);
	assert_true(is_open(1, DEAF_MISSING));
}

static void test_several_reasons(unused_parameter void **state)
{
	/* One log may be deaf for two reasons; the graver one is named first. */
	look();
	sights[0].unwatched = true;
	pass(2 * MINUTE);
	sights[0].trouble = DEAF_UNREADABLE;
	pass(MINUTE);
	assert_true(is_open(0, DEAF_UNWATCHED));
	assert_int_equal(deafness_of_log(deafness, 0), DEAF_UNREADABLE);
	assert_int_equal(opened, 2);
}

static void test_flapping_is_told_seldom(unused_parameter void **state)
{
	/* It comes and goes for an hour: not told more often than every ten minutes, though each
	 * moment is right; and what came back in the meantime is told once that time is over. */
	look();
	for (int i = 0; i < 60; i++) {
		sights[0].trouble = DEAF_MISSING;
		pass(40 * SECOND);
		assert_true(is_open(0, DEAF_MISSING));
		sights[0].trouble = DEAF_NOTHING;
		pass(20 * SECOND);
		assert_false(is_open(0, DEAF_MISSING));
	}
	assert_in_range(opened, 6, 7);
	assert_int_equal(ended, opened);
	sights[0].trouble = DEAF_MISSING;
	pass(HOUR);
	assert_in_range(opened, 7, 8);
}

static void test_restart(unused_parameter void **state)
{
	/* What was open, told and learned goes on in the next run, and is not told again. */
	struct deaf_memory memory;
	uint64_t revision;

	look();
	serve_both(HOUR, 5 * SECOND);
	revision = deafness_revision(deafness);
	serve(0, HOUR, 5 * SECOND);
	assert_true(is_open(1, DEAF_SILENT));
	assert_true(deafness_revision(deafness) > revision);
	deafness_remember(deafness, 1, &memory);
	deafness_free(&deafness);
	assert_int_equal(deafness_new(&deafness, &options, MAX_LOGS), 0);
	deafness_restore(deafness, 1, &memory);
	for (size_t i = 0; i < MAX_LOGS; i++)
		sights[i] = (struct deaf_sight){.trouble = DEAF_NOTHING, .is_access_log = true};
	look();
	serve(0, HOUR, 5 * SECOND);
	assert_true(is_open(1, DEAF_SILENT));
	assert_int_equal(opened, 1);
	request(1, true);
	pass(SECOND);
	assert_false(is_open(1, DEAF_SILENT));
	assert_int_equal(ended, 1);
}

static void test_names(unused_parameter void **state)
{
	/* Each reason has a word of its own, which leads back to it. */
	for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++) {
		assert_int_equal(deaf_reason_named(deaf_reason_name(reason)), reason);
		assert_true(strlen(deaf_reason_text(reason)) > 0);
	}
	assert_int_equal(deaf_reason_named("dancing"), DEAF_NOTHING);
}

static void test_soon_after_the_boot(unused_parameter void **state)
{
	/* Nothing was told yet by a clock that has only just begun. */
	now_ms = 0;
	look();
	sights[1].trouble = DEAF_MISSING;
	pass(11 * SECOND);
	assert_true(is_open(1, DEAF_MISSING));
	assert_int_equal(opened, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    site_test(test_trouble_with_the_file),
	    site_test(test_rotation_is_no_trouble),
	    site_test(test_not_understood),
	    site_test(test_silent_while_another_grows),
	    site_test(test_rhythm_is_not_known),
	    site_test(test_silent_while_signals_come),
	    site_test(test_quiet_night),
	    site_test(test_our_probes_are_nobody_else),
	    site_test(test_chatter_is_no_request),
	    site_test(test_error_log_may_be_silent),
	    site_test(test_buffered_log),
	    site_test(test_seldom_used_log),
	    site_test(test_silent_again),
	    site_test(test_forgets_a_long_silence),
	    site_test(test_never_heard),
	    site_test(test_time_leaps),
	    site_test(test_unwatched),
	    site_test(test_clock_off),
	    site_test(test_what_follows_is_not_told),
	    site_test(test_several_reasons),
	    site_test(test_flapping_is_told_seldom),
	    site_test(test_restart),
	    site_test(test_names),
	    site_test(test_soon_after_the_boot),
	};

	return cmocka_run_group_tests_name("detect/deafness", tests, NULL, NULL);
}
