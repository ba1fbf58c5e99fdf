#include "common/worker.h"

#include <errno.h>

#include "base/array.h"
#include "common/command.h"
#include "common/namesakes.h"
#include "common/pidfile.h"
#include "common/plugin.h"
#include "common/unit.h"

#define MAX_PROCESSES ((size_t)1 << 20)

/* ----------------------------------------------------------------------------- the server */

static int ask_systemd(const char *unit, int64_t *ret_id)
{
	const char *const argv[] = {
	    UNIT_SYSTEMCTL, "show", "--property=MainPID", "--value", "--", unit, NULL};
	struct buffer auto_buffer printed;
	struct view rest, line;
	int error;

	buffer_init(&printed, 4096);
	error = command_run(argv, &printed);
	if (error < 0)
		return error;
	rest = buffer_view(&printed);
	view_cut(&rest, '\n', &line);
	error = view_to_int64(line, ret_id);
	return error == 0 && *ret_id == 0 ? -ESRCH : error;
}

static int find_by_unit(
    const char *unit, const struct processes *processes, const struct process **ret_process)
{
	int64_t id;
	int error = ask_systemd(unit, &id);

	if (error < 0)
		return error;
	*ret_process = processes_find(processes, id);
	return *ret_process != NULL ? 0 : -ESRCH;
}

/* The processes that the configuration leads to: one, or all of a server of that name,
 * the uppermost first. */
static int find_servers(const struct processes *processes, struct processes *servers)
{
	const char *pidfile = plugin_value("AUTHMEDIC_WORKER_PIDFILE");
	const char *unit = plugin_value("AUTHMEDIC_WORKER_UNIT");
	const char *name = plugin_value("AUTHMEDIC_WORKER_PROCESS");
	const struct process *process = NULL;
	int error = -EINVAL;

	if (pidfile != NULL)
		error = pidfile_find(pidfile, processes, &process);
	else if (unit != NULL)
		error = find_by_unit(unit, processes, &process);
	else if (name != NULL)
		return namesakes_find(processes, name, servers);
	return error < 0 ? error : array_push(servers, *process, MAX_PROCESSES);
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
		if (processes_descends(processes, process, servers->items[i].process_id))
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
		    process_has_name(&processes->items[i], name))
			add_holder(worker, &processes->items[i]);
	if (worker->count > 0)
		return;
	for (size_t i = 0; i < servers->count; i++)
		if (name == NULL || process_has_name(&servers->items[i], name))
			add_holder(worker, &servers->items[i]);
}

/* ------------------------------------------------------------------------------- identities */

static int read_identity_line(struct view line, struct worker *worker)
{
	struct view values = line, name;
	uint32_t value;

	view_cut(&values, ':', &name);
	if (view_equal_text(name, "Uid"))
		return process_status_number(values, 1, &worker->uid); /* the effective one */
	if (view_equal_text(name, "Gid"))
		return process_status_number(values, 1, &worker->gid);
	if (!view_equal_text(name, "Groups"))
		return 0;
	worker->group_count = 0;
	while (process_status_number(values, worker->group_count, &value) == 0) {
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

	buffer_init(&status, PROCESS_MAX_STATUS_BYTES);
	error = process_append(process_id, "status", &status);
	rest = buffer_view(&status);
	while (error == 0 && view_cut(&rest, '\n', &line))
		error = read_identity_line(line, worker);
	worker->knows_identity = error == 0;
	return error;
}

/* A server that root starts serves as somebody else, in children of the same name; the newest of
 * them takes the new requests. */
static void find_identity(const struct processes *processes, struct worker *worker)
{
	const struct process *oldest = &worker->oldest;
	const struct process *newest = NULL;

	if (read_identity(oldest->process_id, worker) < 0 || worker->uid != 0)
		return;
	for (size_t i = 0; i < processes->count; i++) {
		const struct process *child = &processes->items[i];
		struct worker found = {0};

		if (child->parent_id == oldest->process_id &&
		    strcmp(child->name, oldest->name) == 0 &&
		    (newest == NULL || child->start_ticks >= newest->start_ticks) &&
		    read_identity(child->process_id, &found) == 0 && found.uid != 0)
			newest = child;
	}
	if (newest != NULL)
		read_identity(newest->process_id, worker);
}

int worker_find(const struct processes *processes, struct worker *ret_worker)
{
	struct processes servers = {0};
	struct worker worker = {0};
	int error = find_servers(processes, &servers);

	if (error == 0) {
		worker.server_id = servers.items[0].process_id;
		find_holders(processes, &servers, &worker);
		if (worker.count > 0)
			find_identity(processes, &worker);
		*ret_worker = worker;
	}
	array_done(&servers);
	return error;
}

/* ------------------------------------------------------------------------ why there is none */

static const struct refusal {
	int error;
	const char *word, *text;
} refusals[] = {
    {ENOTUNIQ, "several-servers",
        "several servers bear the name, and not just one of them is root's; name its unit"},
    {EPERM, "foreign-pidfile",
        "others than root can write the pidfile or lead elsewhere by a link, and the process is "
        "not known to be theirs; name its unit"},
    {ESTALE, "stale-pidfile", "the pidfile was written before the process started"},
};

static const struct refusal *find_refusal(int error)
{
	for (size_t i = 0; i < count_of(refusals); i++)
		if (refusals[i].error == -error)
			return &refusals[i];
	return NULL;
}

const char *worker_error_text(int error)
{
	const struct refusal *refusal = find_refusal(error);

	return refusal != NULL ? refusal->text : strerror(-error);
}

const char *worker_error_word(int error)
{
	const struct refusal *refusal = find_refusal(error);

	return refusal != NULL ? refusal->word : NULL;
}
