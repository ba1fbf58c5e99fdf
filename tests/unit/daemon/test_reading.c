#include "reading_fixture.h"

/* Sure of its format, and then the server writes another: the row of such lines is counted, and
 * headers between them are no reason to start anew. */
static void counts_lines_that_are_not_understood(void **state)
{
	struct world *world = *state;
	struct reading reading;

	start(&reading, world);
	reading_line(&reading, view_of_text(header), true, NULL);
	for (int i = 0; i < 3; i++)
		reading_line(&reading, VIEW("{\"now\": \"json\"}"), false, NULL);
	reading_line(&reading, view_of_text(header), false, NULL);
	reading_line(&reading, VIEW("{\"now\": \"json\"}"), false, NULL);
	assert_int_equal(see(&reading).unparsed_in_a_row, 4);
	assert_int_equal(see(&reading).understood, 0);
	reading_line(&reading, view_of_text(line), false, NULL);
	assert_int_equal(see(&reading).unparsed_in_a_row, 0);
	assert_int_equal(see(&reading).understood, 1);
	assert_int_equal(see(&reading).bytes, 7);
	reading_done(&reading);
}

/* `auto` that never finds a format is as deaf as a format that never fits. */
static void counts_lines_without_a_format(void **state)
{
	struct world *world = *state;
	struct reading reading;

	start(&reading, world);
	for (int i = 0; i < 5; i++)
		reading_line(&reading, VIEW("who knows"), false, NULL);
	assert_null(reading.parser);
	assert_int_equal(see(&reading).unparsed_in_a_row, 5);
	reading_done(&reading);
}

/* Requests that went well, and our own probe's. */
static void tells_successes_and_probes(void **state)
{
	static const char *const lines[] = {
	    "10.0.0.1 - - [10/Oct/2020:13:55:36 +0000] \"GET / HTTP/1.1\" 401 3 \"-\" \"\"",
	    "10.0.0.1 - u [10/Oct/2020:13:55:36 +0000] \"GET / HTTP/1.1\" 304 3 \"-\" \"x\"",
	    "10.0.0.1 - u [10/Oct/2020:13:55:37 +0000] \"-\" 200 3 \"-\" \"authmedic-probe/1\""};
	struct world *world = *state;
	struct reading reading;

	start(&reading, world);
	for (size_t i = 0; i < count_of(lines); i++)
		reading_line(&reading, view_of_text(lines[i]), i == 0, NULL);
	assert_int_equal(see(&reading).records, 3);
	assert_int_equal(see(&reading).successes, 2);
	assert_int_equal(see(&reading).own_probes, 1);
	assert_true(see(&reading).is_access_log);
	reading_done(&reading);
}

/* An error log is none by its name, or by what was found in it. */
static void knows_an_error_log(void **state)
{
	static const char error_line[] = "[Sat Oct 10 13:55:36.123456 2020] [core:notice] "
					 "[pid 1:tid 1] AH00094: Command line: 'apache2'";
	struct world *world = *state;
	struct reading reading;

	start(&reading, world);
	assert_true(see(&reading).is_access_log);
	reading_line(&reading, view_of_text(error_line), true, NULL);
	assert_int_equal(see(&reading).understood, 1);
	assert_false(see(&reading).is_access_log);
	reading_done(&reading);
	world->log.format = (char *)"squid-cache";
	start(&reading, world);
	assert_false(see(&reading).is_access_log);
	reading_done(&reading);
}

/* A name in nginx's own lines is what the client says, whoever finds out the format: it makes
 * nobody known-good on a page that is for everybody. Apache's word is taken where its format is
 * named. */
