#include "unit.h"

#include "ledger/account.h"

#define HOUR_MS INT64_C(3600000)
#define RUNG    UINT64_C(77)
#define OTHER   UINT64_C(78)

static const struct moment noon = {
    .wall_ms = 1763800000000, .boottime_ms = 5 * HOUR_MS, .boot_id = "boot-1"};

static struct moment after(int64_t by_ms)
{
	struct moment later = noon;

	later.wall_ms += by_ms;
	later.boottime_ms += by_ms;
	return later;
}

static struct account new_account(void)
{
	return (struct account){.site = "web",
	    .incident = "i-1",
	    .rungs = {{.key = RUNG}, {.key = OTHER}},
	    .rung_count = 2};
}

static struct ledger_record record_of(enum ledger_kind kind)
{
	return (struct ledger_record){.kind = kind,
	    .when = noon,
	    .site = "web",
	    .incident = "i-1",
	    .key = RUNG,
	    .action_id = "a-1",
	    .result = PROTOCOL_UNKNOWN};
}

static void add_kind(struct account *account, enum ledger_kind kind)
{
	const struct ledger_record record = record_of(kind);

	account_add(account, &record);
}

static struct budget_limits plenty(void)
{
	return (struct budget_limits){.actions_per_hour = 60, .actions_per_day = 60};
}

static enum protocol_refusal refusal_of(const struct account *account, bool needs_approval)
{
	const struct account_order order = {
	    .needs_approval = needs_approval, .limits = plenty(), .now = &noon};

	return account_refuses(account, 0, &order);
}

/* An intent without a result is open, and what was applied once is not applied again. */
static void follows_an_action(unused_parameter void **state)
{
	struct account account = new_account();
	struct ledger_record result = record_of(LEDGER_RESULT);

	assert_int_equal(refusal_of(&account, false), REFUSAL_NONE);
	add_kind(&account, LEDGER_INTENT);
	assert_string_equal(account.open.action_id, "a-1");
	assert_int_equal(refusal_of(&account, false), REFUSAL_REPEATED);
	result.result = PROTOCOL_FAILED;
	account_add(&account, &result);
	assert_string_equal(account.open.action_id, "");
	assert_int_equal(account.rungs[0].action.result, PROTOCOL_FAILED);
	assert_string_equal(account.rungs[1].action.action_id, "");
	assert_int_equal(refusal_of(&account, false), REFUSAL_REPEATED);
}

/* A rung that changed nothing may be tried again; the try has cost one action all the same. */
static void allows_what_changed_nothing(unused_parameter void **state)
{
	static const enum protocol_result nothing[] = {PROTOCOL_TRY_LATER, PROTOCOL_BAD_CONFIG};

	for (size_t i = 0; i < count_of(nothing); i++) {
		struct account account = new_account();
		struct ledger_record result = record_of(LEDGER_RESULT);

		add_kind(&account, LEDGER_INTENT);
		result.result = nothing[i];
		account_add(&account, &result);
		assert_int_equal(refusal_of(&account, false), REFUSAL_NONE);
		assert_int_equal(account.budget.actions, 1);
		add_kind(&account, LEDGER_INTENT); /* and from here on it is not known */
		assert_int_equal(refusal_of(&account, false), REFUSAL_REPEATED);
	}
}

/* Other sites, rungs and incidents are other matters, whatever was said of them. */
static void minds_its_own(unused_parameter void **state)
{
	static const enum ledger_kind kinds[] = {LEDGER_INTENT, LEDGER_LOCK, LEDGER_SKIP,
	    LEDGER_DENY};

	for (size_t i = 0; i < count_of(kinds); i++) {
		struct account account = new_account();
		struct ledger_record record = record_of(kinds[i]);

		snprintf(record.site, sizeof(record.site), "other");
		account_add(&account, &record);
		record = record_of(kinds[i]);
		record.key = OTHER;
		snprintf(record.incident, sizeof(record.incident), "i-2");
		account_add(&account, &record);
		assert_int_equal(refusal_of(&account, false), REFUSAL_NONE);
		add_kind(&account, kinds[i]);
		assert_int_not_equal(refusal_of(&account, false), REFUSAL_NONE);
	}
}

