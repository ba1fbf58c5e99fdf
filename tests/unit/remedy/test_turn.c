/* The site's turn in the fleet: when a slot is wanted, and what is done once it is had. */
#include "world.h"

#include "remedy/authority.h"

static const struct controller_fleet waiting = {.takes_part = true, .fence = -1};
static const struct controller_fleet holding = {.takes_part = true, .holds_slot = true, .fence = 7};

static void tell(struct world *world, struct controller_fleet fleet)
{
	controller_on_fleet(world->controller, world->now, &fleet);
}

/* Nothing else is missing, so a slot is wanted; once it is had the remedy runs, at once. It is kept
 * until the remedy is verified. */
static void acts_in_its_turn(void **state)
{
	struct world *world = *state;

	tell(world, waiting);
	world_reach_decision(world);
	assert_int_equal(world->applies, 0);
	assert_string_equal(world->last_reason, "fleet-turn");
	assert_true(controller_wants_slot(world->controller));
	tell(world, holding);
	assert_int_equal(world->applies, 1);
	assert_true(controller_wants_slot(world->controller));
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_true(controller_wants_slot(world->controller));
	world->window.spike = false;
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "watching");
	assert_false(controller_wants_slot(world->controller));
	tell(world, holding); /* which leads to nothing */
	assert_int_equal(world->applies, 1);
}

/* A turn that does not come is waited for on and on, but a person is told, once: the slot's holder
 * may have it for ever. */
static void calls_a_person_for_an_overdue_turn(void **state)
{
	struct world *world = *state;
	int64_t since_ms;
	unsigned refused;

	tell(world, waiting);
	world_reach_decision(world);
	assert_string_equal(world->last_reason, AUTHORITY_TURN);
	since_ms = world->now.steady_ms;
	refused = world->events[EVENT_REFUSED];
	while (world->now.steady_ms - since_ms < 3 * AUTHORITY_TURN_PATIENCE_MS) {
		bool is_overdue;

		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
		is_overdue = world->now.steady_ms - since_ms >= AUTHORITY_TURN_PATIENCE_MS;
		assert_string_equal(
		    world->last_reason, is_overdue ? AUTHORITY_OVERDUE : AUTHORITY_TURN);
		assert_int_equal(world->events[EVENT_REFUSED], refused + is_overdue);
		assert_true(controller_wants_slot(world->controller));
	}
	assert_non_null(strstr(world->last_text, "(15 minutes)"));
	tell(world, holding);
	assert_int_equal(world->applies, 1);
	world_answer(world, PROTOCOL_REFUSED, REFUSAL_LATE); /* then it waits anew */
	tell(world, waiting);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_true(controller_wants_slot(world->controller));
	assert_int_equal(world->applies, 1);
	assert_string_equal(world->last_reason, "fleet-turn");
}

/* A slot is not asked for where the action would be refused anyhow, and not needed alone. */
static void wants_no_slot_for_nothing(void **state)
{
	struct world *world = *state;

	tell(world, waiting);
	controller_on_allowance(
	    world->controller, (struct controller_allowance){.budget_spent = true});
	world_reach_decision(world);
	assert_string_equal(world->last_reason, "budget");
	assert_false(controller_wants_slot(world->controller));
	tell(world, holding);
	assert_int_equal(world->applies, 0);
}

static void acts_alone(void **state)
{
	struct world *world = *state;

	tell(world, (struct controller_fleet){.fence = -1});
	world_reach_decision(world);
	assert_int_equal(world->applies, 1);
}

/* What the fleet says forbids, and when it does so no more the next decision acts. */
static void stands_down(void **state)
{
	static const struct {
		struct controller_fleet fleet;
		const char *reason;
	} cases[] = {
	    {{.takes_part = true, .away = true}, "fleet-away"},
	    {{.takes_part = true, .name_taken = true}, "fleet-name"},
	    {{.takes_part = true, .no_help = true}, "no-help"},
	    {{.takes_part = true, .shared_hosts = 3}, "shared"},
	};
	struct world *world = *state;

	tell(world, cases[0].fleet);
	world_reach_decision(world);
	for (size_t i = 0; i < count_of(cases); i++) {
		tell(world, cases[i].fleet);
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
		assert_string_equal(world->last_reason, cases[i].reason);
		assert_false(controller_wants_slot(world->controller));
	}
	assert_int_equal(world->applies, 0);
	tell(world, holding);
	assert_int_equal(world->applies, 0); /* nobody waited for it */
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

/* What was seen last contradicts the diagnosis that the slot was wanted for: until it is seen again
 * nothing is done, though the slot comes. */
static void waits_no_more_in_doubt(void **state)
{
	struct world *world = *state;

	tell(world, waiting);
	world_reach_decision(world);
	assert_true(controller_wants_slot(world->controller));
	world->diagnosis = &world_stale_keytab;
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_string_equal(world_state(world), "standing");
	assert_false(controller_wants_slot(world->controller));
	tell(world, holding);
	assert_int_equal(world->applies, 0);
	world->diagnosis = &world_stale_handle;
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
}

/* A slot that was lost before the helper was asked: it is tried again, with all of it. */
static void comes_too_late(void **state)
{
	struct world *world = *state;

	tell(world, holding);
	world_reach_decision(world);
	assert_int_equal(world->applies, 1);
	world_answer(world, PROTOCOL_REFUSED, REFUSAL_LATE);
	assert_string_equal(world->last_reason, "late");
	assert_false(controller_wants_slot(world->controller));
	tell(world, waiting);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_string_equal(world->last_reason, "fleet-turn");
	assert_int_equal(world->applies, 1);
}

/* That a remedy did not help is known to the others until the incident is over, over a restart as
 * well; and so is it that the slot is still needed. */
static void remembers_over_a_restart(void **state)
{
	struct world *world = *state;

	tell(world, holding);
	world_reach_decision(world);
	world_restart(world);
	assert_true(controller_wants_slot(world->controller));
	controller_on_helper(world->controller, world->now, true);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_false(controller_was_no_help(world->controller));
	for (int i = 0; i < 20 && world->events[EVENT_NOT_VERIFIED] == 0; i++) {
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_true(controller_was_no_help(world->controller));
	world_restart(world);
	assert_true(controller_was_no_help(world->controller));
	world->window = (struct detector_window){.active = 10, .established = 10};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_false(controller_was_no_help(world->controller));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(acts_in_its_turn, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(
		calls_a_person_for_an_overdue_turn, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(
		wants_no_slot_for_nothing, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(acts_alone, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(stands_down, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(
		waits_no_more_in_doubt, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(comes_too_late, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(
		remembers_over_a_restart, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
