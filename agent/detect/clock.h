/* The log's clock: the latest time that its lines have shown. Lines may be late by as much as the
 * window, and no single line moves the clock far: a broken date must neither age the known-good
 * voters nor make the detector deaf until that date. Where the server's own clock was set, the
 * lines agree on it, and the log's clock follows. */
#ifndef AUTHMEDIC_DETECT_CLOCK_H
#define AUTHMEDIC_DETECT_CLOCK_H

#include "detect/row.h"

/* So far ahead a time is believed at once. */
#define LOG_CLOCK_MAX_LEAP_MS INT64_C(86400000)
/* So many lines in a row must agree, give or take a leap, that it is later, or earlier: one request
 * that took an hour is logged an hour late by some servers, and a few of them in a row. */
#define LOG_CLOCK_MAX_AHEAD  3
#define LOG_CLOCK_MAX_BEHIND 64

struct log_clock {
	int64_t now_ms;      /* -1: no line yet */
	int64_t doubtful_ms; /* the last time that was not believed */
	unsigned doubts;     /* how many lines in a row agree with it */
	int64_t told_ms;     /* the time without lines that was told last; 0: none yet */
	int64_t lag_ms;      /* how far the lines were found to be behind that */
};

enum clock_move {
	CLOCK_STAYS,
	CLOCK_FORWARD,
	CLOCK_BACK /* set back: what is known of the last minutes is worth nothing */
};

void log_clock_init(struct log_clock *clock);
/* A line with this time; lines may be late by `late_ms`. */
enum clock_move log_clock_line(struct log_clock *clock, int64_t time_ms, int64_t late_ms);
/* Time passes without lines. */
enum clock_move log_clock_advance(struct log_clock *clock, int64_t now_ms);

void log_clock_save(const struct log_clock *clock, struct row_writer *row);
void log_clock_restore(struct log_clock *clock, struct row_reader *row);

#endif
