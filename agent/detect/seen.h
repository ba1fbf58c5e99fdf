/* How many different voters there were: a set of their hashes, exact up to SEEN_MAX. */
#ifndef AUTHMEDIC_DETECT_SEEN_H
#define AUTHMEDIC_DETECT_SEEN_H

#include "detect/row.h"

#define SEEN_MAX    ((size_t)1 << 20)
#define SEEN_SHARDS 64

/* One part of the set: open addressing, 0 means free. */
struct seen_shard {
	uint64_t *slots;
	uint32_t capacity;
	uint32_t count;
};

struct seen {
	struct seen_shard shards[SEEN_SHARDS];
	size_t count;
	uint64_t *fresh; /* not in a full row yet; the rows are written as these come */
	size_t fresh_count;
	size_t fresh_capacity;
	size_t fresh_saved; /* of those, the ones that the last save offered */
	uint64_t next_row;  /* where fresh[0] goes */
	bool all_fresh;     /* too many at once: the next save writes the whole set anew */
};

void seen_init(struct seen *seen);
void seen_done(struct seen *seen);

/* Without memory the voter is not counted. */
void seen_add(struct seen *seen, uint64_t hash);

must_check int seen_save(struct seen *seen, const struct row_sink *sink);
void seen_saved(struct seen *seen);
void seen_offer_all(struct seen *seen);
must_check int seen_restore(struct seen *seen, uint64_t name, struct view value);

#endif
