#include "report/course_json.h"

#define MAX_LIST_BYTES 4096

/* Appends what the list is of. */
typedef void put_item(struct buffer *list, const struct course_sample *sample);

static void put_established(struct buffer *list, const struct course_sample *sample)
{
	buffer_append_format(list, "%u", sample->established);
}

static void put_rejected(struct buffer *list, const struct course_sample *sample)
{
	buffer_append_format(list, "%u", sample->rejected);
}

static void put_ratio(struct buffer *list, const struct course_sample *sample)
{
	if (sample->rejected_voters == 0 || sample->active_voters == 0)
		buffer_append_text(list, "0");
	else
		buffer_append_format(
		    list, "%.4g", (double)sample->rejected_voters / (double)sample->active_voters);
}

static void put_probe(struct buffer *list, const struct course_sample *sample)
{
	if (sample->probe == PROBE_NONE)
		buffer_append_text(list, "null");
	else
		buffer_append_format(
		    list, "\"%s\"", probe_result_name((enum probe_result)sample->probe));
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
    struct buffer *list, put_item *put, const struct course *course, int64_t first_minute)
{
	for (int64_t minute = first_minute; minute < first_minute + COURSE_TOLD_MINUTES; minute++) {
		const struct course_sample *sample = course_at(course, minute);

		buffer_append_byte(list, minute == first_minute ? '[' : ',');
		if (sample == NULL)
			buffer_append_text(list, "null");
		else
			put(list, sample);
	}
	buffer_append_byte(list, ']');
}

/* Printed at once: of many sites a tree would hold tens of thousands of numbers. */
static void put_lists(struct json *hour, const struct course *course, int64_t first_minute)
{
	struct buffer auto_buffer list;

	buffer_init(&list, MAX_LIST_BYTES);
	for (size_t i = 0; i < count_of(lists); i++) {
		buffer_clear(&list);
		put_list(&list, lists[i].put, course, first_minute);
		json_put_printed(hour, lists[i].name, &list);
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
	put_lists(hour, course, first_minute);
	put_marks(json_put_array(object, "marks"), course);
}
