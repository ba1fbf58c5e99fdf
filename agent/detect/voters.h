/* The known-good voters: who got in at this site, when last, and what happened to them since. A
 * voter is named by the keyed hash of its address; no address is kept. */
#ifndef AUTHMEDIC_DETECT_VOTERS_H
#define AUTHMEDIC_DETECT_VOTERS_H

#include "detect/changes.h"
#include "detect/links.h"
#include "detect/row.h"
#include "detect/window.h"

enum opinion {
	OPINION_NONE, /* nothing since it was asked to forget */
	OPINION_ESTABLISHED,
	OPINION_AUTHENTICATED,
	OPINION_REJECTED,
	OPINION_COUNT
};

#define VOTER_ORDER_BITS 61
#define VOTER_MAX_ORDER  ((UINT64_C(1) << VOTER_ORDER_BITS) - 1)

/* Half a line of the processor's cache. */
struct voter {
	uint64_t hash;
	int64_t good_ms; /* when it got in last */
	int64_t opinion_ms; /* when its last opinion was given */
	uint64_t order : VOTER_ORDER_BITS; /* among all that got in; 0: the entry is free */
	uint64_t opinion : 64 - VOTER_ORDER_BITS;
};

_Static_assert(sizeof(struct voter) == 32, "of two lines the second would have to be fetched");
_Static_assert((OPINION_COUNT & (OPINION_COUNT - 1)) == 0, "an opinion is cut down to its bits");

struct voters_options {
	size_t max_voters;
	int64_t known_good_for_ms;
};

struct voters {
	struct voters_options options;
	struct voter *entries; /* on the borders of the cache's lines, in `memory` */
	void *memory;
	uint32_t used; /* the highest number ever in use */
	uint32_t free; /* a chain of free numbers through their links */
	size_t count;
	uint64_t next_order;
	uint64_t evicted_total;
	bool keeps_old; /* nobody is too old for now: the clock is in doubt */
	bool unsettled; /* restored entries are in no queue yet */
	struct queue by_good; /* who got in longest ago comes first */
	struct queue_links links;
	struct chains by_hash;
	struct changes changes;
};

must_check int voters_init(struct voters *voters, const struct voters_options *options);
void voters_done(struct voters *voters);

uint32_t voters_look_up(const struct voters *voters, uint64_t hash);

/* The voter's number; 0: it is not known. `number` is what the answer was before, or 0: most lines
 * are of a voter that came a moment ago, and the tables that tell all numbers are too large for the
 * processor's nearest caches. */
static inline uint32_t voters_find(const struct voters *voters, uint64_t hash, uint32_t number)
{
	/* Free entries have the hash 0, which is nobody's. */
	return voters->entries[number].hash == hash ? number : voters_look_up(voters, hash);
}

/* What one voter had to say at one time. */
struct vote {
	uint64_t voter;
	uint32_t number; /* of the voter, as voters_find() told before; or 0 */
	int64_t time_ms;
	enum opinion opinion;
	bool good; /* it got in: makes a known-good voter, if not too long ago, or refreshes one */
	bool claimed; /* by a name that may have been typed: a refusal before it stands */
	bool belated; /* found out later: a newer opinion, or one of the same time, stands */
};

/* Counts in the window what the voter thinks now. False where the voter is not known-good. */
bool voters_vote(struct voters *voters, struct window *window, const struct vote *vote);
/* Drops whoever has not got in for too long. */
void voters_expire(struct voters *voters, struct window *window, int64_t now_ms);
/* The clock was set back to this time: nobody got in later, or thought anything. To be told before
 * the window is. */
void voters_set_back(struct voters *voters, const struct window *window, int64_t now_ms);
/* Opinions before this time no longer count in the window. */
void voters_forget_before(struct voters *voters, struct window *window, int64_t time_ms);

must_check int voters_save(const struct voters *voters, const struct row_sink *sink);
void voters_saved(struct voters *voters);
void voters_offer_all(struct voters *voters);
/* -EINVAL and no change on bytes that it did not write. A number behind the table is left out, as
 * the table was larger then, and its row goes. */
must_check int voters_restore(
    struct voters *voters, struct window *window, uint64_t number, struct view value);
/* Puts restored entries into their queue, before anything else is done with them. */
void voters_settle(struct voters *voters);

#endif
