#include "detect/recent.h"

void recent_take(struct recent_voter *entry, const struct hash_seed *seed, uint8_t family,
    const uint64_t words[2])
{
	/* The hash covers the length, which keeps the families apart. */
	uint64_t hash = hash_bytes(seed, view_of((const char *)words, family == 4 ? 8 : 16));

	*entry = (struct recent_voter){
	    .words = {words[0], words[1]}, .voter = hash != 0 ? hash : 1, .family = family};
}
