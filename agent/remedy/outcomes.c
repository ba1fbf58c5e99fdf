/* How people's sign-ins end, as far as it may be judged. Where our own sign-in works the detector
 * is asked to begin anew, and then nobody has failed for now: that is no news before they could
 * fail again. */
#include "remedy/controller_internal.h"

static bool is_whole_again(const struct controller *controller)
{
	return controller_is_due(controller, controller->outcomes_due_ms);
}

void outcomes_note_forgotten(struct controller *controller)
{
	size_t active = controller->window.active;

	if (is_whole_again(controller) || active > controller->outcomes_wanted)
		controller->outcomes_wanted = active;
	controller->outcomes_due_ms = controller->now.steady_ms + controller->options.window_ms;
}

bool outcomes_are_known(const struct controller *controller)
{
	const struct detector_window *window = &controller->window;

	return window->current &&
	    (is_whole_again(controller) ||
		(window->rejected == 0 && window->active >= controller->outcomes_wanted));
}

bool outcomes_are_awaited(const struct controller *controller)
{
	return trials_latest(&controller->trials) == PROBE_ACCEPTED &&
	    !controller->window.spike && !outcomes_are_known(controller);
}
