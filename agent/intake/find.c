#include "intake/intake_private.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/repetition.h"

#define LOST_WAIT_MS 2000 /* a file on its way from one name to another is found again */

/* Goes on in a candidate that holds the bytes that were read: 0, OTHER_BYTES or TOO_SHORT where it
 * does not, or why that is not known. */
static int go_on(struct intake *intake, struct tail *tail, const struct candidate *candidate)
{
	int descriptor;
	int error = intake_open(intake, candidate, &descriptor);

	if (error < 0)
		return error;
	error = tail_check(tail, descriptor);
	if (error < 0) {
		close(descriptor);
		return error;
	}
	return tail_follow(tail, descriptor);
}

/* A file of an earlier run, by its identity. Returns false where its bytes are others now. */
static bool recover(struct intake *intake, struct tail *tail, struct candidate *candidate)
{
	int error = tail->torn ? OTHER_BYTES : go_on(intake, tail, candidate);

	if (error == MAY_LAG) {
		/* It may also be another that got the inode: the bytes are looked for elsewhere
		 * first. */
		candidate->unclear = true;
		if (tail->give_up_ms < 0)
			tail->give_up_ms = intake->now_ms + TAIL_LAG_WAIT_MS;
		return false;
	}
	if (error == -ENOENT) {
		candidate->unclear = true;
		return false;
	}
	if (has_other_bytes(error) && !tail->torn)
		adopt_torn(intake, tail);
	return !has_other_bytes(error);
}

/* Whether a copy that changed is still one: 0, OTHER_BYTES, or why that is not known. */
static int check_copy(struct intake *intake, struct tail *copy, const struct candidate *candidate)
{
	const struct tail *source = NULL;
	int descriptor;
	int error = intake_open(intake, candidate, &descriptor);

	if (error < 0)
		return error;
	error = copies_find_source(intake, candidate, descriptor, &source);
	if (error == 0 && source == NULL)
		error = OTHER_BYTES;
	if (error == 0)
		copies_hold(copy, descriptor);
	else
		close(descriptor);
	return error;
}

/* A file that is over grew: mostly its writer was late. */
static void read_again(struct intake *intake, struct tail *tail, bool rotated)
{
	tail->modified_ns = -1;
	tail->late = rotated;
	if (!rotated)
		roster_move_last(&intake->roster, tail);
}

/* A file that is over is not as it was. Returns false where it must be taken for a new one. */
static bool reconsider(struct intake *intake, struct tail *tail, const struct candidate *candidate)
{
	bool is_copy = tail_is_repetition(tail);
	int error = is_copy ? check_copy(intake, tail, candidate) : OTHER_BYTES;

	if (error == OTHER_BYTES && (is_copy || tail->state == TAIL_FINISHED)) {
		error = go_on(intake, tail, candidate);
		tail->shared_bytes = is_copy ? tail->offset_bytes : 0;
		is_copy = false;
	}
	if (has_other_bytes(error)) {
		roster_remove(&intake->roster, tail);
		return false;
	}
	if (error < 0)
		return true;
	tail_remember(tail, &candidate->look);
	if (is_copy)
		return true;
	if (candidate->look.size_bytes == tail->offset_bytes)
		tail_leave(tail, TAIL_FINISHED);
	else
		read_again(intake, tail, candidate->rotated);
	return true;
}

/* Whether there is more to know the file by than an inode, which may be another's by now. */
static bool is_known(const struct tail *tail)
{
	return tail->identity.birth_ns != -1 || tail->offset_bytes > 0 || tail->head.count > 0;
}

static bool is_unchanged(const struct tail *tail, const struct candidate *candidate)
{
	return tail->size_bytes == candidate->look.size_bytes &&
	    tail->modified_ns == candidate->look.modified_ns;
}

/* History stays unread, and its bytes unknown, until it grows. */
static bool is_history(const struct tail *tail, const struct candidate *candidate)
{
	return tail->state == TAIL_FINISHED && tail->marker.count == 0 &&
	    tail->offset_bytes == candidate->look.size_bytes;
}

