/* What there is to tell, as plain data that the daemon fills in and the status document, the page
 * and the terminal are made from. Borrowed pointers that live while one answer is built. */
#ifndef AUTHMEDIC_REPORT_MODEL_H
#define AUTHMEDIC_REPORT_MODEL_H

#include "detect/deafness.h"
#include "detect/detector.h"
#include "diagnose/facts.h"
#include "fleet/group.h"
#include "intake/intake.h"
#include "report/course.h"

struct report_deaf {
	const char *reason; /* one word */
	const char *text;
	int64_t since_ms;
};

struct report_log {
	const char *path, *format;
	const struct intake_totals *totals; /* as of the last commit */
	const struct intake_cursor *cursors;
	size_t cursor_count;
	uint64_t unparsed_lines;
	uint64_t lag_bytes;
	int64_t last_line_ms; /* the time in the last record; -1: none yet */
	struct report_deaf deaf[DEAF_REASON_COUNT]; /* why this log tells us nothing */
	size_t deaf_count;
};

/* One step of an incident. */
struct report_event {
	int64_t time_ms;
	const char *kind, *text;
	const char *reason, *remedy; /* "" where there is none */
};

struct report_incident {
	const char *id;
	const char *diagnosis; /* "" before there is one */
	const char *title, *why, *advice, *caution; /* of the diagnosis; NULL where not known */
	int64_t opened_ms, closed_ms;		    /* closed -1 while open */
	const struct report_event *events;	    /* oldest first */
	size_t event_count;
	size_t left_out; /* so many more, behind the first REPORT_FIRST_EVENTS */
	const struct facts *evidence; /* what it was diagnosed by; NULL where not known */
};
#define REPORT_FIRST_EVENTS 10
#define REPORT_MAX_EVENTS   40

struct report_rung {
	const char *remedy;
	bool locked;	 /* it did not help before */
	bool applied;	 /* until it is taken back */
	bool needs_word; /* it runs with a person's approval only */
};

struct report_site {
	const char *name, *server, *service;
	const char *mode;     /* observe, act */
	const char *evidence; /* probe, voters */
	const char *state;    /* the remedy stage's word: watching, suspected, … */
	const char *sentence; /* the state in words for a person */
	struct detector_window window;
	const struct detector_totals *totals;
	const struct facts *facts; /* the latest of probe and inspectors */
	int64_t last_probe_ms, last_accepted_ms; /* -1: never */
	int64_t expected_failure_ms; /* of the worker's handle; -1: never, or not known */
	int64_t handle_limit_ms; /* the age at which it is expected to fail */
	size_t lifetimes; /* the past failures that this is learned from; 0: as configured */
	int64_t budget_hour, budget_day;         /* -1: not known yet */
	const char *incident_id; /* NULL: none open */
	const char *diagnosis;   /* of the open incident; "" before there is one */
	const struct report_incident *incident; /* open, or the last one of the day; NULL: none */
	const struct report_rung *ladder;
	size_t rung_count;
	size_t next_rung; /* counted from 1: what the diagnosis asks for; 0: none */
	bool paused;	  /* no action on any site */
	const struct course *course; /* how its last day went; NULL: nobody kept it */
	const struct report_log *logs;
	size_t log_count;
};

/* The fleet, as this host sees it. */
struct report_fleet {
	const char *group_name, *host; /* ours in it */
	const char *state; /* joining, joined, away, name-taken */
	const char *trouble; /* why the last question had no answer; "" where it had */
	bool required;
	int64_t at_most;
	int64_t fence; /* of the slot that we hold; -1: none */
	int64_t shared_hosts; /* 0: no failure counts as shared */
	int64_t answered_ms; /* -1: never */
	uint64_t errors, lost_leases, refused_takes;
	const struct group *group; /* NULL: not known now */
};

/* What was applied for a time and still stands. */
struct report_fallback {
	const char *site, *remedy;
	int64_t until_ms; /* when it is to be taken back */
	bool is_overdue;
	bool is_gone; /* its rung is in the configuration no more: only a person can do it */
};

/* What it means that a state was set aside. */
#define REPORT_SET_ASIDE_MEANS                                                                     \
	"cursors, known-good voters and incidents were lost with it; budget, locks and "           \
	"approvals, which the helper keeps, were not; move the file away when you know of it"

struct report_target { /* of notifications */
	const char *name, *type;
	uint64_t waiting; /* to be delivered */
	uint64_t dead;    /* given up, and kept */
};

struct report_model {
	const char *version;
	const char *mode;
	int64_t now_ms, started_ms;
	bool ready;
	const char *not_ready; /* why; NULL when ready */
	const char *helper;    /* connected, away, paused … */
	const char *confinement; /* in words, or NULL */
	const char *state_set_aside; /* where the state of an earlier run lies unread, or NULL */
	uint64_t lost_events;   /* of incidents: too many waited to be saved */
	uint64_t lost_messages; /* the outbox was full */
	const struct report_fleet *fleet; /* NULL: this host is in none */
	const struct report_fallback *fallbacks; /* of all sites, also of those that are gone */
	size_t fallback_count;
	const struct report_target *targets;
	size_t target_count;
	const struct report_site *sites;
	size_t site_count;
};

#endif
