#include <unistd.h>

#include "helper/helper.h"
#include "plugin/environment.h"
#include "plugin/open.h"

int launch_plugin(const struct helper *helper, struct job *job, const struct launch *launch)
{
	struct environment auto_call(environment_done) environment = {0};
	struct buffer auto_buffer why;
	int error, file;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	file = plugin_open(helper->config->plugin_dir, launch->plugin, &helper->trust, &why);
	error = file < 0 ? file
	                 : environment_make(&environment,
	                       &(struct environment_order){.site = job->site,
	                           .rung = launch->rung,
	                           .action_id = launch->action_id,
	                           .state_folder = launch->state_folder});
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
