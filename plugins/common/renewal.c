#include "common/renewal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/array.h"
#include "common/plugin.h"
#include "common/remedy_command.h"
#include "common/worker.h"

#define LOOK_AGAIN_MS 50

static bool is_meant(const struct processes *processes, const struct process *process,
    const struct process *server, enum renewal_kind kind)
{
	const char *name = plugin_value("AUTHMEDIC_SERVER_WORKER_PROCESS");

	if (kind == RENEWAL_SERVER)
		return process == server;
	if (kind == RENEWAL_CHILDREN)
		return process->parent_id == server->process_id &&
		    strcmp(process->name, server->name) == 0;
	return name != NULL && process_has_name(process, name) &&
	    processes_descends(processes, process, server->process_id);
}

static int collect(enum renewal_kind kind, struct processes *found, uid_t *ret_uid)
{
	struct processes auto_call(processes_done) processes = {0};
	const struct process *server;
	struct worker worker = {0};
	int error = processes_read(&processes);

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error == 0)
		error = process_real_user(worker.server_id, ret_uid);
	if (error < 0)
		return error;
	if (kind == RENEWAL_SERVER && worker.count > 1)
		return -E2BIG;
	server = processes_find(&processes, worker.server_id);
	for (size_t i = 0; server != NULL && error == 0 && i < processes.count; i++)
		if (is_meant(&processes, &processes.items[i], server, kind))
			error = array_push(found, processes.items[i], RENEWAL_MAX_PROCESSES);
	return error;
}

int renewal_begin(struct renewal *renewal, enum renewal_kind kind)
{
	int error;

	*renewal = (struct renewal){.kind = kind};
	error = collect(kind, &renewal->before, &renewal->uid);
	if (error == 0 && renewal->before.count == 0)
		error = -ESRCH;
	if (error < 0)
		renewal_done(renewal);
	return error;
}

void renewal_done(struct renewal *renewal)
{
	processes_done(&renewal->before);
}

static bool was_before(const struct renewal *renewal, const struct process *process)
{
	const struct process *same = processes_find(&renewal->before, process->process_id);

	return same != NULL && same->start_ticks == process->start_ticks;
}

/* While there is no server another user's process may be the only one of its name. */
static bool is_its_user(const struct renewal *renewal, uid_t uid)
{
	return uid == renewal->uid || uid == 0 || uid == geteuid();
}

/* While a server is started anew there may be none, or two of its name, or a pidfile of before. */
static bool may_pass(int error)
{
	static const int passing[] = {ESRCH, ENOENT, EIO, ENOTUNIQ, EPERM, ESTALE};

	for (size_t i = 0; i < count_of(passing); i++)
		if (passing[i] == -error)
			return true;
	return false;
}

static int look(const struct renewal *renewal, struct renewal_state *ret_state)
{
	struct processes auto_call(processes_done) now = {0};
	uid_t uid = renewal->uid;
	int error = collect(renewal->kind, &now, &uid);
	bool is_its = error == 0 && is_its_user(renewal, uid);
	struct renewal_state state = {.server_runs = is_its};

	if (error < 0 && !may_pass(error))
		return error;
	for (size_t i = 0; is_its && i < now.count; i++)
		state.fresh += !was_before(renewal, &now.items[i]);
	for (size_t i = 0; i < renewal->before.count; i++)
		state.left += process_runs_on(&renewal->before.items[i]);
	*ret_state = state;
	return 0;
}

/* Until one of them ends, or it is time to look for new ones. */
static void wait_for_change(const struct renewal *renewal)
{
	struct pollfd end = {-1, POLLIN, 0};

	for (size_t i = 0; i < renewal->before.count && end.fd < 0; i++)
		end.fd = process_open(&renewal->before.items[i]);
	if (poll(&end, 1, LOOK_AGAIN_MS) < 0 && errno != EINTR)
		fprintf(stderr, "poll: %s\n", strerror(errno));
	if (end.fd >= 0)
		close(end.fd);
}

int renewal_wait(const struct renewal *renewal, int64_t until_ms, struct renewal_state *ret_state)
{
	int error;

	while ((error = look(renewal, ret_state)) == 0) {
		if ((ret_state->left == 0 && ret_state->fresh > 0) || remedy_now_ms() >= until_ms)
			return 0;
		wait_for_change(renewal);
	}
	return error;
}

int renewal_end(const struct process *process)
{
	int file = process_open(process);
	int error = 0;

	if (file < 0)
		return file;
	if (pidfd_send_signal(file, SIGTERM, NULL, 0) < 0)
		error = -errno;
	close(file);
	return error;
}
