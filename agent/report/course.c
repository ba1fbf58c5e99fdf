#include "report/course_private.h"

#include <errno.h>

int course_new(struct course **ret_course, int64_t now_ms)
{
	struct course *course = calloc(1, sizeof(*course));

	if (course == NULL)
		return -ENOMEM;
	course->now_ms = now_ms;
	*ret_course = course;
	return 0;
}

void course_free(struct course **course)
{
	free(*course);
	*course = NULL;
}

/* The minute's place in the ring, emptied where it held another one; NULL before 1970. */
static struct course_sample *take(struct course *course, int64_t minute)
{
	struct course_sample *sample;

	if (minute < 0)
		return NULL;
	sample = &course->samples[minute % COURSE_MINUTES];
	if (sample->minute != minute)
		*sample = (struct course_sample){.minute = minute};
	return sample;
}

static void note_change(struct course *course, const struct course_sample *sample)
{
	course->changed[(sample - course->samples) / COURSE_BLOCK_MINUTES] = true;
}

static void note_known(struct course *course, struct course_sample *sample, uint8_t known)
{
	if ((sample->known & known) == known)
		return;
	sample->known |= known;
	note_change(course, sample);
}

static uint32_t add(uint32_t number, uint64_t more)
{
	return more < UINT32_MAX - number ? number + (uint32_t)more : UINT32_MAX;
}

/* What is older than the ring is not let in: it would push out what is newer. */
static bool is_in_reach(const struct course *course, int64_t minute)
{
	int64_t newest = course->now_ms / COURSE_MINUTE_MS;

	return minute <= newest && minute > newest - COURSE_MINUTES;
}

/* Turns to the minute of this time; it is nowhere where that is out of reach. */
static void turn_to(struct course *course, int64_t log_ms)
{
	int64_t minute = log_ms / COURSE_MINUTE_MS;

	if (log_ms > course->now_ms)
		minute = course->now_ms / COURSE_MINUTE_MS;
	course->counting_from_ms = minute * COURSE_MINUTE_MS;
	course->counting_until_ms = course->counting_from_ms + COURSE_MINUTE_MS;
	course->counting = is_in_reach(course, minute) ? take(course, minute) : NULL;
}

void course_begin(struct course *course, struct course_totals totals)
{
	course->totals = totals;
}

bool course_count(struct course *course, int64_t log_ms, struct course_totals totals)
{
	uint64_t established = totals.established - course->totals.established;
	uint64_t rejected = totals.rejected - course->totals.rejected;
	bool turned = false;

	if (log_ms < 0)
		return false;
	if (log_ms < course->counting_from_ms || log_ms >= course->counting_until_ms) {
		int64_t before = course->counting_until_ms;

		turn_to(course, log_ms);
		turned = course->counting_until_ms != before;
	}
	course->totals = totals;
	/* The place may be another minute's by now. */
	if (course->counting == NULL ||
	    course->counting->minute != course->counting_from_ms / COURSE_MINUTE_MS)
		return turned;
	if (established + rejected > 0) {
		course->counting->established = add(course->counting->established, established);
		course->counting->rejected = add(course->counting->rejected, rejected);
		note_change(course, course->counting);
	}
	note_known(course, course->counting, COURSE_READ);
	return turned;
}

static uint16_t narrow(size_t count)
{
	return count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
}

static void put_view(
    struct course *course, struct course_sample *sample, const struct course_view *view)
{
	uint16_t active = narrow(view->active_voters);
	uint16_t rejected = narrow(view->rejected_voters);

	/* Of a minute the worst moment stays: share against share, without division. */
	if (sample->active_voters > 0 &&
	    (uint32_t)rejected * sample->active_voters <=
		(uint32_t)sample->rejected_voters * active)
		return;
	if (sample->active_voters == active && sample->rejected_voters == rejected)
		return;
	sample->active_voters = active;
	sample->rejected_voters = rejected;
	note_change(course, sample);
}

void course_stand(struct course *course, int64_t log_ms, const struct course_view *view)
{
	int64_t minute = log_ms / COURSE_MINUTE_MS;
	struct course_sample *sample = is_in_reach(course, minute) ? take(course, minute) : NULL;

	if (sample != NULL)
		put_view(course, sample, view);
}

void course_tick(struct course *course, int64_t now_ms)
{
	course->now_ms = now_ms;
	course_drop_marks(course, now_ms);
}

void course_look(struct course *course, int64_t now_ms, const struct course_view *view)
{
	struct course_sample *sample = take(course, now_ms / COURSE_MINUTE_MS);

	course->now_ms = now_ms;
	if (sample == NULL)
		return;
	put_view(course, sample, view);
	note_known(course, sample, view->deaf ? COURSE_LOOKED_ON | COURSE_DEAF : COURSE_LOOKED_ON);
}

void course_probed(struct course *course, int64_t now_ms, enum probe_result result)
{
	struct course_sample *sample = take(course, now_ms / COURSE_MINUTE_MS);

	if (sample == NULL || result == PROBE_NONE)
		return;
	sample->probe = (uint8_t)result;
	note_change(course, sample);
	note_known(course, sample, COURSE_LOOKED_ON);
}

const struct course_sample *course_at(const struct course *course, int64_t minute)
{
	const struct course_sample *sample;

	if (minute < 0)
		return NULL;
	sample = &course->samples[minute % COURSE_MINUTES];
	return sample->minute == minute && sample->known != 0 ? sample : NULL;
}
