/* Facts that others report: a probe, the inspectors. Who reads what is fixed here: a probe tells of
 * sign-in, tickets and clocks, an inspector of the machine, and neither of the other's or ours. */
#ifndef AUTHMEDIC_DAEMON_REPORTS_H
#define AUTHMEDIC_DAEMON_REPORTS_H

#include "diagnose/facts.h"

struct report {
	struct view lines;
	int64_t time_ms; /* negative: not told */
};

/* What a probe printed, in place of what probes told before. Lines that are no facts of a probe are
 * skipped and counted. */
must_check int reports_take_probe(
    struct facts *facts, const struct report *report, size_t *ret_skipped);
/* What the helper sent, `@INSPECTOR` and its lines for each, in place of what inspectors told
 * before. The source of a fact is `inspector NAME`. */
must_check int reports_take_inspection(
    struct facts *facts, const struct report *report, size_t *ret_skipped);

#endif
