#include "plugin/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

#define CHUNK_BYTES   ((size_t)4096)
#define CHUNKS_A_STEP 16 /* so that a flood from one plugin keeps nobody waiting */

enum { EXIT_BAD_CONFIG = 2, EXIT_TRY_LATER = 75 };
/* Descriptors in the child; what we hand over is moved above them first. */
enum { CHILD_PLUGIN = 3, CHILD_GATE, CHILD_UNUSED };

/* --------------------------------------------------------------------- in the child, until exec */

/* A remedy may start a server, which inherits its limits; so it keeps ours, but for core files:
 * those would hold keys. */
static void limit(bool only_reads)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t most;
		bool for_all;
	} limits[] = {{RLIMIT_CORE, 0, true}, {RLIMIT_NOFILE, 256, false},
	    {RLIMIT_FSIZE, 1024 * 1024, false}};

	for (size_t i = 0; i < count_of(limits); i++) {
		struct rlimit now;

		if ((!only_reads && !limits[i].for_all) ||
		    getrlimit(limits[i].resource, &now) < 0 || now.rlim_max < limits[i].most)
			continue;
		now.rlim_cur = now.rlim_max = limits[i].most;
		setrlimit(limits[i].resource, &now);
	}
}

static void reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Leaves nothing but /dev/null, the output, the plugin and the gate. The pipe is opened once more,
 * for both ways: whoever holds such an end is a reader too, so that no remedy is cut in half by
 * SIGPIPE where we die before it has had its say. */
static int arrange_descriptors(int plugin, int gate, int output)
{
	char path[64];
	int from[4], to[] = {STDIN_FILENO, STDOUT_FILENO, CHILD_PLUGIN, CHILD_GATE};

	snprintf(path, sizeof(path), "/proc/self/fd/%d", output);
	from[0] = fcntl(open("/dev/null", O_RDWR), F_DUPFD, CHILD_UNUSED);
	from[1] = fcntl(open(path, O_RDWR), F_DUPFD, CHILD_UNUSED);
	from[2] = fcntl(plugin, F_DUPFD, CHILD_UNUSED);
	from[3] = fcntl(gate, F_DUPFD, CHILD_UNUSED);
	for (size_t i = 0; i < count_of(from); i++)
		if (from[i] < 0 || dup2(from[i], to[i]) < 0)
			return -errno;
	if (dup2(STDOUT_FILENO, STDERR_FILENO) < 0 || close_range(CHILD_UNUSED, ~0U, 0) < 0)
		return -errno;
	return 0;
}

/* An interpreter opens its script by the descriptor's name; all else needs it no longer. */
static void close_at_exec_unless_script(void)
{
	char start[2] = "";

	if (pread(CHILD_PLUGIN, start, sizeof(start), 0) < 0 || memcmp(start, "#!", 2) != 0)
		fcntl(CHILD_PLUGIN, F_SETFD, FD_CLOEXEC);
}

static void become_plugin(const struct plugin_order *order, int gate, int output)
{
	char *argv[] = {(char *)order->name, (char *)order->verb, NULL};
	char byte;

	if (setsid() < 0 || arrange_descriptors(order->file, gate, output) < 0 || chdir("/") < 0)
		_exit(EXIT_BAD_CONFIG);
	umask(077);
	reset_signals();
	if (read(CHILD_GATE, &byte, 1) != 1)
		_exit(EXIT_TRY_LATER);
	close(CHILD_GATE);
	limit(order->only_reads);
	close_at_exec_unless_script();
	fexecve(CHILD_PLUGIN, argv, order->environment);
	dprintf(STDOUT_FILENO, "%s cannot be run: %s\n", order->name, strerror(errno));
	_exit(EXIT_BAD_CONFIG);
}

/* -------------------------------------------------------------------------------- in the helper */

static void close_if_open(int *file)
{
	if (*file >= 0)
		close(*file);
	*file = -1;
}

int plugin_start(struct plugin_run *run, const struct plugin_order *order)
{
	int output[2] = {-1, -1}, gate[2] = {-1, -1};
	struct process process;
	int error = 0;

	*run = (struct plugin_run){
	    .deadline_ms = order->deadline_ms, .only_reads = order->only_reads};
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
		error = process_read(run->process_id, &process);
	if (error == 0)
		run->start_ticks = process.start_ticks;
	else
		plugin_done(run);
	return error;
}

void plugin_release(struct plugin_run *run)
{
	/* Fails only where the process has ended already, which plugin_step() will find. */
	if (write(run->gate, "", 1) == 1)
		close_if_open(&run->gate);
}

static void read_output(struct plugin_run *run)
{
	char chunk[CHUNK_BYTES];

	for (int i = 0; i < CHUNKS_A_STEP && run->output >= 0; i++) {
		ssize_t got = read(run->output, chunk, sizeof(chunk));
		struct view kept = view_of(chunk, got > 0 ? (size_t)got : 0);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0)
			close_if_open(&run->output);
		kept = view_first(kept, PLUGIN_OUTPUT_BYTES - run->said.length);
		buffer_append(&run->said, kept);
		run->dropped_bytes += (uint64_t)(got > 0 ? got : 0) - kept.length;
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
	return end->si_status == 0                 ? PROTOCOL_DONE
	       : end->si_status == EXIT_TRY_LATER  ? PROTOCOL_TRY_LATER
	       : end->si_status == EXIT_BAD_CONFIG ? PROTOCOL_BAD_CONFIG
	                                           : PROTOCOL_FAILED;
}

bool plugin_step(struct plugin_run *run, int64_t now_ms)
{
	siginfo_t end = {0};

	read_output(run);
	if (run->process_id == 0)
		return true; /* it ended before, with more to read; 0 is nobody's id */
	if (now_ms >= run->deadline_ms && !run->killed) {
		run->killed = true;
		kill_group(run);
	}
	if (waitid(P_PID, (id_t)run->process_id, &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    end.si_pid == 0)
		return false;
	/* Until it is reaped its id, and so the group's, is nobody else's. */
	if (run->only_reads)
		kill_group(run);
	waitid(P_PID, (id_t)run->process_id, &end, WEXITED);
	run->process_id = 0;
	run->result = result_of(&end);
	/* What it said is in the pipe by now, which a child that stays behind may hold open. */
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
	run->process_id = 0;
	close_if_open(&run->output);
	buffer_done(&run->said);
}
