/* One plugin at work for one request, and what the service's parts share. */
#ifndef AUTHMEDIC_HELPER_JOB_H
#define AUTHMEDIC_HELPER_JOB_H

#include "helper/history.h"
#include "helper/service.h"

/* A reply as far as it is known, and whom it is for. */
struct answer {
	uint64_t requester;
	const struct config_site *site; /* NULL where none was named, or none that we know */
	struct protocol_reply reply;
};

struct job {
	bool used;
	struct answer answer;
	struct plugin_run run;
	size_t inspector;	     /* inspections: which one runs */
	struct ledger_record intent; /* the action */
};

struct service {
	const struct config *config;
	struct trust trust;
	int state_folder;
	struct ledger *ledger;
	int ledger_error; /* the last that was told */
	void (*on_reply)(void *context, uint64_t requester, const struct protocol_reply *reply);
	void *context;
	int64_t next_clock_ms;
	struct job action;
	struct job inspections[SERVICE_MAX_INSPECTIONS];
};

/* One request while it is looked at. */
struct inquiry {
	struct service *service;
	const struct protocol_request *request;
	const struct moment *now;
	struct answer *answer;
};

/* Tells of trouble with the ledger once, and of its end. */
void service_note_ledger(struct service *service, int error);
/* The reply's text: the last line of what was said, without anything but printable ASCII. */
void answer_set_text(struct answer *answer, struct view said);

struct launch {
	const struct config_rung *rung; /* NULL for inspectors */
	const char *plugin;
	const char *verb;
	const char *action_id;
};

/* Brings the job's plugin to its gate. Where it may not or cannot be run, its answer says so. */
must_check int job_launch(struct service *service, struct job *job, const struct launch *launch,
    const struct moment *now);

/* Each says whether the inquiry is answered now; if not, a job has taken the answer. */
bool inspection_start(const struct inquiry *inquiry);
bool action_start(const struct inquiry *inquiry);

/* Takes what has happened; true when the job is over and its answer complete. */
bool inspection_step(struct service *service, struct job *job, const struct moment *now);
bool action_step(struct service *service, const struct moment *now);

#endif
