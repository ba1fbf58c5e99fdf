#include "unit.h"

#include "remedy/controller.h"

/* A world that answers the controller: its effects only count and remember. */
struct world {
	struct config_site site;
	struct config_rung rungs[2];
	struct config_safety safety;
	struct controller *controller;
	struct moment now;
	struct detector_window window;
	const struct diagnosis *diagnosis;
	unsigned probes, inspections, applies, questions, forgets;
	unsigned events[EVENT_KIND_COUNT];
	char last_reason[64];
	uint32_t applied_rung;
};

static const struct diagnosis stale_handle = {
    .id = "stale-handle", .cure = CURE_RECYCLE, .incident = true, .title = "t", .why = "w"};
static const struct diagnosis stale_keytab = {
    .id = "stale-keytab", .cure = CURE_NONE, .incident = true, .title = "t", .why = "w"};
static const struct diagnosis noise = {
    .id = "noise", .cure = CURE_NONE, .incident = false, .title = "t", .why = "w"};

/* The controller asks the rules for a diagnosis by name after a restart. */
static const struct diagnosis *const known[] = {&stale_handle, &stale_keytab, &noise};

const struct diagnosis *__wrap_rules_named(const struct rules *rules, const char *id);
const struct diagnosis *__wrap_rules_named(
    const struct rules *rules unused_parameter, const char *id)
{
	for (size_t i = 0; i < count_of(known); i++)
		if (strcmp(known[i]->id, id) == 0)
			return known[i];
	return NULL;
}

static void effect_probe(void *context)
{
	((struct world *)context)->probes++;
}

static void effect_inspect(void *context)
{
	((struct world *)context)->inspections++;
}

static const struct diagnosis *effect_diagnose(void *context)
{
	return ((struct world *)context)->diagnosis;
}

static void effect_apply(void *context, const struct controller_action *action)
{
	struct world *world = context;

	world->applies++;
	world->applied_rung = action->rung;
	assert_true(action->incident[0] != '\0');
}

static void effect_ask_action(void *context, const struct controller_action *action)
{
	struct world *world = context;

	world->questions++;
	assert_true(action->incident[0] != '\0');
}

static void effect_forget(void *context)
{
	((struct world *)context)->forgets++;
}

static void effect_on_event(void *context, const struct controller_event *event)
{
	struct world *world = context;

	world->events[event->kind]++;
	snprintf(world->last_reason, sizeof(world->last_reason), "%s", event->reason);
}

static struct controller_options options_of(struct world *world)
{
	return (struct controller_options){.site = &world->site,
	    .safety = &world->safety,
	    .minimum_voters = 5,
	    .effects = {effect_probe, effect_inspect, effect_diagnose, effect_apply,
		effect_ask_action, effect_forget, effect_on_event},
	    .context = world};
}

static int set_up(void **state)
{
	static char recycle[] = "recycle";
	static char name[] = "intranet";
	struct world *world = calloc(1, sizeof(*world));
	struct controller_options options;

	assert_non_null(world);
	world->rungs[0] = (struct config_rung){.remedy = recycle, .verify_within_ms = 120000};
	world->rungs[1] = world->rungs[0];
	world->site.name = name;
	world->site.mode = CONFIG_MODE_ACT;
	world->site.probe.configured = true;
	world->site.probe.every_ms = 300000;
	world->site.ladder.items = world->rungs;
	world->site.ladder.count = 1;
	world->safety = (struct config_safety){.warm_up_ms = 120000,
	    .hold_off_ms = 30000,
	    .confirm_tries = 3,
	    .confirm_rejected = 2,
	    .confirm_over_ms = 60000,
	    .probe_interval_ms = 60000,
	    .accepted_within_ms = 86400000,
	    .plugin_timeout_ms = 30000};
	world->now = (struct moment){.wall_ms = 1700000000000, .steady_ms = 5000000};
	world->diagnosis = &stale_handle;
	options = options_of(world);
	assert_int_equal(controller_new(&world->controller, &options, world->now), 0);
	controller_on_helper(world->controller, world->now, true);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	controller_free(&world->controller);
	free(world);
	return 0;
}

