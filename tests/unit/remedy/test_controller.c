#include "world.h"

/* The main job: spike, two rejected probes a minute apart, one action, verified, resolved. */
static void recycles_a_stale_handle(void **state)
{
	struct world *world = *state;
	int64_t spiked_ms;

	world_settle(world);
	world_break_handle(world);
	spiked_ms = world->now.steady_ms;
	world_answer_probe(world, PROBE_REJECTED);
	assert_string_equal(world_state(world), "suspected");
	world_answer_probe(world, PROBE_REJECTED);
	assert_true(world->now.steady_ms - spiked_ms >= 60000);
	world_inspected(world);
	assert_int_equal(world->applies, 1);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_string_equal(world_state(world), "holding-off");
	world->window = (struct detector_window){0};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->forgets, 1);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	assert_string_equal(controller_incident(world->controller), "");
}

/* Strangers' failures cause one probe a minute at most, and no incident where it is accepted. */
static void strangers_are_noise(void **state)
{
	struct world *world = *state;
	unsigned before;

	world_settle(world);
	world->diagnosis = &world_noise;
	world->window.rejected_strangers = 100000;
	before = world->probes;
	for (int i = 0; i < 600; i++) {
		world_tick(world);
		if (world->probes > before + world->events[EVENT_COUNTED])
			controller_on_probe(world->controller, world->now, PROBE_ACCEPTED);
		world_pass(world, 1000);
	}
	assert_in_range(world->probes - before, 9, 10);
	assert_int_equal(world->events[EVENT_OPENED], 0);
	assert_int_equal(world->events[EVENT_COUNTED], world->probes - before);
}

/* People who failed before the probe was accepted prove nothing: only those who fail after it. */
static void looks_again_after_an_accepted_probe(void **state)
{
	struct world *world = *state;

	world_settle(world);
	world_break_handle(world);
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "suspected");
	assert_int_equal(world->forgets, 1);
	world->window = (struct detector_window){0};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_PASSED], 1);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 0);
	world_break_handle(world);
	world_answer_probe(world, PROBE_ACCEPTED);
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "inspecting");
}

/* A person has cured it: that the clients have not come back yet is no new diagnosis. */
static void waits_for_the_clients_after_a_cure(void **state)
{
	struct world *world = *state;

	world->diagnosis = &world_stale_keytab;
	world_reach_decision(world);
	world->diagnosis = &world_noise;
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->forgets, 1);
	world->window = (struct detector_window){.active = 4, .rejected = 4}; /* no spike yet */
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "standing");
	world->window = (struct detector_window){.active = 10, .established = 10};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* After a restart in the middle of an action the helper is asked, and what it says is believed. */
static void asks_after_a_restart(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	world_pass(world, 5000);
	world_restart(world);
	world_tick(world);
	assert_int_equal(world->questions, 0); /* nobody to ask yet */
	controller_on_helper(world->controller, world->now, true);
	world_tick(world);
	assert_int_equal(world->questions, 1);
	world_answer(world, PROTOCOL_IN_FLIGHT, REFUSAL_NONE);
	world_pass(world, 1000);
	world_tick(world);
	assert_int_equal(world->questions, 2);
	world_answer(world, PROTOCOL_UNKNOWN, REFUSAL_NONE);
	assert_string_equal(world_state(world), "holding-off");
	assert_int_equal(world->applies, 1);
}

/* Between the last probe and the decision: what the probe told is gone, so it is made again. */
static void probes_anew_after_a_restart(void **state)
{
	struct world *world = *state;

	world_settle(world);
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	assert_string_equal(world_state(world), "inspecting");
	world_restart(world);
	world_answer_probe(world, PROBE_REJECTED);
	assert_string_equal(world_state(world), "suspected");
	world_answer_probe(world, PROBE_REJECTED);
	assert_string_equal(world_state(world), "inspecting");
}

/* A helper that dies while the remedy runs is asked again when it is back. */
static void asks_after_the_helper_died(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	controller_on_helper(world->controller, world->now, false);
	world_pass(world, 1000);
	world_tick(world);
	assert_int_equal(world->questions, 0);
	controller_on_helper(world->controller, world->now, true);
	world_tick(world);
	assert_int_equal(world->questions, 1);
	world_answer(world, PROTOCOL_NEVER, REFUSAL_NONE);
	assert_string_equal(world_state(world), "standing");
}

