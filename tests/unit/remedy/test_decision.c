#include "world.h"

/* However long it lasts, a remedy that did not help is never run again, and a person is asked. */
static void never_repeats_what_did_not_help(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	for (int i = 0; i < 20; i++) {
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_int_equal(world->applies, 1);
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 1);
	assert_string_equal(world_state(world), "standing");
	assert_string_equal(world->last_reason, "locked");
	world_answer_probe(world, PROBE_ACCEPTED);
	world_inspected(world);
	assert_string_equal(world_state(world), "standing"); /* the clients still fail */
	world->window = (struct detector_window){.active = 10, .established = 10};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "watching");
}

/* Where one rung did not help, the next one of the ladder is asked for. */
static void climbs_the_ladder(void **state)
{
	struct world *world = *state;

	world->site.ladder.count = 2;
	world_reach_acting(world);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	for (int i = 0; i < 20 && world->applies < 2; i++) {
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_int_equal(world->applies, 2);
	assert_int_equal(world->applied_rung, 1);
}

/* No cure of ours: it stands, tells, goes on looking, and closes when it is well again. */
static void stands_where_nothing_helps(void **state)
{
	struct world *world = *state;

	world->diagnosis = &world_stale_keytab;
	world_reach_decision(world);
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->events[EVENT_REFUSED], 1); /* told once */
	assert_int_equal(world->applies, 0);
	world->window.spike = false;
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* A person mends the keytab between the probe and the inspectors: that proves nothing. */
static void doubts_a_changed_diagnosis(void **state)
{
	struct world *world = *state;

	world->diagnosis = &world_stale_keytab;
	world_reach_decision(world);
	world->diagnosis = &world_stale_handle;
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 0);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	world->diagnosis = &world_stale_keytab;
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	world->diagnosis = &world_stale_handle;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(world->applies, 0);
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_int_equal(world->events[EVENT_DIAGNOSED], 2);
	assert_int_equal(world->applies, 1);
}

/* In observe everything happens but the action. */
static void observes(void **state)
{
	struct world *world = *state;

	world->site.mode = CONFIG_MODE_OBSERVE;
	world_reach_decision(world);
	assert_string_equal(world->last_reason, "observe");
	assert_int_equal(world->applies, 0);
}

static void inspect_young_worker(struct world *world)
{
	controller_on_inspected(world->controller, world->now,
	    (struct controller_inspection){true, world->now.wall_ms - 1000});
}

/* Nothing is decided just after our own start, nor just after the worker's. */
static void waits_after_starts(void **state)
{
	struct world *world = *state;

	world_answer_probe(world, PROBE_ACCEPTED);
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	inspect_young_worker(world);
	assert_string_equal(world->last_reason, "warm-up");
	world_pass(world, 60000);
	world_answer_probe(world, PROBE_REJECTED);
	inspect_young_worker(world);
	assert_int_equal(world->applies, 0);
	world_pass(world, 200000);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

/* What the helper would refuse is not asked for, and is told once; when it may act again it does.
 */
static void waits_for_the_budget(void **state)
{
	struct world *world = *state;

	controller_on_allowance(
	    world->controller, (struct controller_allowance){.budget_spent = true});
	world_settle(world);
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	for (int i = 0; i < 5; i++) {
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->applies, 0);
	assert_int_equal(world->events[EVENT_ACTING], 0);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	controller_on_allowance(world->controller, (struct controller_allowance){0});
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->events[EVENT_ACTING], 1);
	assert_int_equal(world->applies, 1);
}

/* However long an incident stands, whatever the times are: what was rejected all along stays
 * confirmed, so that it acts once it may. */
