#include "daemon/publisher.h"

#include <errno.h>

#include "daemon/hearing.h"
#include "daemon/membership.h"
#include "remedy/authority.h"

#define UNDIAGNOSED "undiagnosed" /* an incident before its diagnosis */

struct publisher {
	struct publisher_sources sources;
	struct metrics *metrics;
	struct report_site *model_sites;
	struct report_log *model_logs;
	struct intake_cursor *model_cursors;
	struct report_rung *model_rungs;
	size_t log_count, rung_count;
	array_of(char *) gone_sites; /* that had something overdue: their series stay */
};

#define MAX_GONE_SITES 64 /* of more nothing is told here */

static const enum probe_result probe_results[] = {
    PROBE_ACCEPTED, PROBE_REJECTED, PROBE_NO_TICKET, PROBE_UNREACHABLE};

/* Facts that are metrics of their own. */
static const struct {
	const char *fact;
	enum metric metric;
} gauges_of_facts[] = {
    {"worker.start", METRIC_worker_start_time_seconds},
    {"keytab.modified", METRIC_keytab_modified_timestamp_seconds},
    {"keytab.kvno", METRIC_keytab_kvno},
    {"ticket.kvno", METRIC_ticket_kvno},
};

static const char *name_of(const struct site *site)
{
	return site->config->name;
}

/* ---- series exist from the start at 0 */

static void begin_diagnoses(struct publisher *publisher, const char *site)
{
	for (size_t i = 0; i < rules_count(publisher->sources.rules); i++) {
		const char *id = rules_at(publisher->sources.rules, i)->id;

		metrics_set(publisher->metrics, METRIC_incident_open, LABELS(site, id), 0);
		metrics_set(publisher->metrics, METRIC_incidents_total, LABELS(site, id), 0);
	}
	metrics_set(publisher->metrics, METRIC_incident_open, LABELS(site, UNDIAGNOSED), 0);
}

static void begin_refusals(struct publisher *publisher, const char *site)
{
	static const char *const others[] = {
	    "never-begun", "helper-lost", "try-later", "bad-config"};

	for (size_t i = 0; i < count_of(others); i++)
		metrics_set(publisher->metrics, METRIC_action_refusals_total,
		    LABELS(site, others[i]), 0);
	for (unsigned i = 0; authority_refusal_at(i) != NULL; i++)
		metrics_set(publisher->metrics, METRIC_action_refusals_total,
		    LABELS(site, authority_refusal_at(i)->reason), 0);
	for (uint32_t i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
		metrics_set(publisher->metrics, METRIC_action_refusals_total,
		    LABELS(site, protocol_refusal_name(i)), 0);
}

static void begin_site(struct publisher *publisher, const struct site *site)
{
	const char *name = name_of(site);

	for (size_t i = 0; i < count_of(probe_results); i++)
		metrics_set(publisher->metrics, METRIC_probes_total,
		    LABELS(name, probe_result_name(probe_results[i])), 0);
	for (size_t i = 0; i < signatures_count(publisher->sources.signatures); i++)
		metrics_set(publisher->metrics, METRIC_signals_total,
		    LABELS(name, signatures_id(publisher->sources.signatures, i)), 0);
	for (size_t i = 0; i < count_of(gauges_of_facts); i++)
		metrics_set(publisher->metrics, gauges_of_facts[i].metric, LABELS(name), 0);
	metrics_set(publisher->metrics, METRIC_expected_failure_timestamp_seconds, LABELS(name), 0);
	metrics_set(publisher->metrics, METRIC_budget_remaining, LABELS(name), 0);
	metrics_set(publisher->metrics, METRIC_fallback_overdue, LABELS(name), 0);
	metrics_add(publisher->metrics, METRIC_probe_duration_seconds, LABELS(name), 0);
	for (size_t i = 0; i < site->config->ladder.count; i++)
		for (uint32_t result = PROTOCOL_DONE; result <= PROTOCOL_UNKNOWN; result++)
			metrics_set(publisher->metrics, METRIC_actions_total,
			    LABELS(name, site->config->ladder.items[i].remedy,
				protocol_result_name(result)),
			    0);
	begin_diagnoses(publisher, name);
	begin_refusals(publisher, name);
}

int publisher_new(struct publisher **ret_publisher, const struct publisher_sources *sources)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));
	int error;

	if (publisher == NULL)
		return -ENOMEM;
	publisher->sources = *sources;
	error = metrics_new(&publisher->metrics);
	if (error < 0) {
		free(publisher);
		return error;
	}
	metrics_set(publisher->metrics, METRIC_build_info, LABELS(AUTHMEDIC_VERSION), 1);
	for (size_t i = 0; i < sources->site_count; i++) {
		begin_site(publisher, &sources->sites[i]);
		publisher->log_count += sources->sites[i].log_count;
		publisher->rung_count += sources->sites[i].config->ladder.count;
	}
	for (size_t i = 0; i < sources->config->notify.count; i++) {
		const char *target = sources->config->notify.items[i].name;

		publisher_on_delivery(publisher, target, NULL);
		publisher_on_queue(publisher, target, 0);
		publisher_on_dead_letters(publisher, target, 0);
	}
	*ret_publisher = publisher;
	return 0;
}

