#include "helper/job.h"

#include <errno.h>
#include <inttypes.h>

#include "base/log.h"
#include "base/random.h"
#include "helper/pause.h"

/* ------------------------------------------------------------- what stands against an action */

static const struct config_rung *rung_of(const struct inquiry *inquiry)
{
	const struct config_site *site = inquiry->answer->site;
	uint32_t rung = inquiry->request->rung;

	return site != NULL && rung < site->ladder.count ? &site->ladder.items[rung] : NULL;
}

static bool configs_differ(const struct inquiry *inquiry)
{
	return inquiry->request->config_digest != inquiry->service->config->digest;
}

static bool no_site(const struct inquiry *inquiry)
{
	return inquiry->answer->site == NULL;
}

static bool no_rung(const struct inquiry *inquiry)
{
	return rung_of(inquiry) == NULL;
}

static bool only_observes(const struct inquiry *inquiry)
{
	return inquiry->answer->site->mode != CONFIG_MODE_ACT;
}

static bool paused(const struct inquiry *inquiry)
{
	const struct service *service = inquiry->service;

	return pause_is_set(service->state_folder, service->config->safety.disable_file);
}

/* In this order: what comes later relies on what came before. */
static const struct {
	enum protocol_refusal refusal;
	bool (*holds)(const struct inquiry *inquiry);
} objections[] = {
    {REFUSAL_CONFIG, configs_differ},
    {REFUSAL_SITE, no_site},
    {REFUSAL_RUNG, no_rung},
    {REFUSAL_OBSERVE, only_observes},
    {REFUSAL_PAUSED, paused},
};

static enum protocol_refusal find_objection(const struct inquiry *inquiry)
{
	for (size_t i = 0; i < count_of(objections); i++)
		if (objections[i].holds(inquiry))
			return objections[i].refusal;
	return REFUSAL_NONE;
}

/* Under the lock: what the ledger has against it. */
static enum protocol_refusal find_in_ledger(const struct inquiry *inquiry)
{
	const struct config_safety *safety = &inquiry->service->config->safety;
	const struct budget_limits limits = {safety->actions_per_hour, safety->actions_per_day};
	struct history history = {.site = inquiry->request->site,
	    .incident = inquiry->request->incident,
	    .rung = inquiry->request->rung};
	struct budget_left left;
	int error = history_read(&history, inquiry->service->ledger);

	service_note_ledger(inquiry->service, error);
	if (error < 0)
		return REFUSAL_BUDGET;
	if (history_open_runs(&history, inquiry->now))
		return REFUSAL_BUSY;
	if (history.result != PROTOCOL_NEVER)
		return REFUSAL_REPEATED;
	left = budget_left(&history.budget, inquiry->now, &limits);
	return left.hour > 0 && left.day > 0 ? REFUSAL_NONE : REFUSAL_BUDGET;
}

/* ------------------------------------------------------------------ from intent to result */

static int write_intent(const struct inquiry *inquiry, struct job *job)
{
	struct ledger_record *intent = &job->intent;

	intent->process_id = job->run.process_id;
	intent->start_ticks = job->run.start_ticks;
	intent->deadline_ms = job->run.deadline_ms;
	return ledger_add(inquiry->service->ledger, intent);
}

static int prepare_intent(const struct inquiry *inquiry, struct job *job)
{
	const struct protocol_request *request = inquiry->request;
	struct ledger_record *intent = &job->intent;
	uint64_t id;
	int error = random_bytes(&id, sizeof(id));

	if (error < 0)
		return error;
	*intent = (struct ledger_record){
	    .kind = LEDGER_INTENT, .when = *inquiry->now, .rung = request->rung};
	snprintf(intent->action_id, sizeof(intent->action_id), "%016" PRIx64, id);
	snprintf(intent->site, sizeof(intent->site), "%s", request->site);
	snprintf(intent->incident, sizeof(intent->incident), "%s", request->incident);
	snprintf(intent->reason, sizeof(intent->reason), "%s", request->reason);
	snprintf(intent->remedy, sizeof(intent->remedy), "%s", rung_of(inquiry)->remedy);
	return 0;
}

/* Under the lock, with nothing against it any more. The plugin waits at its gate while its intent
 * is written, so the intent can name it, and without one it never runs. */
static enum protocol_refusal begin(const struct inquiry *inquiry)
{
	struct service *service = inquiry->service;
	struct job *job = &service->action;
	const struct config_rung *rung = rung_of(inquiry);
	struct launch launch = {.rung = rung, .plugin = rung->remedy, .verb = "apply"};
	int error;

	*job = (struct job){.answer = *inquiry->answer};
	if (prepare_intent(inquiry, job) < 0)
		return REFUSAL_BUDGET;
	launch.action_id = job->intent.action_id;
	if (job_launch(service, job, &launch, inquiry->now) < 0) {
		*inquiry->answer = job->answer;
		return REFUSAL_NONE;
	}
	error = write_intent(inquiry, job);
	service_note_ledger(service, error);
	if (error < 0) {
		plugin_done(&job->run);
		return REFUSAL_BUDGET;
	}
	job->used = true;
	log_notice("action %s: %s of site %s for incident %s", job->intent.action_id, rung->remedy,
	    job->intent.site, job->intent.incident);
	plugin_release(&job->run);
	return REFUSAL_NONE;
}

static enum protocol_refusal start(const struct inquiry *inquiry)
{
	struct service *service = inquiry->service;
	enum protocol_refusal refusal = find_objection(inquiry);
	int error;

	if (refusal != REFUSAL_NONE)
		return refusal;
	error = ledger_lock(service->ledger, inquiry->now);
	if (error == -EBUSY)
		return REFUSAL_BUSY;
	service_note_ledger(service, error);
	if (error < 0)
		return REFUSAL_BUDGET;
	refusal = find_in_ledger(inquiry);
	if (refusal == REFUSAL_NONE)
		refusal = begin(inquiry);
	if (!service->action.used)
		ledger_unlock(service->ledger);
	return refusal;
}

bool action_start(const struct inquiry *inquiry)
{
	struct protocol_reply *reply = &inquiry->answer->reply;
	enum protocol_refusal refusal = start(inquiry);

	if (refusal != REFUSAL_NONE) {
		reply->result = PROTOCOL_REFUSED;
		reply->refusal = refusal;
		return true;
	}
	/* A plugin that could not be launched has its answer already. */
	return reply->result != PROTOCOL_DONE;
}

bool action_step(struct service *service, const struct moment *now)
{
	struct job *job = &service->action;
	struct protocol_reply *reply = &job->answer.reply;
	struct ledger_record result = job->intent;
	int error;

	if (!plugin_step(&job->run, now->boottime_ms))
		return false;
	result.kind = LEDGER_RESULT;
	result.when = *now;
	result.result = job->run.result;
	error = ledger_add(service->ledger, &result);
	service_note_ledger(service, error);
	ledger_unlock(service->ledger);
	reply->result = job->run.result;
	snprintf(reply->action_id, sizeof(reply->action_id), "%s", result.action_id);
	if (job->run.killed)
		answer_set_text(&job->answer, VIEW("the plugin did not end in time"));
	else
		answer_set_text(&job->answer, buffer_view(&job->run.said));
	log_notice("action %s: %s: %s", result.action_id, protocol_result_name(reply->result),
	    reply->text);
	plugin_done(&job->run);
	return true;
}
