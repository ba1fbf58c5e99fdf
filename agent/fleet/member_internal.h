/* Shared by the member's own files only. */
#ifndef AUTHMEDIC_FLEET_MEMBER_INTERNAL_H
#define AUTHMEDIC_FLEET_MEMBER_INTERNAL_H

#include "fleet/member.h"

#define MEMBER_MAX_DUTIES 9

/* What there is to do, the first that is due first. */
struct duty {
	bool (*is_due)(const struct member *member, int64_t now_ms);
	int (*ask)(struct member *member, struct etcd_request *request);
	void (*take)(struct member *member, struct etcd_answer *answer);
};

struct member {
	struct member_options options;
	struct member_incident incidents[MEMBER_MAX_INCIDENTS];
	size_t incident_count;
	struct member_wish wish;

	int64_t lease; /* 0: none */
	int64_t lease_until_ms; /* by our clock, from before it was asked for */
	int64_t keep_due_ms;
	bool has_group;
	struct group group;
	int64_t group_ms; /* when it was asked for: it may have changed since */
	int64_t answered_ms; /* as of when something was last known; -1: never */
	int64_t started_ms;
	int64_t taken_since_ms; /* our name, by another; -1: it is not */
	int64_t joining_since_ms; /* when we were last joined, silent or without our name */
	int64_t failed_since_ms; /* the first write that failed since one was taken; -1: none */
	int64_t failed_ms; /* the last of them */
	uint64_t cluster_id; /* while there is a lease: 0: none yet */
	int64_t revision;
	int64_t takes;

	const struct duty *asked; /* what the question under way is for; NULL: there is none */
	int64_t asked_ms;
	int64_t duty_due_ms[MEMBER_MAX_DUTIES]; /* not sooner again, whatever was answered */
	int64_t next_ms; /* after an error not before */
	int64_t retry_ms;
	struct etcd_request request;
	struct member_totals totals;
};

/* -- member.c: what is known */
bool member_has_lease(const struct member *member, int64_t now_ms);
/* The run is this one, or the one before. */
bool member_is_ours(const struct member *member, const char *run);
/* What stands under our name; NULL: nothing, or nothing is known. */
const struct group_host *member_find_self(const struct member *member);
/* Our name stands there for this run, under the present lease. */
bool member_is_claimed(const struct member *member);
/* The slot of this run, or of the one before, whatever its lease. */
const struct group_slot *member_find_slot(const struct member *member);
/* It is for what a slot is wished for now. */
bool member_wants(const struct member *member, const struct group_slot *slot);
/* The slot of this run under the present lease. */
const struct group_slot *member_find_held(const struct member *member);
void member_lose_lease(struct member *member);
/* Nothing of use was heard for as long as a lease. */
bool member_is_silent(const struct member *member, int64_t now_ms);
/* No write was taken for as long as a lease, though we tried. */
bool member_writes_fail(const struct member *member);

/* -- member_duties.c */
extern const struct duty member_duties[MEMBER_MAX_DUTIES];

#endif
