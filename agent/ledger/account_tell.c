/* What follows from an account: what stands against an action, and what a reply tells. */
#include "ledger/account.h"

#include <string.h>

static bool is_denied(const struct account *account, const struct account_rung *rung,
    const struct account_order *order unused_parameter)
{
	return account->denied || rung->skipped;
}

static bool was_applied(const struct account *account unused_parameter,
    const struct account_rung *rung, const struct account_order *order unused_parameter)
{
	return rung->action.action_id[0] != '\0' &&
	       !protocol_changed_nothing(rung->action.result);
}

static bool is_locked(const struct account *account unused_parameter,
    const struct account_rung *rung, const struct account_order *order unused_parameter)
{
	return rung->locked;
}

static bool lacks_approval(const struct account *account unused_parameter,
    const struct account_rung *rung, const struct account_order *order)
{
	return order->needs_approval && !account_is_approved(rung, order->now);
}

static bool has_no_budget(const struct account *account,
    const struct account_rung *rung unused_parameter, const struct account_order *order)
{
	const struct budget_left left = budget_left(&account->budget, order->now, &order->limits);

	/* One more could not be kept in mind, and would never be taken back. */
	return left.hour == 0 || left.day == 0 || account->applied_count == ACCOUNT_MAX_APPLIED;
}

static const struct {
	enum protocol_refusal refusal;
	bool (*holds)(const struct account *account, const struct account_rung *rung,
	    const struct account_order *order);
} objections[] = {
    {REFUSAL_DENIED, is_denied},
    {REFUSAL_REPEATED, was_applied},
    {REFUSAL_LOCKED, is_locked},
    {REFUSAL_APPROVAL, lacks_approval},
    {REFUSAL_BUDGET, has_no_budget},
};

enum protocol_refusal account_refuses(
    const struct account *account, size_t rung, const struct account_order *order)
{
	for (size_t i = 0; i < count_of(objections); i++)
		if (objections[i].holds(account, &account->rungs[rung], order))
			return objections[i].refusal;
	return REFUSAL_NONE;
}

/* That it stands is told whatever became of its rung: nothing may be done on top of it. */
static uint32_t applied_bit(const struct account *account, const struct ledger_record *intent)
{
	if (strcmp(intent->site, account->site) != 0)
		return 0;
	for (size_t i = 0; i < account->rung_count; i++)
		if (account->rungs[i].key == intent->key)
			return UINT32_C(1) << i;
	return PROTOCOL_APPLIED_GONE;
}

/* The time that was approved counts, however often it was tried to revert it since. */
static struct protocol_standing standing_of(
    const struct ledger_record *intent, const struct moment *now)
{
	struct protocol_standing standing = {.key = intent->key,
	    .until_ms = intent->when.wall_ms + intent->for_ms,
	    .left_ms = account_left_ms(&(struct account_applied){.intent = *intent}, now)};

	memcpy(standing.site, intent->site, sizeof(standing.site));
	memcpy(standing.remedy, intent->remedy, sizeof(standing.remedy));
	return standing;
}

void account_tell(const struct account *account, struct budget_limits limits,
    const struct moment *now, struct protocol_reply *reply)
{
	const struct budget_left left = budget_left(&account->budget, now, &limits);

	reply->budget_hour = left.hour;
	reply->budget_day = left.day;
	reply->denied = account->denied;
	for (size_t i = 0; i < account->rung_count; i++) {
		const struct account_rung *rung = &account->rungs[i];
		const uint32_t bit = UINT32_C(1) << i;

		reply->locked |= rung->locked ? bit : 0;
		reply->skipped |= rung->skipped ? bit : 0;
		reply->approved |= account_is_approved(rung, now) ? bit : 0;
	}
	reply->standing_known = 1;
	for (size_t i = 0; i < account->applied_count; i++) {
		reply->applied |= applied_bit(account, &account->applied[i].intent);
		reply->standing[reply->standing_count++] =
		    standing_of(&account->applied[i].intent, now);
	}
}
