#include "remedy/controller_internal.h"

#include <errno.h>

/* Inspectors run one after another, each within the plugins' deadline; then we go on without. */
#define INSPECT_GRACE_MS 5000
#define ASK_AGAIN_MS     1000

struct state_actions {
	const char *name;
	const char *sentence;
	void (*on_tick)(struct controller *controller);
	void (*on_probe)(struct controller *controller, enum probe_result result);
	void (*on_inspected)(struct controller *controller);
};

static const struct state_actions states[STATE_COUNT];

static bool has_probe(const struct controller *controller)
{
	return controller->options.site->probe.configured;
}

struct trials_rule controller_trials_rule(const struct controller *controller)
{
	const struct config_safety *safety = controller->options.safety;

	return (struct trials_rule){
	    safety->confirm_tries, safety->confirm_rejected, safety->confirm_over_ms};
}

void controller_enter(struct controller *controller, enum state state)
{
	controller->state = state;
	controller->deadline_ms = INT64_MAX;
	controller->revision++;
	if (state == STATE_SUSPECTED && controller->failing_since_ms < 0)
		controller->failing_since_ms = controller->now.wall_ms;
}

bool controller_is_due(const struct controller *controller, int64_t time_ms)
{
	return controller->now.steady_ms >= time_ms;
}

bool controller_probe(struct controller *controller)
{
	if (!has_probe(controller) || controller->probe_running)
		return controller->probe_running;
	if (!controller_is_due(controller, controller->next_probe_ms))
		return false;
	controller->probe_running = true;
	controller->revision++;
	controller->next_probe_ms =
	    controller->now.steady_ms + controller->options.safety->probe_interval_ms;
	controller->last_probe_ms = controller->now.wall_ms;
	controller->options.effects.probe(controller->options.context);
	return true;
}

/* The next try as late as must be, so that the tries span the time asked for. */
static void space_probes(struct controller *controller)
{
	const struct trials_rule rule = controller_trials_rule(controller);
	int64_t spacing_ms = trials_spacing_ms(&rule);

	if (spacing_ms > controller->options.safety->probe_interval_ms)
		controller->next_probe_ms = controller->now.steady_ms + spacing_ms;
}

void controller_add_trial(struct controller *controller, enum probe_result result)
{
	trials_add(&controller->trials, result, controller->now.steady_ms);
	space_probes(controller);
}

int64_t controller_inspection_ms(const struct controller *controller)
{
	/* They run one after the other. */
	return INSPECT_GRACE_MS + (int64_t)controller->options.site->server.inspectors.count *
				      controller->options.safety->plugin_timeout_ms;
}

static void inspect(struct controller *controller)
{
	controller_enter(controller, STATE_INSPECTING);
	controller->deadline_ms =
	    controller->now.steady_ms + controller_inspection_ms(controller);
	controller->options.effects.inspect(controller->options.context);
}

static void suspect(struct controller *controller, const char *why)
{
	incident_open(controller, why);
	controller_enter(controller, STATE_SUSPECTED);
	controller_probe(controller);
}

/* What people met until now counts no more. */
static void forget_outcomes(struct controller *controller)
{
	outcomes_note_forgotten(controller);
	controller->options.effects.forget_outcomes(controller->options.context);
	controller->spike_since_ms = -1;
	controller->window.spike = false;
	controller->window.active = 0;
}

/* -- watching: nothing is wrong as far as we know */

void controller_probe_on_schedule(struct controller *controller)
{
	int64_t every_ms = controller->options.site->probe.every_ms;
	int64_t since_ms = controller->now.wall_ms - controller->last_probe_ms;

	/* A clock that was set back must not stop the probes. */
	if (controller->last_probe_ms < 0 || since_ms >= every_ms || since_ms < 0)
		controller_probe(controller);
}

static bool has_strangers(const struct controller *controller)
{
	return controller->window.rejected_strangers >= controller->options.minimum_voters &&
	    !controller->probe_running && has_probe(controller) &&
	    controller_is_due(controller, controller->next_probe_ms);
}

static void on_tick_watching(struct controller *controller)
{
	if (controller->window.spike) {
		suspect(controller, "known-good clients no longer get in");
		return;
	}
	if (has_strangers(controller)) {
		controller->about_strangers = true;
		if (!controller->review_running)
			controller->review_due_ms = controller->now.steady_ms;
	}
	warning_look_ahead(controller);
}

static const char *why_suspicious(enum probe_result result)
{
	switch (result) {
	case PROBE_REJECTED:
		return "our probe held a fresh ticket and was rejected";
	case PROBE_NO_TICKET:
		return "our probe got no ticket";
	default:
		return "our probe did not reach the server, or the server does not ask for sign-in";
	}
}

