#include "intake/intake_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/names.h"

static bool takes_over(const struct intake *intake, const struct candidate *candidate)
{
	if (candidate->rotated)
		return false;
	for (size_t i = 0; i < intake->roster.count; i++) {
		const struct tail *tail = intake->roster.tails[i];
		bool same = strcmp(tail->place, candidate->place) == 0;

		if ((same && !tail->current && !tail_is_over(tail) && !tail->is_copy) ||
		    (!same && names_are_series(tail->place, candidate->place)))
			return true;
	}
	return false;
}

static void enroll(struct intake *intake, struct tail *tail, struct candidate *candidate)
{
	tail->found = true;
	tail->current = !candidate->rotated;
	if (roster_add(&intake->roster, tail, candidate->before) < 0)
		intake_note(intake, INTAKE_UNREADABLE, candidate->path, "too many files match");
	else
		candidate->tail = tail;
}

/* Where the file holds all that was read of one that vanished, reading goes on behind that. */
static int continue_vanished(struct intake *intake, struct tail *tail)
{
	struct tail *vanished = NULL;

	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *other = intake->roster.tails[i];
		int error;

		if (other->state != TAIL_FINISHED || other->found || other->marker.count == 0 ||
		    strcmp(other->place, tail->place) != 0)
			continue;
		error = tail_check(other, tail->descriptor);
		if (error < 0 && !has_other_bytes(error))
			return error;
		if (error == 0 &&
		    (vanished == NULL || other->offset_bytes > vanished->offset_bytes))
			vanished = other;
	}
	if (vanished != NULL) {
		tail_continue(tail, vanished);
		roster_remove(&intake->roster, vanished);
	}
	return 0;
}

int adopt_open(struct intake *intake, struct candidate *candidate, int descriptor)
{
	struct lines lines = intake_lines(intake);
	struct tail *tail;
	int error = tail_new(&tail, candidate, &lines);

	if (error < 0) {
		close(descriptor);
		return error;
	}
	error = tail_follow(tail, descriptor);
	if (error == 0)
		error = continue_vanished(intake, tail);
	if (error < 0) {
		intake_note_error(intake, candidate->path, error);
		tail_free(&tail);
		return error;
	}
	if (intake->begun && takes_over(intake, candidate))
		intake->totals.rotations++;
	enroll(intake, tail, candidate);
	return 0;
}

void adopt_torn(struct intake *intake, struct tail *tail)
{
	struct candidate candidate = {
	    .path = tail->path,
	    .place = tail->place,
	    .rotated = !tail->current,
	    .look.identity = tail->identity,
	};
	int descriptor = tail->descriptor >= 0 ? fcntl(tail->descriptor, F_DUPFD_CLOEXEC, 0) : -1;

	intake->totals.truncations++;
	copies_orphan(intake, tail);
	tail_leave(tail, TAIL_LOST);
	tail->torn = true;
	tail->give_up_ms = intake->now_ms;
	candidate.before = roster_behind(&intake->roster, tail);
	if (descriptor >= 0 && adopt_open(intake, &candidate, descriptor) < 0)
		return; /* the directory may still have it */
}

void adopt_as_read(struct intake *intake, struct candidate *candidate, const struct tail *source)
{
	struct lines lines = intake_lines(intake);
	struct tail *tail;

	if (tail_new(&tail, candidate, &lines) < 0)
		return; /* the next look tries again */
	tail_leave(tail, source != NULL ? TAIL_IGNORED : TAIL_FINISHED);
	if (source != NULL)
		tail->source = source->identity;
	tail->offset_bytes = candidate->look.size_bytes;
	tail->lines.first = tail->offset_bytes == 0;
	tail_remember(tail, &candidate->look);
	enroll(intake, tail, candidate);
}

/* A rotated file is read before the next younger one of its place, any other after all. */
static const struct tail *tail_behind(
    const struct candidates *candidates, const struct candidate *candidate)
{
	const struct candidate *end = candidates->list.items + candidates->list.count;

	for (const struct candidate *next = candidate + 1; candidate->rotated && next < end; next++)
		if (next->tail != NULL && strcmp(next->place, candidate->place) == 0)
			return next->tail;
	return NULL;
}