static void free_model(struct publisher *publisher)
{
	free(publisher->model_sites);
	free(publisher->model_logs);
	free(publisher->model_cursors);
	free(publisher->model_rungs);
	publisher->model_sites = NULL;
	publisher->model_logs = NULL;
	publisher->model_cursors = NULL;
	publisher->model_rungs = NULL;
}

void publisher_free(struct publisher **publisher)
{
	if (*publisher == NULL)
		return;
	free_model(*publisher);
	for (size_t i = 0; i < (*publisher)->gone_sites.count; i++)
		free((*publisher)->gone_sites.items[i]);
	array_done(&(*publisher)->gone_sites);
	metrics_free(&(*publisher)->metrics);
	free(*publisher);
	*publisher = NULL;
}

/* ---- counters, as things happen */

void publisher_on_probe(struct publisher *publisher, const struct site *site,
    enum probe_result result, int64_t duration_ms)
{
	metrics_add(publisher->metrics, METRIC_probes_total,
	    LABELS(name_of(site), probe_result_name(result)), 1);
	metrics_observe(publisher->metrics, METRIC_probe_duration_seconds, LABELS(name_of(site)),
	    (double)duration_ms / 1000);
}

static const char *diagnosis_of(const struct site *site)
{
	const struct diagnosis *diagnosis = controller_diagnosis(site->controller);

	return diagnosis != NULL ? diagnosis->id : UNDIAGNOSED;
}

void publisher_on_event(
    struct publisher *publisher, const struct site *site, const struct controller_event *event)
{
	const char *site_name = name_of(site);

	switch (event->kind) {
	case EVENT_DIAGNOSED:
	case EVENT_COUNTED:
		metrics_add(publisher->metrics, METRIC_incidents_total,
		    LABELS(site_name, diagnosis_of(site)), 1);
		break;
	case EVENT_REFUSED:
		metrics_add(publisher->metrics, METRIC_action_refusals_total,
		    LABELS(site_name, event->reason), 1);
		break;
	case EVENT_APPLIED:
		metrics_add(publisher->metrics, METRIC_actions_total,
		    LABELS(site_name, event->remedy, event->reason), 1);
		break;
	default:
		break;
	}
}

void publisher_on_delivery(struct publisher *publisher, const char *target, const char *result)
{
	static const char *const results[] = {"delivered", "retried", "dead"};

	for (size_t i = 0; i < count_of(results); i++)
		metrics_add(publisher->metrics, METRIC_notifications_total,
		    LABELS(target, results[i]),
		    result != NULL && strcmp(result, results[i]) == 0 ? 1 : 0);
}

void publisher_on_queue(struct publisher *publisher, const char *target, uint64_t length)
{
	metrics_set(
	    publisher->metrics, METRIC_notification_queue_length, LABELS(target), (double)length);
}

