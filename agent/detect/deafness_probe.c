#include "detect/deafness_private.h"

#define RELIABLE_PROBES 10 /* seen so often in a row, each probe is expected to leave a line */
#define FORGET_PROBES   24 /* not shown by a log that grew: it does not tell whose a request is */

/* Whether some log shows which requests are our probe's. Where that is another program, whoever
 * says that he is ours is a stranger. */
static bool shows_probes(const struct deafness *deafness)
{
	if (!deafness->options.own_program)
		return false;
	for (size_t i = 0; i < deafness->log_count; i++)
		if (deafness->logs[i].memory.shows_probes)
			return true;
	return false;
}

bool deafness_expects_probes(const struct deafness *deafness, const struct hearing *log)
{
	return !shows_probes(deafness) || log->memory.shows_probes;
}

void deafness_probe_started(struct deafness *deafness)
{
	if (deafness->expectation != EXPECTS_NOTHING || !deafness->begun)
		return;
	deafness->expectation = EXPECTS_RESULT;
	deafness->success_since_probe = false;
	deafness->line_seen = false;
	for (size_t i = 0; i < deafness->log_count; i++) {
		deafness->logs[i].bytes_at_probe = deafness->logs[i].last.bytes;
		deafness->logs[i].probes_at_probe = deafness->logs[i].last.own_probes;
	}
}

void deafness_probe_ended(struct deafness *deafness, int64_t now_ms, enum deaf_probe result)
{
	if (deafness->expectation != EXPECTS_RESULT)
		return;
	deafness->expectation = result == DEAF_PROBE_LOST ? EXPECTS_NOTHING : EXPECTS_LINE;
	deafness->probe_accepted = result == DEAF_PROBE_ACCEPTED;
	deafness->line_due_ms = now_ms + deafness->options.probe_line_within_ms;
}

static void forget_streaks(struct deafness *deafness)
{
	for (size_t i = 0; i < deafness->log_count; i++)
		deafness->logs[i].memory.seen_probes = 0;
}

/* Where probes reach another server behind the same name now and then, none of them is sure to
 * leave a line here. */
static void note_seen(struct deafness *deafness, struct hearing *log)
{
	if (deafness->missed > 0 && deafness->missed < deafness->options.unseen_probes)
		forget_streaks(deafness);
	else if (log->memory.seen_probes < RELIABLE_PROBES)
		log->memory.seen_probes++;
	log->memory.shows_probes = true;
	log->memory.unshown_probes = 0;
	deafness->missed = 0;
	deafness->revision++;
}

/* The server may have been told to log no agents any more, or those were a stranger's who said that
 * he was our probe. A log that does not grow is another matter. */
static void note_unshown(struct deafness *deafness, struct hearing *log)
{
	struct deaf_memory *memory = &log->memory;

	if (!memory->shows_probes || log->last.bytes == log->bytes_at_probe)
		return;
	deafness->revision++;
	if (++memory->unshown_probes < FORGET_PROBES)
		return;
	memory->shows_probes = false;
	memory->seen_probes = 0;
	memory->unshown_probes = 0;
	deafness->missed = 0;
}

static void note_missed(struct deafness *deafness)
{
	deafness->missed++;
	for (size_t i = 0; i < deafness->log_count; i++)
		note_unshown(deafness, &deafness->logs[i]);
}

static bool shows_probe(const struct deafness *deafness, const struct hearing *log)
{
	return deafness->options.own_program && log->last.own_probes != log->probes_at_probe;
}

static bool is_reliable(const struct deafness *deafness, const struct hearing *log)
{
	return deafness->options.own_program && log->memory.seen_probes >= RELIABLE_PROBES;
}

/* Whether the probe left a line of its own, or where that is not to be expected, any line. */
static bool is_seen(struct deafness *deafness)
{
	bool reliable = false;
	bool grew = false;

	for (size_t i = 0; i < deafness->log_count; i++) {
		struct hearing *log = &deafness->logs[i];

		if (!log->last.is_access_log)
			continue;
		if (shows_probe(deafness, log)) {
			note_seen(deafness, log);
			return true;
		}
		reliable = reliable || is_reliable(deafness, log);
		grew = grew || log->last.bytes != log->bytes_at_probe;
	}
	return grew && !reliable;
}

/* Where no log shows whose a request is, any line may be our probe's. */
static bool some_log_grew(const struct deafness *deafness)
{
	for (size_t i = 0; i < deafness->log_count; i++)
		if (deafness->logs[i].last.is_access_log && deafness->logs[i].grew)
			return true;
	return false;
}

/* Whether the wait for the line is over. */
static bool is_settled(const struct deafness *deafness)
{
	if (deafness->now_ms >= deafness->line_due_ms)
		return true;
	/* The line of an accepted one says that it went well. */
	return deafness->line_seen && (!deafness->probe_accepted || deafness->success_since_probe);
}

static void look_for_line(struct deafness *deafness)
{
	if (!deafness->line_seen)
		deafness->line_seen = is_seen(deafness);
	deafness->probe_heard |= deafness->line_seen;
	if (!is_settled(deafness))
		return;
	if (!deafness->probe_heard)
		note_missed(deafness);
	if (deafness->probe_accepted && !deafness->success_since_probe)
		deafness->successless++;
	deafness->expectation = EXPECTS_NOTHING;
}

void deafness_expect_line(struct deafness *deafness)
{
	deafness->probe_heard = !shows_probes(deafness) && some_log_grew(deafness);
	if (deafness->expectation == EXPECTS_LINE)
		look_for_line(deafness);
	if (deafness->probe_heard)
		deafness->missed = 0;
}
