/* The children are this program itself: with arguments it plays the part that they name. */
#include "loop_fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/child.h"

extern char **environ;

/* -- the parts ----------------------------------------------------------------------------------
 */

static int play_print(void)
{
	for (int i = 0; i < CHILD_MAX_OUTPUT_BYTES; i++)
		putchar('o');
	fputs("beyond", stdout);
	fputs("error text", stderr);
	return 7;
}

static int play_environment(void)
{
	for (char **entry = environ; *entry != NULL; entry++)
		puts(*entry);
	return getsid(0) == getpid() && getchar() == EOF ? 0 : 1;
}

static int play_descriptor(void)
{
	char text[16] = "";

	return read(3, text, sizeof(text)) == 5 && memcmp(text, "hello", 5) == 0 ? 0 : 1;
}

static int play_deaf(void)
{
	signal(SIGTERM, SIG_IGN);
	puts("ready");
	fflush(stdout);
	return pause(); /* for ever: nothing it handles */
}

static int play_parent(void)
{
	pid_t child = fork();

	if (child == 0)
		return pause();
	printf("%ld\n", (long)child);
	return 0;
}

static int play_waiting_parent(void)
{
	pid_t child = fork();

	if (child == 0)
		return play_deaf();
	return pause();
}

static const struct {
	const char *name;
	int (*play)(void);
} parts[] = {
    {"print", play_print},
    {"environment", play_environment},
    {"descriptor", play_descriptor},
    {"deaf", play_deaf},
    {"parent", play_parent},
    {"waiting-parent", play_waiting_parent},
};

static int play(const char *name)
{
	for (size_t i = 0; i < count_of(parts); i++)
		if (strcmp(parts[i].name, name) == 0)
			return parts[i].play();
	return 99;
}

/* -- the tests ----------------------------------------------------------------------------------
 */

struct run {
	struct child *child;
	int exits;
	struct child_result result; /* its views are gone */
	char out[CHILD_MAX_OUTPUT_BYTES + 1];
	char err[64];
};

static void on_exit_of_child(void *context, const struct child_result *result)
{
	struct run *run = context;

	run->exits++;
	run->result = *result;
	assert_true(result->out.length < sizeof(run->out));
	assert_true(result->err.length < sizeof(run->err));
	memcpy(run->out, result->out.length > 0 ? result->out.data : "", result->out.length);
	memcpy(run->err, result->err.length > 0 ? result->err.data : "", result->err.length);
	child_close(&run->child);
}

static struct run *run;

/* Signals reach nobody meanwhile, as one that hangs within the system. */
static bool is_deaf;

int __real_kill(pid_t pid, int number);
int __wrap_kill(pid_t pid, int number);
int __wrap_kill(pid_t pid, int number)
{
	return is_deaf ? 0 : __real_kill(pid, number);
}

static int open_run(void **state)
{
	run = calloc(1, sizeof(*run));
	return run != NULL ? open_loop(state) : -1;
}

static int close_run(void **state)
{
	int error = close_loop(state);

	free(run);
	return error;
}

static void start(const char *part, struct child_options options)
{
	const char *const argv[] = {"/proc/self/exe", part, NULL};

	options.argv = argv;
	options.on_exit = on_exit_of_child;
	options.context = run;
	assert_int_equal(child_new(&run->child, &loop, &options), 0);
}

/* Both streams are captured to their maximum, the rest is counted, the exit status comes through.
 */
static void captures_output(unused_parameter void **state)
{
	start("print", (struct child_options){0});
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->exits, 1);
	assert_int_equal(run->result.exit_status, 7);
	assert_int_equal(run->result.term_signal, 0);
	assert_false(run->result.timed_out);
	assert_int_equal(strspn(run->out, "o"), CHILD_MAX_OUTPUT_BYTES);
	assert_int_equal(run->result.out_dropped_bytes, strlen("beyond"));
	assert_string_equal(run->err, "error text");
	assert_int_equal(run->result.err_dropped_bytes, 0);
}

/* A child gets the environment it is given and no more, its own session, and an empty input. */
static void gives_only_what_was_given(unused_parameter void **state)
{
	const char *const environment[] = {"AUTHMEDIC_SITE=intranet", NULL};

	setenv("AUTHMEDIC_SECRET", "ours", 1);
	start("environment", (struct child_options){.environment = environment});
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->result.exit_status, 0);
	assert_null(strstr(run->out, "AUTHMEDIC_SECRET"));
	assert_non_null(strstr(run->out, "AUTHMEDIC_SITE=intranet\n"));
}

/* One descriptor can be passed; it arrives as number 3. */
static void passes_a_descriptor(unused_parameter void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "hello", 5), 5);
	start("descriptor", (struct child_options){.pass_descriptor = true, .descriptor = ends[0]});
	close(ends[0]);
	close(ends[1]);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->result.exit_status, 0);
}