static void pass(struct world *world, int64_t duration_ms)
{
	world->now.wall_ms += duration_ms;
	world->now.steady_ms += duration_ms;
}

static void tick(struct world *world)
{
	controller_tick(world->controller, world->now, &world->window);
}

/* Lets time go by, a second at a time, until the controller asks for a probe; answers it. */
static void answer_next_probe(struct world *world, enum probe_result result)
{
	unsigned before = world->probes;

	for (int i = 0; i < 1000 && world->probes == before; i++) {
		tick(world);
		if (world->probes == before)
			pass(world, 1000);
	}
	assert_int_equal(world->probes, before + 1);
	controller_on_probe(world->controller, world->now, result);
}

static const char *state_of(const struct world *world)
{
	return controller_state(world->controller);
}

/* An accepted probe, a while ago, and the start long past: the common beginning. */
static void settle(struct world *world)
{
	answer_next_probe(world, PROBE_ACCEPTED);
	pass(world, 200000);
	assert_string_equal(state_of(world), "watching");
}

static void break_handle(struct world *world)
{
	world->window.spike = true;
	world->window.active = 10;
	world->window.rejected = 10;
}

static void inspected(struct world *world)
{
	controller_on_inspected(world->controller, world->now, world->now.wall_ms - 86400000);
}

static void reach_acting(struct world *world)
{
	settle(world);
	break_handle(world);
	answer_next_probe(world, PROBE_REJECTED);
	answer_next_probe(world, PROBE_REJECTED);
	assert_int_equal(world->inspections, 1);
	inspected(world);
	assert_string_equal(state_of(world), "acting");
	assert_int_equal(world->applies, 1);
}

static void answer(struct world *world, enum protocol_result result, enum protocol_refusal refusal)
{
	const struct controller_answer told = {result, refusal, "said"};

	controller_on_answer(world->controller, world->now, &told);
}

/* The daemon ends and starts again: what it saved goes through text and back. */
static void restart(struct world *world)
{
	struct controller_options options = options_of(world);
	struct json *saved = controller_save(world->controller, world->now);
	struct buffer auto_buffer text;

	buffer_init(&text, 65536);
	assert_int_equal(json_print(saved, &text), 0);
	json_free(&saved);
	assert_int_equal(json_parse(buffer_view(&text), &saved), 0);
	controller_free(&world->controller);
	assert_int_equal(controller_new(&world->controller, &options, world->now), 0);
	assert_int_equal(controller_restore(world->controller, saved, NULL, world->now), 0);
	json_free(&saved);
}

/* The main job: spike, two rejected probes a minute apart, one action, verified, resolved. */
static void recycles_a_stale_handle(void **state)
{
	struct world *world = *state;
	int64_t spiked_ms;

	settle(world);
	break_handle(world);
	spiked_ms = world->now.steady_ms;
	answer_next_probe(world, PROBE_REJECTED);
	assert_string_equal(state_of(world), "suspected");
	answer_next_probe(world, PROBE_REJECTED);
	assert_true(world->now.steady_ms - spiked_ms >= 60000);
	inspected(world);
	assert_int_equal(world->applies, 1);
	answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_string_equal(state_of(world), "holding-off");
	world->window = (struct detector_window){0};
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->forgets, 1);
	assert_string_equal(state_of(world), "watching");
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	assert_string_equal(controller_incident(world->controller), "");
}

