/* Some hosts, an etcd and a network between them, in simulated time, with all that can go wrong:
 * for the test that tries to break the fleet's promises by random schedules. */
#ifndef AUTHMEDIC_TESTS_FLEET_WORLD_H
#define AUTHMEDIC_TESTS_FLEET_WORLD_H

#include "fleet/member.h"

#define WORLD_HOSTS 5

/* What the test leaves out, to show that it would be seen. */
enum world_guard {
	GUARD_NONE,
	GUARD_ROOM,	 /* how many slots are taken */
	GUARD_UNCHANGED, /* that nothing was put since it was read */
	GUARD_VALUE,	 /* that a key still has the value it had */
	GUARD_CLOCK,	 /* that a lease is over when its time is, by a clock that runs */
	GUARD_LATE,	 /* that the helper looks at its clock */
	GUARD_SHARED,	 /* that others fail as well */
	GUARD_NO_HELP,	 /* that the remedy did not help another */
	GUARD_TOLD,	 /* that this is told before the slot is given back */
	GUARD_COUNT
};

const char *world_guard_name(enum world_guard guard);

enum world_promise {
	PROMISE_AT_MOST, /* no more hosts act at a time than each of them was told */
	PROMISE_SHARED,	 /* nobody begins while a shared failure is known */
	PROMISE_NO_HELP, /* nor what did not help another; that is told before its slot is free */
	PROMISE_COUNT
};

struct world_totals {
	uint64_t actions, refused_late, crashes, pauses, lost_messages, late_messages, freezes;
	uint64_t shared_faults, no_helps, fillings, most_at_a_time;
	unsigned broken[PROMISE_COUNT];
};

/* Plays one schedule. */
void world_play(uint64_t seed, enum world_guard without, struct world_totals *totals);

#endif
