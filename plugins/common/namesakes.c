#include "common/namesakes.h"

#include <errno.h>
#include <unistd.h>

#include "base/array.h"

#define MAX_PROCESSES ((size_t)1 << 20)
#define MAX_DEPTH     64 /* of processes under a server */
#define FIRST_PROCESS 1 /* it takes over whoever has lost a parent */

/* A server, by its uppermost process; of several beside each other by the oldest. */
struct server {
	const struct process *top; /* NULL: none yet */
	uid_t uid;
	bool is_one_of_several;
};

static const struct process *find_top(
    const struct processes *processes, const struct processes *named, const struct process *process)
{
	const struct process *top = process;

	for (int depth = 0; process != NULL && depth < MAX_DEPTH; depth++) {
		if (processes_find(named, process->process_id) != NULL)
			top = process;
		process = processes_find(processes, process->parent_id);
	}
	return top;
}

static bool is_same(const struct server *server, const struct process *top, uid_t uid)
{
	return server->top->process_id == top->process_id ||
	       (server->uid == uid && server->top->parent_id == top->parent_id &&
	           top->parent_id > FIRST_PROCESS);
}

static void note(struct server *server, const struct process *top, uid_t uid)
{
	if (server->top != NULL && !is_same(server, top, uid))
		server->is_one_of_several = true;
	else if (server->top == NULL || top->start_ticks < server->top->start_ticks)
		*server = (struct server){top, uid, server->is_one_of_several};
}

/* Whoever makes a user name space is root in it; where that is not told, no such root has the
 * user id that we see as root's. */
static bool has_our_user_ids(const struct process *process)
{
	char own[64], theirs[64];

	return process_link(getpid(), "ns/user", own, sizeof(own)) < 0 ||
	       process_link(process->process_id, "ns/user", theirs, sizeof(theirs)) < 0 ||
	       strcmp(own, theirs) == 0;
}

static bool is_ours(const struct process *top, uid_t uid)
{
	return (uid == 0 || uid == geteuid()) && has_our_user_ids(top);
}

/* The server that is meant: the only one, or the only one that is ours. */
static int choose(const struct processes *processes, const struct processes *named,
    struct server *ret_server)
{
	struct server any = {0}, ours = {0};
	uid_t uid;

	for (size_t i = 0; i < named->count; i++) {
		const struct process *process = &named->items[i];

		if (find_top(processes, named, process)->process_id != process->process_id ||
		    process_real_user(process->process_id, &uid) < 0)
			continue;
		note(&any, process, uid);
		if (is_ours(process, uid))
			note(&ours, process, uid);
	}
	if (any.top == NULL)
		return -ESRCH;
	if (any.is_one_of_several && (ours.top == NULL || ours.is_one_of_several))
		return -ENOTUNIQ;
	*ret_server = any.is_one_of_several ? ours : any;
	return 0;
}

static int add_all(const struct processes *processes, const struct processes *named,
    const struct server *server, struct processes *found)
{
	int error = array_push(found, *server->top, MAX_PROCESSES);

	for (size_t i = 0; i < named->count && error == 0; i++) {
		const struct process *process = &named->items[i];
		const struct process *top = find_top(processes, named, process);
		uid_t uid = server->uid;

		if (process->process_id == server->top->process_id ||
		    (top->process_id != server->top->process_id &&
		        process_real_user(top->process_id, &uid) < 0))
			continue;
		if (is_same(server, top, uid))
			error = array_push(found, *process, MAX_PROCESSES);
	}
	return error;
}

int namesakes_find(const struct processes *processes, const char *name, struct processes *found)
{
	struct processes auto_call(processes_done) named = {0};
	struct server server = {0};
	int error = 0;

	for (size_t i = 0; i < processes->count && error == 0; i++)
		if (process_has_name(&processes->items[i], name))
			error = array_push(&named, processes->items[i], MAX_PROCESSES);
	if (error == 0)
		error = choose(processes, &named, &server);
	return error < 0 ? error : add_all(processes, &named, &server, found);
}
