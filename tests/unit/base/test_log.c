#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/journal_socket.h"
#include "config/log_kinds.h"

/* For ever: people search their journals for it. */
#define DEAF_ID "8c33c84bc70b48648e65727ddf6302a1"

static FILE *saved_stderr;
static char *output;
static size_t output_length;

static int capture(unused_parameter void **state)
{
	saved_stderr = stderr;
	stderr = open_memstream(&output, &output_length);
	return stderr == NULL ? -1 : 0;
}

static int release(unused_parameter void **state)
{
	fclose(stderr);
	stderr = saved_stderr;
	free(output);
	return 0;
}

static void assert_logged(const char *expected)
{
	fflush(stderr);
	assert_string_equal(output, expected);
}

/* A line carries the program's name, or the journal's priority instead. */
static void names_the_line(unused_parameter void **state)
{
	log_open("authmedicd", false, LOG_LEVEL_INFO);
	log_error("site %s: %d", "intranet", 42);
	log_open("authmedicd", true, LOG_LEVEL_INFO);
	log_warning("second");
	assert_logged("authmedicd: site intranet: 42\n<4>second\n");
}

/* ---- a journal of the test's: a socket that takes what it is sent */

static int bind_journal(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int bound = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(bound >= 0);
	assert_in_range(strlen(path), 1, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	unlink(path);
	assert_int_equal(bind(bound, (const struct sockaddr *)&address, sizeof(address)), 0);
	return bound;
}

static void assert_entry(int journal, const char *expected)
{
	char entry[65536];
	ssize_t length = recv(journal, entry, sizeof(entry) - 1, 0);

	assert_true(length >= 0);
	entry[length] = '\0';
	assert_string_equal(entry, expected);
}

/* The journal is sent fields: the message, and what it is about where there is something to say; no
 * value can begin a field of its own. What it does not take goes to standard error. */
static void speaks_to_the_journal(unused_parameter void **state)
{
	const char *path = "log-test-journal.socket";
	int journal = bind_journal(path);

	log_open("authmedicd", true, LOG_LEVEL_INFO);
	assert_int_equal(log_use_journal(path), 0);
	log_warning("a\nPRIORITY=0 %d", 7);
	assert_entry(journal,
	    "MESSAGE=a\\x0aPRIORITY=0 7\nPRIORITY=4\nSYSLOG_IDENTIFIER=authmedicd\n");
	log_debug("not asked for");
	log_told(LOG_KIND_log_deaf,
	    (struct log_about){.site = "intranet", .reason = "x\ny", .remedy = ""}, "deaf: %s",
	    "why");
	assert_entry(journal,
	    "MESSAGE=deaf: why\nPRIORITY=4\nSYSLOG_IDENTIFIER=authmedicd\n"
	    "MESSAGE_ID=" DEAF_ID "\nAUTHMEDIC_SITE=intranet\nAUTHMEDIC_REASON=x\\x0ay\n");
	assert_int_equal(unlink(path), 0);
	close(journal);
	log_error("nobody reads");
	assert_logged("<3>nobody reads\n");
	assert_int_equal(log_use_journal(path), -ENOENT);
	log_open("a", false, LOG_LEVEL_INFO);
}

/* Only where standard error is what JOURNAL_STREAM names is it the journal. */
static void knows_the_journal(unused_parameter void **state)
{
	struct stat status;
	char stream[64];

	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	unsetenv("JOURNAL_STREAM");
	assert_false(journal_socket_is_standard_error());
	setenv("JOURNAL_STREAM", "1:2", 1);
	assert_false(journal_socket_is_standard_error());
	setenv("JOURNAL_STREAM", stream, 1);
	assert_true(journal_socket_is_standard_error());
	unsetenv("JOURNAL_STREAM");
}

/* Levels beyond the asked one are silent. */
static void keeps_levels(unused_parameter void **state)
{
	log_open("a", false, LOG_LEVEL_WARNING);
	log_error("1");
	log_warning("2");
	log_notice("3");
	log_info("4");
	log_debug("5");
	assert_logged("a: 1\na: 2\n");
}

/* No byte can begin a line or a terminal sequence of its own. */
static void escapes_bytes(unused_parameter void **state)
{
	log_open("a", false, LOG_LEVEL_INFO);
	log_info("%s", "x\n<3>y\x1b[2J\xff \\x0a");
	assert_logged("a: x\\x0a<3>y\\x1b[2J\\xff \\x0a\n");
}

/* A line of any length is cut, also where every byte grows by escaping, and ends with a newline. */
static void cuts_long_lines(unused_parameter void **state)
{
	char many[10000];

	memset(many, '\x01', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	log_open("a", false, LOG_LEVEL_INFO);
	log_info("%s", many);
	fflush(stderr);
	assert_int_equal(output_length, strlen("a: ") + 4 * 4095 + 1);
	assert_int_equal(output[output_length - 1], '\n');
	assert_null(memchr(output, '\x01', output_length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(names_the_line, capture, release),
	    cmocka_unit_test_setup_teardown(speaks_to_the_journal, capture, release),
	    cmocka_unit_test(knows_the_journal),
	    cmocka_unit_test_setup_teardown(keeps_levels, capture, release),
	    cmocka_unit_test_setup_teardown(escapes_bytes, capture, release),
	    cmocka_unit_test_setup_teardown(cuts_long_lines, capture, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
