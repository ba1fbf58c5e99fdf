#include "world.h"

static void allow(struct world *world, struct controller_allowance allowance)
{
	allowance.asked_ms = world->now.steady_ms;
	controller_on_allowance(world->controller, allowance);
}

static void go_on(struct world *world)
{
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
}

/* Another rung that only a person can start, for a time. */
static void add_fallback(struct world *world)
{
	static char name[] = "ntlm-fallback-apache";

	world->rungs[1].remedy = name;
	world->rungs[1].needs_approval = true;
	world->rungs[1].revert_after_ms = 3600000;
	world->site.ladder.count = 2;
}

static void fail_to_verify(struct world *world)
{
	world_reach_acting(world);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	for (int i = 0; i < 20 && world->events[EVENT_NOT_VERIFIED] == 0; i++)
		go_on(world);
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 1);
}

/* The helper is told of a lock until it says that it has it, over a restart too; what a person
 * unlocks there is unlocked here. */
static void hands_locks_over(void **state)
{
	struct world *world = *state;
	unsigned told;

	fail_to_verify(world);
	go_on(world);
	assert_true(world->locks > 0);
	assert_int_equal(world->locked_rung, 0);
	world_restart(world);
	controller_on_helper(world->controller, world->now, true);
	told = world->locks;
	go_on(world);
	assert_true(world->locks > told);
	allow(world, (struct controller_allowance){.locked = 1});
	told = world->locks;
	go_on(world);
	assert_int_equal(world->locks, told);
	go_on(world);
	assert_string_equal(world->last_reason, "locked");
	allow(world, (struct controller_allowance){0});
	for (int i = 0; i < 5 && world->applies < 2; i++)
		go_on(world);
	assert_int_equal(world->applies, 2);
}

/* What the helper has locked, or a person skipped, is passed over. */
static void passes_over_locked_and_skipped(void **state)
{
	struct world *world = *state;

	world->site.ladder.count = 2;
	allow(world, (struct controller_allowance){.locked = 1});
	world_reach_acting(world);
	assert_int_equal(world->applied_rung, 1);
	world_answer(world, PROTOCOL_REFUSED, REFUSAL_DENIED);
	allow(world, (struct controller_allowance){.locked = 1, .skipped = 2});
	go_on(world);
	assert_int_equal(world->applies, 1);
	assert_string_equal(world->last_reason, "locked");
}

/* Where a person said no, nothing is done, and that is told once. */
static void obeys_a_no(void **state)
{
	struct world *world = *state;

	allow(world, (struct controller_allowance){.denied = true});
	world_reach_decision(world);
	go_on(world);
	assert_int_equal(world->applies, 0);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	assert_string_equal(world->last_reason, "denied");
}

/* A rung that needs approval is never taken by itself; where the others did not help, a person is
 * asked for it. */
static void asks_for_approval(void **state)
{
	struct world *world = *state;

	add_fallback(world);
	fail_to_verify(world);
	go_on(world);
	go_on(world);
	assert_int_equal(world->applies, 1);
	assert_string_equal(world->last_reason, "approval");
	allow(world, (struct controller_allowance){.approved = 2});
	go_on(world);
	for (int i = 0; i < 5 && world->applies < 2; i++)
		go_on(world);
	assert_int_equal(world->applies, 2);
	assert_int_equal(world->applied_rung, 1);
}

/* A person's word stands in for the cure's class and for the evidence, not for mode and budget. */
static void takes_a_word_for_evidence(void **state)
{
	struct world *world = *state;

	add_fallback(world);
	world->diagnosis = &world_stale_keytab;
	world_reach_decision(world);
	go_on(world);
	assert_int_equal(world->applies, 0);
	allow(world, (struct controller_allowance){.approved = 2, .budget_spent = true});
	go_on(world);
	assert_int_equal(world->applies, 0);
	assert_string_equal(world->last_reason, "budget");
	world->site.mode = CONFIG_MODE_OBSERVE;
	allow(world, (struct controller_allowance){.approved = 2});
	go_on(world);
	assert_int_equal(world->applies, 0);
	world->site.mode = CONFIG_MODE_ACT;
	go_on(world);
	assert_int_equal(world->applies, 1);
	assert_int_equal(world->applied_rung, 1);
}

