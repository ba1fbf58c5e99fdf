#include "store_fixture.h"

/* Appends "key=value;" to the buffer that is the context. */
static int on_row(void *context, struct view key, struct view value)
{
	buffer_append(context, key);
	buffer_append_byte(context, '=');
	buffer_append(context, value);
	buffer_append_byte(context, ';');
	return 0;
}

static void assert_rows(const char *site, struct view expected)
{
	struct buffer auto_buffer rows;

	buffer_init(&rows, 1000);
	assert_int_equal(store_each_row(store, site, on_row, &rows), 0);
	assert_true(view_equal(buffer_view(&rows), expected));
}

static void test_rows(unused_parameter void **state)
{
	/* Rows are any bytes, come back by site, and the last put counts. */
	assert_int_equal(store_put_row(store, "a", VIEW("k\0"), VIEW("old")), 0);
	assert_int_equal(store_put_row(store, "a", VIEW("k\0"), VIEW("\xff\0")), 0);
	assert_int_equal(store_put_row(store, "a", VIEW("j"), VIEW("1")), 0);
	assert_int_equal(store_put_row(store, "b", VIEW("j"), VIEW("2")), 0);
	reopen();
	assert_rows("a", VIEW("j=1;k\0=\xff\0;"));
	assert_rows("b", VIEW("j=2;"));
	assert_rows("c", VIEW(""));
}

static void test_empty_value_deletes(unused_parameter void **state)
{
	/* An empty value takes the row away, whether it was there or not. */
	assert_int_equal(store_put_row(store, "a", VIEW("k"), VIEW("1")), 0);
	assert_int_equal(store_put_row(store, "b", VIEW("k"), VIEW("1")), 0);
	assert_int_equal(store_put_row(store, "a", VIEW("k"), VIEW("")), 0);
	assert_int_equal(store_put_row(store, "a", VIEW("never"), VIEW("")), 0);
	assert_rows("a", VIEW(""));
	assert_rows("b", VIEW("k=1;"));
}

static void test_values(unused_parameter void **state)
{
	/* Small values go by site and name; an empty one is there, a missing one is not. */
	struct buffer auto_buffer value;

	buffer_init(&value, 100);
	assert_int_equal(store_put_value(store, "a", "last", VIEW("1")), 0);
	assert_int_equal(store_put_value(store, "a", "last", VIEW("")), 0);
	assert_int_equal(store_get_value(store, "a", "last", &value), 0);
	assert_int_equal(value.length, 0);
	assert_int_equal(store_get_value(store, "b", "last", &value), -ENOENT);
	assert_int_equal(store_get_value(store, "a", "first", &value), -ENOENT);
	assert_int_equal(store_put_value(store, "a", "last", VIEW("x\0y")), 0);
	assert_int_equal(store_get_value(store, "a", "last", &value), 0);
	assert_true(view_equal(buffer_view(&value), VIEW("x\0y")));
}

static void test_hostile_names(unused_parameter void **state)
{
	/* Names are values, never SQL. */
	static const char name[] = "x'); DROP TABLE value; --";

	assert_int_equal(store_put_value(store, name, name, VIEW("1")), 0);
	assert_int_equal(store_put_row(store, name, view_of_text(name), VIEW("1")), 0);
	assert_rows(name, VIEW("x'); DROP TABLE value; --=1;"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    store_test(test_rows),
	    store_test(test_empty_value_deletes),
	    store_test(test_values),
	    store_test(test_hostile_names),
	};

	return cmocka_run_group_tests_name("state/store_rows", tests, NULL, NULL);
}
