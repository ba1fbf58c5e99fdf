#include "intake/intake_private.h"

#include <errno.h>

#include "intake/names.h"

#define MAX_LOOKS       3 /* at once, while the log is rotated under our eyes */
#define ROTATE_WAIT_MS  5000 /* a writer may hold a rotated file open this long and be quiet */
#define DATED_WAIT_MS   120000 /* HTTP.sys writes yesterday's file once a minute at the latest */
#define RETRY_MS        1000 /* between two tries to open what could not be opened */

int intake_new(
    struct intake **ret_intake, const char *pattern, const struct intake_callbacks *callbacks)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	int error;

	if (intake == NULL)
		return -ENOMEM;
	intake->callbacks = *callbacks;
	intake->roster.settled_ns = INT64_MIN;
	error = files_new(&intake->files, pattern);
	if (error < 0)
		goto fail;
	*ret_intake = intake;
	return 0;
fail:
	intake_free(&intake);
	return error;
}

void intake_free(struct intake **intake)
{
	if (*intake == NULL)
		return;
	roster_done(&(*intake)->roster);
	files_free(&(*intake)->files);
	free(take_pointer(*intake));
}

struct lines intake_lines(struct intake *intake)
{
	return (struct lines){.callbacks = &intake->callbacks, .totals = &intake->totals};
}

static bool is_possible(const struct intake_cursor *cursor)
{
	return memchr(cursor->path, '\0', sizeof(cursor->path)) != NULL &&
	    cursor->offset_bytes >= 0 && cursor->size_bytes >= 0 &&
	    cursor->marker_bytes <= INTAKE_MARKER_BYTES &&
	    cursor->head_bytes <= INTAKE_MARKER_BYTES &&
	    cursor->marker_bytes <= cursor->offset_bytes;
}

int intake_restore(struct intake *intake, const struct intake_cursor *cursor)
{
	char place[NAMES_MAX_BYTES + 1];
	struct candidate candidate = {.path = (char *)cursor->path, .place = place};
	struct lines lines = intake_lines(intake);
	struct tail *tail;
	int error;

	if (!is_possible(cursor))
		return -EINVAL;
	if (intake->roster.count == INTAKE_MAX_FILES)
		return -ENOSPC;
	files_place(intake->files, cursor->path, place);
	error = tail_new(&tail, &candidate, &lines);
	if (error < 0)
		return error;
	tail_restore(tail, cursor);
	intake->begun = true;
	return roster_add(&intake->roster, tail, NULL);
}

void intake_restore_totals(struct intake *intake, const struct intake_totals *totals)
{
	intake->totals = *totals;
	intake->begun = true;
}

void intake_note(
    struct intake *intake, enum intake_condition condition, const char *path, const char *why)
{
	if (intake->condition != INTAKE_FINE)
		return;
	intake->condition = condition;
	snprintf(intake->why, sizeof(intake->why), "%s: %s", path, why);
}

void intake_note_error(struct intake *intake, const char *path, int error)
{
	if (error == -EMEDIUMTYPE)
		intake_note(intake, INTAKE_REFUSED, path, "not a regular file");
	else if (error == -EPERM)
		intake_note(intake, INTAKE_REFUSED, path, "reached by a stranger's symbolic link");
	else
		intake_note(intake, INTAKE_UNREADABLE, path, strerror(-error));
}

int intake_open(struct intake *intake, const struct candidate *candidate, int *ret_descriptor)
{
	int error;

	if (intake->now_ms < intake->retry_ms)
		return -EBUSY;
	error = files_open(candidate, ret_descriptor);
	intake->raced |= error == -ENOENT;
	if (error < 0 && error != -ENOENT) {
		intake->retry_ms = intake->now_ms + RETRY_MS;
		intake_note_error(intake, candidate->path, error);
	}
	return error;
}

/* What a followed file's error means for it. */
static void part_with(struct intake *intake, struct tail *tail, int error)
{
	switch (error) {
	case OTHER_BYTES:
		adopt_torn(intake, tail);
		break;
	case -ESTALE: /* the server forgot the open file: it is opened again by its name */
		tail_leave(tail, TAIL_LOST);
		break;
	case -EILSEQ:
		if (tail->current)
			intake_note(intake, INTAKE_REFUSED, tail->path, tail->refusal);
		tail_leave(tail, TAIL_IGNORED);
		break;
	default:
		intake_note_error(intake, tail->path, error);
		tail->unreadable = true;
	}
}

