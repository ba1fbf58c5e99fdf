#include "detect/recent.h"

#include "traffic.h"
#include "unit.h"

static void test_same_as_hash(unused_parameter void **state)
{
	/* Whatever was asked before, the answer is the hash of the address's own bytes; the same
	 * bytes are another voter in the other family. A number stays with its voter, or goes. */
	static struct recent recent;
	const struct hash_seed seed = {{3, 4}};
	struct traffic dice = {.state = 5};

	for (int i = 0; i < 50000; i++) {
		uint64_t words[2] = {traffic_pick(&dice, 3000), 0};
		uint8_t family = traffic_pick(&dice, 2) == 0 ? 4 : 6;
		struct recent_voter *entry;
		uint64_t expected;

		if (family == 6)
			words[1] = traffic_pick(&dice, 3);
		expected = hash_bytes(
		    &seed, view_of((const char *)words, family == 4 ? 8 : sizeof(words)));
		entry = recent_voter(&recent, &seed, family, words);
		assert_true(entry->voter == expected);
		assert_true(entry->number == 0 || entry->number == (uint32_t)expected);
		entry->number = (uint32_t)expected;
		assert_true(recent_voter(&recent, &seed, family, words) == entry);
		assert_true(entry->voter == expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_as_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