/* However long it lasts, a remedy that did not help is never run again, and a person is asked. */
static void never_repeats_what_did_not_help(void **state)
{
	struct world *world = *state;

	reach_acting(world);
	answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	for (int i = 0; i < 20; i++) {
		answer_next_probe(world, PROBE_REJECTED);
		inspected(world);
	}
	assert_int_equal(world->applies, 1);
	assert_int_equal(world->events[EVENT_NOT_VERIFIED], 1);
	assert_string_equal(state_of(world), "standing");
	assert_string_equal(world->last_reason, "locked");
	answer_next_probe(world, PROBE_ACCEPTED);
	inspected(world);
	assert_string_equal(state_of(world), "standing"); /* the clients still fail */
	world->window.spike = false;
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_string_equal(state_of(world), "watching");
}

/* Where one rung did not help, the next one of the ladder is asked for. */
static void climbs_the_ladder(void **state)
{
	struct world *world = *state;

	world->site.ladder.count = 2;
	reach_acting(world);
	answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	for (int i = 0; i < 20 && world->applies < 2; i++) {
		answer_next_probe(world, PROBE_REJECTED);
		inspected(world);
	}
	assert_int_equal(world->applies, 2);
	assert_int_equal(world->applied_rung, 1);
}

/* No cure of ours: it stands, tells, goes on looking, and closes when it is well again. */
static void stands_where_nothing_helps(void **state)
{
	struct world *world = *state;

	world->diagnosis = &stale_keytab;
	settle(world);
	break_handle(world);
	answer_next_probe(world, PROBE_REJECTED);
	answer_next_probe(world, PROBE_REJECTED);
	inspected(world);
	assert_string_equal(state_of(world), "standing");
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	answer_next_probe(world, PROBE_REJECTED);
	inspected(world);
	assert_int_equal(world->events[EVENT_REFUSED], 1); /* told once */
	assert_int_equal(world->applies, 0);
	world->window.spike = false;
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* In observe everything happens but the action. */
static void observes(void **state)
{
	struct world *world = *state;

	world->site.mode = CONFIG_MODE_OBSERVE;
	settle(world);
	break_handle(world);
	answer_next_probe(world, PROBE_REJECTED);
	answer_next_probe(world, PROBE_REJECTED);
	inspected(world);
	assert_string_equal(world->last_reason, "observe");
	assert_int_equal(world->applies, 0);
}

/* Strangers' failures cause one probe a minute at most, and no incident where it is accepted. */
static void strangers_are_noise(void **state)
{
	struct world *world = *state;
	unsigned before;

	settle(world);
	world->diagnosis = &noise;
	world->window.rejected_strangers = 100000;
	before = world->probes;
	for (int i = 0; i < 600; i++) {
		tick(world);
		if (world->probes > before + world->events[EVENT_COUNTED])
			controller_on_probe(world->controller, world->now, PROBE_ACCEPTED);
		pass(world, 1000);
	}
	assert_in_range(world->probes - before, 9, 10);
	assert_int_equal(world->events[EVENT_OPENED], 0);
	assert_int_equal(world->events[EVENT_COUNTED], world->probes - before);
}

/* People who failed before the probe was accepted prove nothing: only those who fail after it. */
static void looks_again_after_an_accepted_probe(void **state)
{
	struct world *world = *state;

	settle(world);
	break_handle(world);
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_string_equal(state_of(world), "suspected");
	assert_int_equal(world->forgets, 1);
	world->window = (struct detector_window){0};
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_string_equal(state_of(world), "watching");
	assert_int_equal(world->events[EVENT_PASSED], 1);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 0);
	break_handle(world);
	answer_next_probe(world, PROBE_ACCEPTED);
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_string_equal(state_of(world), "inspecting");
}

/* A person has cured it: that the clients have not come back yet is no new diagnosis. */
static void waits_for_the_clients_after_a_cure(void **state)
{
	struct world *world = *state;

	world->diagnosis = &stale_keytab;
	settle(world);
	break_handle(world);
	answer_next_probe(world, PROBE_REJECTED);
	answer_next_probe(world, PROBE_REJECTED);
	inspected(world);
	world->diagnosis = &noise;
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_string_equal(state_of(world), "standing");
	assert_int_equal(world->forgets, 1);
	world->window = (struct detector_window){0};
	answer_next_probe(world, PROBE_ACCEPTED);
	assert_int_equal(world->events[EVENT_DIAGNOSED], 1);
	assert_int_equal(world->events[EVENT_RESOLVED], 1);
}

