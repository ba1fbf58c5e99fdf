/* Rows by the first letter of their key: s the seed, t totals and clock, v a voter, p a pending
 * handshake, b a bucket of the window, n voters seen; detector_evidence_rows.c has the others. All
 * hashes in rows are made with the seed that is stored with them, so a restored detector takes that
 * seed in place of its own. */
#include <errno.h>

#include "detect/detector_private.h"

/* Version 2 had no doubt of the clock; version 1 had what the site's clock needed when the lines
 * alone moved it. */
#define TOTALS_ROW_VERSION          3
#define TOTALS_ROW_UNDOUBTED        2
#define TOTALS_ROW_MOVED_BY_LINES   1
#define SEED_ROW_VERSION            1

_Static_assert(
    sizeof(uint64_t) * (WINDOW_MAX_SIGNALS + SCHEME_COUNT * OUTCOME_COUNT + 32) < ROW_MAX_BYTES,
    "the row of totals must fit");

static void write_totals(const struct detector *detector, struct row_writer *row)
{
	const struct detector_totals *totals = &detector->totals;

	row_begin(row, TOTALS_ROW_VERSION);
	site_clock_save(&detector->clock, row);
	row_put(row, (uint64_t)(detector->spike_since_ms + 1), 8);
	row_put(row, (uint64_t)detector->window.floor_ms, 8);
	row_put(row, (uint64_t)(totals->first_ms + 1), 8);
	row_put(row, (uint64_t)(totals->last_ms + 1), 8);
	row_put(row, detector->handshakes.next_id, 8);
	row_put(row, detector->handshakes.next_order, 8);
	row_put(row, detector->handshakes.evicted_total, 8);
	row_put(row, detector->voters.next_order, 8);
	row_put(row, detector->voters.evicted_total, 8);
	row_put(row, totals->records, 8);
	row_put(row, totals->authenticated, 8);
	row_put(row, totals->own_probes, 8);
	for (size_t i = 0; i < SCHEME_COUNT; i++)
		for (size_t j = 0; j < OUTCOME_COUNT; j++)
			row_put(row, totals->handshakes[i][j], 8);
	row_put(row, detector->options.signature_count, 2);
	for (size_t i = 0; i < detector->options.signature_count; i++)
		row_put(row, detector->signal_totals[i], 8);
	row_put(row, (uint64_t)detector->doubted_until_ms, 8);
}

/* Behind the site's clock in rows of version 1: a doubtful time and how many lines agreed with it,
 * what was told, and how far behind that the lines were. */
static void skip_old_clock(struct row_reader *row)
{
	static const size_t widths[] = {8, 4, 8, 8};

	for (size_t i = 0; i < count_of(widths); i++)
		row_get(row, widths[i]);
}

/* What write_totals() writes behind the clock. */
static void read_counts(
    struct row_reader *row, struct detector *ret_scratch, size_t *ret_signals)
{
	struct detector_totals *totals = &ret_scratch->totals;

	ret_scratch->spike_since_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS + 1) - 1;
	ret_scratch->window.floor_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS);
	totals->first_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS + 1) - 1;
	totals->last_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS + 1) - 1;
	ret_scratch->handshakes.next_id = row_get(row, 8);
	ret_scratch->handshakes.next_order = row_get(row, 8);
	ret_scratch->handshakes.evicted_total = row_get(row, 8);
	ret_scratch->voters.next_order = row_get(row, 8);
	ret_scratch->voters.evicted_total = row_get(row, 8);
	totals->records = row_get(row, 8);
	totals->authenticated = row_get(row, 8);
	totals->own_probes = row_get(row, 8);
	for (size_t i = 0; i < SCHEME_COUNT; i++)
		for (size_t j = 0; j < OUTCOME_COUNT; j++)
			totals->handshakes[i][j] = row_get(row, 8);
	*ret_signals = (size_t)row_get_below(row, 2, WINDOW_MAX_SIGNALS + 1);
	for (size_t i = 0; i < *ret_signals; i++)
		ret_scratch->signal_totals[i] = row_get(row, 8);
}

