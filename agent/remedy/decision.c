#include "remedy/controller_internal.h"

#include "remedy/maintenance.h"

#define MAX_TOLD_BYTES (PROTOCOL_NAME_BYTES + PROTOCOL_TEXT_BYTES + 32)

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

static enum authority_window window_of(const struct controller *controller)
{
	const struct config_maintenance *maintenance = &controller->options.site->maintenance;

	if (!maintenance->configured)
		return AUTHORITY_NO_WINDOW;
	return maintenance_is_open(maintenance, controller->now.wall_ms)
		   ? AUTHORITY_WINDOW_OPEN
		   : AUTHORITY_WINDOW_CLOSED;
}

/* A wall clock that was set back makes no acceptance younger. */
static int64_t since_accepted_ms(const struct controller *controller)
{
	int64_t wall_ms = controller->now.wall_ms - controller->last_accepted_ms;
	int64_t steady_ms = controller->now.steady_ms - controller->accepted_steady_ms;

	if (controller->last_accepted_ms < 0 || wall_ms < 0)
		return -1;
	return controller->has_accepted_steady && steady_ms > wall_ms ? steady_ms : wall_ms;
}

static void fill_evidence(const struct controller *controller, struct authority_case *the_case)
{
	const struct controller_options *options = &controller->options;
	const struct trials_rule rule = controller_trials_rule(controller);

	the_case->evidence_voters = options->site->evidence == CONFIG_EVIDENCE_VOTERS;
	the_case->probe_confirmed_rejected =
	    trials_confirmed(&controller->trials, &rule) == PROBE_REJECTED;
	the_case->spike_confirmed = controller->spike_since_ms >= 0 &&
	    controller->now.steady_ms - controller->spike_since_ms >=
	    options->safety->confirm_over_ms;
	the_case->since_accepted_ms = since_accepted_ms(controller);
	the_case->accepted_within_ms = options->safety->accepted_within_ms;
	the_case->warning_confirmed = warning_is_confirmed(controller);
	the_case->probe_accepted = controller->last_result == PROBE_ACCEPTED;
}

static void fill_fleet(const struct controller *controller, struct authority_case *the_case)
{
	const struct controller_fleet *fleet = &controller->fleet;

	the_case->fleet_away = fleet->away;
	the_case->fleet_name_taken = fleet->name_taken;
	the_case->fleet_no_help = fleet->no_help;
	the_case->fleet_shared_hosts = fleet->shared_hosts;
	the_case->fleet_turn_missing = fleet->takes_part && !fleet->holds_slot;
	the_case->fleet_waited_ms = controller->waits_for_turn
	    ? controller->now.steady_ms - controller->turn_since_ms
	    : -1;
	the_case->fleet_fence = fleet->takes_part && fleet->holds_slot ? fleet->fence : -1;
}

static struct authority_case case_of(struct controller *controller)
{
	const enum cure cure = controller->diagnosis->cure;
	const struct rung_choice choice = rungs_choose(controller);
	struct authority_case the_case = {
	    .mode_act = controller->options.site->mode == CONFIG_MODE_ACT,
	    .preventive = cure == CURE_PREVENT,
	    .window = window_of(controller),
	    .warming_up = is_warming_up(controller),
	    .helper_away = !controller->helper_connected,
	    .unsaved = controller->unsaved,
	    .paused = controller->allowance.paused,
	    .budget_spent = controller->allowance.budget_spent,
	    .denied = controller->allowance.denied,
	    .fallback_applied =
		controller->allowance.applied != 0 || rungs_is_fallback(controller),
	    .approved = choice.is_approved,
	    .needs_approval = choice.needs_approval,
	    .has_rung = choice.found,
	    .all_rungs_locked = !choice.found && choice.of_class > 0,
	    /* Few sites can fetch keys: there it is for a person from the beginning. */
	    .has_cure = cure != CURE_NONE && (cure != CURE_REFRESH_KEYTAB || choice.of_class > 0),
	};

	fill_evidence(controller, &the_case);
	fill_fleet(controller, &the_case);
	if (choice.found)
		controller->rung = choice.rung;
	return the_case;
}

static void act(struct controller *controller)
{
	struct controller_action action = {.incident = controller->incident,
	    .rung = controller->rung,
	    .reason = controller->diagnosis->id};

	controller_enter(controller, STATE_ACTING);
	controller->silent_due_ms = controller->now.steady_ms + CONTROLLER_HELPER_GRACE_MS +
	    controller->options.safety->plugin_timeout_ms;
	if (!controller->helper_refused)
		incident_tell_acting(controller);
	controller->options.effects.apply(controller->options.context, &action);
}

/* Where nobody has failed yet, that goes on to be so. */
void decision_rest(struct controller *controller, int64_t wait_ms)
{
	bool warns = controller->state == STATE_WARNING || warning_is_told(controller);

	controller_enter(controller, warns ? STATE_WARNING : STATE_STANDING);
	controller->deadline_ms = controller->now.steady_ms + wait_ms;
	if (warns && controller->warned_since_ms < 0)
		controller->warned_since_ms = controller->warning_seen_ms =
		    controller->now.steady_ms;
}

