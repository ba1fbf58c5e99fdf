#include <errno.h>

#include "base/log.h"
#include "helper/helper.h"
#include "ledger/pause.h"

/* What is said of a rung, an incident or everything, and by whom it may be said. */
static const struct order {
	uint32_t verb;
	enum ledger_kind kind;
	bool only_operator; /* what makes less careful is for root, or whoever started us */
	bool of_rung;
	bool of_site;
	const char *done;
} orders[] = {
    {PROTOCOL_PAUSE, LEDGER_PAUSE, false, false, false, "paused: no action on any site"},
    {PROTOCOL_RESUME, LEDGER_RESUME, true, false, false, "resumed"},
    {PROTOCOL_LOCK, LEDGER_LOCK, false, true, true, "locked"},
    {PROTOCOL_UNLOCK, LEDGER_UNLOCK, true, true, true, "unlocked"},
    {PROTOCOL_APPROVE, LEDGER_APPROVE, true, true, true, "approved"},
    {PROTOCOL_SKIP, LEDGER_SKIP, true, true, true, "skipped"},
    {PROTOCOL_DENY, LEDGER_DENY, true, false, true, "denied"},
};

static const struct order *order_of(uint32_t verb)
{
	for (size_t i = 0; i < count_of(orders); i++)
		if (orders[i].verb == verb)
			return &orders[i];
	return NULL;
}

static enum protocol_refusal refusal_of(
    const struct helper *helper, const struct job *job, const struct order *order)
{
	if (order->only_operator && !job->is_operator)
		return REFUSAL_OPERATOR;
	if (!order->of_site)
		return REFUSAL_NONE;
	if (job->request.config_digest != helper->config->digest)
		return REFUSAL_CONFIG;
	if (job->site == NULL)
		return REFUSAL_SITE;
	return order->of_rung && job->request.rung >= job->site->ladder.count ? REFUSAL_RUNG
	                                                                       : REFUSAL_NONE;
}

static struct ledger_record record_of(
    const struct helper *helper, const struct job *job, const struct order *order)
{
	struct ledger_record record = job->intent;

	record.kind = order->kind;
	record.when = helper->now;
	record.for_ms = job->request.for_ms;
	memcpy(record.incident, job->request.incident, sizeof(record.incident));
	if (order->of_site)
		snprintf(record.site, sizeof(record.site), "%s", job->site->name);
	if (order->of_rung) {
		const struct config_rung *rung = &job->site->ladder.items[job->request.rung];

		record.rung = job->request.rung;
		record.key = rung->key;
		snprintf(record.remedy, sizeof(record.remedy), "%s", rung->remedy);
	}
	return record;
}

/* While an action of ours is under way the ledger is locked, by us. */
static int add(struct helper *helper, const struct ledger_record *record)
{
	bool ours = helper->ledger.file >= 0;
	int error = ours ? 0 : ledger_lock(&helper->ledger, &helper->now);

	if (error == 0)
		error = ledger_add(&helper->ledger, record);
	if (!ours)
		ledger_unlock(&helper->ledger);
	if (error != -EBUSY)
		history_note_error(helper, error);
	return error;
}

/* The brake works without the ledger too. */
static int brake(const struct helper *helper, enum ledger_kind kind)
{
	if (kind == LEDGER_PAUSE)
		return pause_set(helper->state_folder);
	return kind == LEDGER_RESUME ? pause_clear(helper->state_folder) : 0;
}

void order_take(struct helper *helper, struct job *job)
{
	const struct order *order = order_of(job->request.verb);
	enum protocol_refusal refusal = refusal_of(helper, job, order);
	struct ledger_record record;
	int error;

	if (refusal != REFUSAL_NONE) {
		serve_refuse(job, refusal);
		return;
	}
	record = record_of(helper, job, order);
	error = brake(helper, order->kind);
	if (error == 0)
		error = add(helper, &record);
	if (error < 0 && !(order->kind == LEDGER_PAUSE && error != -EBUSY)) {
		job->reply.result = error == -EBUSY ? PROTOCOL_TRY_LATER : PROTOCOL_FAILED;
		serve_set_text(job, view_of_text(strerror(-error)));
		return;
	}
	log_notice("%s%s%s%s%s, by %s", record.site, record.site[0] != '\0' ? ": " : "",
	    record.remedy, record.remedy[0] != '\0' ? " " : "", order->done, record.by);
	serve_set_text(job, view_of_text(order->done));
}
