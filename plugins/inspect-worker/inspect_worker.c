#include <errno.h>

#include "common/plugin.h"
#include "common/worker.h"

static int describe(void)
{
	fputs("api: 1\n"
	      "name: inspect-worker\n"
	      "kind: inspector\n"
	      "title: which processes hold the key, since when, and as whom they run\n"
	      "with: {}\n",
	    stdout);
	return PLUGIN_DONE;
}

static void tell_groups(const struct worker *worker)
{
	printf("worker.groups=%u", worker->gid);
	for (size_t i = 0; i < worker->group_count; i++)
		if (worker->groups[i] != worker->gid)
			printf(" %u", worker->groups[i]);
	putchar('\n');
}

static void tell_identity(const struct worker *worker)
{
	if (!worker->knows_identity) {
		plugin_fact_unknown("worker.uid");
		plugin_fact_unknown("worker.groups");
		return;
	}
	plugin_fact("worker.uid", "%u", worker->uid);
	tell_groups(worker);
}

static void tell_nothing(int error)
{
	static const char *const names[] = {
	    "worker.pid", "worker.start", "worker.start_newest", "worker.uid", "worker.groups"};

	for (size_t i = 0; i < count_of(names); i++)
		plugin_fact_unknown(names[i]);
	if (error == -ESRCH)
		plugin_fact("worker.count", "0");
	else
		plugin_fact_unknown("worker.count");
}

static int inspect(void)
{
	struct worker worker;
	int error = worker_find(&worker);

	if (error < 0 || worker.count == 0) {
		tell_nothing(error < 0 ? error : -ESRCH);
		return PLUGIN_DONE;
	}
	plugin_fact("worker.pid", "%lld", (long long)worker.oldest.process_id);
	plugin_fact("worker.count", "%zu", worker.count);
	plugin_fact_time("worker.start", worker_start_ms(&worker.oldest));
	plugin_fact_time("worker.start_newest", worker_start_ms(&worker.newest));
	tell_identity(&worker);
	return PLUGIN_DONE;
}

static int check(void)
{
	struct worker worker;
	int error = worker_find(&worker);

	if (error == -EINVAL) {
		fputs("the site says neither pidfile, unit nor process of its worker\n", stderr);
		return PLUGIN_BAD_CONFIG;
	}
	if (error < 0 || worker.count == 0) {
		fprintf(stderr, "no worker is running: %s\n", strerror(error < 0 ? -error : ESRCH));
		return PLUGIN_FAILED;
	}
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"inspect", inspect}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