void publisher_on_dead_letters(struct publisher *publisher, const char *target, uint64_t count)
{
	metrics_set(publisher->metrics, METRIC_notification_dead_letters, LABELS(target),
	    (double)count);
}

/* ---- gauges, and the counters that other stages keep */

static void refresh_deaf(struct publisher *publisher, const struct site_log *log)
{
	const char *path = log->reading.log->path;
	bool deaf = false;

	for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++) {
		bool open = hearing_since_ms(log, reason) >= 0;

		deaf = deaf || open;
		metrics_set(publisher->metrics, METRIC_deaf_reason,
		    LABELS(name_of(log->site), path, deaf_reason_name(reason)), open);
	}
	metrics_set(publisher->metrics, METRIC_deaf, LABELS(name_of(log->site), path), deaf);
}

static void refresh_log(struct publisher *publisher, const struct site_log *log)
{
	struct metrics *metrics = publisher->metrics;
	const struct metric_labels labels = LABELS(name_of(log->site), log->reading.log->path);
	const struct intake_totals *totals = intake_totals(log->intake);

	metrics_set(metrics, METRIC_log_bytes_total, labels, (double)totals->bytes);
	metrics_set(metrics, METRIC_log_lines_total, labels, (double)totals->lines);
	metrics_set(
	    metrics, METRIC_log_unparsed_lines_total, labels, (double)log->reading.totals.unparsed);
	metrics_set(
	    metrics, METRIC_log_overlong_lines_total, labels, (double)totals->overlong_lines);
	metrics_set(metrics, METRIC_log_rotations_total, labels, (double)totals->rotations);
	metrics_set(metrics, METRIC_log_truncations_total, labels, (double)totals->truncations);
	metrics_set(metrics, METRIC_log_lost_bytes_total, labels, (double)totals->lost_bytes);
	metrics_set(metrics, METRIC_log_lag_bytes, labels, (double)intake_lag_bytes(log->intake));
	metrics_set(metrics, METRIC_log_misdated_lines_total, labels,
	    (double)log->reading.clock.misdated_total);
	metrics_set(metrics, METRIC_log_clock_offset_seconds, labels,
	    (double)log->reading.clock.offset_ms / 1000);
	refresh_deaf(publisher, log);
	metrics_set(metrics, METRIC_log_last_line_timestamp_seconds, labels,
	    log->reading.last_line_ms < 0 ? 0 : (double)log->reading.last_line_ms / 1000);
}

static void refresh_handshakes(struct publisher *publisher, const struct site *site)
{
	const struct detector_totals *totals = detector_totals(site->detector);

	for (int scheme = 0; scheme < SCHEME_COUNT; scheme++)
		for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			metrics_set(publisher->metrics, METRIC_handshakes_total,
			    LABELS(name_of(site), scheme_name((enum scheme)scheme),
				outcome_name((enum outcome)outcome)),
			    (double)totals->handshakes[scheme][outcome]);
	metrics_set(publisher->metrics, METRIC_authenticated_requests_total, LABELS(name_of(site)),
	    (double)totals->authenticated);
	for (size_t i = 0; i < signatures_count(publisher->sources.signatures); i++)
		metrics_set(publisher->metrics, METRIC_signals_total,
		    LABELS(name_of(site), signatures_id(publisher->sources.signatures, i)),
		    (double)detector_signals_total(site->detector, i));
}

static void refresh_expectation(struct publisher *publisher, const struct site *site)
{
	int64_t expected_ms = site_expected_failure_ms(site);

	metrics_set(publisher->metrics, METRIC_expected_failure_timestamp_seconds,
	    LABELS(name_of(site)), expected_ms < 0 ? 0 : (double)expected_ms / 1000);
}

