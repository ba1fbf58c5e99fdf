#include <errno.h>

#include "helper/helper.h"
#include "ledger/pause.h"

/* In another configuration the ladder may have another order: then nothing is told of a rung. */
static bool means_our_rungs(const struct helper *helper, const struct job *job)
{
	return job->request.config_digest == helper->config->digest;
}

enum protocol_refusal serve_check(
    const struct helper *helper, const struct job *job, bool of_rung)
{
	if (!means_our_rungs(helper, job))
		return REFUSAL_CONFIG;
	if (job->site == NULL)
		return REFUSAL_SITE;
	return of_rung && job->request.rung >= job->site->ladder.count ? REFUSAL_RUNG
	                                                               : REFUSAL_NONE;
}

bool serve_refuse(struct job *job, enum protocol_refusal refusal)
{
	if (refusal == REFUSAL_NONE)
		return false;
	job->reply.result = PROTOCOL_REFUSED;
	job->reply.refusal = refusal;
	return true;
}

const struct config_rung *job_rung(const struct job *job)
{
	return &job->site->ladder.items[job->request.rung];
}

/* ------------------------------------------------------------------------------------ the state */

static void tell_action(const struct account *account, const struct job *job,
    struct protocol_reply *reply)
{
	const struct ledger_record *action = &account->rungs[job->request.rung].action;
	bool is_open = strcmp(account->open.action_id, action->action_id) == 0;

	reply->result = action->action_id[0] == '\0'  ? PROTOCOL_NEVER
	                : is_open && reply->in_flight ? PROTOCOL_IN_FLIGHT
	                                              : action->result;
	snprintf(reply->action_id, sizeof(reply->action_id), "%s", action->action_id);
}

/* Where the ledger cannot be read the budget stays at 0, and what was done is unknown. */
static void add_state(struct helper *helper, struct job *job)
{
	struct protocol_reply *reply = &job->reply;
	bool tells = reply->verb == PROTOCOL_ACTION && reply->refusal == REFUSAL_NONE;
	int locked = history_lock(helper);
	int error = locked == -EBUSY ? 0 : locked;
	struct account account;

	reply->paused = pause_is_set(helper->state_folder, helper->config->safety.disable_file);
	if (tells)
		reply->result = PROTOCOL_UNKNOWN;
	if (error == 0)
		error = history_read(helper, job->site, job->request.incident, &account);
	if (locked == 0)
		ledger_unlock(&helper->ledger);
	reply->in_flight = locked == -EBUSY;
	if (error < 0)
		return;
	reply->in_flight |= history_runs_on(&account, &helper->now);
	if (tells)
		tell_action(&account, job, reply);
	if (!means_our_rungs(helper, job))
		account.rung_count = 0;
	account_tell(&account, history_limits(helper), &helper->now, reply);
}

void serve_answer(struct helper *helper, struct job *job)
{
	if (job->reply.verb != 0 && job->reply.verb != PROTOCOL_INSPECT)
		add_state(helper, job);
	clients_send(helper, job->client, &job->reply);
}

/* --------------------------------------------------------------------------------- the requests */

/* Whether the job is answered already. */
static bool take(struct helper *helper, struct job *job)
{
	switch (job->request.verb) {
	case PROTOCOL_INSPECT:
		return inspection_start(helper, job);
	case PROTOCOL_APPLY:
	case PROTOCOL_REVERT:
		return action_start(helper, job);
	case PROTOCOL_ACTION:
		serve_refuse(job, serve_check(helper, job, true));
		return true;
	case PROTOCOL_STATUS: /* of no site, too */
		if (job->site == NULL && job->request.site[0] != '\0')
			serve_refuse(job, REFUSAL_SITE);
		return true;
	default:
		order_take(helper, job);
		return true;
	}
}

int serve(struct helper *helper, const struct client *client, struct view packet)
{
	struct job job = {.client = client->id,
	    .is_operator = client->is_operator,
	    .reply.magic = PROTOCOL_MAGIC};
	int error = protocol_check_request(packet.data, packet.length);

	if (error < 0) {
		serve_refuse(&job, REFUSAL_MALFORMED);
		serve_answer(helper, &job);
		return error;
	}
	memcpy(&job.request, packet.data, sizeof(job.request));
	job.reply.verb = job.request.verb;
	job.reply.request_id = job.request.request_id;
	memcpy(job.intent.by, client->name, sizeof(job.intent.by));
	job.site = config_site_named(helper->config, job.request.site);
	if (take(helper, &job))
		serve_answer(helper, &job);
	return 0;
}
