/* Shows what becomes of what is seen before anybody fails: told at once, acted on only when it was
 * seen again and the maintenance window is open, and over when it is gone; and that a failure
 * meanwhile goes the way of all failures. */
#include "world.h"

static const struct config_maintenance always = {true, 0x7f, 0, 1440};

/* Sign-in works, and at the next look something is newer than the worker. */
static void reach_warning(struct world *world)
{
	world_settle(world);
	world->foreseen = &world_stale_soon;
	world_answer_review(world);
	assert_string_equal(world_state(world), "warning");
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	assert_int_equal(world->applies, 0);
}

static void looks_before_it_probes(void **state)
{
	struct world *world = *state;

	world_answer_probe(world, PROBE_ACCEPTED);
	for (unsigned i = 1; i < 4; i++) {
		assert_int_equal(world->reviews, i);
		assert_int_equal(world->probes, i);
		world_answer_probe(world, PROBE_ACCEPTED);
	}
	assert_int_equal(world->events[EVENT_OPENED], 0);
}

/* Strangers make it look at once, and it looks at the machine first all the same: our own sign-in
 * would make a failure of what nobody has failed by yet. */
static void looks_before_strangers_make_it_probe(void **state)
{
	struct world *world = *state;
	unsigned probes;
	int64_t began_ms;

	world_settle(world);
	probes = world->probes;
	world->diagnosis = &world_stale_soon;
	world_pass(world, world->safety.probe_interval_ms);
	began_ms = world->now.steady_ms;
	world->window.rejected_strangers = 10;
	world_answer_review(world);
	assert_in_range(world->now.steady_ms - began_ms, 0, 1000);
	assert_string_equal(world_state(world), "warning");
	assert_int_equal(world->probes, probes);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	assert_int_equal(world->events[EVENT_COUNTED], 0);
}

/* One look and one probe; only what it finds after the probe counts as noise. */
static void counts_strangers_after_the_probe(void **state)
{
	struct world *world = *state;
	unsigned probes;

	world_settle(world);
	probes = world->probes;
	world->diagnosis = &world_noise;
	world_pass(world, world->safety.probe_interval_ms);
	world->window.rejected_strangers = 10;
	world_answer_review(world);
	assert_int_equal(world->events[EVENT_COUNTED], 0);
	assert_int_equal(world->probes, probes + 1);
	world_tick(world);
	world_tick(world);
	assert_int_equal(world->reviews, world->answered_reviews);
	controller_on_probe(world->controller, world->now, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_COUNTED], 1);
	assert_int_equal(world->events[EVENT_OPENED], 0);
}

/* Without an answer of the inspectors, or without a helper, the probe is made all the same. */
static void probes_without_inspectors(void **state)
{
	struct world *world = *state;
	unsigned probes;

	world_settle(world);
	probes = world->probes;
	for (int i = 0; i < 300 && world->probes == probes; i++) {
		world_pass(world, 2000);
		world_tick(world);
	}
	assert_int_equal(world->probes, probes + 1);
	assert_int_equal(world->reviews, world->answered_reviews + 1);
	controller_on_probe(world->controller, world->now, PROBE_ACCEPTED);
	world->answered_reviews = world->reviews;
	controller_on_helper(world->controller, world->now, false);
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->reviews, world->answered_reviews);
}

/* In the maintenance window, when it is seen again a minute later; afterwards it must be gone. */
static void prevents_in_the_window(void **state)
{
	struct world *world = *state;
	unsigned probes;

	world->site.maintenance = always;
	reach_warning(world);
	probes = world->probes;
	world_answer_review(world);
	assert_int_equal(world->applies, 1);
	assert_int_equal(world->probes, probes);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "verifying");
	world_answer_review(world);
	assert_string_equal(world_state(world), "verifying");
	world->foreseen = &world_unknown;
	world_answer_review(world);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(world->applies, 1);
}

/* It was recycled in the window, and our sign-in works. */
static void recycle_in_the_window(struct world *world)
{
	world->site.maintenance = always;
	reach_warning(world);
	world_answer_review(world);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "verifying");
}

/* What it did not take away is not tried again, and the incident goes on as a warning. */
static void locks_what_did_not_help(void **state)
{
	struct world *world = *state;

	recycle_in_the_window(world);
	while (world->events[EVENT_NOT_VERIFIED] == 0)
		world_answer_review(world);
	assert_string_equal(world_state(world), "warning");
	world_answer_review(world);
	assert_string_equal(world->last_reason, "locked");
	assert_int_equal(world->applies, 1);
}

