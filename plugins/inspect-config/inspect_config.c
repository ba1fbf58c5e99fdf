#include <errno.h>
#include <unistd.h>

#include "common/children.h"
#include "common/file_times.h"
#include "common/krb5_config.h"
#include "common/plugin.h"
#include "common/worker.h"
#include "common/worker_view.h"

#define DEFAULT_KRB5_CONFIG "/etc/krb5.conf"
#define MAX_PATH_BYTES      4096

struct found {
	struct processes processes;
	struct worker worker;
	bool has_worker;
	int64_t start_ms;
};

static void tell_times(const char *modified, const char *changed, const struct file_times *times)
{
	if (times->count == 0) {
		plugin_fact_unknown(modified);
		plugin_fact_unknown(changed);
		return;
	}
	plugin_fact_time(modified, times->modified_ms);
	plugin_fact_time(changed, times->changed_ms);
}

/* ------------------------------------------------------------------------------ krb5.conf */

static enum answer has_same_file(int root, const char *path)
{
	int host, ours, seen;
	enum answer answer = ANSWER_UNKNOWN;

	if (worker_view_root(getpid(), &host) < 0)
		return ANSWER_UNKNOWN;
	if (worker_view_open(host, path, &ours) == 0) {
		if (worker_view_open(root, path, &seen) == 0) {
			answer = worker_view_same_content(ours, seen);
			close(seen);
		}
		close(ours);
	}
	close(host);
	return answer;
}

static enum answer sees_the_same(const struct found *found, const char *path)
{
	enum answer answer;
	int root;

	if (!found->has_worker ||
	    worker_view_root(found->worker.oldest.process_id, &root) < 0)
		return ANSWER_UNKNOWN;
	answer = has_same_file(root, path);
	close(root);
	return answer;
}

/* The times are of the site's file and of the worker's own, if it names another: both are what
 * people change. */
static void tell_krb5_config(const struct found *found)
{
	const char *path = plugin_value("AUTHMEDIC_KRB5_CONFIG");
	struct buffer auto_buffer own;
	struct file_times times = {0};
	struct plugin_list list;

	buffer_init(&own, MAX_PATH_BYTES);
	path = path != NULL ? path : DEFAULT_KRB5_CONFIG;
	plugin_list_init(&list, "krb5conf.path");
	plugin_list_add(&list, "%s", path);
	plugin_list_done(&list);
	krb5_config_times(&times, path);
	if (found->has_worker &&
	    krb5_config_of_process(found->worker.oldest.process_id, &own) == 0) {
		plugin_list_init(&list, "krb5conf.worker_path");
		plugin_list_add(&list, "%s", buffer_text(&own));
		plugin_list_done(&list);
		krb5_config_times(&times, buffer_text(&own));
		path = buffer_text(&own);
	}
	tell_times("krb5conf.modified", "krb5conf.changed", &times);
	worker_view_tell("krb5conf.worker_matches", sees_the_same(found, path));
}

/* ---------------------------------------------------------------------- the server's files */

struct newer {
	struct plugin_list files;
	int64_t start_ms;
	size_t count;
};

static void on_file(void *context, const char *path, int64_t changed_ms)
{
	struct newer *newer = context;

	if (changed_ms <= newer->start_ms)
		return;
	newer->count++;
	plugin_list_add(&newer->files, "%s", path);
}

/* The latest moment at which the running configuration was surely read. */
static int64_t loaded_by_ms(const struct found *found)
{
	struct children children;

	children_find(&children, &found->processes, &found->worker.oldest);
	return children.knows_generations ? process_start_ms(&children.oldest_today)
					  : found->start_ms;
}

static void tell_config(const struct found *found)
{
	struct newer newer = {.start_ms = found->start_ms};
	const struct file_times_watch watch = {on_file, &newer};
	struct file_times times = {0};

	plugin_list_init(&newer.files, "config.newer_files");
	for (size_t i = 1; i <= plugin_count("AUTHMEDIC_CONFIGURATION"); i++)
		file_times_add(
		    &times, plugin_item("AUTHMEDIC_CONFIGURATION", i), &watch);
	plugin_fact("config.files", "%zu", times.count);
	tell_times("config.modified", "config.changed", &times);
	if (!found->has_worker || times.count == 0) {
		plugin_fact_unknown("config.newer");
		buffer_done(&newer.files.words);
	} else {
		plugin_fact_yes("config.newer", newer.count > 0);
		plugin_list_done(&newer.files);
	}
	if (found->has_worker)
		plugin_fact_time("config.loaded_by", loaded_by_ms(found));
	else
		plugin_fact_unknown("config.loaded_by");
}

/* ----------------------------------------------------------------------------------- verbs */

static int inspect(void)
{
	struct found found = {0};
	int error = processes_read(&found.processes);

	if (error == 0)
		error = worker_find(&found.processes, &found.worker);
	found.has_worker = error == 0 && found.worker.count > 0;
	if (found.has_worker)
		found.start_ms = process_start_ms(&found.worker.oldest);
	tell_krb5_config(&found);
	tell_config(&found);
	processes_done(&found.processes);
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_inspector inspector = {.name = "inspect-config",
	    .title = "whether the Kerberos or server configuration is newer than the worker",
	    .inspect = inspect};

	return plugin_inspector_main(argc, argv, &inspector);
}
