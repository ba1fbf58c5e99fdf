/* The different things of several kinds seen in the last minutes, by their hashes: each kind is
 * exact up to a maximum, then that many. */
#ifndef AUTHMEDIC_DETECT_DISTINCT_H
#define AUTHMEDIC_DETECT_DISTINCT_H

#include "detect/changes.h"
#include "detect/links.h"
#include "detect/row.h"

struct distinct_item {
	uint64_t hash;
	int64_t time_ms; /* when it was seen last */
	uint64_t order;  /* as they came; 0: the item is free */
	uint32_t kind;
};

struct distinct {
	size_t kinds, max_of_kind;
	size_t *counts; /* of each kind */
	struct distinct_item *items;
	uint32_t used; /* the highest number ever in use */
	uint32_t free; /* a chain of free numbers through their links */
	uint64_t next_order;
	bool unsettled; /* restored items are in no queue yet */
	uint64_t refused_total; /* came while there were as many of their kind */
	struct queue by_time; /* the oldest first */
	struct queue_links links;
	struct chains by_hash;
	struct changes changes;
};

must_check int distinct_init(struct distinct *distinct, size_t kinds, size_t max_of_kind);
void distinct_done(struct distinct *distinct);

void distinct_add(struct distinct *distinct, uint32_t kind, uint64_t hash, int64_t time_ms);
/* Forgets what was not seen since. */
void distinct_expire(struct distinct *distinct, int64_t oldest_ms);
/* The clock was set back to this time: nothing was seen later. */
void distinct_set_back(struct distinct *distinct, int64_t now_ms);

/* Rows of the kind 'd', one for each item. */
must_check int distinct_save(const struct distinct *distinct, const struct row_sink *sink);
void distinct_saved(struct distinct *distinct);
void distinct_offer_all(struct distinct *distinct);
/* -EINVAL and no change on bytes that it did not write. An item is left out where there are other
 * kinds now, and its row goes. */
must_check int distinct_restore(struct distinct *distinct, uint64_t number, struct view value);
/* Puts restored items into their queue, before anything else is done with them. */
void distinct_settle(struct distinct *distinct);

#endif
