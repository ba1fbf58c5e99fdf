/* Seeded hashes, so that whoever writes the log cannot choose what collides in our tables. */
#ifndef AUTHMEDIC_BASE_HASH_H
#define AUTHMEDIC_BASE_HASH_H

#include "base/view.h"

struct hash_seed {
	uint64_t words[2];
};

/* SipHash-1-3: what tells one voter or one thing from another for long. */
uint64_t hash_bytes(const struct hash_seed *seed, struct view bytes);
/* Three times as fast, for what is compared within seconds and never shown: who could watch its
 * values might find the seed. Differs between machines. */
uint64_t hash_passing(const struct hash_seed *seed, struct view bytes);
/* A digest of several pieces in order, no secret: begin with 0, or with another digest. */
uint64_t hash_chain(uint64_t previous, struct view bytes);

#endif
