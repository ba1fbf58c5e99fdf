#include "daemon/hearing.h"

#include <errno.h>

#include "base/json.h"
#include "config/log_kinds.h"
#include "daemon/journal.h"
#include "loop/clock.h"

#define UNHINTED_IN_A_ROW 10 /* one may be late */
#define MAX_TELLING_BYTES ((size_t)16 * 1024)

/* ---- what is known of a log */

static enum deaf_reason trouble_of(const struct site_log *log)
{
	static const enum deaf_reason troubles[] = {
	    [INTAKE_FINE] = DEAF_NOTHING,
	    [INTAKE_MISSING] = DEAF_MISSING,
	    [INTAKE_UNREADABLE] = DEAF_UNREADABLE,
	    [INTAKE_REFUSED] = DEAF_REFUSED,
	};
	const char *why;

	return troubles[intake_condition(log->intake, &why)];
}

bool hearing_is_unhinted(const struct site_log *log)
{
	return log->was_ever_hinted && log->unhinted >= UNHINTED_IN_A_ROW;
}

bool hearing_is_unhinted_again(const struct site_log *log)
{
	return hearing_is_unhinted(log) && log->unhinted % UNHINTED_IN_A_ROW == 0;
}

void hearing_on_reconciled(struct site_log *log)
{
	uint64_t bytes = intake_totals(log->intake)->bytes + intake_lag_bytes(log->intake);

	if (log->hinted)
		log->unhinted = 0;
	else if (bytes > log->reconciled_bytes)
		log->unhinted++;
	log->hinted = false;
	log->reconciled_bytes = bytes;
}

static void see(const struct site_log *log, struct deaf_sight *ret_sight)
{
	reading_sight(&log->reading, ret_sight);
	ret_sight->trouble = trouble_of(log);
	ret_sight->bytes = intake_totals(log->intake)->bytes;
	ret_sight->unwatched =
	    hearing_is_unhinted(log) || (log->watcher == NULL && log->watch_error != -ENOENT);
}

/* ---- what follows */

static void say(const struct site_log *log, const struct deaf_change *change)
{
	const char *site = log->site->config->name;
	const char *path = log->reading.log->path;
	const char *name = deaf_reason_name(change->reason);
	const struct log_about about = {.site = site, .log = path, .reason = name};

	if (change->opened)
		log_told(LOG_KIND_log_deaf, about, "%s: %s: deaf: %s: %s", site, path, name,
		    hearing_why(log, change->reason));
	else
		log_told(
		    LOG_KIND_log_heard, about, "%s: %s: no longer deaf: %s", site, path, name);
}

void hearing_look(struct site *site, struct journal *journal)
{
	struct deaf_sight sights[CONFIG_MAX_LOGS];
	struct deaf_change change;

	for (size_t i = 0; i < site->log_count && i < count_of(sights); i++)
		see(&site->logs[i], &sights[i]);
	deafness_look(site->deafness, clock_boot_ms(), sights);
	while (deafness_next_change(site->deafness, &change)) {
		say(&site->logs[change.log], &change);
		journal_tell_deaf(journal, &site->logs[change.log], &change);
	}
}

void hearing_on_probe(struct site *site, enum probe_result result)
{
	enum deaf_probe told = result == PROBE_ACCEPTED ? DEAF_PROBE_ACCEPTED
	    : result == PROBE_REJECTED                  ? DEAF_PROBE_REFUSED
							: DEAF_PROBE_LOST;

	deafness_probe_ended(site->deafness, clock_boot_ms(), told);
}

/* ---- telling */

static size_t index_of(const struct site_log *log)
{
	return (size_t)(log - log->site->logs);
}

const char *hearing_why(const struct site_log *log, enum deaf_reason reason)
{
	const char *why = NULL;

	if (trouble_of(log) == reason && intake_condition(log->intake, &why) != INTAKE_FINE)
		return why;
	return deaf_reason_text(reason);
}

static int64_t to_wall_ms(int64_t steady_ms)
{
	return clock_now_ms() - (clock_boot_ms() - steady_ms);
}

int64_t hearing_since_ms(const struct site_log *log, enum deaf_reason reason)
{
	int64_t since_ms;

	if (!deafness_is_open(log->site->deafness, index_of(log), reason, &since_ms))
		return -1;
	return to_wall_ms(since_ms);
}

/* ---- the state. The steady clock means nothing after a reboot, so wall times are kept. */

static void save_conditions(struct json *object, const struct deaf_memory *memory)
{
	struct json *conditions = json_put_array(object, "conditions");

	for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++) {
		struct json *condition;

		if (!memory->is_open[reason] && memory->told_ms[reason] < 0)
			continue;
		condition = json_add_object(conditions);
		json_put_text(condition, "reason", deaf_reason_name(reason));
		json_put_bool(condition, "open", memory->is_open[reason]);
		json_put_bool(condition, "told", memory->is_told[reason]);
		json_put_int(condition, "since_ms", to_wall_ms(memory->since_ms[reason]));
		if (memory->told_ms[reason] >= 0)
			json_put_int(condition, "told_ms", to_wall_ms(memory->told_ms[reason]));
	}
}

/* What was learned of our probe's lines holds as long as this is the same: who probes, and how the
 * log is read. */
static void append_telling(const struct site_log *log, struct buffer *telling)
{
	const struct config_log *config = log->reading.log;

	buffer_append_text(
	    telling, log->site->config->probe.command.count > 0 ? "command " : "own ");
	buffer_append_text(telling, config->logformat != NULL ? config->logformat : config->format);
	if (config->fields.agent != NULL)
		buffer_append_format(telling, " %s", config->fields.agent);
}

static void save_probes(
    struct json *object, const struct site_log *log, const struct deaf_memory *memory)
{
	struct buffer auto_buffer telling;

