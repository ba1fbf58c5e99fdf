#include "intake/roster.h"

#include <errno.h>

#include "intake/names.h"

void roster_done(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		tail_free(&roster->tails[i]);
	roster->count = 0;
}

static bool share_place(const struct tail *a, const struct tail *b)
{
	return strcmp(a->place, b->place) == 0;
}

/* The count where it is not there. */
static size_t index_of(const struct roster *roster, const struct tail *tail)
{
	size_t i = 0;

	while (i < roster->count && roster->tails[i] != tail)
		i++;
	return i;
}

static struct tail *take_out(struct roster *roster, size_t index)
{
	struct tail *tail = roster->tails[index];

	roster->count--;
	memmove(&roster->tails[index], &roster->tails[index + 1],
	    (roster->count - index) * sizeof(*roster->tails));
	return tail;
}

static void put_in(struct roster *roster, struct tail *tail, size_t index)
{
	memmove(&roster->tails[index + 1], &roster->tails[index],
	    (roster->count - index) * sizeof(*roster->tails));
	roster->tails[index] = tail;
	roster->count++;
}

/* The one that is over and was modified first, of those that were modified later than this. */
static struct tail *find_oldest(const struct roster *roster, int64_t after_ns)
{
	struct tail *oldest = NULL;

	for (size_t i = 0; i < roster->count; i++) {
		struct tail *tail = roster->tails[i];

		if (tail_is_over(tail) && tail->modified_ns > after_ns &&
		    (oldest == NULL || tail->modified_ns < oldest->modified_ns))
			oldest = tail;
	}
	return oldest;
}

int64_t roster_settled_ns(const struct roster *roster)
{
	/* What an earlier run had no room for is older than all that it remembered. */
	const struct tail *oldest =
	    roster->count == INTAKE_MAX_FILES ? find_oldest(roster, -1) : NULL;

	return oldest != NULL && oldest->modified_ns > roster->settled_ns ? oldest->modified_ns
									  : roster->settled_ns;
}

static int make_room(struct roster *roster)
{
	struct tail *oldest;

	if (roster->count < INTAKE_MAX_FILES)
		return 0;
	oldest = find_oldest(roster, INT64_MIN);
	if (oldest == NULL)
		return -ENOSPC;
	if (oldest->modified_ns > roster->settled_ns)
		roster->settled_ns = oldest->modified_ns;
	roster_remove(roster, oldest);
	return 0;
}

int roster_add(struct roster *roster, struct tail *tail, const struct tail *before)
{
	int error = make_room(roster);

	if (error < 0)
		tail_free(&tail);
	else
		put_in(roster, tail, index_of(roster, before));
	return error;
}

void roster_remove(struct roster *roster, struct tail *tail)
{
	struct tail *removed = take_out(roster, index_of(roster, tail));

	if (roster->last_read == removed)
		roster->last_read = NULL;
	tail_free(&removed);
}

void roster_move_last(struct roster *roster, struct tail *tail)
{
	struct tail *moved = take_out(roster, index_of(roster, tail));

	put_in(roster, moved, roster->count);
}

const struct tail *roster_behind(const struct roster *roster, const struct tail *tail)
{
	size_t index = index_of(roster, tail) + 1;

	return index < roster->count ? roster->tails[index] : NULL;
}

struct tail *roster_find(const struct roster *roster, struct identity identity)
{
	struct tail *best = NULL;

	for (size_t i = 0; i < roster->count; i++) {
		struct tail *tail = roster->tails[i];

		if (!identity_equal(tail->identity, identity))
			continue;
		if (best == NULL || tail->state == TAIL_FOLLOWED ||
		    (tail_is_over(best) && !tail_is_over(tail)))
			best = tail;
	}
	return best;
}

struct tail *roster_successor(const struct roster *roster, const struct tail *tail)
{
	for (size_t i = index_of(roster, tail) + 1; i < roster->count; i++)
		if (roster->tails[i]->state == TAIL_FOLLOWED && share_place(roster->tails[i], tail))
			return roster->tails[i];
	return NULL;
}

static bool is_endless(const struct tail *tail, int64_t now_ms)
{
	return tail->superseded_ms >= 0 && now_ms - tail->superseded_ms >= ROSTER_PATIENCE_MS;
}

bool roster_must_wait(const struct roster *roster, const struct tail *tail, int64_t now_ms)
{
	for (size_t i = 0; i < roster->count && roster->tails[i] != tail; i++) {
		const struct tail *before = roster->tails[i];

		if (!tail_is_over(before) && !before->late && !before->current &&
		    !is_endless(before, now_ms) && share_place(before, tail))
			return true;
	}
	return false;
}

bool roster_is_unsettled(const struct roster *roster, const char *place, int64_t now_ms)
{
	for (size_t i = 0; i < roster->count; i++) {
		const struct tail *tail = roster->tails[i];

		bool lost = tail->state == TAIL_LOST && tail->found && !is_endless(tail, now_ms);

		if ((lost || tail->short_since_ms >= 0) && strcmp(tail->place, place) == 0)
			return true;
	}
	return false;
}

bool roster_is_dated(const struct roster *roster, const struct tail *tail)
{
	for (size_t i = 0; i < roster->count; i++)
		if (names_is_later(roster->tails[i]->place, tail->place))
			return true;
	return false;
}
