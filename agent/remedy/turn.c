/* The site's turn in the fleet: a slot is asked for once nothing else is missing. */
#include "remedy/controller_internal.h"

bool controller_wants_slot(const struct controller *controller)
{
	return controller->waits_for_turn || incident_has_acted(controller);
}

bool controller_was_no_help(const struct controller *controller)
{
	return controller->was_no_help;
}

bool controller_is_approved(const struct controller *controller)
{
	return controller->diagnosis != NULL && rungs_choose(controller).is_approved;
}

/* Not while the machine is being looked at: what is found leads to a decision anyhow. */
static bool may_decide(const struct controller *controller)
{
	return controller->diagnosis != NULL && !controller->review_running &&
	    !controller->probe_running &&
	    (controller->state == STATE_STANDING || controller->state == STATE_WARNING);
}

/* The evidence is as fresh as when only the slot was missing; that is asked again whenever a probe
 * has ended. */
void controller_on_fleet(
    struct controller *controller, struct moment now, const struct controller_fleet *fleet)
{
	controller->now = now;
	controller->fleet = *fleet;
	if (controller->waits_for_turn && fleet->holds_slot && may_decide(controller))
		decision_act(controller, controller->options.safety->probe_interval_ms);
}
