/* The story: bytes become lines, lines become handshakes, a window that looks wrong is diagnosed, a
 * diagnosis may have its cure applied; all that a step changed is committed before the world is. */
#include "daemon/pipeline_parts.h"

#include "base/log.h"
#include "daemon/backlog.h"
#include "daemon/chronicle.h"
#include "daemon/event_line.h"
#include "daemon/hearing.h"
#include "daemon/prober.h"
#include "daemon/summary.h"
#include "diagnose/judgement.h"
#include "intake/names.h"
#include "loop/clock.h"

#define HINT_DELAY_MS   5 /* so that a burst of writes is one step */
#define PROBE_GRACE_MS  2000
#define STATUS_EVERY_MS 60000
#define STEP_OVERDUE_MS 10000 /* one a second is due */
#define STATUS_SOON_MS  3000

/* What all of them find fits into a socket, should we be busy; and people may ask, too. */
#define INSPECTIONS_AT_ONCE 4

static const struct child_result no_child = {.exit_status = -1};

static void finish_probe(struct site *site, const struct child_result *result);

static bool take_flag(bool *flag)
{
	bool was = *flag;

	*flag = false;
	return was;
}

/* Another step before the second is over; the earlier of two wishes counts. */
static void soon(struct pipeline *pipeline, int64_t delay_ms)
{
	if (delay_ms == 0 || !timer_is_running(pipeline->soon))
		timer_start(pipeline->soon, delay_ms, 0);
}

/* ---- 1. intake: which files there are, bytes to lines in backlog.c; 2. parse and detect: in
 * reading.c, line by line ---- */

static void on_hint(void *context)
{
	struct site_log *log = context;
	struct pipeline *pipeline = log->site->pipeline;

	log->hinted = true;
	log->was_ever_hinted = true;
	pipeline->reconcile_wanted = true;
	soon(pipeline, HINT_DELAY_MS);
}

static void watch(struct pipeline *pipeline, struct site_log *log)
{
	const struct watcher_target target = {
	    .on_hint = on_hint, .start = names_start(log->reading.log->path), .context = log};

	if (log->watcher != NULL &&
	    (!watcher_is_alive(log->watcher) || hearing_is_unhinted_again(log)))
		watcher_close(&log->watcher);
	if (log->watcher != NULL)
		return;
	log->watch_error =
	    watcher_new(&log->watcher, pipeline->loop, intake_directory(log->intake), &target);
	if (log->watch_error < 0 && !log->watch_tried)
		log_notice("%s: no watching here (%s); looking each second", log->reading.log->path,
		    strerror(-log->watch_error));
	log->watch_tried = true;
}

static void reconcile(struct pipeline *pipeline)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < pipeline->site_count; i++) {
		struct site *site = &pipeline->sites[i];

		for (size_t j = 0; j < site->log_count; j++) {
			struct site_log *log = &site->logs[j];

			watch(pipeline, log);
			intake_reconcile(log->intake, now_ms);
			hearing_on_reconciled(log);
		}
	}
}

/* Do the logs still tell what the server does? Not asked of a site while it has more to read. */
static void hear(struct pipeline *pipeline)
{
	if (!take_flag(&pipeline->hearing_wanted))
		return;
	for (size_t i = 0; i < pipeline->site_count; i++)
		if (!pipeline->sites[i].catching_up)
			hearing_look(&pipeline->sites[i], pipeline->journal);
}

/* ---- 3. the window: does anything look wrong? ---- */

/* A spike in lines of long ago, read while catching up, is history: nobody acts on it. */
static bool is_recent(const struct pipeline *pipeline, const struct detector_window *window)
{
	return clock_now_ms() - window->now_ms <= pipeline->rulebook.config->detect.window_ms;
}

static void look(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->site_count; i++) {
		struct site *site = &pipeline->sites[i];
		struct detector_window window;

		/* A quiet log's clock goes on by ours; while we catch up only its own counts. */
		if (!site->catching_up)
			detector_advance(site->detector, clock_now_ms() - SITE_LOG_LAG_MS);
		detector_window(site->detector, &window);
		window.current = !site->catching_up;
		if (!is_recent(pipeline, &window))
			window.spike = false;
		if (site->probe_failed)
			finish_probe(site, &no_child);
		controller_tick(site->controller, site_now(), &window);
		chronicle_look(site, site->catching_up);
	}
}

/* ---- 4. diagnose: the probe, the inspectors, and the rules over the facts ---- */

