#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "report/secret_file.h"

static char path[512];

static int make_file(unused_parameter void **state)
{
	const char *build = getenv("AUTHMEDIC_BUILD_DIR");
	int file;

	snprintf(path, sizeof(path), "%s/secret-test-XXXXXX", build != NULL ? build : ".");
	file = mkstemp(path);
	if (file < 0 || write(file, "se\0cret\n", 8) != 8)
		return -1;
	return close(file);
}

static int remove_file(unused_parameter void **state)
{
	return unlink(path);
}

static int read_with_mode(mode_t mode, size_t max_bytes)
{
	struct buffer auto_buffer content;
	int error;

	assert_int_equal(chmod(path, mode), 0);
	buffer_init(&content, max_bytes);
	error = secret_file_read(path, &content);
	assert_true(
	    view_equal(buffer_view(&content), error == 0 ? VIEW("se\0cret\n") : view_of(NULL, 0)));
	return error;
}

static void test_modes(unused_parameter void **state)
{
	/* The owner's file, and one that its group may read, are read; others' rights spoil it. */
	static const mode_t bad[] = {0604, 0602, 0601, 0644, 0620, 0660, 0666, 0777};

	assert_int_equal(read_with_mode(0600, 100), 0);
	assert_int_equal(read_with_mode(0400, 100), 0);
	assert_int_equal(read_with_mode(0640, 100), 0);
	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(read_with_mode(bad[i], 100), -EPERM);
}

static void test_owner(unused_parameter void **state)
{
	/* A file of some other user's is refused, whatever its mode. */
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(read_with_mode(0600, 100), -EPERM);
}

static void test_other_kinds(unused_parameter void **state)
{
	/* A missing file, a folder, a device and a pipe are errors, and none of them blocks. */
	struct buffer auto_buffer content;

	buffer_init(&content, 100);
	assert_int_equal(secret_file_read("/nowhere/at/all", &content), -ENOENT);
	assert_int_equal(secret_file_read("/", &content), -EINVAL);
	assert_int_equal(secret_file_read("/dev/zero", &content), -EINVAL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(secret_file_read(path, &content), -EINVAL);
	assert_int_equal(content.length, 0);
}

static void test_size(unused_parameter void **state)
{
	/* A file that does not fit is an error. */
	struct buffer auto_buffer content;

	assert_int_equal(read_with_mode(0600, 8), 0);
	buffer_init(&content, 7);
	assert_int_equal(secret_file_read(path, &content), -E2BIG);
}

static void test_line(unused_parameter void **state)
{
	/* What an editor puts around the line is none of the secret; what is within it is. */
	static const char *const contents[] = {
	    "a secret", "a secret\n", "a secret\r\n", " \t\na secret \n\n"};

	for (size_t i = 0; i < count_of(contents); i++)
		assert_true(view_equal(
		    secret_file_line(view_of_text(contents[i])), VIEW("a secret")));
	assert_int_equal(secret_file_line(VIEW(" \r\n\t")).length, 0);
	assert_int_equal(secret_file_line(VIEW("")).length, 0);
}

static void test_why(unused_parameter void **state)
{
	/* What is wrong with a file is told in words about files, not in those that the system has
	 * for numbers. */
	assert_string_equal(secret_file_why(-E2BIG), "too large");
	assert_string_equal(
	    secret_file_why(-EINVAL), "no regular file, or does not hold what it should");
	assert_non_null(strstr(secret_file_why(-EPERM), "must belong to root or to us"));
	assert_string_equal(secret_file_why(-ENOENT), strerror(ENOENT));
}

static void test_read_line(unused_parameter void **state)
{
	/* The line of a file; one that is empty, or cut off by a NUL, is a mistake. */
	char *line = NULL;

	assert_int_equal(secret_file_read_line(path, &line), -EINVAL);
	assert_int_equal(truncate(path, 2), 0);
	assert_int_equal(secret_file_read_line(path, &line), 0);
	assert_string_equal(line, "se");
	secret_file_forget_line(&line);
	assert_null(line);
	secret_file_forget_line(&line);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(secret_file_read_line(path, &line), -EINVAL);
	assert_int_equal(secret_file_read_line("/nowhere/at/all", &line), -ENOENT);
	assert_null(line);
}

#define file_test(function) cmocka_unit_test_setup_teardown(function, make_file, remove_file)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    file_test(test_modes),
	    file_test(test_owner),
	    file_test(test_other_kinds),
	    file_test(test_size),
	    cmocka_unit_test(test_line),
	    cmocka_unit_test(test_why),
	    file_test(test_read_line),
	};

	return cmocka_run_group_tests_name("report/secret_file", tests, NULL, NULL);
}
