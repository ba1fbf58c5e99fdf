#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/identity.h"

static char path[64];

static int open_file(const char *content)
{
	int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, content, strlen(content)), strlen(content));
	return descriptor;
}

static int name_file(unused_parameter void **state)
{
	snprintf(path, sizeof(path), "identity-%ld", (long)getpid());
	return 0;
}

static int remove_file(unused_parameter void **state)
{
	unlink(path);
	return 0;
}

/* A file is the same by its path and by its descriptor, and keeps its identity as it grows. */
static void knows_a_file_again(unused_parameter void **state)
{
	int descriptor = open_file("abc");
	struct look by_path;
	struct look by_descriptor;

	assert_int_equal(look_at_path(path, &by_path), 0);
	assert_int_equal(write(descriptor, "defg", 4), 4);
	assert_int_equal(look_at_descriptor(descriptor, &by_descriptor), 0);
	assert_true(identity_equal(by_path.identity, by_descriptor.identity));
	assert_int_equal(by_path.size_bytes, 3);
	assert_int_equal(by_descriptor.size_bytes, 7);
	assert_true(S_ISREG(by_path.mode));
	close(descriptor);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(look_at_path(path, &by_path), -ENOENT);
}

/* A link is looked at itself, not what it leads to. */
static void looks_at_the_link_itself(unused_parameter void **state)
{
	struct look look;

	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(look_at_path(path, &look), 0);
	assert_true(S_ISLNK(look.mode));
}

/* Births tell files apart that got the same inode; without births nobody can say. */
static void births_tell_apart(unused_parameter void **state)
{
	struct identity one = {1, 2, 3};
	struct identity reborn = {1, 2, 4};
	struct identity unknown = {1, 2, -1};
	struct identity elsewhere = {7, 2, 3};

	assert_false(identity_equal(one, reborn));
	assert_true(identity_equal(one, unknown));
	assert_true(identity_equal(unknown, reborn));
	assert_false(identity_equal(one, elsewhere));
}

/* A marker covers at most 256 bytes, and no NULs: those are alike in all files. */
static void imprints_leave_out_nuls(unused_parameter void **state)
{
	char bytes[300];

	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(imprint_of_tail(view_of(bytes, sizeof(bytes))).count, 256);
	assert_int_equal(imprint_of_head(view_of(bytes, sizeof(bytes))).count, 256);
	bytes[290] = '\0';
	bytes[10] = '\0';
	assert_int_equal(imprint_of_tail(view_of(bytes, sizeof(bytes))).count, 9);
	assert_int_equal(imprint_of_head(view_of(bytes, sizeof(bytes))).count, 10);
	assert_true(imprint_equals(
	    imprint_of_tail(view_of(bytes, sizeof(bytes))), view_of(bytes + 291, 9)));
	assert_int_equal(imprint_of_tail(VIEW("")).count, 0);
	assert_true(imprint_equals((struct imprint){0}, VIEW("")));
}

/* The check says whether the bytes are there, others are, or the file ends before. */
static void checks_bytes_in_a_file(unused_parameter void **state)
{
	int descriptor = open_file("one\ntwo\nthree\n");
	struct imprint two = imprint_of_tail(VIEW("two\n"));

	assert_int_equal(imprint_check(descriptor, 4, two), 0);
	assert_int_equal(imprint_check(descriptor, 5, two), OTHER_BYTES);
	assert_int_equal(imprint_check(descriptor, 12, two), TOO_SHORT);
	assert_int_equal(imprint_check(descriptor, 99, (struct imprint){0}), 0);
	assert_int_equal(imprint_check(-1, 0, two), -EBADF);
	close(descriptor);
}

/* A read that stops short is the end of the file. */
static void reads_to_the_end(unused_parameter void **state)
{
	int descriptor = open_file("0123456789");
	char bytes[16];

	assert_int_equal(read_at(descriptor, bytes, 4, 3), 4);
	assert_memory_equal(bytes, "3456", 4);
	assert_int_equal(read_at(descriptor, bytes, sizeof(bytes), 3), 7);
	assert_int_equal(read_at(descriptor, bytes, sizeof(bytes), 30), 0);
	assert_int_equal(read_at(-1, bytes, sizeof(bytes), 0), -EBADF);
	close(descriptor);
}

#define file_test(function) cmocka_unit_test_setup_teardown(function, name_file, remove_file)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    file_test(knows_a_file_again),
	    file_test(looks_at_the_link_itself),
	    cmocka_unit_test(births_tell_apart),
	    cmocka_unit_test(imprints_leave_out_nuls),
	    file_test(checks_bytes_in_a_file),
	    file_test(reads_to_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
