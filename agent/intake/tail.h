/* One file of a log: where we are in it, and reading on from there. */
#ifndef AUTHMEDIC_INTAKE_TAIL_H
#define AUTHMEDIC_INTAKE_TAIL_H

#include "intake/files.h"
#include "intake/lines.h"

/* How long a size may lag behind over the network; NFS keeps attributes for a minute at most. */
#define TAIL_LAG_WAIT_MS 90000

enum tail_state {
	TAIL_LOST, /* restored, or its file has other bytes now: we must find where they went */
	TAIL_FOLLOWED, /* open */
	TAIL_FINISHED, /* rotated away and read to its end; closed, opened again if it grows */
	TAIL_IGNORED /* nothing to read: a copy of another, or no text */
};

struct tail {
	enum tail_state state;
	char *path; /* where the file was last seen */
	char *place; /* see struct candidate */
	struct identity identity;
	int descriptor; /* -1 unless followed, or a copy that has more than its source gave */
	bool remote;

	int64_t offset_bytes; /* behind the last complete line */
	int64_t gap_end_bytes; /* where the NULs behind it end, to read on; 0: none known */
	int64_t read_to_bytes; /* how far the bytes are known: a partial line, NULs */
	struct imprint marker; /* of the bytes before the offset */
	struct imprint head; /* of the first bytes, as far as they were written */
	struct lines lines;
	struct buffer header; /* see struct intake_callbacks */

	int64_t size_bytes, modified_ns; /* as of the last look; modified -1: not looked at yet */
	int64_t changed_ms; /* when a look found a change */
	bool changed; /* and what changed was not read yet */
	bool settling; /* it changed so lately that it may have changed again */
	bool unreadable; /* reading failed; the next look clears it */
	const char *refusal; /* why it is ignored, NULL for a copy … */
	struct identity source; /* … of this … */
	bool orphan; /* … which was torn since */
	int64_t shared_bytes; /* it grew, and is none any more; so many are its source's */

	/* What its owner knows of it. */
	bool found; /* it has a name in the directory */
	bool current; /* and that name is the log's own, not a rotated one */
	bool late; /* had been finished before: nothing waits for it */
	bool is_copy; /* took over from a file that was truncated: nobody writes to it */
	bool torn; /* lost because the bytes changed */
	bool ending; /* to be finished by the next read */
	int64_t superseded_ms; /* when another took its place; -1: none did */
	int64_t short_since_ms; /* when it began to look too short; -1: it does not */
	int64_t give_up_ms; /* when a lost one, or a copy without a name, is; -1: not decided */
};

static inline bool tail_is_over(const struct tail *tail)
{
	return tail->state == TAIL_FINISHED || tail->state == TAIL_IGNORED;
}

/* Left alone because it repeats another. */
static inline bool tail_is_repetition(const struct tail *tail)
{
	return tail->state == TAIL_IGNORED && tail->refusal == NULL;
}

/* Lost at first, with nothing read. The callbacks and totals live longer than the tail. */
must_check int tail_new(
    struct tail **ret_tail, const struct candidate *candidate, const struct lines *lines);
void tail_free(struct tail **tail);
/* Without memory the old names stay. */
void tail_rename(struct tail *tail, const struct candidate *candidate);

/* What the system said of it at last. */
void tail_remember(struct tail *tail, const struct look *look);

void tail_restore(struct tail *tail, const struct intake_cursor *cursor);
void tail_cursor(const struct tail *tail, struct intake_cursor *ret_cursor);

/* Chains what tail_cursor() gives to a digest. */
uint64_t tail_digest(const struct tail *tail, uint64_t digest);

/* Whether the open file holds the bytes that were read: 0, OTHER_BYTES, TOO_SHORT, MAY_LAG, or why
 * that is not known. */
must_check int tail_check(const struct tail *tail, int descriptor);
/* Goes on in this open file, which was checked; takes the descriptor over. */
must_check int tail_follow(struct tail *tail, int descriptor);
/* Closes the file, where it is open. */
void tail_leave(struct tail *tail, enum tail_state state);
/* Goes on where another stands whose bytes this file holds too; without memory the lines' header is
 * unknown. */
void tail_continue(struct tail *tail, const struct tail *other);

/* Looks at a followed file; OTHER_BYTES where they are others than those that were read. */
must_check int tail_look(struct tail *tail, int64_t now_ms);
/* Whether there may be something to read, as of the last look. */
bool tail_is_pending(const struct tail *tail);
uint64_t tail_lag_bytes(const struct tail *tail);

/* Hands on complete lines until about `max_bytes` are read or no more are there. OTHER_BYTES,
 * -EILSEQ where it is no text (see refusal), or why it cannot be read. */
must_check int tail_read(struct tail *tail, size_t max_bytes);
/* Hands on the unfinished line at its end, where there is one, and is finished. -EBUSY where there
 * was more to read after all. */
must_check int tail_finish(struct tail *tail);

/* Whether `descriptor` is open on a file that repeats this one, followed or finished, from the
 * start to its own end: 0, OTHER_BYTES, or why that is not known. */
must_check int tail_check_repetition(const struct tail *tail, int descriptor);

#endif
