#include "unit.h"

#include <errno.h>
#include <limits.h>

#include "allocation.h"
#include "base/buffer.h"

/* Appends of all kinds stand one behind the other, with a NUL at the end. */
static void appends(unused_parameter void **state)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 1000);
	assert_string_equal(buffer_text(&buffer), "");
	assert_true(view_is_empty(buffer_view(&buffer)));
	buffer_append_text(&buffer, "a");
	buffer_append_text(&buffer, NULL);
	buffer_append(&buffer, view_of(NULL, 0));
	buffer_append(&buffer, VIEW("b\0c"));
	buffer_append_byte(&buffer, 'd');
	buffer_append_format(&buffer, "%d-%s", 42, "x");
	assert_int_equal(buffer_error(&buffer), 0);
	assert_int_equal(buffer.length, 9);
	assert_memory_equal(buffer.data, "ab\0cd42-x", 10);
}

/* A buffer may be filled to its maximum exactly; one byte more fails, and the failure stays. */
static void keeps_the_maximum(unused_parameter void **state)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 4);
	buffer_append_format(&buffer, "%s", "abcd");
	assert_int_equal(buffer_error(&buffer), 0);
	buffer_append_byte(&buffer, 'e');
	assert_int_equal(buffer_error(&buffer), -E2BIG);
	buffer_consume(&buffer, 4);
	buffer_append_text(&buffer, "x");
	buffer_append_format(&buffer, "%d", 1);
	assert_int_equal(buffer_error(&buffer), -E2BIG);
	assert_string_equal(buffer_text(&buffer), "");
	buffer_clear(&buffer);
	assert_int_equal(buffer_error(&buffer), 0);
	buffer_append_text(&buffer, "wxyz");
	assert_view_is(buffer_view(&buffer), "wxyz");
}

/* A part that does not fit is not appended in part. */
static void appends_all_or_nothing(unused_parameter void **state)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 4);
	buffer_append_text(&buffer, "ab");
	buffer_append_format(&buffer, "%s", "cde");
	assert_int_equal(buffer_error(&buffer), -E2BIG);
	assert_string_equal(buffer_text(&buffer), "ab");
}

/* Growing far beyond the first allocation loses nothing. */
static void grows(unused_parameter void **state)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 100000);
	for (int i = 0; i < 20000; i++)
		buffer_append_format(&buffer, "%05d", i);
	assert_int_equal(buffer_error(&buffer), 0);
	assert_int_equal(buffer.length, 100000);
	assert_memory_equal(buffer.data + 5 * 12345, "12345", 5);
	assert_true(buffer.capacity_bytes >= 100001);
}

/* Consuming moves the rest to the front and is cut down to what there is. */
static void consumes(unused_parameter void **state)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 100);
	buffer_consume(&buffer, 5);
	buffer_append_text(&buffer, "first\nsecond");
	buffer_consume(&buffer, 6);
	assert_string_equal(buffer_text(&buffer), "second");
	buffer_consume(&buffer, 0);
	assert_string_equal(buffer_text(&buffer), "second");
	buffer_consume(&buffer, 100);
	assert_int_equal(buffer.length, 0);
	assert_string_equal(buffer_text(&buffer), "");
}

/* Without memory the content stays and the error says so. */
static void survives_lack_of_memory(unused_parameter void **state)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 10000);
	buffer_append_text(&buffer, "kept");
	allocation_fail_after(0);
	buffer_append_format(&buffer, "%200s", "lost");
	allocation_restore();
	assert_int_equal(buffer_error(&buffer), -ENOMEM);
	assert_string_equal(buffer_text(&buffer), "kept");
	buffer_done(&buffer);
	buffer_append_text(&buffer, "again");
	assert_int_equal(buffer_error(&buffer), 0);
	assert_string_equal(buffer_text(&buffer), "again");
}

/* A format whose result nobody could hold is an error, not a silent gap. */
static void reports_an_impossible_format(unused_parameter void **state)
{
	struct buffer auto_buffer buffer;
	volatile int width = INT_MAX; /* hidden from the compiler, which knows better */

	buffer_init(&buffer, 100);
	buffer_append_format(&buffer, "%*d%*d", width, 1, width, 1);
	assert_int_equal(buffer_error(&buffer), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(appends),
	    cmocka_unit_test(keeps_the_maximum),
	    cmocka_unit_test(appends_all_or_nothing),
	    cmocka_unit_test(grows),
	    cmocka_unit_test(consumes),
	    cmocka_unit_test(survives_lack_of_memory),
	    cmocka_unit_test(reports_an_impossible_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
