/* What the service manager hears, at a socket of its kind: the watchdog is fed while the work goes
 * on, and not by a loop that merely goes round. */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit.h"

#include "loop/loop_fixture.h"

#include "daemon/supervision.h"

static char folder[64];
static char path[96];
static int manager;
static struct supervision *supervision;
static bool goes_on;
static int described;
static int beats;
static int lines;
static int readies;
static bool is_still; /* nothing new is seen */

static void describe(unused_parameter void *context, struct buffer *line)
{
	described += !is_still;
	buffer_append_format(line, "line %d", described);
}

static bool is_going_on(unused_parameter void *context)
{
	return goes_on;
}

static int set_up(void **state)
{
	const struct supervision_options options = {describe, is_going_on, NULL};
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(folder, sizeof(folder), "/tmp/authmedic.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/notify", folder);
	memcpy(address.sun_path, path, strlen(path));
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(manager, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "20000", 1);
	beats = lines = described = readies = 0;
	is_still = false;
	return open_loop(state) != 0 ? -1 : supervision_new(&supervision, &loop, &options);
}

static int tear_down(void **state)
{
	supervision_close(&supervision);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(manager);
	unlink(path);
	rmdir(folder);
	return close_loop(state);
}

static void hear(void)
{
	char text[256];
	ssize_t count;

	uv_run(&loop, UV_RUN_ONCE);
	while ((count = recv(manager, text, sizeof(text), 0)) > 0) {
		struct view told = view_of(text, (size_t)count);

		beats += view_equal(told, VIEW("WATCHDOG=1"));
		lines += view_starts_with(told, VIEW("STATUS=line "));
		readies += view_equal(told, VIEW("READY=1"));
	}
}

static void test_fed(unused_parameter void **state)
{
	/* While the work goes on. */
	goes_on = true;
	while (beats < 3)
		hear();
	assert_true(lines >= 2);
}

static void test_not_fed(unused_parameter void **state)
{
	/* The loop goes round and tells its line, but the work stands still; fed again after. */
	goes_on = false;
	while (lines < 5)
		hear();
	assert_int_equal(beats, 0);
	goes_on = true;
	while (beats == 0)
		hear();
}

/* By as many senders as it takes: each may have so much on its way only. */
static void fill_queue(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	ssize_t sent = 1;

	memcpy(address.sun_path, path, strlen(path));
	while (sent > 0) {
		int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		sent = sendto(sender, "", 1, 0, (struct sockaddr *)&address, sizeof(address));
		close(sender);
	}
}

static void test_busy_manager(unused_parameter void **state)
{
	/* What it had no room for is told once it has: that we are ready, and the line. */
	goes_on = true;
	is_still = true;
	fill_queue();
	supervision_tell_ready(supervision);
	while (beats < 3)
		hear();
	assert_int_equal(readies, 1);
	assert_int_equal(lines, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_fed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_not_fed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_busy_manager, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("daemon/supervision", tests, NULL, NULL);
}
