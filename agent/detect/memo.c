#include "detect/memo.h"

/* Versions differ at the end, systems in length. */
static size_t place_of(struct view text)
{
	unsigned char last = (unsigned char)text.data[text.length - 1];
	unsigned char middle = (unsigned char)text.data[text.length / 2];

	return (text.length * 5 + last * 3u + middle) % MEMO_ENTRIES;
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
