/* The different things seen in the last minutes, by their hashes: exact up to a maximum, then that
 * many. */
#ifndef AUTHMEDIC_DETECT_DISTINCT_H
#define AUTHMEDIC_DETECT_DISTINCT_H

#include "detect/links.h"

struct distinct_item {
	uint64_t hash;
	int64_t time_ms; /* when it was seen last */
};

struct distinct {
	size_t max_items;
	struct distinct_item *items;
	uint32_t used; /* the highest number ever in use */
	uint32_t free; /* a chain of free numbers through their links */
	size_t count;
	uint64_t refused_total; /* came while it was full */
	struct queue by_time; /* as they came, the oldest first */
	struct queue_links links;
	struct chains by_hash;
};

must_check int distinct_init(struct distinct *distinct, size_t max_items);
void distinct_done(struct distinct *distinct);

void distinct_add(struct distinct *distinct, uint64_t hash, int64_t time_ms);
/* Forgets what was not seen since. */
void distinct_expire(struct distinct *distinct, int64_t oldest_ms);

#endif
