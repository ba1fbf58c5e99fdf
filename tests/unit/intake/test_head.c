#include "directory_fixture.h"

#include "base/buffer.h"
#include "intake/head.h"

static void assert_head(const char *name, size_t max_bytes, const char *expected)
{
	struct buffer auto_buffer head;
	char path[512];

	buffer_init(&head, 10000);
	path_in(path, name);
	assert_int_equal(head_read(path, max_bytes, &head), 0);
	assert_string_equal(buffer_text(&head), expected);
}

static void test_newest(unused_parameter void **state)
{
	/* Of a series the latest file is read, of a rotated log the one that is written. */
	char path[512];

	write_in(path, "ex260101.log", VIEW("old\n"));
	write_in(path, "ex260102.log", VIEW("new\n"));
	write_in(path, "access.log.1", VIEW("rotated\n"));
	write_in(path, "access.log", VIEW("current\n"));
	assert_head("ex*.log", 100, "new\n");
	assert_head("access.log", 100, "current\n");
}

static void test_only_the_beginning(unused_parameter void **state)
{
	/* No more is read than was asked for, also across the chunks it is read in. */
	static char bytes[9001];
	struct buffer auto_buffer head;
	char path[512];

	memset(bytes, 'x', sizeof(bytes));
	write_in(path, "a.log", view_of(bytes, sizeof(bytes)));
	assert_head("a.log", 3, "xxx");
	assert_head("a.log", 0, "");
	buffer_init(&head, 10000);
	assert_int_equal(head_read(path, 5000, &head), 0);
	assert_int_equal(head.length, 5000);
	assert_int_equal(head_read(path, 10000, &head), -E2BIG);
}

static void test_no_file(unused_parameter void **state)
{
	/* A log that is not there yet, and one that is no file. */
	struct buffer auto_buffer head;
	char path[512];

	buffer_init(&head, 100);
	path_in(path, "none.log");
	assert_int_equal(head_read(path, 100, &head), -ENOENT);
	assert_int_equal(head_read("/nowhere/a.log", 100, &head), -ENOENT);
	path_in(path, "pipe.log");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(head_read(path, 100, &head) < 0);
	assert_int_equal(head.length, 0);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

static void test_refusal(unused_parameter void **state)
{
	/* What is no text is named; what may be a log, or nothing yet, is not. */
	assert_string_equal(head_refusal(VIEW("\x1f\x8b\x08")), "compressed data");
	assert_string_equal(head_refusal(VIEW("\xff\xfe" "o\0")), "UTF-16 text");
	assert_string_equal(head_refusal(VIEW("\xfe\xff\0o")), "UTF-16 text");
	assert_string_equal(head_refusal(VIEW("o\0n\0")), "UTF-16 text");
	assert_string_equal(head_refusal(VIEW("\0o\0n")), "UTF-16 text");
	assert_null(head_refusal(VIEW("\xef\xbb\xbfone\n")));
	assert_null(head_refusal(VIEW("\0\0\0\0")));
	assert_null(head_refusal(VIEW("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    in_directory(test_newest),
	    in_directory(test_only_the_beginning),
	    in_directory(test_no_file),
	    cmocka_unit_test(test_refusal),
	};

	return cmocka_run_group_tests_name("head", tests, NULL, NULL);
}
