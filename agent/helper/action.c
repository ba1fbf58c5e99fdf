#include <errno.h>
#include <inttypes.h>

#include "base/log.h"
#include "base/random.h"
#include "helper/helper.h"
#include "helper/pause.h"

/* ---------------------------------------------------------------- what stands against an action */

static bool configs_differ(const struct helper *helper, const struct job *job)
{
	return job->request.config_digest != helper->config->digest;
}

static bool has_no_site(const struct helper *helper unused_parameter, const struct job *job)
{
	return job->site == NULL;
}

static bool has_no_rung(const struct helper *helper unused_parameter, const struct job *job)
{
	return job->request.rung >= job->site->ladder.count;
}

static bool only_observes(const struct helper *helper unused_parameter, const struct job *job)
{
	return job->site->mode != CONFIG_MODE_ACT;
}

static bool is_paused(const struct helper *helper, const struct job *job unused_parameter)
{
	return pause_is_set(helper->state_folder, helper->config->safety.disable_file);
}

/* In this order: what comes later relies on what came before. */
static const struct {
	enum protocol_refusal refusal;
	bool (*holds)(const struct helper *helper, const struct job *job);
} objections[] = {
    {REFUSAL_CONFIG, configs_differ},
    {REFUSAL_SITE, has_no_site},
    {REFUSAL_RUNG, has_no_rung},
    {REFUSAL_OBSERVE, only_observes},
    {REFUSAL_PAUSED, is_paused},
};

/* Under the lock. */
static enum protocol_refusal find_in_ledger(struct helper *helper, const struct job *job)
{
	const struct config_safety *safety = &helper->config->safety;
	const struct budget_limits limits = {safety->actions_per_hour, safety->actions_per_day};
	struct history history = {.site = job->site->name,
	    .incident = job->request.incident,
	    .rung = job->request.rung};
	struct budget_left left;

	if (history_read(helper, &history) < 0)
		return REFUSAL_BUDGET;
	if (history_runs_on(&history, &helper->now))
		return REFUSAL_BUSY;
	if (history.action.action_id[0] != '\0')
		return REFUSAL_REPEATED;
	left = budget_left(&history.budget, &helper->now, &limits);
	return left.hour > 0 && left.day > 0 ? REFUSAL_NONE : REFUSAL_BUDGET;
}

/* ------------------------------------------------------------------------ from intent to result */

static int make_intent(const struct helper *helper, struct job *job)
{
	const struct protocol_request *request = &job->request;
	struct ledger_record *intent = &job->intent;
	uint64_t id;
	int error = random_bytes(&id, sizeof(id));

	*intent = (struct ledger_record){.kind = LEDGER_INTENT,
	    .when = helper->now,
	    .rung = request->rung,
	    .result = PROTOCOL_UNKNOWN};
	snprintf(intent->action_id, sizeof(intent->action_id), "%016" PRIx64, id);
	snprintf(intent->site, sizeof(intent->site), "%s", request->site);
	snprintf(intent->remedy, sizeof(intent->remedy), "%s",
	    job->site->ladder.items[request->rung].remedy);
	snprintf(intent->incident, sizeof(intent->incident), "%s", request->incident);
	snprintf(intent->reason, sizeof(intent->reason), "%s",
	    request->reason[0] != '\0' ? request->reason : "-");
	return error;
}

/* With nothing against it any more. The plugin waits at its gate while its intent is written, so
 * the intent can name it, and without one it never runs. */
static enum protocol_refusal begin(struct helper *helper, struct job *job)
{
	const struct config_rung *rung = &job->site->ladder.items[job->request.rung];
	const struct launch launch = {rung, rung->remedy, "apply", job->intent.action_id};
	int error;

	if (make_intent(helper, job) < 0)
		return REFUSAL_BUDGET;
	if (launch_plugin(helper, job, &launch) < 0)
		return REFUSAL_NONE;
	job->intent.process_id = job->run.process_id;
	job->intent.start_ticks = job->run.start_ticks;
	job->intent.deadline_ms = job->run.deadline_ms;
	error = ledger_add(&helper->ledger, &job->intent);
	history_note_error(helper, error);
	if (error < 0) {
		plugin_done(&job->run);
		return REFUSAL_BUDGET;
	}
	log_notice("action %s: %s of site %s for incident %s", job->intent.action_id, rung->remedy,
	    job->intent.site, job->intent.incident);
	plugin_release(&job->run);
	job->used = true;
	helper->jobs[HELPER_ACTION] = *job;
	return REFUSAL_NONE;
}

static enum protocol_refusal start(struct helper *helper, struct job *job)
{
	enum protocol_refusal refusal;
	int error;

	for (size_t i = 0; i < count_of(objections); i++)
		if (objections[i].holds(helper, job))
			return objections[i].refusal;
	error = ledger_lock(&helper->ledger, &helper->now);
	if (error == -EBUSY)
		return REFUSAL_BUSY;
	if (error < 0) {
		history_note_error(helper, error);
		return REFUSAL_BUDGET;
	}
	refusal = find_in_ledger(helper, job);
	if (refusal == REFUSAL_NONE)
		refusal = begin(helper, job);
	if (!job->used)
		ledger_unlock(&helper->ledger);
	return refusal;
}

bool action_start(struct helper *helper, struct job *job)
{
	enum protocol_refusal refusal = start(helper, job);

	if (refusal != REFUSAL_NONE)
		serve_refuse(job, refusal);
	return !job->used;
}

bool action_step(struct helper *helper, struct job *job)
{
	struct ledger_record *result = &job->intent;

	if (!plugin_step(&job->run, helper->now.boottime_ms))
		return false;
	result->kind = LEDGER_RESULT;
	result->when = helper->now;
	result->result = job->reply.result = job->run.result;
	history_note_error(helper, ledger_add(&helper->ledger, result));
	ledger_unlock(&helper->ledger);
	snprintf(job->reply.action_id, sizeof(job->reply.action_id), "%s", result->action_id);
	serve_set_text(job, job->run.killed ? VIEW("the plugin did not end in time")
	                                    : buffer_view(&job->run.said));
	log_notice("action %s: %s: %s", result->action_id,
	    protocol_result_name(job->reply.result), job->reply.text);
	plugin_done(&job->run);
	return true;
}
