#include "unit.h"

#include <errno.h>

#include "allocation.h"
#include "base/table.h"

static struct table *new_table(size_t max_entries)
{
	const struct table_options options = {
	    .key_bytes = sizeof(int),
	    .value_bytes = sizeof(uint64_t),
	    .max_entries = max_entries,
	    .seed = {{1, 2}},
	};
	struct table *table;

	assert_int_equal(table_new(&table, &options), 0);
	return table;
}

static uint64_t *put(struct table *table, int key)
{
	void *value = NULL;

	assert_int_equal(table_put(table, &key, &value), 0);
	return value;
}

static uint64_t *find(struct table *table, int key)
{
	return table_find(table, &key);
}

/* What was put is found under its key alone; a new value is zero, a second put finds the first. */
static void finds_what_was_put(unused_parameter void **state)
{
	struct table auto_call(table_free) *table = new_table(10);

	assert_null(find(table, 1));
	assert_int_equal(*put(table, 1), 0);
	*put(table, 1) = 11;
	*put(table, 2) = 22;
	assert_int_equal(*find(table, 1), 11);
	assert_int_equal(*find(table, 2), 22);
	assert_int_equal(table_count(table), 2);
}

/* Removing takes one entry; what comes back under the key is new. */
static void removes(unused_parameter void **state)
{
	struct table auto_call(table_free) *table = new_table(10);
	int key = 1;

	*put(table, 1) = 11;
	*put(table, 2) = 22;
	assert_true(table_remove(table, &key));
	assert_false(table_remove(table, &key));
	assert_null(find(table, 1));
	assert_int_equal(*find(table, 2), 22);
	assert_int_equal(*put(table, 1), 0);
	table_clear(table);
	assert_int_equal(table_count(table), 0);
	assert_int_equal(*put(table, 2), 0);
}

/* A full table refuses and counts; it still finds its own and takes anew what fits again. */
static void keeps_the_maximum(unused_parameter void **state)
{
	struct table auto_call(table_free) *table = new_table(2);
	void *value = table;
	int key = 3;

	put(table, 1);
	put(table, 2);
	assert_int_equal(table_put(table, &key, &value), -ENOSPC);
	assert_ptr_equal(value, table);
	assert_int_equal(table_refused_total(table), 1);
	put(table, 1);
	assert_int_equal(table_refused_total(table), 1);
	key = 1;
	assert_true(table_remove(table, &key));
	put(table, 3);
	assert_int_equal(table_count(table), 2);
}

/* Ten thousand entries keep their addresses while the table grows around them. */
static void keeps_addresses(unused_parameter void **state)
{
	struct table auto_call(table_free) *table = new_table(10000);
	uint64_t *first = put(table, 0);

	*first = 77;
	for (int i = 1; i < 10000; i++)
		*put(table, i) = (uint64_t)i;
	assert_ptr_equal(find(table, 0), first);
	assert_int_equal(*first, 77);
	for (int i = 1; i < 10000; i++)
		assert_int_equal(*find(table, i), i);
}

/* The walk goes in the order of adding and survives the removal of the visited entry. */
static void walks_while_removing(unused_parameter void **state)
{
	struct table auto_call(table_free) *table = new_table(10);
	void *cursor = NULL;
	const void *key;
	void *value;
	int expected = 1;

	assert_false(table_next(table, &cursor, NULL, &value));
	for (int i = 1; i <= 5; i++)
		*put(table, i) = (uint64_t)(i * 10);
	cursor = NULL;
	while (table_next(table, &cursor, &key, &value)) {
		assert_int_equal(*(const int *)key, expected);
		assert_int_equal(*(uint64_t *)value, expected * 10);
		if (expected != 3)
			assert_true(table_remove(table, &(int){expected}));
		expected++;
	}
	assert_int_equal(expected, 6);
	assert_false(table_next(table, &cursor, &key, &value));
	assert_int_equal(table_count(table), 1);
	assert_non_null(find(table, 3));
}

/* Keys are compared over all their bytes, also where they are no multiple of a word. */
static void compares_odd_keys(unused_parameter void **state)
{
	const struct table_options options = {
	    .key_bytes = 17, .value_bytes = 1, .max_entries = 10, .seed = {{1, 2}}};
	struct table auto_call(table_free) *table = NULL;
	char one[17] = {0};
	char other[17] = {[16] = 1};
	void *value;

	assert_int_equal(table_new(&table, &options), 0);
	assert_int_equal(table_put(table, one, &value), 0);
	assert_null(table_find(table, other));
	assert_int_equal(table_put(table, other, &value), 0);
	assert_int_equal(table_count(table), 2);
}

/* Wherever memory ends, each put either works or fails whole, and nothing put before is lost. */
static void survives_lack_of_memory(unused_parameter void **state)
{
	const struct table_options options = {
	    .key_bytes = sizeof(int), .value_bytes = 8, .max_entries = 1000};
	struct table *nothing = NULL;

	allocation_fail_after(0);
	assert_int_equal(table_new(&nothing, &options), -ENOMEM);
	allocation_restore();
	assert_null(nothing);
	table_free(&nothing);
	for (int allowed = 0; allowed < 600; allowed++) {
		struct table auto_call(table_free) *table = new_table(1000);
		int stored = 0;
		void *value;

		allocation_fail_after(allowed);
		while (stored < 1000 && table_put(table, &stored, &value) == 0)
			stored++;
		assert_int_equal(table_put(table, &stored, &value), -ENOMEM);
		allocation_restore();
		assert_int_equal(table_count(table), stored);
		for (int key = 0; key < stored; key++)
			assert_non_null(find(table, key));
		put(table, stored);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_was_put),
	    cmocka_unit_test(removes),
	    cmocka_unit_test(keeps_the_maximum),
	    cmocka_unit_test(keeps_addresses),
	    cmocka_unit_test(walks_while_removing),
	    cmocka_unit_test(compares_odd_keys),
	    cmocka_unit_test(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
