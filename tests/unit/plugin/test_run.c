#include "directory_fixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/process.h"
#include "plugin/run.h"

#define NEVER_MS INT64_C(1000000)

/* The clock is the test's: it stands still unless the test says so. */
static struct plugin_run start_script(const char *script, bool only_reads)
{
	char *environment[] = {"PATH=/usr/bin:/bin", NULL};
	struct plugin_order order = {.name = "plugin",
	    .verb = "verb",
	    .environment = environment,
	    .deadline_ms = NEVER_MS,
	    .only_reads = only_reads};
	struct plugin_run run;
	char path[512], text[1024];

	snprintf(text, sizeof(text), "#!/bin/sh\ncd %s\n%s\n", directory, script);
	write_in(path, "plugin", view_of_text(text));
	assert_int_equal(chmod(path, 0700), 0);
	order.file = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(order.file >= 0);
	assert_int_equal(plugin_start(&run, &order), 0);
	close(order.file);
	return run;
}

static int child_signals;

static int listen_for_children(unused_parameter void **state)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	child_signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return child_signals < 0 ? -1 : 0;
}

static void wait_for_something(const struct plugin_run *run)
{
	struct pollfd polls[] = {{run->output, POLLIN, 0}, {child_signals, POLLIN, 0}};
	struct signalfd_siginfo info;

	assert_true(poll(polls, count_of(polls), 30000) > 0);
	while (read(child_signals, &info, sizeof(info)) > 0)
		;
}

static void run_to_its_end(struct plugin_run *run)
{
	while (!plugin_step(run, 0))
		wait_for_something(run);
}

/* Runs the script; what it said is in `ret_said`. */
static enum protocol_result run_script(const char *script, char ret_said[256])
{
	struct plugin_run run = start_script(script, false);
	enum protocol_result result;

	plugin_release(&run);
	run_to_its_end(&run);
	snprintf(ret_said, 256, "%s", buffer_text(&run.said));
	result = run.result;
	plugin_done(&run);
	return result;
}

static bool is_there(const char *name)
{
	char path[512];

	path_in(path, name);
	return access(path, F_OK) == 0;
}

/* It gets its verb, says what it says on both outputs, and its exit code is its result. */
static void tells(unused_parameter void **state)
{
	char said[256];

	assert_int_equal(run_script("echo \"out $1\"; echo err >&2", said), PROTOCOL_DONE);
	assert_string_equal(said, "out verb\nerr\n");
	assert_int_equal(run_script("exit 1", said), PROTOCOL_FAILED);
	assert_int_equal(run_script("exit 75", said), PROTOCOL_TRY_LATER);
	assert_int_equal(run_script("exit 2", said), PROTOCOL_BAD_CONFIG);
	assert_int_equal(run_script("exit 255", said), PROTOCOL_FAILED);
	assert_int_equal(run_script("kill -TERM $$", said), PROTOCOL_FAILED);
	assert_int_equal(run_script("kill -STOP $$ & kill -CONT $$; exit 0", said), PROTOCOL_DONE);
}

/* A program that is no script is run too; one that is nothing says why not. */
static void runs_programs(unused_parameter void **state)
{
	char *environment[] = {NULL};
	struct plugin_order order = {
	    .name = "plugin", .verb = "verb", .environment = environment, .deadline_ms = NEVER_MS};
	struct plugin_run run;
	char path[512];

	order.file = open("/bin/echo", O_RDONLY | O_CLOEXEC);
	assert_int_equal(plugin_start(&run, &order), 0);
	close(order.file);
	plugin_release(&run);
	run_to_its_end(&run);
	assert_int_equal(run.result, PROTOCOL_DONE);
	assert_string_equal(buffer_text(&run.said), "verb\n");
	plugin_done(&run);
	write_in(path, "nonsense", VIEW("nonsense"));
	assert_int_equal(chmod(path, 0700), 0);
	order.file = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(plugin_start(&run, &order), 0);
	close(order.file);
	plugin_release(&run);
	run_to_its_end(&run);
	assert_int_equal(run.result, PROTOCOL_BAD_CONFIG);
	assert_non_null(strstr(buffer_text(&run.said), "cannot be run"));
	plugin_done(&run);
}