static void on_probe_watching(struct controller *controller, enum probe_result result)
{
	if (result != PROBE_ACCEPTED) {
		space_probes(controller); /* before the next one is made */
		suspect(controller, why_suspicious(result));
		trials_add(&controller->trials, result, controller->now.steady_ms);
		return;
	}
	if (controller->about_strangers)
		warning_of_strangers(controller);
	controller->about_strangers = false;
}

/* -- suspected: is it so, and does it last? */

static bool spike_lasted(const struct controller *controller)
{
	return controller->spike_since_ms >= 0 &&
	    controller->now.steady_ms - controller->spike_since_ms >=
	    controller->options.safety->confirm_over_ms;
}

static void pass(struct controller *controller)
{
	if (controller->diagnosis != NULL)
		warning_go_on(controller);
	else
		incident_close(controller, EVENT_PASSED, "it passed by itself");
}

static void on_tick_suspected(struct controller *controller)
{
	const struct trials_rule rule = controller_trials_rule(controller);

	if (!has_probe(controller)) {
		if (!controller->window.spike && outcomes_are_known(controller))
			pass(controller);
		else if (spike_lasted(controller))
			inspect(controller);
		return;
	}
	if (controller->probe_running || outcomes_are_awaited(controller))
		return;
	if (trials_latest(&controller->trials) == PROBE_ACCEPTED ||
	    (trials_confirmed(&controller->trials, &rule) == PROBE_NONE &&
		!trials_exhausted(&controller->trials, &rule)))
		controller_probe(controller);
	else
		inspect(controller);
}

/* An accepted probe while people seem to fail: what they met may have been before the probe. So the
 * first one begins a new window, and only where the next one finds them failing again it is so.
 * Some try again in minutes only, and some logs come late: so it waits for those. */
static void on_accepted_in_spite_of_spike(
    struct controller *controller, enum probe_result result_before)
{
	if (outcomes_are_awaited(controller))
		return;
	if (result_before == PROBE_ACCEPTED)
		inspect(controller);
	else
		forget_outcomes(controller);
}

static void on_probe_suspected(struct controller *controller, enum probe_result result)
{
	enum probe_result before = trials_latest(&controller->trials);

	controller_add_trial(controller, result);
	if (result != PROBE_ACCEPTED)
		on_tick_suspected(controller);
	else if (controller->window.spike)
		on_accepted_in_spite_of_spike(controller, before);
	else if (!controller->window.current)
		forget_outcomes(controller); /* what is still to be read was before it */
	else if (outcomes_are_known(controller))
		pass(controller);
}

/* -- inspecting: the inspectors read the machine */

static void on_tick_inspecting(struct controller *controller)
{
	if (controller_is_due(controller, controller->deadline_ms))
		decision_make(controller);
}

/* -- standing: there is a diagnosis and nothing for us to do, now or at all */

static void on_tick_without_probe(struct controller *controller)
{
	bool recovered = decision_has_recovered(controller);

	if (recovered && incident_may_close(controller))
		incident_close(
		    controller, EVENT_RESOLVED, "known-good clients get in again");
	else if (!controller_is_due(controller, controller->deadline_ms))
		return;
	else if (recovered)
		decision_stay(controller);
	else
		inspect(controller);
}

static void on_tick_standing(struct controller *controller)
{
	if (has_probe(controller))
		controller_probe(controller);
	else
		on_tick_without_probe(controller);
}

static void on_probe_standing(struct controller *controller, enum probe_result result)
{
	enum probe_result before = trials_latest(&controller->trials);

	controller_add_trial(controller, result);
	if (decision_has_recovered(controller) && incident_may_close(controller))
		incident_close(controller, EVENT_RESOLVED, "sign-in works again");
	else if (decision_has_recovered(controller))
		decision_stay(controller);
	else if (result == PROBE_ACCEPTED)
		on_accepted_in_spite_of_spike(controller, before);
	else
		inspect(controller);
}

/* -- acting: the helper runs the remedy */

/* An action whose end nobody tells would otherwise be waited for in silence. */
static void tell_that_helper_is_lost(struct controller *controller)
{
	if (!controller->helper_connected &&
	    controller_is_due(
		controller, controller->alone_since_ms + CONTROLLER_HELPER_GRACE_MS))
		incident_tell_refusal(controller,
		    "the helper went away while the remedy ran and has not come back",
		    "helper-lost");
	if (controller->helper_connected &&
	    controller_is_due(controller, controller->silent_due_ms))
		incident_tell_refusal(controller,
		    "the helper is there, but does not tell how the remedy ended",
		    "helper-lost");
}

