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

/* Nothing is decided just after our own start, nor just after the worker's. */
static void waits_after_starts(void **state)
{
	struct world *world = *state;

	world_answer_probe(world, PROBE_ACCEPTED);
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	controller_on_inspected(world->controller, world->now, world->now.wall_ms - 1000);
	assert_string_equal(world->last_reason, "warm-up");
	world_pass(world, 60000);
	world_answer_probe(world, PROBE_REJECTED);
	controller_on_inspected(world->controller, world->now, world->now.wall_ms - 1000);
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

/* Voters as evidence: the spike must last, and as many must be seen to get in again. */
static void voters_decide(void **state)
{
	struct world *world = *state;

	world->site.probe.configured = false;
	world->site.evidence = CONFIG_EVIDENCE_VOTERS;
	world_pass(world, 200000);
	world_break_handle(world);
	world_tick(world);
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
	    TEST(asks_the_helper_again_quietly),
	    TEST(forgets_old_acceptances),
	    TEST(forgets_acceptances_of_an_earlier_boot),
	    TEST(voters_decide),
	};

	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
