#include "detect/distinct.h"

#include <errno.h>

#include "allocation.h"
#include "traffic.h"
#include "unit.h"

static struct distinct distinct_of(size_t max)
{
	struct distinct distinct;

	assert_int_equal(distinct_init(&distinct, 2, max), 0);
	return distinct;
}

static void test_counts_each_once(unused_parameter void **state)
{
	/* What comes again is one, and is forgotten when it was not seen for long enough. */
	struct distinct distinct = distinct_of(10);

	distinct_add(&distinct, 0, 7, 100);
	distinct_add(&distinct, 0, 8, 110);
	distinct_add(&distinct, 0, 7, 120);
	assert_int_equal(distinct.counts[0], 2);
	distinct_expire(&distinct, 110);
	assert_int_equal(distinct.counts[0], 2);
	distinct_expire(&distinct, 111);
	assert_int_equal(distinct.counts[0], 1);
	distinct_expire(&distinct, 120);
	assert_int_equal(distinct.counts[0], 1);
	distinct_expire(&distinct, 121);
	assert_int_equal(distinct.counts[0], 0);
	distinct_expire(&distinct, INT64_MAX);
	distinct_done(&distinct);
}

static void test_late_lines(unused_parameter void **state)
{
	/* A late line does not make something look older than it is. */
	struct distinct distinct = distinct_of(10);

	distinct_add(&distinct, 0, 7, 100);
	distinct_add(&distinct, 0, 7, 90);
	distinct_expire(&distinct, 100);
	assert_int_equal(distinct.counts[0], 1);
	distinct_done(&distinct);
}

static void test_full(unused_parameter void **state)
{
	/* When full, what is new is not taken and counted, until something was forgotten. */
	struct distinct distinct = distinct_of(3);

	for (uint64_t hash = 1; hash <= 3; hash++)
		distinct_add(&distinct, 0, hash, 100);
	distinct_add(&distinct, 0, 4, 102);
	assert_int_equal(distinct.counts[0], 3);
	assert_int_equal(distinct.refused_total, 1);
	distinct_add(&distinct, 0, 1, 103);
	assert_int_equal(distinct.refused_total, 1);
	distinct_expire(&distinct, 101);
	assert_int_equal(distinct.counts[0], 1);
	distinct_add(&distinct, 0, 4, 104);
	distinct_add(&distinct, 0, 5, 104);
	assert_int_equal(distinct.counts[0], 3);
	assert_int_equal(distinct.used, 3);
	distinct_add(&distinct, 0, 6, 104);
	assert_int_equal(distinct.refused_total, 2);
	distinct_done(&distinct);
}

static void test_kinds(unused_parameter void **state)
{
	/* Each kind is counted, full and forgotten by itself, also of the same things. */
	struct distinct distinct = distinct_of(2);

	distinct_add(&distinct, 0, 7, 100);
	distinct_add(&distinct, 1, 7, 101);
	/* What would be looked up in the same place. */
	distinct_add(&distinct, 1, 6, 102);
	distinct_add(&distinct, 1, 8, 102);
	assert_int_equal(distinct.counts[0], 1);
	assert_int_equal(distinct.counts[1], 2);
	assert_int_equal(distinct.refused_total, 1);
	distinct_expire(&distinct, 101);
	assert_int_equal(distinct.counts[0], 0);
	assert_int_equal(distinct.counts[1], 2);
	distinct_add(&distinct, 0, 7, 103);
	distinct_expire(&distinct, 103);
	assert_int_equal(distinct.counts[0], 1);
	assert_int_equal(distinct.counts[1], 0);
	distinct_done(&distinct);
}

static void test_against_list(unused_parameter void **state)
{
	/* Whatever comes in whatever order, the count is that of a list counted anew. */
	enum { HASHES = 50, STEPS = 20000, LIFE_MS = 3000 };
	static int64_t last[HASHES];
	struct traffic dice = {.state = 5};
	struct distinct distinct = distinct_of(HASHES);
	int64_t now_ms = 1000000;

	for (int step = 0; step < STEPS; step++) {
		unsigned hash = traffic_pick(&dice, HASHES);
		size_t expected = 0;

		now_ms += traffic_pick(&dice, 200);
		/* The same low bits: they meet in one chain. */
		distinct_add(&distinct, 0, (uint64_t)hash << 32 | 5, now_ms);
		last[hash] = now_ms;
		distinct_expire(&distinct, now_ms - LIFE_MS);
		for (int i = 0; i < HASHES; i++)
			expected += last[i] >= now_ms - LIFE_MS;
		assert_int_equal(distinct.counts[0], expected);
	}
	assert_int_equal(distinct.refused_total, 0);
	distinct_done(&distinct);
}

static void test_without_memory(unused_parameter void **state)
{
	/* Without memory making fails and what was made is given back. */
	for (int i = 0; i < 7; i++) {
		struct distinct distinct;

		allocation_fail_after(i);
		assert_int_equal(distinct_init(&distinct, 2, 3), -ENOMEM);
		allocation_restore();
		distinct_done(&distinct);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_counts_each_once),
	    cmocka_unit_test(test_late_lines),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_against_list),
	    cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests_name("distinct", tests, NULL, NULL);
}
