#include "world.h"

const struct diagnosis world_stale_handle = {
    .id = "stale-handle", .cure = CURE_RECYCLE, .incident = true, .title = "t", .why = "w"};
const struct diagnosis world_stale_keytab = {
    .id = "stale-keytab", .cure = CURE_NONE, .incident = true, .title = "t", .why = "w"};
const struct diagnosis world_noise = {
    .id = "noise", .cure = CURE_NONE, .incident = false, .title = "t", .why = "w"};

const struct diagnosis world_stale_soon = {
    .id = "stale-soon", .cure = CURE_PREVENT, .incident = true, .title = "t", .why = "w"};
const struct diagnosis world_clock_skew = {
    .id = "clock-skew", .cure = CURE_NONE, .incident = true, .title = "t", .why = "w"};
const struct diagnosis world_unknown = {.id = "unknown",
    .cure = CURE_NONE,
    .incident = true,
    .is_fallback = true,
    .title = "t",
    .why = "w"};

/* The controller asks the rules for a diagnosis by name after a restart. */
const struct diagnosis *const world_diagnoses[WORLD_DIAGNOSES] = {
    &world_stale_handle, &world_stale_keytab, &world_noise,
    &world_stale_soon, &world_clock_skew, &world_unknown};

static bool rules_have_them = true;

const struct diagnosis *__wrap_rules_named(const struct rules *rules, const char *id);
const struct diagnosis *__wrap_rules_named(
    const struct rules *rules unused_parameter, const char *id)
{
	for (size_t i = 0; i < count_of(world_diagnoses); i++)
		if (rules_have_them && strcmp(world_diagnoses[i]->id, id) == 0)
			return world_diagnoses[i];
	return NULL;
}

static void effect_probe(void *context)
{
	((struct world *)context)->probes++;
}

static bool is_well(const struct world *world)
{
	const char *state = world_state(world);

	return strcmp(state, "watching") == 0 || strcmp(state, "warning") == 0 ||
	    strcmp(state, "verifying") == 0;
}

static void effect_inspect(void *context)
{
	struct world *world = context;

	if (is_well(world))
		world->reviews++;
	else
		world->inspections++;
}

static const struct diagnosis *effect_diagnose(void *context)
{
	struct world *world = context;

	/* Where rejections of strangers made it look it was not a review that asks. */
	if (world->window.rejected_strangers > 0 || !is_well(world))
		return world->diagnosis;
	return world->foreseen;
}

static enum truth effect_still_holds(void *context, const struct diagnosis *diagnosis)
{
	const struct world *world = context;

