#include "daemon/memory.h"

#include <errno.h>

#include "base/log.h"
#include "daemon/hearing.h"

#define CONTROLLER_VALUE     "controller"
#define MAX_CONTROLLER_BYTES ((size_t)64 * 1024)
#define MAX_DEAFNESS_BYTES   ((size_t)1024 * 1024)

static struct store_log name_of(const struct site_log *log)
{
	return (struct store_log){log->site->config->name, log->reading.log->path};
}

static bool is_changed(const struct site_log *log)
{
	const struct intake_totals *totals = intake_totals(log->intake);

	return log->saved_digest != intake_cursors_digest(log->intake) ||
	    memcmp(&log->saved_totals, totals, sizeof(*totals)) != 0;
}

static int save_log(struct site_log *log, struct store *store)
{
	struct buffer auto_buffer header;
	struct store_log name = name_of(log);
	size_t count = intake_file_count(log->intake);
	int error;

	buffer_init(&header, READING_MAX_SAVED_BYTES);
	reading_save(&log->reading, &header);
	error = store_put_log(store, name, intake_totals(log->intake), buffer_view(&header));
	for (size_t i = 0; error == 0 && i < count; i++) {
		struct intake_cursor cursor;

		intake_file_cursor(log->intake, i, &cursor);
		error = store_put_cursor(store, name, i, &cursor);
	}
	return error < 0 ? error : store_drop_cursors(store, name, count);
}

struct row_target {
	struct store *store;
	const char *site;
};

static int on_row_to_save(void *context, struct view key, struct view value)
{
	const struct row_target *target = context;

	return store_put_row(target->store, target->site, key, value);
}

static int save_controller(const struct site *site, struct store *store)
{
	struct json auto_json *saved = controller_save(site->controller, site_now());
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_CONTROLLER_BYTES);
	error = json_print(saved, &text);
	return error < 0
	    ? error
	    : store_put_value(store, site->config->name, CONTROLLER_VALUE, buffer_view(&text));
}

int memory_save_deafness(const struct site *site, struct store *store)
{
	struct json auto_json *saved = hearing_save(site);
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_DEAFNESS_BYTES);
	error = json_print(saved, &text);
	return error < 0
	    ? error
	    : store_put_value(store, site->config->name, DEAFNESS_VALUE, buffer_view(&text));
}

static int on_course_to_save(void *context, const char *name, struct view value)
{
	const struct row_target *target = context;

	return store_put_value(target->store, target->site, name, value);
}

int memory_save_site(struct site *site, struct store *store)
{
	struct row_target target = {store, site->config->name};
	int error = 0;

	for (size_t i = 0; error == 0 && i < site->log_count; i++)
		if (is_changed(&site->logs[i]))
			error = save_log(&site->logs[i], store);
	if (error == 0)
		error = detector_save(site->detector, on_row_to_save, &target);
	if (error == 0 && controller_revision(site->controller) != site->saved_revision)
		error = save_controller(site, store);
	if (error == 0 && deafness_revision(site->deafness) != site->saved_deafness)
		error = memory_save_deafness(site, store);
	if (error == 0)
		error = course_save(site->course, on_course_to_save, &target);
	return error;
}

void memory_committed(struct site *site)
{
	site->saved_revision = controller_revision(site->controller);
	site->saved_deafness = deafness_revision(site->deafness);
	course_saved(site->course);
	for (size_t i = 0; i < site->log_count; i++) {
		site->logs[i].saved_totals = *intake_totals(site->logs[i].intake);
		site->logs[i].saved_digest = intake_cursors_digest(site->logs[i].intake);
	}
}

void memory_lost(struct site *site)
{
	detector_offer_all(site->detector);
}

static int on_cursor(void *context, const struct intake_cursor *cursor)
{
	struct site_log *log = context;
	int error = intake_restore(log->intake, cursor);

	if (error < 0)
		log_warning("%s: a cursor could not be restored: %s", log->reading.log->path,
		    strerror(-error));
	return 0;
}

static int load_log(struct site_log *log, struct store *store)
{
	struct intake_totals totals = {0};
	struct buffer auto_buffer header;
	int error;

	buffer_init(&header, READING_MAX_SAVED_BYTES);
	error = store_get_log(store, name_of(log), &totals, &header);
	if (error == -ENOENT)
		return 0;
	if (error < 0)
		return error;
	intake_restore_totals(log->intake, &totals);
	log->saved_totals = totals;
	if (reading_restore(&log->reading, buffer_view(&header)) < 0)
		log_warning("%s: the header kept from an earlier run cannot be read",
		    log->reading.log->path);
	return store_each_cursor(store, name_of(log), on_cursor, log);
}

