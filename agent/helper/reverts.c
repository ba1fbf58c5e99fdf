#include "helper/helper.h"

/* The rung as it is configured now. Without one that is refused: a person must take it back. */
static void find_rung(
    const struct helper *helper, const struct ledger_record *intent, struct job *job)
{
	job->site = config_site_named(helper->config, intent->site);
	while (job->site != NULL && job->request.rung < job->site->ladder.count &&
	       job_rung(job)->key != intent->key)
		job->request.rung++;
}

/* Whether it has begun. */
static bool begin(struct helper *helper, const struct ledger_record *intent)
{
	struct job job = {.intent.by = "deadline", .is_operator = true,
	    .request = {.verb = PROTOCOL_REVERT, .config_digest = helper->config->digest}};

	find_rung(helper, intent, &job);
	if (!action_start(helper, &job))
		return true;
	log_error("%s of site %s is due and cannot be reverted: %s %s", intent->remedy,
	    intent->site, protocol_refusal_name(job.reply.refusal), job.reply.text);
	return false;
}

void reverts_step(struct helper *helper)
{
	int64_t wait_ms = ACCOUNT_RETRY_MS;
	struct account account;

	if (helper->now.boottime_ms < helper->next_revert_ms || helper->jobs[HELPER_ACTION].used)
		return;
	/* The wall clock may jump: so a look a minute, where there is anything to look at. */
	helper->next_revert_ms = helper->now.boottime_ms + wait_ms;
	helper->reverts_overdue = 0;
	if (history_read(helper, NULL, "", &account) < 0)
		return;
	for (size_t i = 0; i < account.applied_count; i++) {
		int64_t left_ms = account_left_ms(&account.applied[i], &helper->now);

		if (left_ms <= 0 && begin(helper, &account.applied[i].intent))
			return;
		helper->reverts_overdue += left_ms <= 0;
		if (left_ms > 0 && left_ms < wait_ms)
			wait_ms = left_ms;
	}
	helper->next_revert_ms =
	    account.applied_count == 0 ? INT64_MAX : helper->now.boottime_ms + wait_ms;
}
