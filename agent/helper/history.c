#include "helper/history.h"

#include <errno.h>
#include <signal.h>

#include "base/process.h"

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void add_intent(struct history *history, const struct ledger_record *intent)
{
	history->open = *intent;
	if (!is_same(intent->site, history->site) || intent->rung != history->rung ||
	    !is_same(intent->incident, history->incident))
		return;
	history->action = *intent;
	history->result = PROTOCOL_UNKNOWN;
}

static void add_result(struct history *history, const struct ledger_record *result)
{
	if (is_same(result->action_id, history->open.action_id))
		history->open.action_id[0] = '\0';
	if (is_same(result->action_id, history->action.action_id))
		history->result = (enum protocol_result)result->result;
}

static void on_record(void *context, const struct ledger_record *record)
{
	struct history *history = context;
	bool counts = history->site[0] == '\0' || is_same(record->site, history->site);

	budget_add_line(&history->budget, &record->when,
	    record->kind == LEDGER_TORN || (record->kind == LEDGER_INTENT && counts));
	if (record->kind == LEDGER_INTENT)
		add_intent(history, record);
	else if (record->kind == LEDGER_RESULT)
		add_result(history, record);
}

int history_read(struct history *history, const struct ledger *ledger)
{
	struct history read = {.site = history->site,
	    .incident = history->incident,
	    .rung = history->rung,
	    .result = PROTOCOL_NEVER};
	int error = ledger_read(ledger, on_record, &read);

	if (error == 0)
		*history = read;
	return error;
}

bool history_open_runs(const struct history *history, const struct moment *now)
{
	const struct ledger_record *open = &history->open;
	struct process process;

	if (open->action_id[0] == '\0' || !is_same(open->when.boot_id, now->boot_id))
		return false;
	if (process_read(open->process_id, &process) < 0 || process.ended ||
	    process.start_ticks != open->start_ticks)
		return false;
	if (now->boottime_ms >= open->deadline_ms)
		kill((pid_t)-open->process_id, SIGKILL);
	return true;
}

int history_look(
    struct history *history, struct ledger *ledger, const struct moment *now, bool *ret_in_flight)
{
	int locked = ledger_lock(ledger, now);
	int error = locked < 0 && locked != -EBUSY ? locked : history_read(history, ledger);

	if (locked == 0)
		ledger_unlock(ledger);
	*ret_in_flight = locked == -EBUSY || (error == 0 && history_open_runs(history, now));
	return error;
}
