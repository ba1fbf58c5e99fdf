#include "report/course_private.h"

#include <errno.h>

#include "detect/row.h"

#define BLOCK_VERSION 1
#define MARKS_VERSION 2 /* no two kinds of rows share one */
#define MAX_MINUTE    (ROW_MAX_TIME_MS / COURSE_MINUTE_MS)
#define MARKS_NAME    "course-marks"
#define MARK_BYTES    (8 + 1 + 1 + COURSE_MARK_TEXT_BYTES)

_Static_assert(1 + 8 + 1 + 2 + COURSE_MAX_MARKS * MARK_BYTES <= COURSE_MAX_ROW_BYTES,
    "marks have room in one value");

const char *course_row_name(size_t number, char ret_name[COURSE_NAME_BYTES])
{
	if (number > COURSE_BLOCKS)
		return NULL;
	if (number == COURSE_BLOCKS)
		snprintf(ret_name, COURSE_NAME_BYTES, MARKS_NAME);
	else
		snprintf(ret_name, COURSE_NAME_BYTES, "course-%02u", (unsigned)number);
	return ret_name;
}

/* -- minutes -- */

static void put_sample(struct row_writer *row, const struct course_sample *sample)
{
	row_put(row, (uint64_t)sample->minute, 4);
	row_put(row, sample->established, 4);
	row_put(row, sample->rejected, 4);
	row_put(row, sample->active_voters, 2);
	row_put(row, sample->rejected_voters, 2);
	row_put(row, sample->probe, 1);
	row_put(row, sample->known, 1);
}

static struct course_sample get_sample(struct row_reader *row)
{
	return (struct course_sample){
	    .minute = (int64_t)row_get_below(row, 4, MAX_MINUTE),
	    .established = (uint32_t)row_get(row, 4),
	    .rejected = (uint32_t)row_get(row, 4),
	    .active_voters = (uint16_t)row_get(row, 2),
	    .rejected_voters = (uint16_t)row_get(row, 2),
	    .probe = (uint8_t)row_get_below(row, 1, PROBE_RESULT_COUNT),
	    .known = (uint8_t)row_get_below(row, 1, COURSE_DEAF << 1),
	};
}

static int save_block(
    const struct course *course, size_t block, course_on_row *on_row, void *context)
{
	const struct course_sample *first = &course->samples[block * COURSE_BLOCK_MINUTES];
	char name[COURSE_NAME_BYTES];
	struct row_writer row;

	row_begin(&row, BLOCK_VERSION);
	for (size_t i = 0; i < COURSE_BLOCK_MINUTES; i++)
		put_sample(&row, &first[i]);
	return on_row(context, course_row_name(block, name), row_view(&row));
}

static int restore_block(struct course *course, struct view value)
{
	struct course_sample samples[COURSE_BLOCK_MINUTES];
	struct row_reader row = row_open(value, BLOCK_VERSION);

	for (size_t i = 0; i < COURSE_BLOCK_MINUTES; i++)
		samples[i] = get_sample(&row);
	if (!row_is_whole(&row))
		return -EINVAL;
	for (size_t i = 0; i < COURSE_BLOCK_MINUTES; i++)
		if (samples[i].known != 0)
			course->samples[samples[i].minute % COURSE_MINUTES] = samples[i];
	return 0;
}

/* -- marks: as texts are long, a row has no room for all -- */

struct writer {
	char bytes[COURSE_MAX_ROW_BYTES];
	size_t length;
};

static void append(struct writer *writer, struct view bytes)
{
	memcpy(writer->bytes + writer->length, bytes.data, bytes.length);
	writer->length += bytes.length;
}

static void append_mark(struct writer *writer, const struct course_mark *mark)
{
	struct row_writer row = {.length = 0};
	struct view text = view_of_text(mark->text);

	row_put(&row, (uint64_t)mark->time_ms, 8);
	row_put(&row, mark->kind, 1);
	row_put(&row, text.length, 1);
	append(writer, row_view(&row));
	append(writer, text);
}

static int save_marks(const struct course *course, course_on_row *on_row, void *context)
{
	struct writer writer = {.length = 0};
	struct row_writer row;

	row_begin(&row, MARKS_VERSION);
	row_put(&row, course->configuration, 8);
	row_put(&row, course->pause, 1);
	row_put(&row, course->mark_count, 2);
	append(&writer, row_view(&row));
	for (size_t i = 0; i < course->mark_count; i++)
		append_mark(&writer, &course->marks[i]);
	return on_row(context, MARKS_NAME, view_of(writer.bytes, writer.length));
}

static struct course_mark get_mark(struct row_reader *row)
{
	struct course_mark mark = {.time_ms = (int64_t)row_get_below(row, 8, ROW_MAX_TIME_MS)};
	size_t length;

	mark.kind = (enum course_mark_kind)row_get_below(row, 1, COURSE_MARK_KINDS);
	length = row_get_below(row, 1, COURSE_MARK_TEXT_BYTES);
	if (length > row->rest.length || memchr(row->rest.data, '\0', length) != NULL)
		row->broken = true;
	else
		memcpy(mark.text, row->rest.data, length);
	row->rest = view_skip(row->rest, length);
	return mark;
}

static int restore_marks(struct course *course, struct view value)
{
	struct row_reader row = row_open(value, MARKS_VERSION);
	uint64_t configuration = row_get(&row, 8);
	enum course_pause pause = (enum course_pause)row_get_below(&row, 1, COURSE_PAUSES);
	size_t count = row_get_below(&row, 2, COURSE_MAX_MARKS + 1);
	struct course_mark marks[COURSE_MAX_MARKS];

	for (size_t i = 0; i < count && !row.broken; i++) {
		marks[i] = get_mark(&row);
		if (i > 0 && marks[i].time_ms < marks[i - 1].time_ms)
			row.broken = true;
	}
	if (!row_is_whole(&row))
		return -EINVAL;
	memcpy(course->marks, marks, count * sizeof(*marks));
	course->mark_count = count;
	course->configuration = configuration;
	course->pause = pause;
	return 0;
}

/* -- both -- */

int course_save(const struct course *course, course_on_row *on_row, void *context)
{
	int error = 0;

	for (size_t block = 0; error == 0 && block < COURSE_BLOCKS; block++)
		if (course->changed[block])
			error = save_block(course, block, on_row, context);
	if (error == 0 && course->marks_changed)
		error = save_marks(course, on_row, context);
	return error;
}

void course_saved(struct course *course)
{
	memset(course->changed, 0, sizeof(course->changed));
	course->marks_changed = false;
}

int course_restore(struct course *course, struct view value)
{
	if (value.length > 0 && value.data[0] == MARKS_VERSION)
		return restore_marks(course, value);
	return restore_block(course, value);
}
