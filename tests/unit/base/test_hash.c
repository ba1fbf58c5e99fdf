#include "unit.h"

#include "base/hash.h"

/* The bytes 0, 1, 2, ... under the key 00 01 ... 0f give the values of an independent SipHash-1-3
 * (whose 2-4 form gave the vector of the SipHash paper); the lengths stand around the word size. */
static void matches_the_reference(unused_parameter void **state)
{
	static const struct hash_seed seed = {
	    {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
	static const struct {
		size_t length;
		uint64_t hash;
	} vectors[] = {
	    {0, UINT64_C(0xabac0158050fc4dc)},
	    {1, UINT64_C(0xc9f49bf37d57ca93)},
	    {7, UINT64_C(0xd3927d989bb11140)},
	    {8, UINT64_C(0x369095118d299a8e)},
	    {9, UINT64_C(0x25a48eb36c063de4)},
	    {15, UINT64_C(0xd320d86d2a519956)},
	    {16, UINT64_C(0xcc4fdd1a7d908b66)},
	    {63, UINT64_C(0x9d199062b7bbb3a8)},
	};
	char bytes[160];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	for (size_t i = 0; i < count_of(vectors); i++)
		assert_true(
		    hash_bytes(&seed, view_of(bytes, vectors[i].length)) == vectors[i].hash);
}

/* With a zero key these are CPython's hashes under PYTHONHASHSEED=0; the second is longer than the
 * one byte in which SipHash keeps the length. */
static void matches_python(unused_parameter void **state)
{
	static const struct hash_seed zero = {{0, 0}};
	char many[300];

	memset(many, 'a', sizeof(many));
	assert_true(hash_bytes(&zero, VIEW("authmedic")) == UINT64_C(0x22a41965dfec4f79));
	assert_true(hash_bytes(&zero, view_of(many, sizeof(many))) == UINT64_C(0x03626e5c58801010));
}

/* Another seed, another hash; the empty view needs no memory behind it. */
static void depends_on_the_seed(unused_parameter void **state)
{
	static const struct hash_seed one = {{1, 2}};
	static const struct hash_seed other = {{1, 3}};

	assert_true(hash_bytes(&one, VIEW("a")) != hash_bytes(&other, VIEW("a")));
	assert_true(hash_bytes(&one, view_of(NULL, 0)) == hash_bytes(&one, VIEW("")));
}

/* The pieces, their borders and their order all count. */
static void chains(unused_parameter void **state)
{
	uint64_t both = hash_chain(hash_chain(0, VIEW("ab")), VIEW("c"));

	assert_true(both == hash_chain(hash_chain(0, VIEW("ab")), VIEW("c")));
	assert_true(both != hash_chain(hash_chain(0, VIEW("a")), VIEW("bc")));
	assert_true(both != hash_chain(hash_chain(0, VIEW("c")), VIEW("ab")));
	assert_true(both != hash_chain(0, VIEW("abc")));
	assert_true(both != hash_chain(both, VIEW("")));
}

#ifdef __SIZEOF_INT128__
/* The same bytes and key, by a second writing of the definition in Python; the lengths stand around
 * a step and the borders of how the last bytes are loaded. */
static void passing_matches_the_reference(unused_parameter void **state)
{
	static const struct hash_seed seed = {
	    {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
	static const struct {
		size_t length;
		uint64_t hash;
	} vectors[] = {
	    {0, UINT64_C(0x1fb3770f8806aaec)},
	    {1, UINT64_C(0x6df7b129520f0c6a)},
	    {2, UINT64_C(0xbabc75f3446fcb73)},
	    {3, UINT64_C(0x8dc7df3d7d4cdaf8)},
	    {4, UINT64_C(0x1f19eb26b8075dcb)},
	    {7, UINT64_C(0x7b4812365c8667ce)},
	    {8, UINT64_C(0x3bde90944de8eefc)},
	    {9, UINT64_C(0x58c7b3df5b886e19)},
	    {15, UINT64_C(0x87d2584b91a09e91)},
	    {16, UINT64_C(0x8822efc5384c7d97)},
	    {17, UINT64_C(0x0b5a6aec1508025a)},
	    {31, UINT64_C(0xd601c327e5a5381a)},
	    {32, UINT64_C(0xcd189a0d0f0bc1b8)},
	    {33, UINT64_C(0x99ef6a3603dcfe94)},
	    {63, UINT64_C(0x58f8e8b9c5a333d5)},
	    {64, UINT64_C(0xd66bc94d96bebc71)},
	    {65, UINT64_C(0x3664a0bb25e450f3)},
	    {96, UINT64_C(0x79b7c21dffeaf3bb)},
	    {128, UINT64_C(0x7ed322a5b122930a)},
	    {129, UINT64_C(0xd7a74b289c0ec8f4)},
	    {160, UINT64_C(0xebe99ce08522fd7a)},
	};
	char bytes[160];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	for (size_t i = 0; i < count_of(vectors); i++)
		assert_true(
		    hash_passing(&seed, view_of(bytes, vectors[i].length)) == vectors[i].hash);
}
#endif

/* Whichever bit of a text, its length or the seed is another, the hash is. */
static void passing_depends_on_every_bit(unused_parameter void **state)
{
	struct hash_seed seed = {{0, 0}};
	char bytes[140] = {0};

	for (size_t length = 0; length < sizeof(bytes); length++) {
		uint64_t hash = hash_passing(&seed, view_of(bytes, length));

		assert_true(hash_passing(&seed, view_of(bytes, length + 1)) != hash);
		for (size_t bit = 0; bit < 8 * length; bit++) {
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			assert_true(hash_passing(&seed, view_of(bytes, length)) != hash);
			bytes[bit / 8] ^= (char)(1 << bit % 8);
		}
		for (size_t bit = 0; bit < 128; bit++) {
			seed.words[bit / 64] ^= UINT64_C(1) << bit % 64;
			assert_true(hash_passing(&seed, view_of(bytes, length)) != hash);
			seed.words[bit / 64] ^= UINT64_C(1) << bit % 64;
		}
	}
	assert_true(hash_passing(&seed, view_of(NULL, 0)) == hash_passing(&seed, VIEW("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(matches_the_reference),
	    cmocka_unit_test(matches_python),
	    cmocka_unit_test(depends_on_the_seed),
#ifdef __SIZEOF_INT128__
	    cmocka_unit_test(passing_matches_the_reference),
#endif
	    cmocka_unit_test(passing_depends_on_every_bit),
	    cmocka_unit_test(chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
