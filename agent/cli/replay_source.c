#include "cli/replay_source.h"

#include <errno.h>

#include "cli/log_input.h"
#include "cli/waiting.h"
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
	uint64_t taken_before; /* of the files before this one, as they lie on the disk */
	size_t kept; /* bytes of the chunk that are there, of which so many … */
	size_t shown; /* … were looked at for lines, and … */
	size_t taken; /* … are done with */
	struct stretch stretch; /* what is looked at together */
	size_t found; /* so many of its lines are read as they were found, of which … */
	size_t number; /* … this one next */
	array_of(struct place) places; /* of its lines where some are no lines as they stand */
	size_t at; /* the place of the line behind this one */
	int error; /* of a callback */
	struct parsed parsed; /* the latest line that was read */
	bool is_fresh; /* nobody asked yet whether that is believed */
	struct dating dating;
	struct waiting waiting; /* for their times to be believed, but … */
	size_t released; /* … so many of them do not any more, and … */
	int64_t instead_ms; /* … came then; -1: they are believed */
	struct parsed *line; /* the one to hand on; NULL: none */
	int64_t time_ms; /* of that line */
	int64_t first_ms; /* INT64_MIN: there was none with a time */
	int64_t told_ms; /* the time when it comes; -1: no line had one yet */
	char bytes[CHUNK_BYTES + LINES_MAX_PARTIAL_BYTES];
};

/* The place is filled where it stays: of a copy the processor waits for the parts. */
static void on_line(void *context, struct view line, bool new_file)
{
	struct replay_source *source = context;
	int error = array_push(&source->places, (struct place){0}, MAX_LINES);
	struct place *place;

	if (error < 0) {
		source->error = error;
		return;
	}
	place = &source->places.items[source->places.count - 1];
	place->start = (uint32_t)(line.data - source->bytes);
	place->length = (uint32_t)line.length;
	place->first = new_file;
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
	source->first_ms = INT64_MIN;
	source->told_ms = -1;
	dating_init(&source->dating, detector_late_ms(detector));
	source->callbacks = (struct intake_callbacks){.on_line = on_line, .context = source};
	source->lines =
	    (struct lines){.callbacks = &source->callbacks, .totals = &source->totals};
	error = stretch_init(&source->stretch, INTAKE_MAX_LINE_BYTES);
	if (error == 0)
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
	stretch_done(&(*source)->stretch);
	array_done(&(*source)->places);
	waiting_done(&(*source)->waiting);
	free(*source);
	*source = NULL;
}

static int open_next(struct replay_source *source)
{
	const char *path = source->log->files.items[source->next_file];
	int error = log_input_open(&source->input, path);

	if (error < 0)
		return complain(EXIT_UNAVAILABLE, "%s: %s", path,
		    error == -EINVAL ? "neither a regular file nor a pipe that was opened for us "
				       "(/dev/stdin): it could be waited for without end"
				     : strerror(-error));
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
	struct view bytes;
	size_t taken;

	source->shown += left < STRETCH_BYTES ? left : STRETCH_BYTES;
	bytes = view_of(source->bytes + source->taken, source->shown - source->taken);
	stretch_find(&source->stretch, bytes, reading_marks(&source->reading));
	taken = lines_take_found(&source->lines, &source->stretch);
	if (taken > 0)
		source->found = source->stretch.line_count;
	else
		taken = lines_take(&source->lines, bytes);
	source->taken += taken;
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
	source->taken_before += log_input_taken(source->input);
	log_input_close(&source->input);
	return EXIT_DONE;
}

static int find_lines(struct replay_source *source)
{
	int exit_code = EXIT_DONE;

	source->places.count = 0;
	source->at = 0;
	source->found = 0;
	source->number = 0;
	if (source->shown < source->kept)
		take_stretch(source);
	else
		exit_code = read_chunk(source);
	if (source->error < 0)
		return complain(EXIT_UNAVAILABLE, "%s", strerror(-source->error));
	return exit_code;
}

/* NULL where the line shows no time. */
static int64_t *time_of(struct parsed *parsed)
{
	if (parsed->kind == LINE_RECORD)
		return &parsed->record.time_ms;
	return parsed->signal.time_ms >= 0 ? &parsed->signal.time_ms : NULL;
}

static void parse(struct replay_source *source)
{
	const struct place *place;

	source->is_fresh = true;
	if (source->number < source->found) {
		reading_parse_of(
		    &source->reading, &source->stretch, source->number++, &source->parsed);
		return;
	}
	place = &source->places.items[source->at++];
	reading_parse(&source->reading, view_of(source->bytes + place->start, place->length),
	    place->first, &source->parsed);
}

