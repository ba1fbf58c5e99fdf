/* What the files of the wire share. */
#ifndef AUTHMEDIC_REPORT_WIRE_PARTS_H
#define AUTHMEDIC_REPORT_WIRE_PARTS_H

#include "report/wire.h"

extern const struct wire wire_webhook, wire_cloudevents, wire_alertmanager, wire_pagerduty,
    wire_slack;

/* The document taken apart. Texts are "" where the document has none. */
struct wire_story {
	bool is_group;          /* of several: then it has a text, and members in its data */
	bool of_log;            /* or … */
	bool of_fleet;          /* or … */
	bool of_state;          /* or … */
	bool of_fallback;       /* … else of an incident */
	const char *kind;       /* opened, acting, needs-person, resolved, test; deaf, deaf-ended;
				 * unwatched, of both; hindered, hindered-ended; unsaved,
				 * unsaved-ended; overdue, overdue-ended */
	const char *time;       /* RFC 3339 */
	const char *site;
	const char *incident;
	const char *log;
	const char *fleet, *host; /* and our name in it; of a state or fallback the host */
	const char *diagnosis;
	const char *reason;
	const char *text;
	const char *title, *why, *advice, *caution;
	const struct json *data;
};
must_check int wire_read(const struct json *document, struct wire_story *ret_story);

/* The trouble is over. */
bool wire_is_end(const char *kind);
/* Nothing is wrong: a person tries the way. */
bool wire_is_test(const struct wire_story *story);
/* One line: "intranet: The worker holds an old key". */
void wire_summary(const struct wire_story *story, struct buffer *line);
/* Names the trouble, not the message: the same from its beginning to its end. */
void wire_subject(const struct wire_story *story, struct buffer *subject);
/* Something of ours, not the site: its `reason` takes the place of a diagnosis. */
bool wire_is_ours(const struct wire_story *story);
/* "critical", "warning" or "info". */
const char *wire_severity(const struct wire_story *story);
/* Leaves out what there is nothing to say of. */
void wire_put_text(struct json *object, const char *name, const char *text);
/* The diagnosis's own words, each where there is one: why, advice, caution. */
void wire_put_reasons(struct json *object, const struct wire_story *story);

#endif
