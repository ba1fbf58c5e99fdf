#include "helper/job.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "helper/environment.h"

void answer_set_text(struct answer *answer, struct view said)
{
	struct buffer auto_buffer escaped;
	struct view line = {0};

	while (said.length > 0) {
		struct view next;

		view_cut(&said, '\n', &next);
		if (view_trim(next).length > 0)
			line = view_trim(next);
	}
	buffer_init(&escaped, 4 * PROTOCOL_TEXT_BYTES);
	text_append_escaped(&escaped, view_first(line, PROTOCOL_TEXT_BYTES));
	snprintf(answer->reply.text, PROTOCOL_TEXT_BYTES, "%s", buffer_text(&escaped));
}

static int open_plugin(
    const struct service *service, const char *name, struct buffer *why, int *ret_file)
{
	char path[PATH_MAX];
	struct stat status;
	int file, error;

	snprintf(path, sizeof(path), "%s/%s/%s", service->config->plugin_dir, name, name);
	error = trusted_open_file(path, &service->trust, why, &file);
	if (error < 0)
		return error;
	if (fstat(file, &status) == 0 && (status.st_mode & S_IXUSR) != 0) {
		*ret_file = file;
		return 0;
	}
	close(file);
	buffer_append_format(why, "%s: may not be executed", path);
	return -EACCES;
}

static int start_plugin(struct job *job, const struct launch *launch, struct plugin_order *order)
{
	struct environment auto_call(environment_done) environment = {0};
	int error =
	    environment_make(&environment, job->answer.site, launch->rung, launch->action_id);

	order->environment = environment.items;
	return error < 0 ? error : plugin_start(&job->run, order);
}

int job_launch(
    struct service *service, struct job *job, const struct launch *launch, const struct moment *now)
{
	struct plugin_order order = {
	    .name = launch->plugin,
	    .verb = launch->verb,
	    .only_reads = launch->rung == NULL,
	    .deadline_ms = now->boottime_ms + service->config->safety.plugin_timeout_ms,
	};
	struct buffer auto_buffer why;
	int error;

	buffer_init(&why, PATH_MAX + TRUSTED_WHY_BYTES);
	error = open_plugin(service, launch->plugin, &why, &order.file);
	if (error == 0) {
		error = start_plugin(job, launch, &order);
		close(order.file);
		if (error < 0)
			buffer_append_format(
			    &why, "%s cannot be run: %s", launch->plugin, strerror(-error));
	}
	if (error < 0) {
		job->answer.reply.result = PROTOCOL_BAD_CONFIG;
		answer_set_text(&job->answer, buffer_view(&why));
	}
	return error;
}