/* Until it is let go it runs nothing, and where nobody ever does it ends so. */
static void waits_at_the_gate(unused_parameter void **state)
{
	struct plugin_run run = start_script("echo >ran", false);
	struct process process;

	assert_int_equal(process_read(run.process_id, &process), 0);
	assert_int_equal(process.start_ticks, run.start_ticks);
	assert_false(plugin_step(&run, 0));
	close(run.gate); /* as our death would */
	run.gate = -1;
	run_to_its_end(&run);
	assert_int_equal(run.result, PROTOCOL_TRY_LATER);
	plugin_done(&run);
	run = start_script("echo >ran", false);
	plugin_done(&run);
	assert_false(is_there("ran"));
	run = start_script("echo >ran", false);
	plugin_release(&run);
	run_to_its_end(&run);
	plugin_done(&run);
	assert_true(is_there("ran"));
}

/* Returns once nobody has the fifo open for reading; where a child lived on that would be never. */
static void wait_for_no_reader(const char *path)
{
	int fifo;

	alarm(60);
	while ((fifo = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0)
		close(fifo);
	assert_int_equal(errno, ENXIO);
	alarm(0);
}

static void wait_for_broken_pipe(int fifo)
{
	signal(SIGPIPE, SIG_IGN);
	alarm(60);
	while (write(fifo, "x", 1) == 1)
		;
	assert_int_equal(errno, EPIPE);
	alarm(0);
	signal(SIGPIPE, SIG_DFL);
}

/* At its deadline it is killed with all its children, and only then. */
static void ends_at_the_deadline(unused_parameter void **state)
{
	struct plugin_run run;
	char path[512];

	path_in(path, "never");
	assert_int_equal(mkfifo(path, 0600), 0);
	run = start_script("trap '' TERM; cat never & echo begun; cat never; echo >ran", false);
	plugin_release(&run);
	while (run.said.length == 0) {
		wait_for_something(&run);
		assert_false(plugin_step(&run, NEVER_MS - 1));
	}
	assert_false(run.killed);
	while (!plugin_step(&run, NEVER_MS))
		wait_for_something(&run);
	assert_true(run.killed);
	assert_int_equal(run.result, PROTOCOL_FAILED);
	plugin_done(&run);
	wait_for_no_reader(path);
	assert_false(is_there("ran"));
}

/* Of a flood the beginning is kept and the rest counted; it keeps nobody waiting. */
static void takes_a_flood(unused_parameter void **state)
{
	struct plugin_run run = start_script("yes | head -c 10000000", false);

	plugin_release(&run);
	run_to_its_end(&run);
	while (run.output >= 0)
		plugin_step(&run, 0);
	assert_int_equal(run.result, PROTOCOL_DONE);
	assert_int_equal(run.said.length, PLUGIN_OUTPUT_BYTES);
	assert_int_equal(run.dropped_bytes, 10000000 - PLUGIN_OUTPUT_BYTES);
	assert_memory_equal(run.said.data + PLUGIN_OUTPUT_BYTES - 2, "y\n", 2);
	plugin_done(&run);
}

/* A child that holds the output open does not hold us, and stepping on changes no result; an
 * inspector's is ended, a remedy's, which may be the server, is not. */
static void leaves_children_behind(unused_parameter void **state)
{
	/* It ends once its child has the fifo open. */
	static const char script[] = "{ echo >up; cat; } <never & read line <up; echo begun";
	struct plugin_run run;
	char path[512];
	int fifo;

	path_in(path, "up");
	assert_int_equal(mkfifo(path, 0600), 0);
	path_in(path, "never");
	assert_int_equal(mkfifo(path, 0600), 0);
	for (int only_reads = 0; only_reads < 2; only_reads++) {
		run = start_script(script, only_reads);
		plugin_release(&run);
		fifo = open(path, O_WRONLY | O_CLOEXEC); /* its child's writer */
		assert_true(fifo >= 0);
		run_to_its_end(&run);
		assert_true(plugin_step(&run, 0));
		assert_int_equal(run.result, PROTOCOL_DONE);
		assert_string_equal(buffer_text(&run.said), "begun\n");
		plugin_done(&run);
		if (only_reads)
			wait_for_broken_pipe(fifo);
		else
			assert_int_equal(write(fifo, "x", 1), 1); /* somebody is there */
		close(fifo);
		wait_for_no_reader(path);
	}
}

/* With its outputs closed it goes on to its end. */
static void closes_its_output(unused_parameter void **state)
{
	struct plugin_run run;
	char path[512];
	int fifo;

	path_in(path, "go");
	assert_int_equal(mkfifo(path, 0600), 0);
	run = start_script("exec >&- 2>&-; read line <go; exit 75", false);
	plugin_release(&run);
	while (run.output >= 0) {
		wait_for_something(&run);
		assert_false(plugin_step(&run, 0));
	}
	fifo = open(path, O_WRONLY | O_CLOEXEC);
	close(fifo);
	run_to_its_end(&run);
	assert_int_equal(run.result, PROTOCOL_TRY_LATER);
	plugin_done(&run);
}

/* Nobody reads what it says any more: no SIGPIPE cuts it in half. */
static void survives_our_death(unused_parameter void **state)
{
	struct plugin_run run;
	char path[512];
	int fifo;

	path_in(path, "go");
	assert_int_equal(mkfifo(path, 0600), 0);
	run = start_script("read line <go; echo one && echo two && echo >ran", false);
	plugin_release(&run);
	close(run.output);
	run.output = -1;
	fifo = open(path, O_WRONLY | O_CLOEXEC);
	close(fifo);
	run_to_its_end(&run);
	assert_int_equal(run.result, PROTOCOL_DONE);
	plugin_done(&run);
	assert_true(is_there("ran"));
}

/* Two signals are glibc's own: posix_spawn() leaves them ignored, and nobody can change that. */
#define OWN_SIGNALS (UINT64_C(3) << 31)

static uint64_t signals_of_script(const char *kind)
{
	char script[100];
	char said[256];

	snprintf(script, sizeof(script), "sed -n 's/^%s:\t//p' /proc/self/status", kind);
	assert_int_equal(run_script(script, said), PROTOCOL_DONE);
	return strtoull(said, NULL, 16);
}

/* Signals that we ignore or block are as usual for it; it leads a session of its own. */
static void starts_afresh(unused_parameter void **state)
{
	sigset_t blocked, before;
	char said[256];

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(signals_of_script("SigBlk"), 0);
	assert_int_equal(signals_of_script("SigIgn") & ~OWN_SIGNALS, 0);
	assert_int_equal(
	    run_script("set -- $(cat /proc/$$/stat); [ $1 = $5 ] && [ $1 = $6 ]", said),
	    PROTOCOL_DONE);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* A run takes its descriptors and processes away with it. */
static void leaves_nothing(unused_parameter void **state)
{
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char said[256];
	int after;

	close(before);
	for (int i = 0; i < 20; i++)
		run_script("exit 0", said);
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(after);
	assert_int_equal(after, before);
	assert_int_equal(waitid(P_PGID, 0, NULL, WEXITED | WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
	const struct CMUnitTest tests[] = {
	    TEST(tells),
	    TEST(runs_programs),
	    TEST(waits_at_the_gate),
	    TEST(ends_at_the_deadline),
	    TEST(takes_a_flood),
	    TEST(leaves_children_behind),
	    TEST(closes_its_output),
	    TEST(survives_our_death),
	    TEST(starts_afresh),
	    TEST(leaves_nothing),
	};

	return cmocka_run_group_tests_name("plugin_run", tests, listen_for_children, NULL);
}
