#include "detect/clock.h"

void log_clock_init(struct log_clock *clock)
{
	*clock = (struct log_clock){.now_ms = -1};
}

static bool agrees(const struct log_clock *clock, int64_t time_ms)
{
	return clock->doubts > 0 && time_ms - clock->doubtful_ms <= LOG_CLOCK_MAX_LEAP_MS &&
	    clock->doubtful_ms - time_ms <= LOG_CLOCK_MAX_LEAP_MS;
}

/* Whether too few lines in a row agree yet. */
static bool is_doubtful(struct log_clock *clock, int64_t time_ms, unsigned lines)
{
	clock->doubts = agrees(clock, time_ms) ? clock->doubts + 1 : 1;
	clock->doubtful_ms = time_ms;
	return clock->doubts < lines;
}

enum clock_move log_clock_line(struct log_clock *clock, int64_t time_ms, int64_t late_ms)
{
	int64_t before_ms = clock->now_ms;
	bool late = before_ms >= 0 && time_ms < before_ms - late_ms;
	bool early = before_ms >= 0 && time_ms > before_ms + LOG_CLOCK_MAX_LEAP_MS;

	if ((late && is_doubtful(clock, time_ms, LOG_CLOCK_MAX_BEHIND)) ||
	    (early && is_doubtful(clock, time_ms, LOG_CLOCK_MAX_AHEAD)))
		return CLOCK_STAYS;
	clock->doubts = 0;
	if (late) {
		clock->now_ms = time_ms;
		if (clock->told_ms > time_ms)
			clock->lag_ms = clock->told_ms - time_ms;
		return CLOCK_BACK;
	}
	if (time_ms <= before_ms)
		return CLOCK_STAYS;
	clock->now_ms = time_ms;
	/* Lines ahead of their own clock: it was set right. */
	if (before_ms >= 0 && time_ms - before_ms > late_ms)
		clock->lag_ms = 0;
	return CLOCK_FORWARD;
}

enum clock_move log_clock_advance(struct log_clock *clock, int64_t now_ms)
{
	clock->told_ms = now_ms;
	now_ms -= clock->lag_ms;
	if (clock->now_ms < 0 || now_ms <= clock->now_ms)
		return CLOCK_STAYS;
	clock->now_ms = now_ms;
	return CLOCK_FORWARD;
}

void log_clock_save(const struct log_clock *clock, struct row_writer *row)
{
	row_put(row, (uint64_t)(clock->now_ms + 1), 8);
	row_put(row, (uint64_t)clock->doubtful_ms, 8);
	row_put(row, clock->doubts, 4);
	row_put(row, (uint64_t)clock->told_ms, 8);
	row_put(row, (uint64_t)clock->lag_ms, 8);
}

void log_clock_restore(struct log_clock *clock, struct row_reader *row)
{
	clock->now_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS + 1) - 1;
	clock->doubtful_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS);
	clock->doubts = (unsigned)row_get_below(row, 4, LOG_CLOCK_MAX_BEHIND);
	clock->told_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS);
	clock->lag_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS);
}