/* The last word about a lock counts. */
static void locks_and_unlocks(unused_parameter void **state)
{
	struct account account = new_account();

	add_kind(&account, LEDGER_LOCK);
	assert_int_equal(refusal_of(&account, false), REFUSAL_LOCKED);
	add_kind(&account, LEDGER_UNLOCK);
	assert_int_equal(refusal_of(&account, false), REFUSAL_NONE);
	add_kind(&account, LEDGER_LOCK);
	assert_int_equal(refusal_of(&account, false), REFUSAL_LOCKED);
}

/* An approval is good for an hour, for one boot, for one run. */
static void approves_for_a_time(unused_parameter void **state)
{
	struct account account = new_account();
	struct moment then;

	assert_int_equal(refusal_of(&account, true), REFUSAL_APPROVAL);
	add_kind(&account, LEDGER_APPROVE);
	assert_int_equal(refusal_of(&account, true), REFUSAL_NONE);
	then = after(ACCOUNT_APPROVAL_MS - 1);
	assert_true(account_is_approved(&account.rungs[0], &then));
	then = after(ACCOUNT_APPROVAL_MS);
	assert_false(account_is_approved(&account.rungs[0], &then));
	then = noon;
	then.wall_ms -= 60 * HOUR_MS; /* set back: the other clock tells */
	assert_true(account_is_approved(&account.rungs[0], &then));
	snprintf(then.boot_id, sizeof(then.boot_id), "boot-2");
	assert_false(account_is_approved(&account.rungs[0], &then));
	add_kind(&account, LEDGER_INTENT);
	assert_false(account_is_approved(&account.rungs[0], &noon));
}

/* An approval is of one incident: neither of another, nor one that names none, as those of earlier
 * versions, which are read all the same. */
static void approves_one_incident(unused_parameter void **state)
{
	static const char *const others[] = {"i-2", ""};
	struct account account = new_account();
	struct protocol_reply reply = {0};

	for (size_t i = 0; i < count_of(others); i++) {
		struct ledger_record record = record_of(LEDGER_APPROVE);

		snprintf(record.incident, sizeof(record.incident), "%s", others[i]);
		account_add(&account, &record);
		assert_int_equal(refusal_of(&account, true), REFUSAL_APPROVAL);
	}
	account_tell(&account, plenty(), &noon, &reply);
	assert_int_equal(reply.approved, 0);
	add_kind(&account, LEDGER_APPROVE);
	assert_int_equal(refusal_of(&account, true), REFUSAL_NONE);
}

static struct account with_applied(int64_t for_ms)
{
	struct account account = new_account();
	struct ledger_record intent = record_of(LEDGER_INTENT);

	intent.for_ms = for_ms;
	account_add(&account, &intent);
	return account;
}

static void add_revert(struct account *account, struct moment when, enum protocol_result result)
{
	struct ledger_record record = record_of(LEDGER_INTENT);

	record.reverts = true;
	record.when = when;
	snprintf(record.action_id, sizeof(record.action_id), "a-2");
	account_add(account, &record);
	record.kind = LEDGER_RESULT;
	record.result = result;
	account_add(account, &record);
}

/* What is applied for a time is due when either clock says so, and at once where none can tell. */
static void knows_what_is_due(unused_parameter void **state)
{
	struct account account = with_applied(HOUR_MS);
	struct moment then = after(HOUR_MS - 1);

	assert_int_equal(account.applied_count, 1);
	assert_int_equal(account_left_ms(&account.applied[0], &then), 1);
	then = after(0);
	then.wall_ms += HOUR_MS;
	assert_int_equal(account_left_ms(&account.applied[0], &then), 0);
	then = after(HOUR_MS);
	then.wall_ms -= 24 * HOUR_MS;
	assert_int_equal(account_left_ms(&account.applied[0], &then), 0);
	then = after(HOUR_MS / 2);
	snprintf(then.boot_id, sizeof(then.boot_id), "boot-2");
	assert_int_equal(account_left_ms(&account.applied[0], &then), HOUR_MS / 2);
	then.wall_ms = noon.wall_ms - 1;
	assert_int_equal(account_left_ms(&account.applied[0], &then), 0);
	account = with_applied(0);
	assert_int_equal(account.applied_count, 0);
}

/* A revert that was done ends it; one that failed is tried again, later each time. */
static void tries_later_and_later(unused_parameter void **state)
{
	static const int64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct account account = with_applied(HOUR_MS);

	for (size_t i = 0; i < count_of(minutes); i++) {
		struct moment then = after(HOUR_MS + (int64_t)i);

		add_revert(&account, then, PROTOCOL_FAILED);
		assert_int_equal(
		    account_left_ms(&account.applied[0], &then), minutes[i] * 60000);
	}
	add_revert(&account, noon, PROTOCOL_DONE);
	assert_int_equal(account.applied_count, 0);
	assert_int_equal(account.budget.actions, 1); /* reverts cost nothing */
}

