/* The rows of the matrix that concern the bytes of one file. */
#include "faults.h"
#include "follower.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* T13: a hole up to the end of the file is known to be one: nothing waits to be read, and the lines
 * behind it come when they are there. */
static void rests_before_a_hole(unused_parameter void **state)
{
	add("access.log", "one\n");
	assert_int_equal(truncate(in("access.log"), 3000000), 0);
	start("access.log");
	steps(3);
	expect("^one|");
	assert_false(intake_read(follower.intake, 1000000));
	assert_int_equal(intake_lag_bytes(follower.intake), 0);
	add("access.log", "two\n");
	steps(2);
	expect("two|");
}

/* T13: the hole that a writer leaves behind a truncation is passed over, however long. */
static void passes_over_holes(unused_parameter void **state)
{
	int writer = open(in("access.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	say(writer, "one\n");
	start("access.log");
	assert_int_equal(lseek(writer, 3 << 20, SEEK_SET), 3 << 20);
	truncate_file("access.log");
	say(writer, "two\n");
	steps(2);
	say(writer, "three\n");
	steps(2);
	expect("^one|^two|three|");
	assert_int_equal(intake_lag_bytes(follower.intake), 0);
	close(writer);
}

/* T13 on a disk that fails now and then: behind a hole nothing is read twice for that. */
static void passes_over_holes_once(unused_parameter void **state)
{
	struct buffer auto_buffer lines;

	buffer_init(&lines, 4096);
	add("access.log", "0\n");
	start("access.log");
	expect("^0|");
	faults = (struct faults){.random = 1, .read_errors = 200};
	for (int i = 1; i <= 100; i++) {
		struct stat status;
		char line[16];

		assert_int_equal(stat(in("access.log"), &status), 0);
		assert_int_equal(truncate(in("access.log"), status.st_size + 300000), 0);
		snprintf(line, sizeof(line), "%d\n", i);
		add("access.log", line);
		buffer_append_format(&lines, "%d|", i);
		steps(1);
	}
	faults.read_errors = 0;
	steps(10);
	expect(buffer_text(&lines));
}

/* T13: space that was taken in advance is no data, and is read once the writer fills it. */
static void waits_for_preallocated_space(unused_parameter void **state)
{
	static const char nuls[400000];
	int writer = open(in("access.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_int_equal(write(writer, nuls, sizeof(nuls)), sizeof(nuls));
	start("access.log");
	assert_int_equal(pwrite(writer, "one\ntw", 6, 0), 6);
	steps(1);
	assert_int_equal(pwrite(writer, "o\nthree\n", 8, 6), 8);
	steps(2);
	expect("^one|two|three|");
	assert_int_equal(intake_lag_bytes(follower.intake), 0);
	assert_int_equal(ftruncate(writer, 14), 0);
	steps(1);
	add("access.log", "four\n");
	steps(1);
	expect("four|");
	close(writer);
}

/* T14: a UTF-8 mark is left out; UTF-16 is refused, loudly. */
static void knows_encodings(unused_parameter void **state)
{
	add("access.log", "\xef\xbb\xbfone\n");
	start("access.log");
	expect("^one|");
	truncate_file("access.log");
	add_bytes("access.log", "\xff\xfeo\0n\0e\0\n\0", 10);
	steps(2);
	expect("");
	expect_condition(INTAKE_REFUSED);
	truncate_file("access.log");
	steps(1);
	add("access.log", "two\n");
	steps(1);
	expect("^two|");
	expect_condition(INTAKE_FINE);
}

/* T16: a line of a megabyte is one discard, also when we are restarted in the middle of it. */
static void survives_an_endless_line(unused_parameter void **state)
{
	static char text[512 * 1024];

	memset(text, 'x', sizeof(text));
	add("access.log", "one\n");
	start("access.log");
	add_bytes("access.log", text, sizeof(text));
	steps(1);
	stop();
	add_bytes("access.log", text, sizeof(text));
	start("access.log");
	add("access.log", "end\ntwo\n");
	steps(1);
	expect("^one|two|");
	assert_int_equal(intake_totals(follower.intake)->overlong_lines, 1);
	assert_int_equal(intake_totals(follower.intake)->lines, 2);
}

/* T17: a half-written line is one line, however long it takes. */
static void waits_for_the_end_of_a_line(unused_parameter void **state)
{
	add("access.log", "one\nhal");
	start("access.log");
	follower.now_ms += 3600 * 1000;
	steps(1);
	expect("^one|");
	add("access.log", "f\n");
	steps(1);
	expect("half|");
}

/* T27: sizes that lag behind over the network are no truncation, running or restarted. */
static void waits_for_lagging_sizes(unused_parameter void **state)
{
	faults = (struct faults){.random = 1, .remote = true, .lagging_sizes = 700};
	add("access.log", "one\ntwo\nthree\n");
	start("access.log");
	steps(10);
	add("access.log", "four\n");
	steps(10);
	stop();
	add("access.log", "five\n");
	start("access.log");
	steps(10);
	expect("^one|two|three|four|five|");
	assert_int_equal(intake_totals(follower.intake)->truncations, 0);
}

/* A file that is short for longer than any size lags was truncated, over the network too. */
static void believes_a_lasting_truncation(unused_parameter void **state)
{
	faults = (struct faults){.random = 1, .remote = true};
	add("access.log", "one\ntwo\nthree\n");
	start("access.log");
	truncate_file("access.log");
	add("access.log", "four\n");
	steps(60);
	expect("^one|two|three|");
	steps(60);
	expect("^four|");
	stop();
	truncate_file("access.log");
	add("access.log", "5\n");
	start("access.log");
	steps(120);
	expect("^5|");
}

/* T31: reads that stop short, are interrupted or fail cost no line. */
static void survives_failing_reads(unused_parameter void **state)
{
	faults = (struct faults){
	    .random = 1, .short_reads = 500, .interruptions = 300, .read_errors = 300};
	add("access.log", "one\ntwo\n");
	start("access.log");
	steps(30);
	add("access.log", "three\n");
	move("access.log", "access.log.1");
	add("access.log", "four\n");
	steps(30);
	stop();
	add("access.log", "five\n");
	start("access.log");
	steps(30);
	expect("^one|two|three|^four|five|");
	faults = (struct faults){.random = 1, .read_errors = 1000};
	add("access.log", "six\n");
	steps(1);
	expect_condition(INTAKE_UNREADABLE);
	faults = (struct faults){0};
	steps(1);
	expect("six|");
	expect_condition(INTAKE_FINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    follower_test(passes_over_holes),
	    follower_test(passes_over_holes_once),
	    follower_test(rests_before_a_hole),
	    follower_test(waits_for_preallocated_space),
	    follower_test(knows_encodings),
	    follower_test(survives_an_endless_line),
	    follower_test(waits_for_the_end_of_a_line),
	    follower_test(waits_for_lagging_sizes),
	    follower_test(believes_a_lasting_truncation),
	    follower_test(survives_failing_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
