#include "idle_plugins.h"

struct idle_plugins idle_plugins;

/* What waits at its gate. */
static struct job launched;
static const char *launched_verb; /* NULL: an inspector */

int launch_plugin(
    const struct helper *helper, struct job *job, const char *state_folder)
{
	job->run = (struct plugin_run){
	    .process_id = IDLE_FIRST_PROCESS + ++idle_plugins.last_process,
	    .start_ticks = 1,
	    .output = -1,
	    .gate = -1,
	    .deadline_ms =
	        helper->now.boottime_ms + helper->config->safety.plugin_timeout_ms,
	    .only_reads = state_folder == NULL};
	launched = *job;
	launched_verb = state_folder == NULL   ? NULL
	                : job->intent.reverts ? "revert"
	                                      : "apply";
	return 0;
}

void plugin_release(struct plugin_run *run unused_parameter)
{
	if (!idle_plugins.dead && launched_verb != NULL && idle_plugins.on_action != NULL)
		idle_plugins.on_action(idle_plugins.context, &launched, launched_verb);
}

bool plugin_step(struct plugin_run *run, int64_t now_ms)
{
	bool late = now_ms >= run->deadline_ms;

	run->killed = late && !idle_plugins.has_ended;
	run->result = run->killed ? PROTOCOL_FAILED : idle_plugins.result;
	return late || idle_plugins.has_ended;
}

void plugin_done(struct plugin_run *run)
{
	run->process_id = 0;
}

void clients_send(
    struct helper *helper unused_parameter, uint64_t client, const struct protocol_reply *reply)
{
	if (idle_plugins.dead)
		return;
	idle_plugins.replies++;
	idle_plugins.reply = *reply;
	idle_plugins.reply_client = client;
}
