#include "detect/row.h"

#include <errno.h>

#include "base/buffer.h"
#include "unit.h"

static void test_numbers(unused_parameter void **state)
{
	/* Numbers come back as they were put, and the bytes are the same on every machine. */
	struct row_writer row;
	struct row_reader reader;

	row_begin(&row, 3);
	row_put(&row, 0x1122334455667788, 8);
	row_put(&row, 0xaabb, 2);
	row_put(&row, 7, 1);
	assert_int_equal(row_view(&row).length, 12);
	assert_memory_equal(row.bytes, "\x03\x88\x77\x66\x55\x44\x33\x22\x11\xbb\xaa\x07", 12);
	reader = row_open(row_view(&row), 3);
	assert_true(row_get(&reader, 8) == 0x1122334455667788);
	assert_int_equal(row_get(&reader, 2), 0xaabb);
	assert_false(row_is_whole(&reader));
	assert_int_equal(row_get(&reader, 1), 7);
	assert_true(row_is_whole(&reader));
	assert_int_equal(row_get(&reader, 1), 0);
	assert_false(row_is_whole(&reader));
}

static void test_version(unused_parameter void **state)
{
	/* Another version, or nothing at all, is no row. */
	struct row_reader reader = row_open(VIEW("\x02"), 3);

	assert_false(row_is_whole(&reader));
	reader = row_open(VIEW(""), 0);
	assert_false(row_is_whole(&reader));
}

static void test_limits(unused_parameter void **state)
{
	/* A number at its limit breaks the row, one below does not. */
	struct row_reader reader = row_open(VIEW("\x01\x04"), 1);

	assert_int_equal(row_get_below(&reader, 1, 5), 4);
	assert_true(row_is_whole(&reader));
	reader = row_open(VIEW("\x01\x05"), 1);
	assert_int_equal(row_get_below(&reader, 1, 5), 0);
	assert_false(row_is_whole(&reader));
}

static void test_full(unused_parameter void **state)
{
	/* What does not fit is cut, not written beyond. */
	struct row_writer row;

	row_begin(&row, 1);
	for (size_t i = 0; i < ROW_MAX_BYTES; i++)
		row_put(&row, i, 8);
	assert_int_equal(row_view(&row).length, ROW_MAX_BYTES);
}

static void test_keys(unused_parameter void **state)
{
	/* Names keep their order as bytes; a key of another kind or length is none. */
	char bytes[ROW_KEY_BYTES];
	struct view key = row_key('v', 0x0102030405060708, bytes);
	uint64_t name = 0;

	assert_int_equal(key.length, ROW_KEY_BYTES);
	assert_memory_equal(key.data, "v\1\2\3\4\5\6\7\x08", ROW_KEY_BYTES);
	assert_true(row_key_is(key, 'v', &name));
	assert_true(name == 0x0102030405060708);
	name = 5;
	assert_false(row_key_is(key, 'p', &name));
	assert_false(row_key_is(view_first(key, 8), 'v', &name));
	assert_false(row_key_is(VIEW(""), 'v', &name));
	assert_int_equal(name, 5);
}

static int on_row(void *context, struct view key, struct view value)
{
	struct buffer *rows = context;

	assert_int_equal(key.length, ROW_KEY_BYTES);
	buffer_append(rows, view_first(key, 1));
	buffer_append_format(rows, "%d%zu;", key.data[8], value.length);
	return key.data[8] == 9 ? -ENOSPC : 0;
}

static void test_offers(unused_parameter void **state)
{
	/* The sink gets key and bytes, or no bytes for a row that is gone, and its error is told.
	 */
	struct buffer auto_buffer rows;
	const struct row_sink sink = {on_row, &rows};
	struct row_writer row;

	buffer_init(&rows, 100);
	row_begin(&row, 1);
	row_put(&row, 1, 4);
	assert_int_equal(row_offer(&sink, 'v', 1, &row), 0);
	assert_int_equal(row_offer_gone(&sink, 'p', 2), 0);
	assert_int_equal(row_offer(&sink, 'v', 9, &row), -ENOSPC);
	assert_int_equal(row_offer_gone(&sink, 'p', 9), -ENOSPC);
	assert_string_equal(buffer_text(&rows), "v15;p20;v95;p90;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_version),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_offers),
	};

	return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
