/* What can be seen before anybody fails: the machine is looked at while sign-in works, and what the
 * rules find then is an incident of its own kind. */
#include "remedy/controller_internal.h"

/* Where nobody can tell for so long whether it is still so, the server has become another one. */
#define UNSEEN_MS INT64_C(86400000)

bool warning_is_told(const struct controller *controller)
{
	return controller->diagnosis != NULL && controller->diagnosis->cure == CURE_PREVENT;
}

void warning_review(struct controller *controller)
{
	if (controller->review_running)
		return;
	controller->review_running = true;
	controller->review_due_ms =
	    controller->now.steady_ms + controller->options.site->probe.every_ms;
	controller->review_deadline_ms =
	    controller->now.steady_ms + controller_inspection_ms(controller);
	controller->options.effects.inspect(controller->options.context);
}

bool warning_is_confirmed(const struct controller *controller)
{
	return controller->warned_since_ms >= 0 &&
	    controller->now.steady_ms - controller->warned_since_ms >=
	    controller->options.safety->confirm_over_ms;
}

static bool is_finding(const struct diagnosis *diagnosis)
{
	return diagnosis->incident && !diagnosis->is_fallback;
}

static void tell(struct controller *controller, const struct diagnosis *diagnosis)
{
	controller->diagnosis = diagnosis;
	controller->warned_since_ms = controller->now.steady_ms;
	controller->warning_seen_ms = controller->now.steady_ms;
	incident_forget_refusals(controller);
	incident_tell(controller, EVENT_DIAGNOSED, diagnosis->title, diagnosis->id);
	controller->deadline_ms =
	    controller->now.steady_ms + controller->options.safety->confirm_over_ms;
}

static const struct diagnosis *diagnose(const struct controller *controller)
{
	return controller->options.effects.diagnose(controller->options.context);
}

static bool begin(struct controller *controller, const struct diagnosis *diagnosis)
{
	if (!is_finding(diagnosis))
		return false;
	incident_open(controller, "sign-in works, but something is wrong");
	controller_enter(controller, STATE_WARNING);
	tell(controller, diagnosis);
	return true;
}

static void probe_after_review(struct controller *controller)
{
	if (controller->about_strangers)
		controller_probe(controller);
	else
		controller_probe_on_schedule(controller);
}

void warning_look_ahead(struct controller *controller)
{
	if (!controller->review_running &&
	    controller_is_due(controller, controller->review_due_ms) &&
	    controller->helper_connected)
		warning_review(controller);
	if (controller->review_running &&
	    !controller_is_due(controller, controller->review_deadline_ms))
		return;
	controller->review_running = false;
	probe_after_review(controller);
}

void warning_on_looked_ahead(struct controller *controller)
{
	if (!begin(controller, diagnose(controller)))
		probe_after_review(controller);
}

void warning_of_strangers(struct controller *controller)
{
	const struct diagnosis *diagnosis = diagnose(controller);

	if (begin(controller, diagnosis) || diagnosis->incident)
		return;
	controller->diagnosis = diagnosis;
	incident_tell(controller, EVENT_COUNTED, diagnosis->title, diagnosis->id);
	controller->diagnosis = NULL;
}

/* Now somebody fails: the same incident goes on as any other. */
static void escalate(struct controller *controller)
{
	controller->doubt = NULL;
	controller->warned_since_ms = -1;
	controller->trials.count = 0;
	incident_forget_refusals(controller);
	controller_enter(controller, STATE_SUSPECTED);
}

void warning_go_on(struct controller *controller)
{
	controller_enter(controller, STATE_WARNING);
	controller->failing_since_ms = -1;
	controller->warned_since_ms = controller->warning_seen_ms = controller->now.steady_ms;
	controller->deadline_ms =
	    controller->now.steady_ms + controller->options.safety->probe_interval_ms;
}

void warning_on_tick(struct controller *controller)
{
	if (controller->window.spike) {
		escalate(controller);
		controller_probe(controller);
		return;
	}
	if (controller->review_running &&
	    controller_is_due(controller, controller->review_deadline_ms))
		controller->review_running = false;
	if (controller_is_due(controller, controller->deadline_ms)) {
		controller->deadline_ms =
		    controller->now.steady_ms + controller->options.site->probe.every_ms;
		warning_review(controller);
	} else if (warning_is_confirmed(controller) && !controller->review_running) {
		/* Not before: a probe that is refused would end the wait for the window. */
		controller_probe_on_schedule(controller);
	}
}

void warning_on_probe(struct controller *controller, enum probe_result result)
{
	if (result == PROBE_ACCEPTED)
		return;
	escalate(controller);
	controller_add_trial(controller, result);
}

bool warning_is_refuted(const struct controller *controller)
{
	return controller->options.effects.still_holds(
		   controller->options.context, controller->diagnosis) == TRUTH_NO;
}

static const char *why_over(const struct controller *controller)
{
	if (warning_is_refuted(controller))
		return "what was wrong is so no more";
	return controller_is_due(controller, controller->warning_seen_ms + UNSEEN_MS)
		   ? "for a day nobody could tell any more whether it is so"
		   : NULL;
}

/* What is still to be read may speak for it. */
static void on_nothing_found(struct controller *controller)
{
	const char *why = why_over(controller);

	if (why == NULL || !controller->window.current)
		return;
	if (incident_may_close(controller))
		incident_close(controller, EVENT_RESOLVED, why);
	else
		decision_stay(controller);
}

/* Whoever does not answer, or cannot tell, does not say that it is over. */
void warning_on_inspected(struct controller *controller)
{
	const struct diagnosis *diagnosis;

	if (!controller->helper_connected)
		incident_tell_refusal(controller, "the helper cannot be reached", "helper-away");
	if (!controller->is_answered)
		return;
	diagnosis = diagnose(controller);
	if (!is_finding(diagnosis)) {
		on_nothing_found(controller);
	} else if (diagnosis != controller->diagnosis) {
		tell(controller, diagnosis);
	} else {
		controller->warning_seen_ms = controller->now.steady_ms;
		decision_act(controller, controller->options.site->probe.every_ms);
	}
}
