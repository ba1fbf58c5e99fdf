#include "remedy/controller_internal.h"

#include "base/text.h"

static const char *const event_kinds[EVENT_KIND_COUNT] = {
    [EVENT_OPENED] = "opened",
    [EVENT_PROBED] = "probed",
    [EVENT_DIAGNOSED] = "diagnosed",
    [EVENT_REFUSED] = "refused",
    [EVENT_ACTING] = "acting",
    [EVENT_APPLIED] = "applied",
    [EVENT_NOT_VERIFIED] = "not-verified",
    [EVENT_RESOLVED] = "resolved",
    [EVENT_PASSED] = "passed",
    [EVENT_COUNTED] = "counted",
};

const char *event_kind_name(enum event_kind kind)
{
	return event_kinds[kind];
}

bool incident_has_acted(const struct controller *controller)
{
	return controller->state == STATE_ACTING || controller->state == STATE_HOLDING_OFF ||
	    controller->state == STATE_VERIFYING;
}

bool incident_may_close(const struct controller *controller)
{
	return controller->allowance.applied == 0;
}

const char *incident_remedy(const struct controller *controller)
{
	const struct config_site *site = controller->options.site;

	if (!incident_has_acted(controller) || controller->rung >= site->ladder.count)
		return "";
	return site->ladder.items[controller->rung].remedy;
}

void incident_tell(
    struct controller *controller, enum event_kind kind, const char *text, const char *reason)
{
	struct controller_event event = {.kind = kind,
	    .now = controller->now,
	    .text = text,
	    .reason = reason,
	    .calls_nobody = kind == EVENT_REFUSED &&
		(authority_may_pass(reason) || authority_is_wanted(reason)),
	    .remedy = incident_remedy(controller),
	    .the_case = controller->judged_case};

	controller->options.effects.on_event(controller->options.context, &event);
}

void incident_tell_refusal(struct controller *controller, const char *text, const char *reason)
{
	char *told = authority_may_pass(reason) ? controller->passing_refusal
	                                        : controller->lasting_refusal;

	if (strcmp(told, reason) == 0)
		return;
	snprintf(told, CONTROLLER_REASON_BYTES, "%s", reason);
	incident_tell(controller, EVENT_REFUSED, text, reason);
}

void incident_forget_refusals(struct controller *controller)
{
	controller->lasting_refusal[0] = '\0';
	controller->passing_refusal[0] = '\0';
}

void incident_tell_acting(struct controller *controller)
{
	const struct diagnosis *diagnosis = controller->diagnosis;

	if (diagnosis != NULL)
		incident_tell(controller, EVENT_ACTING, diagnosis->why, diagnosis->id);
	else /* it was begun before a restart */
		incident_tell(controller, EVENT_ACTING,
		    "it was decided by a rule that there is no more", "");
}

/* Unique on this host: the site's name says the rest, wherever incidents meet. */
static void make_id(struct controller *controller)
{
	static const struct hash_seed fixed;
	uint64_t hash = hash_bytes(&fixed, view_of_text(controller->options.site->name));
	char time[TEXT_TIME_BYTES];
	size_t length = 0;

	text_of_time(controller->now.wall_ms, time);
	for (const char *byte = time; *byte != '\0'; byte++)
		if (*byte != '-' && *byte != ':' && *byte != '.')
			controller->incident[length++] = *byte;
	snprintf(controller->incident + length, sizeof(controller->incident) - length, "-%04x",
	    (unsigned)(hash & 0xffff));
}

void incident_open(struct controller *controller, const char *why)
{
	make_id(controller);
	controller->opened_ms = controller->now.wall_ms;
	controller->opened_steady_ms = controller->now.steady_ms;
	controller->diagnosis = NULL;
	controller->doubt = NULL;
	controller->told = PROBE_NONE;
	incident_forget_refusals(controller);
	controller->helper_refused = false;
	controller->trials.count = 0;
	controller->waits_for_turn = false;
	controller->was_no_help = false;
	controller->spent = 0;
	controller->unfit = 0;
	controller->outcomes_due_ms = controller->now.steady_ms;
	controller->about_strangers = false;
	incident_tell(controller, EVENT_OPENED, why, "");
}

/* Sign-in works again, so it was the handle that had failed, and that old it was. */
static void learn_lifetime(struct controller *controller)
{
	if (controller->failed_start_ms >= 0 && controller->failing_since_ms >= 0)
		lifetimes_add(&controller->lifetimes,
		    controller->failing_since_ms - controller->failed_start_ms);
}

void incident_close(struct controller *controller, enum event_kind kind, const char *text)
{
	incident_tell(controller, kind, text, "");
	if (kind == EVENT_RESOLVED)
		learn_lifetime(controller);
	controller->failing_since_ms = -1;
	controller->failed_start_ms = -1;
	controller->incident[0] = '\0';
	controller->waits_for_turn = false;
	controller->was_no_help = false;
	controller->diagnosis = NULL;
	controller->warned_since_ms = -1;
	incident_forget_refusals(controller);
	controller->trials.count = 0;
	controller_enter(controller, STATE_WATCHING);
}

static bool is_learned(const struct controller *controller)
{
	int64_t expected_ms = lifetimes_expected_ms(&controller->lifetimes);

	return expected_ms >= 0 && expected_ms < controller->options.site->worker.max_age_ms;
}

int64_t controller_handle_limit_ms(const struct controller *controller)
{
	return is_learned(controller) ? lifetimes_expected_ms(&controller->lifetimes)
				      : controller->options.site->worker.max_age_ms;
}

size_t controller_lifetimes(const struct controller *controller)
{
	return is_learned(controller) ? controller->lifetimes.count : 0;
}
