#include "unit.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop/clock.h"
#include "loop/service_manager.h"

/* Who is told: a datagram socket of Linux's own, which leaves no file. */
static int manager = -1;

static int listen_to_us(unused_parameter void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];
	int length = snprintf(name, sizeof(name), "@authmedic-test-%d", getpid());

	memcpy(address.sun_path, name, (size_t)length);
	address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return bind(manager, (struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length));
}

static int leave(unused_parameter void **state)
{
	close(manager);
	unsetenv("NOTIFY_SOCKET");
	return 0;
}

/* What was told, "" where nothing was. */
static const char *told(void)
{
	static char text[256];
	ssize_t length = recv(manager, text, sizeof(text) - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* Each message arrives whole, by itself. */
static void test_told(unused_parameter void **state)
{
	service_manager_tell("READY=1");
	service_manager_tell("STATUS=1 site watched");
	assert_string_equal(told(), "READY=1");
	assert_string_equal(told(), "STATUS=1 site watched");
	assert_string_equal(told(), "");
}

/* A reload carries the time at which it began, in microseconds of the monotonic clock. */
static void test_reloading(unused_parameter void **state)
{
	int64_t before_us = clock_monotonic_us();
	long long at_us = 0;

	service_manager_tell_reloading();
	assert_int_equal(sscanf(told(), "RELOADING=1\nMONOTONIC_USEC=%lld", &at_us), 1);
	assert_true(at_us >= before_us && at_us <= clock_monotonic_us());
}

/* Nobody who asked, a name that is none, and one where nobody listens: nothing happens. */
static void test_nobody(unused_parameter void **state)
{
	static const char *const names[] = {"", "@", "relative", "/nowhere/at/all", "@nobody-here"};
	char longest[300];

	for (size_t i = 0; i < count_of(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		service_manager_tell("READY=1");
	}
	memset(longest, '/', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longest, 1);
	service_manager_tell("READY=1");
	unsetenv("NOTIFY_SOCKET");
	service_manager_tell("READY=1");
	assert_string_equal(told(), "");
}

/* Neither a manager that does not read nor its full queue makes us wait; but we know of it. */
static void test_never_blocks(unused_parameter void **state)
{
	assert_true(service_manager_tell("WATCHDOG=1"));
	for (int i = 0; i < 100000; i++)
		(void)service_manager_tell("WATCHDOG=1");
	assert_false(service_manager_tell("READY=1"));
	assert_string_equal(told(), "WATCHDOG=1");
	assert_true(service_manager_tell("READY=1"));
}

/* The watchdog is ours where the process is named, or none is. */
static void test_watchdog(unused_parameter void **state)
{
	char ours[32];

	snprintf(ours, sizeof(ours), "%d", getpid());
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(service_manager_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(service_manager_watchdog_ms(), 3000);
	setenv("WATCHDOG_PID", ours, 1);
	assert_int_equal(service_manager_watchdog_ms(), 3000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(service_manager_watchdog_ms(), 0);
	setenv("WATCHDOG_PID", ours, 1);
	for (size_t i = 0; i < 4; i++) {
		static const char *const bad[] = {"", "0", "-5", "soon"};

		setenv("WATCHDOG_USEC", bad[i], 1);
		assert_int_equal(service_manager_watchdog_ms(), 0);
	}
}

#define heard_test(function) cmocka_unit_test_setup_teardown(function, listen_to_us, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    heard_test(test_told),
	    heard_test(test_reloading),
	    heard_test(test_nobody),
	    heard_test(test_never_blocks),
	    cmocka_unit_test(test_watchdog),
	};

	return cmocka_run_group_tests_name("loop/service_manager", tests, NULL, NULL);
}