/* A remedy that says it changed nothing leaves nothing to revert; one that failed may. */
static void believes_what_changed_nothing(unused_parameter void **state)
{
	static const struct {
		enum protocol_result result;
		size_t left;
	} ends[] = {{PROTOCOL_DONE, 1}, {PROTOCOL_FAILED, 1}, {PROTOCOL_TRY_LATER, 0},
	    {PROTOCOL_BAD_CONFIG, 0}};

	for (size_t i = 0; i < count_of(ends); i++) {
		struct account account = with_applied(HOUR_MS);
		struct ledger_record result = record_of(LEDGER_RESULT);

		result.result = ends[i].result;
		account_add(&account, &result);
		assert_int_equal(account.applied_count, ends[i].left);
	}
}

/* What was applied before is still to be reverted where applying it anew changed nothing. */
static void remembers_what_stood_before(unused_parameter void **state)
{
	static const enum protocol_result nothing[] = {PROTOCOL_TRY_LATER, PROTOCOL_BAD_CONFIG};

	for (size_t i = 0; i < count_of(nothing); i++) {
		struct account account = with_applied(HOUR_MS);
		struct ledger_record again = record_of(LEDGER_INTENT);

		again.when = after(HOUR_MS / 2);
		again.for_ms = 4 * HOUR_MS;
		snprintf(again.action_id, sizeof(again.action_id), "a-2");
		account_add(&account, &again);
		assert_int_equal(account_left_ms(&account.applied[0], &again.when), 4 * HOUR_MS);
		again.kind = LEDGER_RESULT;
		again.result = nothing[i];
		account_add(&account, &again);
		assert_int_equal(account.applied_count, 1);
		assert_int_equal(account_left_ms(&account.applied[0], &again.when), HOUR_MS / 2);
	}
}

/* With as many as can be kept in mind nothing further is begun: it would never be taken back. */
static void has_a_maximum(unused_parameter void **state)
{
	struct account account = new_account();

	for (uint64_t i = 0; i < ACCOUNT_MAX_APPLIED; i++) {
		struct ledger_record intent = record_of(LEDGER_INTENT);

		intent.key = 1000 + i;
		intent.for_ms = HOUR_MS;
		assert_int_equal(refusal_of(&account, false), REFUSAL_NONE);
		account_add(&account, &intent);
	}
	assert_int_equal(account.applied_count, ACCOUNT_MAX_APPLIED);
	assert_int_equal(refusal_of(&account, false), REFUSAL_BUDGET);
	add_revert(&account, noon, PROTOCOL_FAILED); /* of another rung */
	assert_int_equal(refusal_of(&account, false), REFUSAL_BUDGET);
	account.applied[3].intent.key = RUNG;
	add_revert(&account, noon, PROTOCOL_DONE);
	assert_int_equal(refusal_of(&account, false), REFUSAL_NONE);
}

static bool shares_with_twin(const void *context, const char *site, const char *other_site)
{
	return strcmp(site, "web") == 0 && strcmp(other_site, context) == 0;
}

/* Actions of a site with the same worker count, and say nothing else. */
static void shares_the_budget(unused_parameter void **state)
{
	struct account account = new_account();
	struct ledger_record intent = record_of(LEDGER_INTENT);

	account.shares_budget = shares_with_twin;
	account.context = "twin";
	snprintf(intent.site, sizeof(intent.site), "stranger");
	account_add(&account, &intent);
	assert_int_equal(account.budget.actions, 0);
	snprintf(intent.site, sizeof(intent.site), "twin");
	account_add(&account, &intent);
	assert_int_equal(account.budget.actions, 1);
	assert_string_equal(account.rungs[0].action.action_id, "");
}

/* The reply has a bit for each rung. */
static void tells(unused_parameter void **state)
{
	struct account account = with_applied(HOUR_MS);
	struct protocol_reply reply = {0};
	struct ledger_record record = record_of(LEDGER_LOCK);

	record.key = OTHER;
	account_add(&account, &record);
	add_kind(&account, LEDGER_SKIP);
	add_kind(&account, LEDGER_APPROVE);
	add_kind(&account, LEDGER_DENY);
	account_tell(&account, plenty(), &noon, &reply);
	assert_int_equal(reply.applied, 1);
	assert_int_equal(reply.locked, 2);
	assert_int_equal(reply.skipped, 1);
	assert_int_equal(reply.approved, 1);
	assert_int_equal(reply.denied, 1);
	assert_int_equal(reply.budget_hour, 59);
}

