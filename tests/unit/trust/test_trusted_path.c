#include "directory_fixture.h"

#include "trust/trusted_path.h"

static struct trust trust;
static char reason[TRUSTED_WHY_BYTES];

/* 0 where it is trusted. The fixture's folder must be for these tests to show anything, which one
 * in another user's checkout is not: then they are skipped. */
static int try_path(const char *path, mode_t kind)
{
	struct buffer auto_buffer why;
	int file;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	file = trusted_open(path, kind, &trust, &why);
	snprintf(reason, sizeof(reason), "%s", buffer_text(&why));
	assert_true(file >= 0 || why.length > 0);
	if (file >= 0)
		close(file);
	return file < 0 ? file : 0;
}

static int try_in(const char *name, mode_t kind)
{
	char path[512];

	path_in(path, name);
	return try_path(path, kind);
}

static int make_trusted_directory(void **state)
{
	char path[512];
	int error = make_directory(state);

	trust = trust_of_process(true);
	write_in(path, "file", VIEW("content"));
	return error;
}

#define SKIP_UNLESS_TRUSTED()                                                                      \
	do {                                                                                       \
		if (try_path(directory, S_IFDIR) < 0)                                              \
			skip();                                                                    \
	} while (0)

/* Our own files and folders, and root's, open; slashes may be doubled. */
static void opens_our_own(unused_parameter void **state)
{
	char path[600];

	SKIP_UNLESS_TRUSTED();
	assert_int_equal(try_in("file", S_IFREG), 0);
	assert_int_equal(try_path("/etc", S_IFDIR), 0);
	snprintf(path, sizeof(path), "/%s//file", directory);
	assert_int_equal(try_path(path, S_IFREG), 0);
}

/* What is not there, of another kind, relative, or winding is refused. */
static void refuses_the_wrong_kind(unused_parameter void **state)
{
	char path[600], fifo[512];

	SKIP_UNLESS_TRUSTED();
	assert_int_equal(try_in("nothing", S_IFREG), -ENOENT);
	assert_int_equal(try_in("file", S_IFDIR), -EINVAL);
	assert_int_equal(try_path(directory, S_IFREG), -EINVAL);
	assert_int_equal(try_path("/", S_IFREG), -EINVAL);
	assert_int_equal(try_path("", S_IFREG), -EINVAL);
	assert_int_equal(try_path("file", S_IFREG), -EINVAL);
	snprintf(path, sizeof(path), "%s/../etc", directory);
	assert_int_equal(try_path(path, S_IFDIR), -EINVAL);
	snprintf(path, sizeof(path), "%s/file/x", directory);
	assert_int_equal(try_path(path, S_IFREG), -EINVAL);
	path_in(fifo, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(try_path(fifo, S_IFREG), -EINVAL);
}

/* No symbolic link is followed, be it the last component or one on the way. */
static void follows_no_links(unused_parameter void **state)
{
	char path[512], target[512];

	SKIP_UNLESS_TRUSTED();
	path_in(path, "link");
	assert_int_equal(symlink("file", path), 0);
	assert_int_equal(try_path(path, S_IFREG), -ELOOP);
	assert_non_null(strstr(reason, "is a symbolic link"));
	path_in(target, "folder");
	assert_int_equal(mkdir(target, 0755), 0);
	path_in(path, "way");
	assert_int_equal(symlink("folder", path), 0);
	write_in(target, "folder/inner", VIEW("x"));
	assert_int_equal(try_in("folder/inner", S_IFREG), 0);
	assert_int_equal(try_in("way/inner", S_IFREG), -ELOOP);
	assert_int_equal(try_in("way", S_IFDIR), -ELOOP);
}

/* What others may write is refused: the file, and a folder above it. */
static void refuses_what_others_write(unused_parameter void **state)
{
	char path[512], inner[512];

	SKIP_UNLESS_TRUSTED();
	path_in(path, "file");
	assert_int_equal(chmod(path, 0646), 0);
	assert_int_equal(try_path(path, S_IFREG), -EPERM);
	assert_non_null(strstr(reason, "may be written by others"));
	assert_int_equal(chmod(path, 0644), 0);
	path_in(path, "folder");
	assert_int_equal(mkdir(path, 0755), 0);
	write_in(inner, "folder/inner", VIEW("x"));
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(try_path(inner, S_IFREG), -EPERM);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(try_path(inner, S_IFREG), 0);
}

/* A group may write only where it is our own and we are not root. */
static void asks_whose_group(unused_parameter void **state)
{
	char path[512];

	SKIP_UNLESS_TRUSTED();
	path_in(path, "file");
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(try_path(path, S_IFREG), geteuid() == 0 ? -EPERM : 0);
	trust.gid++;
	assert_int_equal(try_path(path, S_IFREG), -EPERM);
}

/* Root's sticky folders are trusted only where that was said, and nobody else's ever. */
static void asks_about_sticky_folders(unused_parameter void **state)
{
	char path[512], inner[512];

	SKIP_UNLESS_TRUSTED();
	path_in(path, "folder");
	assert_int_equal(mkdir(path, 0755), 0);
	write_in(inner, "folder/inner", VIEW("x"));
	assert_int_equal(chmod(path, 01777), 0);
	assert_int_equal(try_path(inner, S_IFREG), geteuid() == 0 ? 0 : -EPERM);
	trust.sticky_folders = false;
	assert_int_equal(try_path(inner, S_IFREG), -EPERM);
}

/* What belongs to another user is refused. */
static void refuses_other_owners(unused_parameter void **state)
{
	char path[512];

	SKIP_UNLESS_TRUSTED();
	if (geteuid() != 0)
		skip();
	path_in(path, "file");
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(try_path(path, S_IFREG), -EPERM);
	assert_non_null(strstr(reason, "belongs to a user other than root and ourselves"));
	trust.uid = 12345;
	assert_int_equal(try_path(path, S_IFREG), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_trusted_directory, remove_directory)
	const struct CMUnitTest tests[] = {
	    TEST(opens_our_own),
	    TEST(refuses_the_wrong_kind),
	    TEST(follows_no_links),
	    TEST(refuses_what_others_write),
	    TEST(asks_whose_group),
	    TEST(asks_about_sticky_folders),
	    TEST(refuses_other_owners),
	};

	return cmocka_run_group_tests_name("trusted_path", tests, NULL, NULL);
}
