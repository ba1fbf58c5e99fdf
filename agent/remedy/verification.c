/* Did the remedy help? Asked from when its own stir is over, until it did or its time is. */
#include "remedy/controller_internal.h"

void verification_on_tick(struct controller *controller)
{
	bool recovered = decision_has_recovered(controller);

	if (recovered && (rungs_is_fallback(controller) || !incident_may_close(controller))) {
		decision_stay(controller);
		return;
	}
	if (recovered && !warning_is_told(controller)) {
		incident_close(
		    controller, EVENT_RESOLVED, "the remedy helped: sign-in works again");
		return;
	}
	if (controller_is_due(controller, controller->deadline_ms)) {
		decision_lock_rung(controller);
		return;
	}
	if (!recovered)
		controller_probe(controller);
	else if (controller_is_due(controller, controller->review_due_ms))
		warning_review(controller);
}

static bool is_prevented(const struct controller *controller)
{
	const struct diagnosis *diagnosis =
	    controller->options.effects.diagnose(controller->options.context);

	return diagnosis->cure != CURE_PREVENT && warning_is_refuted(controller);
}

/* What was foreseen must be gone, too, for sure; until then the machine is looked at again and
 * again, as long as the remedy has time. */
void verification_on_inspected(struct controller *controller)
{
	controller->review_due_ms =
	    controller->now.steady_ms + controller->options.safety->probe_interval_ms;
	if (controller->is_answered && warning_is_told(controller) &&
	    decision_has_recovered(controller) && is_prevented(controller))
		incident_close(controller, EVENT_RESOLVED,
		    "the remedy helped: the worker is newer than what is on disk");
}

void verification_on_probe(struct controller *controller, enum probe_result result)
{
	trials_add(&controller->trials, result, controller->now.steady_ms);
	verification_on_tick(controller);
}
