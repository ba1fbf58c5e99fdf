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

static void save(void)
{
	changes_begin(&changes);
	changes_end(&changes);
}

static void test_each_once(unused_parameter void **state)
{
	/* An entry that changes many times is written once, and after the save not again. */
	for (int i = 0; i < 10; i++) {
		changes_note(&changes, 2);
		changes_note(&changes, 1);
	}
	assert_int_equal(changes.changed_count, 2);
	assert_int_equal(changes.changed[0], 2);
	assert_int_equal(changes.changed[1], 1);
	save();
	assert_int_equal(changes.changed_count, 0);
	changes_note(&changes, 2);
	assert_int_equal(changes.changed_count, 1);
}

static void test_only_stored_rows_go(unused_parameter void **state)
{
	/* The row of an entry goes where there is one: saved before, or read at the start. */
	changes_note(&changes, 1);
	changes_note_gone(&changes, 1, 77);
	assert_int_equal(changes.gone_count, 0);
	save();
	changes_note_gone(&changes, 1, 77);
	assert_int_equal(changes.gone_count, 0);
	changes_note(&changes, 1);
	save();
	changes_note_gone(&changes, 1, 78);
	changes_note_stored(&changes, 2);
	changes_note_gone(&changes, 2, 79);
	assert_int_equal(changes.gone_count, 2);
	assert_int_equal(changes.gone[0], 78);
	assert_int_equal(changes.gone[1], 79);
}

static void test_number_is_used_again(unused_parameter void **state)
{
	/* The same number for another entry: the old row goes and the new one is stored. */
	changes_note(&changes, 1);
	save();
	changes_note_gone(&changes, 1, 5);
	changes_note(&changes, 1);
	assert_int_equal(changes.gone_count, 1);
	assert_int_equal(changes.changed_count, 1);
	save();
	changes_note_gone(&changes, 1, 6);
	changes_begin(&changes);
	assert_int_equal(changes.gone_count, 1);
	assert_int_equal(changes.gone[0], 6);
}

static void test_gone_twice_where_lost(unused_parameter void **state)
{
	/* Rows that a save took away are kept until the next one begins, and after a lost commit
	 * that takes them away again. */
	changes_note(&changes, 1);
	save();
	changes_note_gone(&changes, 1, 5);
	save();
	assert_int_equal(changes.gone_offered, 1);
	changes_lost(&changes);
	changes_begin(&changes);
	assert_int_equal(changes.gone_count, 1);
	changes_end(&changes);
	changes_begin(&changes);
	assert_int_equal(changes.gone_count, 0);
}

static void test_bounded(unused_parameter void **state)
{
	/* Without any commit that holds, rows to take away are kept up to a maximum. */
	for (uint64_t row = 0; row < 100; row++) {
		changes_note(&changes, 1);
		save();
		changes_lost(&changes);
		changes_note_gone(&changes, 1, row);
	}
	assert_int_equal(changes.gone_count, 6);
	assert_int_equal(changes.gone[5], 5);
}

static void test_without_memory(unused_parameter void **state)
{
	/* Without memory making fails and what was made is given back. */
	for (int i = 0; i < 3; i++) {
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
	    changes_test(test_only_stored_rows_go),
	    changes_test(test_number_is_used_again),
	    changes_test(test_gone_twice_where_lost),
	    changes_test(test_bounded),
	    changes_test(test_without_memory),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
