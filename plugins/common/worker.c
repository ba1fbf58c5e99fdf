#include "common/worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "common/plugin.h"

#define SYSTEMCTL	  "/usr/bin/systemctl"
#define MAX_PROCESSES	  ((size_t)1 << 20)
#define MAX_DEPTH	  64 /* of children under the server's process */
#define KERNEL_NAME_BYTES 15
#define MAX_STATUS_BYTES  ((size_t)64 * 1024)
#define MAX_COMMAND_BYTES ((size_t)64 * 1024)

struct processes {
	struct process *items;
	size_t count;
	size_t capacity;
};

/* ------------------------------------------------------------------------------- processes */

static int read_processes(struct processes *processes)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	int error = 0;

	if (folder == NULL)
		return -errno;
	while (error == 0 && (entry = readdir(folder)) != NULL) {
		struct process process;
		int64_t id;

		if (view_to_int64(view_of_text(entry->d_name), &id) == 0 &&
		    process_read(id, &process) == 0 && !process.ended)
			error = array_push(processes, process, MAX_PROCESSES);
	}
	closedir(folder);
	return error;
}

static const struct process *find(const struct processes *processes, int64_t process_id)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->items[i].process_id == process_id)
			return &processes->items[i];
	return NULL;
}

static bool descends_from(
    const struct processes *processes, const struct process *process, int64_t ancestor)
{
	for (int depth = 0; process != NULL && depth < MAX_DEPTH; depth++) {
		if (process->parent_id == ancestor)
			return true;
		process = find(processes, process->parent_id);
	}
	return false;
}

static int read_of_process(int64_t process_id, const char *name, struct buffer *content)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)process_id, name);
	return file_read(path, content);
}

/* The program's name in its argv[0], without the folder, and without the brackets that Squid puts
 * around the names of its helpers. */
static bool has_command_name(const struct process *process, struct view name)
{
	struct buffer auto_buffer command;
	struct view rest, path, last;

	buffer_init(&command, MAX_COMMAND_BYTES);
	if (read_of_process(process->process_id, "cmdline", &command) < 0)
		return false;
	rest = buffer_view(&command);
	view_cut(&rest, '\0', &path);
	while (view_cut(&path, '/', &last))
		;
	if (last.length > 2 && last.data[0] == '(' && last.data[last.length - 1] == ')')
		last = view_of(last.data + 1, last.length - 2);
	return view_equal(last, name);
}

/* The kernel knows only the first bytes of a name. */
static bool has_name(const struct process *process, const char *name)
{
	struct view wanted = view_of_text(name);

	return view_equal_text(view_first(wanted, KERNEL_NAME_BYTES), process->name) ||
	       has_command_name(process, wanted);
}

/* ----------------------------------------------------------------------------- the server */

static int read_pidfile(const char *path, int64_t *ret_id)
{
	struct buffer auto_buffer content;
	struct view rest, line;
	int error;

	buffer_init(&content, 256);
	error = file_read(path, &content);
	if (error < 0)
		return error == -ENOENT ? -ESRCH : error;
	rest = buffer_view(&content);
	view_cut(&rest, '\n', &line);
	return view_to_int64(view_trim(line), ret_id);
}

static int read_all(int file, struct buffer *content)
{
	char chunk[256];
	ssize_t got;

	while ((got = read(file, chunk, sizeof(chunk))) > 0)
		buffer_append(content, view_of(chunk, (size_t)got));
	return got < 0 ? -errno : buffer_error(content);
}

/* What the command prints; fails where the command does. */
static int run(const char *const *argv, struct buffer *printed)
{
	posix_spawn_file_actions_t actions;
	int ends[2];
	pid_t child;
	int error, status = -1;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	error = -posix_spawn(&child, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error == 0) {
		error = read_all(ends[0], printed);
		if (waitpid(child, &status, 0) < 0 || status != 0)
			error = -EIO;
	}
	close(ends[0]);
	return error;
}

static int ask_systemd(const char *unit, int64_t *ret_id)
{
	const char *const argv[] = {
	    SYSTEMCTL, "show", "--property=MainPID", "--value", "--", unit, NULL};
	struct buffer auto_buffer printed;
	struct view rest, line;
	int error;

	buffer_init(&printed, 4096);
	error = run(argv, &printed);
	if (error < 0)
		return error;
	rest = buffer_view(&printed);
	view_cut(&rest, '\n', &line);
	error = view_to_int64(line, ret_id);
	return error == 0 && *ret_id == 0 ? -ESRCH : error;
}

static int find_by_id(
    const struct processes *processes, int64_t process_id, struct processes *found)
{
	const struct process *process = find(processes, process_id);

	return process != NULL ? array_push(found, *process, MAX_PROCESSES) : -ESRCH;
}

static int find_by_name(
    const struct processes *processes, const char *name, struct processes *found)
{
	int error = 0;

	for (size_t i = 0; i < processes->count && error == 0; i++)
		if (has_name(&processes->items[i], name))
			error = array_push(found, processes->items[i], MAX_PROCESSES);
	return error == 0 && found->count == 0 ? -ESRCH : error;
}

