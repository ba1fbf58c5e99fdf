#include "detect/onset.h"

#include <errno.h>

#define ONSET_ROW_VERSION 1

void onset_init(struct onset *onset, int64_t window_ms)
{
	int64_t sample_ms = window_ms / ONSET_SAMPLES_IN_WINDOW;

	*onset = (struct onset){.sample_ms = sample_ms > 0 ? sample_ms : 1};
	memset(onset->percents, ONSET_UNTOLD, sizeof(onset->percents));
}

void onset_advance(struct onset *onset, int64_t now_ms, uint8_t percent)
{
	int64_t now = now_ms / onset->sample_ms;
	int64_t first = onset->now + 1;

	if (now_ms < onset->next_ms)
		return;
	if (onset->now == 0)
		first = now;
	if (first <= now - ONSET_SAMPLES)
		first = now - ONSET_SAMPLES + 1;
	for (int64_t number = first; number <= now; number++)
		onset->percents[number % ONSET_SAMPLES] = percent;
	onset->now = now;
	onset->next_ms = (now + 1) * onset->sample_ms;
	onset->changed = true;
}

void onset_set_back(struct onset *onset, int64_t now_ms)
{
	int64_t now = now_ms / onset->sample_ms;
	int64_t oldest = onset->now - ONSET_SAMPLES + 1;

	if (now >= onset->now)
		return;
	for (int64_t number = onset->now; number > now && number >= oldest; number--)
		onset->percents[number % ONSET_SAMPLES] = ONSET_UNTOLD;
	onset->now = now;
	onset->next_ms = (now + 1) * onset->sample_ms;
	onset->changed = true;
}

/* A rise is a step where it took no longer than that. Samples that tell nothing are part of it, and
 * where it is they that make it longer, nobody knows how it rose. */
static enum onset_kind kind_of(int64_t between, int64_t told)
{
	if (between <= ONSET_STEP_SAMPLES)
		return ONSET_STEP;
	return told <= ONSET_STEP_SAMPLES ? ONSET_UNKNOWN : ONSET_RAMP;
}

void onset_report(const struct onset *onset, uint8_t percent, struct detector_onset *ret_report)
{
	int64_t oldest = onset->now - ONSET_SAMPLES + 1;
	int64_t high = onset->now + 1; /* the first at three quarters of now's share */
	int64_t told = 0; /* samples before that which tell something */

	*ret_report = (struct detector_onset){.kind = ONSET_UNKNOWN};
	if (percent == ONSET_UNTOLD || percent < ONSET_MIN_PERCENT) {
		ret_report->kind = percent == ONSET_UNTOLD ? ONSET_UNKNOWN : ONSET_NONE;
		return;
	}
	for (int64_t number = onset->now; number >= oldest && number > 0; number--) {
		uint8_t then = onset->percents[number % ONSET_SAMPLES];

		if (then == ONSET_UNTOLD)
			continue;
		if (then * 4 < percent) {
			ret_report->kind = kind_of(high - number - 1, told);
			if (ret_report->kind == ONSET_UNKNOWN)
				return;
			ret_report->at_ms = number * onset->sample_ms;
			ret_report->rise_ms = (high - number) * onset->sample_ms;
			return;
		}
		told = then * 4 < percent * 3 ? told + 1 : 0;
		high = told == 0 ? number : high;
	}
}

int onset_save(const struct onset *onset, const struct row_sink *sink)
{
	struct row_writer row;

	if (!onset->changed)
		return 0;
	row_begin(&row, ONSET_ROW_VERSION);
	row_put(&row, (uint64_t)onset->sample_ms, 8);
	row_put(&row, (uint64_t)onset->now, 8);
	for (size_t i = 0; i < ONSET_SAMPLES; i++)
		row_put(&row, onset->percents[i], 1);
	return row_offer(sink, 'o', 0, &row);
}

void onset_saved(struct onset *onset)
{
	onset->changed = false;
}

void onset_offer_all(struct onset *onset)
{
	onset->changed = true;
}

int onset_restore(struct onset *onset, struct view value)
{
	struct row_reader row = row_open(value, ONSET_ROW_VERSION);
	int64_t sample_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	int64_t now = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	uint8_t percents[ONSET_SAMPLES];

	for (size_t i = 0; i < ONSET_SAMPLES; i++)
		percents[i] = (uint8_t)row_get(&row, 1);
	if (!row_is_whole(&row))
		return -EINVAL;
	/* After a change of the window the samples lie elsewhere. */
	if (sample_ms != onset->sample_ms)
		return 0;
	memcpy(onset->percents, percents, sizeof(percents));
	onset->now = now;
	onset->next_ms = (now + 1) * sample_ms;
	return 0;
}
