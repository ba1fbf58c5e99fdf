#include "detect/deafness_private.h"

#define RELIABLE_PROBES 10 /* seen so often in a row, each probe is expected to leave a line */

bool deafness_shows_probes(const struct deafness *deafness)
{
	for (size_t i = 0; i < deafness->log_count; i++)
		if (deafness->logs[i].memory.shows_probes)
			return true;
	return false;
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
	deafness->missed = 0;
	deafness->revision++;
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
		if (log->last.own_probes != log->probes_at_probe) {
			note_seen(deafness, log);
			return true;
		}
		reliable = reliable || log->memory.seen_probes >= RELIABLE_PROBES;
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
		deafness->missed++;
	if (deafness->probe_accepted && !deafness->success_since_probe)
		deafness->successless++;
	deafness->expectation = EXPECTS_NOTHING;
}

void deafness_expect_line(struct deafness *deafness)
{
	deafness->probe_heard = !deafness_shows_probes(deafness) && some_log_grew(deafness);
	if (deafness->expectation == EXPECTS_LINE)
		look_for_line(deafness);
	if (deafness->probe_heard)
		deafness->missed = 0;
}