static void waits_for_the_window(void **state)
{
	struct world *world = *state;
	int minute = (int)(world->now.wall_ms / 60000 % 1440);

	world->site.maintenance =
	    (struct config_maintenance){true, 0x7f, (minute + 60) % 1440, (minute + 120) % 1440};
	reach_warning(world);
	for (int i = 0; i < 3; i++) {
		world_answer_review(world);
		world_answer_probe(world, PROBE_ACCEPTED);
	}
	assert_int_equal(world->applies, 0);
	assert_string_equal(world->last_reason, "accepted");
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	world_pass(world, 3600000);
	world_answer_review(world);
	assert_int_equal(world->applies, 1);
}

/* Where the helper runs no inspectors, be it away or of another configuration, nothing is found,
 * and that says nothing: the warning goes on. */
static void no_answer_ends_no_warning(void **state)
{
	struct world *world = *state;

	reach_warning(world);
	world->foreseen = &world_unknown;
	for (int i = 0; i < 400; i++)
		world_leave_review_unanswered(world);
	assert_string_equal(world_state(world), "warning");
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	assert_int_equal(world->events[EVENT_REFUSED], 0);
	world_answer_review(world);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* A helper that is away is told of, once: no inspector looks, and no remedy runs. */
static void helper_away_is_told(void **state)
{
	struct world *world = *state;

	reach_warning(world);
	controller_on_helper(world->controller, world->now, false);
	for (int i = 0; i < 3; i++)
		world_leave_review_unanswered(world);
	assert_string_equal(world_state(world), "warning");
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	assert_string_equal(world->last_reason, "helper-away");
}

/* So where they run, but cannot tell what was seen before: a slow KDC, an inspector that was
 * killed. Only after a day of that it ends, so that no server that was changed keeps it open for
 * ever. */
static void what_cannot_be_told_ends_no_warning(void **state)
{
	struct world *world = *state;
	int64_t began_ms;

	reach_warning(world);
	world->cannot_tell = true;
	world->foreseen = &world_noise;
	for (int i = 0; i < 3; i++)
		world_answer_review(world);
	assert_string_equal(world_state(world), "warning");
	world->foreseen = &world_stale_soon;
	world_answer_review(world);
	began_ms = world->now.steady_ms;
	world->foreseen = &world_unknown;
	while (world->now.steady_ms - began_ms < 86400000 - 2 * world->site.probe.every_ms) {
		world_answer_review(world);
		assert_string_equal(world_state(world), "warning");
	}
	assert_int_equal(world->events[EVENT_OPENED], 1);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	while (world->events[EVENT_RESOLVED] == 0)
		world_answer_review(world);
	assert_in_range(world->now.steady_ms - began_ms, 86400000,
	    86400000 + 2 * world->site.probe.every_ms);
	assert_non_null(strstr(world->last_text, "a day"));
}

/* Another thing that is found is told all the same; and what still holds behind something that is
 * only counted is not over. */
static void ends_only_what_is_refuted(void **state)
{
	struct world *world = *state;

	reach_warning(world);
	world->cannot_tell = true;
	world->foreseen = &world_clock_skew;
	world_answer_review(world);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 2);
	world->foreseen = &world_unknown;
	world_answer_review(world);
	assert_string_equal(world_state(world), "warning");
	world->cannot_tell = false;
	world_answer_review(world);
	assert_string_equal(world_state(world), "watching");
}

/* After a preventive recycle, whoever does not answer, or cannot tell, has seen no cure: the rung
 * is locked when its time is over, and not run again. */
static void cures_nothing_that_cannot_be_told(void **state)
{
	struct world *world = *state;

	recycle_in_the_window(world);
	world->foreseen = &world_unknown;
	world_leave_review_unanswered(world);
	assert_string_equal(world_state(world), "verifying");
	world->cannot_tell = true;
	while (world->events[EVENT_NOT_VERIFIED] == 0)
		world_answer_review(world);
	assert_int_equal(world->events[EVENT_RESOLVED], 0);
	assert_string_equal(world_state(world), "warning");
	world->foreseen = &world_stale_soon;
	for (int i = 0; i < 3; i++)
		world_answer_review(world);
	assert_string_equal(world->last_reason, "locked");
	assert_int_equal(world->applies, 1);
}

/* Without a window a person is asked, once; and in observe nothing is done. */
static void needs_a_window(void **state)
{
	struct world *world = *state;

	reach_warning(world);
	world_answer_review(world);
	assert_string_equal(world->last_reason, "no-maintenance");
	world->site.mode = CONFIG_MODE_OBSERVE;
	world->site.maintenance = always;
	world_answer_review(world);
	assert_string_equal(world->last_reason, "observe");
	assert_int_equal(world->applies, 0);
	world->foreseen = &world_unknown;
	world_answer_review(world);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* When somebody does fail the same incident goes on, and does not wait for the window. */
static void becomes_a_failure(void **state)
{
	struct world *world = *state;

	reach_warning(world);
	world_answer_review(world);
	assert_string_equal(world->last_reason, "no-maintenance");
	world_answer_probe(world, PROBE_REJECTED);
	assert_string_equal(world_state(world), "suspected");
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->events[EVENT_OPENED], 1);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 2);
	assert_int_equal(world->applies, 1);
}