static void stand_and_stay_confirmed(struct world *world)
{
	controller_on_allowance(
	    world->controller, (struct controller_allowance){.budget_spent = true});
	world_settle(world);
	world_break_handle(world);
	for (int i = 0; i < 3; i++)
		world_answer_probe(world, PROBE_REJECTED);
	for (int i = 0; i < 8; i++) {
		world_inspected(world);
		assert_string_equal(world_state(world), "standing");
		assert_string_equal(world->last_reason, "budget");
		assert_true(controller_is_confirmed(world->controller));
		world_answer_probe(world, PROBE_REJECTED);
	}
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	controller_on_allowance(world->controller, (struct controller_allowance){0});
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

static void stays_confirmed_with_frequent_probes(void **state)
{
	struct world *world = *state;

	world->safety.probe_interval_ms = 20000;
	stand_and_stay_confirmed(world);
}

static void stays_confirmed_over_a_long_time(void **state)
{
	struct world *world = *state;

	world->safety.confirm_over_ms = 300000;
	stand_and_stay_confirmed(world);
}

/* As many tries as are needed and not one more: already the first ones are spaced. */
static void spaces_the_first_tries(void **state)
{
	struct world *world = *state;

	world->safety.probe_interval_ms = 20000;
	world->safety.confirm_tries = 2;
	world_settle(world);
	world_answer_probe(world, PROBE_REJECTED); /* before there is a suspicion */
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

/* While nothing can be saved it goes on looking, does nothing, and says so once; then it acts. */
static void waits_for_the_disk(void **state)
{
	struct world *world = *state;
	unsigned probes;

	controller_on_saving(world->controller, false);
	world_reach_decision(world);
	probes = world->probes;
	for (int i = 0; i < 5; i++) {
		assert_string_equal(world->last_reason, "unsaved");
		assert_string_equal(world_state(world), "standing");
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_int_equal(world->probes, probes + 5);
	assert_int_equal(world->applies, 0);
	assert_int_equal(world->events[EVENT_ACTING], 0);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	controller_on_saving(world->controller, true);
	assert_int_equal(world->applies, 0); /* not on what was found then */
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

/* A helper that refuses is asked again and again, but nobody is told so each time. */
static void asks_the_helper_again_quietly(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(world->applies, i);
		world_answer(world, PROTOCOL_REFUSED, REFUSAL_BUSY);
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_int_equal(world->events[EVENT_ACTING], 1);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_int_equal(world->events[EVENT_ACTING], 2); /* this time it did */
	assert_int_equal(world->events[EVENT_APPLIED], 1);
}

static void stop_for_long(struct world *world)
{
	world->now.steady_ms += INT64_C(30) * 3600000;
	world->now.wall_ms += INT64_C(10) * 3600000;
}

static void start_another_boot(struct world *world)
{
	stop_for_long(world);
	world->now.steady_ms = INT64_C(26) * 3600000; /* the machine has run so long */
}

/* The daemon was stopped for longer than an acceptance counts, and the wall clock was set back
 * meanwhile: that makes it no younger. */
static void find_no_recent_success(struct world *world, void (*stop)(struct world *world))
{
	world_settle(world);
	world_restart_changed(world, stop);
	controller_on_helper(world->controller, world->now, true);
	world_pass(world, 200000);
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_string_equal(world->last_reason, "no-recent-success");
	assert_int_equal(world->applies, 0);
}

static void forgets_old_acceptances(void **state)
{
	find_no_recent_success(*state, stop_for_long);
}

static void forgets_acceptances_of_an_earlier_boot(void **state)
{
	find_no_recent_success(*state, start_another_boot);
}

/* There is no probe, and everybody fails. */
static void suspect_by_voters(struct world *world)
{
	world->site.probe.configured = false;
	world->site.evidence = CONFIG_EVIDENCE_VOTERS;
	world_pass(world, 200000);
	world_break_handle(world);
	world_tick(world);
}

/* Voters as evidence: the spike must last, and as many must be seen to get in again. */
static void voters_decide(void **state)
{
	struct world *world = *state;

	suspect_by_voters(world);
	world_pass(world, 59000);
	world_tick(world);
	assert_int_equal(world->inspections, 0);
	world_pass(world, 1000);
	world_tick(world);
	assert_int_equal(world->inspections, 1);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	world_pass(world, 30000);
	world->window = (struct detector_window){.established = 4, .active = 4};
	world_tick(world);
	world_tick(world);
	assert_string_equal(world_state(world), "verifying");
	world->window.established = 5;
	world_tick(world);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->probes, 0);
}

/* The daemon was away for long, and has not read yet what was written meanwhile: so it sees no
 * spike, and clients that got in long ago. */
static void fall_behind(struct world *world)
{
	world_restart(world);
	controller_on_helper(world->controller, world->now, true);
	world->is_behind = true;
	world->window = (struct detector_window){.active = 20, .established = 20};
	world_tick(world);
}

static void catch_up(struct world *world, bool recovered)
{
	world->is_behind = false;
	if (!recovered)
		world_break_handle(world);
	world_tick(world);
}

/* Without a probe: the incident that stood goes on where it was, and so does one that is suspected
 * only, until it is known how the clients fare. */
static void goes_on_after_a_backlog(void **state)
{
	struct world *world = *state;

	world->diagnosis = &world_stale_keytab;
	suspect_by_voters(world);
	fall_behind(world);
	assert_string_equal(world_state(world), "suspected");
	catch_up(world, false);
	world_pass(world, 60000);
	world_tick(world);
	world_inspected(world);
	assert_string_equal(world_state(world), "standing");
	fall_behind(world);
	catch_up(world, false);
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->events[EVENT_OPENED], 1);
	fall_behind(world);
	catch_up(world, true);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(world->events[EVENT_PASSED], 0);
}

/* Nor is a remedy verified by what was before it, nor locked before it is known how it went. */
static void verifies_after_a_backlog(void **state)
{
	struct world *world = *state;

	suspect_by_voters(world);
	world_pass(world, 60000);
	world_tick(world);
	world_inspected(world);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	world_pass(world, 30000);
	world_tick(world);
	assert_string_equal(world_state(world), "verifying");
	for (int i = 0; i < 5; i++) {
		fall_behind(world);
		assert_string_equal(world_state(world), "verifying");
		world_pass(world, 60000);
	}
	catch_up(world, true);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 0);
}

/* An accepted probe does not show that the clients get in either. What they met before it does not
 * count; only where they fail again the machine is looked at. */
static void waits_for_the_log_after_an_accepted_probe(void **state)
{
	struct world *world = *state;

	world_settle(world);
	world_break_handle(world);
	world_tick(world);
	fall_behind(world);
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "suspected");
	assert_int_equal(world->forgets, 1);
	for (int i = 0; i < 10; i++) {
		world_pass(world, 60000);
		world_tick(world);
	}
	assert_string_equal(world_state(world), "suspected");
	catch_up(world, true);
	controller_on_probe(world->controller, world->now, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "watching");
}

/* The same of an incident that stands. */
static void stands_until_the_log_is_read(void **state)
{
	struct world *world = *state;

	world->diagnosis = &world_stale_keytab;
	world_reach_decision(world);
	fall_behind(world);
	for (int i = 0; i < 10; i++)
		world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->inspections, 1);
	world->is_behind = false;
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(never_repeats_what_did_not_help),
	    TEST(climbs_the_ladder),
	    TEST(stands_where_nothing_helps),
	    TEST(doubts_a_changed_diagnosis),
	    TEST(observes),
	    TEST(waits_after_starts),
	    TEST(waits_for_the_budget),
	    TEST(waits_for_the_disk),
	    TEST(stays_confirmed_with_frequent_probes),
	    TEST(stays_confirmed_over_a_long_time),
	    TEST(spaces_the_first_tries),
	    TEST(asks_the_helper_again_quietly),
	    TEST(forgets_old_acceptances),
	    TEST(forgets_acceptances_of_an_earlier_boot),
	    TEST(voters_decide),
	    TEST(goes_on_after_a_backlog),
	    TEST(verifies_after_a_backlog),
	    TEST(waits_for_the_log_after_an_accepted_probe),
	    TEST(stands_until_the_log_is_read),
	};

	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