static void fall_back(struct world *world)
{
	add_fallback(world);
	world->diagnosis = &world_stale_keytab;
	world_reach_decision(world);
	allow(world, (struct controller_allowance){.approved = 2});
	go_on(world);
	assert_int_equal(world->applies, 1);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	allow(world, (struct controller_allowance){.applied = 2});
}

/* A fallback is verified by the people who get in, as our probe cannot; then it is left alone, and
 * the incident stays open, until our probe is accepted again. */
static void verifies_a_fallback_by_voters(void **state)
{
	struct world *world = *state;

	fall_back(world);
	world->window.spike = false;
	world->window.established = 5;
	for (int i = 0; i < 5; i++)
		go_on(world);
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 0);
	assert_string_equal(world->last_reason, "fallback");
	assert_int_equal(world->applies, 1);
	world->window = (struct detector_window){.active = 10, .established = 10};
	allow(world, (struct controller_allowance){0});
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* No probe, and people fail by a cause that no rung cures; a person approves the fallback. */
static void fall_back_without_a_probe(struct world *world)
{
	add_fallback(world);
	world->site.probe.configured = false;
	world->site.evidence = CONFIG_EVIDENCE_VOTERS;
	world->site.worker.max_age_ms = INT64_C(30) * 86400000;
	world->rungs[0].needs_approval = true;
	world_pass(world, 200000);
	world_break_handle(world);
	world_tick(world);
	world_pass(world, 60000);
	world_tick(world);
	world_inspected(world);
	assert_string_equal(world->last_reason, "approval");
	allow(world, (struct controller_allowance){.approved = 2});
	world_pass(world, 60000);
	world_tick(world);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
	assert_int_equal(world->applied_rung, 1);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	allow(world, (struct controller_allowance){.applied = 2});
}

static void pass_ticks(struct world *world, int ticks)
{
	for (int i = 0; i < ticks; i++) {
		world_pass(world, 1000);
		world_tick(world);
	}
}

static void take_fallback_out(struct world *world)
{
	world->site.ladder.count = 1;
}

/* Where only people show whether sign-in works, they show it by the fallback, too: that is told
 * and ends nothing, over a restart neither. What they met until it was taken back counts no more.
 */
static void a_fallback_without_a_probe_ends_nothing(void **state)
{
	struct world *world = *state;
	unsigned inspections, forgets;

	fall_back_without_a_probe(world);
	world->window = (struct detector_window){.established = 5, .active = 5};
	pass_ticks(world, 60);
	assert_string_equal(world->last_reason, "fallback");
	assert_string_equal(world_state(world), "standing");
	inspections = world->inspections;
	world_restart_changed(world, take_fallback_out);
	pass_ticks(world, 300);
	controller_on_helper(world->controller, world->now, true);
	allow(world, (struct controller_allowance){.applied = 2});
	pass_ticks(world, 300);
	allow(world, (struct controller_allowance){.budget_spent = true, .applied_unknown = true});
	pass_ticks(world, 300);
	assert_string_equal(world_state(world), "standing");
	assert_string_equal(controller_diagnosis(world->controller)->id, "stale-handle");
	assert_int_equal(world->inspections, inspections); /* while nobody fails */
	assert_int_equal(world->events[EVENT_RESOLVED], 0);
	assert_int_equal(controller_lifetimes(world->controller), 0);
	forgets = world->forgets;
	allow(world, (struct controller_allowance){0});
	assert_int_equal(world->forgets, forgets + 1);
	world_break_handle(world);
	pass_ticks(world, 5);
	assert_string_equal(world_state(world), "standing");
	world->window = (struct detector_window){.established = 5, .active = 5};
	pass_ticks(world, 1);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(world->events[EVENT_OPENED], 1);
	assert_int_equal(world->applies, 1);
}