/* Nothing is decided just after our own start, nor just after the worker's. */
static void waits_after_starts(void **state)
{
	struct world *world = *state;

	answer_next_probe(world, PROBE_ACCEPTED);
	break_handle(world);
	answer_next_probe(world, PROBE_REJECTED);
	answer_next_probe(world, PROBE_REJECTED);
	controller_on_inspected(world->controller, world->now, world->now.wall_ms - 1000);
	assert_string_equal(world->last_reason, "warm-up");
	pass(world, 60000);
	answer_next_probe(world, PROBE_REJECTED);
	controller_on_inspected(world->controller, world->now, world->now.wall_ms - 1000);
	assert_int_equal(world->applies, 0);
	pass(world, 200000);
	answer_next_probe(world, PROBE_REJECTED);
	inspected(world);
	assert_int_equal(world->applies, 1);
}

/* What the helper would refuse is not asked for, and is told once; when it may act again it does. */
static void waits_for_the_budget(void **state)
{
	struct world *world = *state;

	controller_on_allowance(
	    world->controller, (struct controller_allowance){.budget_spent = true});
	settle(world);
	break_handle(world);
	answer_next_probe(world, PROBE_REJECTED);
	for (int i = 0; i < 5; i++) {
		answer_next_probe(world, PROBE_REJECTED);
		inspected(world);
	}
	assert_string_equal(state_of(world), "standing");
	assert_int_equal(world->applies, 0);
	assert_int_equal(world->events[EVENT_ACTING], 0);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	controller_on_allowance(world->controller, (struct controller_allowance){0});
	answer_next_probe(world, PROBE_REJECTED);
	inspected(world);
	assert_int_equal(world->events[EVENT_ACTING], 1);
	assert_int_equal(world->applies, 1);
}

/* A helper that refuses is asked again and again, but nobody is told so each time. */
static void asks_the_helper_again_quietly(void **state)
{
	struct world *world = *state;

	reach_acting(world);
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(world->applies, i);
		answer(world, PROTOCOL_REFUSED, REFUSAL_BUSY);
		answer_next_probe(world, PROBE_REJECTED);
		inspected(world);
	}
	assert_int_equal(world->events[EVENT_ACTING], 1);
	assert_int_equal(world->events[EVENT_REFUSED], 1);
	answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	assert_int_equal(world->events[EVENT_ACTING], 2); /* this time it did */
	assert_int_equal(world->events[EVENT_APPLIED], 1);
}

/* After a restart in the middle of an action the helper is asked, and what it says is believed. */
static void asks_after_a_restart(void **state)
{
	struct world *world = *state;

	reach_acting(world);
	pass(world, 5000);
	restart(world);
	tick(world);
	assert_int_equal(world->questions, 0); /* nobody to ask yet */
	controller_on_helper(world->controller, world->now, true);
	tick(world);
	assert_int_equal(world->questions, 1);
	answer(world, PROTOCOL_IN_FLIGHT, REFUSAL_NONE);
	pass(world, 1000);
	tick(world);
	assert_int_equal(world->questions, 2);
	answer(world, PROTOCOL_UNKNOWN, REFUSAL_NONE);
	assert_string_equal(state_of(world), "holding-off");
	assert_int_equal(world->applies, 1);
}

/* A helper that dies while the remedy runs is asked again when it is back. */
static void asks_after_the_helper_died(void **state)
{
	struct world *world = *state;

	reach_acting(world);
	controller_on_helper(world->controller, world->now, false);
	pass(world, 1000);
	tick(world);
	assert_int_equal(world->questions, 0);
	controller_on_helper(world->controller, world->now, true);
	tick(world);
	assert_int_equal(world->questions, 1);
	answer(world, PROTOCOL_NEVER, REFUSAL_NONE);
	assert_string_equal(state_of(world), "standing");
}

