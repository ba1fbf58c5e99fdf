#include "cli/plugin_trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "plugin/open.h"
#include "plugin/run.h"

#define LOOK_AGAIN_MS 50

static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
    "AUTHMEDIC_CONTRACT=1", "AUTHMEDIC_SITE=conformance", NULL};

static int64_t now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------------------------ opening */

/* Takes the last part off. */
static const char *cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		return "";
	*slash = '\0';
	return slash + 1;
}

static bool is_folder(const char *path)
{
	DIR *folder = opendir(path);

	if (folder != NULL)
		closedir(folder);
	return folder != NULL;
}

static int make_absolute(const char *path, char ret_path[PATH_MAX])
{
	char here[PATH_MAX] = "";
	size_t length;

	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (path[0] != '/' && getcwd(here, sizeof(here)) == NULL)
		return -errno;
	if (snprintf(ret_path, PATH_MAX, "%s%s%s", here, path[0] != '/' ? "/" : "", path) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	length = strlen(ret_path);
	if (length > 1 && ret_path[length - 1] == '/')
		ret_path[length - 1] = '\0';
	return 0;
}

int trial_open(struct trial_plugin *plugin, const char *path, struct buffer *why)
{
	/* As the packaged helper does: only an ordinary user may try things out in /tmp. */
	const struct trust trust = trust_of_process(geteuid() != 0);
	char folder[PATH_MAX];
	const char *name;
	int error = make_absolute(path, folder);

	*plugin = (struct trial_plugin){.file = -1};
	if (error < 0) {
		buffer_append_format(why, "%s: %s", path, strerror(-error));
		return error;
	}
	if (!is_folder(folder)) {
		const char *file = cut_last(folder);
		const char *slash = strrchr(folder, '/');

		if (slash == NULL || strcmp(slash + 1, file) != 0) {
			buffer_append_format(why,
			    "%s: the program must have its folder's name: %s/%s/%s", path, folder,
			    file, file);
			return -EINVAL;
		}
	}
	name = cut_last(folder);
	snprintf(plugin->name, sizeof(plugin->name), "%s", name);
	plugin->file = plugin_open(folder, plugin->name, &trust, why);
	return plugin->file < 0 ? plugin->file : 0;
}

void trial_close(struct trial_plugin *plugin)
{
	if (plugin->file >= 0)
		close(plugin->file);
	plugin->file = -1;
}

/* ----------------------------------------------------------------------------- what is left behind
 */

/* Whoever lost its parent is our child now; what is of the group that was killed is only dying. */
static bool end_children(pid_t killed_group)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		struct process process;
		int64_t id;

		if (view_to_int64(view_of_text(entry->d_name), &id) < 0 ||
		    process_read(id, &process) < 0 || process.parent_id != getpid())
			continue;
		found |= !process.ended && getpgid((pid_t)id) != killed_group;
		kill((pid_t)id, SIGKILL);
		waitpid((pid_t)id, NULL, 0);
	}
	if (folder != NULL)
		closedir(folder);
	return found;
}

/* ------------------------------------------------------------------------------------ running */

static void wait_for_something(const struct plugin_run *run, int process)
{
	struct pollfd polls[] = {{process, POLLIN, 0}, {run->output, POLLIN, 0}};

	if (poll(polls, count_of(polls), LOOK_AGAIN_MS) < 0)
		return;
}

static int run_here(struct trial_outcome *outcome, const struct trial_plugin *plugin,
    const struct trial_order *order)
{
	const struct plugin_order run_order = {.file = plugin->file,
	    .name = plugin->name,
	    .verb = order->verb,
	    .environment = environment,
	    .deadline_ms = now_ms() + order->limit_ms,
	    .only_reads = plugin->only_reads};
	struct plugin_run run;
	int error = plugin_start(&run, &run_order);
	pid_t group;
	int process;

	if (error < 0)
		return error;
	group = run.process_id;
	process = pidfd_open(group, 0);
	plugin_release(&run);
	if (order->terminate)
		kill(group, SIGTERM);
	while (!plugin_step(&run, now_ms()))
		wait_for_something(&run, process);
	if (process >= 0)
		close(process);
	outcome->status = run.result == PROTOCOL_DONE ? 0
	    : run.result == PROTOCOL_TRY_LATER        ? 75
	    : run.result == PROTOCOL_BAD_CONFIG       ? 2
						      : 1;
	outcome->was_late = run.killed;
	outcome->said_too_much = run.dropped_bytes > 0;
	buffer_append(&outcome->said, buffer_view(&run.said));
	outcome->left_some = end_children(run.killed || plugin->only_reads ? group : 0);
	plugin_done(&run);
	return 0;
}

static void become_without_room(const struct trial_plugin *plugin, const char *verb)
{
	char *const argv[] = {(char *)plugin->name, (char *)verb, NULL};
	int full = open("/dev/full", O_RDWR);

	if (setsid() < 0 || full < 0 || dup2(full, STDIN_FILENO) < 0 ||
	    dup2(full, STDOUT_FILENO) < 0 || dup2(full, STDERR_FILENO) < 0)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	fexecve(dup(plugin->file), argv, environment);
	_exit(1);
}

static void wait_for_end(pid_t child)
{
	int process = pidfd_open(child, 0);
	struct pollfd end = {process, POLLIN, 0};

	if (poll(&end, 1, LOOK_AGAIN_MS) >= 0 && process >= 0)
		close(process);
}

/* With an output that takes nothing, which the runner does not have. */
static int run_without_room(struct trial_outcome *outcome, const struct trial_plugin *plugin,
    const struct trial_order *order)
{
	int64_t until_ms = now_ms() + order->limit_ms;
	siginfo_t end = {0};
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		become_without_room(plugin, order->verb);
	while (waitid(P_PID, (id_t)child, &end, WEXITED | WNOHANG) == 0 && end.si_pid == 0) {
		if (now_ms() >= until_ms) {
			outcome->was_late = true;
			kill(-child, SIGKILL);
		}
		wait_for_end(child);
	}
	outcome->status = end.si_code == CLD_EXITED ? end.si_status : -1;
	outcome->left_some = end_children(outcome->was_late ? child : 0);
	return 0;
}

int trial_run(struct trial_outcome *outcome, const struct trial_plugin *plugin,
    const struct trial_order *order)
{
	*outcome = (struct trial_outcome){.status = -1};
	buffer_init(&outcome->said, PLUGIN_OUTPUT_BYTES);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return -errno;
	return order->has_no_room ? run_without_room(outcome, plugin, order)
				  : run_here(outcome, plugin, order);
}

void trial_outcome_done(struct trial_outcome *outcome)
{
	buffer_done(&outcome->said);
}