static void on_tick_acting(struct controller *controller)
{
	struct controller_action action = {.incident = controller->incident,
	    .rung = controller->rung,
	    .reason = controller->diagnosis != NULL ? controller->diagnosis->id : ""};

	tell_that_helper_is_lost(controller);
	if (!controller->must_ask || !controller->helper_connected ||
	    !controller_is_due(controller, controller->deadline_ms))
		return;
	controller->deadline_ms = controller->now.steady_ms + ASK_AGAIN_MS;
	controller->options.effects.ask_action(controller->options.context, &action);
}

/* -- holding off: the action makes failures of its own */

static void on_tick_holding_off(struct controller *controller)
{
	const struct config_rung *rung = &controller->options.site->ladder.items[controller->rung];

	if (!controller_is_due(controller, controller->deadline_ms))
		return;
	forget_outcomes(controller);
	controller->trials.count = 0;
	controller->review_due_ms = controller->now.steady_ms;
	controller_enter(controller, STATE_VERIFYING);
	controller->deadline_ms = controller->now.steady_ms + rung->verify_within_ms;
	controller_probe(controller);
}

static const struct state_actions states[STATE_COUNT] = {
    [STATE_WATCHING] = {"watching", "Sign-in works as far as we can see.", on_tick_watching,
	on_probe_watching, warning_on_looked_ahead},
    [STATE_WARNING] = {"warning", "Sign-in works, but something is wrong; see the incident.",
	warning_on_tick, warning_on_probe, warning_on_inspected},
    [STATE_SUSPECTED] = {"suspected", "Something looks wrong; probing whether it is so.",
	on_tick_suspected, on_probe_suspected, NULL},
    [STATE_INSPECTING] = {"inspecting", "Sign-in fails; reading the facts to find out why.",
	on_tick_inspecting, NULL, decision_make},
    [STATE_STANDING] = {"standing", "Sign-in fails, and we do nothing now; see the incident.",
	on_tick_standing, on_probe_standing, NULL},
    [STATE_ACTING] = {"acting", "The remedy is running.", on_tick_acting, NULL, NULL},
    [STATE_HOLDING_OFF] = {"holding-off", "The remedy ran; waiting for its own stir to pass.",
	on_tick_holding_off, NULL, NULL},
    [STATE_VERIFYING] = {"verifying", "The remedy ran; checking whether it helped.",
	verification_on_tick, verification_on_probe, verification_on_inspected},
};

int controller_new(
    struct controller **ret_controller, const struct controller_options *options, struct moment now)
{
	struct controller *controller = calloc(1, sizeof(*controller));

	if (controller == NULL)
		return -ENOMEM;
	controller->options = *options;
	controller->now = now;
	controller->started_ms = now.steady_ms;
	controller->alone_since_ms = now.steady_ms;
	controller->spike_since_ms = -1;
	controller->worker_start_ms = -1;
	controller->last_action_ms = -1;
	controller->last_accepted_ms = -1;
	controller->last_probe_ms = -1;
	controller->warned_since_ms = -1;
	controller->failing_since_ms = -1;
	controller->failed_start_ms = -1;
	controller->review_due_ms = now.steady_ms;
	controller_enter(controller, STATE_WATCHING);
	*ret_controller = controller;
	return 0;
}

void controller_free(struct controller **controller)
{
	free(*controller);
	*controller = NULL;
}

void controller_tick(
    struct controller *controller, struct moment now, const struct detector_window *window)
{
	controller->now = now;
	controller->window = *window;
	if (!window->spike)
		controller->spike_since_ms = -1;
	else if (controller->spike_since_ms < 0)
		controller->spike_since_ms = now.steady_ms;
	rungs_tell_locks(controller);
	states[controller->state].on_tick(controller);
}

static void note_accepted(struct controller *controller)
{
	controller->last_accepted_ms = controller->now.wall_ms;
	controller->accepted_steady_ms = controller->now.steady_ms;
	controller->has_accepted_steady = true;
}

void controller_on_probe(struct controller *controller, struct moment now, enum probe_result result)
{
	controller->now = now;
	controller->probe_running = false;
	controller->last_result = result;
	controller->revision++;
	if (result == PROBE_ACCEPTED)
		note_accepted(controller);
	/* An incident that stands for days is probed again and again: only news is told then. */
	if (controller->incident[0] != '\0' &&
	    (controller->state != STATE_STANDING || result != controller->told)) {
		controller->told = result;
		incident_tell(controller, EVENT_PROBED, "a probe ended", probe_result_name(result));
	}
	if (states[controller->state].on_probe != NULL)
		states[controller->state].on_probe(controller, result);
}

static bool take_review(struct controller *controller)
{
	bool was_running = controller->review_running;

	controller->review_running = false;
	return was_running;
}

