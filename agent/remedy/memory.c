/* What the controller knows across restarts, as one JSON object. Steady times mean nothing after a
 * reboot, so deadlines are kept as what was left of them. */
#include "remedy/controller_internal.h"

#include <errno.h>

#define MEMORY_VERSION 1

static const char *const state_words[STATE_COUNT] = {
    "watching", "warning", "suspected", "inspecting", "standing", "acting", "holding-off",
    "verifying"};

static int64_t left_of(int64_t deadline_ms, int64_t now_ms)
{
	if (deadline_ms == INT64_MAX)
		return -1;
	return deadline_ms > now_ms ? deadline_ms - now_ms : 0;
}

static int64_t deadline_of(int64_t left_ms, int64_t now_ms)
{
	return left_ms < 0 ? INT64_MAX : now_ms + left_ms;
}

/* Rungs are kept by their keys: the ladder may be another one after a restart. As texts, since not
 * every reader of JSON has whole numbers of 64 bits. */
#define KEY_BYTES 17

static void print_key(uint64_t key, char ret_text[KEY_BYTES])
{
	snprintf(ret_text, KEY_BYTES, "%016llx", (unsigned long long)key);
}

static void save_rung(const struct controller *controller, struct json *saved)
{
	const struct config_site *site = controller->options.site;
	char key[KEY_BYTES] = "";

	if (controller->rung < site->ladder.count)
		print_key(site->ladder.items[controller->rung].key, key);
	json_put_text(saved, "rung", key);
}

static void save_rungs(
    const struct controller *controller, uint32_t rungs, struct json *saved, const char *name)
{
	const struct config_site *site = controller->options.site;
	struct json *keys = json_put_array(saved, name);

	for (uint32_t i = 0; i < site->ladder.count; i++) {
		char key[KEY_BYTES];

		print_key(site->ladder.items[i].key, key);
		if ((rungs & UINT32_C(1) << i) != 0)
			json_add_text(keys, key);
	}
}

/* How many rungs there are where it is none of them. */
static uint32_t find_rung(const struct controller *controller, const char *wanted)
{
	const struct config_site *site = controller->options.site;
	uint32_t rung = 0;

	for (; rung < site->ladder.count; rung++) {
		char key[KEY_BYTES];

		print_key(site->ladder.items[rung].key, key);
		if (wanted != NULL && strcmp(key, wanted) == 0)
			break;
	}
	return rung;
}

static uint32_t restore_rungs(const struct controller *controller, const struct json *keys)
{
	uint32_t rungs = 0;

	for (const struct json *key = json_next(keys, NULL); key != NULL;
	     key = json_next(keys, key)) {
		uint32_t rung = find_rung(controller, json_text(key));

		if (rung < controller->options.site->ladder.count)
			rungs |= UINT32_C(1) << rung;
	}
	return rungs;
}

static void save_lifetimes(const struct controller *controller, struct json *saved)
{
	struct json *lifetimes = json_put_array(saved, "lifetimes");

	for (size_t i = 0; i < controller->lifetimes.count; i++)
		json_put_int(
		    json_add_object(lifetimes), "age_ms", controller->lifetimes.ages_ms[i]);
	json_put_int(saved, "failing_since_ms", controller->failing_since_ms);
	json_put_int(saved, "failed_start_ms", controller->failed_start_ms);
}

static void restore_lifetimes(struct controller *controller, const struct json *saved)
{
	const struct json *lifetimes = json_get(saved, "lifetimes");

	controller->lifetimes.count = 0;
	for (const struct json *one = json_next(lifetimes, NULL); one != NULL;
	     one = json_next(lifetimes, one))
		lifetimes_add(&controller->lifetimes, json_get_int(one, "age_ms", -1));
	controller->failing_since_ms = json_get_int(saved, "failing_since_ms", -1);
	controller->failed_start_ms = json_get_int(saved, "failed_start_ms", -1);
}

static void save_outcomes(
    const struct controller *controller, struct json *saved, struct moment now)
{
	json_put_int(
	    saved, "outcomes_left_ms", left_of(controller->outcomes_due_ms, now.steady_ms));
	json_put_int(saved, "outcomes_wanted", (int64_t)controller->outcomes_wanted);
}

static void restore_outcomes(
    struct controller *controller, const struct json *saved, struct moment now)
{
	int64_t left_ms = json_get_int(saved, "outcomes_left_ms", 0);

