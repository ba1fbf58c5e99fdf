#include "recycle-tomcat/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/plugin.h"

#define SAID            "start"
#define MS_IN_A_MINUTE INT64_C(60000)

/* Whether the process of the descriptor has ended by then. */
static bool has_ended_by(int process, int64_t until_ms)
{
	struct pollfd end = {process, POLLIN, 0};
	int64_t left_ms;
	int ready;

	do {
		left_ms = until_ms - remedy_now_ms();
		ready = poll(&end, 1, left_ms > 0 ? (int)left_ms : 0);
	} while ((ready < 0 && errno == EINTR) || (ready == 0 && left_ms > 0));
	return ready > 0;
}

static void unlock(struct starter *starter)
{
	if (starter->rungs >= 0)
		close(starter->rungs);
	starter->rungs = -1;
}

/* -------------------------------------------------------------------- in a session of its own */

static int complain_of_end(int error)
{
	printf("the old one cannot be ended: %s\n", strerror(-error));
	return error == -ESRCH ? PLUGIN_TRY_LATER : PLUGIN_FAILED;
}

static int end_and_start(
    struct starter *starter, int process, const struct remedy_command *command)
{
	int64_t until_ms = remedy_now_ms() + STARTER_MOST_MINUTES * MS_IN_A_MINUTE;

	if (pidfd_send_signal(process, SIGTERM, NULL, 0) < 0)
		return complain_of_end(-errno);
	if (!has_ended_by(process, until_ms)) {
		printf("the old one has not ended in %d minutes; nothing was started\n",
		    STARTER_MOST_MINUTES);
		return PLUGIN_FAILED;
	}
	/* Now that it is gone nobody else ends it; the command may be the server itself. */
	unlock(starter);
	if (remedy_run_and_tell(command) != PLUGIN_DONE)
		return PLUGIN_FAILED;
	puts("the new one was started");
	return PLUGIN_DONE;
}

/* Nobody may be there any more to read what the plugin says: that is closed. */
static int leave_plugin(const struct starter *starter)
{
	if (setsid() < 0 || dup2(starter->said, STDOUT_FILENO) < 0 ||
	    dup2(starter->said, STDERR_FILENO) < 0)
		return PLUGIN_FAILED;
	return PLUGIN_DONE;
}

static int run(
    struct starter *starter, const struct process *old, const struct remedy_command *command)
{
	int result = leave_plugin(starter);
	int process;

	if (result != PLUGIN_DONE)
		return result;
	process = process_open(old);
	result = process >= 0 ? end_and_start(starter, process, command) : complain_of_end(process);
	return fflush(stdout) == 0 ? result : PLUGIN_FAILED;
}

/* ------------------------------------------------------------------------------- in the plugin */

static int open_files(struct starter *starter, int folder)
{
	starter->rungs = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (starter->rungs < 0)
		return remedy_complain("AUTHMEDIC_STATE_DIR/..: %s", strerror(errno));
	if (flock(starter->rungs, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return remedy_complain("AUTHMEDIC_STATE_DIR/..: %s", strerror(errno));
		fputs("a server that was ended before still waits to be started\n", stderr);
		return PLUGIN_TRY_LATER;
	}
	starter->said =
	    openat(folder, SAID, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return starter->said >= 0
	    ? PLUGIN_DONE
	    : remedy_complain(SAID " in AUTHMEDIC_STATE_DIR: %s", strerror(errno));
}

static int prepare(struct starter *starter)
{
	const char *path = plugin_value("AUTHMEDIC_STATE_DIR");
	int folder, result;

	if (path == NULL)
		return remedy_complain("AUTHMEDIC_STATE_DIR is not set");
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return remedy_complain("%s: %s", path, strerror(errno));
	result = open_files(starter, folder);
	close(folder);
	return result;
}

int starter_begin(struct starter *starter, const struct process *old,
    const struct remedy_command *command)
{
	int result;

	*starter = (struct starter){.rungs = -1, .said = -1};
	result = prepare(starter);
	if (result != PLUGIN_DONE)
		return result;
	fflush(stdout);
	starter->process_id = fork();
	if (starter->process_id == 0)
		_exit(run(starter, old, command));
	if (starter->process_id > 0)
		return PLUGIN_DONE;
	fprintf(stderr, "fork: %s\n", strerror(errno));
	return PLUGIN_FAILED;
}

static void tell_said(const struct starter *starter)
{
	struct buffer auto_buffer said;

	buffer_init(&said, REMEDY_MAX_SAID);
	remedy_read_said(starter->said, &said);
	fwrite(buffer_text(&said), 1, said.length, stdout);
}

int starter_wait(const struct starter *starter, const struct process *old, int64_t until_ms)
{
	int file = pidfd_open(starter->process_id, 0);
	bool is_done = file >= 0 && has_ended_by(file, until_ms);
	int status = 0;

	if (file >= 0)
		close(file);
	if (is_done && waitpid(starter->process_id, &status, 0) == starter->process_id) {
		tell_said(starter);
		return WIFEXITED(status) ? WEXITSTATUS(status) : PLUGIN_FAILED;
	}
	if (process_runs_on(old))
		printf("the old one has not ended in time; the new one is started once it has, "
		       "if within %d minutes\n",
		    STARTER_MOST_MINUTES);
	else
		puts("the old one is gone; what starts the new one has not ended in time");
	return PLUGIN_FAILED;
}

void starter_done(struct starter *starter)
{
	unlock(starter);
	if (starter->said >= 0)
		close(starter->said);
	starter->said = -1;
}
