#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/plugin.h"
#include "common/worker_view.h"

#define HELPER         "negotiate_kerberos_auth"
#define MAX_PATH_BYTES 4096
#define CREDENTIALS    "/run/credentials/" /* where systemd puts its copies */

struct helpers {
	struct process items[256];
	size_t count;
	struct process oldest, newest;
};

static void add(struct helpers *helpers, const struct process *process)
{
	if (helpers->count == count_of(helpers->items))
		return;
	if (helpers->count == 0 || process->start_ticks < helpers->oldest.start_ticks)
		helpers->oldest = *process;
	if (helpers->count == 0 || process->start_ticks > helpers->newest.start_ticks)
		helpers->newest = *process;
	helpers->items[helpers->count++] = *process;
}

static void find_helpers(
    struct helpers *helpers, const struct processes *processes, int64_t server_id)
{
	helpers->count = 0;
	for (size_t i = 0; i < processes->count; i++)
		if (processes_descends(processes, &processes->items[i], server_id) &&
		    process_has_name(&processes->items[i], HELPER))
			add(helpers, &processes->items[i]);
}

/* -ENOENT where the option is not among its arguments. */
static int read_option(int64_t process_id, const char *option, struct buffer *value)
{
	struct buffer auto_buffer command;
	struct view rest, word;
	bool wanted = false;

	buffer_init(&command, (size_t)256 * 1024);
	if (process_append(process_id, "cmdline", &command) < 0)
		return -EACCES;
	rest = buffer_view(&command);
	while (rest.length > 0) {
		view_cut(&rest, '\0', &word);
		if (wanted) {
			buffer_append(value, word);
			return buffer_error(value);
		}
		wanted = view_equal_text(word, option);
	}
	return -ENOENT;
}

/* Of its arguments `-k FILE`, else the environment's KRB5_KTNAME. */
static int read_keytab(int64_t process_id, struct buffer *path)
{
	int error = read_option(process_id, "-k", path);

	return error == -ENOENT ? process_append_text(process_id, "environ", "KRB5_KTNAME=", path)
				: error;
}

/* `-s NAME`; without it a helper goes by HTTP and the host's name. */
static void tell_name(const struct helpers *helpers)
{
	struct buffer auto_buffer name;
	int error = -ESRCH;

	buffer_init(&name, MAX_PATH_BYTES);
	if (helpers->count > 0)
		error = read_option(helpers->oldest.process_id, "-s", &name);
	if (error < 0 && error != -ENOENT)
		plugin_fact_unknown("squid.any_name");
	else
		plugin_fact_yes("squid.any_name",
		    view_equal_ignoring_case(buffer_view(&name), VIEW("GSS_C_NO_NAME")));
}

/* What the helper sees under that path, links and all. */
static int look_at(const struct process *helper, const char *path, struct stat *ret_status)
{
	int root, file;
	int error = worker_view_root(helper->process_id, &root);

	if (error < 0)
		return -ESRCH; /* it has ended meanwhile, or is not ours to look at */
	error = worker_view_open(root, path, &file);
	close(root);
	if (error < 0)
		return error;
	if (fstat(file, ret_status) < 0)
		error = -errno;
	close(file);
	return error;
}

/* A file that is not there is another one. */
static enum answer answer_without(int error)
{
	return error == -ENOENT ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* By what it is, not by its name: one may be a link to the other, or a mount of it. */
static enum answer is_configured(
    const struct process *helper, const char *named, const char *configured)
{
	struct stat theirs, ours;
	int error;

	if (configured == NULL)
		return ANSWER_UNKNOWN;
	if (strcmp(named, configured) == 0)
		return ANSWER_YES;
	if (named[0] != '/' || view_starts_with(view_of_text(named), VIEW(CREDENTIALS)))
		return ANSWER_UNKNOWN;
	error = look_at(helper, named, &theirs);
	if (error < 0)
		return answer_without(error);
	if (stat(configured, &ours) < 0)
		return answer_without(-errno);
	/* Replaced since it was mounted there: nobody knows by what. */
	if (theirs.st_nlink == 0)
		return ANSWER_UNKNOWN;
	return theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino ? ANSWER_YES
									    : ANSWER_NO;
}

static struct view without_type(struct view name)
{
	return view_starts_with(name, VIEW("FILE:")) ? view_skip(name, 5) : name;
}

/* Whether it is the configured one. */
static enum answer tell_keytab(const struct helpers *helpers, const char *configured)
{
	struct buffer auto_buffer path, auto_buffer named;
	struct plugin_list list;
	enum answer answer;

	buffer_init(&path, MAX_PATH_BYTES);
	buffer_init(&named, MAX_PATH_BYTES);
	if (helpers->count == 0 || read_keytab(helpers->oldest.process_id, &path) < 0) {
		plugin_fact_unknown("squid.helper_keytab");
		plugin_fact_unknown("squid.keytab_configured");
		return ANSWER_UNKNOWN;
	}
	buffer_append(&named, without_type(view_of_text(buffer_text(&path))));
	plugin_list_init(&list, "squid.helper_keytab");
	plugin_list_add(&list, "%s", buffer_text(&named));
	plugin_list_done(&list);
	answer = is_configured(&helpers->oldest, buffer_text(&named), configured);
	worker_view_tell("squid.keytab_configured", answer);
	return answer;
}

/* A helper copies the keytab when it starts and never looks at the file again. That another file
 * is newer tells nothing. */
static void tell_stale(const struct helpers *helpers, const char *keytab, enum answer configured)
{
	struct stat status;
	size_t stale = 0;

	if (helpers->count == 0 || keytab == NULL || configured == ANSWER_NO ||
	    stat(keytab, &status) < 0) {
		plugin_fact_unknown("squid.helpers_stale");
		return;
	}
	for (size_t i = 0; i < helpers->count; i++)
		stale += process_start_ms(&helpers->items[i]) < plugin_ms(status.st_ctim);
	plugin_fact("squid.helpers_stale", "%zu", stale);
}

static void tell_helpers(const struct helpers *helpers)
{
	struct plugin_list list;

	plugin_fact("squid.helpers", "%zu", helpers->count);
	plugin_list_init(&list, "squid.helper_pids");
	for (size_t i = 0; i < helpers->count; i++)
		plugin_list_add(&list, "%lld", (long long)helpers->items[i].process_id);
	plugin_list_done(&list);
	if (helpers->count == 0) {
		plugin_fact_unknown("squid.helpers_oldest");
		plugin_fact_unknown("squid.helpers_newest");
		return;
	}
	plugin_fact_time("squid.helpers_oldest", process_start_ms(&helpers->oldest));
	plugin_fact_time("squid.helpers_newest", process_start_ms(&helpers->newest));
}

static int inspect(void)
{
	static struct helpers helpers;
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	const char *keytab = plugin_value("AUTHMEDIC_KEYTAB");
	enum answer configured;
	int error = processes_read(&processes);

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error < 0) {
		plugin_fact_unknown("squid.helpers");
		return PLUGIN_DONE;
	}
	find_helpers(&helpers, &processes, worker.server_id);
	tell_helpers(&helpers);
	configured = tell_keytab(&helpers, keytab);
	tell_name(&helpers);
	tell_stale(&helpers, keytab, configured);
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_inspector inspector = {.name = "inspect-squid",
	    .title = "Squid's Negotiate helpers, each with a copy of the keytab of its start",
	    .inspect = inspect};

	return plugin_inspector_main(argc, argv, &inspector);
}
