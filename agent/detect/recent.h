/* The voters of the addresses that came last: looking one up is several times cheaper than hashing
 * it anew. A cache only. */
#ifndef AUTHMEDIC_DETECT_RECENT_H
#define AUTHMEDIC_DETECT_RECENT_H

#include "base/address.h"
#include "base/hash.h"

#define RECENT_ENTRIES 512 /* a power of two; more would leave the nearest cache */

struct recent {
	struct recent_voter {
		uint64_t words[2]; /* the address without what the prefix leaves out */
		uint64_t voter; /* 0: free */
		uint8_t family;
	} entries[RECENT_ENTRIES];
};

/* The hash of the address's words, which is never 0; the seed must always be the same. */
uint64_t recent_voter(
    struct recent *recent, const struct hash_seed *seed, uint8_t family, const uint64_t words[2]);

#endif
