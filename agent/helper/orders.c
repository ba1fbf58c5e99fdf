#include <errno.h>

#include "helper/helper.h"
#include "ledger/pause.h"

/* What is said of a rung, an incident or everything, and by whom it may be said. */
static const struct order {
	enum ledger_kind kind;
	bool only_operator; /* what makes less careful is for root, or whoever started us */
	bool of_rung, of_site;
	const char *done;
} orders[PROTOCOL_VERBS] = {
    [PROTOCOL_PAUSE] = {LEDGER_PAUSE, false, false, false, "paused: no action on any site"},
    [PROTOCOL_RESUME] = {LEDGER_RESUME, true, false, false, "resumed"},
    [PROTOCOL_LOCK] = {LEDGER_LOCK, false, true, true, "locked"},
    [PROTOCOL_UNLOCK] = {LEDGER_UNLOCK, true, true, true, "unlocked"},
    [PROTOCOL_APPROVE] = {LEDGER_APPROVE, true, true, true, "approved"},
    [PROTOCOL_SKIP] = {LEDGER_SKIP, true, true, true, "skipped"},
    [PROTOCOL_DENY] = {LEDGER_DENY, true, false, true, "denied"},
    [PROTOCOL_REVERTED] = {LEDGER_RESULT, true, false, false, "was taken back by hand"},
};

static enum protocol_refusal refusal_of(
    const struct helper *helper, const struct job *job, const struct order *order)
{
	if (order->only_operator && !job->is_operator)
		return REFUSAL_OPERATOR;
	return order->of_site ? serve_check(helper, job, order->of_rung) : REFUSAL_NONE;
}

/* While an action of ours is under way the ledger is locked, by us. */
static int add(struct helper *helper, const struct ledger_record *record)
{
	bool ours = helper->ledger.file >= 0;
	int error = ours ? 0 : history_lock(helper);

	error = error < 0 ? error : history_add(helper, record);
	if (!ours)
		ledger_unlock(&helper->ledger);
	return error;
}

/* The brake works without the ledger too; it is let go only once that is on record. */
static int carry_out(struct helper *helper, const struct ledger_record *record)
{
	int error = record->kind == LEDGER_PAUSE ? pause_set(helper->state_folder) : 0;
	int kept = error < 0 ? error : add(helper, record);

	if (record->kind == LEDGER_PAUSE && kept != -EBUSY)
		return error;
	return kept < 0 || record->kind != LEDGER_RESUME ? kept : pause_clear(helper->state_folder);
}

/* As a revert that was done, which earlier releases understand, too; its rung may be gone. */
static enum protocol_refusal fill_reverted(
    struct helper *helper, const struct protocol_request *request, struct ledger_record *record)
{
	const struct account_applied *applied;
	struct account account;

	if (history_read(helper, NULL, "", &account) < 0)
		return REFUSAL_BUDGET;
	applied = account_find_applied(&account, request->site, request->key);
	if (applied == NULL)
		return REFUSAL_RUNG;
	if (helper->jobs[HELPER_ACTION].used || history_runs_on(&account, &helper->now))
		return REFUSAL_BUSY;
	memcpy(record->site, applied->intent.site, sizeof(record->site));
	memcpy(record->remedy, applied->intent.remedy, sizeof(record->remedy));
	memcpy(record->action_id, PROTOCOL_BY_HAND, sizeof(PROTOCOL_BY_HAND));
	record->key = applied->intent.key;
	record->reverts = true;
	return REFUSAL_NONE;
}

void order_take(struct helper *helper, struct job *job)
{
	const struct order *order = &orders[job->request.verb];
	struct ledger_record record;
	int error;

	if (serve_refuse(job, refusal_of(helper, job, order)))
		return;
	record = history_record(helper, job, order->kind, order->of_rung);
	record.for_ms = job->request.for_ms;
	if (!order->of_site)
		record.site[0] = '\0';
	if (order->kind == LEDGER_RESULT &&
	    serve_refuse(job, fill_reverted(helper, &job->request, &record)))
		return;
	error = carry_out(helper, &record);
	if (error < 0) {
		job->reply.result = error == -EBUSY ? PROTOCOL_TRY_LATER : PROTOCOL_FAILED;
		protocol_set_text(&job->reply, view_of_text(strerror(-error)));
		return;
	}
	log_told(LOG_KIND_order, LOG_ABOUT(&record), "%s%s%s%s%s, by %s", record.site,
	    record.site[0] != '\0' ? ": " : "", record.remedy,
	    record.remedy[0] != '\0' ? " " : "", order->done, record.by);
	protocol_set_text(&job->reply, view_of_text(order->done));
}
