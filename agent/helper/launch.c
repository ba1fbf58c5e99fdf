#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/environment.h"
#include "helper/helper.h"

static int open_plugin(const struct helper *helper, const char *name, struct buffer *why)
{
	char path[PATH_MAX];
	struct stat status;
	int file;

	snprintf(path, sizeof(path), "%s/%s/%s", helper->config->plugin_dir, name, name);
	file = trusted_open(path, S_IFREG, &helper->trust, why);
	if (file < 0 || (fstat(file, &status) == 0 && (status.st_mode & S_IXUSR) != 0))
		return file;
	close(file);
	buffer_append_format(why, "%s: may not be executed", path);
	return -EACCES;
}

int launch_plugin(const struct helper *helper, struct job *job, const struct launch *launch)
{
	struct environment auto_call(environment_done) environment = {0};
	struct buffer auto_buffer why;
	int error, file;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	file = open_plugin(helper, launch->plugin, &why);
	error = file < 0 ? file
	                 : environment_make(
	                       &environment, job->site, launch->rung, launch->action_id);
	if (error == 0) {
		const struct plugin_order order = {
		    .file = file,
		    .name = launch->plugin,
		    .verb = launch->verb,
		    .environment = environment.items,
		    .only_reads = launch->rung == NULL,
		    .deadline_ms =
		        helper->now.boottime_ms + helper->config->safety.plugin_timeout_ms,
		};

		error = plugin_start(&job->run, &order);
	}
	if (file >= 0)
		close(file);
	if (error < 0) {
		if (why.length == 0)
			buffer_append_format(&why, "%s: %s", launch->plugin, strerror(-error));
		job->reply.result = PROTOCOL_BAD_CONFIG;
		serve_set_text(job, buffer_view(&why));
	}
	return error;
}
