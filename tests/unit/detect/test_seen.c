#include "detect/seen.h"

#include <errno.h>

#include "allocation.h"
#include "traffic.h"
#include "unit.h"

#define MAX_ROWS 20000

/* What the rows hold, by name; the set is what they hold together. */
struct keeper {
	struct {
		char *value;
		size_t length;
	} rows[MAX_ROWS];
	size_t puts;
	size_t bytes;
};

static int on_row(void *context, struct view key, struct view value)
{
	struct keeper *keeper = context;
	uint64_t name;

	assert_true(row_key_is(key, 'n', &name));
	assert_true(name < MAX_ROWS);
	free(keeper->rows[name].value);
	keeper->rows[name].length = value.length;
	keeper->rows[name].value = view_to_text(value);
	keeper->puts++;
	keeper->bytes += value.length;
	return 0;
}

static void keeper_clear(struct keeper *keeper)
{
	for (size_t i = 0; i < MAX_ROWS; i++)
		free(keeper->rows[i].value);
	memset(keeper, 0, sizeof(*keeper));
}

static void save(struct seen *seen, struct keeper *keeper)
{
	const struct row_sink sink = {on_row, keeper};

	assert_int_equal(seen_save(seen, &sink), 0);
	seen_saved(seen);
}

static void restore(struct seen *seen, const struct keeper *keeper)
{
	seen_init(seen);
	for (size_t i = MAX_ROWS; i > 0; i--)
		if (keeper->rows[i - 1].length > 0)
			assert_int_equal(
			    seen_restore(seen, i - 1,
				view_of(keeper->rows[i - 1].value, keeper->rows[i - 1].length)),
			    0);
}

static uint64_t hash_of(uint64_t number)
{
	struct traffic dice = {.state = number};

	return traffic_random(&dice) | 1;
}

static void test_exact(unused_parameter void **state)
{
	/* The count is exact up to the maximum and stays there; nobody counts twice. */
	struct seen seen;

	seen_init(&seen);
	for (uint64_t i = 0; i < SEEN_MAX; i++) {
		seen_add(&seen, hash_of(i));
		seen_add(&seen, hash_of(i / 2));
		assert_int_equal(seen.count, i + 1);
	}
	for (uint64_t i = 0; i < 1000; i++)
		seen_add(&seen, hash_of(SEEN_MAX + i));
	assert_int_equal(seen.count, SEEN_MAX);
	seen_done(&seen);
}

static void test_rows(unused_parameter void **state)
{
	/* What comes between two saves is all that a save writes, and rows together are the set,
	 * also after a restart and after a lost commit. */
	static struct keeper keeper;
	struct traffic dice = {.state = 3};
	struct seen seen;
	uint64_t added = 0;

	seen_init(&seen);
	for (int i = 0; i < 300; i++) {
		unsigned fresh =
		    traffic_pick(&dice, 4) == 0 ? traffic_pick(&dice, 600) : traffic_pick(&dice, 3);
		size_t puts = keeper.puts;

		for (unsigned j = 0; j < fresh; j++)
			seen_add(&seen, hash_of(added++));
		save(&seen, &keeper);
		assert_true(keeper.puts - puts <= (fresh == 0 ? 0 : fresh / 128 + 2));
		if (i % 50 == 20)
			seen_offer_all(&seen);
		if (i % 50 == 20)
			save(&seen, &keeper);
		if (i % 7 != 0)
			continue;
		seen_done(&seen);
		restore(&seen, &keeper);
		assert_int_equal(seen.count, added);
		for (uint64_t j = 0; j < added; j++)
			seen_add(&seen, hash_of(j));
		assert_int_equal(seen.count, added);
	}
	seen_done(&seen);
	keeper_clear(&keeper);
}

static void test_many_at_once(unused_parameter void **state)
{
	/* More than are remembered one by one between two saves, or ever without a save, are still
	 * all written. */
	static struct keeper keeper;
	struct seen seen;

	seen_init(&seen);
	for (uint64_t i = 0; i < 100; i++)
		seen_add(&seen, hash_of(i));
	save(&seen, &keeper);
	for (uint64_t i = 100; i < 200000; i++)
		seen_add(&seen, hash_of(i));
	save(&seen, &keeper);
	assert_true(keeper.bytes < 200000 * 8 + 4000);
	seen_add(&seen, hash_of(200000));
	save(&seen, &keeper);
	seen_done(&seen);
	restore(&seen, &keeper);
	assert_int_equal(seen.count, 200001);
	seen_done(&seen);
	keeper_clear(&keeper);
}

static void test_fewer_rows(unused_parameter void **state)
{
	/* Written anew, the set needs fewer rows than many small saves and restarts made; the
	 * others go. */
	static struct keeper keeper;
	struct seen seen;
	size_t rows = 0;

	seen_init(&seen);
	for (uint64_t i = 0; i < 20; i++) {
		seen_add(&seen, hash_of(i));
		save(&seen, &keeper);
		seen_done(&seen);
		restore(&seen, &keeper);
	}
	seen_offer_all(&seen);
	save(&seen, &keeper);
	for (size_t i = 0; i < MAX_ROWS; i++)
		rows += keeper.rows[i].length > 0;
	assert_int_equal(rows, 1);
	seen_done(&seen);
	restore(&seen, &keeper);
	assert_int_equal(seen.count, 20);
	seen_done(&seen);
	keeper_clear(&keeper);
}

static void test_bad_rows(unused_parameter void **state)
{
	/* Rows that it did not write are refused and change nothing. */
	static const struct view bad[] = {VIEW(""), VIEW("\1"), VIEW("\1abc"), VIEW("\1abcdefghi"),
	    VIEW("\2abcdefgh"), VIEW("\1\0\0\0\0\0\0\0\0"), VIEW("\1abcdefgh\0\0\0\0\0\0\0\0")};
	char longest[1 + 129 * 8];
	struct seen seen;

	seen_init(&seen);
	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(seen_restore(&seen, 0, bad[i]), -EINVAL);
	memset(longest, 1, sizeof(longest));
	assert_int_equal(seen_restore(&seen, 0, view_of(longest, sizeof(longest))), -EINVAL);
	assert_int_equal(seen_restore(&seen, UINT64_C(1) << 32, VIEW("\1abcdefgh")), -EINVAL);
	assert_int_equal(seen.count, 0);
	assert_int_equal(seen_restore(&seen, 0, view_of(longest, sizeof(longest) - 8)), 0);
	assert_int_equal(seen.count, 1);
	seen_done(&seen);
}

static void test_without_memory(unused_parameter void **state)
{
	/* Without memory voters are not counted, and with memory again they are. */
	struct seen seen;

	seen_init(&seen);
	allocation_fail_after(0);
	for (uint64_t i = 0; i < 1000; i++)
		seen_add(&seen, hash_of(i));
	assert_int_equal(seen.count, 0);
	allocation_fail_after(1);
	seen_add(&seen, hash_of(1));
	allocation_restore();
	assert_int_equal(seen.count, 1);
	assert_true(seen.all_fresh);
	for (uint64_t i = 0; i < 1000; i++)
		seen_add(&seen, hash_of(i));
	assert_int_equal(seen.count, 1000);
	seen_done(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_exact),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_many_at_once),
	    cmocka_unit_test(test_fewer_rows),
	    cmocka_unit_test(test_bad_rows),
	    cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests_name("seen", tests, NULL, NULL);
}
