/* The voters of the addresses that came last: looking one up is several times cheaper than hashing
 * it anew. A cache only. */
#ifndef AUTHMEDIC_DETECT_RECENT_H
#define AUTHMEDIC_DETECT_RECENT_H

#include "base/address.h"
#include "base/hash.h"

#define RECENT_ENTRIES 512 /* a power of two; more would leave the nearest cache */

struct recent_voter {
	uint64_t words[2]; /* the address without what the prefix leaves out */
	uint64_t voter; /* 0: free */
	uint32_t number; /* whoever asks may keep one of the voter's here; 0 at first */
	uint8_t family;
};

struct recent {
	struct recent_voter entries[RECENT_ENTRIES];
};

/* Hashes an address into the entry, which is another's no more. */
void recent_take(struct recent_voter *entry, const struct hash_seed *seed, uint8_t family,
    const uint64_t words[2]);

/* The entry with the hash of the address's words, which is never 0; the seed must always be the
 * same. It is the voter's until the next is asked for. Who can choose addresses may make them share
 * a place; then each is hashed anew, as it would be without the cache. */
static inline struct recent_voter *recent_voter(
    struct recent *recent, const struct hash_seed *seed, uint8_t family, const uint64_t words[2])
{
	uint64_t mixed = (words[0] ^ words[1]) * UINT64_C(0x9e3779b97f4a7c15);
	struct recent_voter *entry = &recent->entries[(mixed >> 32) % RECENT_ENTRIES];

	if (entry->words[0] != words[0] || entry->words[1] != words[1] || entry->family != family ||
	    entry->voter == 0)
		recent_take(entry, seed, family, words);
	return entry;
}

#endif