static void refresh_site(struct publisher *publisher, const struct site *site)
{
	struct metrics *metrics = publisher->metrics;
	const char *site_name = name_of(site);
	struct detector_window window;
	bool open = controller_incident(site->controller)[0] != '\0';

	detector_window(site->detector, &window);
	metrics_set(
	    metrics, METRIC_known_good_voters, LABELS(site_name), (double)window.known_good);
	metrics_set(
	    metrics, METRIC_rejected_voters_ratio, LABELS(site_name), window.rejected_ratio);
	for (size_t i = 0; i < count_of(gauges_of_facts); i++) {
		double value;

		if (facts_number(site->facts, gauges_of_facts[i].fact, &value) < 0)
			value = 0; /* not known, or not any more */
		metrics_set(metrics, gauges_of_facts[i].metric, LABELS(site_name), value);
	}
	if (site->budget_hour >= 0)
		metrics_set(metrics, METRIC_budget_remaining, LABELS(site_name),
		    (double)(site->budget_hour < site->budget_day ? site->budget_hour
								  : site->budget_day));
	metrics_set(metrics, METRIC_incident_open, LABELS(site_name, UNDIAGNOSED), 0);
	for (size_t i = 0; i < rules_count(publisher->sources.rules); i++)
		metrics_set(metrics, METRIC_incident_open,
		    LABELS(site_name, rules_at(publisher->sources.rules, i)->id), 0);
	if (open)
		metrics_set(
		    metrics, METRIC_incident_open, LABELS(site_name, diagnosis_of(site)), 1);
	refresh_handshakes(publisher, site);
	refresh_expectation(publisher, site);
}

static bool has_series(const struct publisher *publisher, const char *site)
{
	if (config_site_named(publisher->sources.config, site) != NULL)
		return true;
	for (size_t i = 0; i < publisher->gone_sites.count; i++)
		if (strcmp(publisher->gone_sites.items[i], site) == 0)
			return true;
	return false;
}

static bool make_series(struct publisher *publisher, const char *site)
{
	char *name = has_series(publisher, site) ? NULL : strdup(site);

	if (name == NULL)
		return has_series(publisher, site);
	if (array_push(&publisher->gone_sites, name, MAX_GONE_SITES) == 0)
		return true;
	free(name);
	return false;
}

static void refresh_fallbacks(struct publisher *publisher, const struct report_model *model)
{
	struct metrics *metrics = publisher->metrics;

	for (size_t i = 0; i < publisher->sources.site_count; i++)
		metrics_set(metrics, METRIC_fallback_overdue,
		    LABELS(name_of(&publisher->sources.sites[i])), 0);
	for (size_t i = 0; i < publisher->gone_sites.count; i++)
		metrics_set(metrics, METRIC_fallback_overdue,
		    LABELS(publisher->gone_sites.items[i]), 0);
	for (size_t i = 0; i < model->fallback_count; i++)
		if (model->fallbacks[i].is_overdue &&
		    make_series(publisher, model->fallbacks[i].site))
			metrics_set(metrics, METRIC_fallback_overdue,
			    LABELS(model->fallbacks[i].site), 1);
}

void publisher_refresh_daemon(struct publisher *publisher, const struct report_model *model)
{
	metrics_set(publisher->metrics, METRIC_ready, LABELS(NULL), model->ready);
	metrics_set(publisher->metrics, METRIC_start_time_seconds, LABELS(NULL),
	    (double)model->started_ms / 1000);
	metrics_set(publisher->metrics, METRIC_state_set_aside, LABELS(NULL),
	    model->state_set_aside != NULL);
	metrics_set(publisher->metrics, METRIC_limits_reached_total, LABELS("journal"),
	    (double)model->lost_events);
	metrics_set(publisher->metrics, METRIC_limits_reached_total, LABELS("outbox"),
	    (double)model->lost_messages);
	membership_put_metrics(model->fleet, publisher->metrics);
	refresh_fallbacks(publisher, model);
}

