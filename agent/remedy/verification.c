/* Did the remedy help? Asked from when its own stir is over, until it did or its time is. */
#include "remedy/controller_internal.h"

static bool is_preventive(const struct controller *controller)
{
	return controller->diagnosis != NULL && controller->diagnosis->cure == CURE_PREVENT;
}

void verification_on_tick(struct controller *controller)
{
	bool recovered = decision_has_recovered(controller);

	if (recovered && (rungs_is_fallback(controller) || !incident_may_close(controller))) {
		decision_stay(controller);
		return;
	}
	if (recovered && !is_preventive(controller)) {
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

/* What was foreseen must be gone, too; until then the machine is looked at again and again. */
void verification_on_inspected(struct controller *controller)
{
	const struct diagnosis *diagnosis =
	    controller->options.effects.diagnose(controller->options.context);

	controller->review_due_ms =
	    controller->now.steady_ms + controller->options.safety->probe_interval_ms;
	if (diagnosis->cure != CURE_PREVENT && decision_has_recovered(controller))
		incident_close(controller, EVENT_RESOLVED,
		    "the remedy helped: the worker is newer than what is on disk");
}

void verification_on_probe(struct controller *controller, enum probe_result result)
{
	trials_add(&controller->trials, result, controller->now.steady_ms);
	verification_on_tick(controller);
}
