#include <errno.h>
#include <signal.h>

#include "base/log.h"
#include "base/process.h"
#include "helper/helper.h"

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void on_record(void *context, const struct ledger_record *record)
{
	struct history *history = context;
	bool is_intent = record->kind == LEDGER_INTENT;
	bool of_site = history->site[0] == '\0' || is_same(record->site, history->site);

	budget_add_line(&history->budget, &record->when,
	    record->kind == LEDGER_TORN || (is_intent && of_site));
	if (is_intent) {
		history->open = *record;
		if (of_site && record->rung == history->rung &&
		    is_same(record->incident, history->incident))
			history->action = *record;
	} else if (record->kind == LEDGER_RESULT) {
		if (is_same(record->action_id, history->open.action_id))
			history->open.action_id[0] = '\0';
		if (is_same(record->action_id, history->action.action_id))
			history->action.result = record->result;
	}
}

bool history_runs_on(const struct history *history, const struct moment *now)
{
	const struct ledger_record *open = &history->open;
	struct process process;

	if (open->action_id[0] == '\0' || !is_same(open->when.boot_id, now->boot_id) ||
	    process_read(open->process_id, &process) < 0 || process.ended ||
	    process.start_ticks != open->start_ticks)
		return false;
	if (now->boottime_ms >= open->deadline_ms)
		kill((pid_t)-open->process_id, SIGKILL);
	return true;
}

int history_read(struct helper *helper, struct history *history)
{
	int error = ledger_read(&helper->ledger, on_record, history);

	history_note_error(helper, error);
	return error;
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
	const struct budget_limits most = {BUDGET_MAX_ACTIONS, BUDGET_MAX_ACTIONS};
	struct history history = {.site = "", .incident = ""};
	int error = ledger_lock(&helper->ledger, &helper->now);

	helper->next_clock_ms = helper->now.boottime_ms + BUDGET_HOUR_MS;
	if (error == -EBUSY)
		return; /* by an action, whose own lines tell the time */
	if (error == 0)
		error = ledger_read(&helper->ledger, on_record, &history);
	if (error == 0 &&
	    budget_left(&history.budget, &helper->now, &most).day < BUDGET_MAX_ACTIONS)
		error = ledger_add(&helper->ledger, &clock);
	ledger_unlock(&helper->ledger);
	history_note_error(helper, error);
}
