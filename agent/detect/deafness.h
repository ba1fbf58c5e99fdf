/* Silence is not health: whether the logs of a site still tell what its server does. Pure: what is
 * known of each log comes in at each look, and time with it, on any steady clock: the daemon's, or
 * the logs' own in a replay.
 *
 * A log that is quiet is not deaf for that. It is where others show that the server serves, or
 * where a probe of ours was answered, and not a line of it came. */
#ifndef AUTHMEDIC_DETECT_DEAFNESS_H
#define AUTHMEDIC_DETECT_DEAFNESS_H

#include "base/view.h"

enum deaf_reason {
	DEAF_MISSING, /* no file is there */
	DEAF_UNREADABLE,
	DEAF_REFUSED, /* what is there is no log */
	DEAF_NOT_UNDERSTOOD, /* the lines stopped to parse */
	DEAF_SILENT, /* nothing new, while other logs show that the server serves */
	DEAF_PROBE_UNSEEN, /* the server answered our probes, and no line told of them */
	DEAF_ONLY_ERRORS, /* no request that went well is logged */
	DEAF_CLOCK_OFF, /* its times were off, all by as much, and are put right */
	DEAF_UNWATCHED, /* no hints from the system: the log is looked at each second */
	DEAF_REASON_COUNT,
	DEAF_NOTHING = DEAF_REASON_COUNT
};

struct deaf_options {
	int64_t trouble_for_ms; /* so long a file must be missing, unreadable or refused */
	uint64_t unparsed_lines; /* so many in a row that the format does not explain */
	int64_t silent_for_ms;
	int64_t probe_line_within_ms; /* after a probe its line must be there */
	uint64_t unseen_probes; /* so many in a row */
	bool own_program; /* our probe says who it is; another's agent means nothing */
	uint64_t error_records; /* so many without one that went well, … */
	int64_t errors_for_ms; /* … over so long */
	int64_t unwatched_for_ms;
};

/* What is known of one log now. The counters only grow; where they begin does not matter. */
struct deaf_sight {
	enum deaf_reason trouble; /* of the file: DEAF_MISSING to DEAF_REFUSED, or DEAF_NOTHING */
	bool unwatched;
	bool is_access_log; /* each request is to leave a line: silence may mean something */
	uint64_t bytes;
	uint64_t understood; /* lines */
	uint64_t unparsed_in_a_row; /* no counter: up to now */
	uint64_t records, successes; /* requests, and those with a status below 400 */
	uint64_t signals;
	uint64_t own_probes; /* requests that were our own probe's */
	int64_t clock_off_ms; /* what its times are put right by; 0: nothing */
};

/* A condition opened or ended just now, and is to be told. One that comes again within
 * DEAFNESS_RETELL_MS is told once that time is over, where it still holds then. */
#define DEAFNESS_RETELL_MS INT64_C(600000)
struct deaf_change {
	size_t log;
	enum deaf_reason reason;
	bool opened;
	int64_t now_ms; /* of the look that found it */
};

enum deaf_probe {
	DEAF_PROBE_ACCEPTED,
	DEAF_PROBE_REFUSED, /* it was answered all the same */
	DEAF_PROBE_LOST     /* nothing is known to have reached the server */
};

struct deafness;

must_check int deafness_new(
    struct deafness **ret_deafness, const struct deaf_options *options, size_t log_count);
void deafness_free(struct deafness **deafness);

/* About once a second; one sight for each log. The first look after the start judges nothing. */
void deafness_look(struct deafness *deafness, int64_t now_ms, const struct deaf_sight *sights);
/* What that look found, one after the other; false where there is no more. */
bool deafness_next_change(struct deafness *deafness, struct deaf_change *ret_change);
/* Our own probe; of two at once the first counts. */
void deafness_probe_started(struct deafness *deafness);
void deafness_probe_ended(struct deafness *deafness, int64_t now_ms, enum deaf_probe result);

/* Whether the condition holds for the log; *ret_since_ms (may be NULL) is when it opened. */
bool deafness_is_open(const struct deafness *deafness, size_t log, enum deaf_reason reason,
    int64_t *ret_since_ms);
/* The first that holds, or DEAF_NOTHING. */
enum deaf_reason deafness_of_log(const struct deafness *deafness, size_t log);

/* What must outlive a restart, of one log. Times are what they are on the caller's clock. */
#define DEAFNESS_UNKNOWN_MS INT64_MIN
struct deaf_memory {
	uint64_t rhythm; /* how well its rhythm is known */
	uint64_t usual_slots; /* the longest that it was quiet while others were not */
	int64_t learned_ms; /* when that was set last; DEAFNESS_UNKNOWN_MS */
	uint64_t seen_probes; /* in a row */
	uint64_t unshown_probes; /* since it showed one: it grew, and with no line of theirs */
	bool shows_probes;
	bool had_successes;
	int64_t clock_off_ms;
	bool is_open[DEAF_REASON_COUNT];
	bool is_told[DEAF_REASON_COUNT];
	int64_t since_ms[DEAF_REASON_COUNT];
	int64_t told_ms[DEAF_REASON_COUNT]; /* -1: never */
};
void deafness_remember(
    const struct deafness *deafness, size_t log, struct deaf_memory *ret_memory);
/* Before the first look. */
void deafness_restore(struct deafness *deafness, size_t log, const struct deaf_memory *memory);
/* Grows whenever what deafness_remember() gives has changed. */
uint64_t deafness_revision(const struct deafness *deafness);

const char *deaf_reason_name(enum deaf_reason reason); /* one word */
enum deaf_reason deaf_reason_named(const char *name); /* DEAF_NOTHING where it is none */
const char *deaf_reason_text(enum deaf_reason reason); /* for a person */

#endif
