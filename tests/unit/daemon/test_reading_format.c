#include "reading_fixture.h"

#include <errno.h>

static const char common_line[] =
    "192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 401 612";
static const char apache_line[] = "192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] \"GET / HTTP/1.1\" "
				  "401 612 \"-\" \"curl/8\"";
static const char json_line[] =
    "{\"time\":1795341874,\"client\":\"192.0.2.7\",\"status\":401}";

/* The first run reads the header and a line; what it saved is the next run's. */
static void run_once(struct world *world, struct buffer *ret_saved)
{
	struct reading reading;

	start(&reading, world);
	reading_line(&reading, view_of_text(header), true, NULL);
	reading_line(&reading, view_of_text(line), false, NULL);
	assert_int_equal(reading.totals.records, 1);
	reading_save(&reading, ret_saved);
	reading_done(&reading);
}

static void assert_reads(struct world *world, struct view saved, uint64_t records)
{
	struct reading reading;

	start(&reading, world);
	assert_int_equal(reading_restore(&reading, saved), 0);
	reading_line(&reading, view_of_text(line), false, NULL);
	assert_int_equal(reading.totals.records, records);
	assert_int_equal(reading.totals.unparsed, 1 - records);
	reading_done(&reading);
}

/* A restart in the middle of a file whose header told its format and its fields. */
static void goes_on_in_the_middle(void **state)
{
	struct world *world = *state;
	struct buffer auto_buffer saved;

	buffer_init(&saved, 65536);
	run_once(world, &saved);
	assert_reads(world, VIEW(""), 0); /* it cannot be told from the line alone */
	assert_reads(world, buffer_view(&saved), 1);
	world->log.format = (char *)"iis-w3c";
	assert_reads(world, buffer_view(&saved), 1);
	world->log.format = (char *)"apache-combined";
	assert_reads(world, buffer_view(&saved), 0);
}

static void keep(const struct reading *reading, struct buffer *ret_saved)
{
	buffer_clear(ret_saved);
	reading_save(reading, ret_saved);
}

static void turn(struct reading *reading, const struct buffer *saved)
{
	assert_int_equal(reading_turn(reading, buffer_view(saved)), 0);
}

/* Lines of yesterday's file that come when today's has another header; the format named, and told
 * by the lines. */
static void reads_each_file_by_its_own_header(void **state)
{
	static const char today_header[] = "#Fields: sc-status cs-username c-ip time date";
	static const char today_line[] = "401 - 10.0.0.1 10:00:00 2024-01-02";
	struct world *world = *state;
	struct buffer auto_buffer yesterday;
	struct buffer auto_buffer today;

	buffer_init(&yesterday, 65536);
	buffer_init(&today, 65536);
	for (int named = 0; named < 2; named++) {
		struct reading reading;

		world->log.format = (char *)(named ? "iis-w3c" : "auto");
		start(&reading, world);
		reading_line(&reading, view_of_text(header), true, NULL);
		keep(&reading, &yesterday);
		buffer_clear(&today);
		turn(&reading, &today); /* nobody knows it */
		reading_line(&reading, view_of_text(today_header), true, NULL);
		reading_line(&reading, view_of_text(today_line), false, NULL);
		keep(&reading, &today);
		turn(&reading, &yesterday);
		reading_line(&reading, view_of_text(line), false, NULL);
		turn(&reading, &today);
		reading_line(&reading, view_of_text(today_line), false, NULL);
		assert_int_equal(reading.totals.unparsed, 0);
		assert_int_equal(reading.totals.records, 3);
		assert_int_equal(reading_turn(&reading, VIEW("iis-w3c\nnonsense")), -EINVAL);
		reading_done(&reading);
	}
}

/* A guess is not cut short by lines that declare nothing, whichever file they are of. */
static void guesses_on_from_file_to_file(void **state)
{
	struct world *world = *state;
	struct reading reading;
	struct buffer auto_buffer saved;

	buffer_init(&saved, 65536);
	start(&reading, world);
	reading_line(&reading, view_of_text(common_line), true, NULL);
	keep(&reading, &saved);
	assert_true(saved.length > 0);
	turn(&reading, &saved);
	assert_null(reading.parser);
	reading_line(&reading, view_of_text(common_line), false, NULL);
	assert_int_equal(reading.totals.records, 2);
	reading_done(&reading);
}

static void read_lines(struct reading *reading, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		reading_line(reading, view_of_text(text), false, NULL);
}

static void start_again(struct reading *reading, struct world *world, const char *saved)
{
	reading_done(reading);
	start(reading, world);
	assert_int_equal(reading_restore(reading, view_of_text(saved)), 0);
}

