#include <errno.h>

#include "base/array.h"
#include "common/command.h"
#include "common/plugin.h"
#include "inspect-iis/iis_output.h"

#define MAX_OUTPUT_BYTES ((size_t)1024 * 1024)
#define MAX_WORKERS      1024

struct workers {
	int64_t *items;
	size_t count;
	size_t capacity;
	size_t started; /* of those, the ones whose start is known */
	int64_t oldest_ms, newest_ms;
};

/* The pool is the site's `worker: {process: POOL}`; without one all count. */
static int find_workers(struct workers *workers, struct plugin_list *pools)
{
	static const char *const argv[] = {"appcmd", "list", "wp", NULL};
	const char *wanted = plugin_value("AUTHMEDIC_WORKER_PROCESS");
	struct buffer auto_buffer text;
	struct view rest, line;
	int error;

	buffer_init(&text, MAX_OUTPUT_BYTES);
	error = command_run(argv, &text);
	rest = buffer_view(&text);
	while (error == 0 && rest.length > 0) {
		struct iis_worker worker;

		view_cut(&rest, '\n', &line);
		if (iis_read_worker(line, &worker) < 0)
			continue;
		plugin_list_add(pools, "%.*s", VIEW_ARGUMENTS(worker.pool));
		if (wanted == NULL || view_equal_text(worker.pool, wanted))
			error = array_push(workers, worker.process_id, MAX_WORKERS);
	}
	return error;
}

static bool is_worker(const struct workers *workers, int64_t process_id)
{
	for (size_t i = 0; i < workers->count; i++)
		if (workers->items[i] == process_id)
			return true;
	return false;
}

static void take_start(struct workers *workers, const struct iis_start *start)
{
	if (workers->started == 0 || start->start_ms < workers->oldest_ms)
		workers->oldest_ms = start->start_ms;
	if (workers->started == 0 || start->start_ms > workers->newest_ms)
		workers->newest_ms = start->start_ms;
	workers->started++;
}

static void find_starts(struct workers *workers)
{
	static const char *const argv[] = {"wmic", "process", "where", "name='w3wp.exe'", "get",
	    "CreationDate,ProcessId", "/format:csv", NULL};
	struct buffer auto_buffer text;
	struct view rest, line;

	buffer_init(&text, MAX_OUTPUT_BYTES);
	if (command_run(argv, &text) < 0)
		return;
	rest = buffer_view(&text);
	while (rest.length > 0) {
		struct iis_start start;

		view_cut(&rest, '\n', &line);
		if (iis_read_start(line, &start) == 0 && is_worker(workers, start.process_id))
			take_start(workers, &start);
	}
}

static void tell(struct workers *workers)
{
	struct plugin_list list;

	plugin_fact("iis.workers", "%zu", workers->count);
	plugin_list_init(&list, "iis.worker_pids");
	for (size_t i = 0; i < workers->count; i++)
		plugin_list_add(&list, "%lld", (long long)workers->items[i]);
	plugin_list_done(&list);
	find_starts(workers);
	if (workers->started == 0 || workers->started < workers->count) {
		plugin_fact_unknown("iis.start");
		plugin_fact_unknown("iis.start_newest");
		return;
	}
	plugin_fact_time("iis.start", workers->oldest_ms);
	plugin_fact_time("iis.start_newest", workers->newest_ms);
}

static int inspect(void)
{
	static const char *const names[] = {"iis.workers", "iis.worker_pids", "iis.pools",
	    "iis.start", "iis.start_newest"};
	struct workers workers = {0};
	struct plugin_list pools;

	plugin_list_init(&pools, "iis.pools");
	if (find_workers(&workers, &pools) < 0) {
		buffer_done(&pools.words);
		plugin_facts_unknown(names, count_of(names));
	} else {
		plugin_list_done(&pools);
		tell(&workers);
	}
	array_done(&workers);
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_inspector inspector = {.name = "inspect-iis",
	    .title = "IIS's worker processes and when they started",
	    .inspect = inspect};

	return plugin_inspector_main(argc, argv, &inspector);
}