static void finish_probe(struct site *site, const struct child_result *result)
{
	enum probe_result told;

	site->probe_failed = false;
	site_take_probe(site, result->out);
	told = prober_result(site->facts, result);
	site_set_fact(site, "probe.result", probe_result_name(told));
	site_set_fact_time(site, "probe.started", site->probe_started.wall_ms);
	publisher_on_probe(site->pipeline->publisher, site, told,
	    clock_boot_ms() - site->probe_started.steady_ms);
	hearing_on_probe(site, told);
	chronicle_on_probe(site, told);
	controller_on_probe(site->controller, site_now(), told);
}

static void on_probe_exit(void *context, const struct child_result *result)
{
	struct site *site = context;
	struct child *ended = take_pointer(site->probe);

	/* What the result leads to may be the next probe, which takes this one's place. */
	finish_probe(site, result);
	child_close(&ended);
	pipeline_step(site->pipeline);
}

static void effect_probe(void *context)
{
	static const char *const environment[] = {
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL};
	struct site *site = context;
	struct prober_command command;
	struct child_options options = {.argv = command.argv,
	    .environment = environment,
	    .deadline_ms = site->config->probe.timeout_ms + PROBE_GRACE_MS,
	    .on_exit = on_probe_exit,
	    .context = site};
	int error;

	prober_command(site->pipeline->rulebook.config, site->config, &command);
	site->probe_started = site_now();
	deafness_probe_started(site->deafness);
	error = child_new(&site->probe, site->pipeline->loop, &options);
	if (error < 0) {
		log_error(
		    "%s: the probe cannot be started: %s", site->config->name, strerror(-error));
		site->probe_failed = true; /* told in the next step, never from within an effect */
	}
}

static const struct diagnosis *effect_diagnose(void *context)
{
	struct site *site = context;
	struct pipeline *pipeline = site->pipeline;

	struct json auto_json *judgement = NULL;
	const struct diagnosis *diagnosis;

	site_gather_facts(site, pipeline->rulebook.signatures);
	diagnosis = judgement_make(pipeline->rulebook.rules, site->facts, &judgement);
	buffer_clear(&site->judgement);
	if (json_print(judgement, &site->judgement) < 0)
		log_error("%s: what was diagnosed could not be kept", site->config->name);
	if (diagnosis == controller_diagnosis(site->controller))
		site_keep_grounds(site);
	return diagnosis;
}

static enum truth effect_still_holds(void *context, const struct diagnosis *diagnosis)
{
	struct site *site = context;
	const struct rulebook *rulebook = &site->pipeline->rulebook;

	site_gather_facts(site, rulebook->signatures);
	return rules_still_hold(rulebook->rules, diagnosis, site->facts, site->grounds);
}

/* ---- 5. remedy: wishes of the controllers, granted after the commit ---- */

static void effect_inspect(void *context)
{
	struct site *site = context;

	/* Where no answer comes in time, nothing is decided on old ones. */
	site_take_inspection(site, VIEW(""));
	site->wants_inspection = true;
}

static void effect_apply(void *context, const struct controller_action *action)
{
	struct site *site = context;

	site->action = *action;
	site->wants_apply = true;
}

static void effect_ask_action(void *context, const struct controller_action *action)
{
	struct site *site = context;

	site->action = *action;
	site->wants_action = true;
}

static void effect_lock(void *context, const struct controller_action *action)
{
	struct site *site = context;

	site->lock = *action;
	site->wants_lock = true;
}

static void effect_forget_outcomes(void *context)
{
	struct site *site = context;

	detector_forget_before(site->detector, clock_now_ms());
}

static void effect_on_event(void *context, const struct controller_event *event)
{
	struct site *site = context;

	if (event->kind == EVENT_DIAGNOSED)
		site_keep_grounds(site);
	event_line_print(site, event);
	journal_note(site->pipeline->journal, site, event);
	publisher_on_event(site->pipeline->publisher, site, event);
	chronicle_on_event(site, event);
}

const struct controller_effects pipeline_effects = {
    .probe = effect_probe,
    .inspect = effect_inspect,
    .diagnose = effect_diagnose,
    .still_holds = effect_still_holds,
    .apply = effect_apply,
    .ask_action = effect_ask_action,
    .lock = effect_lock,
    .forget_outcomes = effect_forget_outcomes,
    .on_event = effect_on_event,
};

/* Not of an inspection: that reply does not tell. */
static void take_allowance(struct site *site, const struct protocol_reply *reply)
{
	site->budget_hour = reply->budget_hour;
	site->budget_day = reply->budget_day;
	site->allowance = (struct controller_allowance){
	    .budget_spent = reply->budget_hour == 0 || reply->budget_day == 0,
	    .paused = reply->paused != 0,
	    .denied = reply->denied != 0,
	    .locked = reply->locked,
	    .skipped = reply->skipped,
	    .approved = reply->approved,
	    .applied = reply->applied,
	    /* A helper whose configuration has no such site tells nothing of it. */
	    .applied_unknown =
		reply->standing_known == 0 || reply->refusal == REFUSAL_SITE,
	    .asked_ms = helper_client_asked_ms(site->pipeline->helper)};
	overdue_on_reply(site->pipeline->overdue, reply, site_now());
	chronicle_on_pause(site, site->allowance.paused);
	controller_on_allowance(site->controller, site->allowance);
}