/* Past its deadline a child that will not hear SIGTERM is killed, with the children it has. */
static void ends_at_the_deadline(unused_parameter void **state)
{
	start("waiting-parent", (struct child_options){.deadline_ms = 500, .grace_ms = 50});
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->exits, 1);
	assert_true(run->result.timed_out);
	assert_int_equal(run->result.exit_status, -1);
	assert_int_equal(run->result.term_signal, SIGTERM);
	start("deaf", (struct child_options){.deadline_ms = 500, .grace_ms = 50});
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->result.term_signal, SIGKILL);
	assert_string_equal(run->out, "ready\n");
}

/* Hangs the child, past its deadline or as it is closed, until the loop waits for it no more. */
static pid_t hang(bool closes)
{
	pid_t pid;

	is_deaf = true;
	start("deaf",
	    (struct child_options){
		.deadline_ms = closes ? 0 : 20, .grace_ms = 20, .hang_ms = 20});
	pid = child_pid(run->child);
	if (closes)
		child_close(&run->child);
	uv_run(&loop, UV_RUN_DEFAULT);
	is_deaf = false;
	assert_int_equal(kill(pid, 0), 0);
	return pid;
}

static void on_other_work(unused_parameter uv_timer_t *timer)
{
}

/* One that not even SIGKILL ends, as it waits for a file on a server that is gone, is told all the
 * same and hinders nobody; but no more than some are left like that. */
static void gives_up_what_hangs(unused_parameter void **state)
{
	const char *const argv[] = {"/proc/self/exe", "environment", NULL};
	struct child_options options = {.argv = argv, .on_exit = on_exit_of_child, .context = run};
	pid_t pids[CHILD_MAX_HANGING];
	uv_timer_t other_work;

	for (size_t i = 0; i < CHILD_MAX_HANGING; i++) {
		pids[i] = hang(i % 2 == 1);
		assert_int_equal(run->exits, i / 2 + 1);
		assert_true(run->result.timed_out);
		assert_int_equal(run->result.exit_status, -1);
		assert_int_equal(run->result.term_signal, SIGKILL);
		assert_null(run->child);
	}
	assert_int_equal(child_new(&run->child, &loop, &options), -EAGAIN);
	for (size_t i = 0; i < CHILD_MAX_HANGING; i++)
		assert_int_equal(kill(pids[i], SIGKILL), 0);
	/* Their ends are taken whenever they come, while the loop runs for another reason. */
	uv_timer_init(&loop, &other_work);
	uv_timer_start(&other_work, on_other_work, 5, 5);
	for (size_t i = 0; i < CHILD_MAX_HANGING; i++)
		while (kill(pids[i], 0) == 0)
			uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&other_work, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	start("environment", (struct child_options){0});
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->result.exit_status, 0);
	assert_int_equal(run->exits, CHILD_MAX_HANGING / 2 + 1);
}

/* A daemon that the child left behind holds its output open: the result comes all the same, and the
 * daemon lives. */
static void does_not_wait_for_daemons(unused_parameter void **state)
{
	pid_t daemon;

	start("parent", (struct child_options){0});
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->exits, 1);
	assert_int_equal(run->result.exit_status, 0);
	daemon = (pid_t)strtol(run->out, NULL, 10);
	assert_true(daemon > 1);
	assert_int_equal(kill(daemon, 0), 0);
	assert_int_equal(kill(daemon, SIGKILL), 0);
}

/* Closing kills a running child at once, reaps it, and no callback comes. */
static void close_kills(unused_parameter void **state)
{
	pid_t pid;

	start("deaf", (struct child_options){.deadline_ms = 60000});
	pid = child_pid(run->child);
	child_close(&run->child);
	assert_null(run->child);
	child_close(&run->child);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->exits, 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* What is left to run on leaves no zombie behind once it has ended and another is started. */
static void takes_the_end_of_what_it_left(unused_parameter void **state)
{
	siginfo_t end = {0};
	pid_t pid;

	start("deaf", (struct child_options){0});
	pid = child_pid(run->child);
	child_abandon(&run->child);
	assert_null(run->child);
	uv_run(&loop, UV_RUN_DEFAULT);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT), 0);
	start("print", (struct child_options){0});
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->result.exit_status, 7);
}

/* A program that is not there is an error at once, with no child and nothing left in the loop. */
static void says_when_it_cannot_start(unused_parameter void **state)
{
	const char *const argv[] = {"/nonexistent/program", NULL};
	struct child_options options = {.argv = argv, .on_exit = on_exit_of_child, .context = run};

	assert_int_equal(child_new(&run->child, &loop, &options), -ENOENT);
	assert_null(run->child);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(run->exits, 0);
}

#define child_test(function) cmocka_unit_test_setup_teardown(function, open_run, close_run)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    child_test(captures_output),
	    child_test(gives_only_what_was_given),
	    child_test(passes_a_descriptor),
	    child_test(ends_at_the_deadline),
	    child_test(gives_up_what_hangs),
	    child_test(does_not_wait_for_daemons),
	    child_test(close_kills),
	    child_test(takes_the_end_of_what_it_left),
	    child_test(says_when_it_cannot_start),
	};

	if (argc > 1)
		return play(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
