/* What the parts of the deafness detector share: deafness.c judges, deafness_probe.c follows our
 * own probe. */
#ifndef AUTHMEDIC_DETECT_DEAFNESS_PRIVATE_H
#define AUTHMEDIC_DETECT_DEAFNESS_PRIVATE_H

#include "detect/deafness.h"

/* What is known of one log. */
struct hearing {
	struct deaf_sight last;
	struct deaf_memory memory;
	bool grew; /* since the last look */
	bool told_evidence; /* since the last look: a request reached the server */
	enum deaf_reason trouble;
	int64_t trouble_since_ms;
	int64_t unwatched_since_ms; /* -1: is watched */
	int64_t grown_ms;
	int64_t grown_slot, evidence_slot; /* the last ones */
	uint64_t quiet_slots; /* of the others' activity, since it grew */
	uint64_t understood; /* since the last look */
	uint64_t records; /* since one that went well */
	int64_t records_since_ms; /* the first of these */
	uint64_t bytes_at_probe, probes_at_probe;
	unsigned to_tell; /* reasons whose change the last look found */
};

enum expectation { EXPECTS_NOTHING, EXPECTS_RESULT, EXPECTS_LINE };

struct deafness {
	struct deaf_options options;
	struct hearing *logs;
	size_t log_count;
	bool begun;
	int64_t now_ms;
	uint64_t revision;
	/* Of our probe. */
	enum expectation expectation;
	int64_t line_due_ms;
	bool probe_accepted;
	bool line_seen; /* of the latest probe */
	bool probe_heard; /* the log may well have told of a probe */
	bool success; /* since the last look: a request that went well */
	bool success_since_probe;
	uint64_t missed; /* in a row */
	uint64_t successless; /* accepted, and no request that went well was logged since */
};

/* Whether the log is one in which a probe is to be seen: it showed some, or no log ever did. */
bool deafness_expects_probes(const struct deafness *deafness, const struct hearing *log);
/* Looks for the line that the latest probe is to leave, after the sights were taken. */
void deafness_expect_line(struct deafness *deafness);

#endif