static void complain_of_inspection(const struct site *site, const struct protocol_reply *reply)
{
	if (reply->result != PROTOCOL_DONE)
		log_warning("%s: the inspection: %s: %s", site->config->name,
		    reply->result == PROTOCOL_REFUSED ? protocol_refusal_name(reply->refusal)
						      : protocol_result_name(reply->result),
		    reply->text);
	if (reply->facts_truncated)
		log_warning("%s: the inspectors told more than there is room for",
		    site->config->name);
}

static void take_inspection(struct site *site, const struct protocol_reply *reply)
{
	struct controller_inspection inspection = {
	    .is_answered = reply != NULL && reply->result != PROTOCOL_REFUSED};
	double start_s = -1;

	if (reply != NULL && reply->result == PROTOCOL_TRY_LATER && reply->facts[0] == '\0') {
		site->wants_inspection = true; /* in the next step, until the controller goes on */
		return;
	}
	if (reply != NULL)
		complain_of_inspection(site, reply);
	site_take_inspection(site, view_of_text(reply != NULL ? reply->facts : NULL));
	chronicle_on_inspected(site);
	if (facts_number(site->facts, "worker.start", &start_s) < 0)
		start_s = -1;
	inspection.worker_start_ms = start_s < 0 ? -1 : (int64_t)(start_s * 1000);
	controller_on_inspected(site->controller, site_now(), inspection);
	soon(site->pipeline, 0);
}

static void on_inspection(void *context, const struct protocol_reply *reply)
{
	struct site *site = context;

	site->pipeline->inspections--;
	take_inspection(site, reply);
}

static void on_action_reply(void *context, const struct protocol_reply *reply)
{
	struct site *site = context;
	struct controller_answer answer;

	if (reply == NULL)
		return; /* the broken line is told by pipeline_on_helper_connection() */
	answer = (struct controller_answer){reply->result, reply->refusal, reply->text};
	take_allowance(site, reply);
	controller_on_answer(site->controller, site_now(), &answer);
	pipeline_step(site->pipeline);
}

static void on_status_reply(void *context, const struct protocol_reply *reply)
{
	struct site *site = context;

	if (reply != NULL)
		take_allowance(site, reply);
}

void pipeline_on_helper_connection(void *context, bool connected)
{
	struct pipeline *pipeline = context;

	pipeline->status_due_ms = 0;
	for (size_t i = 0; i < pipeline->site_count; i++)
		controller_on_helper(pipeline->sites[i].controller, site_now(), connected);
	soon(pipeline, 0);
}

void pipeline_on_fleet(void *context)
{
	soon(context, 0);
}

static int ask_helper(struct site *site, enum protocol_verb verb,
    const struct controller_action *about, helper_client_on_reply *on_reply)
{
	const struct helper_client_request request = {.verb = verb,
	    .site = site->config->name,
	    .incident = about->incident,
	    .reason = about->reason,
	    .rung = about->rung,
	    .begin_by_ms = verb == PROTOCOL_APPLY ? site->begin_by_ms : 0,
	    .on_reply = on_reply,
	    .context = site};

	return helper_client_ask(site->pipeline->helper, &request);
}

/* No controller waits for ever for what could not even be asked. */
static void answer_not_asked(struct site *site)
{
	static const struct controller_answer never = {
	    PROTOCOL_NEVER, REFUSAL_NONE, "the helper could not be asked"};

	controller_on_answer(site->controller, site_now(), &never);
}

/* Only while the slot that the decision was made with is ours for long enough. */
static void ask_to_apply(struct site *site)
{
	static const struct controller_answer late = {PROTOCOL_REFUSED, REFUSAL_LATE, ""};

	site->begin_by_ms = membership_begin_by_ms(site->pipeline->membership, site);
	if (site->begin_by_ms < 0)
		controller_on_answer(site->controller, site_now(), &late);
	else if (ask_helper(site, PROTOCOL_APPLY, &site->action, on_action_reply) < 0)
		answer_not_asked(site);
}

static const struct controller_action about_nothing = {.incident = "", .reason = ""};

static void ask_to_inspect(struct site *site)
{
	struct pipeline *pipeline = site->pipeline;

	if (pipeline->inspections >= INSPECTIONS_AT_ONCE)
		site->wants_inspection = true; /* once one of those is answered */
	else if (ask_helper(site, PROTOCOL_INSPECT, &about_nothing, on_inspection) < 0)
		take_inspection(site, NULL);
	else
		pipeline->inspections++;
}

