#include <unistd.h>

#include "helper/helper.h"
#include "plugin/environment.h"
#include "plugin/open.h"

int launch_plugin(const struct helper *helper, struct job *job, const char *state_folder)
{
	const struct config_rung *rung = state_folder != NULL ? job_rung(job) : NULL;
	const char *name =
	    rung != NULL ? rung->remedy : job->site->server.inspectors.items[job->inspector];
	struct environment auto_call(environment_done) environment = {0};
	struct buffer auto_buffer why;
	int error, file;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	file = plugin_open(helper->config->plugin_dir, name, &helper->trust, &why);
	error = file < 0 ? file
	                 : environment_make(&environment,
	                       &(struct environment_order){.site = job->site, .rung = rung,
	                           .action_id = rung != NULL ? job->intent.action_id : NULL,
	                           .state_folder = state_folder});
	if (error == 0)
		error = plugin_start(&job->run, &(struct plugin_order){
		    .file = file,
		    .name = name,
		    .verb = rung == NULL           ? "inspect"
		            : job->intent.reverts ? "revert"
		                                  : "apply",
		    .environment = environment.items,
		    .only_reads = rung == NULL,
		    .deadline_ms =
		        helper->now.boottime_ms + helper->config->safety.plugin_timeout_ms,
		});
	if (file >= 0)
		close(file);
	if (error < 0) {
		if (why.length == 0)
			buffer_append_format(&why, "%s: %s", name, strerror(-error));
		job->reply.result = PROTOCOL_BAD_CONFIG;
		protocol_set_text(&job->reply, buffer_view(&why));
	}
	return error;
}
