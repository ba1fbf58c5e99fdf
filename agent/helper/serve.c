#include <errno.h>

#include "base/log.h"
#include "base/text.h"
#include "helper/helper.h"
#include "helper/pause.h"

void serve_refuse(struct job *job, enum protocol_refusal refusal)
{
	job->reply.result = PROTOCOL_REFUSED;
	job->reply.refusal = refusal;
}

void serve_set_text(struct job *job, struct view said)
{
	struct buffer auto_buffer escaped;
	struct view line = {0}, next;

	while (said.length > 0) {
		view_cut(&said, '\n', &next);
		if (view_trim(next).length > 0)
			line = view_trim(next);
	}
	buffer_init(&escaped, 4 * PROTOCOL_TEXT_BYTES);
	text_append_escaped(&escaped, view_first(line, PROTOCOL_TEXT_BYTES));
	snprintf(job->reply.text, sizeof(job->reply.text), "%s", buffer_text(&escaped));
}

/* ------------------------------------------------------------------------------------ the state */

static void tell_action(const struct history *history, struct protocol_reply *reply)
{
	const struct ledger_record *action = &history->action;
	bool is_open = strcmp(history->open.action_id, action->action_id) == 0;

	if (action->action_id[0] == '\0')
		reply->result = PROTOCOL_NEVER;
	else
		reply->result = is_open && reply->in_flight ? PROTOCOL_IN_FLIGHT : action->result;
	snprintf(reply->action_id, sizeof(reply->action_id), "%s", action->action_id);
}

/* Where the ledger cannot be read the budget stays at 0, and what was done is unknown. */
static void add_state(struct helper *helper, struct job *job)
{
	const struct config_safety *safety = &helper->config->safety;
	const struct budget_limits limits = {safety->actions_per_hour, safety->actions_per_day};
	struct protocol_reply *reply = &job->reply;
	struct history history = {.site = job->site != NULL ? job->site->name : "",
	    .incident = job->request.incident,
	    .rung = job->request.rung};
	bool tells = reply->verb == PROTOCOL_ACTION && reply->refusal == REFUSAL_NONE;
	int locked = ledger_lock(&helper->ledger, &helper->now);
	int error = locked == -EBUSY ? 0 : locked;

	reply->paused = pause_is_set(helper->state_folder, safety->disable_file);
	if (tells)
		reply->result = PROTOCOL_UNKNOWN;
	if (error < 0)
		history_note_error(helper, error);
	else
		error = history_read(helper, &history);
	if (locked == 0)
		ledger_unlock(&helper->ledger);
	reply->in_flight = locked == -EBUSY || history_runs_on(&history, &helper->now);
	if (error < 0)
		return;
	if (tells)
		tell_action(&history, reply);
	if (job->site != NULL) {
		struct budget_left left = budget_left(&history.budget, &helper->now, &limits);

		reply->budget_hour = left.hour;
		reply->budget_day = left.day;
	}
}

void serve_answer(struct helper *helper, struct job *job)
{
	if (job->reply.verb != 0 && job->reply.verb != PROTOCOL_INSPECT)
		add_state(helper, job);
	clients_send(helper, job->client, &job->reply);
}

/* --------------------------------------------------------------------------------- the requests */

static void change_pause(const struct helper *helper, struct job *job, bool may_resume)
{
	bool pause = job->request.verb == PROTOCOL_PAUSE;
	int error;

	if (!pause && !may_resume) {
		serve_refuse(job, REFUSAL_PAUSED);
		serve_set_text(job, VIEW("only root may resume"));
		return;
	}
	error = pause ? pause_set(helper->state_folder) : pause_clear(helper->state_folder);
	if (error < 0) {
		job->reply.result = PROTOCOL_FAILED;
		serve_set_text(job, view_of_text(strerror(-error)));
	} else {
		log_notice("%s", pause ? "paused: no action on any site" : "resumed");
	}
}

/* Whether the job is answered already. */
static bool take(struct helper *helper, struct job *job, bool may_resume)
{
	switch (job->request.verb) {
	case PROTOCOL_INSPECT:
		return inspection_start(helper, job);
	case PROTOCOL_APPLY:
		return action_start(helper, job);
	case PROTOCOL_PAUSE:
	case PROTOCOL_RESUME:
		change_pause(helper, job, may_resume);
		return true;
	default:
		if (job->site == NULL &&
		    (job->request.site[0] != '\0' || job->request.verb == PROTOCOL_ACTION))
			serve_refuse(job, REFUSAL_SITE);
		return true;
	}
}

int serve(struct helper *helper, const struct client *client, struct view packet)
{
	struct job job = {.client = client->id, .reply.magic = PROTOCOL_MAGIC};
	int error = protocol_check_request(packet.data, packet.length);

	if (error < 0) {
		serve_refuse(&job, REFUSAL_MALFORMED);
		serve_answer(helper, &job);
		return error;
	}
	memcpy(&job.request, packet.data, sizeof(job.request));
	job.reply.verb = job.request.verb;
	job.reply.request_id = job.request.request_id;
	job.site = config_site_named(helper->config, job.request.site);
	if (take(helper, &job, client->may_resume))
		serve_answer(helper, &job);
	return 0;
}
