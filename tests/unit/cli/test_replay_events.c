#include "unit.h"

#include "cli/replay_events.h"

static size_t likeness(char *configured, const char *path)
{
	const struct config_log log = {.path = configured};

	return replay_likeness(&log, path);
}

/* Two sites with logs of the same name: a file belongs to the one whose folders are its own too. */
static void more_of_the_path_is_more_alike(unused_parameter void **state)
{
	static char first[] = "/var/log/first/access.log";
	static char second[] = "/var/log/second/access.log";

	assert_int_equal(likeness(first, "/var/log/second/access.log"), 1);
	assert_int_equal(likeness(second, "/var/log/second/access.log"), 4);
	assert_int_equal(likeness(second, "second/access.log"), 2);
	assert_int_equal(likeness(first, "second/access.log"), 1);
	assert_int_equal(likeness(first, "access.log"), 1);
}

/* Only whole names count. */
static void other_names_are_not_alike(unused_parameter void **state)
{
	static char configured[] = "/var/log/access.log";

	assert_int_equal(likeness(configured, "/var/log/access.log.1"), 0);
	assert_int_equal(likeness(configured, "/var/log/xaccess.log"), 0);
	assert_int_equal(likeness(configured, "/var/log/"), 0);
	assert_int_equal(likeness(configured, "/"), 0);
	assert_int_equal(likeness(configured, ""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(more_of_the_path_is_more_alike),
	    cmocka_unit_test(other_names_are_not_alike),
	};

	return cmocka_run_group_tests_name("replay_events", tests, NULL, NULL);
}