void controller_on_inspected(struct controller *controller, struct moment now,
    struct controller_inspection inspection)
{
	controller->now = now;
	controller->worker_start_ms = inspection.worker_start_ms;
	controller->is_answered = inspection.is_answered;
	/* The answer to an earlier question is none to one that was asked after the probes. */
	if (take_review(controller) && controller->state == STATE_INSPECTING)
		return;
	if (states[controller->state].on_inspected != NULL)
		states[controller->state].on_inspected(controller);
}

/* What each answer about an action means to somebody who reads the history. */
static const char *sentence_of(const struct controller_answer *answer)
{
	if (answer->result == PROTOCOL_UNKNOWN)
		return "the helper died while the remedy ran: whether it was applied is not known, "
		       "and "
		       "it is not repeated";
	return answer->text[0] != '\0' ? answer->text : "the remedy has run";
}

static bool was_not_run(const struct controller_answer *answer)
{
	return answer->result == PROTOCOL_REFUSED || answer->result == PROTOCOL_NEVER ||
	    protocol_changed_nothing(answer->result);
}

void controller_on_answer(
    struct controller *controller, struct moment now, const struct controller_answer *answer)
{
	controller->now = now;
	controller->revision++;
	controller->silent_due_ms = now.steady_ms + CONTROLLER_HELPER_GRACE_MS;
	if (controller->state != STATE_ACTING || answer->result == PROTOCOL_IN_FLIGHT)
		return;
	if (controller->must_ask && answer->refusal == REFUSAL_CONFIG) {
		incident_tell_refusal(controller,
		    "the helper reads another configuration, and cannot tell how the remedy ended",
		    "config");
		return;
	}
	controller->must_ask = false;
	if (was_not_run(answer)) {
		decision_on_not_run(controller, answer);
		return;
	}
	if (controller->helper_refused)
		incident_tell_acting(controller);
	controller->helper_refused = false;
	incident_tell(
	    controller, EVENT_APPLIED, sentence_of(answer), protocol_result_name(answer->result));
	controller->last_action_ms = now.steady_ms;
	controller_enter(controller, STATE_HOLDING_OFF);
	controller->deadline_ms = now.steady_ms + controller->options.safety->hold_off_ms;
}

/* By what was applied for a time people may have got in, or not. */
static void take_applied(struct controller *controller, uint32_t applied)
{
	if (applied == controller->allowance.applied)
		return;
	controller->revision++;
	if (applied == 0 && controller->incident[0] != '\0')
		forget_outcomes(controller);
}

void controller_on_allowance(struct controller *controller, struct controller_allowance allowance)
{
	if (allowance.applied_unknown)
		allowance.applied = controller->allowance.applied;
	take_applied(controller, allowance.applied);
	controller->allowance = allowance;
	if ((controller->locked & allowance.locked) == 0)
		return;
	controller->locked &= ~allowance.locked;
	controller->lock_due_ms = controller->now.steady_ms;
	controller->revision++;
}

void controller_on_helper(struct controller *controller, struct moment now, bool connected)
{
	controller->now = now;
	if (controller->helper_connected && !connected)
		controller->alone_since_ms = now.steady_ms;
	controller->helper_connected = connected;
	controller->silent_due_ms = now.steady_ms + CONTROLLER_HELPER_GRACE_MS;
	if (controller->state == STATE_ACTING && !connected) {
		controller->must_ask = true;
		controller->deadline_ms = now.steady_ms;
	}
}

void controller_on_saving(struct controller *controller, bool works)
{
	controller->unsaved = !works;
}

const char *controller_state(const struct controller *controller)
{
	return states[controller->state].name;
}

const char *controller_sentence(const struct controller *controller)
{
	if (controller->state == STATE_SUSPECTED && outcomes_are_awaited(controller))
		return "Clients were refused, but our own sign-in works; watching whether they are "
		       "refused again.";
	if (controller->state == STATE_STANDING && !incident_may_close(controller))
		return "Something is applied for a time; the cause must still be mended.";
	return states[controller->state].sentence;
}

const char *controller_incident(const struct controller *controller)
{
	return controller->incident;
}

const struct diagnosis *controller_diagnosis(const struct controller *controller)
{
	return controller->diagnosis;
}

int64_t controller_opened_ms(const struct controller *controller)
{
	return controller->opened_ms;
}

int64_t controller_last_accepted_ms(const struct controller *controller)
{
	return controller->last_accepted_ms;
}

int64_t controller_last_probe_ms(const struct controller *controller)
{
	return controller->last_probe_ms;
}

uint64_t controller_revision(const struct controller *controller)
{
	return controller->revision;
}

bool controller_is_confirmed(const struct controller *controller)
{
	const struct trials_rule rule = controller_trials_rule(controller);

	return trials_confirmed(&controller->trials, &rule) != PROBE_NONE;
}

bool controller_is_about_strangers(const struct controller *controller)
{
	return controller->about_strangers;
}
