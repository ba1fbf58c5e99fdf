#include "detect/clock.h"

/* -- the site's ------------------------------------------------------------------------------- */

void site_clock_init(struct site_clock *clock)
{
	*clock = (struct site_clock){.now_ms = -1, .told_ms = CLOCK_UNTOLD};
}

enum clock_move site_clock_tell(struct site_clock *clock, int64_t now_ms, int64_t late_ms)
{
	clock->told_ms = now_ms;
	if (clock->now_ms - late_ms <= now_ms)
		return CLOCK_STAYS;
	clock->now_ms = now_ms;
	return CLOCK_BACK;
}

enum clock_move site_clock_set_back(struct site_clock *clock, int64_t now_ms, int64_t late_ms)
{
	enum clock_move move = site_clock_tell(clock, now_ms, late_ms);

	if (move != CLOCK_STAYS || clock->now_ms - SITE_CLOCK_GIVE_MS <= now_ms)
		return move;
	clock->now_ms = now_ms;
	return CLOCK_BACK_LITTLE;
}

enum clock_move site_clock_line(struct site_clock *clock, int64_t time_ms)
{
	if (time_ms <= clock->now_ms)
		return CLOCK_STAYS;
	clock->now_ms = time_ms;
	return CLOCK_FORWARD;
}

enum clock_move site_clock_advance(struct site_clock *clock, int64_t now_ms)
{
	return clock->now_ms < 0 ? CLOCK_STAYS : site_clock_line(clock, now_ms);
}

void site_clock_save(const struct site_clock *clock, struct row_writer *row)
{
	row_put(row, (uint64_t)(clock->now_ms + 1), 8);
}

void site_clock_restore(struct site_clock *clock, struct row_reader *row)
{
	clock->now_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS + 1) - 1;
	clock->told_ms = CLOCK_UNTOLD;
}

/* -- a log's ---------------------------------------------------------------------------------- */

static bool is_within(int64_t off_ms, int64_t limit_ms)
{
	return off_ms <= limit_ms && off_ms >= -limit_ms;
}

/* Up to so much off a line is on time. */
static int64_t least_ms(int64_t late_ms)
{
	int64_t part_ms = late_ms / LOG_CLOCK_LEAST_PART;

	return part_ms > LOG_CLOCK_LEAST_MS ? part_ms : LOG_CLOCK_LEAST_MS;
}

/* Where it may be the lines that are late they must agree better. */
static bool agrees(const struct log_clock *clock, int64_t off_ms, int64_t late_ms)
{
	int64_t give_or_take_ms = is_within(clock->off_ms, late_ms) ? late_ms / 20 : late_ms / 2;

	return clock->lines > 0 && is_within(off_ms - clock->off_ms, give_or_take_ms);
}

static bool may_be_kept_back(int64_t off_ms, int64_t late_ms)
{
	return off_ms > 0 && (off_ms <= late_ms || off_ms <= LOG_CLOCK_MOST_KEPT_BACK_MS);
}

/* A line that was kept back and comes alone is as late as lines are kept back, however right the
 * clock is. */
static bool tells_nothing(
    const struct log_clock *clock, int64_t off_ms, int64_t told_ms, int64_t late_ms)
{
	return may_be_kept_back(off_ms, late_ms) &&
	    told_ms - clock->came_ms > off_ms / LOG_CLOCK_CLOSE_PART;
}

static void count_off(struct log_clock *clock, int64_t off_ms, int64_t told_ms, int64_t late_ms)
{
	clock->came_ms = told_ms;
	if (clock->lines > 0 && may_be_kept_back(off_ms, late_ms) &&
	    told_ms - clock->counted_ms < LOG_CLOCK_AT_ONCE_MS)
		return;
	clock->counted_ms = told_ms;
	if (clock->lines < UINT32_MAX)
		clock->lines++;
}

static void note_off(struct log_clock *clock, int64_t off_ms, int64_t told_ms, int64_t late_ms)
{
	if (is_within(off_ms, least_ms(late_ms))) {
		clock->lines = 0;
		return;
	}
	if (!agrees(clock, off_ms, late_ms) || tells_nothing(clock, off_ms, told_ms, late_ms)) {
		clock->lines = 0;
		clock->since_ms = told_ms;
		clock->off_ms = off_ms;
		clock->least_off_ms = off_ms;
	}
	count_off(clock, off_ms, told_ms, late_ms);
	if (off_ms < clock->least_off_ms)
		clock->least_off_ms = off_ms;
}

static bool is_off_for_good(const struct log_clock *clock, int64_t told_ms, int64_t late_ms)
{
	return clock->lines >= LOG_CLOCK_MIN_LINES &&
	    told_ms - clock->since_ms >= late_ms / LOG_CLOCK_MIN_PART;
}

static void move_offset(struct log_clock *clock, int64_t by_ms, int64_t late_ms)
{
	clock->offset_ms += by_ms;
	if (is_within(clock->offset_ms, least_ms(late_ms)))
		clock->offset_ms = 0;
	clock->lines = 0;
}

/* All lines for a while may have been as late, as requests are that last a minute each. No line
 * comes before it was written, so one that would have shows that it was not the clock. */
static bool is_refuted(const struct log_clock *clock, int64_t off_ms, int64_t late_ms)
{
	return clock->offset_ms > 0 && clock->offset_ms <= late_ms &&
	    off_ms < -least_ms(late_ms) && off_ms >= -clock->offset_ms - least_ms(late_ms);
}

/* Lines of long ago, one after the other, are read while catching up: these are no fault. */
static void note_misdated(
    struct log_clock *clock, int64_t time_ms, int64_t off_ms, int64_t late_ms)
{
	if (!is_within(off_ms, late_ms) &&
	    (off_ms < 0 || time_ms < clock->latest_ms - late_ms))
		clock->misdated_total++;
	else if (time_ms > clock->latest_ms)
		clock->latest_ms = time_ms;
}

int64_t log_clock_line_off(
    struct log_clock *clock, int64_t time_ms, int64_t told_ms, int64_t late_ms)
{
	int64_t off_ms = told_ms - (time_ms + clock->offset_ms);

	if (told_ms == CLOCK_UNTOLD)
		return time_ms;
	note_off(clock, off_ms, told_ms, late_ms);
	if (is_refuted(clock, off_ms, late_ms)) {
		move_offset(clock, off_ms, late_ms);
		off_ms = told_ms - (time_ms + clock->offset_ms);
	} else if (is_off_for_good(clock, told_ms, late_ms)) {
		move_offset(clock, clock->least_off_ms, late_ms);
		clock->latest_ms = time_ms;
		off_ms = told_ms - (time_ms + clock->offset_ms);
	} else {
		note_misdated(clock, time_ms, off_ms, late_ms);
	}
	return off_ms < 0 ? told_ms : told_ms - off_ms;
}
