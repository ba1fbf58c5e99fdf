/* The rows of the matrix of what rotators, writers and administrators do to a log, one by one. */
#include "faults.h"
#include "follower.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A writer that keeps a file open whatever becomes of its name. */
static int open_writer(const char *name)
{
	int descriptor = open(in(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	assert_true(descriptor >= 0);
	return descriptor;
}

/* A log that was never seen is read from the first byte of its current file; what was rotated away
 * before is history. */
static void begins_with_the_current_file(unused_parameter void **state)
{
	add("access.log.2", "older\n");
	add("access.log.1", "old\n");
	add("access.log", "one\ntwo\n");
	start("access.log");
	expect("^one|two|");
	steps(3);
	expect("");
	assert_int_equal(intake_totals(follower.intake)->lines, 2);
	assert_int_equal(intake_totals(follower.intake)->bytes, 8);
	expect_condition(INTAKE_FINE);
}

/* A restart goes on behind the last complete line, and the totals go on too. */
static void goes_on_after_a_restart(unused_parameter void **state)
{
	add("access.log", "one\ntwo\nthr");
	start("access.log");
	stop();
	add("access.log", "ee\nfour\n");
	start("access.log");
	expect("^one|two|three|four|");
	assert_int_equal(intake_totals(follower.intake)->lines, 4);
}

/* What was moved away while it was stopped, and comes back long after, is known by what was read of
 * it, also by another run. */
static void remembers_what_is_away(unused_parameter void **state)
{
	add("access.log", "one\ntwo\n");
	start("access.log");
	expect("^one|two|");
	stop();
	move("access.log", "elsewhere");
	start("access.log");
	steps(100);
	stop();
	start("access.log");
	steps(100);
	move("elsewhere", "access.log");
	steps(1);
	add("access.log", "three\n");
	steps(10);
	expect("three|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, 0);
}

/* T1: the old file is read as long as its writer goes on, then the new one, each in order. */
static void drains_a_renamed_file_first(unused_parameter void **state)
{
	int old = open_writer("access.log");

	start("access.log");
	say(old, "one\n");
	move("access.log", "access.log.1");
	add("access.log", "three\n");
	steps(3);
	say(old, "two\n");
	steps(4);
	expect("^one|two|");
	steps(3);
	expect("^three|");
	say(old, "late\n");
	steps(1);
	expect("late|");
	assert_int_equal(intake_totals(follower.intake)->rotations, 1);
	close(old);
}

/* A writer that never leaves the old file does not keep the new one waiting for ever. */
static void does_not_wait_for_ever(unused_parameter void **state)
{
	int old = open_writer("access.log");

	start("access.log");
	move("access.log", "access.log.1");
	add("access.log", "new\n");
	for (int i = 0; i < 70; i++) {
		say(old, ".");
		steps(1);
	}
	expect("^new|");
	close(old);
}

/* T2: two rotations between two looks, or while we are stopped: every generation is read, in order
 * of age. */
static void reads_every_generation(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	add("access.log", "two\n");
	move("access.log", "access.log.1");
	move("access.log.1", "access.log.2");
	add("access.log.1", "three\n");
	add("access.log", "four\n");
	steps(20);
	expect("^one|two|^three|^four|");
	stop();
	add("access.log", "five\n");
	move("access.log.2", "access.log.4");
	move("access.log.1", "access.log.3");
	move("access.log", "access.log.2");
	add("access.log.1", "six\n");
	add("access.log", "seven\n");
	start("access.log");
	steps(20);
	expect("five|^six|^seven|");
}

/* T2: what was seen and not read of a generation that vanished while it was stopped counts as lost,
 * as the stored size says. */
static void counts_what_vanished_meanwhile(unused_parameter void **state)
{
	uint64_t digest;

	add("access.log", "one\n");
	start("access.log");
	steps(1);
	digest = intake_cursors_digest(follower.intake);
	add("access.log", "unread\n");
	intake_reconcile(follower.intake, follower.now_ms);
	assert_true(intake_cursors_digest(follower.intake) != digest);
	stop();
	drop("access.log");
	add("access.log", "two\n");
	start("access.log");
	steps(4);
	expect("^one|^two|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, strlen("unread\n"));
}

/* T5: a file that was truncated and filled again to the same or a larger size is another one. */
static void notices_refilling(unused_parameter void **state)
{
	add("access.log", "one\ntwo\n");
	start("access.log");
	truncate_file("access.log");
	add("access.log", "1ne\n2wo\n");
	steps(1);
	truncate_file("access.log");
	add("access.log", "uno\ndue\ntre\nquattro\n");
	steps(1);
	expect("^one|two|^1ne|2wo|^uno|due|tre|quattro|");
	assert_int_equal(intake_totals(follower.intake)->truncations, 2);
}

/* T6, T7: a deleted file is read to its end, and one that gets its inode is new, running or not. */
static void tells_reused_inodes(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	add("access.log", "two\n");
	drop("access.log");
	add("access.log", "three\n");
	steps(10);
	expect("^one|two|^three|");
	stop();
	drop("access.log");
	add("access.log", "tHREE\nfour\n");
	start("access.log");
	steps(10);
	expect("^tHREE|four|");
}

/* T8: a longer version of the same file takes its place: reading goes on where it was. */
static void goes_on_in_a_longer_version(unused_parameter void **state)
{
	add("access.log", "one\ntwo\n");
	start("access.log");
	add("new", "one\ntwo\nthree\n");
	move("new", "access.log");
	steps(10);
	stop();
	add("new", "one\ntwo\nthree\nfour\n");
	move("new", "access.log");
	start("access.log");
	expect("^one|two|three|four|");
}

/* T9: another file takes its place, however large: it is read from the start. */
static void reads_a_replacement(unused_parameter void **state)
{
	add("access.log", "one\ntwo\n");
	start("access.log");
	add("new", "eins\nzwei\ndrei\n");
	move("new", "access.log");
	steps(10);
	expect("^one|two|^eins|zwei|drei|");
}

/* T10: a link that leads to one file, to nothing, and to another; and back to the first. */
static void follows_a_link(unused_parameter void **state)
{
	add("a.txt", "one\n");
	add("b.txt", "two\n");
	assert_int_equal(symlink("a.txt", in("current")), 0);
	start("current");
	drop("current");
	assert_int_equal(symlink("nowhere", in("current")), 0);
	steps(2);
	expect_condition(INTAKE_MISSING);
	drop("current");
	assert_int_equal(symlink("b.txt", in("current")), 0);
	steps(10);
	expect("^one|^two|");
	drop("current");
	assert_int_equal(symlink("a.txt", in("current")), 0);
	add("a.txt", "three\n");
	steps(10);
	expect("three|");
	expect_condition(INTAKE_FINE);
}

/* A glob that means a link and what it leads to, or two names of one file, means one file: its
 * lines come once, at the first look, when it grows, when the link moves on, and after a restart.
 */
static void reads_a_file_with_two_names_once(unused_parameter void **state)
{
	add("access.a", "one\n");
	assert_int_equal(symlink("access.a", in("access")), 0);
	assert_int_equal(link(in("access.a"), in("access.c")), 0);
	start("access*");
	expect("^one|");
	add("access", "two\n");
	steps(3);
	expect("two|");
	add("access.b", "three\n");
	drop("access");
	assert_int_equal(symlink("access.b", in("access")), 0);
	steps(3);
	expect("^three|");
	stop();
	add("access", "four\n");
	start("access*");
	expect("four|");
	assert_int_equal(intake_totals(follower.intake)->lines, 4);
}

/* The same where the link leads to a file with a date, which looks as if it had been rotated. */
static void reads_a_dated_file_behind_a_link_once(unused_parameter void **state)
{
	add("access.log.20261127", "one\n");
	assert_int_equal(symlink("access.log.20261127", in("access.log")), 0);
	start("access.log*");
	expect("^one|");
	add("access.log", "two\n");
	steps(3);
	expect("two|");
	add("access.log.20261128", "three\n");
	drop("access.log");
	assert_int_equal(symlink("access.log.20261128", in("access.log")), 0);
	steps(10);
	expect("^three|");
	add("access.log", "four\n");
	steps(10);
	expect("four|");
}

/* A link that a stranger made to a file that is not his own is refused. */
static void refuses_a_strangers_link(unused_parameter void **state)
{
	if (geteuid() != 0)
		skip();
	add("secret", "ours\n");
	assert_int_equal(symlink("secret", in("access.log")), 0);
	assert_int_equal(lchown(in("access.log"), 12345, 12345), 0);
	start("access.log");
	expect("");
	expect_condition(INTAKE_REFUSED);
	assert_int_equal(chown(in("secret"), 12345, 12345), 0);
	steps(2);
	expect("^ours|");
	expect_condition(INTAKE_FINE);
}

/* T11: compressed files are no lines, whatever they are called; the file that is being compressed
 * is read to its end. */
static void leaves_compressed_files(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log*");
	add_bytes("access.log.3.gz", "\x1f\x8b\x08\n\n\n", 6);
	add_bytes("access.log.2", "\x1f\x8b\x08\n\n\n", 6);
	add("access.log", "two\n");
	move("access.log", "access.log.1");
	steps(1);
	add("access.log.1", "three\n");
	add_bytes("access.log.1.gz", "\x1f\x8b\x08\n\n\n", 6);
	drop("access.log.1");
	add("access.log", "four\n");
	steps(20);
	expect("^one|two|three|^four|");
}

/* T18: what a rotated file ends in is a line of its own, once, and not glued to the next file. */
static void ends_the_last_line_of_a_rotated_file(unused_parameter void **state)
{
	add("access.log", "one\nhal");
	start("access.log");
	move("access.log", "access.log.1");
	add("access.log", "f\ntwo\n");
	steps(10);
	expect("^one|hal|^f|two|");
	stop();
	start("access.log");
	add("access.log.1", "f that came late\n");
	steps(10);
	expect("");
	assert_int_equal(intake_totals(follower.intake)->lines, 4);
}

/* T19: a new day's file is read beside the old one, which may get its last lines late. */
static void follows_dated_names(unused_parameter void **state)
{
	add("u_ex260101.log", "history\n");
	add("u_ex260102.log", "one\n");
	start("u_ex*.log");
	expect("^one|");
	add("u_ex260103.log", "three\n");
	add("u_ex260102.log", "two\n");
	steps(1);
	expect("two|^three|");
	steps(300);
	add("u_ex260102.log", "late\n");
	add("u_ex260101.log", "later\n");
	steps(1);
	expect("later|late|");
	assert_int_equal(intake_totals(follower.intake)->rotations, 1);
	stop();
	add("u_ex260103.log", "four\n");
	add("u_ex260104.log", "five\n");
	start("u_ex*.log");
	expect("four|^five|");
}

/* T20: files of a glob appear, vanish and appear again; each is read once. */
static void follows_a_glob(unused_parameter void **state)
{
	start("*.log");
	expect_condition(INTAKE_MISSING);
	add("a.log", "one\n");
	steps(1);
	add("b.log", "two\n");
	steps(1);
	drop("a.log");
	steps(100);
	add("a.log", "three\n");
	add(".hidden.log", "no\n");
	add("c.txt", "no\n");
	steps(1);
	expect("^one|^two|^three|");
	add("b.log", "four\n");
	copy_file("b.log", "b.log.1");
	copy_file("b.log", "copy of b.log");
	steps(10);
	expect("four|");
	drop("copy of b.log");
}

/* T32: files of a glob may begin alike: what is only a beginning is no copy of another file. */
static void tells_beginnings_from_copies(unused_parameter void **state)
{
	add("u_ex260301.log", "#Software\n#Fields: a b\none\n");
	add("other.log", "#Software\n#Fields: a b\ntwo\n");
	start("*.log");
	steps(1);
	buffer_clear(&follower.lines);
	add("third.log", "#Softw");
	add("u_ex260302.log", "#Software\n#Fi");
	steps(1);
	add("u_ex260302.log", "elds: a b\nthree\n");
	add("third.log", "are\n");
	steps(1);
	expect("^#Software|^#Software|#Fields: a b|three|");
}

/* T28: a log that may not be read is told, and read once it may be. */
static void waits_for_permission(unused_parameter void **state)
{
	if (geteuid() != 0)
		skip();
	add("access.log", "one\n");
	assert_int_equal(chmod(in("access.log"), 0), 0);
	assert_int_equal(seteuid(65534), 0);
	start("access.log");
	assert_int_equal(seteuid(0), 0);
	expect("");
	expect_condition(INTAKE_UNREADABLE);
	intake_reconcile(follower.intake, follower.now_ms + 999);
	while (intake_read(follower.intake, 1))
		;
	expect(""); /* at most one try a second */
	expect_condition(INTAKE_UNREADABLE);
	steps(1);
	expect("^one|");
	expect_condition(INTAKE_FINE);
}

/* T29: what is no regular file is refused, and never blocks. */
static void refuses_what_is_no_file(unused_parameter void **state)
{
	assert_int_equal(mkfifo(in("access.log"), 0600), 0);
	start("access.log");
	expect_condition(INTAKE_REFUSED);
	drop("access.log");
	assert_int_equal(mkdir(in("access.log"), 0700), 0);
	steps(1);
	expect_condition(INTAKE_REFUSED);
	assert_int_equal(rmdir(in("access.log")), 0);
	assert_int_equal(symlink("/dev/zero", in("access.log")), 0);
	steps(1);
	expect_condition(INTAKE_REFUSED);
	drop("access.log");
	add("access.log", "one\n");
	steps(1);
	expect_condition(INTAKE_FINE);
	expect("^one|");
}

/* T30: a directory that is removed and made again is read again. */
static void survives_its_directory(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	drop("access.log");
	assert_int_equal(rmdir(follower.directory), 0);
	steps(2);
	expect_condition(INTAKE_MISSING);
	assert_int_equal(mkdir(follower.directory, 0755), 0);
	add("access.log", "two\n");
	steps(10);
	expect("^one|^two|");
	expect_condition(INTAKE_FINE);
}

/* More finished files than can be remembered are not read again, neither now nor after a restart.
 */
static void forgets_only_what_is_settled(unused_parameter void **state)
{
	char name[64];

	for (int day = 0; day < 90; day++) {
		snprintf(name, sizeof(name), "u_ex%06d.log", 260100 + day);
		add(name, name); /* no two are alike */
		add(name, "\n");
		assert_int_equal(
		    utimensat(AT_FDCWD, in(name),
			(struct timespec[2]){{.tv_sec = 1000000 + day}, {.tv_sec = 1000000 + day}},
			0),
		    0);
	}
	start("u_ex*.log");
	expect("^u_ex260189.log|");
	steps(5);
	stop();
	assert_int_equal(follower.cursor_count, INTAKE_MAX_FILES);
	start("u_ex*.log");
	add("u_ex260190.log", "one\n");
	steps(5);
	expect("^one|");
}

/* Patterns and cursors that cannot be are refused. */
static void refuses_nonsense(unused_parameter void **state)
{
	struct intake_callbacks callbacks = {0};
	struct intake_cursor cursor = {.path = "access.log", .offset_bytes = -1};
	struct intake *intake = NULL;

	assert_int_equal(intake_new(&intake, "/var/*/access.log", &callbacks), -EINVAL);
	assert_int_equal(intake_new(&intake, "/var/log/", &callbacks), -EINVAL);
	assert_null(intake);
	assert_int_equal(intake_new(&intake, "access.log", &callbacks), 0);
	assert_string_equal(intake_directory(intake), ".");
	assert_int_equal(intake_restore(intake, &cursor), -EINVAL);
	cursor.offset_bytes = 10;
	cursor.marker_bytes = INTAKE_MARKER_BYTES + 1;
	assert_int_equal(intake_restore(intake, &cursor), -EINVAL);
	cursor.marker_bytes = 11;
	assert_int_equal(intake_restore(intake, &cursor), -EINVAL);
	cursor.marker_bytes = 0;
	for (int i = 0; i < INTAKE_MAX_FILES; i++)
		assert_int_equal(intake_restore(intake, &cursor), 0);
	assert_int_equal(intake_restore(intake, &cursor), -ENOSPC);
	intake_free(&intake);
	assert_null(intake);
	intake_free(&intake);
}

static void rotate_again(void)
{
	move("access.log.2", "access.log.3");
	move("access.log.1", "access.log.2");
	move("access.log", "access.log.1");
	add("access.log", "four\n");
}

/* T1: rotated so fast that a name means another file by the time it is opened. What it meant before
 * is not taken for a copy of that. */
static void rotated_between_look_and_opening(unused_parameter void **state)
{
	add("access.log", "one\n");
	start("access.log");
	move("access.log", "access.log.2");
	add("access.log.1", "two\n");
	add("access.log", "three\n");
	faults.after_open = rotate_again;
	steps(60);
	expect("^one|^two|^three|^four|");
	assert_int_equal(intake_totals(follower.intake)->lost_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    follower_test(begins_with_the_current_file),
	    follower_test(goes_on_after_a_restart),
	    follower_test(remembers_what_is_away),
	    follower_test(drains_a_renamed_file_first),
	    follower_test(does_not_wait_for_ever),
	    follower_test(reads_every_generation),
	    follower_test(counts_what_vanished_meanwhile),
	    follower_test(notices_refilling),
	    follower_test(tells_reused_inodes),
	    follower_test(goes_on_in_a_longer_version),
	    follower_test(reads_a_replacement),
	    follower_test(follows_a_link),
	    follower_test(reads_a_file_with_two_names_once),
	    follower_test(reads_a_dated_file_behind_a_link_once),
	    follower_test(refuses_a_strangers_link),
	    follower_test(leaves_compressed_files),
	    follower_test(ends_the_last_line_of_a_rotated_file),
	    follower_test(follows_dated_names),
	    follower_test(follows_a_glob),
	    follower_test(tells_beginnings_from_copies),
	    follower_test(waits_for_permission),
	    follower_test(refuses_what_is_no_file),
	    follower_test(survives_its_directory),
	    follower_test(forgets_only_what_is_settled),
	    cmocka_unit_test(refuses_nonsense),
	    follower_test(rotated_between_look_and_opening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