static void believes_no_claimed_names(void **state)
{
	static const char stranger[] =
	    "198.51.100.9 - a@B [10/Oct/2020:13:55:36 +0000] \"GET /x HTTP/1.1\" 200 3 \"-\" \"x\"";
	static const char *const person[] = {
	    "10.0.0.1 - - [10/Oct/2020:13:55:36 +0000] \"GET / HTTP/1.1\" 401 3 \"-\" \"x\"",
	    "10.0.0.1 - a@B [10/Oct/2020:13:55:36 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"x\""};
	static const char ours[] = "$remote_addr - $remote_user [$time_local] \"$request\" $status "
				   "$body_bytes_sent \"$http_referer\" \"$http_user_agent\"";
	static const struct {
		const char *format, *logformat;
		size_t known;
	} logs[] = {{"nginx-combined", NULL, 0}, {"auto", NULL, 0}, {"auto", ours, 0},
	    {"apache-combined", NULL, 1}};
	struct world *world = *state;

	for (size_t i = 0; i < count_of(logs); i++) {
		struct detector_window window;
		struct reading reading;

		world->log.format = (char *)logs[i].format;
		world->log.logformat = (char *)logs[i].logformat;
		start(&reading, world);
		reading_line(&reading, view_of_text(stranger), true, NULL);
		assert_int_equal(reading.totals.records, 1);
		detector_window(world->detector, &window);
		assert_int_equal(window.known_good, i == 0 ? 0 : logs[i].known + 1);
		for (size_t j = 0; j < count_of(person); j++)
			reading_line(&reading, view_of_text(person[j]), false, NULL);
		detector_window(world->detector, &window);
		assert_int_equal(window.known_good, logs[i].known + 1);
		reading_done(&reading);
	}
}

/* Whatever a member of JSON is called, a name in it is the client's word until the administrator
 * says that the server vouches for it. */
static void believes_json_where_told(void **state)
{
	static const struct {
		const char *format, *member;
		bool verified;
		size_t known;
	} logs[] = {{"auto", NULL, false, 0}, {"json", NULL, false, 0},
	    {"json", "remote_user", false, 0}, {"json", "user", false, 0},
	    {"json", "user", true, 1}, {"json", "remote_user", true, 2}, {"json", NULL, true, 3}};
	struct world *world = *state;

	for (size_t i = 0; i < count_of(logs); i++) {
		struct detector_window window;
		struct reading reading;
		char text[200];

		world->log.format = (char *)logs[i].format;
		world->log.fields.user = (char *)logs[i].member;
		world->log.fields.user_is_verified = logs[i].verified;
		snprintf(text, sizeof(text),
		    "{\"time\":1602338136,\"client\":\"10.0.0.%zu\",\"%s\":\"a@B\","
		    "\"request\":\"GET /x HTTP/1.1\",\"status\":200}",
		    i, logs[i].member != NULL ? logs[i].member : "user");
		start(&reading, world);
		reading_line(&reading, view_of_text(text), true, NULL);
		assert_int_equal(reading.totals.records, 1);
		detector_window(world->detector, &window);
		assert_int_equal(window.known_good, logs[i].known);
		reading_done(&reading);
	}
}

/* -- clocks ---------------------------------------------------------------------------------- */

#define NOON_S    1700000000
#define LOG_COUNT 2

/* Two logs of one site, the second off by so much. */
struct pair {
	struct reading logs[LOG_COUNT];
	int64_t off_s;
	int64_t now_s;
};

static void open_pair(struct pair *pair, struct world *world, int64_t off_s)
{
	world->log.format = (char *)"squid-native";
	*pair = (struct pair){.off_s = off_s, .now_s = NOON_S};
	for (size_t i = 0; i < LOG_COUNT; i++)
		start(&pair->logs[i], world);
}

static void close_pair(struct pair *pair)
{
	for (size_t i = 0; i < LOG_COUNT; i++)
		reading_done(&pair->logs[i]);
}

static void say(struct pair *pair, size_t log, int client, const char *status_and_user)
{
	char text[200];
	char user[20];
	int status;

	sscanf(status_and_user, "%d %19s", &status, user);
	snprintf(text, sizeof(text),
	    "%lld.000 1 10.%zu.0.%d TCP_X/%d 3 GET http://x/ %s HIER_NONE/- text/html",
	    (long long)(pair->now_s - (log == 1 ? pair->off_s : 0)), log, client, status, user);
	reading_tell_time(&pair->logs[log], pair->now_s * 1000);
	reading_line(&pair->logs[log], view_of_text(text), false, NULL);
}

static void let_in(struct pair *pair, int seconds)
{
	for (int i = 0; i < seconds; i++, pair->now_s++)
		for (size_t log = 0; log < LOG_COUNT; log++)
			say(pair, log, i % 10, "200 u@X");
}

/* Two logs of one site whose clocks differ by an hour, or by less than a window: both are heard for
 * a spike, the second after a minute; and it is known, also after a restart, that the clock is off,
 * until it is set right. */
