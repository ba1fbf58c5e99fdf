#include "unit.h"

#include <errno.h>

#include "base/random.h"

/* All bytes asked for are filled: over many draws each position takes more than one value. */
static void fills_all_bytes(unused_parameter void **state)
{
	unsigned char seen_or[256] = {0};
	unsigned char seen_and[256];
	unsigned char too_many[257];

	memset(seen_and, 0xff, sizeof(seen_and));
	for (int draw = 0; draw < 64; draw++) {
		unsigned char bytes[256];

		assert_int_equal(random_bytes(bytes, sizeof(bytes)), 0);
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seen_or[i] |= bytes[i];
			seen_and[i] &= bytes[i];
		}
	}
	for (size_t i = 0; i < sizeof(seen_and); i++)
		assert_int_not_equal(seen_or[i], seen_and[i]);
	assert_int_equal(random_bytes(too_many, sizeof(too_many)), -EIO);
	assert_int_equal(random_bytes(seen_or, 0), 0);
}

/* Two seeds are two seeds. */
static void seeds_differ(unused_parameter void **state)
{
	struct hash_seed one;
	struct hash_seed other;

	assert_int_equal(random_seed(&one), 0);
	assert_int_equal(random_seed(&other), 0);
	assert_memory_not_equal(&one, &other, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fills_all_bytes),
	    cmocka_unit_test(seeds_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
