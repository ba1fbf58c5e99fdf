#include "helper/helper.h"

/* Starts the next inspector that can be started; true where there is none. */
static bool is_last(const struct helper *helper, struct job *job)
{
	for (; job->inspector < job->site->server.inspectors.count; job->inspector++) {
		if (launch_plugin(helper, job, NULL) == 0) {
			plugin_release(&job->run);
			return false;
		}
	}
	return true;
}

bool inspection_start(struct helper *helper, struct job *job)
{
	size_t slot = HELPER_ACTION + 1;

	if (serve_refuse(job, serve_check(helper, job, false)))
		return true;
	while (slot < HELPER_MAX_JOBS && helper->jobs[slot].used)
		slot++;
	if (slot == HELPER_MAX_JOBS) {
		job->reply.result = PROTOCOL_TRY_LATER;
		protocol_set_text(&job->reply, VIEW("too many inspections at a time"));
		return true;
	}
	if (is_last(helper, job))
		return true;
	job->used = true;
	helper->jobs[slot] = *job;
	return false;
}

/* Something like `name=value`, printable, and no head of ours; what it means is for the daemon to
 * judge. */
static bool is_fact(struct view line)
{
	if (view_starts_with(line, VIEW("@")))
		return false;
	for (size_t i = 0; i < line.length; i++)
		if (line.data[i] < ' ' || line.data[i] > '~')
			return false;
	return view_contains(line, VIEW("="));
}

/* Whole lines, as long as there is room; after the first that has none no other is taken. */
static void add_line(struct protocol_reply *reply, const char *mark, struct view line)
{
	size_t used = strlen(reply->facts);
	size_t room = sizeof(reply->facts) - used;

	if (reply->facts_truncated || strlen(mark) + line.length + 2 > room)
		reply->facts_truncated = 1;
	else
		snprintf(reply->facts + used, room, "%s%.*s\n", mark, VIEW_ARGUMENTS(line));
}

/* Facts go to the facts, other lines to the text; a line cut short goes nowhere. */
static void take_output(struct job *job)
{
	struct view rest = buffer_view(&job->run.said), line;

	add_line(&job->reply, "@",
	    view_of_text(job->site->server.inspectors.items[job->inspector]));
	job->reply.facts_truncated |= job->run.dropped_bytes > 0;
	while (view_cut(&rest, '\n', &line)) {
		if (is_fact(line))
			add_line(&job->reply, "", line);
		else
			protocol_set_text(&job->reply, line);
	}
}

bool inspection_step(struct helper *helper, struct job *job)
{
	if (!plugin_step(&job->run, helper->now.boottime_ms))
		return false;
	take_output(job);
	if (job->run.result != PROTOCOL_DONE)
		job->reply.result = job->run.result;
	if (job->run.killed)
		protocol_set_text(&job->reply, VIEW("an inspector did not end in time"));
	plugin_done(&job->run);
	job->inspector++;
	return is_last(helper, job);
}
