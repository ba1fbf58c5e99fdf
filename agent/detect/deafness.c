#include "detect/deafness_private.h"

#include <errno.h>

#define SLOTS_OF_SILENCE 60 /* in silent_for: the grain in which logs are compared */
#define KNOWN_RHYTHM     10 /* a log must have grown in so many slots before its silence tells */
#define LEAST_SLOTS      6
#define QUIET_FACTOR     2 /* so many times quieter than ever before */
#define FORGET_MS        INT64_C(604800000) /* in a week a long silence counts half */
#define LEAST_SUCCESSLESS_PROBES 2

/* ---- the conditions: each opens by one rule and ends by another */

static bool opens_not_understood(const struct deafness *deafness, const struct hearing *log)
{
	return log->last.unparsed_in_a_row >= deafness->options.unparsed_lines;
}

static bool ends_not_understood(
    unused_parameter const struct deafness *deafness, const struct hearing *log)
{
	return log->understood > 0 && log->last.unparsed_in_a_row == 0;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool opens_silent(const struct deafness *deafness, const struct hearing *log)
{
	return log->last.is_access_log && log->memory.rhythm >= KNOWN_RHYTHM &&
	    deafness->now_ms - log->grown_ms >= deafness->options.silent_for_ms &&
	    log->quiet_slots >= most(LEAST_SLOTS, QUIET_FACTOR * log->memory.usual_slots);
}

static bool ends_silent(unused_parameter const struct deafness *deafness, const struct hearing *log)
{
	return log->grew;
}

static bool opens_probe_unseen(const struct deafness *deafness, const struct hearing *log)
{
	return log->last.is_access_log && deafness->missed >= deafness->options.unseen_probes &&
	    deafness_expects_probes(deafness, log);
}

static bool ends_probe_unseen(const struct deafness *deafness, const struct hearing *log)
{
	return deafness->probe_heard || !deafness_expects_probes(deafness, log);
}

static bool opens_only_errors(const struct deafness *deafness, const struct hearing *log)
{
	return log->last.is_access_log && log->records >= deafness->options.error_records &&
	    deafness->now_ms - log->records_since_ms >= deafness->options.errors_for_ms &&
	    (!log->memory.had_successes || deafness->successless >= LEAST_SUCCESSLESS_PROBES);
}

static bool ends_only_errors(
    const struct deafness *deafness, unused_parameter const struct hearing *log)
{
	return deafness->success;
}

static bool opens_clock_off(
    unused_parameter const struct deafness *deafness, const struct hearing *log)
{
	return log->last.clock_off_ms != 0;
}

static bool ends_clock_off(
    unused_parameter const struct deafness *deafness, const struct hearing *log)
{
	return log->last.clock_off_ms == 0;
}

static bool opens_unwatched(const struct deafness *deafness, const struct hearing *log)
{
	return log->unwatched_since_ms >= 0 &&
	    deafness->now_ms - log->unwatched_since_ms >= deafness->options.unwatched_for_ms;
}

static bool ends_unwatched(
    unused_parameter const struct deafness *deafness, const struct hearing *log)
{
	return log->unwatched_since_ms < 0;
}

#define FILE_TROUBLE (1U << DEAF_MISSING | 1U << DEAF_UNREADABLE | 1U << DEAF_REFUSED)

static const struct condition {
	const char *name;
	const char *text;
	/* Both NULL where the trouble with the file says it. */
	bool (*opens)(const struct deafness *deafness, const struct hearing *log);
	bool (*ends)(const struct deafness *deafness, const struct hearing *log);
	unsigned follows_from; /* does not open while one of these holds, which says it all */
} conditions[DEAF_REASON_COUNT] = {
    [DEAF_MISSING] = {"missing", "no file is there", NULL, NULL, 0},
    [DEAF_UNREADABLE] = {"unreadable", "it cannot be read", NULL, NULL, 0},
    [DEAF_REFUSED] = {"refused", "what is there is no log", NULL, NULL, 0},
    [DEAF_NOT_UNDERSTOOD] = {"not-understood",
	"its lines are not understood: is this the log's format?", opens_not_understood,
	ends_not_understood, 0},
    [DEAF_SILENT] = {"silent",
	"nothing new comes, though other logs show that the server serves: does it write here?",
	opens_silent, ends_silent, FILE_TROUBLE},
    [DEAF_PROBE_UNSEEN] = {"probe-unseen",
	"the server answered our probes, and no line told of them: does it write here?",
	opens_probe_unseen, ends_probe_unseen, FILE_TROUBLE | 1U << DEAF_NOT_UNDERSTOOD},
    [DEAF_ONLY_ERRORS] = {"only-errors",
	"it tells of failed requests only, so nobody can be seen to get in: are others logged?",
	opens_only_errors, ends_only_errors, FILE_TROUBLE | 1U << DEAF_NOT_UNDERSTOOD},
    [DEAF_CLOCK_OFF] = {"clock-off",
	"its lines are all late, or early, by as much: are clock and time zone right where it is "
	"written?",
	opens_clock_off, ends_clock_off, 0},
    [DEAF_UNWATCHED] = {"unwatched",
	"the system tells no changes here, or no more of them: it is looked at each second",
	opens_unwatched, ends_unwatched, FILE_TROUBLE},
};

const char *deaf_reason_name(enum deaf_reason reason)
{
	return conditions[reason].name;
}

enum deaf_reason deaf_reason_named(const char *name)
{
	enum deaf_reason reason = 0;

	while (reason < DEAF_REASON_COUNT && strcmp(conditions[reason].name, name) != 0)
		reason++;
	return reason;
}

const char *deaf_reason_text(enum deaf_reason reason)
{
	return conditions[reason].text;
}

/* ---- making */

int deafness_new(
    struct deafness **ret_deafness, const struct deaf_options *options, size_t log_count)
{
	struct deafness *deafness = calloc(1, sizeof(*deafness));

	if (deafness == NULL)
		return -ENOMEM;
	deafness->options = *options;
	deafness->logs = calloc(log_count + 1, sizeof(*deafness->logs));
	if (deafness->logs == NULL) {
		deafness_free(&deafness);
		return -ENOMEM;
	}
	deafness->log_count = log_count;
	for (size_t i = 0; i < log_count; i++) {
		deafness->logs[i].trouble = DEAF_NOTHING;
		deafness->logs[i].memory.learned_ms = DEAFNESS_UNKNOWN_MS;
		for (size_t j = 0; j < DEAF_REASON_COUNT; j++)
			deafness->logs[i].memory.told_ms[j] = -1;
	}
	*ret_deafness = deafness;
	return 0;
}

void deafness_free(struct deafness **deafness)
{
	if (*deafness == NULL)
		return;
	free((*deafness)->logs);
	free(*deafness);
	*deafness = NULL;
}

/* ---- what is new in a log */

static void begin(struct deafness *deafness, const struct deaf_sight *sights)
{
	deafness->begun = true;
	for (size_t i = 0; i < deafness->log_count; i++) {
		struct hearing *log = &deafness->logs[i];

		log->last = sights[i];
		log->unwatched_since_ms = -1;
		log->grown_ms = deafness->now_ms;
		if (log->memory.learned_ms == DEAFNESS_UNKNOWN_MS) {
			log->memory.learned_ms = deafness->now_ms;
			deafness->revision++;
		}
		log->grown_slot = -1;
		log->evidence_slot = -1;
		log->bytes_at_probe = sights[i].bytes;
		log->probes_at_probe = sights[i].own_probes;
	}
}

/* No request that went well is missing in any log of the site. */
static void note_success(struct deafness *deafness)
{
	deafness->successless = 0;
	deafness->success_since_probe = true;
	for (size_t i = 0; i < deafness->log_count; i++)
		deafness->logs[i].records = 0;
}

static void note_records(struct deafness *deafness, struct hearing *log, uint64_t count)
{
	if (count > 0 && log->records == 0)
		log->records_since_ms = deafness->now_ms;
	log->records += count;
}

static void note_had_successes(struct deafness *deafness)
{
	for (size_t i = 0; i < deafness->log_count; i++) {
		if (!deafness->logs[i].memory.had_successes)
			deafness->revision++;
		deafness->logs[i].memory.had_successes = true;
	}
}

static void note_file(
    const struct deafness *deafness, struct hearing *log, const struct deaf_sight *sight)
{
	if (sight->trouble != log->trouble)
		log->trouble_since_ms = deafness->now_ms;
	log->trouble = sight->trouble;
	if (!sight->unwatched)
		log->unwatched_since_ms = -1;
	else if (log->unwatched_since_ms < 0)
		log->unwatched_since_ms = deafness->now_ms;
}

/* Our own probe comes at night, too, and always to one log: it does not show that others would have
 * left a line in the rest. */
static bool only_probed(const struct deaf_sight *last, const struct deaf_sight *sight)
{
	uint64_t probes = sight->own_probes - last->own_probes;

	return probes > 0 && probes == sight->records - last->records;
}

static void take_sights(struct deafness *deafness, const struct deaf_sight *sights)
{
	deafness->success = false;
	for (size_t i = 0; i < deafness->log_count; i++) {
		struct hearing *log = &deafness->logs[i];
		const struct deaf_sight *sight = &sights[i];

		log->grew = sight->bytes != log->last.bytes;
		log->told_evidence = sight->signals != log->last.signals ||
		    (sight->is_access_log && log->grew && !only_probed(&log->last, sight));
		log->understood = sight->understood - log->last.understood;
		deafness->success |= sight->successes != log->last.successes;
		note_records(deafness, log, sight->records - log->last.records);
		note_file(deafness, log, sight);
		if (log->memory.clock_off_ms != sight->clock_off_ms)
			deafness->revision++;
		log->memory.clock_off_ms = sight->clock_off_ms;
		log->last = *sight;
	}
	if (deafness->success) {
		note_success(deafness);
		note_had_successes(deafness);
	}
}

/* ---- the rhythm of a log: how quiet it usually is while others are not */

static bool others_told(const struct deafness *deafness, const struct hearing *log)
{
	for (size_t i = 0; i < deafness->log_count; i++)
		if (&deafness->logs[i] != log && deafness->logs[i].told_evidence)
			return true;
	return false;
}

static int64_t slot_now(const struct deafness *deafness)
{
	int64_t slot_ms = deafness->options.silent_for_ms / SLOTS_OF_SILENCE;

	return deafness->now_ms / (slot_ms > 0 ? slot_ms : 1);
}

/* One long silence teaches little: a log that is quiet by nature comes to be known by several, and
 * after a fault the next one is told all the same. */
static void learn_quiet(struct deafness *deafness, struct hearing *log)
{
	struct deaf_memory *memory = &log->memory;

	if (log->quiet_slots <= memory->usual_slots)
		return;
	memory->usual_slots = least(log->quiet_slots,
	    most(SLOTS_OF_SILENCE, QUIET_FACTOR * memory->usual_slots));
	memory->learned_ms = deafness->now_ms;
	deafness->revision++;
}

static void learn(struct deafness *deafness, struct hearing *log)
{
	int64_t slot = slot_now(deafness);

	learn_quiet(deafness, log);
	log->quiet_slots = 0;
	log->grown_ms = deafness->now_ms;
	if (slot != log->grown_slot && log->memory.rhythm < KNOWN_RHYTHM) {
		log->memory.rhythm++;
		deafness->revision++;
	}
	log->grown_slot = slot;
}

static void follow_rhythm(struct deafness *deafness, struct hearing *log)
{
	int64_t slot = slot_now(deafness);

	if (deafness->now_ms - log->memory.learned_ms >= FORGET_MS) {
		log->memory.usual_slots /= 2;
		log->memory.learned_ms = deafness->now_ms;
		deafness->revision++;
	}
	if (log->grew) {
		learn(deafness, log);
	} else if (slot != log->evidence_slot && others_told(deafness, log)) {
		log->evidence_slot = slot;
		log->quiet_slots++;
	}
}

/* ---- judging */

static unsigned open_ones(const struct hearing *log)
{
	unsigned open = 0;

	for (unsigned i = 0; i < DEAF_REASON_COUNT; i++)
		open |= log->memory.is_open[i] ? 1U << i : 0;
	return open;
}

/* Whether this change is to be told now. */
static bool tells(struct deafness *deafness, struct deaf_memory *memory, enum deaf_reason reason)
{
	bool was_told = memory->is_told[reason];

	if (!memory->is_open[reason]) {
		memory->is_told[reason] = false;
		return was_told;
	}
	if (was_told || (memory->told_ms[reason] >= 0 &&
			    deafness->now_ms - memory->told_ms[reason] < DEAFNESS_RETELL_MS))
		return false;
	memory->is_told[reason] = true;
	memory->told_ms[reason] = deafness->now_ms;
	deafness->revision++;
	return true;
}

static bool opens(
    const struct deafness *deafness, const struct hearing *log, enum deaf_reason reason)
{
	const struct condition *condition = &conditions[reason];

	if ((open_ones(log) & condition->follows_from) != 0)
		return false;
	if (condition->opens != NULL)
		return condition->opens(deafness, log);
	return log->trouble == reason &&
	    deafness->now_ms - log->trouble_since_ms >= deafness->options.trouble_for_ms;
}

static bool ends(
    const struct deafness *deafness, const struct hearing *log, enum deaf_reason reason)
{
	const struct condition *condition = &conditions[reason];

	return condition->ends != NULL ? condition->ends(deafness, log) : log->trouble != reason;
}

static void judge(struct deafness *deafness, struct hearing *log, enum deaf_reason reason)
{
	struct deaf_memory *memory = &log->memory;
	bool was_open = memory->is_open[reason];

	if (was_open ? !ends(deafness, log, reason) : !opens(deafness, log, reason))
		return;
	memory->is_open[reason] = !was_open;
	if (!was_open)
		memory->since_ms[reason] = deafness->now_ms;
	deafness->revision++;
}

void deafness_look(struct deafness *deafness, int64_t now_ms, const struct deaf_sight *sights)
{
	deafness->now_ms = now_ms;
	if (!deafness->begun) {
		begin(deafness, sights);
		return;
	}
	take_sights(deafness, sights);
	deafness_expect_line(deafness);
	for (size_t i = 0; i < deafness->log_count; i++) {
		struct hearing *log = &deafness->logs[i];

		follow_rhythm(deafness, log);
		log->to_tell = 0;
		for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++) {
			judge(deafness, log, reason);
			if (tells(deafness, &log->memory, reason))
				log->to_tell |= 1U << reason;
		}
	}
}

