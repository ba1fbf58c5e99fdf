/* One host for test_safety.c: the daemon's controllers of two sites, the helper, the worker,
 * people, clocks and disks, and what may happen to them. */
#ifndef AUTHMEDIC_TESTS_SAFETY_WORLD_H
#define AUTHMEDIC_TESTS_SAFETY_WORLD_H

#include "safety_rules.h"

/* What is taken away, to show that the schedules would tell. */
struct safety_sabotage {
	enum helper_guard helper;
	bool believes_logs, any_fact, no_shared; /* what the daemon makes of what it sees */
	bool forgets_case;                       /* what it stores of a decision */
	bool ignores_disk;                       /* whether it can store anything */
	/* in its configuration */
	bool no_trials, any_acceptance, no_mode, no_warm_up, fast_probes, needs_no_approval;
};

struct safety_counts { /* so that a test can see that something happened at all */
	unsigned actions, reverts, helper_crashes, daemon_crashes, reboots;
};

/* Plays one schedule from that seed; what it broke is added up in ret_broken. */
void safety_schedule(uint64_t seed, const struct safety_sabotage *sabotage,
    unsigned ret_broken[SAFETY_RULES], struct safety_counts *counts);

#endif