/* Voters as evidence: the spike must last, and as many must be seen to get in again. */
static void voters_decide(void **state)
{
	struct world *world = *state;

	world->site.probe.configured = false;
	world->site.evidence = CONFIG_EVIDENCE_VOTERS;
	pass(world, 200000);
	break_handle(world);
	tick(world);
	pass(world, 59000);
	tick(world);
	assert_int_equal(world->inspections, 0);
	pass(world, 1000);
	tick(world);
	assert_int_equal(world->inspections, 1);
	inspected(world);
	assert_int_equal(world->applies, 1);
	answer(world, PROTOCOL_DONE, REFUSAL_NONE);
	pass(world, 30000);
	world->window = (struct detector_window){.established = 4, .active = 4};
	tick(world);
	tick(world);
	assert_string_equal(state_of(world), "verifying");
	world->window.established = 5;
	tick(world);
	assert_string_equal(state_of(world), "watching");
	assert_int_equal(world->probes, 0);
}

/* A saved state that is not ours is refused, and changes nothing. */
static void refuses_strange_memories(void **state)
{
	static const char *const strange[] = {"{}", "[]", "{\"version\":1}",
	    "{\"version\":2,\"state\":\"watching\",\"incident\":\"\",\"diagnosis\":\"\"}",
	    "{\"version\":1,\"state\":\"dancing\",\"incident\":\"\",\"diagnosis\":\"\"}",
	    "{\"version\":1,\"state\":\"acting\",\"incident\":\"x\",\"diagnosis\":\"\",\"rung\":7}",
	    ("{\"version\":1,\"state\":\"acting\",\"incident\":\"x\",\"diagnosis\":\"\","
	     "\"rung\":-1}")};
	struct world *world = *state;

	for (size_t i = 0; i < count_of(strange); i++) {
		struct json *saved = NULL;

		assert_int_equal(json_parse(view_of_text(strange[i]), &saved), 0);
		assert_true(controller_restore(world->controller, saved, NULL, world->now) < 0);
		json_free(&saved);
		assert_string_equal(state_of(world), "watching");
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
	struct controller_options options = options_of(world);

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
		inspected(world);
		break;
	case 4:
		answer(world, (enum protocol_result)(dice / 16 % (PROTOCOL_REFUSED + 1)),
		    (enum protocol_refusal)(dice / 256 % REFUSAL_COUNT));
		break;
	case 5:
		controller_on_helper(world->controller, world->now, dice & 16);
		break;
	case 6:
		world->diagnosis = known[dice / 16 % count_of(known)];
		break;
	case 7:
		restart(world);
		break;
	case 8: /* the wall clock jumps */
		world->now.wall_ms += (int64_t)(dice / 16 % 200000000) - 100000000;
		break;
	default:
		pass(world, (int64_t)(dice / 16 % 90000));
		tick(world);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(recycles_a_stale_handle),
	    TEST(never_repeats_what_did_not_help),
	    TEST(climbs_the_ladder),
	    TEST(stands_where_nothing_helps),
	    TEST(observes),
	    TEST(strangers_are_noise),
	    TEST(looks_again_after_an_accepted_probe),
	    TEST(waits_for_the_clients_after_a_cure),
	    TEST(waits_after_starts),
	    TEST(waits_for_the_budget),
	    TEST(asks_the_helper_again_quietly),
	    TEST(asks_after_a_restart),
	    TEST(asks_after_the_helper_died),
	    TEST(voters_decide),
	    TEST(refuses_strange_memories),
	    TEST(random_schedules),
	};

	return cmocka_run_group_tests_name("controller", tests, NULL, NULL);
}