static void look_again(struct intake *intake, bool new_ones_only)
{
	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *tail = intake->roster.tails[i];
		int error;

		if (tail->state != TAIL_FOLLOWED || (new_ones_only && tail->modified_ns != -1))
			continue;
		error = tail_look(tail, intake->now_ms);
		if (error < 0)
			part_with(intake, tail, error);
	}
}

/* How long the file must be quiet to be over; -1 where it is not even superseded. */
static int64_t quiet_time_ms(const struct intake *intake, const struct tail *tail)
{
	if (tail->is_copy)
		return 0;
	if (tail->current)
		return roster_is_dated(&intake->roster, tail) ? DATED_WAIT_MS : -1;
	if (tail->late || roster_successor(&intake->roster, tail) != NULL)
		return ROTATE_WAIT_MS;
	return tail->found ? -1 : DELETED_WAIT_MS;
}

static void retire(struct intake *intake)
{
	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *tail = intake->roster.tails[i];
		int64_t wait_ms = quiet_time_ms(intake, tail);
		int64_t since_ms;

		if (tail_is_over(tail))
			continue;
		if (tail->state == TAIL_LOST)
			wait_ms = 0;
		if (wait_ms < 0)
			tail->superseded_ms = -1;
		else if (tail->superseded_ms < 0)
			tail->superseded_ms = intake->now_ms;
		since_ms =
		    tail->superseded_ms > tail->changed_ms ? tail->superseded_ms : tail->changed_ms;
		tail->ending = tail->state == TAIL_FOLLOWED && wait_ms >= 0 &&
		    !tail_is_pending(tail) && intake->now_ms - since_ms >= wait_ms;
	}
}

static void judge(struct intake *intake, const struct candidates *candidates, int scan_error)
{
	bool any = false;

	for (size_t i = 0; i < intake->roster.count; i++) {
		const struct tail *tail = intake->roster.tails[i];

		if (tail->current && tail->state == TAIL_IGNORED && tail->refusal != NULL)
			intake_note(intake, INTAKE_REFUSED, tail->path, tail->refusal);
	}
	for (size_t i = 0; i < candidates->list.count; i++)
		any = any || !candidates->list.items[i].rotated;
	if (scan_error < 0 && scan_error != -ENOENT)
		intake_note_error(intake, files_directory(intake->files), scan_error);
	if (candidates->error < 0)
		intake_note_error(intake, files_directory(intake->files), candidates->error);
	if (candidates->left_out > 0)
		intake_note(intake, INTAKE_UNREADABLE, files_directory(intake->files),
		    "too many files match");
	if (!any)
		intake_note(
		    intake, INTAKE_MISSING, files_directory(intake->files), "no file matches");
}

static int look_around(struct intake *intake, struct candidates *candidates)
{
	int error;

	intake->raced = false;
	/* Before the directory is read: the copy of a truncated file is there then. */
	look_again(intake, false);
	error = files_scan(intake->files, candidates);
	if (error < 0)
		return error;
	for (size_t i = 0; i < intake->roster.count; i++) {
		intake->roster.tails[i]->found = false;
		intake->roster.tails[i]->current = false;
	}
	find_by_identity(intake, candidates, false);
	find_lost(intake, candidates);
	find_by_identity(intake, candidates, true);
	adopt_strangers(intake, candidates);
	return 0;
}

void intake_reconcile(struct intake *intake, int64_t now_ms)
{
	struct candidates candidates = {0};
	int looks = 0;
	int error;

	intake->now_ms = now_ms;
	if (now_ms >= intake->retry_ms)
		intake->condition = INTAKE_FINE;
	do {
		files_forget(&candidates);
		candidates = (struct candidates){0};
		error = look_around(intake, &candidates);
	} while (error == 0 && intake->raced && ++looks < MAX_LOOKS);
	look_again(intake, true);
	retire(intake);
	copies_release(intake);
	judge(intake, &candidates, error);
	files_forget(&candidates);
}