	/* The window may be another one now. */
	if (left_ms < 0 || left_ms > controller->options.window_ms)
		left_ms = controller->options.window_ms;
	controller->outcomes_due_ms = now.steady_ms + left_ms;
	controller->outcomes_wanted = (size_t)json_get_int(saved, "outcomes_wanted", 0);
}

struct json *controller_save(const struct controller *controller, struct moment now)
{
	struct json *saved = json_object_new();
	struct json *trials;

	json_put_int(saved, "version", MEMORY_VERSION);
	json_put_text(saved, "state", state_words[controller->state]);
	json_put_text(saved, "incident", controller->incident);
	json_put_int(saved, "opened_ms", controller->opened_ms);
	json_put_text(
	    saved, "diagnosis", controller->diagnosis != NULL ? controller->diagnosis->id : "");
	json_put_text(saved, "refusal", controller->lasting_refusal);
	json_put_text(saved, "told", probe_result_name(controller->told));
	json_put_bool(saved, "helper_refused", controller->helper_refused);
	json_put_bool(saved, "was_no_help", controller->was_no_help);
	save_rung(controller, saved);
	save_rungs(controller, controller->locked, saved, "locked");
	save_rungs(controller, controller->spent, saved, "spent");
	json_put_bool(saved, "applied", controller->allowance.applied != 0);
	json_put_int(saved, "last_accepted_ms", controller->last_accepted_ms);
	json_put_int(saved, "since_accepted_ms",
	    controller->has_accepted_steady ? now.steady_ms - controller->accepted_steady_ms : -1);
	json_put_int(saved, "steady_ms", now.steady_ms);
	json_put_int(saved, "last_probe_ms", controller->last_probe_ms);
	json_put_int(
	    saved, "next_probe_left_ms", left_of(controller->next_probe_ms, now.steady_ms));
	json_put_int(saved, "deadline_left_ms", left_of(controller->deadline_ms, now.steady_ms));
	json_put_int(saved, "since_action_ms",
	    controller->last_action_ms < 0 ? -1 : now.steady_ms - controller->last_action_ms);
	save_lifetimes(controller, saved);
	save_outcomes(controller, saved, now);
	trials = json_put_array(saved, "trials");
	for (size_t i = 0; i < controller->trials.count; i++) {
		struct json *trial = json_add_object(trials);

		json_put_text(
		    trial, "result", probe_result_name(controller->trials.items[i].result));
		json_put_int(trial, "ago_ms", now.steady_ms - controller->trials.items[i].time_ms);
	}
	return saved;
}

static int restore_state(struct controller *controller, const char *word)
{
	for (size_t i = 0; i < STATE_COUNT; i++) {
		if (word == NULL || strcmp(state_words[i], word) != 0)
			continue;
		controller_enter(controller, (enum state)i);
		return 0;
	}
	return -EINVAL;
}

static void restore_trials(
    struct controller *controller, const struct json *trials, struct moment now)
{
	for (const struct json *trial = json_next(trials, NULL); trial != NULL;
	     trial = json_next(trials, trial)) {
		enum probe_result result = probe_result_named(json_get_text(trial, "result"));
		int64_t ago_ms = json_get_int(trial, "ago_ms", 0);

		if (result != PROBE_NONE && ago_ms >= 0)
			trials_add(&controller->trials, result, now.steady_ms - ago_ms);
	}
}

/* So that a restart tells nobody again what they were told. */
static void restore_told(struct controller *controller, const struct json *saved)
{
	const char *refusal = json_get_text(saved, "refusal");

	snprintf(controller->lasting_refusal, sizeof(controller->lasting_refusal), "%s",
	    refusal != NULL ? refusal : "");
	controller->told = probe_result_named(json_get_text(saved, "told"));
	controller->helper_refused = json_get_bool(saved, "helper_refused");
	controller->was_no_help = json_get_bool(saved, "was_no_help");
}

/* So long at least, whatever the wall clock says; a machine that was started anew has run so long
 * since. */
static int64_t stopped_for_ms(const struct json *saved, struct moment now)
{
	int64_t then_ms = json_get_int(saved, "steady_ms", now.steady_ms);

	return now.steady_ms >= then_ms ? now.steady_ms - then_ms : now.steady_ms;
}

static void restore_times(
    struct controller *controller, const struct json *saved, struct moment now)
{
	int64_t since_action_ms = json_get_int(saved, "since_action_ms", -1);
	int64_t since_accepted_ms = json_get_int(saved, "since_accepted_ms", -1);
	int64_t probe_left_ms = json_get_int(saved, "next_probe_left_ms", 0);

