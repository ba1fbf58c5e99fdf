#include "helper/plugin_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

#define EXIT_TRY_LATER	75
#define EXIT_BAD_CONFIG 78

/* Descriptors in the child; what we hand over is moved above them first. */
enum { CHILD_PLUGIN = 3, CHILD_GATE, CHILD_UNUSED };

#define INSPECTOR_MAX_FILES   256
#define INSPECTOR_MAX_WRITTEN (1024 * 1024)
#define CHUNK_BYTES	      ((size_t)4096)
#define CHUNKS_A_STEP	      16 /* so that a flood from one plugin keeps nobody waiting */

/* ------------------------------------------------------------------ in the child, until exec */

static void limit(int resource, rlim_t most)
{
	struct rlimit limits;

	if (getrlimit(resource, &limits) < 0)
		return;
	if (limits.rlim_max < most)
		most = limits.rlim_max;
	limits = (struct rlimit){.rlim_cur = most, .rlim_max = most};
	setrlimit(resource, &limits);
}

/* A remedy may start a server that inherits its limits, so it keeps ours but for core files, which
 * would hold keys. */
static void limit_child(bool only_reads)
{
	limit(RLIMIT_CORE, 0);
	if (!only_reads)
		return;
	limit(RLIMIT_NOFILE, INSPECTOR_MAX_FILES);
	limit(RLIMIT_FSIZE, INSPECTOR_MAX_WRITTEN);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The pipe's end once more, for writing and reading: whoever holds it is a reader too, and so no
 * remedy is cut in half by SIGPIPE where we die before it has had its say. */
static int open_both_ways(int output)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", output);
	return open(path, O_RDWR);
}

/* Leaves the child with nothing but /dev/null, its output, the plugin and the gate. */
static int arrange_descriptors(int plugin, int gate, int output)
{
	int null = open("/dev/null", O_RDWR);
	int both_ways = open_both_ways(output);
	int high[] = {fcntl(null, F_DUPFD, CHILD_UNUSED), fcntl(both_ways, F_DUPFD, CHILD_UNUSED),
	    fcntl(plugin, F_DUPFD, CHILD_UNUSED), fcntl(gate, F_DUPFD, CHILD_UNUSED)};

	for (size_t i = 0; i < count_of(high); i++)
		if (high[i] < 0)
			return -errno;
	if (dup2(high[0], STDIN_FILENO) < 0 || dup2(high[1], STDOUT_FILENO) < 0 ||
	    dup2(high[1], STDERR_FILENO) < 0 || dup2(high[2], CHILD_PLUGIN) < 0 ||
	    dup2(high[3], CHILD_GATE) < 0 || close_range(CHILD_UNUSED, ~0U, 0) < 0)
		return -errno;
	return 0;
}

/* An interpreter opens its script by the descriptor's name; all else needs it no longer. */
static void close_at_exec_unless_script(void)
{
	char start[2];

	if (pread(CHILD_PLUGIN, start, sizeof(start), 0) != (ssize_t)sizeof(start) ||
	    memcmp(start, "#!", sizeof(start)) != 0)
		fcntl(CHILD_PLUGIN, F_SETFD, FD_CLOEXEC);
}

