/* The JSON documents of the endpoint, made from the model and the store. */
#ifndef AUTHMEDIC_REPORT_STATUS_H
#define AUTHMEDIC_REPORT_STATUS_H

#include "base/json.h"
#include "report/model.h"

/* Puts "handshakes": {"established": {scheme: N}, "rejected": {…}, "unanswered", "incomplete"} and
 * "authenticated" into the object: the same for the status and for replay's summary. */
void status_put_handshakes(struct json *object, const struct detector_totals *totals);

/* /api/v1/status. Owned by the caller; an incomplete one cannot be printed. */
struct json *status_document(const struct report_model *model);

/* What an incident is made from; all borrowed. */
struct status_incident {
	const char *id, *site, *diagnosis, *state;
	int64_t opened_ms, changed_ms, closed_ms; /* closed -1 while open */
	struct view evidence;                     /* JSON, or empty */
};
struct status_event {
	int64_t time_ms;
	const char *kind, *text;
	struct view data; /* JSON, or empty */
};

/* Puts "notify": [{"name", "type", "waiting", "dead"}]. */
void status_put_targets(struct json *object, const struct report_model *model);
/* A notification that was given up; all borrowed. */
struct status_dead_letter {
	const char *target, *id, *reason;
	struct view document; /* as notification.h prints it */
	int64_t created_ms, given_up_ms, attempts;
	int status; /* of the last answer; 0: none */
};
struct json *status_dead_letter(const struct status_dead_letter *letter);

/* An incident without its evidence, for a list; the caller puts it somewhere. */
struct json *status_incident_summary(const struct status_incident *incident);
/* The whole of it; events are added to its "timeline" by status_add_event(). */
struct json *status_incident_document(const struct status_incident *incident);
void status_add_event(struct json *incident_document, const struct status_event *event);

#endif
