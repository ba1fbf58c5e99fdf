/* The two clocks that a line's time is held against. The site's is the one that all its logs share:
 * ours, or in a replay that of the lines in their order. Each log has its own, which may be off: of
 * another time zone, or simply wrong. No line moves the site's clock past what it is by ours, and
 * none moves it back. Where all lines of a log are off by as much for long enough, they are put
 * right by that, and it is told. */
#ifndef AUTHMEDIC_DETECT_CLOCK_H
#define AUTHMEDIC_DETECT_CLOCK_H

#include "detect/row.h"

#define CLOCK_UNTOLD INT64_MAX

struct site_clock {
	int64_t now_ms; /* -1: no line yet */
	int64_t told_ms; /* by our clock; CLOCK_UNTOLD: nobody said, and every line is believed */
};

enum clock_move {
	CLOCK_STAYS,
	CLOCK_FORWARD,
	CLOCK_BACK_LITTLE, /* set back within the window: what is of later is of now */
	CLOCK_BACK /* set back: what is known of the last minutes is worth nothing */
};

void site_clock_init(struct site_clock *clock);
/* It is this time by our clock, when lines come. Where ours was set back by more than `late_ms`, so
 * is the site's. */
enum clock_move site_clock_tell(struct site_clock *clock, int64_t now_ms, int64_t late_ms);
/* Ours was set back to this time, perhaps by less than that: so is the site's, but for what a clock
 * is set by every now and then. */
#define SITE_CLOCK_GIVE_MS 1000
enum clock_move site_clock_set_back(struct site_clock *clock, int64_t now_ms, int64_t late_ms);
/* A line of this time, put right already. */
enum clock_move site_clock_line(struct site_clock *clock, int64_t time_ms);
/* Time passes without lines; nothing before the first. */
enum clock_move site_clock_advance(struct site_clock *clock, int64_t now_ms);

void site_clock_save(const struct site_clock *clock, struct row_writer *row);
void site_clock_restore(struct site_clock *clock, struct row_reader *row);

/* So many lines in a row, over such a part of a window, must be off by as much: give or take half a
 * window, or where it is less than a window a twentieth of it. So late, and each by as much, come
 * no lines that a server keeps back to write them together, unless they come alone. */
#define LOG_CLOCK_MIN_LINES 8
#define LOG_CLOCK_MIN_PART  5
/* So late a line may be because a server keeps lines back: until so long after the first of them.
 * Then what comes at once counts as one line, and each must come within such a part of what it is
 * late by behind the one before: as often no server writes that has fewer processes than that, each
 * with lines of its own. */
#define LOG_CLOCK_MOST_KEPT_BACK_MS 600000
#define LOG_CLOCK_AT_ONCE_MS        1000
#define LOG_CLOCK_CLOSE_PART        6
/* What is off by less than such a part of a window is on time, and what a server may take to write
 * a line, in a window however short. */
#define LOG_CLOCK_LEAST_PART 10
#define LOG_CLOCK_LEAST_MS   5000

struct log_clock {
	int64_t offset_ms; /* what its times are put right by; 0, or more than a part of a window */
	int64_t latest_ms; /* its own latest time that was believed */
	/* Of the lines in a row that are off by as much. */
	int64_t off_ms, least_off_ms; /* the first, the least */
	int64_t since_ms; /* when the first of them came */
	int64_t came_ms, counted_ms; /* when the last of them did, and the last that was counted */
	uint32_t lines; /* how many */
	uint64_t misdated_total; /* lines dated far before or after those around them */
};

/* Of a line that is not on time. */
int64_t log_clock_line_off(
    struct log_clock *clock, int64_t time_ms, int64_t told_ms, int64_t late_ms);
/* The line's time, put right, and not after `told_ms`. Lines that are off by up to `late_ms` are
 * not misdated. What is dated before that stays where it is: it may be old. */
static inline int64_t log_clock_line(
    struct log_clock *clock, int64_t time_ms, int64_t told_ms, int64_t late_ms)
{
	int64_t off_ms = told_ms - (time_ms + clock->offset_ms);

	/* Most lines are on time. */
	if (off_ms > late_ms / LOG_CLOCK_LEAST_PART || off_ms < -late_ms / LOG_CLOCK_LEAST_PART)
		return log_clock_line_off(clock, time_ms, told_ms, late_ms);
	clock->lines = 0;
	if (time_ms > clock->latest_ms)
		clock->latest_ms = time_ms;
	return off_ms < 0 ? told_ms : told_ms - off_ms;
}

#endif
