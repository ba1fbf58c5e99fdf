#include "remedy/controller_internal.h"

#define TELL_LOCK_AGAIN_MS 10000
#define APPROVAL_TOLD_MS   600000 /* so long we go by what the helper said of it */

/* The class of remedies that a cure asks for. */
static const char *const remedy_classes[] = {
    [CURE_NONE] = NULL,
    [CURE_RECYCLE] = "recycle",
    [CURE_PREVENT] = "recycle",
    [CURE_REFRESH_KEYTAB] = "refresh-keytab",
};

/* By name: `recycle` itself and its kin, such as `recycle-iis`. */
static bool is_of_class(const struct config_rung *rung, const char *class_name)
{
	struct view rest = view_of_text(rung->remedy);
	struct view head = view_of_text(class_name);

	if (class_name == NULL || !view_starts_with(rest, head))
		return false;
	rest = view_skip(rest, head.length);
	return view_is_empty(rest) || view_starts_with(rest, VIEW("-"));
}

static bool is_open(const struct controller *controller, uint32_t rung)
{
	const struct controller_allowance *allowance = &controller->allowance;
	uint32_t shut = controller->locked | controller->spent | allowance->locked |
	    allowance->skipped | allowance->applied;

	return (shut & UINT32_C(1) << rung) == 0;
}

static bool is_approved(const struct controller *controller, uint32_t rung)
{
	const int64_t asked_ms = controller->allowance.asked_ms;

	return asked_ms > controller->opened_steady_ms &&
	    controller->now.steady_ms - asked_ms < APPROVAL_TOLD_MS &&
	    (controller->allowance.approved & UINT32_C(1) << rung) != 0;
}

/* The first of them; but one that could not run makes way for one that may. */
static bool is_next(
    const struct controller *controller, const struct rung_choice *choice, uint32_t rung)
{
	return !choice->found || ((controller->unfit >> choice->rung & 1) != 0 &&
	                             (controller->unfit >> rung & 1) == 0);
}

/* An approved rung first; then the first of the cure's class, as far as it may run by itself. Where
 * those are used up, what a person could approve is next. */
struct rung_choice rungs_choose(const struct controller *controller)
{
	const struct config_site *site = controller->options.site;
	const char *class_name = remedy_classes[controller->diagnosis->cure];
	struct rung_choice choice = {0};
	bool can_be_approved = false;

	for (uint32_t i = 0; i < site->ladder.count; i++) {
		const struct config_rung *rung = &site->ladder.items[i];
		bool of_class = is_of_class(rung, class_name);

		choice.of_class += of_class;
		if (!is_open(controller, i) || choice.is_approved)
			continue;
		if (is_approved(controller, i))
			choice = (struct rung_choice){true, i, true, false, choice.of_class};
		else if (rung->needs_approval)
			can_be_approved = true;
		else if (of_class && is_next(controller, &choice, i))
			choice = (struct rung_choice){true, i, false, false, choice.of_class};
	}
	choice.needs_approval = !choice.found && choice.of_class > 0 && can_be_approved;
	return choice;
}

bool controller_next_rung(const struct controller *controller, uint32_t *ret_rung)
{
	const struct config_site *site = controller->options.site;
	struct rung_choice choice;

	if (controller->diagnosis == NULL)
		return false;
	choice = rungs_choose(controller);
	for (uint32_t i = 0; !choice.found && choice.needs_approval && i < site->ladder.count; i++)
		if (is_open(controller, i) && site->ladder.items[i].needs_approval)
			choice = (struct rung_choice){.found = true, .rung = i};
	if (choice.found)
		*ret_rung = choice.rung;
	return choice.found;
}

bool rungs_is_fallback(const struct controller *controller)
{
	return controller->rung < controller->options.site->ladder.count &&
	    incident_has_acted(controller) &&
	    controller->options.site->ladder.items[controller->rung].revert_after_ms > 0;
}

void rungs_lock(struct controller *controller)
{
	controller->locked |= UINT32_C(1) << controller->rung;
	controller->lock_due_ms = controller->now.steady_ms;
	controller->revision++;
}

void rungs_tell_locks(struct controller *controller)
{
	struct controller_action action = {.incident = controller->incident,
	    .reason = controller->diagnosis != NULL ? controller->diagnosis->id : ""};

	if (controller->locked == 0 || !controller->helper_connected ||
	    !controller_is_due(controller, controller->lock_due_ms))
		return;
	controller->lock_due_ms = controller->now.steady_ms + TELL_LOCK_AGAIN_MS;
	while ((controller->locked & UINT32_C(1) << action.rung) == 0)
		action.rung++;
	controller->options.effects.lock(controller->options.context, &action);
}