static void wait_at_gate(void)
{
	char byte;
	ssize_t got;

	do
		got = read(CHILD_GATE, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(EXIT_TRY_LATER);
	close(CHILD_GATE);
}

static void complain_and_exit(const char *name, int error)
{
	dprintf(STDOUT_FILENO, "%s cannot be run: %s\n", name, strerror(error));
	_exit(EXIT_BAD_CONFIG);
}

static void become_plugin(const struct plugin_order *order, int gate, int output)
{
	char *argv[] = {(char *)order->name, (char *)order->verb, NULL};

	if (setsid() < 0 || arrange_descriptors(order->file, gate, output) < 0 || chdir("/") < 0)
		_exit(EXIT_BAD_CONFIG);
	umask(077);
	reset_signals();
	wait_at_gate();
	limit_child(order->only_reads);
	close_at_exec_unless_script();
	fexecve(CHILD_PLUGIN, argv, order->environment);
	complain_and_exit(order->name, errno);
}

/* ------------------------------------------------------------------------------ in the helper */

static void close_if_open(int *file)
{
	if (*file >= 0)
		close(*file);
	*file = -1;
}

/* Its pidfd, and its start time, which tells it from a later process of the same id. */
static int identify(struct plugin_run *run)
{
	struct process process;
	int error;

	run->process = pidfd_open(run->process_id, 0);
	if (run->process < 0)
		return -errno;
	error = process_read(run->process_id, &process);
	if (error == 0)
		run->start_ticks = process.start_ticks;
	return error;
}

int plugin_start(struct plugin_run *run, const struct plugin_order *order)
{
	int output[2] = {-1, -1}, gate[2] = {-1, -1};
	int error = 0;

	*run = (struct plugin_run){.process = -1,
	    .output = -1,
	    .gate = -1,
	    .deadline_ms = order->deadline_ms,
	    .only_reads = order->only_reads};
	buffer_init(&run->said, PLUGIN_OUTPUT_BYTES);
	if (pipe2(output, O_CLOEXEC) < 0 || pipe2(gate, O_CLOEXEC) < 0 ||
	    fcntl(output[0], F_SETFL, O_NONBLOCK) < 0 || (run->process_id = fork()) < 0)
		error = -errno;
	else if (run->process_id == 0)
		become_plugin(order, gate[0], output[1]);
	close_if_open(&output[1]);
	close_if_open(&gate[0]);
	run->output = output[0];
	run->gate = gate[1];
	if (error == 0)
		error = identify(run);
	if (error < 0)
		plugin_done(run);
	return error;
}

void plugin_release(struct plugin_run *run)
{
	/* Fails only where the process has ended already, which plugin_step() will find. */
	if (write(run->gate, "", 1) == 1)
		close_if_open(&run->gate);
}

void plugin_poll(const struct plugin_run *run, struct pollfd polls[PLUGIN_POLLS])
{
	polls[0] = (struct pollfd){.fd = run->process, .events = POLLIN};
	polls[1] = (struct pollfd){.fd = run->output, .events = POLLIN};
}

static void keep(struct plugin_run *run, struct view bytes)
{
	struct view kept = view_first(bytes, PLUGIN_OUTPUT_BYTES - run->said.length);

	buffer_append(&run->said, kept);
	run->dropped_bytes += bytes.length - (buffer_error(&run->said) < 0 ? 0 : kept.length);
}

static void read_output(struct plugin_run *run)
{
	char chunk[CHUNK_BYTES];

	for (int i = 0; i < CHUNKS_A_STEP && run->output >= 0; i++) {
		ssize_t got = read(run->output, chunk, sizeof(chunk));

		if (got > 0)
			keep(run, view_of(chunk, (size_t)got));
		else if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		else
			close_if_open(&run->output);
	}
}

static void kill_group(const struct plugin_run *run)
{
	kill(-run->process_id, SIGKILL);
	kill(run->process_id, SIGKILL); /* where it has not made its own group yet */
}

static enum protocol_result result_of(const siginfo_t *end)
{
	if (end->si_code != CLD_EXITED)
		return PROTOCOL_FAILED;
	switch (end->si_status) {
	case 0:
		return PROTOCOL_DONE;
	case EXIT_TRY_LATER:
		return PROTOCOL_TRY_LATER;
	case EXIT_BAD_CONFIG:
		return PROTOCOL_BAD_CONFIG;
	default:
		return PROTOCOL_FAILED;
	}
}

bool plugin_step(struct plugin_run *run, int64_t now_ms)
{
	siginfo_t end = {0};

	read_output(run);
	if (now_ms >= run->deadline_ms && !run->killed) {
		run->killed = true;
		kill_group(run);
	}
	if (waitid(P_PIDFD, (id_t)run->process, &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    end.si_pid == 0)
		return false;
	/* Until it is reaped its id, and so the group's, is nobody else's. */
	if (run->only_reads)
		kill(-run->process_id, SIGKILL);
	waitid(P_PIDFD, (id_t)run->process, &end, WEXITED);
	run->process_id = 0;
	run->result = result_of(&end);
	/* What it has said is in the pipe by now; a child that it left behind may hold that open.
	 */
	read_output(run);
	return true;
}

void plugin_done(struct plugin_run *run)
{
	close_if_open(&run->gate);
	if (run->process_id > 0) {
		kill_group(run);
		waitpid(run->process_id, NULL, 0);
	}
	close_if_open(&run->output);
	close_if_open(&run->process);
	buffer_done(&run->said);
	run->process_id = 0;
}