void publisher_refresh_endpoint(struct publisher *publisher,
    const struct http_server_totals *totals, int64_t certificate_until_s)
{
	static const char *const statuses[] = {NULL, NULL, "2xx", NULL, "4xx", "5xx"};
	struct metrics *metrics = publisher->metrics;

	for (size_t i = 0; i < count_of(statuses); i++)
		if (statuses[i] != NULL)
			metrics_set(metrics, METRIC_http_requests_total, LABELS(statuses[i]),
			    (double)totals->answered[i]);
	for (size_t i = 0; i < HTTP_REFUSAL_COUNT; i++)
		metrics_set(metrics, METRIC_http_refused_requests_total,
		    LABELS(http_refusal_names[i]), (double)totals->refused[i]);
	for (size_t i = 0; i < HTTP_CUT_COUNT; i++)
		metrics_set(metrics, METRIC_http_connections_cut_total, LABELS(http_cut_names[i]),
		    (double)totals->cut[i]);
	metrics_set(metrics, METRIC_http_connections, LABELS(NULL),
	    (double)totals->open_connections);
	metrics_set(metrics, METRIC_http_password_checks_total, LABELS(NULL),
	    (double)totals->login.checks);
	metrics_set(metrics, METRIC_http_certificate_not_after_timestamp_seconds, LABELS(NULL),
	    (double)certificate_until_s);
	metrics_set(metrics, METRIC_limits_reached_total, LABELS("http-failing-clients"),
	    (double)totals->login.forgotten_clients);
}

/* What the tables of all sites had to drop, because they were full, and matches given up. */
static void refresh_limits(struct publisher *publisher)
{
	enum { VOTERS, PENDING, EVIDENCE, SIGNATURES, LIMITS };
	static const char *const names[LIMITS] = {
	    "known-good-voters", "pending-handshakes", "evidence", "signature-matches"};
	uint64_t reached[LIMITS] = {
	    [SIGNATURES] = signatures_limit_hits_total(publisher->sources.signatures)};

	for (size_t i = 0; i < publisher->sources.site_count; i++) {
		const struct detector *detector = publisher->sources.sites[i].detector;
		const struct detector_totals *totals = detector_totals(detector);
		struct detector_evidence evidence;

		detector_evidence(detector, &evidence);
		reached[VOTERS] += totals->evicted_voters;
		reached[PENDING] += totals->evicted_pending;
		reached[EVIDENCE] += evidence.left_out_total;
	}
	for (size_t i = 0; i < LIMITS; i++)
		metrics_set(publisher->metrics, METRIC_limits_reached_total, LABELS(names[i]),
		    (double)reached[i]);
}

const struct metrics *publisher_metrics(struct publisher *publisher)
{
	refresh_limits(publisher);
	for (size_t i = 0; i < publisher->sources.site_count; i++) {
		const struct site *site = &publisher->sources.sites[i];

		refresh_site(publisher, site);
		for (size_t j = 0; j < site->log_count; j++)
			refresh_log(publisher, &site->logs[j]);
	}
	return publisher->metrics;
}

/* ---- the model */

static void fill_deaf(const struct site_log *log, struct report_log *ret_log)
{
	for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++) {
		int64_t since_ms = hearing_since_ms(log, reason);

		if (since_ms < 0)
			continue;
		ret_log->deaf[ret_log->deaf_count++] = (struct report_deaf){
		    deaf_reason_name(reason), hearing_why(log, reason), since_ms};
	}
}

static void fill_log(
    const struct site_log *log, struct report_log *ret_log, struct intake_cursor *ret_cursors)
{
	*ret_log = (struct report_log){
	    .path = log->reading.log->path,
	    .format = log->reading.parser != NULL ? parser_format(log->reading.parser) : "auto",
	    .totals = &log->saved_totals,
	    .cursors = ret_cursors,
	    .cursor_count = intake_file_count(log->intake),
	    .unparsed_lines = log->reading.totals.unparsed,
	    .lag_bytes = intake_lag_bytes(log->intake),
	    .last_line_ms = log->reading.last_line_ms,
	};
	fill_deaf(log, ret_log);
	for (size_t i = 0; i < ret_log->cursor_count; i++)
		intake_file_cursor(log->intake, i, &ret_cursors[i]);
}

