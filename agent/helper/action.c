#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/random.h"
#include "helper/helper.h"
#include "ledger/pause.h"

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
/* What makes things as they were is done whatever the mode, and though all is paused. */
#define CHECKS_OF_REVERT 3


/* After which it must be taken back: as configured, or sooner where a person said so. 0: never. */
static int64_t revert_after_ms(const struct job *job, const struct account *account)
{
	const struct account_rung *rung = &account->rungs[job->request.rung];
	int64_t configured_ms = job->site->ladder.items[job->request.rung].revert_after_ms;
	int64_t approved_ms = rung->approved ? rung->approval.for_ms : 0;

	return approved_ms > 0 && approved_ms < configured_ms ? approved_ms : configured_ms;
}

static enum protocol_refusal find_in_ledger(struct helper *helper, struct job *job)
{
	const struct config_rung *rung = &job->site->ladder.items[job->request.rung];
	const struct account_order order = {.needs_approval = rung->needs_approval,
	    .limits = history_limits(helper),
	    .now = &helper->now};
	struct account account;

	if (history_read(helper, job->site, job->request.incident, &account) < 0)
		return REFUSAL_BUDGET;
	if (history_runs_on(&account, &helper->now))
		return REFUSAL_BUSY;
	job->intent.for_ms = revert_after_ms(job, &account);
	return account_refuses(&account, job->request.rung, &order);
}

/* A revert is never too much, nor too often: only what is under way stands against it. */
static enum protocol_refusal find_applied(struct helper *helper, struct job *job)
{
	const struct account_applied *applied;
	struct account account;

	if (history_read(helper, job->site, "", &account) < 0 ||
	    history_runs_on(&account, &helper->now))
		return REFUSAL_BUSY;
	applied = account_find_applied(
	    &account, job->site->name, job->site->ladder.items[job->request.rung].key);
	if (applied == NULL)
		return REFUSAL_RUNG;
	memcpy(job->request.incident, applied->intent.incident, sizeof(job->request.incident));
	memcpy(job->request.reason, applied->intent.reason, sizeof(job->request.reason));
	return REFUSAL_NONE;
}

/* ------------------------------------------------------------------------ from intent to result */

static int make_intent(const struct helper *helper, struct job *job)
{
	const struct protocol_request *request = &job->request;
	const struct config_rung *rung = &job->site->ladder.items[request->rung];
	struct ledger_record *intent = &job->intent;
	uint64_t id;
	int error = random_bytes(&id, sizeof(id));

	intent->kind = LEDGER_INTENT;
	intent->when = helper->now;
	intent->rung = request->rung;
	intent->key = rung->key;
	intent->reverts = request->verb == PROTOCOL_REVERT;
	intent->result = PROTOCOL_UNKNOWN;
	snprintf(intent->action_id, sizeof(intent->action_id), "%016" PRIx64, id);
	snprintf(intent->site, sizeof(intent->site), "%s", job->site->name);
	snprintf(intent->remedy, sizeof(intent->remedy), "%s", rung->remedy);
	snprintf(intent->incident, sizeof(intent->incident), "%s", request->incident);
	snprintf(intent->reason, sizeof(intent->reason), "%s",
	    request->reason[0] != '\0' ? request->reason : "-");
	return error;
}

/* A folder of the rung's own, where apply leaves what revert must know. */
static int make_state_folder(
    const struct helper *helper, const struct job *job, char ret_path[PATH_MAX])
{
	const struct config_rung *rung = &job->site->ladder.items[job->request.rung];
	char name[2 * PROTOCOL_NAME_BYTES];

	snprintf(name, sizeof(name), "%s-%016" PRIx64, job->site->name, rung->key);
	if (mkdirat(helper->state_folder, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	snprintf(ret_path, PATH_MAX, "%s/%s", helper->config->helper_state_dir, name);
	return 0;
}

/* With nothing against it any more. The plugin waits at its gate while its intent is written, so
 * the intent can name it, and without one it never runs. */
static enum protocol_refusal begin(struct helper *helper, struct job *job)
{
	const struct config_rung *rung = &job->site->ladder.items[job->request.rung];
	char state_folder[PATH_MAX];
	const struct launch launch = {.rung = rung,
	    .plugin = rung->remedy,
	    .verb = job->request.verb == PROTOCOL_REVERT ? "revert" : "apply",
	    .action_id = job->intent.action_id,
	    .state_folder = state_folder};
	int error;

	if (make_intent(helper, job) < 0 || make_state_folder(helper, job, state_folder) < 0)
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
	log_notice("action %s: %s of %s of site %s for incident %s", job->intent.action_id,
	    launch.verb, rung->remedy, job->intent.site, job->intent.incident);
	plugin_release(&job->run);
	job->used = true;
	helper->jobs[HELPER_ACTION] = *job;
	return REFUSAL_NONE;
}

static enum protocol_refusal start(struct helper *helper, struct job *job)
{
	bool reverts = job->request.verb == PROTOCOL_REVERT;
	size_t checks = reverts ? CHECKS_OF_REVERT : count_of(objections);
	enum protocol_refusal refusal;
	int error;

	for (size_t i = 0; i < checks; i++)
		if (objections[i].holds(helper, job))
			return objections[i].refusal;
	error = ledger_lock(&helper->ledger, &helper->now);
	if (error == -EBUSY)
		return REFUSAL_BUSY;
	if (error < 0) {
		history_note_error(helper, error);
		return REFUSAL_BUDGET;
	}
	refusal = reverts ? find_applied(helper, job) : find_in_ledger(helper, job);
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
	helper->next_revert_ms = 0;
	return true;
}