/* Into a scratch detector that has its own signal totals. */
static bool read_totals(struct view value, struct detector *ret_scratch, size_t *ret_signals)
{
	struct site_clock *clock = &ret_scratch->clock;
	uint8_t version;
	struct row_reader row = row_open_any(value, TOTALS_ROW_VERSION, &version);

	site_clock_restore(clock, &row);
	if (version == TOTALS_ROW_MOVED_BY_LINES)
		skip_old_clock(&row);
	read_counts(&row, ret_scratch, ret_signals);
	if (version > TOTALS_ROW_UNDOUBTED)
		ret_scratch->doubted_until_ms = (int64_t)row_get_below(
		    &row, 8, (uint64_t)(clock->now_ms + DETECTOR_LEAP_MS) + 1);
	return row_is_whole(&row);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* When the window is: whatever else is restored counts by that, before or after. */
static void restore_now(struct detector *detector)
{
	int64_t now_ms = detector->clock.now_ms;

	if (now_ms < 0)
		return;
	detector->voters.keeps_old = now_ms < detector->doubted_until_ms;
	window_restore_now(&detector->window, now_ms);
	evidence_restore_now(&detector->evidence, now_ms, detector->window.floor_ms);
}

static int restore_totals(struct detector *detector, struct view value)
{
	uint64_t signal_totals[WINDOW_MAX_SIGNALS];
	struct detector *auto_free scratch = calloc(1, sizeof(*scratch));
	size_t signals;

	if (scratch == NULL)
		return -ENOMEM;
	scratch->signal_totals = signal_totals;
	if (!read_totals(value, scratch, &signals))
		return -EINVAL;
	detector->clock.now_ms = scratch->clock.now_ms;
	detector->moved_ms = scratch->clock.now_ms;
	detector->doubted_until_ms = scratch->doubted_until_ms;
	detector->spike_since_ms = scratch->spike_since_ms;
	detector->window.floor_ms = scratch->window.floor_ms;
	detector->handshakes.next_id =
	    larger(detector->handshakes.next_id, scratch->handshakes.next_id);
	detector->handshakes.next_order =
	    larger(detector->handshakes.next_order, scratch->handshakes.next_order);
	detector->handshakes.evicted_total += scratch->handshakes.evicted_total;
	detector->voters.next_order =
	    larger(detector->voters.next_order, scratch->voters.next_order);
	detector->voters.evicted_total += scratch->voters.evicted_total;
	detector->totals = scratch->totals;
	/* With other signatures the numbers would be another's, and the different ones go as well;
	 * rows of version 1 come without these. */
	if (signals != detector->options.signature_count ||
	    !row_open(value, TOTALS_ROW_MOVED_BY_LINES).broken)
		detector->evidence.distinct_since_ms = scratch->clock.now_ms;
	if (signals == detector->options.signature_count)
		memcpy(detector->signal_totals, signal_totals, signals * sizeof(*signal_totals));
	restore_now(detector);
	return 0;
}

static int save_seed(const struct detector *detector, const struct row_sink *sink)
{
	struct row_writer row;

	if (detector->seed_saved)
		return 0;
	row_begin(&row, SEED_ROW_VERSION);
	row_put(&row, detector->options.seed.words[0], 8);
	row_put(&row, detector->options.seed.words[1], 8);
	return row_offer(sink, 's', 0, &row);
}

static int restore_seed(struct detector *detector, struct view value)
{
	struct row_reader row = row_open(value, SEED_ROW_VERSION);
	struct hash_seed seed;

	seed.words[0] = row_get(&row, 8);
	seed.words[1] = row_get(&row, 8);
	if (!row_is_whole(&row))
		return -EINVAL;
	detector->options.seed = seed;
	detector->recent = (struct recent){0};
	handshakes_reseed(&detector->handshakes, &seed);
	detector->seed_saved = true;
	return 0;
}

int detector_save(struct detector *detector, row_on_row *on_row, void *context)
{
	const struct row_sink sink = {on_row, context};
	struct row_writer totals;
	int error = save_seed(detector, &sink);

	write_totals(detector, &totals);
	if (error == 0 && !view_equal(row_view(&totals), row_view(&detector->saved_totals)))
		error = row_offer(&sink, 't', 0, &totals);
	if (error == 0)
		error = voters_save(&detector->voters, &sink);
	if (error == 0)
		error = handshakes_save(&detector->handshakes, &sink);
	if (error == 0)
		error = window_save(&detector->window, 'b', &sink);
	if (error == 0)
		error = seen_save(&detector->seen, &sink);
	if (error == 0)
		error = evidence_save(&detector->evidence, &sink);
	if (error != 0)
		return error;
	detector->seed_saved = true;
	detector->saved_totals = totals;
	voters_saved(&detector->voters);
	handshakes_saved(&detector->handshakes);
	window_saved(&detector->window);
	seen_saved(&detector->seen);
	evidence_saved(&detector->evidence);
	return 0;
}

void detector_offer_all(struct detector *detector)
{
	detector->seed_saved = false;
	detector->saved_totals.length = 0;
	voters_offer_all(&detector->voters);
	handshakes_offer_all(&detector->handshakes);
	window_offer_all(&detector->window);
	seen_offer_all(&detector->seen);
	evidence_offer_all(&detector->evidence);
}

static int restore_part(struct detector *detector, struct view key, struct view value)
{
	uint64_t name;

	if (row_key_is(key, 'v', &name))
		return voters_restore(&detector->voters, &detector->window, name, value);
	if (row_key_is(key, 'p', &name))
		return handshakes_restore(&detector->handshakes, name, value);
	if (row_key_is(key, 'b', &name))
		return window_restore(&detector->window, name, value);
	if (row_key_is(key, 'n', &name))
		return seen_restore(&detector->seen, name, value);
	if (row_key_is(key, 't', &name) && name == 0)
		return restore_totals(detector, value);
	if (row_key_is(key, 's', &name) && name == 0)
		return restore_seed(detector, value);
	return evidence_restore(&detector->evidence, key, value);
}

int detector_restore(struct detector *detector, struct view key, struct view value)
{
	int error = restore_part(detector, key, value);

	if (error < 0)
		return error;
	detector->unsettled = true;
	detector_note_totals(detector);
	return 0;
}