/* A failure that was but a moment's says nothing of what was foreseen: the warning goes on, and its
 * end is told like any other's. */
static void outlasts_a_failure_that_passes(void **state)
{
	struct world *world = *state;

	reach_warning(world);
	world_answer_review(world);
	world_answer_probe(world, PROBE_REJECTED);
	assert_string_equal(world_state(world), "suspected");
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "warning");
	world_answer_review(world);
	world_answer_review(world);
	assert_string_equal(world_state(world), "warning");
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	world_break_handle(world);
	world_tick(world);
	assert_string_equal(world_state(world), "suspected");
	world->window = (struct detector_window){0};
	world->foreseen = &world_unknown;
	world_tick(world);
	controller_on_probe(world->controller, world->now, PROBE_ACCEPTED); /* begun before */
	assert_string_equal(world_state(world), "warning");
	world_answer_review(world);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_PASSED], 0);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(world->events[EVENT_OPENED], 1);
}

static void becomes_a_spike(void **state)
{
	struct world *world = *state;

	reach_warning(world);
	world_break_handle(world);
	world_tick(world);
	assert_string_equal(world_state(world), "suspected");
	controller_on_probe(world->controller, world->now, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

/* An answer to a look from before the failure is not one to the question why it fails. */
static void takes_no_old_answer(void **state)
{
	struct world *world = *state;
	unsigned reviews;

	world_settle(world);
	reviews = world->reviews;
	while (world->reviews == reviews) {
		world_pass(world, 1000);
		world_tick(world);
	}
	world_break_handle(world);
	world->answered_reviews = world->reviews;
	world_answer_probe(world, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	assert_string_equal(world_state(world), "inspecting");
	world_inspected(world);
	assert_string_equal(world_state(world), "inspecting");
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

/* What is wrong may turn out to be something else; and what no remedy of ours cures is told. */
static void changes_its_name(void **state)
{
	struct world *world = *state;

	world->site.maintenance = always;
	reach_warning(world);
	world->foreseen = &world_clock_skew;
	world_answer_review(world);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 2);
	world_answer_review(world);
	assert_string_equal(world->last_reason, "no-cure");
	assert_string_equal(world_state(world), "warning");
	assert_int_equal(world->applies, 0);
}

/* After a restart of the daemon it must be seen again before anything is done. */
static void survives_a_restart(void **state)
{
	struct world *world = *state;

	world->site.maintenance = always;
	reach_warning(world);
	world_restart(world);
	assert_string_equal(world_state(world), "warning");
	controller_on_helper(world->controller, world->now, true);
	world_answer_review(world);
	assert_int_equal(world->applies, 0);
	world_pass(world, 200000);
	world_answer_probe(world, PROBE_ACCEPTED);
	for (int i = 0; i < 3 && world->applies == 0; i++)
		world_answer_review(world);
	assert_int_equal(world->applies, 1);
	assert_int_equal(world->events[EVENT_OPENED], 1);
}

/* Where no probe can be had, the look goes on its own schedule. */
static void watches_without_a_probe(void **state)
{
	struct world *world = *state;

	world->site.probe.configured = false;
	world->site.evidence = CONFIG_EVIDENCE_VOTERS;
	world->site.maintenance = always;
	world_pass(world, 200000);
	world->foreseen = &world_stale_soon;
	world_answer_review(world);
	world_answer_review(world);
	assert_int_equal(world->applies, 1);
	assert_int_equal(world->probes, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(looks_before_it_probes),
	    TEST(looks_before_strangers_make_it_probe),
	    TEST(counts_strangers_after_the_probe),
	    TEST(probes_without_inspectors),
	    TEST(prevents_in_the_window),
	    TEST(locks_what_did_not_help),
	    TEST(waits_for_the_window),
	    TEST(no_answer_ends_no_warning),
	    TEST(helper_away_is_told),
	    TEST(what_cannot_be_told_ends_no_warning),
	    TEST(ends_only_what_is_refuted),
	    TEST(cures_nothing_that_cannot_be_told),
	    TEST(needs_a_window),
	    TEST(becomes_a_failure),
	    TEST(outlasts_a_failure_that_passes),
	    TEST(becomes_a_spike),
	    TEST(takes_no_old_answer),
	    TEST(changes_its_name),
	    TEST(survives_a_restart),
	    TEST(watches_without_a_probe),
	};

	return cmocka_run_group_tests_name("warning", tests, NULL, NULL);
}
