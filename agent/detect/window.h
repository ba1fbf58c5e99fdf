/* What happened in the last minutes of log time: a ring of buckets. The window is the bucket of now
 * and the WINDOW_BUCKETS - 1 before it, so it slides in steps of a bucket. */
#ifndef AUTHMEDIC_DETECT_WINDOW_H
#define AUTHMEDIC_DETECT_WINDOW_H

#include "detect/row.h"
#include "parse/statuses.h"

#define WINDOW_BUCKETS     60
#define WINDOW_MAX_SIGNALS 256

/* Signals follow behind: WINDOW_SIGNALS + the signature's index. The order is that of stored rows:
 * new ones go in front of WINDOW_SIGNALS. */
enum window_counter {
	WINDOW_VOTERS_ESTABLISHED,   /* known-good voters by their last opinion: each is in one */
	WINDOW_VOTERS_AUTHENTICATED, /* bucket at most */
	WINDOW_VOTERS_REJECTED,
	WINDOW_REJECTED_STRANGERS,
	WINDOW_UNANSWERED,
	WINDOW_KERBEROS_ESTABLISHED,
	WINDOW_NTLM_ESTABLISHED,
	WINDOW_COUNTERS_OF_VERSION_1, /* its rows end here */
	WINDOW_KERBEROS_REJECTED = WINDOW_COUNTERS_OF_VERSION_1,
	WINDOW_NTLM_REJECTED,
	WINDOW_BASIC_REJECTED,
	WINDOW_UNKNOWN_REJECTED,
	WINDOW_INCOMPLETE,
	WINDOW_BAD_PASSWORDS,
	WINDOW_PASSWORDS_BY_KNOWN_GOOD,
	WINDOW_OVERSIZE,
	WINDOW_SERVER_ERRORS,
	WINDOW_STATUS, /* + enum status_class */
	WINDOW_NAMED_SIGNALS = WINDOW_STATUS + STATUS_CLASS_COUNT, /* whose client the log told */
	WINDOW_SIGNALS
};

struct window_bucket {
	int64_t number; /* counted since 1970; 0: unused */
	uint32_t *counts;
	bool changed;
};

struct window {
	int64_t bucket_ms;
	int64_t now;         /* the newest bucket's number; 0: no time yet */
	int64_t now_from_ms; /* where that begins */
	int64_t floor_ms;    /* what happened before does not count */
	size_t counter_count;
	uint64_t *sums;
	struct window_bucket buckets[WINDOW_BUCKETS];
	uint32_t *counts; /* of all buckets */
};

must_check int window_init(struct window *window, int64_t window_ms, size_t signature_count);
void window_done(struct window *window);

/* Whether what happened then counts now. */
bool window_holds(const struct window *window, int64_t time_ms);
/* Adds to a counter at that time; nothing where that is outside the window. */
void window_add(struct window *window, int64_t time_ms, size_t counter, uint32_t count);
/* Takes one back that was added at that time. */
void window_take(struct window *window, int64_t time_ms, size_t counter);

/* The clock moved on; what is too old is gone. */
void window_advance(struct window *window, int64_t now_ms);
/* All counts of buckets that end before this time go, but the voters', which their table takes
 * back. The bucket that it falls into stays whole. */
void window_forget_before(struct window *window, int64_t time_ms);
/* The clock was set back to this time, by no more than a window: what is of later is of now. */
void window_set_back(struct window *window, int64_t now_ms);
/* Empty, at another time. */
void window_restart(struct window *window, int64_t now_ms);

/* Rows, of a kind of the window's own, hold all but the voters' counters, which come back with the
 * voters. */
must_check int window_save(const struct window *window, char kind, const struct row_sink *sink);
void window_saved(struct window *window);
void window_offer_all(struct window *window);
/* -EINVAL and no change on bytes that it did not write. */
must_check int window_restore(struct window *window, uint64_t slot, struct view value);
/* The same as window_add() of one, also while the time is not known yet. */
void window_restore_count(struct window *window, int64_t time_ms, size_t counter);
/* The time is known, before or after all else is restored; what is from later goes. */
void window_restore_now(struct window *window, int64_t now_ms);

#endif
