/* The rows of the matrix in which a log is rotated by a copy of it, and emptied. */
#include "faults.h"
#include "follower.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#define HOLE_BYTES 300000

/* T3, T4: what was not read before a copytruncate is read from the copy, then the new lines. */
static void finishes_the_copy_first(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	add("access.log", "two\nthree\n");
	copy_file("access.log", "access.log.1");
	truncate_file("access.log");
	add("access.log", "four\n");
	steps(2);
	expect("^one|two|three|^four|");
	assert_int_equal(intake_totals(follower.intake)->truncations, 1);
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, 0);
	stop();
	add("access.log", "five\n");
	move("access.log.1", "access.log.2");
	copy_file("access.log", "access.log.1");
	truncate_file("access.log");
	add("access.log", "six, longer than what was there before it\n");
	start("access.log");
	steps(10);
	expect("five|^six, longer than what was there before it|");
}

/* T4 over the network, where an empty file may only lag behind: its copy is not read as a new file
 * before that is clear. */
static void waits_until_the_copy_is_one(unused_parameter void **state)
{
	faults.remote = true;
	add("access.log", "one\n");
	start("access.log");
	add("access.log", "two\nthree\n");
	copy_file("access.log", "access.log.1");
	truncate_file("access.log");
	steps(10);
	expect("^one|");
	steps(100);
	add("access.log", "four\n");
	steps(1);
	expect("two|three|^four|");
	assert_int_equal(intake_totals(follower.intake)->truncations, 1);
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, 0);
}

