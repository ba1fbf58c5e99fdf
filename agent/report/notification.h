/* What a webhook is told about an incident, as one JSON document. The daemon fills the struct
 * in. */
#ifndef AUTHMEDIC_REPORT_NOTIFICATION_H
#define AUTHMEDIC_REPORT_NOTIFICATION_H

#include "diagnose/rules.h"

/* Borrowed; lives during the call. */
struct notification {
	const char *kind;     /* opened, acting, resolved, needs-person, unwatched, test */
	int64_t time_ms;
	const char *site;
	const char *incident;
	const char *state;    /* the incident's state, one word */
	const char *text;     /* what happened just now, one sentence */
	const char *reason;   /* the event's word: a diagnosis, a refusal, a result; may be "" */
	const char *remedy;   /* may be "" */
	const struct diagnosis *diagnosis; /* NULL before there is one */
	const struct facts *facts;         /* the evidence; NULL for none */
};

/* {"type":"authmedic.incident.KIND","timestamp":…,"data":{…}} */
must_check int notification_print(const struct notification *notification, struct buffer *buffer);

/* A document on its way, by the id that it keeps. Borrowed; lives during the call. */
struct notification_message {
	const char *id;
	struct view document;
};

/* What it is told of a log. Borrowed; lives during the call. */
struct notification_of_log {
	bool opened; /* it is deaf for this reason; else no longer */
	bool unwatched; /* nobody looks any more whether it is */
	int64_t time_ms;
	const char *site, *log;
	const char *reason; /* one word */
	const char *text;
};

/* {"type":"authmedic.log.deaf", "….deaf-ended" or "….unwatched","timestamp":…,"data":{…}} */
must_check int notification_of_log_print(
    const struct notification_of_log *notification, struct buffer *buffer);

/* What it is told of the host's fleet. Borrowed; lives during the call. */
struct notification_of_fleet {
	bool opened; /* something stands in the host's way there; else no longer */
	int64_t time_ms;
	const char *fleet;  /* the group's name */
	const char *host;   /* our name in it */
	const char *reason; /* away, name-taken */
	const char *text;
};

/* {"type":"authmedic.fleet.hindered" or "….hindered-ended","timestamp":…,"data":{…}} */
must_check int notification_of_fleet_print(
    const struct notification_of_fleet *notification, struct buffer *buffer);

/* What it is told of our own state. Borrowed; lives during the call. */
struct notification_of_state {
	bool opened; /* it cannot be saved; else it can again */
	int64_t time_ms;
	int64_t began_ms;   /* when that began */
	const char *host;   /* whose state */
	const char *reason; /* one word */
	const char *text;
};

/* {"type":"authmedic.state.unsaved" or "….unsaved-ended","timestamp":…,"data":{…}} */
must_check int notification_of_state_print(
    const struct notification_of_state *notification, struct buffer *buffer);

/* What it is told of a site's fallback. Borrowed; lives during the call. */
struct notification_of_fallback {
	bool opened; /* it stands beyond its time; else none does any more */
	int64_t time_ms;
	int64_t since_ms; /* when that was told first */
	int64_t until_ms; /* when it was to be taken back */
	const char *host, *site, *remedy;
	const char *reason; /* not-taken-back, rung-gone */
	const char *text;
	const char *advice; /* "" where nothing is to be done */
};

/* {"type":"authmedic.fallback.overdue" or "….overdue-ended","timestamp":…,"data":{…}} */
must_check int notification_of_fallback_print(
    const struct notification_of_fallback *notification, struct buffer *buffer);

#endif