/* A format that the configuration named wrongly is none that `auto` found out. */
static void takes_over_no_format_that_was_named(void **state)
{
	struct world *world = *state;
	struct reading reading;
	struct buffer auto_buffer saved;

	buffer_init(&saved, 65536);
	world->log.format = (char *)"squid-native";
	start(&reading, world);
	read_lines(&reading, apache_line, 30);
	assert_int_equal(reading.totals.records, 0);
	keep(&reading, &saved);
	world->log.format = (char *)"auto";
	start_again(&reading, world, buffer_text(&saved));
	turn(&reading, &saved);
	read_lines(&reading, apache_line, 1);
	assert_int_equal(reading.totals.records, 1);
	assert_string_equal(reading_format(&reading), "apache-combined");
	reading_done(&reading);
}

/* What the first lines of a log told is as uncertain behind a restart as before. */
static void guesses_on_after_a_restart(void **state)
{
	struct world *world = *state;
	struct reading reading;
	struct buffer auto_buffer saved;

	buffer_init(&saved, 65536);
	start(&reading, world);
	read_lines(&reading, common_line, GUESS_LINES - 1);
	keep(&reading, &saved);
	start_again(&reading, world, buffer_text(&saved));
	assert_null(reading.parser);
	read_lines(&reading, apache_line, GUESS_LINES);
	assert_int_equal(reading.totals.records, GUESS_LINES);
	assert_string_equal(parser_format(reading.parser), "apache-combined");
	keep(&reading, &saved);
	start_again(&reading, world, buffer_text(&saved));
	assert_string_equal(parser_format(reading.parser), "apache-combined");
	reading_done(&reading);
}

/* States in which the format's name stood alone. */
static void restores_older_states(void **state)
{
	struct world *world = *state;
	struct reading reading;

	start(&reading, world);
	assert_int_equal(reading_restore(&reading, VIEW("apache-combined\n")), 0);
	assert_string_equal(parser_format(reading.parser), "apache-combined");
	start_again(&reading, world,
	    "iis-w3c\n#Fields: date time c-ip cs-username sc-status\n");
	read_lines(&reading, line, 1);
	assert_int_equal(reading.totals.records, 1);
	reading_done(&reading);
}

/* A guess that no longer holds is given up for one that reads what comes now; not while some lines
 * are still read, nor for lines that nobody reads, nor where a header told what the log is. */
static void guesses_anew(void **state)
{
	struct world *world = *state;
	struct reading reading;

	start(&reading, world);
	read_lines(&reading, apache_line, GUESS_LINES);
	for (int i = 0; i < 50; i++) {
		read_lines(&reading, json_line, 110);
		read_lines(&reading, apache_line, 1);
	}
	assert_int_equal(reading.totals.records, GUESS_LINES + 50);
	read_lines(&reading, "who knows", 1000);
	assert_string_equal(reading_format(&reading), "apache-combined");
	read_lines(&reading, json_line, GUESS_LINES - 1);
	read_lines(&reading, "who knows", 1);
	read_lines(&reading, json_line, GUESS_LINES - 1);
	assert_string_equal(reading_format(&reading), "apache-combined");
	read_lines(&reading, json_line, 1);
	assert_string_equal(reading_format(&reading), "json");
	read_lines(&reading, json_line, 5);
	assert_int_equal(see(&reading).unparsed_in_a_row, 0);
	read_lines(&reading, apache_line, 200);
	assert_string_equal(reading_format(&reading), "apache-combined");
	reading_done(&reading);

	start(&reading, world);
	reading_line(&reading, view_of_text(header), true, NULL);
	read_lines(&reading, line, GUESS_LINES);
	read_lines(&reading, json_line, 200);
	read_lines(&reading, line, 1);
	assert_int_equal(reading.totals.records, GUESS_LINES + 1);
	reading_done(&reading);

	world->log.format = (char *)"apache-combined";
	start(&reading, world);
	read_lines(&reading, json_line, 200);
	assert_string_equal(reading_format(&reading), "apache-combined");
	reading_done(&reading);
}

/* What was not saved by us is told apart, and harms nothing. */
static void refuses_what_is_strange(void **state)
{
	struct world *world = *state;
	struct reading reading;

	start(&reading, world);
	assert_int_equal(reading_restore(&reading, VIEW("iis-w3c")), -EINVAL);
	assert_int_equal(reading_restore(&reading, VIEW("dancing\n")), -EINVAL);
	assert_int_equal(reading_restore(&reading, VIEW("danced iis-w3c\n")), -EINVAL);
	assert_null(reading.parser);
	reading_line(&reading, view_of_text(header), true, NULL);
	assert_int_equal(reading.totals.headers, 1);
	reading_done(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(goes_on_in_the_middle, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(reads_each_file_by_its_own_header, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(guesses_on_from_file_to_file, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		takes_over_no_format_that_was_named, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(guesses_on_after_a_restart, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(restores_older_states, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(guesses_anew, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(refuses_what_is_strange, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("reading_format", tests, NULL, NULL);
}