static bool next_of_log(struct hearing *log, struct deaf_change *ret_change)
{
	for (enum deaf_reason reason = 0; reason < DEAF_REASON_COUNT; reason++) {
		if ((log->to_tell & 1U << reason) == 0)
			continue;
		log->to_tell &= ~(1U << reason);
		ret_change->reason = reason;
		ret_change->opened = log->memory.is_open[reason];
		return true;
	}
	return false;
}

bool deafness_next_change(struct deafness *deafness, struct deaf_change *ret_change)
{
	for (size_t i = 0; i < deafness->log_count; i++) {
		if (!next_of_log(&deafness->logs[i], ret_change))
			continue;
		ret_change->log = i;
		ret_change->now_ms = deafness->now_ms;
		return true;
	}
	return false;
}

/* ---- telling and remembering */

bool deafness_is_open(const struct deafness *deafness, size_t log, enum deaf_reason reason,
    int64_t *ret_since_ms)
{
	const struct deaf_memory *memory = &deafness->logs[log].memory;

	if (memory->is_open[reason] && ret_since_ms != NULL)
		*ret_since_ms = memory->since_ms[reason];
	return memory->is_open[reason];
}

enum deaf_reason deafness_of_log(const struct deafness *deafness, size_t log)
{
	enum deaf_reason reason = 0;

	while (reason < DEAF_REASON_COUNT && !deafness->logs[log].memory.is_open[reason])
		reason++;
	return reason;
}

void deafness_remember(const struct deafness *deafness, size_t log, struct deaf_memory *ret_memory)
{
	*ret_memory = deafness->logs[log].memory;
}

void deafness_restore(struct deafness *deafness, size_t log, const struct deaf_memory *memory)
{
	deafness->logs[log].memory = *memory;
}

uint64_t deafness_revision(const struct deafness *deafness)
{
	return deafness->revision;
}
