#include "report/status_parts.h"

#include "report/course_json.h"
#include "report/wire_parts.h"

#define MAX_SUMMARY_BYTES ((size_t)8192)

/* The schemes that a handshake is counted under; what is neither is `unknown` to the reader. */
static const enum scheme counted_schemes[] = {SCHEME_KERBEROS, SCHEME_NTLM, SCHEME_BASIC};

static uint64_t outcome_sum(const struct detector_totals *totals, enum outcome outcome)
{
	uint64_t sum = 0;

	for (int scheme = 0; scheme < SCHEME_COUNT; scheme++)
		sum += totals->handshakes[scheme][outcome];
	return sum;
}

static void put_by_scheme(
    struct json *object, const struct detector_totals *totals, enum outcome outcome)
{
	struct json *schemes = json_put_object(object, outcome_name(outcome));
	uint64_t rest = outcome_sum(totals, outcome);

	for (size_t i = 0; i < count_of(counted_schemes); i++) {
		uint64_t count = totals->handshakes[counted_schemes[i]][outcome];

		json_put_int(schemes, scheme_name(counted_schemes[i]), (int64_t)count);
		rest -= count;
	}
	json_put_int(schemes, scheme_name(SCHEME_UNKNOWN), (int64_t)rest);
}

void status_put_handshakes(struct json *object, const struct detector_totals *totals)
{
	struct json *handshakes = json_put_object(object, "handshakes");

	put_by_scheme(handshakes, totals, OUTCOME_ESTABLISHED);
	put_by_scheme(handshakes, totals, OUTCOME_REJECTED);
	json_put_int(
	    handshakes, "unanswered", (int64_t)outcome_sum(totals, OUTCOME_UNANSWERED));
	json_put_int(
	    handshakes, "incomplete", (int64_t)outcome_sum(totals, OUTCOME_INCOMPLETE));
	json_put_int(object, "authenticated", (int64_t)totals->authenticated);
}

static void put_text_or_null(struct json *object, const char *name, const char *text)
{
	if (text != NULL)
		json_put_text(object, name, text);
	else
		json_put_null(object, name);
}

static void put_time_or_null(struct json *object, const char *name, int64_t time_ms)
{
	if (time_ms >= 0)
		json_put_time(object, name, time_ms);
	else
		json_put_null(object, name);
}

/* -- logs -- */

static void put_files(struct json *object, const struct report_log *log)
{
	struct json *files = json_put_array(object, "files");

	for (size_t i = 0; i < log->cursor_count; i++) {
		const struct intake_cursor *cursor = &log->cursors[i];
		struct json *file = json_add_object(files);

		json_put_text(file, "path", cursor->path);
		json_put_int(file, "inode", (int64_t)cursor->inode);
		json_put_int(file, "offset", cursor->offset_bytes);
	}
}

/* The first reason's text, and all of them. */
static void put_deaf(struct json *object, const struct report_log *log)
{
	struct json *reasons;

	put_text_or_null(object, "deaf", log->deaf_count > 0 ? log->deaf[0].text : NULL);
	reasons = json_put_array(object, "deaf_reasons");
	for (size_t i = 0; i < log->deaf_count; i++) {
		struct json *reason = json_add_object(reasons);

		json_put_text(reason, "reason", log->deaf[i].reason);
		json_put_time(reason, "since", log->deaf[i].since_ms);
		json_put_text(reason, "text", log->deaf[i].text);
	}
}

static void put_log(struct json *logs, const struct report_log *log)
{
	struct json *object = json_add_object(logs);
	const struct intake_totals *totals = log->totals;

	json_put_text(object, "path", log->path);
	json_put_text(object, "format", log->format);
	put_files(object, log);
	json_put_int(object, "lines_committed", (int64_t)totals->lines);
	json_put_int(object, "bytes", (int64_t)totals->bytes);
	json_put_int(object, "unparsed_lines", (int64_t)log->unparsed_lines);
	json_put_int(object, "overlong_lines", (int64_t)totals->overlong_lines);
	json_put_int(object, "rotations", (int64_t)totals->rotations);
	json_put_int(object, "truncations", (int64_t)totals->truncations);
	json_put_int(object, "lost_bytes", (int64_t)totals->lost_bytes);
	json_put_int(object, "lag_bytes", (int64_t)log->lag_bytes);
	put_time_or_null(object, "last_line", log->last_line_ms);
	put_deaf(object, log);
}

