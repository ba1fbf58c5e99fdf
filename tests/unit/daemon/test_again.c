#include "daemon/again.h"

#include "directory_fixture.h"

static void test_asked_and_taken(unused_parameter void **state)
{
	/* A question is there once, however often it was asked, and of one receiver only. */
	assert_false(again_take(directory, "ops"));
	assert_int_equal(again_ask(directory, "ops"), 0);
	assert_int_equal(again_ask(directory, "ops"), 0);
	assert_false(again_take(directory, "other"));
	assert_true(again_take(directory, "ops"));
	assert_false(again_take(directory, "ops"));
	assert_int_equal(again_ask("/nowhere", "ops"), -ENOENT);
}

static void test_what_stands_there(unused_parameter void **state)
{
	/* Root asks in a folder of the daemon's user: a link that waits there leads to no file of
	 * root's, and a pipe keeps nobody waiting. Both are as good as a question. */
	char kept[512], link[512], elsewhere[512];
	struct stat status;

	write_in(kept, "kept", VIEW("precious"));
	path_in(link, "send-again.ops");
	assert_int_equal(symlink(kept, link), 0);
	assert_int_equal(again_ask(directory, "ops"), 0);
	assert_int_equal(stat(kept, &status), 0);
	assert_int_equal(status.st_size, strlen("precious"));
	assert_true(again_take(directory, "ops"));
	path_in(elsewhere, "elsewhere");
	assert_int_equal(symlink(elsewhere, link), 0);
	assert_int_equal(again_ask(directory, "ops"), 0);
	assert_int_equal(lstat(elsewhere, &status), -1);
	assert_true(again_take(directory, "ops"));
	assert_int_equal(mkfifo(link, 0600), 0);
	assert_int_equal(again_ask(directory, "ops"), 0);
	assert_true(again_take(directory, "ops"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_asked_and_taken, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(
		test_what_stands_there, make_directory, remove_directory),
	};

	return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
