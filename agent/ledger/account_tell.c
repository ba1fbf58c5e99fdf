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

	return left.hour == 0 || left.day == 0 || account->applied_is_full;
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

static void tell_applied(const struct account *account, const struct account_applied *applied,
    const struct moment *now, struct protocol_reply *reply)
{
	int64_t left_ms = account_left_ms(applied, now);

	if (strcmp(applied->intent.site, account->site) != 0)
		return;
	for (size_t i = 0; i < account->rung_count; i++)
		if (account->rungs[i].key == applied->intent.key)
			reply->applied |= UINT32_C(1) << i;
	left_ms = left_ms > 0 ? left_ms : 0;
	if (reply->revert_left_ms < 0 || left_ms < reply->revert_left_ms)
		reply->revert_left_ms = left_ms;
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
	for (size_t i = 0; i < account->applied_count; i++)
		tell_applied(account, &account->applied[i], now, reply);
}
