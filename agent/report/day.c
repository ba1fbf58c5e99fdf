#include "report/day.h"

#define STEP_MS (DAY_STEP_MINUTES * COURSE_MINUTE_MS)
#define DAY_MS  (DAY_STEPS * STEP_MS)

/* From good to bad, what one wants to see of several. */
static const uint8_t badness[PROBE_RESULT_COUNT] = {[PROBE_NONE] = 0,
    [PROBE_ACCEPTED] = 1,
    [PROBE_UNREACHABLE] = 2,
    [PROBE_NO_TICKET] = 3,
    [PROBE_REJECTED] = 4};

static double share_of(const struct course_sample *sample)
{
	return sample->active_voters == 0
	    ? 0
	    : (double)sample->rejected_voters / (double)sample->active_voters;
}

static void add(struct day_step *step, const struct course_sample *sample)
{
	double share = share_of(sample);

	step->known = true;
	step->deaf = step->deaf || (sample->known & COURSE_DEAF) != 0;
	step->established += sample->established;
	step->rejected += sample->rejected;
	if (share > step->share)
		step->share = share;
	if (badness[sample->probe] > badness[step->probe])
		step->probe = sample->probe;
}

static void sum_up(struct day *day, size_t number)
{
	const struct day_step *step = &day->steps[number];

	day->established += step->established;
	day->rejected += step->rejected;
	if (step->established > day->most_established)
		day->most_established = step->established;
	if (step->rejected > day->most_rejected)
		day->most_rejected = step->rejected;
	if (step->share > day->highest_share) {
		day->highest_share = step->share;
		day->highest_share_ms = day->from_ms + (int64_t)number * STEP_MS;
	}
}

void day_fill(struct day *day, const struct course *course, int64_t now_ms)
{
	int64_t end_ms = (now_ms / STEP_MS + 1) * STEP_MS;

	*day = (struct day){.from_ms = end_ms - DAY_MS};
	for (size_t i = 0; i < DAY_STEPS; i++) {
		int64_t first = day->from_ms / COURSE_MINUTE_MS + (int64_t)i * DAY_STEP_MINUTES;

		for (int64_t minute = first; minute < first + DAY_STEP_MINUTES; minute++) {
			const struct course_sample *sample = course_at(course, minute);

			if (sample != NULL)
				add(&day->steps[i], sample);
		}
		sum_up(day, i);
	}
}

double day_place(const struct day *day, int64_t time_ms)
{
	static const int64_t day_ms = DAY_MS;
	double place = (double)(time_ms - day->from_ms) / (double)day_ms;

	return place < 0 ? 0 : place > 1 ? 1 : place;
}
