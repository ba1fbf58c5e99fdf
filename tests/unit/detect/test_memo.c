#include "detect/memo.h"

#include "traffic.h"
#include "unit.h"

static void test_same_as_hash(unused_parameter void **state)
{
	/* Whatever was asked before, the answer is the text's hash: many texts, few places, and
	 * texts that differ in one byte only. */
	static struct memo memo;
	const struct hash_seed seed = {{3, 4}};
	struct traffic dice = {.state = 5};
	char bytes[MEMO_TEXT_BYTES + 10];

	memset(bytes, 'a', sizeof(bytes));
	for (int i = 0; i < 20000; i++) {
		size_t length = traffic_pick(&dice, 4) == 0 ? traffic_pick(&dice, sizeof(bytes))
							    : traffic_pick(&dice, 4);
		struct view text = view_of(bytes, length);

		bytes[traffic_pick(&dice, sizeof(bytes))] = (char)('a' + traffic_pick(&dice, 2));
		assert_true(memo_hash(&memo, &seed, text) == hash_bytes(&seed, text));
	}
}

static void test_long_text(unused_parameter void **state)
{
	/* The longest text that fits and the first that does not are both right, twice. */
	static struct memo memo;
	const struct hash_seed seed = {{3, 4}};
	char bytes[MEMO_TEXT_BYTES + 1];

	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 2; i++)
		for (size_t length = MEMO_TEXT_BYTES - 1; length <= MEMO_TEXT_BYTES + 1; length++)
			assert_true(memo_hash(&memo, &seed, view_of(bytes, length)) ==
			    hash_bytes(&seed, view_of(bytes, length)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_as_hash),
	    cmocka_unit_test(test_long_text),
	};

	return cmocka_run_group_tests_name("memo", tests, NULL, NULL);
}