/* -- sites -- */

static void put_window(struct json *object, const struct detector_window *window)
{
	struct json *put = json_put_object(object, "window");

	json_put_int(put, "known_good", (int64_t)window->known_good);
	json_put_int(put, "active", (int64_t)window->active);
	json_put_int(put, "rejected", (int64_t)window->rejected);
	json_put_int(put, "established", (int64_t)window->established);
	json_put_number(put, "rejected_ratio", window->rejected_ratio);
	json_put_int(put, "rejected_strangers", (int64_t)window->rejected_strangers);
	json_put_bool(put, "spike", window->spike);
	put_time_or_null(put, "spike_since", window->spike_since_ms);
}

static void put_probe(struct json *object, const struct report_site *site)
{
	struct json *probe = json_put_object(object, "probe");

	put_text_or_null(probe, "result", facts_get(site->facts, "probe.result"));
	put_time_or_null(probe, "time", site->last_probe_ms);
	put_time_or_null(probe, "last_accepted", site->last_accepted_ms);
}

static void put_handle(struct json *object, const struct report_site *site)
{
	struct json *handle = json_put_object(object, "handle");

	put_time_or_null(handle, "expected_failure", site->expected_failure_ms);
	json_put_int(handle, "limit_seconds", site->handle_limit_ms / 1000);
	json_put_int(handle, "learned_from", (int64_t)site->lifetimes);
}

static void put_budget(struct json *object, const struct report_site *site)
{
	struct json *budget = json_put_object(object, "budget");

	if (site->budget_hour < 0) {
		json_put_null(budget, "hour");
		json_put_null(budget, "day");
		return;
	}
	json_put_int(budget, "hour", site->budget_hour);
	json_put_int(budget, "day", site->budget_day);
}

static void put_site(struct json *sites, const struct report_site *site, int64_t now_ms)
{
	struct json *object = json_add_object(sites);
	struct json *logs;

	json_put_text(object, "name", site->name);
	json_put_text(object, "server", site->server);
	json_put_text(object, "service", site->service);
	json_put_text(object, "mode", site->mode);
	json_put_text(object, "evidence", site->evidence);
	json_put_text(object, "state", site->state);
	json_put_text(object, "sentence", site->sentence);
	put_text_or_null(object, "incident", site->incident_id);
	json_put_text(object, "diagnosis", site->diagnosis);
	put_window(object, &site->window);
	status_put_handshakes(object, site->totals);
	json_put_int(object, "voters", (int64_t)site->totals->voters);
	put_probe(object, site);
	put_handle(object, site);
	put_budget(object, site);
	json_put_bool(object, "paused", site->paused);
	json_put_tree(object, "facts", facts_to_json(site->facts));
	course_put(object, site->course, now_ms);
	logs = json_put_array(object, "logs");
	for (size_t i = 0; i < site->log_count; i++)
		put_log(logs, &site->logs[i]);
}

static void put_set_aside(struct json *document, const struct report_model *model)
{
	struct json *object;

	if (model->state_set_aside == NULL) {
		json_put_null(document, "state_set_aside");
		return;
	}
	object = json_put_object(document, "state_set_aside");
	json_put_text(object, "file", model->state_set_aside);
	json_put_text(object, "means", REPORT_SET_ASIDE_MEANS);
}