/* Returns false where the candidate must be taken for a new file. */
static bool take_back(struct intake *intake, struct tail *tail, struct candidate *candidate)
{
	if (tail->state == TAIL_FOLLOWED || (tail_is_over(tail) && is_unchanged(tail, candidate)))
		return true;
	if (!is_known(tail)) {
		roster_remove(&intake->roster, tail);
		return false;
	}
	if (is_history(tail, candidate)) {
		tail_remember(tail, &candidate->look);
		return true;
	}
	return tail->state == TAIL_LOST ? recover(intake, tail, candidate)
					: reconsider(intake, tail, candidate);
}

void find_by_identity(struct intake *intake, struct candidates *candidates, bool over)
{
	for (size_t i = 0; i < candidates->list.count; i++) {
		struct candidate *candidate = &candidates->list.items[i];
		struct tail *tail = roster_find(&intake->roster, candidate->look.identity);

		if (tail == NULL || candidate->tail != NULL || tail_is_over(tail) != over ||
		    !S_ISREG(candidate->look.mode) || !take_back(intake, tail, candidate))
			continue;
		candidate->tail = tail;
		tail->found = true;
		tail->current = !candidate->rotated;
		tail_rename(tail, candidate);
	}
}

static void forget(struct intake *intake, struct candidates *candidates, struct tail *tail)
{
	for (size_t i = 0; i < candidates->list.count; i++)
		if (candidates->list.items[i].tail == tail)
			candidates->list.items[i].tail = NULL;
	roster_remove(&intake->roster, tail);
}

/* Behind a hole there is no marker, but the head tells. */
static bool can_be_told(const struct tail *lost)
{
	return lost->marker.count > 0 || (lost->offset_bytes > 0 && lost->head.count > 0);
}

/* Whether the bytes that were read of the lost file may be in this one: another file of the place,
 * of which nothing was read itself. */
static bool may_hold(const struct candidate *candidate, const struct tail *lost)
{
	return S_ISREG(candidate->look.mode) && can_be_told(lost) &&
	    (candidate->tail == NULL || candidate->tail->offset_bytes == 0) &&
	    candidate->look.size_bytes >= lost->offset_bytes &&
	    !identity_equal(candidate->look.identity, lost->identity) &&
	    strcmp(candidate->place, lost->place) == 0;
}

/* Goes on in another file, which may have been remembered as something else. */
static int claim(struct intake *intake, struct tail *tail, struct candidates *candidates,
    struct candidate *found)
{
	struct tail *remembered = roster_find(&intake->roster, found->look.identity);
	bool truncated = tail->torn;
	struct identity lost = tail->identity;
	int64_t seen_bytes = tail->size_bytes;
	int error = go_on(intake, tail, found);

	if (error < 0)
		return error;
	copies_count_lost(intake, tail, seen_bytes);
	if (remembered != NULL)
		forget(intake, candidates, remembered);
	found->tail = tail;
	tail->found = true;
	tail->current = !found->rotated;
	tail->is_copy = found->rotated && truncated;
	tail_rename(tail, found);
	if (truncated)
		copies_hand_over(intake, lost, tail);
	return 0;
}

/* Looks for the copy that was made before a truncation, or for what replaced the file; the youngest
 * has most. Returns true also where that is undecided, because one could not be compared. */
static bool find_by_content(struct intake *intake, struct tail *tail, struct candidates *candidates)
{
	bool undecided = false;

	for (size_t i = candidates->list.count; i-- > 0;) {
		struct candidate *candidate = &candidates->list.items[i];
		int error;

		if (!may_hold(candidate, tail))
			continue;
		error = undecided ? -EIO : claim(intake, tail, candidates, candidate);
		if (error == 0)
			return true;
		if (has_other_bytes(error))
			continue;
		candidate->unclear = undecided = true; /* -ENOENT: it has another name by now */
	}
	return undecided;
}

/* A file that a symbolic link no longer leads to keeps its own path. */
static bool find_by_path(struct intake *intake, struct tail *tail)
{
	struct candidate candidate = {.path = tail->path, .place = tail->place};

	return !tail->torn && look_at_path(tail->path, &candidate.look) == 0 &&
	    identity_equal(candidate.look.identity, tail->identity) &&
	    go_on(intake, tail, &candidate) == 0;
}

