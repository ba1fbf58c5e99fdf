/* Shared by the course's own files only. */
#ifndef AUTHMEDIC_REPORT_COURSE_PRIVATE_H
#define AUTHMEDIC_REPORT_COURSE_PRIVATE_H

#include "report/course.h"

/* Minutes are saved by blocks, so that a step that changed one does not write the whole day. */
#define COURSE_BLOCK_MINUTES 30
#define COURSE_BLOCKS        (COURSE_MINUTES / COURSE_BLOCK_MINUTES)

enum course_pause { COURSE_PAUSE_UNKNOWN, COURSE_NOT_PAUSED, COURSE_IS_PAUSED, COURSE_PAUSES };

struct course {
	struct course_sample samples[COURSE_MINUTES]; /* by minute, modulo */
	bool changed[COURSE_BLOCKS];
	int64_t now_ms; /* as last told */

	struct course_totals totals; /* as of the last count */
	struct course_sample *counting; /* the minute that the last count was in, or NULL */
	int64_t counting_from_ms, counting_until_ms;

	struct course_mark marks[COURSE_MAX_MARKS]; /* oldest first */
	size_t mark_count;
	uint64_t configuration; /* the digest seen last; 0: none */
	enum course_pause pause;
	bool marks_changed;
};

/* Those older than a day; and those further ahead, as of a clock that was set back since. */
void course_drop_marks(struct course *course, int64_t now_ms);

#endif