static void put_fallbacks(struct json *document, const struct report_model *model)
{
	struct json *fallbacks = json_put_array(document, "fallbacks");

	for (size_t i = 0; i < model->fallback_count; i++) {
		const struct report_fallback *fallback = &model->fallbacks[i];
		struct json *object = json_add_object(fallbacks);

		json_put_text(object, "site", fallback->site);
		json_put_text(object, "remedy", fallback->remedy);
		json_put_time(object, "until", fallback->until_ms);
		json_put_bool(object, "overdue", fallback->is_overdue);
		json_put_bool(object, "configured", !fallback->is_gone);
	}
}

void status_put_targets(struct json *document, const struct report_model *model)
{
	struct json *targets = json_put_array(document, "notify");

	for (size_t i = 0; i < model->target_count; i++) {
		const struct report_target *target = &model->targets[i];
		struct json *object = json_add_object(targets);

		json_put_text(object, "name", target->name);
		json_put_text(object, "type", target->type);
		json_put_int(object, "waiting", (int64_t)target->waiting);
		json_put_int(object, "dead", (int64_t)target->dead);
	}
}

struct json *status_dead_letter(const struct status_dead_letter *letter)
{
	struct json auto_json *document = NULL;
	struct json *object = json_object_new();
	struct buffer auto_buffer summary;
	struct wire_story story;

	buffer_init(&summary, MAX_SUMMARY_BYTES);
	json_put_text(object, "target", letter->target);
	json_put_text(object, "id", letter->id);
	json_put_time(object, "created", letter->created_ms);
	json_put_time(object, "given_up", letter->given_up_ms);
	json_put_int(object, "attempts", letter->attempts);
	json_put_int(object, "status", letter->status);
	json_put_text(object, "reason", letter->reason);
	if (json_parse(letter->document, &document) == 0 && wire_read(document, &story) == 0) {
		json_put_text(object, "kind", story.kind);
		wire_summary(&story, &summary);
	}
	json_put_view(object, "summary", buffer_view(&summary));
	return object;
}

struct json *status_document(const struct report_model *model)
{
	struct json *document = json_object_new();
	struct json *sites;

	json_put_text(document, "version", model->version);
	json_put_text(document, "mode", model->mode);
	json_put_time(document, "now", model->now_ms);
	json_put_time(document, "started", model->started_ms);
	json_put_bool(document, "ready", model->ready);
	put_text_or_null(document, "not_ready", model->not_ready);
	json_put_text(document, "helper", model->helper);
	put_text_or_null(document, "confinement", model->confinement);
	put_set_aside(document, model);
	status_put_fleet(document, model->fleet);
	status_put_targets(document, model);
	put_fallbacks(document, model);
	sites = json_put_array(document, "sites");
	for (size_t i = 0; i < model->site_count; i++)
		put_site(sites, &model->sites[i], model->now_ms);
	return document;
}

/* -- incidents -- */

struct json *status_incident_summary(const struct status_incident *incident)
{
	struct json *object = json_object_new();

	json_put_text(object, "id", incident->id);
	json_put_text(object, "site", incident->site);
	json_put_text(object, "diagnosis", incident->diagnosis);
	json_put_text(object, "state", incident->state);
	json_put_time(object, "opened", incident->opened_ms);
	json_put_time(object, "changed", incident->changed_ms);
	put_time_or_null(object, "closed", incident->closed_ms);
	return object;
}

/* A stored document, or null where it cannot be read any more. */
static void put_stored(struct json *object, const char *name, struct view stored)
{
	struct json *tree = NULL;

	if (!view_is_empty(stored) && json_parse(stored, &tree) == 0)
		json_put_tree(object, name, tree);
	else
		json_put_null(object, name);
}

struct json *status_incident_document(const struct status_incident *incident)
{
	struct json *object = status_incident_summary(incident);

	put_stored(object, "evidence", incident->evidence);
	json_put_array(object, "timeline");
	return object;
}

void status_add_event(struct json *incident_document, const struct status_event *event)
{
	struct json *object = json_object_new();

	json_put_time(object, "time", event->time_ms);
	json_put_text(object, "kind", event->kind);
	json_put_text(object, "text", event->text);
	put_stored(object, "data", event->data);
	json_add_tree(json_child(incident_document, "timeline"), object);
}