/* The next line, where there is one. */
static int read_line(struct replay_source *source)
{
	int exit_code = EXIT_DONE;

	while (exit_code == EXIT_DONE && source->number == source->found &&
	    source->at == source->places.count) {
		if (source->input != NULL)
			exit_code = find_lines(source);
		else if (source->next_file < source->log->files.count)
			exit_code = open_next(source);
		else
			return EXIT_DONE;
	}
	if (exit_code == EXIT_DONE)
		parse(source);
	return exit_code;
}

/* -- when it was: of those that wait, and of the line that was read last -- */

static void hand_on(struct replay_source *source, struct parsed *line, int64_t time_ms)
{
	source->line = line;
	source->time_ms = time_ms;
	if (source->first_ms == INT64_MIN)
		source->first_ms = time_ms;
	if (time_ms > source->told_ms)
		source->told_ms = time_ms;
}

static void hand_on_waiting(struct replay_source *source)
{
	struct parsed *line = waiting_take(&source->waiting);
	int64_t *time_ms = time_of(line);

	source->released--;
	if (source->instead_ms >= 0)
		*time_ms = source->instead_ms;
	hand_on(source, line, *time_ms);
}

static void release(struct replay_source *source, enum dating_verdict verdict, int64_t instead_ms)
{
	source->released = source->waiting.count;
	source->instead_ms = verdict == DATING_DISBELIEVED ? instead_ms : -1;
}

static void take(struct replay_source *source, int64_t time_ms)
{
	source->is_fresh = false;
	hand_on(source, &source->parsed, time_ms);
	/* The server's clock may have been set back. */
	source->told_ms = source->dating.now_ms;
}

static int ask(struct replay_source *source)
{
	const int64_t *time_ms = time_of(&source->parsed);
	enum dating_verdict verdict;
	int64_t instead_ms = -1;

	if (time_ms == NULL) {
		source->is_fresh = false;
		hand_on(source, &source->parsed, source->time_ms);
		return EXIT_DONE;
	}
	verdict = dating_line(&source->dating, *time_ms, &instead_ms);
	if (verdict == DATING_TAKEN) {
		take(source, *time_ms);
		return EXIT_DONE;
	}
	if (verdict != DATING_WAITS) {
		release(source, verdict, instead_ms);
		return EXIT_DONE;
	}
	source->is_fresh = false;
	source->error = waiting_add(&source->waiting, &source->parsed);
	return source->error == 0 ? EXIT_DONE
				  : complain(EXIT_UNAVAILABLE, "%s", strerror(-source->error));
}

int replay_source_next(struct replay_source *source)
{
	enum dating_verdict verdict;
	int64_t instead_ms = -1;
	int exit_code = EXIT_DONE;

	source->line = NULL;
	while (exit_code == EXIT_DONE && source->line == NULL) {
		if (source->released > 0) {
			hand_on_waiting(source);
			return EXIT_DONE;
		}
		if (!source->is_fresh)
			exit_code = read_line(source);
		if (exit_code != EXIT_DONE)
			return exit_code;
		if (source->is_fresh) {
			exit_code = ask(source);
			continue;
		}
		verdict = dating_end(&source->dating, &instead_ms);
		if (verdict == DATING_TAKEN)
			return EXIT_DONE;
		release(source, verdict, instead_ms);
	}
	return exit_code;
}

bool replay_source_has_line(const struct replay_source *source)
{
	return source->line != NULL;
}

int64_t replay_source_time_ms(const struct replay_source *source)
{
	return source->time_ms;
}

void replay_source_detect(struct replay_source *source)
{
	if (source->told_ms >= 0 && source->told_ms != source->reading.told_ms)
		reading_tell_time(&source->reading, source->told_ms);
	reading_detect(&source->reading, source->line);
}

bool replay_source_span(const struct replay_source *source, struct replay_span *ret_span)
{
	*ret_span = (struct replay_span){source->first_ms, source->told_ms};
	return source->first_ms != INT64_MIN;
}

uint64_t replay_source_misdated(const struct replay_source *source)
{
	return source->dating.misdated_total;
}

uint64_t replay_source_taken(const struct replay_source *source)
{
	uint64_t now = source->input != NULL ? log_input_taken(source->input) : 0;

	return source->taken_before + now;
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
