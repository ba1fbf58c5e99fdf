#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/random.h"
#include "helper/helper.h"
#include "ledger/pause.h"

/* ---------------------------------------------------------------- what stands against an action */

/* What makes things as they were is done whatever the mode, and though all is paused. */
static enum protocol_refusal look_at_request(const struct helper *helper, const struct job *job)
{
	bool reverts = job->request.verb == PROTOCOL_REVERT;
	enum protocol_refusal refusal = serve_check(helper, job, true);

	if (reverts && !job->is_operator)
		return REFUSAL_OPERATOR;
	if (refusal != REFUSAL_NONE || reverts)
		return refusal;
	if (job->site->mode != CONFIG_MODE_ACT)
		return REFUSAL_OBSERVE;
	if (pause_is_set(helper->state_folder, helper->config->safety.disable_file))
		return REFUSAL_PAUSED;
	return protocol_is_late(&job->request, helper->now.boottime_ms) ? REFUSAL_LATE
	                                                                : REFUSAL_NONE;
}

/* After which it must be taken back: as configured, or sooner where a person said so. 0: never. */
static int64_t revert_after_ms(const struct job *job, const struct account *account)
{
	const struct account_rung *rung = &account->rungs[job->request.rung];
	int64_t configured_ms = job_rung(job)->revert_after_ms;
	int64_t approved_ms = rung->approved ? rung->approval.for_ms : 0;

	return approved_ms > 0 && approved_ms < configured_ms ? approved_ms : configured_ms;
}

/* A revert is never too much, nor too often. */
static enum protocol_refusal find_applied(struct account *account, struct job *job)
{
	const struct account_applied *applied =
	    account_find_applied(account, job->site->name, job_rung(job)->key);

	if (applied == NULL)
		return REFUSAL_RUNG;
	memcpy(job->request.incident, applied->intent.incident, sizeof(job->request.incident));
	memcpy(job->request.reason, applied->intent.reason, sizeof(job->request.reason));
	return REFUSAL_NONE;
}

static enum protocol_refusal look_into_ledger(struct helper *helper, struct job *job)
{
	const struct account_order order = {.needs_approval = job_rung(job)->needs_approval,
	    .limits = history_limits(helper), .now = &helper->now};
	struct account account;

	if (history_read(helper, job->site, job->request.incident, &account) < 0)
		return REFUSAL_BUDGET;
	if (history_runs_on(&account, &helper->now))
		return REFUSAL_BUSY;
	if (job->request.verb == PROTOCOL_REVERT)
		return find_applied(&account, job);
	job->intent.for_ms = revert_after_ms(job, &account);
	return account_refuses(&account, job->request.rung, &order);
}

/* ------------------------------------------------------------------------ from intent to result */

static int make_intent(const struct helper *helper, struct job *job)
{
	const char *reason = job->request.reason;
	struct ledger_record *intent = &job->intent;
	uint64_t id;
	int error = random_bytes(&id, sizeof(id));

	*intent = history_record(helper, job, LEDGER_INTENT, true);
	intent->reverts = job->request.verb == PROTOCOL_REVERT;
	intent->result = PROTOCOL_UNKNOWN;
	snprintf(intent->action_id, sizeof(intent->action_id), "%016" PRIx64, id);
	snprintf(intent->reason, sizeof(intent->reason), "%s", reason[0] != '\0' ? reason : "-");
	return error;
}

/* A folder of the rung's own, where apply leaves what revert must know. */
static int make_state_folder(
    const struct helper *helper, const struct job *job, char ret_path[PATH_MAX])
{
	char name[2 * PROTOCOL_NAME_BYTES];

	snprintf(name, sizeof(name), "%s-%016" PRIx64, job->site->name, job_rung(job)->key);
	if (mkdirat(helper->state_folder, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	snprintf(ret_path, PATH_MAX, "%s/%s", helper->config->helper_state_dir, name);
	return 0;
}

/* With nothing against it any more. The plugin waits at its gate while its intent is written, so
 * the intent can name it, and without one it never runs. */
static enum protocol_refusal begin(struct helper *helper, struct job *job)
{
	char state_folder[PATH_MAX];

	if (make_intent(helper, job) < 0 || make_state_folder(helper, job, state_folder) < 0)
		return REFUSAL_BUDGET;
	if (launch_plugin(helper, job, state_folder) < 0)
		return REFUSAL_NONE;
	job->intent.process_id = job->run.process_id;
	job->intent.start_ticks = job->run.start_ticks;
	job->intent.deadline_ms = job->run.deadline_ms;
	if (history_add(helper, &job->intent) < 0) {
		plugin_done(&job->run);
		return REFUSAL_BUDGET;
	}
	log_told(LOG_KIND_action_begun, LOG_ABOUT(&job->intent),
	    "action %s: %s of %s of site %s for incident %s", job->intent.action_id,
	    job->intent.reverts ? "revert" : "apply", job->intent.remedy, job->intent.site,
	    job->intent.incident);
	plugin_release(&job->run);
	job->used = true;
	helper->jobs[HELPER_ACTION] = *job;
	return REFUSAL_NONE;
}

static enum protocol_refusal start(struct helper *helper, struct job *job)
{
	enum protocol_refusal refusal = look_at_request(helper, job);
	int error;

	if (refusal != REFUSAL_NONE)
		return refusal;
	error = history_lock(helper);
	if (error < 0)
		return error == -EBUSY ? REFUSAL_BUSY : REFUSAL_BUDGET;
	refusal = look_into_ledger(helper, job);
	if (refusal == REFUSAL_NONE)
		refusal = begin(helper, job);
	if (!job->used)
		ledger_unlock(&helper->ledger);
	return refusal;
}

bool action_start(struct helper *helper, struct job *job)
{
	serve_refuse(job, start(helper, job));
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
	history_add(helper, result);
	ledger_unlock(&helper->ledger);
	snprintf(job->reply.action_id, sizeof(job->reply.action_id), "%s", result->action_id);
	protocol_set_text(&job->reply, job->run.killed ? VIEW("the plugin did not end in time")
	                                    : buffer_view(&job->run.said));
	log_told(LOG_KIND_action_ended, LOG_ABOUT(result), "action %s: %s: %s",
	    result->action_id, protocol_result_name(job->reply.result), job->reply.text);
	plugin_done(&job->run);
	helper->next_revert_ms = 0;
	return true;
}
