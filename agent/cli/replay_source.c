#include "cli/replay_source.h"

#include <errno.h>

#include "cli/log_input.h"
#include "intake/lines.h"

/* Small enough that what was read is still in the processor's cache when it is looked at, and that
 * lines which were found in a stretch still are when they are parsed. */
#define CHUNK_BYTES   ((size_t)128 * 1024)
#define STRETCH_BYTES ((size_t)8 * 1024)
#define MAX_LINES     (STRETCH_BYTES + LINES_MAX_PARTIAL_BYTES + 1) /* all of them empty */

struct place {
	uint32_t start, length;
	bool first; /* of its file */
};

struct replay_source {
	const struct replay_log *log;
	struct reading reading;
	struct intake_totals totals;
	struct intake_callbacks callbacks;
	struct lines lines;
	struct log_input *input; /* NULL between two files */
	size_t next_file;
	size_t kept; /* bytes of the chunk that are there, of which so many … */
	size_t shown; /* … were looked at for lines, and … */
	size_t taken; /* … are done with */
	array_of(struct place) places; /* of the lines in the stretch */
	size_t at; /* the place of the line behind this one */
	bool has_line;
	int error; /* of a callback */
	int64_t time_ms;
	struct parsed parsed;
	char bytes[CHUNK_BYTES + LINES_MAX_PARTIAL_BYTES];
};

static void on_line(void *context, struct view line, bool new_file)
{
	struct replay_source *source = context;
	const struct place place = {.start = (uint32_t)(line.data - source->bytes),
	    .length = (uint32_t)line.length,
	    .first = new_file};
	int error = array_push(&source->places, place, MAX_LINES);

	if (error < 0)
		source->error = error;
}

int replay_source_new(struct replay_source **ret_source, const struct replay_log *log,
    struct detector *detector, struct signatures *signatures)
{
	struct replay_source *source = calloc(1, sizeof(*source));
	int error;

	if (source == NULL)
		return -ENOMEM;
	source->log = log;
	source->time_ms = INT64_MIN;
	source->callbacks = (struct intake_callbacks){.on_line = on_line, .context = source};
	source->lines =
	    (struct lines){.callbacks = &source->callbacks, .totals = &source->totals};
	error = reading_init(&source->reading, &log->log, detector, signatures);
	if (error < 0) {
		replay_source_free(&source);
		return error;
	}
	*ret_source = source;
	return 0;
}

void replay_source_free(struct replay_source **source)
{
	if (*source == NULL)
		return;
	log_input_close(&(*source)->input);
	reading_done(&(*source)->reading);
	array_done(&(*source)->places);
	free(*source);
	*source = NULL;
}

static int open_next(struct replay_source *source)
{
	const char *path = source->log->files.items[source->next_file];
	int error = log_input_open(&source->input, path);

	if (error < 0)
		return complain(EXIT_UNAVAILABLE, "%s: %s", path, strerror(-error));
	source->next_file++;
	source->lines.first = true;
	source->lines.cut = false;
	return EXIT_DONE;
}

/* What was left of the last chunk moves to the beginning. What is left beyond one line's beginning
 * are NULs that never became bytes. */
static void make_room(struct replay_source *source)
{
	source->kept -= source->taken;
	memmove(source->bytes, source->bytes + source->taken, source->kept);
	source->taken = 0;
	if (source->kept > LINES_MAX_PARTIAL_BYTES)
		source->kept = LINES_MAX_PARTIAL_BYTES;
	source->shown = source->kept;
}

static void take_stretch(struct replay_source *source)
{
	size_t left = source->kept - source->shown;

	source->shown += left < STRETCH_BYTES ? left : STRETCH_BYTES;
	source->taken += lines_take(&source->lines,
	    view_of(source->bytes + source->taken, source->shown - source->taken));
}

/* One more chunk, or the end of the file. */
static int read_chunk(struct replay_source *source)
{
	size_t length = 0;
	int error;

	make_room(source);
	error = log_input_read(
	    source->input, source->bytes + source->kept, CHUNK_BYTES, &length);
	if (error < 0)
		return complain(error == -EBADMSG ? EXIT_FAILED : EXIT_UNAVAILABLE, "%s",
		    log_input_why(source->input));
	source->totals.bytes += length;
	source->kept += length;
	if (length > 0)
		return EXIT_DONE;
	lines_finish(&source->lines, view_of(source->bytes, source->kept));
	source->taken = source->kept;
	source->shown = source->kept;
	log_input_close(&source->input);
	return EXIT_DONE;
}

static int find_lines(struct replay_source *source)
{
	int exit_code = EXIT_DONE;

	source->places.count = 0;
	source->at = 0;
	if (source->shown < source->kept)
		take_stretch(source);
	else
		exit_code = read_chunk(source);
	if (source->error < 0)
		return complain(EXIT_UNAVAILABLE, "%s", strerror(-source->error));
	return exit_code;
}

static void parse(struct replay_source *source)
{
	const struct place *place = &source->places.items[source->at++];
	const struct parsed *parsed = &source->parsed;
	struct view line = view_of(source->bytes + place->start, place->length);

	reading_parse(&source->reading, line, place->first, &source->parsed);
	if (parsed->kind == LINE_RECORD)
		source->time_ms = parsed->record.time_ms;
	else if (parsed->signal.time_ms >= 0)
		source->time_ms = parsed->signal.time_ms;
}

int replay_source_next(struct replay_source *source)
{
	int exit_code = EXIT_DONE;

	source->has_line = false;
	while (exit_code == EXIT_DONE && source->at == source->places.count) {
		if (source->input != NULL)
			exit_code = find_lines(source);
		else if (source->next_file < source->log->files.count)
			exit_code = open_next(source);
		else
			return EXIT_DONE;
	}
	if (exit_code != EXIT_DONE)
		return exit_code;
	parse(source);
	source->has_line = true;
	return EXIT_DONE;
}

bool replay_source_has_line(const struct replay_source *source)
{
	return source->has_line;
}

int64_t replay_source_time_ms(const struct replay_source *source)
{
	return source->time_ms;
}

void replay_source_detect(struct replay_source *source)
{
	reading_detect(&source->reading, &source->parsed);
}

const struct replay_log *replay_source_log(const struct replay_source *source)
{
	return source->log;
}

const struct reading *replay_source_reading(const struct replay_source *source)
{
	return &source->reading;
}

const struct intake_totals *replay_source_totals(const struct replay_source *source)
{
	return &source->totals;
}
