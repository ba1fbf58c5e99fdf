/* A course as a graph wants it: the last day in steps of ten minutes. */
#ifndef AUTHMEDIC_REPORT_DAY_H
#define AUTHMEDIC_REPORT_DAY_H

#include "report/course.h"

#define DAY_STEP_MINUTES 10
#define DAY_STEPS        (COURSE_MINUTES / DAY_STEP_MINUTES)

struct day_step {
	uint64_t established, rejected;
	double share; /* the highest one of rejected among active voters */
	uint8_t probe; /* enum probe_result: the worst one */
	bool known, deaf; /* at least one minute of it */
};

struct day {
	int64_t from_ms; /* the begin of the first step */
	struct day_step steps[DAY_STEPS]; /* the last one holds the present minute */
	uint64_t established, rejected; /* of all steps */
	uint64_t most_established, most_rejected; /* in one step */
	double highest_share;
	int64_t highest_share_ms;
};

void day_fill(struct day *day, const struct course *course, int64_t now_ms);
/* Where a time is in the day, from 0 to 1; outside it is cut. */
double day_place(const struct day *day, int64_t time_ms);

#endif
