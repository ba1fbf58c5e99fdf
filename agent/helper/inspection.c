#include "helper/job.h"

/* In this order; the facts of all stand together. */
static const char *const inspectors[] = {"inspect-worker", "inspect-keytab"};

static void start_next(struct service *service, struct job *job, const struct moment *now)
{
	for (; job->inspector < count_of(inspectors); job->inspector++) {
		const struct launch launch = {
		    .plugin = inspectors[job->inspector], .verb = "inspect"};

		if (job_launch(service, job, &launch, now) < 0)
			continue;
		plugin_release(&job->run);
		return;
	}
}

bool inspection_start(const struct inquiry *inquiry)
{
	struct service *service = inquiry->service;
	struct protocol_reply *reply = &inquiry->answer->reply;

	if (inquiry->answer->site == NULL) {
		reply->result = PROTOCOL_REFUSED;
		reply->refusal = REFUSAL_SITE;
		return true;
	}
	for (size_t i = 0; i < SERVICE_MAX_INSPECTIONS; i++) {
		struct job *job = &service->inspections[i];

		if (job->used)
			continue;
		*job = (struct job){.used = true, .answer = *inquiry->answer};
		start_next(service, job, inquiry->now);
		if (job->inspector < count_of(inspectors))
			return false;
		*inquiry->answer = job->answer;
		job->used = false;
		return true;
	}
	reply->result = PROTOCOL_TRY_LATER;
	answer_set_text(inquiry->answer, VIEW("too many inspections at a time"));
	return true;
}

static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
	       byte == '_' || byte == '-';
}

/* `name=value`, the name a fact's, the value printable. */
static bool is_fact(struct view line)
{
	struct view value = line, name;

	if (!view_cut(&value, '=', &name) || name.length == 0)
		return false;
	for (size_t i = 0; i < name.length; i++)
		if (!is_name_byte(name.data[i]))
			return false;
	for (size_t i = 0; i < value.length; i++)
		if (value.data[i] < ' ' || value.data[i] > '~')
			return false;
	return true;
}

static void add_fact(struct protocol_reply *reply, struct view line)
{
	size_t used = strlen(reply->facts);

	if (reply->facts_truncated != 0 || line.length + 2 > sizeof(reply->facts) - used) {
		reply->facts_truncated = 1;
		return;
	}
	memcpy(reply->facts + used, line.data, line.length);
	reply->facts[used + line.length] = '\n';
}

/* Facts go to the facts, other lines to the text; a line cut short is neither. */
static void take_output(struct job *job)
{
	struct view rest = buffer_view(&job->run.said), line;

	while (view_cut(&rest, '\n', &line)) {
		if (is_fact(line))
			add_fact(&job->answer.reply, line);
		else
			answer_set_text(&job->answer, line);
	}
	if (job->run.dropped_bytes > 0)
		job->answer.reply.facts_truncated = 1;
	if (job->run.result != PROTOCOL_DONE)
		job->answer.reply.result = job->run.result;
	if (job->run.killed)
		answer_set_text(&job->answer, VIEW("an inspector did not end in time"));
}

bool inspection_step(struct service *service, struct job *job, const struct moment *now)
{
	if (!plugin_step(&job->run, now->boottime_ms))
		return false;
	take_output(job);
	plugin_done(&job->run);
	job->inspector++;
	start_next(service, job, now);
	return job->inspector == count_of(inspectors);
}
