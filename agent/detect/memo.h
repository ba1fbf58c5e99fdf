/* Remembers the hashes of texts that come again and again, such as agents: comparing with what came
 * before is several times cheaper than hashing. A cache only: what it forgets is hashed anew. */
#ifndef AUTHMEDIC_DETECT_MEMO_H
#define AUTHMEDIC_DETECT_MEMO_H

#include "base/hash.h"

#define MEMO_ENTRIES    64
#define MEMO_TEXT_BYTES 240 /* longer texts are always hashed */

struct memo {
	struct {
		uint64_t hash;
		size_t length; /* 0: free */
		char text[MEMO_TEXT_BYTES];
	} entries[MEMO_ENTRIES];
};

/* hash_bytes() of the text; the seed must always be the same. */
uint64_t memo_hash(struct memo *memo, const struct hash_seed *seed, struct view text);

#endif
