#include "detect/recent.h"

/* Who can choose addresses may make them share a place; then each is hashed anew, as it would be
 * without the cache. */
static size_t place_of(const uint64_t words[2])
{
	return (size_t)(((words[0] ^ words[1]) * UINT64_C(0x9e3779b97f4a7c15)) >> 32) %
	    RECENT_ENTRIES;
}

uint64_t recent_voter(
    struct recent *recent, const struct hash_seed *seed, uint8_t family, const uint64_t words[2])
{
	struct recent_voter *entry = &recent->entries[place_of(words)];
	uint64_t hash;

	if (entry->words[0] == words[0] && entry->words[1] == words[1] && entry->family == family &&
	    entry->voter != 0)
		return entry->voter;
	/* The hash covers the length, which keeps the families apart. */
	hash = hash_bytes(seed, view_of((const char *)words, family == 4 ? 8 : 16));
	*entry = (struct recent_voter){
	    .words = {words[0], words[1]}, .voter = hash != 0 ? hash : 1, .family = family};
	return entry->voter;
}
