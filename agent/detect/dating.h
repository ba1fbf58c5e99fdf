/* Which of a log's times are believed where nothing but its lines tells the time: in a replay. A
 * time far ahead of those before it is believed once enough lines went on from there; until then
 * its line waits, so that those behind a night's pause and those with a broken date each get their
 * due. What is dated far back stays there, unless so many lines in a row agree that the server's
 * clock was set back. */
#ifndef AUTHMEDIC_DETECT_DATING_H
#define AUTHMEDIC_DETECT_DATING_H

#include "base/view.h"

/* So many lines wait at most: with one more the time is believed. */
#define DATING_MAX_WAITING 12
/* After a pause that is no longer the next pause confirms it, too. */
#define DATING_MAX_PAUSE_MS INT64_C(86400000)
/* At the end several lines that wait are believed after a pause that is no longer: nothing went
 * back. */
#define DATING_MAX_LAST_PAUSE_MS INT64_C(2678400000)
/* One request that took an hour is logged an hour late by some servers, and a few in a row. */
#define DATING_MAX_BEHIND 64

struct dating {
	int64_t late_ms; /* lines may be out of order by so much */
	int64_t now_ms; /* the latest time that is believed; -1: none yet */
	int64_t waiting_ms; /* the latest time of those that wait */
	unsigned waiting;
	int64_t behind_ms; /* of the last line that was dated far back */
	unsigned behind; /* how many of them in a row agree */
	uint64_t misdated_total; /* lines dated far before or after those around them */
};

enum dating_verdict {
	DATING_TAKEN, /* nothing waits; the line has its own time */
	DATING_WAITS,
	DATING_BELIEVED, /* what waits has its own times; ask again about this line */
	DATING_DISBELIEVED /* what waits came at *ret_instead_ms; ask again about this line */
};

void dating_init(struct dating *dating, int64_t late_ms);
/* Of a line that does not go on from the last one. */
enum dating_verdict dating_line_apart(
    struct dating *dating, int64_t time_ms, int64_t *ret_instead_ms);
static inline enum dating_verdict dating_line(
    struct dating *dating, int64_t time_ms, int64_t *ret_instead_ms)
{
	int64_t ahead_ms = time_ms - dating->now_ms;

	/* Most lines go on from the last one. */
	if (dating->waiting > 0 || dating->now_ms < 0 || ahead_ms > dating->late_ms ||
	    ahead_ms < -dating->late_ms)
		return dating_line_apart(dating, time_ms, ret_instead_ms);
	dating->behind = 0;
	if (ahead_ms > 0)
		dating->now_ms = time_ms;
	return DATING_TAKEN;
}
/* No more lines come: DATING_BELIEVED, DATING_DISBELIEVED, or DATING_TAKEN where nothing waits. */
enum dating_verdict dating_end(struct dating *dating, int64_t *ret_instead_ms);

#endif
