#include "helper/service.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "helper/job.h"
#include "helper/pause.h"

/* Between two clock lines (budget.h), and the least where the helper is often started anew. */
#define CLOCK_EVERY_MS	  BUDGET_HOUR_MS
#define CLOCK_AT_LEAST_MS INT64_C(60000)

int service_new(
    struct service **ret_service, const struct service_options *options, struct buffer *why)
{
	struct service *service = calloc(1, sizeof(*service));
	const char *state = options->config->helper_state_dir;
	int error;

	if (service == NULL)
		return -ENOMEM;
	service->config = options->config;
	service->trust = options->trust;
	service->on_reply = options->on_reply;
	service->context = options->context;
	service->state_folder = -1;
	error = trusted_make_folder(state, &service->trust, why);
	if (error == 0)
		error = trusted_open_folder(state, &service->trust, why, &service->state_folder);
	if (error == 0)
		error = ledger_new(&service->ledger, service->state_folder);
	if (error < 0)
		goto fail;
	*ret_service = service;
	return 0;
fail:
	service_free(&service);
	return error;
}

void service_free(struct service **service)
{
	if (*service == NULL)
		return;
	if ((*service)->action.used)
		plugin_done(&(*service)->action.run);
	for (size_t i = 0; i < SERVICE_MAX_INSPECTIONS; i++)
		if ((*service)->inspections[i].used)
			plugin_done(&(*service)->inspections[i].run);
	ledger_free(&(*service)->ledger);
	if ((*service)->state_folder >= 0)
		close((*service)->state_folder);
	free(*service);
	*service = NULL;
}

void service_note_ledger(struct service *service, int error)
{
	if (error == service->ledger_error)
		return;
	service->ledger_error = error;
	if (error < 0)
		log_error("the ledger in %s cannot be relied on (%s): no site has any budget left",
		    service->config->helper_state_dir, strerror(-error));
	else
		log_notice("the ledger can be relied on again");
}

/* --------------------------------------------------------------------------------- replies */

static void tell_action(const struct history *history, struct protocol_reply *reply)
{
	bool open = strcmp(history->open.action_id, history->action.action_id) == 0;

	reply->result = history->result;
	if (history->result == PROTOCOL_UNKNOWN && open && reply->in_flight != 0)
		reply->result = PROTOCOL_IN_FLIGHT;
	snprintf(reply->action_id, sizeof(reply->action_id), "%s", history->action.action_id);
}

/* Where the ledger cannot be read the budget is spent, and what was done is unknown. */
static void add_state(struct service *service, struct answer *answer, const struct moment *now,
    struct history *history)
{
	const struct config_safety *safety = &service->config->safety;
	const struct budget_limits limits = {safety->actions_per_hour, safety->actions_per_day};
	struct protocol_reply *reply = &answer->reply;
	bool in_flight;
	int error = history_look(history, service->ledger, now, &in_flight);

	service_note_ledger(service, error);
	reply->in_flight = in_flight;
	reply->paused = pause_is_set(service->state_folder, safety->disable_file);
	if (error == 0 && answer->site != NULL) {
		struct budget_left left = budget_left(&history->budget, now, &limits);

		reply->budget_hour = left.hour;
		reply->budget_day = left.day;
	}
	if (reply->verb == PROTOCOL_ACTION && reply->result == PROTOCOL_DONE) {
		if (error == 0)
			tell_action(history, reply);
		else
			reply->result = PROTOCOL_UNKNOWN;
	}
}

static void send_reply(struct service *service, struct answer *answer,
    const struct protocol_request *request, const struct moment *now)
{
	struct history history = {.site = answer->site != NULL ? answer->site->name : "",
	    .incident = request != NULL ? request->incident : "",
	    .rung = request != NULL ? request->rung : 0};

	if (answer->reply.verb != PROTOCOL_INSPECT && answer->reply.verb != 0)
		add_state(service, answer, now, &history);
	service->on_reply(service->context, answer->requester, &answer->reply);
}

/* -------------------------------------------------------------------------------- requests */

static void refuse(struct answer *answer, enum protocol_refusal refusal)
{
	answer->reply.result = PROTOCOL_REFUSED;
	answer->reply.refusal = refusal;
}

static void change_pause(struct service *service, struct answer *answer, bool pause)
{
	int error = pause ? pause_set(service->state_folder) : pause_clear(service->state_folder);

	if (error < 0) {
		answer->reply.result = PROTOCOL_FAILED;
		answer_set_text(answer, view_of_text(strerror(-error)));
		return;
	}
	log_notice(pause ? "paused: no action on any site" : "resumed");
}

