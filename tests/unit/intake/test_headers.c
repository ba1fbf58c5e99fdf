/* Each file's lines are read by the header of that file. */
#include "follower.h"

/* A header holds in the file that it stands in, whichever lines come in between, in a file that was
 * over already, and after a restart. */
static void keeps_each_files_header(unused_parameter void **state)
{
	add("u_ex260301.log", "@a\none\n");
	start("u_ex*.log");
	expect("^@a|@aone|");
	add("u_ex260302.log", "@b\ntwo\n");
	steps(1);
	add("u_ex260301.log", "late\n");
	steps(1);
	add("u_ex260302.log", "three\n");
	steps(1);
	expect("^@b|@btwo|@alate|@bthree|");
	stop();
	add("u_ex260301.log", "later\n");
	add("u_ex260302.log", "four\n");
	start("u_ex*.log");
	steps(200);
	expect("@alater|@bfour|");
	add("u_ex260301.log", "latest\n");
	add("u_ex260303.log", "five\n"); /* declares nothing */
	steps(200);
	expect("@alatest|^five|");
}

/* So it does in the copy that a truncation left, and in what replaced the file. */
static void keeps_a_moved_header(unused_parameter void **state)
{
	add("access.log", "@a\none\n");
	start("access.log");
	add("access.log", "two\n");
	copy_file("access.log", "access.log.1");
	truncate_file("access.log");
	add("access.log", "@b\nthree\n");
	steps(5);
	expect("^@a|@aone|@atwo|^@b|@bthree|");
	copy_file("access.log", "access.log.new");
	add("access.log.new", "four\n");
	move("access.log.new", "access.log");
	steps(100);
	expect("@bfour|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    follower_test(keeps_each_files_header),
	    follower_test(keeps_a_moved_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
