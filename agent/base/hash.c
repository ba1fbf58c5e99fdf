#include "base/hash.h"

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return (word << bits) | (word >> (64 - bits));
}

static void sip_round(uint64_t state[4])
{
	state[0] += state[1];
	state[1] = rotate(state[1], 13) ^ state[0];
	state[0] = rotate(state[0], 32);
	state[2] += state[3];
	state[3] = rotate(state[3], 16) ^ state[2];
	state[0] += state[3];
	state[3] = rotate(state[3], 21) ^ state[0];
	state[2] += state[1];
	state[1] = rotate(state[1], 17) ^ state[2];
	state[2] = rotate(state[2], 32);
}

static uint64_t load_word(const char *data, size_t length)
{
	uint64_t word = 0;

	for (size_t i = 0; i < length; i++)
		word |= (uint64_t)(unsigned char)data[i] << (8 * i);
	return word;
}

static void absorb(uint64_t state[4], uint64_t word)
{
	state[3] ^= word;
	sip_round(state);
	state[0] ^= word;
}

uint64_t hash_bytes(const struct hash_seed *seed, struct view bytes)
{
	uint64_t state[4] = {
	    seed->words[0] ^ UINT64_C(0x736f6d6570736575),
	    seed->words[1] ^ UINT64_C(0x646f72616e646f6d),
	    seed->words[0] ^ UINT64_C(0x6c7967656e657261),
	    seed->words[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t last = (uint64_t)bytes.length << 56;

	while (bytes.length >= 8) {
		absorb(state, load_word(bytes.data, 8));
		bytes = view_skip(bytes, 8);
	}
	absorb(state, last | load_word(bytes.data, bytes.length));
	state[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(state);
	return state[0] ^ state[1] ^ state[2] ^ state[3];
}

uint64_t hash_chain(uint64_t previous, struct view bytes)
{
	struct hash_seed seed = {.words = {previous, bytes.length}};

	return hash_bytes(&seed, bytes);
}