static void expect_lost_helper_after(struct world *world, int64_t ms)
{
	world_pass(world, ms - 1000);
	world_tick(world);
	assert_int_equal(world->events[EVENT_REFUSED], 0);
	world_pass(world, 1000);
	world_tick(world);
	world_tick(world);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	assert_string_equal(world->last_reason, "helper-lost");
}

/* A helper that stays away in the middle of an action is told of, once; then it is waited for. */
static void tells_of_a_lost_helper(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	controller_on_helper(world->controller, world->now, false);
	expect_lost_helper_after(world, 60000);
	assert_string_equal(world_state(world), "acting");
}

/* So is a helper that is there and says nothing: the time that a remedy may take is over, and then
 * some. What it says of an action that goes on is a sign of life. */
static void tells_of_a_silent_helper(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	expect_lost_helper_after(world, world->safety.plugin_timeout_ms + 60000);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_string_equal(world_state(world), "holding-off");
}

/* The same after a restart, where it is asked and does not answer. */
static void tells_of_a_silent_helper_after_a_restart(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	world_restart(world);
	controller_on_helper(world->controller, world->now, true);
	for (int i = 0; i < 90; i++) {
		world_pass(world, 1000);
		world_tick(world);
		if (i == 30)
			world_answer(world, PROTOCOL_IN_FLIGHT, REFUSAL_NONE);
	}
	assert_int_equal(world->events[EVENT_REFUSED], 0);
	world_pass(world, 1000);
	world_tick(world);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	assert_string_equal(world->last_reason, "helper-lost");
}

static void remove_rungs(struct world *world)
{
	world->site.ladder = (__typeof__(world->site.ladder)){0};
}

/* Where the rung that was run is not in the ladder any more, the incident goes on without it. */
static void forgets_a_rung_that_is_gone(void **state)
{
	struct world *world = *state;
	char incident[CONTROLLER_ID_BYTES];

	world_reach_acting(world);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_string_equal(world_state(world), "holding-off");
	snprintf(incident, sizeof(incident), "%s", controller_incident(world->controller));
	world_restart_changed(world, remove_rungs);
	assert_string_equal(world_state(world), "standing");
	assert_string_equal(controller_incident(world->controller), incident);
	world->window = (struct detector_window){0};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

static void swap_rungs(struct world *world)
{
	struct config_rung first = world->rungs[0];

	world->rungs[0] = world->rungs[1];
	world->rungs[1] = first;
}

/* Where the rung that was run stands elsewhere in the ladder now, it is the one that is judged. */
static void follows_a_rung_that_moved(void **state)
{
	struct world *world = *state;

	world->site.ladder.count = 2;
	world_reach_acting(world);
	assert_int_equal(world->applied_rung, 0);
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	world_restart_changed(world, swap_rungs);
	for (int i = 0; i < 20 && world->applies < 2; i++) {
		controller_on_helper(world->controller, world->now, true);
		world_answer_probe(world, PROBE_REJECTED);
		world_inspected(world);
	}
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 1);
	assert_int_equal(world->applies, 2);
	assert_int_equal(world->applied_rung, 0);
}

static void change_rules(struct world *world)
{
	world->has_other_rules = true;
}

/* An action that the helper took up at the second try ends after a restart, with rules that have no
 * such diagnosis any more: what became of it is told and verified all the same. */