static void hears_both_logs(void **state)
{
	static const int64_t offs_s[] = {-3600, -280, 280, 3600};
	struct world *world = *state;

	for (size_t which = 0; which < count_of(offs_s); which++) {
		const int64_t off_s = offs_s[which];
		struct detector_window window;
		struct deaf_sight sight;
		struct pair pair;

		open_pair(&pair, world, off_s);
		let_in(&pair, 70);
		reading_sight(&pair.logs[0], &sight);
		assert_int_equal(sight.clock_off_ms, 0);
		reading_sight(&pair.logs[1], &sight);
		assert_int_equal(sight.clock_off_ms, off_s * 1000);
		assert_int_equal(pair.logs[0].last_line_ms, (pair.now_s - 1) * 1000);
		assert_int_equal(pair.logs[1].last_line_ms, (pair.now_s - 1 - off_s) * 1000);
		for (int i = 0; i < 100; i++)
			say(&pair, 1, i % 10, "407 -");
		detector_advance(world->detector, (pair.now_s + 20) * 1000);
		detector_window(world->detector, &window);
		assert_int_equal(window.active, 20);
		assert_int_equal(window.now_ms, (pair.now_s + 20) * 1000);
		reading_done(&pair.logs[1]);
		start(&pair.logs[1], world);
		reading_restore_clock(&pair.logs[1], sight.clock_off_ms);
		pair.now_s += 3600;
		let_in(&pair, 1);
		detector_window(world->detector, &window);
		assert_int_equal(window.active, 2);
		assert_int_equal(pair.logs[1].clock.misdated_total, 0);
		pair.off_s = 0;
		let_in(&pair, 70);
		assert_int_equal(pair.logs[1].clock.offset_ms, 0);
		close_pair(&pair);
		detector_tell_time(world->detector, NOON_S * INT64_C(1000));
	}
}

/* No offset that another run saved is taken where it makes no sense. */
static void restores_no_nonsense(void **state)
{
	static const int64_t nonsense[] = {INT64_MIN, INT64_MAX, -ROW_MAX_TIME_MS, ROW_MAX_TIME_MS};
	struct pair pair;

	open_pair(&pair, *state, 0);
	for (size_t i = 0; i < count_of(nonsense); i++) {
		reading_restore_clock(&pair.logs[1], nonsense[i]);
		assert_int_equal(pair.logs[1].clock.offset_ms, 0);
	}
	close_pair(&pair);
}

/* Five lines dated a day, or a year, ahead or back change nothing for those that come after. */
static void outlives_broken_dates(void **state)
{
	static const int64_t off_s[] = {86400, 31536000, -86400, -31536000};
	struct world *world = *state;

	for (size_t i = 0; i < count_of(off_s); i++) {
		struct detector_window window;
		struct pair pair;

		open_pair(&pair, world, off_s[i]);
		for (int j = 0; j < 10; j++)
			say(&pair, 0, j, "200 u@X");
		for (int j = 0; j < 5; j++)
			say(&pair, 1, 200 + j, "407 -");
		detector_window(world->detector, &window);
		assert_true(window.known_good >= 10);
		assert_int_equal(window.active, 10);
		assert_int_equal(window.now_ms, NOON_S * INT64_C(1000));
		assert_int_equal(
		    pair.logs[1].clock.misdated_total, off_s[i] < 0 ? 5 : 0);
		close_pair(&pair);
	}
}

/* Our clock is set back by four minutes, and with it that of the lines: who is refused then is
 * heard as ever. */
static void goes_on_when_set_back(void **state)
{
	struct world *world = *state;
	struct detector_window window;
	struct pair pair;

	open_pair(&pair, world, 0);
	let_in(&pair, 10);
	pair.now_s -= 240;
	reading_tell_time(&pair.logs[0], pair.now_s++ * 1000);
	for (int i = 0; i < 20; i++)
		say(&pair, 0, i % 10, "407 -");
	detector_advance(world->detector, (pair.now_s + 20) * 1000);
	detector_window(world->detector, &window);
	assert_int_equal(window.active, 20);
	assert_int_equal(window.rejected, 10);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		counts_lines_that_are_not_understood, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(counts_lines_without_a_format, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(tells_successes_and_probes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(knows_an_error_log, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(believes_no_claimed_names, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(believes_json_where_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(hears_both_logs, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(restores_no_nonsense, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(outlives_broken_dates, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(goes_on_when_set_back, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