/* T4 without a copy: the bytes that were seen and not read are counted, exactly. */
static void counts_what_is_lost(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	add("access.log", "unread\n");
	intake_reconcile(follower.intake, follower.now_ms);
	truncate_file("access.log");
	steps(1);
	add("access.log", "two\n");
	steps(1);
	expect("^one|^two|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, strlen("unread\n"));
}

static void rotate_by_copy(void)
{
	copy_file("access.log", "access.log.1");
	truncate_file("access.log");
}

/* T4 between the look at the file and the look at its directory: the copy is taken for a new file,
 * since what it repeats is gone, and what is read there is not lost. */
static void loses_nothing_to_a_quick_copy(unused_parameter void **state)
{
	start("access.log");
	add("access.log", "one\ntwo\n");
	intake_reconcile(follower.intake, follower.now_ms);
	faults.before_scan = rotate_by_copy;
	intake_reconcile(follower.intake, follower.now_ms);
	add("access.log", "three\n");
	steps(10);
	expect("^one|two|^three|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, 0);
}

/* T4 with a copy that ends before what was seen: the bytes that it lacks are counted. */
static void counts_what_a_copy_lacks(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	add("access.log", "two\nthree\n");
	intake_reconcile(follower.intake, follower.now_ms);
	add("access.log.1", "one\ntwo\n");
	truncate_file("access.log");
	steps(10);
	expect("^one|two|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, strlen("three\n"));
}

/* T3, T4 where the copy is compressed and gone before anybody sees that the file was emptied. */
static void reads_a_copy_that_is_gone(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	add("access.log", "two\nthree\n");
	copy_file("access.log", "access.log.1");
	intake_reconcile(follower.intake, follower.now_ms);
	truncate_file("access.log");
	drop("access.log.1");
	add("access.log", "four\n");
	steps(2);
	expect("^one|two|three|^four|");
	assert_int_equal(intake_totals(follower.intake)->truncations, 1);
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, 0);
	steps(10);
	expect("");
	assert_int_equal(intake_file_count(follower.intake), 2);
}

static size_t count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

/* A copy is held open only while it has more than was read, and not for long without a name. */
static void lets_go_of_copies(unused_parameter void **state)
{
	size_t before;

	add("access.log", "one\n");
	start("access.log");
	before = count_descriptors();
	add("access.log", "two\n");
	copy_file("access.log", "access.log.2");
	intake_reconcile(follower.intake, follower.now_ms);
	assert_int_equal(count_descriptors(), before + 1);
	steps(2);
	assert_int_equal(count_descriptors(), before);
	add("access.log", "three\n");
	copy_file("access.log", "access.log.1");
	intake_reconcile(follower.intake, follower.now_ms);
	drop("access.log.1");
	for (int second = 0; second < 60; second++)
		intake_reconcile(follower.intake, follower.now_ms += 1000);
	assert_int_equal(count_descriptors(), before + 1);
	intake_reconcile(follower.intake, follower.now_ms += 1000);
	assert_int_equal(count_descriptors(), before);
	steps(1);
	expect("^one|two|three|");
}

/* The same where the copy is another file's: then it is. */
static void is_not_taken_in_by_another_file(unused_parameter void **state)
{
	start("access.log");
	add("access.log", "unread\n");
	intake_reconcile(follower.intake, follower.now_ms);
	add("access.log.1", "something else\n");
	intake_reconcile(follower.intake, follower.now_ms);
	truncate_file("access.log");
	steps(10);
	expect("^something else|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, strlen("unread\n"));
}

/* Nor by one that is too short to hold it. */
static void is_not_taken_in_by_a_shorter_file(unused_parameter void **state)
{
	start("access.log");
	add("access.log", "unread\n");
	intake_reconcile(follower.intake, follower.now_ms);
	add("access.log.1", "un\n");
	truncate_file("access.log");
	steps(10);
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, strlen("unread\n"));
}

/* Nor by what was written since, nor by a rotated file of another log of the same pattern. */
static void is_not_taken_in_by_another_log(unused_parameter void **state)
{
	start("*.log");
	add("access.log", "unread\n");
	intake_reconcile(follower.intake, follower.now_ms);
	add("other.log.1", "something else\n");
	truncate_file("access.log");
	add("access.log", "new, and longer than that\n");
	steps(10);
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, strlen("unread\n"));
}

/* Space that is written to later, or never. */
static void extend(const char *name, off_t size_bytes)
{
	assert_int_equal(truncate(in(name), size_bytes), 0);
}

/* Stopped between a hole and the line behind it, in a file that begins with one: what was read is
 * known by the text before the hole, since NULs are alike in all files. */
static void finds_a_copy_behind_a_hole(unused_parameter void **state)
{
	struct intake_cursor cursor = {0};

	add("access.log", "");
	extend("access.log", 100);
	add("access.log", "one\n");
	start("access.log");
	steps(1);
	extend("access.log", HOLE_BYTES);
	add("access.log", "two\n");
	intake_reconcile(follower.intake, follower.now_ms);
	while (intake_lag_bytes(follower.intake) > strlen("two\n"))
		assert_true(intake_read(follower.intake, 1));
	assert_int_equal(intake_lag_bytes(follower.intake), strlen("two\n"));
	intake_file_cursor(follower.intake, 0, &cursor);
	assert_int_equal(cursor.offset_bytes, 100 + strlen("one\n"));
	assert_int_equal(cursor.marker_bytes, strlen("one\n"));
	stop();
	copy_file("access.log", "access.log.1");
	truncate_file("access.log");
	add("access.log", "three\n");
	start("access.log");
	steps(10);
	expect("^one|two|^three|");
}

/* Two files that begin and end in such space are not alike for that. */
static void tells_space_from_copies(unused_parameter void **state)
{
	static const char *const lines[] = {"one\n", "two\n"};

	for (size_t i = 0; i < count_of(lines); i++) {
		add("access.log", "");
		extend("access.log", 1000);
		add("access.log", lines[i]);
		extend("access.log", 3000);
		if (i == 0)
			start("access.log*");
		steps(1);
		if (i == 0)
			move("access.log", "access.log.1");
	}
	steps(10);
	expect("^one|^two|");
}

/* A copy that ends in such space, made while we were stopped, is one though its source was written
 * to since. */
static void knows_a_copy_of_space(unused_parameter void **state)
{
	int writer = open(in("access.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	struct buffer auto_buffer lines;

	buffer_init(&lines, 1024);
	say(writer, "one\n");
	extend("access.log", 500);
	start("access.log");
	steps(1);
	expect("^one|");
	stop();
	copy_file("access.log", "access.log.1");
	for (int i = 0; i < 100; i++)
		say(writer, "two\n");
	for (int i = 0; i < 100; i++)
		buffer_append(&lines, VIEW("two|"));
	start("access.log");
	steps(1);
	expect(buffer_text(&lines));
	close(writer);
}

/* Such a copy has nothing new once its text was read, however long it is: nor for the next run,
 * when its source is gone. */
static void leaves_a_copy_of_space(unused_parameter void **state)
{
	int writer = open(in("access.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	say(writer, "one\n");
	extend("access.log", 500);
	start("access.log");
	steps(1);
	copy_file("access.log", "access.log.1");
	steps(2);
	say(writer, "two\n");
	steps(1);
	expect("^one|two|");
	stop();
	drop("access.log");
	add("access.log", "three\n");
	start("access.log");
	steps(10);
	expect("^three|");
	close(writer);
}

/* The same for one that was not seen before, where it has as many bytes as make a head. */
static void passes_over_a_copy_of_space(unused_parameter void **state)
{
	int writer = open(in("access.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	char line[INTAKE_MARKER_BYTES + 1];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 2] = '\n';
	line[sizeof(line) - 1] = '\0';
	say(writer, line);
	extend("access.log", 500);
	copy_file("access.log", "elsewhere");
	say(writer, "two\n");
	start("access.log");
	steps(1);
	buffer_clear(&follower.lines);
	stop();
	move("elsewhere", "access.log.1");
	drop("access.log");
	add("access.log", "three\n");
	start("access.log");
	steps(10);
	expect("^three|");
	close(writer);
}

/* A glob may mean the rotated files too: one that was read in part is found again in what took its
 * name. */
static void finds_a_rotated_file_of_a_glob(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log*");
	add("access.log", "two\n");
	move("access.log", "access.log.1");
	add("access.log", "three\n");
	intake_reconcile(follower.intake, follower.now_ms);
	stop();
	copy_file("access.log.1", "copy");
	drop("access.log.1");
	move("copy", "access.log.1");
	start("access.log*");
	steps(10);
	expect("^one|two|^three|");
}

/* What replaced an unread file by a longer version of it, was rotated and grew, holds the lines of
 * the file that is gone: killed before they were read, we find them there. */
static void reads_what_a_copy_shares(unused_parameter void **state)
{
	add("access.log", "");
	start("access.log");
	add("access.log", "one\ntwo\n");
	intake_reconcile(follower.intake, follower.now_ms);
	copy_file("access.log", "copy");
	move("copy", "access.log");
	move("access.log", "access.log.1");
	add("access.log", "four\n");
	intake_reconcile(follower.intake, follower.now_ms);
	add("access.log.1", "three\n");
	intake_reconcile(follower.intake, follower.now_ms);
	stop();
	start("access.log");
	steps(10);
	expect("^one|two|three|^four|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    follower_test(finishes_the_copy_first),
	    follower_test(waits_until_the_copy_is_one),
	    follower_test(counts_what_is_lost),
	    follower_test(loses_nothing_to_a_quick_copy),
	    follower_test(counts_what_a_copy_lacks),
	    follower_test(reads_a_copy_that_is_gone),
	    follower_test(lets_go_of_copies),
	    follower_test(finds_a_copy_behind_a_hole),
	    follower_test(tells_space_from_copies),
	    follower_test(knows_a_copy_of_space),
	    follower_test(leaves_a_copy_of_space),
	    follower_test(passes_over_a_copy_of_space),
	    follower_test(finds_a_rotated_file_of_a_glob),
	    follower_test(reads_what_a_copy_shares),
	    follower_test(is_not_taken_in_by_another_file),
	    follower_test(is_not_taken_in_by_a_shorter_file),
	    follower_test(is_not_taken_in_by_another_log),
	};

	return cmocka_run_group_tests_name("copies", tests, NULL, NULL);
}
