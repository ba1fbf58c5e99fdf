#include "unit.h"

#include <stdlib.h>

#include "base/log.h"

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
	    cmocka_unit_test_setup_teardown(keeps_levels, capture, release),
	    cmocka_unit_test_setup_teardown(escapes_bytes, capture, release),
	    cmocka_unit_test_setup_teardown(cuts_long_lines, capture, release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