	buffer_init(&telling, MAX_TELLING_BYTES);
	append_telling(log, &telling);
	json_put_text(object, "probes_told_by", buffer_text(&telling));
	json_put_int(object, "seen_probes", (int64_t)memory->seen_probes);
	json_put_int(object, "unshown_probes", (int64_t)memory->unshown_probes);
	json_put_bool(object, "shows_probes", memory->shows_probes);
}

struct json *hearing_save(const struct site *site)
{
	struct json *saved = json_object_new();
	struct json *logs = json_put_array(saved, "logs");

	for (size_t i = 0; i < site->log_count; i++) {
		struct json *object = json_add_object(logs);
		struct deaf_memory memory;

		deafness_remember(site->deafness, i, &memory);
		json_put_text(object, "path", site->logs[i].reading.log->path);
		json_put_int(object, "rhythm", (int64_t)memory.rhythm);
		json_put_int(object, "usual_slots", (int64_t)memory.usual_slots);
		if (memory.learned_ms != DEAFNESS_UNKNOWN_MS)
			json_put_int(object, "learned_ms", to_wall_ms(memory.learned_ms));
		save_probes(object, &site->logs[i], &memory);
		json_put_bool(object, "had_successes", memory.had_successes);
		json_put_int(object, "clock_off_ms", memory.clock_off_ms);
		save_conditions(object, &memory);
	}
	return saved;
}

/* A time of an earlier run on this one's steady clock, which was before it began. */
static int64_t to_steady_ms(int64_t wall_ms)
{
	int64_t ago_ms = clock_now_ms() - wall_ms;

	return clock_boot_ms() - (ago_ms > 0 ? ago_ms : 0);
}

static void restore_conditions(struct deaf_memory *memory, const struct json *conditions)
{
	for (const struct json *condition = json_next(conditions, NULL); condition != NULL;
	     condition = json_next(conditions, condition)) {
		const char *name = json_get_text(condition, "reason");
		enum deaf_reason reason = name != NULL ? deaf_reason_named(name) : DEAF_NOTHING;
		int64_t told_ms = json_get_int(condition, "told_ms", -1);

		if (reason == DEAF_NOTHING)
			continue;
		memory->is_open[reason] = json_get_bool(condition, "open");
		memory->is_told[reason] = json_get_bool(condition, "told");
		memory->since_ms[reason] = to_steady_ms(json_get_int(condition, "since_ms", 0));
		memory->told_ms[reason] = told_ms < 0 ? -1 : to_steady_ms(told_ms);
	}
}

static uint64_t get_count(const struct json *object, const char *name)
{
	int64_t count = json_get_int(object, name, 0);

	return count > 0 ? (uint64_t)count : 0;
}

static void restore_probes(
    struct deaf_memory *memory, const struct site_log *log, const struct json *object)
{
	const char *told_by = json_get_text(object, "probes_told_by");
	struct buffer auto_buffer telling;

	buffer_init(&telling, MAX_TELLING_BYTES);
	append_telling(log, &telling);
	if (told_by == NULL || strcmp(told_by, buffer_text(&telling)) != 0)
		return;
	memory->seen_probes = get_count(object, "seen_probes");
	memory->unshown_probes = get_count(object, "unshown_probes");
	memory->shows_probes = json_get_bool(object, "shows_probes");
}

static void restore_log(struct site *site, size_t index, const struct json *object)
{
	int64_t learned_ms = json_get_int(object, "learned_ms", -1);
	struct deaf_memory memory;

	deafness_remember(site->deafness, index, &memory);
	memory.rhythm = get_count(object, "rhythm");
	memory.usual_slots = get_count(object, "usual_slots");
	if (learned_ms >= 0)
		memory.learned_ms = to_steady_ms(learned_ms);
	restore_probes(&memory, &site->logs[index], object);
	memory.had_successes = json_get_bool(object, "had_successes");
	memory.clock_off_ms = json_get_int(object, "clock_off_ms", 0);
	reading_restore_clock(&site->logs[index].reading, memory.clock_off_ms);
	restore_conditions(&memory, json_get(object, "conditions"));
	deafness_restore(site->deafness, index, &memory);
}

void hearing_restore(struct site *site, const struct json *saved)
{
	const struct json *logs = json_get(saved, "logs");

	for (const struct json *object = json_next(logs, NULL); object != NULL;
	     object = json_next(logs, object)) {
		const char *path = json_get_text(object, "path");

		for (size_t i = 0; path != NULL && i < site->log_count; i++)
			if (strcmp(site->logs[i].reading.log->path, path) == 0)
				restore_log(site, i, object);
	}
}

static int each_told_of_log(
    const struct json *object, const char *path, hearing_on_told *on_told, void *context)
{
	const struct json *conditions = json_get(object, "conditions");
	int result = 0;

	for (const struct json *condition = json_next(conditions, NULL);
	     result == 0 && condition != NULL; condition = json_next(conditions, condition)) {
		const char *name = json_get_text(condition, "reason");
		enum deaf_reason reason = name != NULL ? deaf_reason_named(name) : DEAF_NOTHING;

		if (reason != DEAF_NOTHING && json_get_bool(condition, "told"))
			result = on_told(context, path, reason);
	}
	return result;
}

int hearing_each_told(const struct json *saved, hearing_on_told *on_told, void *context)
{
	const struct json *logs = json_get(saved, "logs");
	int result = 0;

	for (const struct json *object = json_next(logs, NULL); result == 0 && object != NULL;
	     object = json_next(logs, object)) {
		const char *path = json_get_text(object, "path");

		if (path != NULL)
			result = each_told_of_log(object, path, on_told, context);
	}
	return result;
}
