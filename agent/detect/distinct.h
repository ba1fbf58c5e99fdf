/* The different things of several kinds seen in the last minutes, by their hashes: each kind is
 * exact up to a maximum, then that many. */
#ifndef AUTHMEDIC_DETECT_DISTINCT_H
#define AUTHMEDIC_DETECT_DISTINCT_H

#include "detect/links.h"

struct distinct_item {
	uint64_t hash;
	int64_t time_ms; /* when it was seen last */
	uint32_t kind;
};

struct distinct {
	size_t max_of_kind;
	size_t *counts; /* of each kind */
	struct distinct_item *items;
	uint32_t used; /* the highest number ever in use */
	uint32_t free; /* a chain of free numbers through their links */
	uint64_t refused_total; /* came while there were as many of their kind */
	struct queue by_time; /* as they came, the oldest first */
	struct queue_links links;
	struct chains by_hash;
};

must_check int distinct_init(struct distinct *distinct, size_t kinds, size_t max_of_kind);
void distinct_done(struct distinct *distinct);

void distinct_add(struct distinct *distinct, uint32_t kind, uint64_t hash, int64_t time_ms);
/* Forgets what was not seen since. */
void distinct_expire(struct distinct *distinct, int64_t oldest_ms);

#endif
