#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/children.h"
#include "common/plugin.h"
#include "common/todays_groups.h"
#include "common/unit.h"
#include "common/worker.h"

#define MAX_FORKS 16 /* without a new program in between */

/* ------------------------------------------------------------------------------- identity */

static int compare_groups(const void *a, const void *b)
{
	gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;

	return left < right ? -1 : left > right;
}

/* Sorted, each once, among them the gid. */
static size_t sort_groups(gid_t *groups, size_t count, gid_t gid)
{
	size_t kept = 0;

	groups[count++] = gid;
	qsort(groups, count, sizeof(*groups), compare_groups);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || groups[kept - 1] != groups[i])
			groups[kept++] = groups[i];
	return kept;
}

static void tell_groups(const char *name, const gid_t *groups, size_t count)
{
	struct plugin_list list;

	plugin_list_init(&list, name);
	for (size_t i = 0; i < count; i++)
		plugin_list_add(&list, "%u", groups[i]);
	plugin_list_done(&list);
}

/* The groups of the process are those that its user had when it was started. */
static void tell_all_groups(const struct worker *worker)
{
	gid_t own[WORKER_MAX_GROUPS + 1], now[WORKER_MAX_GROUPS + 1];
	size_t own_count = worker->group_count, now_count;

	memcpy(own, worker->groups, own_count * sizeof(*own));
	own_count = sort_groups(own, own_count, worker->gid);
	tell_groups("worker.groups", own, own_count);
	if (todays_groups(worker, now, &now_count) < 0) {
		plugin_fact_unknown("worker.groups_now");
		plugin_fact_unknown("worker.groups_match");
		return;
	}
	now_count = sort_groups(now, now_count, worker->gid);
	tell_groups("worker.groups_now", now, now_count);
	plugin_fact_yes("worker.groups_match",
	    own_count == now_count && memcmp(own, now, own_count * sizeof(*own)) == 0);
}

static void tell_identity(const struct worker *worker)
{
	static const char *const names[] = {"worker.uid", "worker.gid", "worker.user",
	    "worker.groups", "worker.groups_now", "worker.groups_match"};
	const struct passwd *user;

	if (!worker->knows_identity) {
		plugin_facts_unknown(names, count_of(names));
		return;
	}
	user = getpwuid(worker->uid);
	plugin_fact("worker.uid", "%u", worker->uid);
	plugin_fact("worker.gid", "%u", worker->gid);
	if (user != NULL)
		plugin_fact("worker.user", "%s", user->pw_name);
	else
		plugin_fact_unknown("worker.user");
	tell_all_groups(worker);
}

/* --------------------------------------------------------------------------- where it runs */

/* Against those of the host's first process; where those are not told, against ours. */
static void tell_mounts(const struct process *process)
{
	char own[64], first[64];

	if (process_link(process->process_id, "ns/mnt", own, sizeof(own)) < 0 ||
	    (process_link(1, "ns/mnt", first, sizeof(first)) < 0 &&
		process_link(getpid(), "ns/mnt", first, sizeof(first)) < 0))
		plugin_fact_unknown("worker.mounts");
	else
		plugin_fact("worker.mounts", "%s", strcmp(own, first) == 0 ? "shared" : "own");
}

/* ------------------------------------------------------------------------------- its memory */

/* A copy of a parent's memory holds what the parent held, back to the last program started. */
static void tell_origin(const struct processes *processes, const struct process *oldest)
{
	static const char *const names[] = {
	    [ORIGIN_UNKNOWN] = "unknown", [ORIGIN_EXEC] = "exec", [ORIGIN_FORK] = "fork"};
	const struct process *process = oldest;
	enum process_origin origin = process_origin(process);

	plugin_fact("worker.started_by", "%s", names[origin]);
	for (int depth = 0; origin == ORIGIN_FORK && depth < MAX_FORKS; depth++) {
		const struct process *parent = processes_find(processes, process->parent_id);

		if (parent == NULL)
			break;
		process = parent;
		origin = process_origin(process);
	}
	if (origin == ORIGIN_EXEC)
		plugin_fact_time("worker.held_since", process_start_ms(process));
	else
		plugin_fact_unknown("worker.held_since");
}

static void tell_children(const struct processes *processes, const struct process *oldest)
{
	struct children children;

	children_find(&children, processes, oldest);
	plugin_fact("worker.children", "%zu", children.count);
	if (children.count == 0)
		return;
	plugin_fact_time("worker.children_oldest", process_start_ms(&children.oldest));
	plugin_fact_time("worker.children_newest", process_start_ms(&children.newest));
	if (children.knows_generations)
		plugin_fact("worker.old_children", "%zu", children.old_count);
	else
		plugin_fact_unknown("worker.old_children");
}

/* ----------------------------------------------------------------------------------- verbs */

static void tell_nothing(int error)
{
	static const char *const names[] = {"worker.pid", "worker.start", "worker.start_newest",
	    "worker.held_since", "worker.started_by", "worker.uid", "worker.gid", "worker.user",
	    "worker.groups", "worker.groups_now", "worker.groups_match", "worker.mounts",
	    "worker.unit", "worker.children", "worker.old_children"};

	plugin_facts_unknown(names, count_of(names));
	if (error == -ESRCH)
		plugin_fact("worker.count", "0");
	else
		plugin_fact_unknown("worker.count");
	if (worker_error_word(error) != NULL)
		plugin_fact("worker.why", "%s", worker_error_word(error));
}

static void tell(const struct processes *processes, const struct worker *worker)
{
	char unit[UNIT_MAX_BYTES + 1];

	plugin_fact("worker.pid", "%lld", (long long)worker->oldest.process_id);
	plugin_fact("worker.count", "%zu", worker->count);
	plugin_fact_time("worker.start", process_start_ms(&worker->oldest));
	plugin_fact_time("worker.start_newest", process_start_ms(&worker->newest));
	tell_identity(worker);
	tell_mounts(&worker->oldest);
	if (unit_of_process(worker->oldest.process_id, unit) == 0)
		plugin_fact("worker.unit", "%s", unit);
	else
		plugin_fact_unknown("worker.unit");
	tell_origin(processes, &worker->oldest);
	tell_children(processes, &worker->oldest);
}

static int inspect(void)
{
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	int error = processes_read(&processes);

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error < 0 || worker.count == 0)
		tell_nothing(error < 0 ? error : -ESRCH);
	else
		tell(&processes, &worker);
	return PLUGIN_DONE;
}

static int check(void)
{
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	int error = processes_read(&processes);

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error == -EINVAL) {
		fputs("the site says neither pidfile, unit nor process of its worker\n", stderr);
		return PLUGIN_BAD_CONFIG;
	}
	if (error < 0 || worker.count == 0) {
		fprintf(stderr, "no worker is known: %s\n",
		    worker_error_text(error < 0 ? error : -ESRCH));
		return PLUGIN_FAILED;
	}
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_inspector inspector = {.name = "inspect-worker",
	    .title = "which processes hold the key, since when, as whom and where they run",
	    .inspect = inspect,
	    .check = check};

	return plugin_inspector_main(argc, argv, &inspector);
}