int find_successor(struct intake *intake, struct tail *tail)
{
	struct tail *next = tail;

	while (!tail->found && tail->marker.count > 0 &&
	    (next = roster_successor(&intake->roster, next)) != NULL) {
		int error =
		    next->offset_bytes > 0 ? OTHER_BYTES : tail_check(tail, next->descriptor);

		if (has_other_bytes(error))
			continue;
		if (error < 0)
			return error;
		tail_continue(next, tail);
		roster_remove(&intake->roster, tail);
		return 0;
	}
	return OTHER_BYTES;
}

/* Whether a rotated file begins as the lost one did: a quick copy was taken up as a new file before
 * the loss was seen. */
static bool begins_like(const struct candidate *candidate, const struct tail *lost)
{
	const struct tail *tail = candidate->tail;

	return tail->state == TAIL_FOLLOWED && lost->head.count > 0 &&
	    imprint_check(tail->descriptor, 0, lost->head) == 0;
}

/* Bytes of which nothing was read yet are kept by any new rotated file of the place that has as
 * many. */
static bool is_kept(const struct tail *tail, const struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->list.count; i++) {
		const struct candidate *candidate = &candidates->list.items[i];

		if (candidate->rotated && tail->offset_bytes == 0 &&
		    candidate->look.size_bytes >= tail->size_bytes &&
		    strcmp(candidate->place, tail->place) == 0 &&
		    (candidate->tail == NULL || begins_like(candidate, tail)))
			return true;
	}
	return false;
}

/* Whether the open file has nothing but what was read of the lost one: 0, OTHER_BYTES, or why that
 * is not known. */
static int has_nothing_new(int descriptor, const struct tail *lost)
{
	int64_t end_bytes = 0;
	int error = imprint_check(descriptor, 0, lost->head);

	if (error == 0)
		error = repetition_text_end(descriptor, &end_bytes);
	return error == 0 && end_bytes > lost->offset_bytes ? OTHER_BYTES : error;
}

/* A copy may have been made before the last lines were read, of what is gone now. */
static void pass_over_copies(
    struct intake *intake, const struct tail *tail, struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->list.count && tail->head.count > 0; i++) {
		struct candidate *candidate = &candidates->list.items[i];
		int descriptor;
		int error;

		if (!candidate->rotated || candidate->tail != NULL ||
		    strcmp(candidate->place, tail->place) != 0 ||
		    roster_find(&intake->roster, candidate->look.identity) != NULL)
			continue;
		error = intake_open(intake, candidate, &descriptor);
		if (error == 0) {
			error = has_nothing_new(descriptor, tail);
			close(descriptor);
		}
		if (error == 0)
			adopt_as_read(intake, candidate, NULL);
		else
			candidate->unclear = !has_other_bytes(error);
	}
}

/* Nobody has the bytes that were read: what was seen and not read is lost. What was read stays
 * known, should the file come back; of one that was torn nothing can. */
static void give_up(struct intake *intake, struct tail *tail, const struct candidates *candidates)
{
	bool kept = is_kept(tail, candidates);

	if (tail->torn && !kept && copies_go_on(intake, tail, candidates))
		return;
	if (tail->torn)
		copies_disown(intake, tail);
	if (tail->size_bytes > tail->offset_bytes && !kept)
		intake->totals.lost_bytes += (uint64_t)(tail->size_bytes - tail->offset_bytes);
	if (tail->torn || tail->marker.count == 0) {
		roster_remove(&intake->roster, tail);
		return;
	}
	tail->size_bytes = tail->offset_bytes; /* so whatever it has more than that is new */
	tail_leave(tail, TAIL_FINISHED);
}

void find_lost(struct intake *intake, struct candidates *candidates)
{
	for (size_t i = intake->roster.count; i-- > 0;) {
		struct tail *tail = intake->roster.tails[i];

		if (tail->state != TAIL_LOST || tail->found ||
		    find_by_content(intake, tail, candidates) || find_by_path(intake, tail))
			continue;
		pass_over_copies(intake, tail, candidates);
		if (tail->give_up_ms < 0)
			tail->give_up_ms = intake->now_ms + LOST_WAIT_MS;
		if (intake->now_ms >= tail->give_up_ms &&
		    find_successor(intake, tail) == OTHER_BYTES)
			give_up(intake, tail, candidates);
	}
}
