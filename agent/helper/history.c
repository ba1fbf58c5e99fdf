#include <errno.h>
#include <signal.h>

#include "base/process.h"
#include "helper/helper.h"

_Static_assert(ACCOUNT_MAX_RUNGS >= CONFIG_MAX_RUNGS, "each rung has its account");

static bool is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void note_error(struct helper *helper, int error)
{
	if (error == helper->ledger_error || error == -EBUSY)
		return;
	helper->ledger_error = error;
	if (error < 0)
		log_error("the ledger in %s cannot be relied on (%s): no site has any budget left",
		    helper->config->helper_state_dir, strerror(-error));
	else
		log_notice("the ledger can be relied on again");
}

/* Sites of one worker have one budget: it is the worker that is recycled. */
static bool shares_worker(const void *config, const char *site, const char *other_site)
{
	const struct config_site *other = config_site_named(config, other_site);
	const struct config_worker *worker = &config_site_named(config, site)->worker;

	return other != NULL && (is_same(other->worker.pidfile, worker->pidfile) ||
	                            is_same(other->worker.unit, worker->unit) ||
	                            is_same(other->worker.process, worker->process));
}

int history_read(struct helper *helper, const struct config_site *site, const char *incident,
    struct account *ret_account)
{
	int error;

	*ret_account = (struct account){.site = "", .incident = incident,
	    .shares_budget = shares_worker, .context = helper->config};
	if (site != NULL) {
		ret_account->site = site->name;
		ret_account->rung_count = site->ladder.count;
		for (size_t i = 0; i < site->ladder.count; i++)
			ret_account->rungs[i].key = site->ladder.items[i].key;
	}
	error = ledger_read(&helper->ledger, account_add, ret_account);
	note_error(helper, error);
	return error;
}

struct budget_limits history_limits(const struct helper *helper)
{
	const struct config_safety *safety = &helper->config->safety;

	return (struct budget_limits){
	    safety->actions_per_hour, safety->actions_per_day, safety->cool_down_ms};
}

struct ledger_record history_record(
    const struct helper *helper, const struct job *job, enum ledger_kind kind, bool of_rung)
{
	struct ledger_record record = job->intent;

	record.kind = kind;
	record.when = helper->now;
	memcpy(record.incident, job->request.incident, sizeof(record.incident));
	snprintf(record.site, sizeof(record.site), "%s", job->site != NULL ? job->site->name : "");
	if (of_rung) {
		record.rung = job->request.rung;
		record.key = job_rung(job)->key;
		snprintf(record.remedy, sizeof(record.remedy), "%s", job_rung(job)->remedy);
	}
	return record;
}

bool history_runs_on(const struct account *account, const struct moment *now)
{
	const struct ledger_record *open = &account->open;
	struct process process;

	if (open->action_id[0] == '\0' || !is_same(open->when.boot_id, now->boot_id) ||
	    process_read(open->process_id, &process) < 0 || process.ended ||
	    process.start_ticks != open->start_ticks)
		return false;
	if (now->boottime_ms >= open->deadline_ms)
		kill((pid_t)-open->process_id, SIGKILL);
	return true;
}

int history_lock(struct helper *helper)
{
	int error = ledger_lock(&helper->ledger, &helper->now);

	if (error < 0)
		note_error(helper, error);
	return error;
}

int history_add(struct helper *helper, const struct ledger_record *record)
{
	int error = ledger_add(&helper->ledger, record);

	note_error(helper, error);
	return error;
}

void history_note_time(struct helper *helper)
{
	const struct ledger_record clock = {.kind = LEDGER_CLOCK, .when = helper->now};
	const struct budget_limits most = {BUDGET_MAX_ACTIONS, BUDGET_MAX_ACTIONS, 0};
	struct account account;
	int error = history_lock(helper);

	helper->next_clock_ms = helper->now.boottime_ms + BUDGET_HOUR_MS;
	if (error == -EBUSY)
		return; /* by an action, whose own lines tell the time */
	if (error == 0)
		error = history_read(helper, NULL, "", &account);
	if (error == 0 &&
	    budget_left(&account.budget, &helper->now, &most).day < BUDGET_MAX_ACTIONS)
		history_add(helper, &clock);
	ledger_unlock(&helper->ledger);
}
