#include "../loop/loop_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/watcher.h"

static char directory[64];

struct hints {
	struct watcher *watcher;
	int count;
};

static void on_hint(void *context)
{
	struct hints *hints = context;

	hints->count++;
	watcher_close(&hints->watcher);
}

static void write_file(const char *name)
{
	char path[128];
	int descriptor;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "x\n", 2), 2);
	close(descriptor);
	assert_int_equal(unlink(path), 0);
}

static int make_directory(void **state)
{
	snprintf(directory, sizeof(directory), "watched-%ld", (long)getpid());
	return mkdir(directory, 0700) < 0 ? -1 : open_loop(state);
}

static int remove_directory(void **state)
{
	int error = close_loop(state);

	rmdir(directory);
	return error;
}

/* A change in the directory is a hint, if it is one of the log's files; the watcher may be closed
 * within the callback. */
static void hints_at_the_log_only(unused_parameter void **state)
{
	struct hints hints = {0};
	struct watcher_target target = {on_hint, VIEW("access"), &hints};

	assert_int_equal(watcher_new(&hints.watcher, &loop, directory, &target), 0);
	write_file("state.db");
	uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(hints.count, 0);
	write_file("access.log");
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(hints.count, 1);
}

/* A directory that was removed and made again needs a new watcher, and the old one says so. */
static void dies_with_its_directory(unused_parameter void **state)
{
	struct hints hints = {0};
	struct watcher_target target = {on_hint, VIEW(""), &hints};
	struct watcher *kept;

	assert_int_equal(watcher_new(&kept, &loop, directory, &target), 0);
	assert_true(watcher_is_alive(kept));
	assert_int_equal(rename(directory, "watched-elsewhere"), 0);
	assert_false(watcher_is_alive(kept));
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_false(watcher_is_alive(kept));
	watcher_close(&kept);
	assert_null(kept);
	watcher_close(&kept);
	assert_int_equal(rmdir("watched-elsewhere"), 0);
}

/* A directory that is missing is an error at once. */
static void needs_a_directory(unused_parameter void **state)
{
	struct watcher_target target = {on_hint, VIEW(""), NULL};
	struct watcher *watcher = NULL;

	assert_int_equal(watcher_new(&watcher, &loop, "no-such-directory", &target), -ENOENT);
	assert_null(watcher);
}

#define directory_test(function)                                                                   \
	cmocka_unit_test_setup_teardown(function, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    directory_test(hints_at_the_log_only),
	    directory_test(dies_with_its_directory),
	    directory_test(needs_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