	if (effect_diagnose(context) == diagnosis)
		return TRUTH_YES;
	return world->cannot_tell ? TRUTH_UNKNOWN : TRUTH_NO;
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

static void effect_lock(void *context, const struct controller_action *action)
{
	struct world *world = context;

	world->locks++;
	world->locked_rung = action->rung;
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
	snprintf(world->last_text, sizeof(world->last_text), "%s", event->text);
}

struct controller_options world_options(struct world *world)
{
	return (struct controller_options){.site = &world->site,
	    .safety = &world->safety,
	    .window_ms = 300000,
	    .minimum_voters = 5,
	    .effects = {effect_probe, effect_inspect, effect_diagnose, effect_still_holds,
		effect_apply, effect_ask_action, effect_lock, effect_forget, effect_on_event},
	    .context = world};
}

int world_set_up(void **state)
{
	static char recycle[] = "recycle";
	static char name[] = "intranet";
	struct world *world = calloc(1, sizeof(*world));
	struct controller_options options;

	assert_non_null(world);
	world->rungs[0] =
	    (struct config_rung){.remedy = recycle, .key = UINT64_MAX, .verify_within_ms = 120000};
	world->rungs[1] = world->rungs[0];
	world->rungs[1].key = UINT64_MAX - 1;
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
	world->diagnosis = &world_stale_handle;
	world->foreseen = &world_unknown;
	options = world_options(world);
	assert_int_equal(controller_new(&world->controller, &options, world->now), 0);
	controller_on_helper(world->controller, world->now, true);
	*state = world;
	return 0;
}

int world_tear_down(void **state)
{
	struct world *world = *state;

	controller_free(&world->controller);
	free(world);
	return 0;
}

void world_pass(struct world *world, int64_t duration_ms)
{
	world->now.wall_ms += duration_ms;
	world->now.steady_ms += duration_ms;
}

void world_tick(struct world *world)
{
	world->window.current = !world->is_behind;
	controller_tick(world->controller, world->now, &world->window);
}

static void answer_reviews(struct world *world)
{
	while (world->answered_reviews < world->reviews) {
		world->answered_reviews++;
		world_inspected(world);
	}
}

static void wait_for_review(struct world *world)
{
	unsigned before = world->answered_reviews;

	for (int i = 0; i < 1000 && world->reviews == before; i++) {
		world_tick(world);
		if (world->reviews == before)
			world_pass(world, 1000);
	}
	assert_int_equal(world->reviews, before + 1);
}

void world_answer_review(struct world *world)
{
	wait_for_review(world);
	answer_reviews(world);
}

void world_leave_review_unanswered(struct world *world)
{
	wait_for_review(world);
	world->answered_reviews++;
	controller_on_inspected(
	    world->controller, world->now, (struct controller_inspection){.worker_start_ms = -1});
}

void world_answer_probe(struct world *world, enum probe_result result)
{
	unsigned before = world->probes;

	for (int i = 0; i < 1000 && world->probes == before; i++) {
		world_tick(world);
		answer_reviews(world);
		if (world->probes == before)
			world_pass(world, 1000);
	}
	assert_int_equal(world->probes, before + 1);
	controller_on_probe(world->controller, world->now, result);
}

const char *world_state(const struct world *world)
{
	return controller_state(world->controller);
}

void world_settle(struct world *world)
{
	world_answer_probe(world, PROBE_ACCEPTED);
	world_pass(world, 200000);
	assert_string_equal(world_state(world), "watching");
}

void world_break_handle(struct world *world)
{
	world->window.spike = true;
	world->window.active = 10;
	world->window.rejected = 10;
}

void world_inspected(struct world *world)
{
	controller_on_inspected(world->controller, world->now,
	    (struct controller_inspection){true, world->now.wall_ms - 86400000});
}

void world_reach_decision(struct world *world)
{
	world_settle(world);
	world_break_handle(world);
	world_answer_probe(world, PROBE_REJECTED);
	world_answer_probe(world, PROBE_REJECTED);
	assert_int_equal(world->inspections, 1);
	world_inspected(world);
}

void world_reach_acting(struct world *world)
{
	world_reach_decision(world);
	assert_string_equal(world_state(world), "acting");
	assert_int_equal(world->applies, 1);
}

void world_answer(struct world *world, enum protocol_result result, enum protocol_refusal refusal)
{
	const struct controller_answer told = {result, refusal, "said"};

	controller_on_answer(world->controller, world->now, &told);
}

void world_restart(struct world *world)
{
	world_restart_changed(world, NULL);
}

void world_restart_changed(struct world *world, void (*change)(struct world *world))
{
	struct controller_options options = world_options(world);
	struct json *saved = controller_save(world->controller, world->now);
	struct buffer auto_buffer text;

	buffer_init(&text, 65536);
	assert_int_equal(json_print(saved, &text), 0);
	json_free(&saved);
	assert_int_equal(json_parse(buffer_view(&text), &saved), 0);
	controller_free(&world->controller);
	if (change != NULL)
		change(world);
	assert_int_equal(controller_new(&world->controller, &options, world->now), 0);
	rules_have_them = !world->has_other_rules;
	assert_int_equal(controller_restore(world->controller, saved, NULL, world->now), 0);
	rules_have_them = true;
	json_free(&saved);
}
