#include "intake/intake_private.h"

#include <unistd.h>

#include "intake/names.h"
#include "intake/repetition.h"

/* Whether the file may be a copy of the other at all. Under the log's own name a few bytes that are
 * alike are only how both begin, unless they are all; and a later date is a new file. */
static bool may_repeat(const struct candidate *candidate, const struct tail *tail)
{
	if (candidate->rotated)
		return true;
	return tail->found && !tail_is_over(tail) &&
	    (candidate->look.size_bytes >= INTAKE_MARKER_BYTES ||
		candidate->look.size_bytes == tail->size_bytes) &&
	    !names_are_series(candidate->place, tail->place);
}

int copies_find_source(const struct intake *intake, const struct candidate *candidate,
    int descriptor, const struct tail **ret_source)
{
	const struct tail *source = NULL;

	for (size_t i = 0; i < intake->roster.count && source == NULL; i++) {
		const struct tail *tail = intake->roster.tails[i];
		int error = OTHER_BYTES;

		if (may_repeat(candidate, tail))
			error = tail_check_repetition(tail, descriptor);
		if (error < 0 && !has_other_bytes(error))
			return error;
		if (error == 0)
			source = tail;
	}
	*ret_source = source;
	return 0;
}

static bool is_orphan_of(const struct tail *copy, struct identity source)
{
	return tail_is_repetition(copy) && copy->orphan && identity_equal(copy->source, source);
}

void copies_orphan(struct intake *intake, const struct tail *tail)
{
	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *copy = intake->roster.tails[i];

		if (tail_is_repetition(copy) && identity_equal(copy->source, tail->identity))
			copy->orphan = true;
	}
}

/* An orphan's is the one that was torn, until that is found or given up. */
static const struct tail *find_source(const struct intake *intake, const struct tail *copy)
{
	if (!copy->orphan)
		return roster_find(&intake->roster, copy->source);
	for (size_t i = 0; i < intake->roster.count; i++) {
		const struct tail *tail = intake->roster.tails[i];

		if (tail->torn && identity_equal(tail->identity, copy->source))
			return tail;
	}
	return NULL;
}

void copies_hold(struct tail *copy, int descriptor)
{
	if (copy->descriptor >= 0)
		close(copy->descriptor);
	copy->descriptor = descriptor;
	if (repetition_text_end(descriptor, &copy->read_to_bytes) < 0)
		copy->read_to_bytes = copy->size_bytes;
}

/* Whether all that was handed on of it was handed on from its source. */
static bool has_only_shared(const struct tail *copy)
{
	return tail_is_repetition(copy) || copy->offset_bytes == copy->shared_bytes;
}

bool copies_have_more(const struct intake *intake, const struct tail *copy)
{
	const struct tail *source = has_only_shared(copy) ? find_source(intake, copy) : NULL;

	return source != NULL && !tail_is_over(source) &&
	    source->offset_bytes < copy->read_to_bytes;
}

static bool has_name(const struct tail *copy, const struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->list.count; i++)
		if (identity_equal(candidates->list.items[i].look.identity, copy->identity))
			return true;
	return false;
}

static struct tail *find_longest(
    const struct intake *intake, const struct tail *tail, const struct candidates *candidates)
{
	struct tail *longest = NULL;

	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *copy = intake->roster.tails[i];

		if (is_orphan_of(copy, tail->identity) && copy->descriptor >= 0 &&
		    !has_name(copy, candidates) &&
		    (longest == NULL || copy->read_to_bytes > longest->read_to_bytes) &&
		    tail_check(tail, copy->descriptor) == 0)
			longest = copy;
	}
	return longest;
}

void copies_count_lost(struct intake *intake, const struct tail *tail, int64_t seen_bytes)
{
	struct look look;

	if (!tail->remote && look_at_descriptor(tail->descriptor, &look) == 0 &&
	    look.size_bytes < seen_bytes)
		intake->totals.lost_bytes += (uint64_t)(seen_bytes - look.size_bytes);
}

void copies_hand_over(struct intake *intake, struct identity torn, const struct tail *tail)
{
	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *copy = intake->roster.tails[i];

		if (!is_orphan_of(copy, torn))
			continue;
		copy->source = tail->identity;
		copy->orphan = false;
	}
}

bool copies_go_on(struct intake *intake, struct tail *tail, const struct candidates *candidates)
{
	struct tail *copy = find_longest(intake, tail, candidates);
	struct identity torn = tail->identity;
	int64_t seen_bytes = tail->size_bytes;
	struct candidate candidate;
	int descriptor;

	if (copy == NULL)
		return false;
	descriptor = copy->descriptor;
	copy->descriptor = -1;
	if (tail_follow(tail, descriptor) < 0)
		return false;
	candidate = (struct candidate){.path = copy->path, .place = copy->place};
	tail_rename(tail, &candidate);
	tail->is_copy = true;
	copies_count_lost(intake, tail, seen_bytes);
	roster_remove(&intake->roster, copy);
	copies_hand_over(intake, torn, tail);
	return true;
}

void copies_disown(struct intake *intake, const struct tail *tail)
{
	for (size_t i = intake->roster.count; i-- > 0;) {
		struct tail *copy = intake->roster.tails[i];

		if (!is_orphan_of(copy, tail->identity))
			continue;
		copy->orphan = false;
		copy->source = (struct identity){0};
		if (tail->offset_bytes == 0)
			roster_remove(&intake->roster, copy);
	}
}

void copies_release(struct intake *intake)
{
	for (size_t i = 0; i < intake->roster.count; i++) {
		struct tail *copy = intake->roster.tails[i];

		if (!tail_is_repetition(copy) || copy->descriptor < 0)
			continue;
		if (copy->found)
			copy->give_up_ms = -1;
		else if (copy->give_up_ms < 0)
			copy->give_up_ms = intake->now_ms + DELETED_WAIT_MS;
		if (!copies_have_more(intake, copy) ||
		    (!copy->found && intake->now_ms >= copy->give_up_ms)) {
			close(copy->descriptor);
			copy->descriptor = -1;
		}
	}
}
