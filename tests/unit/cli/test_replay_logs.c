#include "unit.h"

#include "cli/replay_logs.h"

static size_t likeness(char *configured, const char *path)
{
	const struct config_log log = {.path = configured};

	return replay_likeness(&log, path, NULL);
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

/* Rotated and compressed ones are the log's, and those that its glob means. */
static void names_of_generations_are_alike(unused_parameter void **state)
{
	static char configured[] = "/var/log/access.log";
	static char glob[] = "/var/log/u_ex*.log";

	assert_int_equal(likeness(configured, "/var/log/access.log.1"), 3);
	assert_int_equal(likeness(configured, "old/access.log-20260101.gz"), 1);
	assert_int_equal(likeness(configured, "access.log.gz"), 1);
	assert_int_equal(likeness(glob, "u_ex260101.log"), 1);
	assert_int_equal(likeness(glob, "/var/log/u_ex260101.log.gz"), 3);
}

/* Only whole names count. */
static void other_names_are_not_alike(unused_parameter void **state)
{
	static char configured[] = "/var/log/access.log";

	assert_int_equal(likeness(configured, "/var/log/xaccess.log"), 0);
	assert_int_equal(likeness(configured, "/var/log/access.log.zip"), 0);
	assert_int_equal(likeness(configured, "/var/log/"), 0);
	assert_int_equal(likeness(configured, "/"), 0);
	assert_int_equal(likeness(configured, ""), 0);
}

/* -- collecting */

static struct config_log logs[] = {
    {.path = (char *)"/var/log/access.log", .format = (char *)"apache-combined"},
    {.path = (char *)"/var/log/u_ex*.log", .format = (char *)"iis-w3c"},
    {.path = (char *)"/var/log/app-100001.log", .format = (char *)"json"},
    {.path = (char *)"/var/log/app-100002.log", .format = (char *)"haproxy-http"}};
static struct config_site site = {
    .name = (char *)"intranet", .logs = {logs, count_of(logs), count_of(logs)}};
static struct config config = {.sites = {&site, 1, 1}};

/* "PLACE: FILE FILE; PLACE: FILE" */
static void assert_collected(const char *const *arguments, const char *expected)
{
	struct invocation invocation = {.arguments = (char **)arguments};
	struct replay_logs collected = {0};
	struct buffer auto_buffer text;

	buffer_init(&text, 4096);
	while (arguments[invocation.argument_count] != NULL)
		invocation.argument_count++;
	assert_int_equal(replay_logs_collect(&collected, &invocation, &config), EXIT_DONE);
	for (size_t i = 0; i < collected.list.count; i++) {
		const struct replay_log *log = &collected.list.items[i];

		buffer_append_format(&text, "%s%s %s:", i > 0 ? "; " : "", log->place,
		    log->log.format);
		for (size_t j = 0; j < log->files.count; j++)
			buffer_append_format(&text, " %s", log->files.items[j]);
	}
	assert_string_equal(buffer_text(&text), expected);
	replay_logs_done(&collected);
}

static void generations_come_oldest_first(unused_parameter void **state)
{
	static const char *const numbers[] = {
	    "access.log", "access.log.10.gz", "access.log.1", "access.log.2.gz", NULL};
	static const char *const dates[] = {"access.log-20260110", "access.log",
	    "access.log-20260109.gz", "access.log-20251231.gz", NULL};
	static const char *const days[] = {
	    "u_ex260102.log", "u_ex251231.log.gz", "u_ex260101.log", NULL};

	assert_collected(numbers,
	    "access.log apache-combined: access.log.10.gz access.log.2.gz access.log.1"
	    " access.log");
	assert_collected(dates,
	    "access.log apache-combined: access.log-20251231.gz access.log-20260109.gz"
	    " access.log-20260110 access.log");
	assert_collected(
	    days, "u_ex260102.log iis-w3c: u_ex251231.log.gz u_ex260101.log u_ex260102.log");
}

/* Logs of one name from two machines are two logs. */
static void folders_keep_logs_apart(unused_parameter void **state)
{
	static const char *const machines[] = {
	    "a/access.log", "b/access.log", "a/access.log.1", NULL};

	assert_collected(machines,
	    "a/access.log apache-combined: a/access.log.1 a/access.log;"
	    " b/access.log apache-combined: b/access.log");
}

/* Numbers in the folders' names make no series: days follow each other in one folder. */
static void numbered_folders_keep_logs_apart(unused_parameter void **state)
{
	static const char *const sites[] = {"W3SVC1/u_ex260101.log", "W3SVC2/u_ex260101.log",
	    "W3SVC1/u_ex260102.log", "W3SVC2/u_ex251231.log", NULL};
	static const char *const unknown[] = {"20260101/a1/x", "20260101/a2/x", NULL};

	assert_collected(sites,
	    "W3SVC1/u_ex260101.log iis-w3c: W3SVC1/u_ex260101.log W3SVC1/u_ex260102.log;"
	    " W3SVC2/u_ex260101.log iis-w3c: W3SVC2/u_ex251231.log W3SVC2/u_ex260101.log");
	assert_collected(
	    unknown, "20260101/a1/x auto: 20260101/a1/x; 20260101/a2/x auto: 20260101/a2/x");
}

/* What is configured as two logs is two, however alike their names are. */
static void configured_logs_stay_apart(unused_parameter void **state)
{
	static const char *const both[] = {"app-100001.log", "app-100002.log", NULL};

	assert_collected(both,
	    "app-100001.log json: app-100001.log; app-100002.log haproxy-http: app-100002.log");
}

/* What is not configured is read all the same. */
static void unknown_files_are_taken(unused_parameter void **state)
{
	static const char *const unknown[] = {"copy.txt", "other.log.1", "other.log", NULL};

	assert_collected(unknown, "copy.txt auto: copy.txt; other.log auto: other.log.1 other.log");
}

static void too_many_logs_are_refused(unused_parameter void **state)
{
	char names[REPLAY_MAX_LOGS + 1][32];
	char *arguments[REPLAY_MAX_LOGS + 1];
	struct invocation invocation = {
	    .arguments = arguments, .argument_count = REPLAY_MAX_LOGS + 1};
	struct replay_logs collected = {0};

	for (size_t i = 0; i <= REPLAY_MAX_LOGS; i++) {
		snprintf(names[i], sizeof(names[i]), "folder%zu/access.log", i);
		arguments[i] = names[i];
	}
	assert_int_equal(replay_logs_collect(&collected, &invocation, &config), EXIT_USAGE);
	replay_logs_done(&collected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(more_of_the_path_is_more_alike),
	    cmocka_unit_test(names_of_generations_are_alike),
	    cmocka_unit_test(other_names_are_not_alike),
	    cmocka_unit_test(generations_come_oldest_first),
	    cmocka_unit_test(folders_keep_logs_apart),
	    cmocka_unit_test(numbered_folders_keep_logs_apart),
	    cmocka_unit_test(configured_logs_stay_apart),
	    cmocka_unit_test(unknown_files_are_taken),
	    cmocka_unit_test(too_many_logs_are_refused),
	};

	return cmocka_run_group_tests_name("cli/replay_logs", tests, NULL, NULL);
}
