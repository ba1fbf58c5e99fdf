#include "detect/changes.h"

#include <errno.h>

#include "allocation.h"
#include "unit.h"

static struct changes changes;

static int setup(unused_parameter void **state)
{
	assert_int_equal(changes_init(&changes, 3), 0);
	return 0;
}

static int teardown(unused_parameter void **state)
{
	changes_done(&changes);
	return 0;
}

static void test_each_once(unused_parameter void **state)
{
	/* An entry that changes many times is written once, and after the save not again. */
	for (int i = 0; i < 10; i++) {
		changes_note(&changes, 2);
		changes_note(&changes, 1);
	}
	assert_int_equal(changes.count, 2);
	assert_int_equal(changes.numbers[0], 2);
	assert_int_equal(changes.numbers[1], 1);
	changes_clear(&changes);
	assert_int_equal(changes.count, 0);
	changes_note(&changes, 2);
	assert_int_equal(changes.count, 1);
}

static void test_all(unused_parameter void **state)
{
	/* All up to a number are written, each once. */
	changes_note(&changes, 3);
	changes_note_all(&changes, 2);
	assert_int_equal(changes.count, 3);
	changes_note_all(&changes, 3);
	assert_int_equal(changes.count, 3);
	changes_clear(&changes);
	changes_note_all(&changes, 3);
	assert_int_equal(changes.count, 3);
	changes_clear(&changes);
	changes_note_all(&changes, 0);
	assert_int_equal(changes.count, 0);
}

static int on_row(void *context, struct view key, struct view value)
{
	uint64_t *sum = context;
	uint64_t number;

	assert_true(row_key_is(key, 'x', &number));
	assert_true(view_is_empty(value));
	*sum += number;
	return number == 1001 ? -ENOSPC : 0;
}

static void test_left_out(unused_parameter void **state)
{
	/* However many rows lie behind the table, each goes with the next save, and after a lost
	 * commit once more; what cannot be written is told, and without memory it stays. */
	uint64_t sum = 0;
	const struct row_sink sink = {on_row, &sum};

	for (int saves = 0; saves < 3; saves++) {
		uint64_t expected = saves == 1 ? 0 : 500500 + UINT64_MAX;

		if (saves == 2)
			changes_note_all(&changes, 0);
		for (uint64_t number = 1; saves == 0 && number <= 1000; number++)
			changes_note_left_out(&changes, number);
		if (saves == 0)
			changes_note_left_out(&changes, UINT64_MAX);
		sum = 0;
		assert_int_equal(changes_offer_left_out(&changes, 'x', &sink), 0);
		assert_int_equal(sum, expected);
		changes_clear(&changes);
	}
	for (uint64_t number = 1001; number <= 1024; number++)
		changes_note_left_out(&changes, number);
	allocation_fail_after(0);
	for (uint64_t number = 1025; number <= 1030; number++)
		changes_note_left_out(&changes, number);
	allocation_restore();
	sum = 0;
	assert_int_equal(changes_offer_left_out(&changes, 'x', &sink), -ENOSPC);
	assert_int_equal(sum, 1001);
}

static void test_without_memory(unused_parameter void **state)
{
	/* Without memory making fails and what was made is given back. */
	for (int i = 0; i < 2; i++) {
		struct changes other;

		allocation_fail_after(i);
		assert_int_equal(changes_init(&other, 3), -ENOMEM);
		allocation_restore();
		changes_done(&other);
	}
}

#define changes_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    changes_test(test_each_once),
	    changes_test(test_all),
	    changes_test(test_left_out),
	    changes_test(test_without_memory),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
