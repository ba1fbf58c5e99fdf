#include "report/course_json.h"

/* Puts what the list is of, or nothing. */
typedef void put_item(struct json *list, const struct course_sample *sample);

static void put_established(struct json *list, const struct course_sample *sample)
{
	json_add_number(list, sample->established);
}

static void put_rejected(struct json *list, const struct course_sample *sample)
{
	json_add_number(list, sample->rejected);
}

static void put_ratio(struct json *list, const struct course_sample *sample)
{
	json_add_number(list,
	    sample->active_voters == 0
		? 0
		: (double)sample->rejected_voters / (double)sample->active_voters);
}

static void put_probe(struct json *list, const struct course_sample *sample)
{
	if (sample->probe == PROBE_NONE)
		json_add_null(list);
	else
		json_add_text(list, probe_result_name((enum probe_result)sample->probe));
}

static const struct {
	const char *name;
	put_item *put;
} lists[] = {
    {"established", put_established},
    {"rejected", put_rejected},
    {"rejected_voters_ratio", put_ratio},
    {"probes", put_probe},
};

static void put_list(
    struct json *list, put_item *put, const struct course *course, int64_t first_minute)
{
	for (int64_t minute = first_minute; minute < first_minute + COURSE_TOLD_MINUTES; minute++) {
		const struct course_sample *sample = course_at(course, minute);

		if (sample == NULL)
			json_add_null(list);
		else
			put(list, sample);
	}
}

static void put_marks(struct json *list, const struct course *course)
{
	for (size_t i = 0; i < course_mark_count(course); i++) {
		const struct course_mark *mark = course_mark_at(course, i);
		struct json *object = json_add_object(list);

		json_put_time(object, "time", mark->time_ms);
		json_put_text(object, "kind", course_mark_name(mark->kind));
		json_put_text(object, "text", mark->text);
	}
}

void course_put(struct json *object, const struct course *course, int64_t now_ms)
{
	int64_t first_minute = now_ms / COURSE_MINUTE_MS - COURSE_TOLD_MINUTES + 1;
	struct json *hour;

	if (course == NULL) {
		json_put_null(object, "last_hour");
		json_put_null(object, "marks");
		return;
	}
	hour = json_put_object(object, "last_hour");
	json_put_time(hour, "from", first_minute * COURSE_MINUTE_MS);
	json_put_int(hour, "step_seconds", COURSE_MINUTE_MS / 1000);
	for (size_t i = 0; i < count_of(lists); i++)
		put_list(json_put_array(hour, lists[i].name), lists[i].put, course, first_minute);
	put_marks(json_put_array(object, "marks"), course);
}