static void fill_site(const struct site *site, struct report_site *ret_site)
{
	const struct diagnosis *diagnosis = controller_diagnosis(site->controller);
	const char *incident = controller_incident(site->controller);

	*ret_site = (struct report_site){
	    .name = name_of(site),
	    .server = site->config->server.name,
	    .service = site->config->service,
	    .mode = site->config->mode == CONFIG_MODE_ACT ? "act" : "observe",
	    .evidence = site->config->evidence == CONFIG_EVIDENCE_VOTERS ? "voters" : "probe",
	    .state = controller_state(site->controller),
	    .sentence = controller_sentence(site->controller),
	    .totals = detector_totals(site->detector),
	    .facts = site->facts,
	    .course = site->course,
	    .last_probe_ms = controller_last_probe_ms(site->controller),
	    .last_accepted_ms = controller_last_accepted_ms(site->controller),
	    .expected_failure_ms = site_expected_failure_ms(site),
	    .handle_limit_ms = controller_handle_limit_ms(site->controller),
	    .lifetimes = controller_lifetimes(site->controller),
	    .budget_hour = site->budget_hour,
	    .budget_day = site->budget_day,
	    .incident_id = incident[0] != '\0' ? incident : NULL,
	    .diagnosis = diagnosis != NULL ? diagnosis->id : "",
	    .log_count = site->log_count,
	};
	detector_window(site->detector, &ret_site->window);
}

static void fill_ladder(
    const struct site *site, struct report_site *ret_site, struct report_rung *ret_rungs)
{
	uint32_t next = 0;

	ret_site->ladder = ret_rungs;
	ret_site->rung_count = site->config->ladder.count;
	ret_site->next_rung = controller_next_rung(site->controller, &next) ? next + 1 : 0;
	ret_site->paused = site->allowance.paused;
	for (size_t i = 0; i < ret_site->rung_count; i++)
		ret_rungs[i] = (struct report_rung){
		    .remedy = site->config->ladder.items[i].remedy,
		    .locked = (site->allowance.locked & UINT32_C(1) << i) != 0,
		    .applied = (site->allowance.applied & UINT32_C(1) << i) != 0,
		    .needs_word = site->config->ladder.items[i].needs_approval,
		};
}

static size_t count_cursors(const struct publisher *publisher)
{
	size_t count = 0;

	for (size_t i = 0; i < publisher->sources.site_count; i++)
		for (size_t j = 0; j < publisher->sources.sites[i].log_count; j++)
			count += intake_file_count(publisher->sources.sites[i].logs[j].intake);
	return count;
}

int publisher_model(struct publisher *publisher, struct report_model *ret_model)
{
	size_t cursors = count_cursors(publisher);
	size_t log = 0;
	size_t cursor = 0;
	size_t rung = 0;

	free_model(publisher);
	publisher->model_sites =
	    calloc(publisher->sources.site_count + 1, sizeof(struct report_site));
	publisher->model_logs = calloc(publisher->log_count + 1, sizeof(struct report_log));
	publisher->model_cursors = calloc(cursors + 1, sizeof(struct intake_cursor));
	publisher->model_rungs = calloc(publisher->rung_count + 1, sizeof(struct report_rung));
	if (publisher->model_sites == NULL || publisher->model_logs == NULL ||
	    publisher->model_cursors == NULL || publisher->model_rungs == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < publisher->sources.site_count; i++) {
		const struct site *site = &publisher->sources.sites[i];

		fill_site(site, &publisher->model_sites[i]);
		fill_ladder(site, &publisher->model_sites[i], &publisher->model_rungs[rung]);
		rung += publisher->model_sites[i].rung_count;
		publisher->model_sites[i].logs = &publisher->model_logs[log];
		for (size_t j = 0; j < site->log_count; j++, log++) {
			fill_log(&site->logs[j], &publisher->model_logs[log],
			    &publisher->model_cursors[cursor]);
			cursor += publisher->model_logs[log].cursor_count;
		}
	}
	ret_model->sites = publisher->model_sites;
	ret_model->site_count = publisher->sources.site_count;
	return 0;
}

void publisher_put_incidents(
    struct publisher *publisher, const struct report_incident *const *incidents)
{
	for (size_t i = 0; i < publisher->sources.site_count; i++)
		publisher->model_sites[i].incident = incidents[i];
}
