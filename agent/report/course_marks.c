#include "report/course_private.h"

#define SAME_WITHIN_MS INT64_C(2000)
#define DAY_MS         (COURSE_MINUTES * COURSE_MINUTE_MS)

static const char *const mark_names[COURSE_MARK_KINDS] = {
    [COURSE_WORKER_STARTED] = "worker-started",
    [COURSE_KEY_CHANGED] = "key-changed",
    [COURSE_CONFIGURED] = "configured",
    [COURSE_ACTION] = "action",
    [COURSE_OPENED] = "opened",
    [COURSE_RESOLVED] = "resolved",
    [COURSE_PAUSED] = "paused",
    [COURSE_RESUMED] = "resumed",
};

const char *course_mark_name(enum course_mark_kind kind)
{
	return mark_names[kind];
}

size_t course_mark_count(const struct course *course)
{
	return course->mark_count;
}

const struct course_mark *course_mark_at(const struct course *course, size_t index)
{
	return &course->marks[index];
}

static void drop_first(struct course *course, size_t count)
{
	course->mark_count -= count;
	memmove(course->marks, course->marks + count, course->mark_count * sizeof(*course->marks));
	course->marks_changed = true;
}

void course_drop_marks(struct course *course, int64_t now_ms)
{
	size_t count = course->mark_count;

	while (count > 0 && course->marks[count - 1].time_ms > now_ms + DAY_MS)
		count--;
	course->marks_changed |= count < course->mark_count;
	course->mark_count = count;
	for (count = 0;
	     count < course->mark_count && course->marks[count].time_ms < now_ms - DAY_MS;)
		count++;
	if (count > 0)
		drop_first(course, count);
}

static bool is_known(const struct course *course, const struct course_mark *mark)
{
	for (size_t i = 0; i < course->mark_count; i++) {
		int64_t apart_ms = course->marks[i].time_ms - mark->time_ms;

		if (course->marks[i].kind == mark->kind && apart_ms <= SAME_WITHIN_MS &&
		    apart_ms >= -SAME_WITHIN_MS)
			return true;
	}
	return false;
}

/* They are few, and all but one in a hundred come last. */
static void insert(struct course *course, const struct course_mark *mark)
{
	size_t place = course->mark_count++;

	for (; place > 0 && course->marks[place - 1].time_ms > mark->time_ms; place--)
		course->marks[place] = course->marks[place - 1];
	course->marks[place] = *mark;
	course->marks_changed = true;
}

void course_mark(struct course *course, const struct course_mark *mark, int64_t now_ms)
{
	course_drop_marks(course, now_ms);
	if (mark->time_ms < now_ms - DAY_MS || mark->time_ms > now_ms || is_known(course, mark))
		return;
	if (course->mark_count == COURSE_MAX_MARKS)
		drop_first(course, 1);
	insert(course, mark);
}

void course_saw_configuration(struct course *course, int64_t now_ms, uint64_t digest)
{
	const struct course_mark mark = {.time_ms = now_ms, .kind = COURSE_CONFIGURED};

	if (digest == course->configuration)
		return;
	if (course->configuration != 0)
		course_mark(course, &mark, now_ms);
	course->configuration = digest;
	course->marks_changed = true;
}

void course_saw_pause(struct course *course, int64_t now_ms, bool paused)
{
	const struct course_mark mark = {
	    .time_ms = now_ms, .kind = paused ? COURSE_PAUSED : COURSE_RESUMED};
	enum course_pause pause = paused ? COURSE_IS_PAUSED : COURSE_NOT_PAUSED;

	if (pause == course->pause)
		return;
	if (paused || course->pause != COURSE_PAUSE_UNKNOWN)
		course_mark(course, &mark, now_ms);
	course->pause = pause;
	course->marks_changed = true;
}
