#include "store_fixture.h"

static const struct store_log access_log = {"intranet", "/var/log/access*.log"};
static const struct store_log error_log = {"intranet", "/var/log/error.log"};

static struct intake_cursor seen[8];
static char seen_headers[8][32]; /* a cursor's own goes when the callback returns */
static size_t seen_count;

static int on_cursor(unused_parameter void *context, const struct intake_cursor *cursor)
{
	snprintf(seen_headers[seen_count], sizeof(seen_headers[0]), "%.*s",
	    VIEW_ARGUMENTS(cursor->header));
	seen[seen_count] = *cursor;
	seen[seen_count++].header = (struct view){0};
	return 0;
}

static void read_cursors(struct store_log log)
{
	seen_count = 0;
	assert_int_equal(store_each_cursor(store, log, on_cursor, NULL), 0);
}

static struct intake_cursor example_cursor(uint64_t inode)
{
	struct intake_cursor cursor = {
	    .device = UINT64_MAX,
	    .inode = inode,
	    .birth_ns = -1,
	    .offset_bytes = INT64_C(1) << 40,
	    .size_bytes = INT64_C(1) << 41,
	    .marker_bytes = 256,
	    .marker_hash = UINT64_C(0xfedcba9876543210),
	    .head_bytes = UINT32_MAX,
	    .head_hash = 7,
	    .finished = true,
	};

	snprintf(cursor.path, sizeof(cursor.path), "/var/log/\xff%llu", (unsigned long long)inode);
	return cursor;
}

static void put_log(struct store_log log)
{
	struct intake_totals totals = {UINT64_MAX, 2, 3, 4, 5, 6};

	assert_int_equal(store_put_log(store, log, &totals, VIEW("#Fields: a\0b")), 0);
}

static void test_log_comes_back(unused_parameter void **state)
{
	/* Totals and parser header come back whole after a restart, and the last put counts. */
	struct intake_totals totals = {0};
	struct buffer auto_buffer header;

	buffer_init(&header, 100);
	assert_int_equal(store_put_log(store, access_log, &totals, VIEW("old")), 0);
	put_log(access_log);
	reopen();
	assert_int_equal(store_get_log(store, access_log, &totals, &header), 0);
	assert_true(totals.bytes == UINT64_MAX);
	assert_int_equal(totals.lines, 2);
	assert_int_equal(totals.rotations, 3);
	assert_int_equal(totals.truncations, 4);
	assert_int_equal(totals.lost_bytes, 5);
	assert_int_equal(totals.overlong_lines, 6);
	assert_true(view_equal(buffer_view(&header), VIEW("#Fields: a\0b")));
}

static void test_unknown_log(unused_parameter void **state)
{
	/* A log that was never seen has no totals, no cursors, and may get none. */
	struct intake_cursor cursor = example_cursor(1);
	struct intake_totals totals = {.lines = 9};
	struct buffer auto_buffer header;

	buffer_init(&header, 100);
	put_log(access_log);
	assert_int_equal(store_get_log(store, error_log, &totals, &header), -ENOENT);
	assert_int_equal(totals.lines, 9);
	assert_int_equal(header.length, 0);
	assert_int_equal(store_put_cursor(store, error_log, 0, &cursor), -ENOENT);
	read_cursors(error_log);
	assert_int_equal(seen_count, 0);
}

static void test_header_too_long(unused_parameter void **state)
{
	/* A header that the caller has no room for is an error, and the totals are not touched. */
	struct intake_totals totals = {.lines = 9};
	struct buffer auto_buffer header;

	buffer_init(&header, 3);
	put_log(access_log);
	assert_int_equal(store_get_log(store, access_log, &totals, &header), -E2BIG);
	assert_int_equal(totals.lines, 9);
}

static void test_cursors_come_back(unused_parameter void **state)
{
	/* Every member of a cursor comes back, in order of index, each log's own only. */
	struct intake_cursor cursors[3] = {example_cursor(10), example_cursor(11), {.inode = 12}};

	put_log(access_log);
	put_log(error_log);
	assert_int_equal(store_put_cursor(store, access_log, 1, &cursors[1]), 0);
	assert_int_equal(store_put_cursor(store, access_log, 0, &cursors[2]), 0);
	cursors[0].header = VIEW("#Fields: date");
	assert_int_equal(store_put_cursor(store, access_log, 0, &cursors[0]), 0);
	cursors[0].header = (struct view){0};
	assert_int_equal(store_put_cursor(store, error_log, 0, &cursors[2]), 0);
	reopen();
	read_cursors(access_log);
	assert_int_equal(seen_count, 2);
	assert_memory_equal(&seen[0], &cursors[0], sizeof(cursors[0]));
	assert_memory_equal(&seen[1], &cursors[1], sizeof(cursors[1]));
	assert_string_equal(seen_headers[0], "#Fields: date");
	assert_string_equal(seen_headers[1], "");
	read_cursors(error_log);
	assert_int_equal(seen_count, 1);
	assert_memory_equal(&seen[0], &cursors[2], sizeof(cursors[2]));
}

static void test_drop_cursors(unused_parameter void **state)
{
	/* Cursors from an index on go; those before it and those of other logs stay. */
	put_log(access_log);
	put_log(error_log);
	for (size_t i = 0; i < 3; i++) {
		struct intake_cursor cursor = example_cursor(i);

		assert_int_equal(store_put_cursor(store, access_log, i, &cursor), 0);
		assert_int_equal(store_put_cursor(store, error_log, i, &cursor), 0);
	}
	assert_int_equal(store_drop_cursors(store, access_log, 1), 0);
	read_cursors(access_log);
	assert_int_equal(seen_count, 1);
	assert_int_equal(seen[0].inode, 0);
	read_cursors(error_log);
	assert_int_equal(seen_count, 3);
}

static int refuse(void *context, unused_parameter const struct intake_cursor *cursor)
{
	(*(int *)context)++;
	return -ECANCELED;
}

static void test_walk_ends_on_refusal(unused_parameter void **state)
{
	/* A callback that refuses ends the walk, and its result is handed back. */
	struct intake_cursor cursor = example_cursor(1);
	int calls = 0;

	put_log(access_log);
	assert_int_equal(store_put_cursor(store, access_log, 0, &cursor), 0);
	assert_int_equal(store_put_cursor(store, access_log, 1, &cursor), 0);
	assert_int_equal(store_each_cursor(store, access_log, refuse, &calls), -ECANCELED);
	assert_int_equal(calls, 1);
	read_cursors(access_log);
	assert_int_equal(seen_count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    store_test(test_log_comes_back),
	    store_test(test_unknown_log),
	    store_test(test_header_too_long),
	    store_test(test_cursors_come_back),
	    store_test(test_drop_cursors),
	    store_test(test_walk_ends_on_refusal),
	};

	return cmocka_run_group_tests_name("state/store_cursors", tests, NULL, NULL);
}