static void grant_wishes(struct site *site)
{
	/* All of them first: an answer may lead to a wish, which is not on record yet. */
	bool inspection = take_flag(&site->wants_inspection);
	bool apply = take_flag(&site->wants_apply);
	bool action = take_flag(&site->wants_action);
	bool lock = take_flag(&site->wants_lock);

	if (inspection)
		ask_to_inspect(site);
	if (apply)
		ask_to_apply(site);
	if (action && ask_helper(site, PROTOCOL_ACTION, &site->action, on_action_reply) < 0)
		log_warning("%s: the helper could not be asked", site->config->name);
	if (lock && ask_helper(site, PROTOCOL_LOCK, &site->lock, on_status_reply) < 0)
		log_warning("%s: the helper could not be told of a lock", site->config->name);
}

/* What cannot be put on record is not done, nor done later, when it would be on old evidence. The
 * question after an action comes again by itself. Looking changes nothing: whoever is told what is
 * wrong can do by hand what we must not. */
static void refuse_wishes(struct site *site)
{
	site->wants_action = false;
	site->wants_lock = false;
	if (take_flag(&site->wants_apply))
		answer_not_asked(site);
	if (take_flag(&site->wants_inspection))
		ask_to_inspect(site);
}

static void on_status(void *context, const struct protocol_reply *reply);

/* One after the other: a socket holds a few replies only, and the helper lets go of whoever does
 * not take his. */
static void ask_next_status(struct pipeline *pipeline)
{
	int error = -EAGAIN;

	while (error < 0 && pipeline->status_asked < pipeline->site_count) {
		struct site *site = &pipeline->sites[pipeline->status_asked++];
		const struct controller_action about = {
		    .incident = controller_incident(site->controller), .reason = ""};

		error = ask_helper(site, PROTOCOL_STATUS, &about, on_status);
		if (error < 0)
			log_debug("the helper's status could not be asked");
	}
}

static void on_status(void *context, const struct protocol_reply *reply)
{
	struct site *site = context;

	on_status_reply(context, reply);
	if (reply != NULL)
		ask_next_status(site->pipeline);
}

/* During an incident a person may have his say, and does not want to wait for long. */
static void hasten_status(struct pipeline *pipeline)
{
	int64_t soon_ms = clock_boot_ms() + STATUS_SOON_MS;

	for (size_t i = 0; i < pipeline->site_count; i++)
		if (pipeline->status_due_ms > soon_ms &&
		    controller_incident(pipeline->sites[i].controller)[0] != '\0')
			pipeline->status_due_ms = soon_ms;
}

static void ask_status(struct pipeline *pipeline)
{
	hasten_status(pipeline);
	if (clock_boot_ms() < pipeline->status_due_ms ||
	    !helper_client_is_connected(pipeline->helper))
		return;
	pipeline->status_due_ms = clock_boot_ms() + STATUS_EVERY_MS;
	pipeline->status_asked = 0;
	ask_next_status(pipeline);
}

/* ---- 6. commit: in commit.c; the story, once a step ---- */

void pipeline_step(struct pipeline *pipeline)
{
	if (take_flag(&pipeline->reconcile_wanted))
		reconcile(pipeline);
	pipeline->catching_up = backlog_read(pipeline);
	hear(pipeline);
	look(pipeline);
	pipeline_commit(pipeline);
	/* Whatever is done to the world is done only after we have it on record. */
	for (size_t i = 0; i < pipeline->site_count; i++) {
		if (pipeline->saving.error == 0)
			grant_wishes(&pipeline->sites[i]);
		else
			refuse_wishes(&pipeline->sites[i]);
	}
	membership_work(pipeline->membership);
	pipeline->stepped_ms = clock_monotonic_ms();
	if (pipeline->catching_up)
		soon(pipeline, 0);
}

void pipeline_on_soon(void *context)
{
	pipeline_step(context);
}

void pipeline_on_second(void *context)
{
	struct pipeline *pipeline = context;

	pipeline->reconcile_wanted = true;
	pipeline->hearing_wanted = true;
	overdue_work(pipeline->overdue, site_now());
	pipeline_step(pipeline);
	ask_status(pipeline);
	outbox_work(pipeline->outbox, clock_now_ms());
}

bool pipeline_is_going_on(const struct pipeline *pipeline)
{
	return clock_monotonic_ms() - pipeline->stepped_ms <= STEP_OVERDUE_MS;
}

void pipeline_describe(const struct pipeline *pipeline, struct buffer *line)
{
	summary_append(line, pipeline->sites, pipeline->site_count);
}