/* The processes that the configuration leads to: one, or all of a name. */
static int find_servers(const struct processes *processes, struct processes *servers)
{
	const char *pidfile = plugin_value("AUTHMEDIC_WORKER_PIDFILE");
	const char *unit = plugin_value("AUTHMEDIC_WORKER_UNIT");
	const char *name = plugin_value("AUTHMEDIC_WORKER_PROCESS");
	int64_t id = 0;
	int error = -EINVAL;

	if (pidfile != NULL)
		error = read_pidfile(pidfile, &id);
	else if (unit != NULL)
		error = ask_systemd(unit, &id);
	else if (name != NULL)
		return find_by_name(processes, name, servers);
	return error < 0 ? error : find_by_id(processes, id, servers);
}

/* ----------------------------------------------------------------------------- the workers */

static void add_holder(struct worker *worker, const struct process *process)
{
	if (worker->count == 0 || process->start_ticks < worker->oldest.start_ticks)
		worker->oldest = *process;
	if (worker->count == 0 || process->start_ticks > worker->newest.start_ticks)
		worker->newest = *process;
	worker->count++;
}

static bool is_below(const struct processes *processes, const struct processes *servers,
    const struct process *process)
{
	for (size_t i = 0; i < servers->count; i++)
		if (descends_from(processes, process, servers->items[i].process_id))
			return true;
	return false;
}

/* The servers themselves, or those below them that bear the name; where no process below does, a
 * server that does itself. */
static void find_holders(
    const struct processes *processes, const struct processes *servers, struct worker *worker)
{
	const char *name = plugin_value("AUTHMEDIC_SERVER_WORKER_PROCESS");

	for (size_t i = 0; name != NULL && i < processes->count; i++)
		if (is_below(processes, servers, &processes->items[i]) &&
		    has_name(&processes->items[i], name))
			add_holder(worker, &processes->items[i]);
	if (worker->count > 0)
		return;
	for (size_t i = 0; i < servers->count; i++)
		if (name == NULL || has_name(&servers->items[i], name))
			add_holder(worker, &servers->items[i]);
}

/* ------------------------------------------------------------------------------- identities */

/* The numbered field, from 0, of a line of blanks and numbers. */
static int read_number(struct view line, size_t number, uint32_t *ret_value)
{
	struct view field = {0};
	uint64_t value;
	int error;

	for (size_t i = 0; i <= number; i++) {
		line = view_trim(line);
		field = line;
		while (line.length > 0 && line.data[0] != ' ' && line.data[0] != '\t')
			line = view_skip(line, 1);
		field.length -= line.length;
	}
	error = view_to_uint64(field, &value);
	if (error < 0 || value > UINT32_MAX)
		return -EBADMSG;
	*ret_value = (uint32_t)value;
	return 0;
}

static int read_identity_line(struct view line, struct worker *worker)
{
	struct view values = line, name;
	uint32_t value;

	view_cut(&values, ':', &name);
	if (view_equal_text(name, "Uid"))
		return read_number(values, 1, &worker->uid); /* the effective one */
	if (view_equal_text(name, "Gid"))
		return read_number(values, 1, &worker->gid);
	if (!view_equal_text(name, "Groups"))
		return 0;
	worker->group_count = 0;
	while (read_number(values, worker->group_count, &value) == 0) {
		if (worker->group_count == WORKER_MAX_GROUPS)
			return -ENOSPC;
		worker->groups[worker->group_count++] = value;
	}
	return 0;
}

static int read_identity(int64_t process_id, struct worker *worker)
{
	struct buffer auto_buffer status;
	struct view rest, line;
	int error;

	buffer_init(&status, MAX_STATUS_BYTES);
	error = read_of_process(process_id, "status", &status);
	rest = buffer_view(&status);
	while (error == 0 && view_cut(&rest, '\n', &line))
		error = read_identity_line(line, worker);
	worker->knows_identity = error == 0;
	return error;
}

/* A server that root starts serves as somebody else, in children of the same name. */
static void find_identity(const struct processes *processes, struct worker *worker)
{
	const struct process *oldest = &worker->oldest;

	if (read_identity(oldest->process_id, worker) < 0 || worker->uid != 0)
		return;
	for (size_t i = 0; i < processes->count; i++) {
		const struct process *child = &processes->items[i];
		struct worker found = {0};

		if (child->parent_id != oldest->process_id ||
		    strcmp(child->name, oldest->name) != 0 ||
		    read_identity(child->process_id, &found) < 0 || found.uid == 0)
			continue;
		read_identity(child->process_id, worker);
		return;
	}
}

int worker_find(struct worker *ret_worker)
{
	struct processes processes = {0}, servers = {0};
	struct worker worker = {0};
	int error = read_processes(&processes);

	if (error == 0)
		error = find_servers(&processes, &servers);
	if (error == 0) {
		worker.server_id = servers.items[0].process_id;
		find_holders(&processes, &servers, &worker);
		if (worker.count > 0)
			find_identity(&processes, &worker);
		*ret_worker = worker;
	}
	array_done(&processes);
	array_done(&servers);
	return error;
}

static int64_t clock_ms(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t worker_start_ms(const struct process *process)
{
	int64_t ticks_a_second = sysconf(_SC_CLK_TCK);
	int64_t after_boot_ms = (int64_t)process->start_ticks * 1000 / ticks_a_second;

	return clock_ms(CLOCK_REALTIME) - (clock_ms(CLOCK_BOOTTIME) - after_boot_ms);
}