/* The lines to come are this file's. */
static void turn_to(struct intake *intake, const struct tail *tail)
{
	const struct intake_callbacks *callbacks = &intake->callbacks;

	if (intake->roster.last_read == tail)
		return;
	intake->roster.last_read = tail;
	if (callbacks->on_file != NULL)
		callbacks->on_file(callbacks->context, buffer_view(&tail->header));
}

/* After any line, since a cursor of the place behind it may be asked for at any time. */
static void keep_header(struct intake *intake, struct tail *tail)
{
	const struct intake_callbacks *callbacks = &intake->callbacks;

	if (callbacks->keep_header == NULL)
		return;
	buffer_clear(&tail->header);
	callbacks->keep_header(callbacks->context, &tail->header);
	if (buffer_error(&tail->header) < 0)
		buffer_clear(&tail->header);
}

static int finish(struct intake *intake, struct tail *tail)
{
	int error;

	turn_to(intake, tail);
	error = tail_finish(tail);
	keep_header(intake, tail);
	return error;
}

static void end(struct intake *intake, struct tail *tail)
{
	int error = find_successor(intake, tail);

	if (error == 0)
		return;
	tail->ending = false; /* until the next look finds it quiet */
	if (has_other_bytes(error))
		error = finish(intake, tail);
	if (error < 0 && error != -EBUSY && error != MAY_LAG)
		part_with(intake, tail, error);
}

static void read_on(struct intake *intake, struct tail *tail, size_t max_bytes)
{
	int error;

	turn_to(intake, tail);
	error = tail_read(tail, max_bytes);
	keep_header(intake, tail);
	/* Nobody writes to a copy. */
	tail->ending = tail->is_copy && error == 0 && !tail_is_pending(tail);
	if (error < 0)
		part_with(intake, tail, error);
	if (error == OTHER_BYTES)
		intake_reconcile(intake, intake->now_ms); /* the copy may be gone in a second */
}

bool intake_read(struct intake *intake, size_t max_bytes)
{
	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *tail = intake->roster.tails[i];

		if (tail->state != TAIL_FOLLOWED ||
		    roster_must_wait(&intake->roster, tail, intake->now_ms))
			continue;
		if (tail_is_pending(tail))
			read_on(intake, tail, max_bytes);
		else if (tail->ending)
			end(intake, tail);
		else
			continue;
		return true;
	}
	return false;
}

/* A copy is not stored while it has more: should its source be truncated, or gone, when we start
 * again, the copy must look new. */
static bool is_stored(const struct intake *intake, const struct tail *tail)
{
	return !copies_have_more(intake, tail);
}

size_t intake_file_count(const struct intake *intake)
{
	size_t count = 0;

	for (size_t i = 0; i < intake->roster.count; i++)
		count += is_stored(intake, intake->roster.tails[i]) ? 1 : 0;
	return count;
}

void intake_file_cursor(const struct intake *intake, size_t index, struct intake_cursor *ret_cursor)
{
	size_t i = 0;

	while (!is_stored(intake, intake->roster.tails[i]) || index-- > 0)
		i++;
	tail_cursor(intake->roster.tails[i], ret_cursor);
}

uint64_t intake_cursors_digest(const struct intake *intake)
{
	uint64_t digest = 0;

	for (size_t i = 0; i < intake->roster.count; i++)
		if (is_stored(intake, intake->roster.tails[i]))
			digest = tail_digest(intake->roster.tails[i], digest);
	return digest != 0 ? digest : 1;
}

const struct intake_totals *intake_totals(const struct intake *intake)
{
	return &intake->totals;
}

uint64_t intake_lag_bytes(const struct intake *intake)
{
	uint64_t lag = 0;

	for (size_t i = 0; i < intake->roster.count; i++)
		lag += tail_lag_bytes(intake->roster.tails[i]);
	return lag;
}

enum intake_condition intake_condition(const struct intake *intake, const char **ret_why)
{
	*ret_why = intake->why;
	return intake->condition;
}

const char *intake_directory(const struct intake *intake)
{
	return files_directory(intake->files);
}
