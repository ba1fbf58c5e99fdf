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

static void test_set_back(unused_parameter void **state)
{
	/* What was seen later than the clock says now was seen now, and is forgotten in time. */
	struct distinct distinct = distinct_of(10);

	for (uint64_t hash = 1; hash <= 4; hash++)
		distinct_add(&distinct, 0, hash, (int64_t)hash * 100);
	distinct_saved(&distinct);
	distinct_set_back(&distinct, 200);
	assert_int_equal(distinct.changes.count, 2);
	distinct_add(&distinct, 0, 1, 201);
	distinct_expire(&distinct, 200);
	assert_int_equal(distinct.counts[0], 4);
	distinct_expire(&distinct, 201);
	assert_int_equal(distinct.counts[0], 1);
	distinct_done(&distinct);
}

#define MAX_KEPT 8

struct kept {
	uint64_t number;
	struct row_writer row;
};

static struct kept kept[MAX_KEPT];
static size_t kept_count, gone_count;

static int on_row(unused_parameter void *context, struct view key, struct view value)
{
	struct kept *one = &kept[kept_count];

	assert_true(kept_count < MAX_KEPT);
	assert_true(row_key_is(key, 'd', &one->number));
	memcpy(one->row.bytes, value.data, value.length);
	one->row.length = value.length;
	if (view_is_empty(value))
		gone_count++;
	else
		kept_count++;
	return 0;
}

static void save(struct distinct *distinct)
{
	kept_count = 0;
	gone_count = 0;
	assert_int_equal(distinct_save(distinct, &(const struct row_sink){on_row, NULL}), 0);
	distinct_saved(distinct);
}

static int restore(struct distinct *distinct, size_t index)
{
	return distinct_restore(distinct, kept[index].number, row_view(&kept[index].row));
}

static void test_out_of_order(unused_parameter void **state)
{
	/* What a log that is late tells behind one of now is forgotten in its own time, also where
	 * it was kept between. */
	static const int64_t times_ms[] = {100, 400, 160, 500, 160, 90};
	struct distinct distinct = distinct_of(10);
	struct distinct again = distinct_of(10);

	for (size_t i = 0; i < count_of(times_ms); i++)
		distinct_add(&distinct, 0, i + 1, times_ms[i]);
	distinct_add(&distinct, 0, 1, 170);
	save(&distinct);
	for (size_t i = 0; i < kept_count; i++)
		assert_int_equal(restore(&again, i), 0);
	distinct_settle(&again);
	for (int64_t now_ms = 90; now_ms <= 501; now_ms++) {
		size_t expected = now_ms <= 170;

		distinct_expire(&distinct, now_ms);
		distinct_expire(&again, now_ms);
		for (size_t i = 1; i < count_of(times_ms); i++)
			expected += times_ms[i] >= now_ms;
		assert_int_equal(distinct.counts[0], expected);
		assert_int_equal(again.counts[0], expected);
	}
	distinct_done(&distinct);
	distinct_done(&again);
}

static void test_rows(unused_parameter void **state)
{
	/* What changed is written once; read back in any order it goes as it came; numbers that are
	 * free are used again. */
	struct distinct distinct = distinct_of(3);
	struct distinct again = distinct_of(3);

	distinct_add(&distinct, 0, 7, 100);
	distinct_add(&distinct, 1, 7, 90);
	distinct_add(&distinct, 0, 8, 110);
	distinct_expire(&distinct, 101);
	save(&distinct);
	assert_int_equal(kept_count, 1);
	assert_int_equal(gone_count, 2);
	distinct_add(&distinct, 1, 9, 120);
	distinct_add(&distinct, 0, 8, 130);
	save(&distinct);
	assert_int_equal(kept_count, 2);
	assert_int_equal(gone_count, 0);
	save(&distinct);
	assert_int_equal(kept_count, 0);
	distinct_offer_all(&distinct);
	save(&distinct);
	assert_int_equal(kept_count, 2);
	assert_int_equal(gone_count, 1);
	for (size_t i = kept_count; i > 0; i--)
		assert_int_equal(restore(&again, i - 1), 0);
	assert_int_equal(again.counts[0], 1);
	assert_int_equal(again.counts[1], 1);
	distinct_settle(&again);
	distinct_expire(&again, 121);
	assert_int_equal(again.counts[0], 1);
	assert_int_equal(again.counts[1], 0);
	distinct_add(&again, 0, 8, 131);
	distinct_add(&again, 0, 1, 131);
	distinct_add(&again, 0, 2, 131);
	distinct_add(&again, 0, 3, 131);
	assert_int_equal(again.counts[0], 3);
	assert_int_equal(again.refused_total, 1);
	assert_int_equal(again.used, 3);
	distinct_done(&distinct);
	distinct_done(&again);
}

static void test_rows_of_others(unused_parameter void **state)
{
	/* The same item twice, one more than there is room for, and bytes that were cut or altered
	 * are refused; one of other kinds, or behind a larger table, is left out, and its row goes
	 * where no other took its place. */
	struct distinct distinct = distinct_of(3);
	struct distinct small = distinct_of(1);
	struct distinct more;

	assert_int_equal(distinct_init(&more, 3, 3), 0);
	distinct_add(&distinct, 0, 7, 100);
	distinct_add(&distinct, 0, 8, 100);
	distinct_add(&distinct, 0, 9, 100);
	save(&distinct);
	assert_int_equal(restore(&more, 0), 0);
	assert_int_equal(restore(&more, 1), 0);
	assert_int_equal(more.counts[0], 0);
	assert_int_equal(more.used, 0);
	distinct_settle(&more);
	distinct_add(&more, 2, 7, 100);
	assert_int_equal(restore(&distinct, 0), -EINVAL);
	assert_int_equal(restore(&small, 2), 0);
	assert_int_equal(small.counts[0], 0);
	assert_int_equal(restore(&small, 0), 0);
	assert_int_equal(restore(&small, 0), -EINVAL);
	kept[0].number = 2;
	assert_int_equal(restore(&small, 0), -EINVAL);
	assert_int_equal(restore(&small, 1), -EINVAL);
	kept[0].number = 0;
	assert_int_equal(restore(&small, 0), -EINVAL);
	kept[1].row.length--;
	assert_int_equal(restore(&more, 1), -EINVAL);
	kept[2].row.bytes[5] = 2; /* the kind */
	assert_int_equal(restore(&more, 2), -EINVAL);
	assert_int_equal(small.counts[0], 1);
	save(&more);
	assert_int_equal(kept_count, 1);
	assert_int_equal(kept[0].number, 1);
	assert_int_equal(gone_count, 1);
	save(&small);
	assert_int_equal(kept_count, 0);
	assert_int_equal(gone_count, 1);
	distinct_done(&distinct);
	distinct_done(&small);
	distinct_done(&more);
}

static void test_without_memory(unused_parameter void **state)
{
	/* Without memory making fails and what was made is given back. */
	for (int i = 0; i < 9; i++) {
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
	    cmocka_unit_test(test_set_back),
	    cmocka_unit_test(test_out_of_order),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_rows_of_others),
	    cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests_name("distinct", tests, NULL, NULL);
}
