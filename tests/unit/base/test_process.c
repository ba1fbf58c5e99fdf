#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

/* A process that says nothing until it is told to end, by closing its pipe. */
static pid_t start_child(const char *name, int *ret_pipe)
{
	int up[2], end[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(up), 0);
	assert_int_equal(pipe(end), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(end[1]);
		prctl(PR_SET_NAME, name);
		_exit(write(up[1], "", 1) == 1 && read(end[0], &byte, 1) == 0 ? 0 : 1);
	}
	assert_int_equal(read(up[0], &byte, 1), 1);
	close(up[0]);
	close(up[1]);
	close(end[0]);
	*ret_pipe = end[1];
	return child;
}

/* We find ourselves, with our parent and a time of start that stays. */
static void reads_ourselves(unused_parameter void **state)
{
	struct process first, second;

	assert_int_equal(process_read(getpid(), &first), 0);
	assert_int_equal(first.process_id, getpid());
	assert_int_equal(first.parent_id, getppid());
	assert_false(first.ended);
	assert_string_equal(first.name, "process.test");
	assert_int_equal(process_read(getpid(), &second), 0);
	assert_int_equal(first.start_ticks, second.start_ticks);
	assert_true(first.start_ticks > 0);
}

/* A name may hold what ends it in the file, and the blanks and numbers that follow. */
static void reads_any_name(unused_parameter void **state)
{
	static const char *const names[] = {"a) S 1 2 (b", "))) R 0", "(", "", " ", "a\nb"};

	for (size_t i = 0; i < count_of(names); i++) {
		struct process process;
		int end;
		pid_t child = start_child(names[i], &end);

		assert_int_equal(process_read(child, &process), 0);
		assert_string_equal(process.name, names[i]);
		assert_int_equal(process.parent_id, getpid());
		close(end);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
}

/* One that has ended is told from one that runs, until its parent notices; then there is none. */
static void sees_the_end(unused_parameter void **state)
{
	struct process process;
	siginfo_t info;
	int end;
	pid_t child = start_child("child", &end);

	close(end);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_read(child, &process), 0);
	assert_true(process.ended);
	assert_int_equal(waitpid(child, NULL, 0), child);
	process.process_id = 7;
	assert_int_equal(process_read(child, &process), -ESRCH);
	assert_int_equal(process.process_id, 7);
}

/* Numbers that are no process. */
static void finds_none(unused_parameter void **state)
{
	struct process process;

	assert_int_equal(process_read(0, &process), -ESRCH);
	assert_int_equal(process_read(-1, &process), -ESRCH);
	assert_int_equal(process_read(INT64_MAX, &process), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_ourselves),
	    cmocka_unit_test(reads_any_name),
	    cmocka_unit_test(sees_the_end),
	    cmocka_unit_test(finds_none),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