/* Whether the answer is complete. */
static bool serve(const struct inquiry *inquiry, bool may_resume)
{
	struct answer *answer = inquiry->answer;
	bool named = inquiry->request->site[0] != '\0';

	switch (inquiry->request->verb) {
	case PROTOCOL_INSPECT:
		return inspection_start(inquiry);
	case PROTOCOL_APPLY:
		return action_start(inquiry);
	case PROTOCOL_PAUSE:
		change_pause(inquiry->service, answer, true);
		return true;
	case PROTOCOL_RESUME:
		if (may_resume) {
			change_pause(inquiry->service, answer, false);
		} else {
			refuse(answer, REFUSAL_PAUSED);
			answer_set_text(answer, VIEW("only root may resume"));
		}
		return true;
	case PROTOCOL_ACTION:
		named = true;
		break;
	default:
		break;
	}
	if (named && answer->site == NULL)
		refuse(answer, REFUSAL_SITE);
	return true;
}

int service_take(struct service *service, const struct requester *requester, struct view packet,
    const struct moment *now)
{
	struct protocol_request request = {0};
	struct answer answer = {.requester = requester->id, .reply.magic = PROTOCOL_MAGIC};
	const struct inquiry inquiry = {service, &request, now, &answer};
	int error = protocol_check_request(packet.data, packet.length);

	if (error < 0) {
		refuse(&answer, REFUSAL_MALFORMED);
		send_reply(service, &answer, NULL, now);
		return error;
	}
	memcpy(&request, packet.data, sizeof(request));
	answer.reply.verb = request.verb;
	answer.reply.request_id = request.request_id;
	answer.site = config_site_named(service->config, request.site);
	if (serve(&inquiry, requester->may_resume))
		send_reply(service, &answer, &request, now);
	return 0;
}

/* ------------------------------------------------------------------------------ what goes on */

bool service_acts(const struct service *service)
{
	return service->action.used;
}

size_t service_poll(const struct service *service, struct pollfd polls[SERVICE_MAX_POLLS])
{
	size_t count = 0;

	if (service->action.used) {
		plugin_poll(&service->action.run, polls);
		count += PLUGIN_POLLS;
	}
	for (size_t i = 0; i < SERVICE_MAX_INSPECTIONS; i++) {
		if (!service->inspections[i].used)
			continue;
		plugin_poll(&service->inspections[i].run, polls + count);
		count += PLUGIN_POLLS;
	}
	return count;
}

static void take_earlier(int64_t *deadline_ms, const struct job *job)
{
	if (job->used && !job->run.killed && job->run.deadline_ms < *deadline_ms)
		*deadline_ms = job->run.deadline_ms;
}

int64_t service_deadline_ms(const struct service *service)
{
	int64_t deadline_ms = service->next_clock_ms;

	take_earlier(&deadline_ms, &service->action);
	for (size_t i = 0; i < SERVICE_MAX_INSPECTIONS; i++)
		take_earlier(&deadline_ms, &service->inspections[i]);
	return deadline_ms;
}

static void finish(struct service *service, struct job *job, const struct moment *now)
{
	job->used = false;
	send_reply(service, &job->answer, NULL, now);
}

void service_step(struct service *service, const struct moment *now)
{
	if (service->action.used && action_step(service, now))
		finish(service, &service->action, now);
	for (size_t i = 0; i < SERVICE_MAX_INSPECTIONS; i++) {
		struct job *job = &service->inspections[i];

		if (job->used && inspection_step(service, job, now))
			finish(service, job, now);
	}
	if (now->boottime_ms >= service->next_clock_ms)
		service_note_time(service, now);
}

/* ------------------------------------------------------------------------------------- time */

/* Whether an action, of any site, counts in any budget, and the newest line is not of just now. */
static bool is_clock_wanted(const struct budget *budget, const struct moment *now)
{
	const struct budget_limits most = {BUDGET_MAX_ACTIONS, BUDGET_MAX_ACTIONS};
	bool same_boot = strcmp(budget->newest.boot_id, now->boot_id) == 0;

	if (budget_left(budget, now, &most).day == BUDGET_MAX_ACTIONS)
		return false;
	return !same_boot || now->boottime_ms - budget->newest.boottime_ms >= CLOCK_AT_LEAST_MS;
}

void service_note_time(struct service *service, const struct moment *now)
{
	const struct ledger_record clock = {.kind = LEDGER_CLOCK, .when = *now};
	struct history history = {.site = "", .incident = ""};
	int error = ledger_lock(service->ledger, now);

	service->next_clock_ms = now->boottime_ms + CLOCK_EVERY_MS;
	if (error == -EBUSY)
		return; /* an action: its own lines tell the time */
	if (error == 0)
		error = history_read(&history, service->ledger);
	if (error == 0 && is_clock_wanted(&history.budget, now))
		error = ledger_add(service->ledger, &clock);
	ledger_unlock(service->ledger);
	service_note_ledger(service, error);
}