/* What stands of a rung that the site has no more is told all the same; of another site not. */
static void tells_what_stands_of_no_rung(unused_parameter void **state)
{
	struct account account = with_applied(HOUR_MS);
	struct protocol_reply reply = {0};

	account.rungs[0].key = 99;
	account_tell(&account, plenty(), &noon, &reply);
	assert_int_equal(reply.applied, PROTOCOL_APPLIED_GONE);
	reply.applied = 0;
	account.site = "other";
	account_tell(&account, plenty(), &noon, &reply);
	assert_int_equal(reply.applied, 0);
}

/* All that stands is told, of each site, until the time that was approved: whenever the next try
 * is, and by either clock. */
static void tells_until_when_it_stands(unused_parameter void **state)
{
	struct account account = with_applied(HOUR_MS);
	struct protocol_reply reply = {0};
	struct moment then = after(HOUR_MS + 5);

	add_revert(&account, then, PROTOCOL_FAILED);
	account.site = "other";
	account_tell(&account, plenty(), &then, &reply);
	assert_int_equal(reply.standing_known, 1);
	assert_int_equal(reply.standing_count, 1);
	assert_string_equal(reply.standing[0].site, "web");
	assert_int_equal(reply.standing[0].key, RUNG);
	assert_int_equal(reply.standing[0].until_ms, noon.wall_ms + HOUR_MS);
	assert_int_equal(reply.standing[0].left_ms, -5);
	assert_int_equal(account_left_ms(&account.applied[0], &then), ACCOUNT_RETRY_MS);
	then = noon;
	then.wall_ms += HOUR_MS;
	reply = (struct protocol_reply){0};
	account_tell(&account, plenty(), &then, &reply);
	assert_int_equal(reply.standing[0].left_ms, 0);
}

/* What a person has taken back by hand stands no more, and is no end of the apply itself. */
static void believes_a_hand(unused_parameter void **state)
{
	struct account account = with_applied(HOUR_MS);
	struct ledger_record word = record_of(LEDGER_RESULT);

	word.reverts = true;
	word.result = PROTOCOL_DONE;
	word.incident[0] = '\0';
	snprintf(word.action_id, sizeof(word.action_id), PROTOCOL_BY_HAND);
	account_add(&account, &word);
	assert_int_equal(account.applied_count, 0);
	assert_int_equal(account.rungs[0].action.result, PROTOCOL_UNKNOWN);
	assert_string_equal(account.open.action_id, "a-1");
}

/* An approval of an earlier boot is as old as this boot at least; with a clock that was set back it
 * is none. */
static void approvals_do_not_outlive_a_boot(unused_parameter void **state)
{
	const struct account_rung rung = {.approved = true, .approval.when = noon};
	struct moment now = {
	    .wall_ms = noon.wall_ms + 1, .boottime_ms = HOUR_MS - 1, .boot_id = "boot-2"};

	assert_true(account_is_approved(&rung, &now));
	now.boottime_ms = HOUR_MS;
	assert_false(account_is_approved(&rung, &now));
	now.boottime_ms = 1;
	now.wall_ms = noon.wall_ms - 1;
	assert_false(account_is_approved(&rung, &now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(approvals_do_not_outlive_a_boot),
	    cmocka_unit_test(follows_an_action),
	    cmocka_unit_test(allows_what_changed_nothing),
	    cmocka_unit_test(minds_its_own),
	    cmocka_unit_test(locks_and_unlocks),
	    cmocka_unit_test(approves_for_a_time),
	    cmocka_unit_test(approves_one_incident),
	    cmocka_unit_test(knows_what_is_due),
	    cmocka_unit_test(tries_later_and_later),
	    cmocka_unit_test(believes_what_changed_nothing),
	    cmocka_unit_test(remembers_what_stood_before),
	    cmocka_unit_test(has_a_maximum),
	    cmocka_unit_test(shares_the_budget),
	    cmocka_unit_test(tells),
	    cmocka_unit_test(tells_what_stands_of_no_rung),
	    cmocka_unit_test(tells_until_when_it_stands),
	    cmocka_unit_test(believes_a_hand),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