	controller->opened_ms = json_get_int(saved, "opened_ms", now.wall_ms);
	controller->last_accepted_ms = json_get_int(saved, "last_accepted_ms", -1);
	controller->last_probe_ms = json_get_int(saved, "last_probe_ms", -1);
	controller->next_probe_ms = now.steady_ms + (probe_left_ms > 0 ? probe_left_ms : 0);
	controller->deadline_ms =
	    deadline_of(json_get_int(saved, "deadline_left_ms", -1), now.steady_ms);
	controller->has_accepted_steady = since_accepted_ms >= 0;
	controller->accepted_steady_ms =
	    now.steady_ms - stopped_for_ms(saved, now) - since_accepted_ms;
	if (since_action_ms >= 0)
		controller->last_action_ms = now.steady_ms - since_action_ms;
}

/* The ladder may be another one now. Then there is no action of ours to go on with, though there
 * may have been one just now. */
static void check_rung(struct controller *controller)
{
	bool acted = incident_has_acted(controller);

	if (controller->rung < controller->options.site->ladder.count)
		return;
	controller->rung = 0;
	if (!acted)
		return;
	controller->last_action_ms = controller->now.steady_ms;
	/* Where nobody has failed yet it is not over because sign-in works. */
	controller_enter(
	    controller, warning_is_told(controller) ? STATE_WARNING : STATE_STANDING);
}

/* A state that waited for an answer which died with the last run goes on where it can ask anew. */
static void resume(struct controller *controller)
{
	check_rung(controller);
	if (controller->state == STATE_ACTING) {
		controller->must_ask = true;
		controller->deadline_ms = controller->now.steady_ms;
	}
	if (controller->state == STATE_INSPECTING)
		controller_enter(controller,
		    controller->diagnosis != NULL && !warning_is_told(controller)
			? STATE_STANDING
			: STATE_SUSPECTED);
	/* What the probes told in detail died with the last run: they are made again. */
	if (controller->state == STATE_SUSPECTED)
		controller->trials.count = 0;
	/* Which diagnosis it was may be one that there is no more. */
	if (controller->state == STATE_WARNING && controller->diagnosis == NULL)
		controller_enter(controller, STATE_STANDING);
	if (controller->state == STATE_WARNING)
		controller->warned_since_ms = controller->warning_seen_ms =
		    controller->now.steady_ms;
	if (controller->deadline_ms == INT64_MAX &&
	    (controller->state == STATE_STANDING || controller->state == STATE_WARNING))
		controller->deadline_ms = controller->now.steady_ms;
}

int controller_restore(struct controller *controller, const struct json *saved,
    const struct rules *rules, struct moment now)
{
	const char *incident = json_get_text(saved, "incident");
	const char *diagnosis = json_get_text(saved, "diagnosis");
	const char *rung = json_get_text(saved, "rung");
	int error;

	if (json_get_int(saved, "version", 0) != MEMORY_VERSION || incident == NULL ||
	    diagnosis == NULL || rung == NULL || strlen(incident) >= sizeof(controller->incident))
		return -EINVAL;
	error = restore_state(controller, json_get_text(saved, "state"));
	if (error < 0)
		return error;
	controller->now = now;
	snprintf(controller->incident, sizeof(controller->incident), "%s", incident);
	controller->diagnosis = diagnosis[0] != '\0' ? rules_named(rules, diagnosis) : NULL;
	controller->rung = find_rung(controller, rung);
	controller->locked = restore_rungs(controller, json_get(saved, "locked"));
	controller->spent = restore_rungs(controller, json_get(saved, "spent"));
	/* Until the helper tells what it is; the ladder may be without it by now. */
	controller->allowance.applied = json_get_bool(saved, "applied") ? UINT32_MAX : 0;
	restore_trials(controller, json_get(saved, "trials"), now);
	restore_told(controller, saved);
	restore_times(controller, saved, now);
	restore_lifetimes(controller, saved);
	restore_outcomes(controller, saved, now);
	resume(controller);
	return 0;
}

void controller_forget_incident(struct json *saved)
{
	static const char *const of_the_incident[] = {"state", "incident", "diagnosis", "refusal",
	    "told", "helper_refused", "was_no_help", "spent", "trials", "deadline_left_ms",
	    "failing_since_ms", "failed_start_ms"};

	for (size_t i = 0; i < count_of(of_the_incident); i++)
		json_remove(saved, of_the_incident[i]);
	json_put_text(saved, "state", state_words[STATE_WATCHING]);
	json_put_text(saved, "incident", "");
	json_put_text(saved, "diagnosis", "");
}