static void explain_not_run(const struct controller *controller,
    const struct controller_answer *answer, char ret_text[MAX_TOLD_BYTES])
{
	if (protocol_changed_nothing(answer->result))
		snprintf(ret_text, MAX_TOLD_BYTES, "%.*s has changed nothing: %s",
		    PROTOCOL_NAME_BYTES, incident_remedy(controller),
		    answer->text[0] != '\0' ? answer->text
		                            : protocol_result_name(answer->result));
	else
		snprintf(ret_text, MAX_TOLD_BYTES, "the helper did not run the remedy");
}

void decision_on_not_run(struct controller *controller, const struct controller_answer *answer)
{
	const char *reason = answer->result == PROTOCOL_NEVER ? "never-begun"
	    : answer->result == PROTOCOL_REFUSED ? protocol_refusal_name(answer->refusal)
	                                         : protocol_result_name(answer->result);
	const uint32_t bit = UINT32_C(1) << controller->rung;
	char text[MAX_TOLD_BYTES];

	if (answer->refusal == REFUSAL_REPEATED)
		controller->spent |= bit;
	if (answer->result == PROTOCOL_BAD_CONFIG)
		controller->unfit |= bit;
	controller->helper_refused = true;
	explain_not_run(controller, answer, text); /* while the rung is known */
	decision_rest(controller, controller->options.safety->probe_interval_ms);
	incident_tell_refusal(controller, text, reason);
}

/* Somebody may be mending things while we read one fact after another. So what contradicts the
 * diagnosis that we have told counts when it is seen twice; but what was foreseen is not
 * contradicted where it came true. */
static bool is_doubtful(struct controller *controller, const struct diagnosis *diagnosis)
{
	bool contradicts = controller->diagnosis != NULL && diagnosis != controller->diagnosis &&
	    controller->diagnosis->cure != CURE_PREVENT;
	bool seen = diagnosis == controller->doubt;

	controller->doubt = contradicts && !seen ? diagnosis : NULL;
	return controller->doubt != NULL;
}

static void wait_for_turn(
    struct controller *controller, const struct authority_refusal *refusal)
{
	bool waits = refusal != NULL &&
	    (strcmp(refusal->reason, AUTHORITY_TURN) == 0 ||
		strcmp(refusal->reason, AUTHORITY_OVERDUE) == 0);

	if (!controller->waits_for_turn)
		controller->turn_since_ms = controller->now.steady_ms;
	controller->waits_for_turn = waits;
}

void decision_act(struct controller *controller, int64_t wait_ms)
{
	const struct authority_case the_case = case_of(controller);
	const struct authority_refusal *refusal = authority_refuses(&the_case);
	char sentence[AUTHORITY_SENTENCE_BYTES];

	controller->judged_case = &the_case;
	wait_for_turn(controller, refusal);
	if (refusal == NULL) {
		act(controller);
	} else {
		authority_explain(&the_case, refusal, sentence);
		decision_rest(controller, wait_ms);
		incident_tell_refusal(controller, sentence, refusal->reason);
	}
	controller->judged_case = NULL;
}

void decision_stay(struct controller *controller)
{
	int64_t wait_ms = controller->options.safety->probe_interval_ms;

	if (controller->diagnosis != NULL) {
		decision_act(controller, wait_ms);
		return;
	}
	decision_rest(controller, wait_ms);
	incident_tell_refusal(controller, "it stands until it is taken back", "fallback");
}

void decision_make(struct controller *controller)
{
	const struct diagnosis *diagnosis =
	    controller->options.effects.diagnose(controller->options.context);
	int64_t wait_ms = controller->options.safety->probe_interval_ms;

	if (!diagnosis->incident && controller->diagnosis == NULL) {
		controller->diagnosis = diagnosis;
		incident_close(controller, EVENT_PASSED, diagnosis->title);
		return;
	}
	if (is_doubtful(controller, diagnosis)) {
		controller->waits_for_turn = false; /* a slot that comes now is not for this */
		decision_rest(controller, wait_ms);
		return;
	}
	if (diagnosis != controller->diagnosis) {
		controller->diagnosis = diagnosis;
		controller->failed_start_ms =
		    diagnosis->cure == CURE_RECYCLE ? controller->worker_start_ms : -1;
		incident_forget_refusals(controller);
		incident_tell(controller, EVENT_DIAGNOSED, diagnosis->title, diagnosis->id);
	}
	decision_act(controller, wait_ms);
}

bool decision_has_recovered(const struct controller *controller)
{
	if (controller->window.spike || !controller->window.current)
		return false;
	/* Verified is sooner: that is for the probe to say. */
	if (controller->state == STATE_STANDING && !outcomes_are_known(controller))
		return false;
	if (controller->options.site->probe.configured && !rungs_is_fallback(controller))
		return trials_latest(&controller->trials) == PROBE_ACCEPTED;
	/* Nobody probes: then as many known-good voters as make a spike must be seen to get in. */
	return controller->window.established >= controller->options.minimum_voters;
}

/* Nothing says that it did not help, and what the clients met since is still to be read. */
static bool awaits_log(const struct controller *controller)
{
	return !controller->window.current &&
	    (!controller->options.site->probe.configured ||
		trials_latest(&controller->trials) == PROBE_ACCEPTED);
}

void decision_lock_rung(struct controller *controller)
{
	if (awaits_log(controller))
		return;
	rungs_lock(controller);
	controller->was_no_help = true;
	controller->failed_start_ms = -1; /* so it was not the handle */
	incident_tell(controller, EVENT_NOT_VERIFIED,
	    "the remedy did not help; it is locked for this site", "not-verified");
	decision_rest(controller, 0);
}