static void ends_an_action_of_a_diagnosis_that_is_gone(void **state)
{
	struct world *world = *state;

	world_reach_acting(world);
	world_answer(world, PROTOCOL_REFUSED, REFUSAL_BUSY);
	world_answer_probe(world, PROBE_REJECTED);
	world_inspected(world);
	assert_string_equal(world_state(world), "acting");
	world_restart_changed(world, change_rules);
	controller_on_helper(world->controller, world->now, true);
	assert_null(controller_diagnosis(world->controller));
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_int_equal(world->events[EVENT_ACTING], 2);
	assert_int_equal(world->events[EVENT_APPLIED], 1);
	assert_string_equal(world_state(world), "holding-off");
	world->window = (struct detector_window){0};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_string_equal(world_state(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* An incident that stands is told once: neither the restart nor the wait after it tells it anew. */
static void restarts_quietly(void **state)
{
	struct world *world = *state;

	world->diagnosis = &world_stale_handle;
	world->site.mode = CONFIG_MODE_OBSERVE;
	world_reach_decision(world);
	assert_string_equal(world->last_reason, "observe");
	for (int i = 0; i < 3; i++) {
		world_restart(world);
		controller_on_helper(world->controller, world->now, true);
		for (int j = 0; j < 5; j++) {
			world_answer_probe(world, PROBE_REJECTED);
			world_inspected(world);
		}
	}
	assert_string_equal(world_state(world), "standing");
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	/* Beside it, at each start, that it is too soon, for which nobody is called. */
	assert_int_equal(world->events[EVENT_REFUSED], 1 + 3);
	assert_string_equal(world->last_reason, "warm-up");
}

/* A saved state that is not ours is refused, and changes nothing. */
static void refuses_strange_memories(void **state)
{
	static const char *const strange[] = {"{}", "[]", "{\"version\":1}",
	    "{\"version\":2,\"state\":\"watching\",\"incident\":\"\",\"diagnosis\":\"\"}",
	    "{\"version\":1,\"state\":\"dancing\",\"incident\":\"\",\"diagnosis\":\"\"}",
	    ("{\"version\":1,\"state\":\"acting\",\"incident\":\"x\",\"diagnosis\":\"\","
	     "\"rung\":-1}")};
	struct world *world = *state;

	for (size_t i = 0; i < count_of(strange); i++) {
		struct json *saved = NULL;

		assert_int_equal(json_parse(view_of_text(strange[i]), &saved), 0);
		assert_true(controller_restore(world->controller, saved, NULL, world->now) < 0);
		json_free(&saved);
		assert_string_equal(world_state(world), "watching");
	}
}

static uint64_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

/* A new machine, where nothing is locked. */
static void begin_anew(struct world *world)
{
	struct controller_options options = world_options(world);

	controller_free(&world->controller);
	assert_int_equal(controller_new(&world->controller, &options, world->now), 0);
	controller_on_helper(world->controller, world->now, true);
}

/* One random thing happens to the controller. */
static void happen(struct world *world, uint64_t *random)
{
	uint64_t dice = next_random(random);

	if (dice / 65536 % 500 == 0)
		begin_anew(world);
	switch (dice % 16) {
	case 0:
		world->window.spike = !world->window.spike;
		break;
	case 1:
	case 2:
		controller_on_probe(
		    world->controller, world->now, (enum probe_result)(1 + dice / 16 % 4));
		break;
	case 3:
		world_inspected(world);
		break;
	case 4:
		world_answer(world, (enum protocol_result)(dice / 16 % (PROTOCOL_REFUSED + 1)),
		    (enum protocol_refusal)(dice / 256 % REFUSAL_COUNT));
		break;
	case 5:
		controller_on_helper(world->controller, world->now, dice & 16);
		break;
	case 6:
		world->diagnosis = world_diagnoses[dice / 16 % 3];
		world->foreseen = world_diagnoses[3 + dice / 256 % 3];
		break;
	case 7:
		world_restart(world);
		break;
	case 8: /* the wall clock jumps */
		world->now.wall_ms += (int64_t)(dice / 16 % 200000000) - 100000000;
		break;
	default:
		world_pass(world, (int64_t)(dice / 16 % 90000));
		world_tick(world);
	}
}

/* Whatever happens in whatever order: a rung runs at most once in an incident, never in observe,
 * and probes keep their distance. The seed is printed; AUTHMEDIC_SEED replays one. */
static void random_schedules(void **state)
{
	struct world *world = *state;
	const char *given = getenv("AUTHMEDIC_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : 0x9e3779b97f4a7c15;
	uint64_t random = seed;
	char incident[CONTROLLER_ID_BYTES] = "";
	unsigned ran = 0;

	print_message("# seed %llu\n", (unsigned long long)seed);
	world->site.ladder.count = 2;
	world->site.maintenance =
	    (struct config_maintenance){true, 0x7f, 0, 1440}; /* at any time */
	for (int i = 0; i < 200000; i++) {
		unsigned probes = world->probes;

		happen(world, &random);
		assert_true(world->probes - probes <= 1);
		if (strcmp(incident, controller_incident(world->controller)) != 0) {
			snprintf(incident, sizeof(incident), "%s",
			    controller_incident(world->controller));
			ran = world->events[EVENT_APPLIED];
		}
		/* One run a rung; what the helper refused was no run. */
		assert_true(world->events[EVENT_APPLIED] - ran <= world->site.ladder.count);
	}
	assert_true(world->events[EVENT_APPLIED] > 10); /* the schedules did reach it */
}

#define DAY_MS INT64_C(86400000)

/* The handle of a worker that started so many days ago fails, and a recycle helps or does not. */
static void fail_at_age(struct world *world, int64_t days, bool helped)
{
	int64_t start_ms;

	world->window = (struct detector_window){0};
	world_settle(world);
	start_ms = world->now.wall_ms - days * DAY_MS;
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	controller_on_inspected(
	    world->controller, world->now, (struct controller_inspection){true, start_ms});
	assert_string_equal(world_state(world), "acting");
	world_answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	if (helped)
		world->window = (struct detector_window){0};
	for (int i = 0; i < 10 && strcmp(world_state(world), "verifying") != 0; i++) {
		world_pass(world, 30000);
		world_tick(world);
	}
	world_answer_probe(world, helped ? PROBE_ACCEPTED : PROBE_REJECTED);
}

/* How long this site's handles live is learned from those that failed, over a restart too. */
static void learns_how_long_handles_live(void **state)
{
	struct world *world = *state;
	int64_t limit_ms = 30 * DAY_MS;

	world->site.worker.max_age_ms = limit_ms;
	assert_int_equal(controller_handle_limit_ms(world->controller), limit_ms);
	assert_int_equal(controller_lifetimes(world->controller), 0);
	fail_at_age(world, 20, true);
	assert_string_equal(world_state(world), "watching");
	world_restart(world);
	controller_on_helper(world->controller, world->now, true);
	assert_int_equal(controller_lifetimes(world->controller), 1);
	assert_in_range(controller_handle_limit_ms(world->controller), 20 * DAY_MS,
	    20 * DAY_MS + 60000);
	world->site.worker.max_age_ms = 10 * DAY_MS; /* what is configured stays the limit */
	assert_int_equal(controller_handle_limit_ms(world->controller), 10 * DAY_MS);
	assert_int_equal(controller_lifetimes(world->controller), 0);
}

/* Where the recycle did not help it was not the handle. */
static void learns_nothing_from_what_did_not_help(void **state)
{
	struct world *world = *state;

	world->site.worker.max_age_ms = 30 * DAY_MS;
	fail_at_age(world, 20, false);
	world_pass(world, 200000);
	world_tick(world);
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 1);
	world->window = (struct detector_window){.active = 10, .established = 10};
	world_answer_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(controller_lifetimes(world->controller), 0);
	assert_int_equal(controller_handle_limit_ms(world->controller), 30 * DAY_MS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(recycles_a_stale_handle),
	    TEST(learns_how_long_handles_live),
	    TEST(learns_nothing_from_what_did_not_help),
	    TEST(strangers_are_noise),
	    TEST(looks_again_after_an_accepted_probe),
	    TEST(waits_for_the_clients_after_a_cure),
	    TEST(asks_after_a_restart),
	    TEST(probes_anew_after_a_restart),
	    TEST(asks_after_the_helper_died),
	    TEST(tells_of_a_lost_helper),
	    TEST(tells_of_a_silent_helper),
	    TEST(tells_of_a_silent_helper_after_a_restart),
	    TEST(forgets_a_rung_that_is_gone),
	    TEST(follows_a_rung_that_moved),
	    TEST(ends_an_action_of_a_diagnosis_that_is_gone),
	    TEST(restarts_quietly),
	    TEST(refuses_strange_memories),
	    TEST(random_schedules),
	};

	return cmocka_run_group_tests_name("controller", tests, NULL, NULL);
}
