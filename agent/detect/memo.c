#include "detect/memo.h"

#define WORD_BYTES  8
#define PLACE_WORDS 4

/* Browsers differ at the end of their names, where their versions stand, systems in length. */
static size_t place_of(struct view text)
{
	uint64_t mixed = text.length;

	for (size_t i = 1; i <= PLACE_WORDS && i * WORD_BYTES <= text.length; i++) {
		uint64_t word;

		memcpy(&word, text.data + text.length - i * WORD_BYTES, sizeof(word));
		mixed += word << i; /* the same words in another order are another text */
	}
	return (size_t)((mixed * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % MEMO_ENTRIES;
}

uint64_t memo_hash(struct memo *memo, const struct hash_seed *seed, struct view text)
{
	size_t place;

	if (view_is_empty(text) || text.length > MEMO_TEXT_BYTES)
		return hash_bytes(seed, text);
	place = place_of(text);
	if (memo->entries[place].length != text.length ||
	    memcmp(memo->entries[place].text, text.data, text.length) != 0) {
		memo->entries[place].hash = hash_bytes(seed, text);
		memo->entries[place].length = text.length;
		memcpy(memo->entries[place].text, text.data, text.length);
	}
	return memo->entries[place].hash;
}