/* So where there is a probe, and it is accepted: the fallback is still to be taken back. */
static void an_accepted_probe_ends_no_fallback(void **state)
{
	struct world *world = *state;

	fall_back(world);
	world->window = (struct detector_window){.established = 5, .active = 5};
	pass_ticks(world, 60);
	assert_string_equal(world->last_reason, "fallback");
	controller_on_probe(world->controller, world->now, PROBE_ACCEPTED); /* begun before */
	for (int i = 0; i < 3; i++)
		world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->events[EVENT_RESOLVED], 0);
	allow(world, (struct controller_allowance){0});
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* A remedy that changed nothing did not fail to help: nothing is locked, it is told why, and the
 * same rung is tried again. */
static void tries_again_what_changed_nothing(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	world_answer(world, PROTOCOL_TRY_LATER, REFUSAL_NONE);
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	assert_string_equal(world->last_reason, "try-later");
	assert_non_null(strstr(world->last_text, "recycle"));
	assert_non_null(strstr(world->last_text, "said"));
	go_on(world);
	assert_int_equal(world->applies, 2);
	world_answer(world, PROTOCOL_TRY_LATER, REFUSAL_NONE);
	assert_int_equal(world->events[EVENT_REFUSED], 1); /* it is no news */
	go_on(world);
	assert_int_equal(world->applies, 3);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_string_equal(world_state(world), "holding-off");
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 0);
	assert_false(controller_was_no_help(world->controller));
	assert_int_equal(world->locks, 0);
}

/* One that cannot run as it is configured makes way for the next rung, and comes back where that
 * is used up. */
static void passes_over_what_cannot_run(void **state)
{
	struct world *world = *state;

	world->site.ladder.count = 2;
	world_reach_acting(world);
	assert_int_equal(world->applied_rung, 0);
	world_answer(world, PROTOCOL_BAD_CONFIG, REFUSAL_NONE);
	assert_string_equal(world->last_reason, "bad-config");
	go_on(world);
	assert_int_equal(world->applies, 2);
	assert_int_equal(world->applied_rung, 1);
	world_answer(world, PROTOCOL_REFUSED, REFUSAL_REPEATED);
	go_on(world);
	assert_int_equal(world->applies, 3);
	assert_int_equal(world->applied_rung, 0);
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 0);
	assert_int_equal(world->locks, 0);
}

/* What the helper said of an approval counts only for a while. */
static void approvals_grow_old(void **state)
{
	struct world *world = *state;

	world->diagnosis = &world_stale_keytab;
	world_reach_decision(world);
	allow(world, (struct controller_allowance){.approved = 1});
	world_pass(world, 700000);
	go_on(world);
	assert_int_equal(world->applies, 0);
	allow(world, (struct controller_allowance){.approved = 1});
	go_on(world);
	assert_int_equal(world->applies, 1);
}

/* An approval is of one incident: what the helper was asked during an earlier one, or before there
 * was any, says nothing of this one, though the answer may come late. */
static void approvals_are_of_one_incident(void **state)
{
	struct controller_allowance allowance = {.approved = 1};
	struct world *world = *state;

	world_settle(world);
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	allow(world, allowance);
	allowance.asked_ms = world->now.steady_ms;
	world->window = (struct detector_window){0};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_PASSED], 1);
	world->diagnosis = &world_stale_keytab;
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	controller_on_allowance(world->controller, allowance);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 0);
	assert_string_equal(world->last_reason, "no-cure");
	allow(world, allowance);
	go_on(world);
	assert_int_equal(world->applies, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(approvals_grow_old),
	    TEST(approvals_are_of_one_incident),
	    TEST(hands_locks_over),
	    TEST(passes_over_locked_and_skipped),
	    TEST(tries_again_what_changed_nothing),
	    TEST(passes_over_what_cannot_run),
	    TEST(obeys_a_no),
	    TEST(asks_for_approval),
	    TEST(takes_a_word_for_evidence),
	    TEST(verifies_a_fallback_by_voters),
	    TEST(a_fallback_without_a_probe_ends_nothing),
	    TEST(an_accepted_probe_ends_no_fallback),
	};

	return cmocka_run_group_tests_name("rungs", tests, NULL, NULL);
}
