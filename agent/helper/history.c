#include <errno.h>
#include <signal.h>

#include "base/log.h"
#include "base/process.h"
#include "helper/helper.h"

_Static_assert(ACCOUNT_MAX_RUNGS >= CONFIG_MAX_RUNGS, "each rung has its account");

struct sharing {
	const struct config *config;
	const struct config_site *site;
};

static bool is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Sites of one worker have one budget: it is the worker that is recycled. */
static bool shares_worker(const void *context, const char *other_site)
{
	const struct sharing *sharing = context;
	const struct config_site *other = config_site_named(sharing->config, other_site);
	const struct config_worker *worker = &sharing->site->worker;

	return other != NULL && (is_same(other->worker.pidfile, worker->pidfile) ||
	                            is_same(other->worker.unit, worker->unit) ||
	                            is_same(other->worker.process, worker->process));
}

int history_read(struct helper *helper, const struct config_site *site, const char *incident,
    struct account *ret_account)
{
	const struct sharing sharing = {helper->config, site};
	int error;

	*ret_account = (struct account){.site = "", .incident = incident};
	if (site != NULL) {
		ret_account->site = site->name;
		ret_account->shares_budget = shares_worker;
		ret_account->context = &sharing;
		ret_account->rung_count = site->ladder.count;
		for (size_t i = 0; i < site->ladder.count; i++)
			ret_account->rungs[i].key = site->ladder.items[i].key;
	}
	error = ledger_read(&helper->ledger, account_add, ret_account);
	ret_account->shares_budget = NULL;
	ret_account->context = NULL;
	history_note_error(helper, error);
	return error;
}

struct budget_limits history_limits(const struct helper *helper)
{
	const struct config_safety *safety = &helper->config->safety;

	return (struct budget_limits){
	    safety->actions_per_hour, safety->actions_per_day, safety->cool_down_ms};
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

void history_note_error(struct helper *helper, int error)
{
	if (error == helper->ledger_error)
		return;
	helper->ledger_error = error;
	if (error < 0)
		log_error("the ledger in %s cannot be relied on (%s): no site has any budget left",
		    helper->config->helper_state_dir, strerror(-error));
	else
		log_notice("the ledger can be relied on again");
}

void history_note_time(struct helper *helper)
{
	const struct ledger_record clock = {.kind = LEDGER_CLOCK, .when = helper->now};
	const struct budget_limits most = {BUDGET_MAX_ACTIONS, BUDGET_MAX_ACTIONS, 0};
	struct account account;
	int error = ledger_lock(&helper->ledger, &helper->now);

	helper->next_clock_ms = helper->now.boottime_ms + BUDGET_HOUR_MS;
	if (error == -EBUSY)
		return; /* by an action, whose own lines tell the time */
	history_note_error(helper, error);
	if (error == 0)
		error = history_read(helper, NULL, "", &account);
	if (error == 0 &&
	    budget_left(&account.budget, &helper->now, &most).day < BUDGET_MAX_ACTIONS)
		history_note_error(helper, ledger_add(&helper->ledger, &clock));
	ledger_unlock(&helper->ledger);
}