/* Whether it is the log itself, and not one of several that a glob means. */
static bool is_own(const struct intake *intake, const struct candidate *candidate)
{
	return !candidate->rotated && !files_is_glob(intake->files);
}

/* The file under another of its names that are meant, or behind a link that is. */
static struct tail *find_other_name(
    const struct candidates *candidates, const struct candidate *candidate)
{
	for (size_t i = 0; i < candidates->list.count; i++) {
		const struct candidate *other = &candidates->list.items[i];

		if (other->tail != NULL &&
		    identity_equal(other->look.identity, candidate->look.identity))
			return other->tail;
	}
	return NULL;
}

/* A file that nobody knows. -errno where it could not be opened or compared: the next look tries
 * again. */
static int adopt(struct intake *intake, struct candidate *candidate)
{
	const struct tail *source = NULL;
	int descriptor;
	int error;

	if (candidate->rotated && candidate->look.size_bytes == 0)
		return 0; /* a copy may be about to be made */
	error = intake_open(intake, candidate, &descriptor);
	if (error < 0)
		return error;
	if (!is_own(intake, candidate))
		error = copies_find_source(intake, candidate, descriptor, &source);
	if (error == 0 && source == NULL)
		return adopt_open(intake, candidate, descriptor);
	if (error < 0)
		intake_note_error(intake, candidate->path, error);
	else
		adopt_as_read(intake, candidate, source);
	if (candidate->tail != NULL)
		copies_hold(candidate->tail, descriptor);
	else
		close(descriptor);
	return error;
}

/* Whether the file was over when the log was first seen. */
static bool is_history(const struct candidates *candidates, size_t index)
{
	const struct candidate *candidate = &candidates->list.items[index];

	for (size_t i = candidates->list.count; !candidate->rotated && i-- > 0;)
		if (names_is_later(candidates->list.items[i].place, candidate->place))
			return true;
	return candidate->rotated;
}

/* A glob may well mean a directory too. */
static void refuse(struct intake *intake, const struct candidate *candidate)
{
	if (!candidate->rotated && !(S_ISDIR(candidate->look.mode) && files_is_glob(intake->files)))
		intake_note_error(intake, candidate->path, -EMEDIUMTYPE);
}

/* A copy is older than what it repeats: where that could not be opened or compared yet, nobody can
 * tell. */
static bool must_wait(const struct intake *intake, const struct candidates *candidates,
    const struct candidate *candidate)
{
	const struct candidate *end = candidates->list.items + candidates->list.count;

	if (!candidate->rotated)
		return false;
	for (const struct candidate *next = candidate + 1; next < end; next++)
		if (next->unclear && strcmp(next->place, candidate->place) == 0)
			return true;
	return roster_is_unsettled(&intake->roster, candidate->place, intake->now_ms);
}

static void consider(struct intake *intake, struct candidates *candidates, size_t index)
{
	struct candidate *candidate = &candidates->list.items[index];

	if (candidate->tail != NULL || candidate->unclear)
		return;
	if (!S_ISREG(candidate->look.mode)) {
		refuse(intake, candidate);
		return;
	}
	if (!is_own(intake, candidate) &&
	    candidate->look.modified_ns <= roster_settled_ns(&intake->roster))
		return;
	candidate->tail = find_other_name(candidates, candidate);
	if (candidate->tail != NULL)
		return;
	candidate->before = tail_behind(candidates, candidate);
	if (!intake->begun && is_history(candidates, index))
		adopt_as_read(intake, candidate, NULL);
	else
		candidate->unclear =
		    must_wait(intake, candidates, candidate) || adopt(intake, candidate) < 0;
}

/* The rotated ones last, and of these the youngest first: a copy is known as one where what it
 * repeats is followed already. */
void adopt_strangers(struct intake *intake, struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->list.count; i++)
		if (!candidates->list.items[i].rotated)
			consider(intake, candidates, i);
	for (size_t i = candidates->list.count; i-- > 0;)
		if (candidates->list.items[i].rotated)
			consider(intake, candidates, i);
	intake->begun = true;
}
