#include "remedy/controller_internal.h"

/* The remedies that give the server a fresh worker, by name: `recycle` itself and its kin. */
static bool is_recycle(const struct config_rung *rung)
{
	struct view name = view_of_text(rung->remedy);

	return view_equal(name, VIEW("recycle")) || view_starts_with(name, VIEW("recycle-"));
}

/* The first recycling rung that is not locked; how many there are in all. */
static bool find_rung(const struct controller *controller, uint32_t *ret_rung, size_t *ret_count)
{
	const struct config_site *site = controller->options.site;
	bool found = false;

	*ret_count = 0;
	for (uint32_t i = 0; i < site->ladder.count; i++) {
		if (!is_recycle(&site->ladder.items[i]))
			continue;
		++*ret_count;
		if (!found && (controller->locked & UINT32_C(1) << i) == 0) {
			*ret_rung = i;
			found = true;
		}
	}
	return found;
}

static bool is_within(int64_t since_ms, int64_t span_ms)
{
	return since_ms >= 0 && since_ms < span_ms;
}

static bool is_warming_up(const struct controller *controller)
{
	int64_t warm_up_ms = controller->options.safety->warm_up_ms;
	int64_t now_ms = controller->now.steady_ms;

	if (is_within(now_ms - controller->started_ms, warm_up_ms))
		return true;
	if (controller->last_action_ms >= 0 &&
	    is_within(now_ms - controller->last_action_ms, warm_up_ms))
		return true;
	return controller->worker_start_ms >= 0 &&
	    is_within(controller->now.wall_ms - controller->worker_start_ms, warm_up_ms);
}

static const struct authority_refusal *refusal_of(struct controller *controller)
{
	const struct controller_options *options = &controller->options;
	const struct trials_rule rule = controller_trials_rule(controller);
	size_t rungs = 0;
	struct authority_case the_case = {
	    .mode_act = options->site->mode == CONFIG_MODE_ACT,
	    .evidence_voters = options->site->evidence == CONFIG_EVIDENCE_VOTERS,
	    .probe_confirmed_rejected =
		trials_confirmed(&controller->trials, &rule) == PROBE_REJECTED,
	    .spike_confirmed = controller->spike_since_ms >= 0 &&
		controller->now.steady_ms - controller->spike_since_ms >=
		    options->safety->confirm_over_ms,
	    .since_accepted_ms = controller->last_accepted_ms < 0
		? -1
		: controller->now.wall_ms - controller->last_accepted_ms,
	    .accepted_within_ms = options->safety->accepted_within_ms,
	    .cure_is_recycle = controller->diagnosis->cure == CURE_RECYCLE,
	    .warming_up = is_warming_up(controller),
	    .helper_away = !controller->helper_connected,
	    .paused = controller->allowance.paused,
	    .budget_spent = controller->allowance.budget_spent,
	};

	the_case.has_rung = find_rung(controller, &controller->rung, &rungs);
	the_case.all_rungs_locked = !the_case.has_rung && rungs > 0;
	return authority_refuses(&the_case);
}

static void act(struct controller *controller)
{
	struct controller_action action = {.incident = controller->incident,
	    .rung = controller->rung,
	    .reason = controller->diagnosis->id};

	controller_enter(controller, STATE_ACTING);
	if (!controller->helper_refused)
		incident_tell_acting(controller);
	controller->options.effects.apply(controller->options.context, &action);
}

static void wait_standing(struct controller *controller)
{
	controller_enter(controller, STATE_STANDING);
	controller->deadline_ms =
	    controller->now.steady_ms + controller->options.safety->probe_interval_ms;
}

/* Somebody may be mending things while we read one fact after another. So what contradicts the
 * diagnosis that we have told counts when it is seen twice. */
static bool is_doubtful(struct controller *controller, const struct diagnosis *diagnosis)
{
	bool contradicts = controller->diagnosis != NULL && diagnosis != controller->diagnosis;
	bool seen = diagnosis == controller->doubt;

	controller->doubt = contradicts && !seen ? diagnosis : NULL;
	return controller->doubt != NULL;
}

static void stand(struct controller *controller, const struct authority_refusal *refusal)
{
	wait_standing(controller);
	incident_tell_refusal(controller, refusal->sentence, refusal->reason);
}

void decision_make(struct controller *controller)
{
	const struct diagnosis *diagnosis =
	    controller->options.effects.diagnose(controller->options.context);
	const struct authority_refusal *refusal;

	if (!diagnosis->incident && controller->diagnosis == NULL) {
		controller->diagnosis = diagnosis;
		incident_close(controller, EVENT_PASSED, diagnosis->title);
		return;
	}
	if (is_doubtful(controller, diagnosis)) {
		wait_standing(controller);
		return;
	}
	if (diagnosis != controller->diagnosis) {
		controller->diagnosis = diagnosis;
		incident_forget_refusals(controller);
		incident_tell(controller, EVENT_DIAGNOSED, diagnosis->title, diagnosis->id);
	}
	refusal = refusal_of(controller);
	if (refusal == NULL)
		act(controller);
	else
		stand(controller, refusal);
}

bool decision_has_recovered(const struct controller *controller)
{
	if (controller->window.spike)
		return false;
	if (controller->options.site->probe.configured)
		return trials_latest(&controller->trials) == PROBE_ACCEPTED;
	/* Nobody probes: then as many known-good voters as make a spike must be seen to get in. */
	return controller->window.established >= controller->options.minimum_voters;
}

void decision_lock_rung(struct controller *controller)
{
	controller->locked |= UINT32_C(1) << controller->rung;
	incident_tell(controller, EVENT_NOT_VERIFIED,
	    "the remedy did not help; it is locked for this site", "not-verified");
	controller_enter(controller, STATE_STANDING);
	controller->deadline_ms = controller->now.steady_ms;
}