static int on_row_to_load(void *context, struct view key, struct view value)
{
	struct site *site = context;

	if (detector_restore(site->detector, key, value) < 0)
		log_warning(
		    "%s: a row of the detector's memory cannot be read", site->config->name);
	return 0;
}

static int on_incident(void *context, const struct store_incident *incident)
{
	*(bool *)context = incident->closed_ms >= 0;
	return 0;
}

/* The site may not have been watched for a while, and its incident was ended then. */
static int drop_what_is_over(const struct site *site, struct store *store, struct json *saved)
{
	const char *id = json_get_text(saved, "incident");
	bool is_over = false;
	int error = 0;

	if (id != NULL && id[0] != '\0')
		error = store_get_incident(store, id, on_incident, &is_over);
	if (is_over) {
		log_notice("%s: incident %s was ended while nobody watched the site",
		    site->config->name, id);
		controller_forget_incident(saved);
	}
	return error == -ENOENT ? 0 : error;
}

/* What its diagnosis rests on is kept with the incident. */
static int on_evidence(void *context, const struct store_incident *incident)
{
	struct site *site = context;
	const struct diagnosis *diagnosis = controller_diagnosis(site->controller);
	struct json auto_json *evidence = NULL;
	const char *id;

	if (view_is_empty(incident->evidence) || json_parse(incident->evidence, &evidence) < 0)
		return 0; /* before there was a diagnosis */
	id = json_get_text(evidence, "diagnosis");
	if (diagnosis != NULL && id != NULL && strcmp(id, diagnosis->id) == 0 &&
	    facts_from_json(&site->grounds, json_get(evidence, "facts")) < 0)
		log_warning("%s: what its incident rests on cannot be read", site->config->name);
	return 0;
}

static int load_grounds(struct site *site, struct store *store)
{
	const char *id = controller_incident(site->controller);
	int error = id[0] != '\0' ? store_get_incident(store, id, on_evidence, site) : 0;

	return error == -ENOENT ? 0 : error;
}

static int load_controller(struct site *site, struct store *store, const struct rules *rules)
{
	struct buffer auto_buffer text;
	struct json auto_json *saved = NULL;
	int error;

	buffer_init(&text, MAX_CONTROLLER_BYTES);
	error = store_get_value(store, site->config->name, CONTROLLER_VALUE, &text);
	if (error < 0)
		return error == -ENOENT ? 0 : error;
	error = json_parse(buffer_view(&text), &saved);
	if (error == 0 && drop_what_is_over(site, store, saved) < 0)
		return -EIO;
	if (error == 0)
		error = controller_restore(site->controller, saved, rules, site_now());
	if (error == 0)
		return load_grounds(site, store);
	log_warning("%s: what was known of its incident cannot be read; it starts afresh",
	    site->config->name);
	return 0;
}

static int load_deafness(struct site *site, struct store *store)
{
	struct buffer auto_buffer text;
	struct json auto_json *saved = NULL;
	int error;

	buffer_init(&text, MAX_DEAFNESS_BYTES);
	error = store_get_value(store, site->config->name, DEAFNESS_VALUE, &text);
	if (error < 0)
		return error == -ENOENT ? 0 : error;
	error = json_parse(buffer_view(&text), &saved);
	if (error < 0)
		log_warning("%s: what was known of its logs' deafness cannot be read",
		    site->config->name);
	else
		hearing_restore(site, saved);
	return 0;
}

static int load_course(struct site *site, struct store *store)
{
	char name[COURSE_NAME_BYTES];
	struct buffer auto_buffer value;

	buffer_init(&value, COURSE_MAX_ROW_BYTES);
	for (size_t i = 0; course_row_name(i, name) != NULL; i++) {
		int error;

		buffer_clear(&value);
		error = store_get_value(store, site->config->name, name, &value);
		if (error == -ENOENT)
			continue;
		if (error < 0)
			return error;
		if (course_restore(site->course, buffer_view(&value)) < 0)
			log_warning(
			    "%s: a part of its last day cannot be read", site->config->name);
	}
	return 0;
}

int memory_load_site(struct site *site, struct store *store, const struct rules *rules)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < site->log_count; i++)
		error = load_log(&site->logs[i], store);
	if (error == 0)
		error = store_each_row(store, site->config->name, on_row_to_load, site);
	/* Our clock may have been set back while we did not run. */
	if (error == 0)
		detector_tell_set_back(site->detector, site_now().wall_ms);
	if (error == 0)
		error = load_deafness(site, store);
	if (error == 0)
		error = load_course(site, store);
	return error < 0 ? error : load_controller(site, store, rules);
}
