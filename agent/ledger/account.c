#include "ledger/account.h"

#include <string.h>

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_of_site(const struct account *account, const struct ledger_record *record)
{
	return account->site[0] == '\0' || is_same(record->site, account->site);
}

static bool is_of_incident(const struct account *account, const struct ledger_record *record)
{
	return record->incident[0] != '\0' && is_same(record->incident, account->incident);
}

static bool counts(const struct account *account, const struct ledger_record *record)
{
	return is_of_site(account, record) ||
	       (account->shares_budget != NULL &&
	           account->shares_budget(account->context, account->site, record->site));
}

/* ----------------------------------------------------------------- what is still to be reverted */

struct account_applied *account_find_applied(
    struct account *account, const char *site, uint64_t key)
{
	for (size_t i = 0; i < account->applied_count; i++) {
		struct account_applied *applied = &account->applied[i];

		if (applied->intent.key == key && is_same(applied->intent.site, site))
			return applied;
	}
	return NULL;
}

static struct account_applied *find_applied(
    struct account *account, const struct ledger_record *record)
{
	return account_find_applied(account, record->site, record->key);
}

static void add_applied(struct account *account, const struct ledger_record *intent)
{
	struct account_applied *applied = find_applied(account, intent);

	account->replaced = (struct account_applied){0};
	if (applied == NULL && account->applied_count == ACCOUNT_MAX_APPLIED)
		return; /* by an earlier release: with so many nothing is begun any more */
	if (applied == NULL)
		applied = &account->applied[account->applied_count++];
	else
		account->replaced = *applied;
	*applied = (struct account_applied){.intent = *intent};
}

static void remove_applied(struct account *account, const struct ledger_record *record)
{
	struct account_applied *applied = find_applied(account, record);

	if (applied != NULL)
		*applied = account->applied[--account->applied_count];
}

/* The apply changed nothing, so what stood before it still stands. */
static void undo_applied(struct account *account, const struct ledger_record *result)
{
	struct account_applied *applied = find_applied(account, result);

	if (applied == NULL || !is_same(applied->intent.action_id, result->action_id))
		return;
	if (account->replaced.intent.action_id[0] != '\0')
		*applied = account->replaced;
	else
		*applied = account->applied[--account->applied_count];
}

static void note_revert(struct account *account, const struct ledger_record *intent)
{
	struct account_applied *applied = find_applied(account, intent);

	if (applied == NULL)
		return;
	applied->tries++;
	applied->last = intent->when;
}

/* ----------------------------------------------------------------------------------- one record */

static void on_intent(struct account *account, struct account_rung *rung,
    const struct ledger_record *intent)
{
	account->open = *intent;
	if (intent->reverts) {
		note_revert(account, intent);
		return;
	}
	if (intent->for_ms > 0)
		add_applied(account, intent);
	if (rung == NULL)
		return;
	rung->approved = false;
	if (is_of_incident(account, intent))
		rung->action = *intent;
}

static void on_result(struct account *account, struct account_rung *rung,
    const struct ledger_record *result)
{
	if (is_same(result->action_id, account->open.action_id))
		account->open.action_id[0] = '\0';
	if (result->reverts && result->result == PROTOCOL_DONE)
		remove_applied(account, result);
	if (!result->reverts && protocol_changed_nothing(result->result))
		undo_applied(account, result);
	if (rung != NULL && is_same(result->action_id, rung->action.action_id))
		rung->action.result = result->result;
}

static void on_word(struct account *account, struct account_rung *rung,
    const struct ledger_record *record)
{
	switch (record->kind) {
	case LEDGER_LOCK:
	case LEDGER_UNLOCK:
		rung->locked = record->kind == LEDGER_LOCK;
		break;
	case LEDGER_APPROVE:
		if (!is_of_incident(account, record))
			break;
		rung->approved = true;
		rung->approval = *record;
		break;
	case LEDGER_SKIP:
		rung->skipped = rung->skipped || is_of_incident(account, record);
		break;
	default:
		break;
	}
}

static struct account_rung *find_rung(struct account *account, const struct ledger_record *record)
{
	if (record->key == 0 || !is_of_site(account, record))
		return NULL;
	for (size_t i = 0; i < account->rung_count; i++)
		if (account->rungs[i].key == record->key)
			return &account->rungs[i];
	return NULL;
}

void account_add(void *context, const struct ledger_record *record)
{
	struct account *account = context;
	struct account_rung *rung = find_rung(account, record);
	bool acts = record->kind == LEDGER_INTENT && !record->reverts && counts(account, record);

	budget_add_line(&account->budget, &record->when, record->kind == LEDGER_TORN || acts);
	if (record->kind == LEDGER_INTENT)
		on_intent(account, rung, record);
	else if (record->kind == LEDGER_RESULT)
		on_result(account, rung, record);
	else if (record->kind == LEDGER_DENY)
		account->denied |= is_of_site(account, record) && is_of_incident(account, record);
	else if (rung != NULL)
		on_word(account, rung, record);
}

/* ---------------------------------------------------------------------------------------- times */

/* The most that either clock says has passed; -1 where neither can be believed. */
static int64_t passed_ms(const struct moment *since, const struct moment *now)
{
	bool same_boot = is_same(since->boot_id, now->boot_id);
	int64_t booted_ms = same_boot ? now->boottime_ms - since->boottime_ms : -1;
	int64_t wall_ms = now->wall_ms - since->wall_ms;

	return wall_ms > booted_ms ? wall_ms : booted_ms;
}

bool account_is_approved(const struct account_rung *rung, const struct moment *now)
{
	int64_t ago_ms = passed_ms(&rung->approval.when, now);

	/* One of an earlier boot is as old as this boot, whatever the wall clock says. */
	if (!is_same(rung->approval.when.boot_id, now->boot_id) &&
	    now->boottime_ms >= ACCOUNT_APPROVAL_MS)
		return false;
	return rung->approved && ago_ms >= 0 && ago_ms < ACCOUNT_APPROVAL_MS;
}

static int64_t retry_ms(uint32_t tries)
{
	int64_t wait_ms = ACCOUNT_RETRY_MS;

	for (uint32_t i = 1; i < tries && wait_ms < ACCOUNT_MAX_RETRY_MS; i++)
		wait_ms *= 2;
	return wait_ms < ACCOUNT_MAX_RETRY_MS ? wait_ms : ACCOUNT_MAX_RETRY_MS;
}

int64_t account_left_ms(const struct account_applied *applied, const struct moment *now)
{
	const struct moment *since = applied->tries > 0 ? &applied->last : &applied->intent.when;
	int64_t whole_ms = applied->tries > 0 ? retry_ms(applied->tries) : applied->intent.for_ms;
	int64_t ago_ms = passed_ms(since, now);

	return ago_ms < 0 ? 0 : whole_ms - ago_ms;
}
