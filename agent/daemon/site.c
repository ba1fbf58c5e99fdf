#include "daemon/site.h"

#include <errno.h>

#include "base/log.h"
#include "daemon/chronicle.h"
#include "daemon/evidence.h"
#include "daemon/reports.h"
#include "loop/child.h"
#include "loop/clock.h"

struct moment site_now(void)
{
	return (struct moment){.wall_ms = clock_now_ms(), .steady_ms = clock_boot_ms()};
}

static void on_line(void *context, struct view line, bool new_file)
{
	struct site_log *log = context;

	reading_line(&log->reading, line, new_file, NULL);
	chronicle_on_line(log->site);
}

static void on_file(void *context, struct view header)
{
	struct site_log *log = context;

	if (reading_turn(&log->reading, header) < 0)
		log_warning("%s: the header kept for one of its files cannot be read",
		    log->reading.log->path);
}

static void keep_header(void *context, struct buffer *ret_header)
{
	const struct site_log *log = context;

	reading_save(&log->reading, ret_header);
}

static int init_log(
    struct site_log *log, const struct config_log *config, struct signatures *signatures)
{
	const struct intake_callbacks callbacks = {.on_line = on_line,
	    .on_file = on_file,
	    .keep_header = keep_header,
	    .context = log};
	int error = reading_init(&log->reading, config, log->site->detector, signatures);

	if (error < 0)
		return error;
	return intake_new(&log->intake, config->path, &callbacks);
}

int site_init(struct site *site, struct pipeline *pipeline, const struct config_site *config,
    const struct site_parts *parts)
{
	const struct controller_options options = {.site = config,
	    .safety = &parts->rulebook->config->safety,
	    .minimum_voters = (size_t)parts->rulebook->config->detect.minimum_voters,
	    .window_ms = parts->rulebook->config->detect.window_ms + SITE_LOG_LAG_MS,
	    .effects = *parts->effects,
	    .context = site};
	int error;

	*site = (struct site){
	    .pipeline = pipeline, .config = config, .budget_hour = -1, .budget_day = -1};
	buffer_init(&site->judgement, SITE_MAX_JUDGEMENT_BYTES);
	error = reading_new_detector(&site->detector, parts->rulebook, config, &parts->seed);
	if (error == 0)
		error = reading_new_deafness(
		    &site->deafness, parts->rulebook->config, config, config->logs.count);
	if (error == 0)
		error = course_new(&site->course, clock_now_ms());
	if (error == 0)
		error = facts_new(&site->facts);
	if (error == 0)
		error = controller_new(&site->controller, &options, site_now());
	if (error == 0) {
		site->logs = calloc(config->logs.count, sizeof(*site->logs));
		error = site->logs != NULL || config->logs.count == 0 ? 0 : -ENOMEM;
	}
	for (size_t i = 0; error == 0 && i < config->logs.count; i++) {
		site->logs[i].site = site;
		site->log_count++;
		error =
		    init_log(&site->logs[i], &config->logs.items[i], parts->rulebook->signatures);
	}
	if (error < 0)
		site_done(site);
	return error;
}

void site_done(struct site *site)
{
	for (size_t i = 0; i < site->log_count; i++) {
		watcher_close(&site->logs[i].watcher);
		intake_free(&site->logs[i].intake);
		reading_done(&site->logs[i].reading);
	}
	free(site->logs);
	site->logs = NULL;
	site->log_count = 0;
	child_close(&site->probe);
	controller_free(&site->controller);
	facts_free(&site->facts);
	facts_free(&site->grounds);
	course_free(&site->course);
	deafness_free(&site->deafness);
	detector_free(&site->detector);
	buffer_done(&site->judgement);
}

void site_set_fact(struct site *site, const char *name, const char *value)
{
	evidence_set(site->facts, name, value, clock_now_ms());
}

void site_set_fact_time(struct site *site, const char *name, int64_t time_ms)
{
	evidence_set_time(site->facts, name, time_ms, clock_now_ms());
}

void site_gather_facts(struct site *site, const struct signatures *signatures)
{
	const struct evidence_sources sources = {.site = site->config,
	    .detector = site->detector,
	    .signatures = signatures,
	    .about_strangers = controller_is_about_strangers(site->controller),
	    .confirmed = controller_is_confirmed(site->controller),
	    .handle_limit_ms = controller_handle_limit_ms(site->controller),
	    .now_ms = clock_now_ms()};

	evidence_gather(site->facts, &sources);
}

void site_keep_grounds(struct site *site)
{
	struct facts *grounds = NULL;

	/* Without them nothing is refuted but by what is told for certain. */
	if (facts_copy(&grounds, site->facts) < 0)
		log_error("%s: the grounds of a diagnosis could not be kept", site->config->name);
	facts_free(&site->grounds);
	site->grounds = grounds;
}

int64_t site_expected_failure_ms(const struct site *site)
{
	int64_t limit_ms = controller_handle_limit_ms(site->controller);
	double start_s;

	if (!site->config->server.holds_keys ||
	    facts_number(site->facts, "worker.start", &start_s) < 0)
		return -1;
	return (int64_t)(start_s * 1000) + limit_ms;
}

static void complain_of_report(const struct site *site, const char *who, int error, size_t skipped)
{
	if (error < 0)
		log_error("%s: facts of %s were lost: %s", site->config->name, who,
		    strerror(-error));
	if (skipped > 0)
		log_warning("%s: %zu lines of %s were no facts", site->config->name, skipped, who);
}

void site_take_probe(struct site *site, struct view lines)
{
	const struct report report = {lines, clock_now_ms()};
	size_t skipped = 0;
	int error = reports_take_probe(site->facts, &report, &skipped);

	complain_of_report(site, "the probe", error, skipped);
}

void site_take_inspection(struct site *site, struct view lines)
{
	const struct report report = {lines, clock_now_ms()};
	size_t skipped = 0;
	int error = reports_take_inspection(site->facts, &report, &skipped);

	complain_of_report(site, "the inspectors", error, skipped);
}
