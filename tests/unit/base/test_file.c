/* Shows that whole files are read up to a maximum, and that nothing else than a file is. */
#include "directory_fixture.h"

#include "base/file.h"

static void test_whole(unused_parameter void **state)
{
	struct buffer auto_buffer large;
	struct buffer auto_buffer content;
	char path[512];

	buffer_init(&large, 100000);
	while (large.length < large.max_bytes)
		buffer_append_byte(&large, (char)large.length);
	buffer_init(&content, 100001);
	buffer_append_text(&content, "x");
	write_in(path, "large", buffer_view(&large));
	assert_int_equal(file_read(path, &content), 0);
	assert_int_equal(content.length, 100001);
	assert_memory_equal(content.data + 1, large.data, large.length);
	buffer_clear(&content);
	write_in(path, "empty", VIEW(""));
	assert_int_equal(file_read(path, &content), 0);
	assert_int_equal(content.length, 0);
}

static void test_refused(unused_parameter void **state)
{
	struct buffer auto_buffer content;
	char path[512];

	buffer_init(&content, 9);
	path_in(path, "missing");
	assert_int_equal(file_read(path, &content), -ENOENT);
	assert_int_equal(file_read(directory, &content), -EISDIR);
	path_in(path, "pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_read(path, &content), -EINVAL);
	assert_int_equal(file_read("/dev/zero", &content), -EINVAL);
	assert_int_equal(content.length, 0);
	write_in(path, "large", VIEW("0123456789"));
	assert_int_equal(file_read(path, &content), -E2BIG);
}

static void test_readable_to_end(unused_parameter void **state)
{
	/* A file, and a pipe that is open in this process; nothing that could be waited for. */
	char path[512];
	char name[64];
	int ends[2];

	write_in(path, "file", VIEW("text"));
	assert_int_equal(file_check_readable_to_end(path), 0);
	path_in(path, "pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_check_readable_to_end(path), -EINVAL);
	assert_int_equal(file_check_readable_to_end("/dev/zero"), -EINVAL);
	assert_int_equal(file_check_readable_to_end(directory), -EISDIR);
	assert_int_equal(file_check_readable_to_end("/nowhere/at/all"), -ENOENT);
	assert_int_equal(pipe(ends), 0);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	assert_int_equal(file_check_readable_to_end(name), 0);
	close(ends[0]);
	close(ends[1]);
}

/* The start of the address space is never mapped, so this file can be opened and not read. */
static void test_unreadable(unused_parameter void **state)
{
	struct buffer auto_buffer content;

	buffer_init(&content, 9);
	assert_int_equal(file_read("/proc/self/mem", &content), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_whole, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(test_refused, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(
		test_readable_to_end, make_directory, remove_directory),
	    cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
