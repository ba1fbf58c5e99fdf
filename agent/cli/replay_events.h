/* What replay prints: events as they happen and the summary, as JSON lines or for people. */
#ifndef AUTHMEDIC_CLI_REPLAY_EVENTS_H
#define AUTHMEDIC_CLI_REPLAY_EVENTS_H

#include "cli/verbs.h"
#include "daemon/reading.h"
#include "daemon/rulebook.h"
#include "intake/intake.h"

#define REPLAY_MAX_LOGS 4096

struct replay_totals {
	uint64_t bytes;
	struct reading_totals reading;
	struct detector_totals detector;
};

extern const struct replay_totals replay_totals_none;

void replay_add(struct replay_totals *sum, const struct reading_totals *reading,
    const struct intake_totals *intake);
void replay_add_site(struct replay_totals *sum, const struct detector_totals *detector);

/* How much the file at `path` looks like the configured log: the parts of their paths that are the
 * same, from the name backwards; 0 where not even the names are. */
size_t replay_likeness(const struct config_log *log, const char *path);

struct replay_spike {
	const struct rulebook *rulebook;
	const struct config_site *site;
	const struct detector *detector;
	bool json;
};

/* A spike opened or closed just now: what was seen, and what the daemon would have done next. */
void replay_tell_spike(const struct replay_spike *spike);
int replay_print_summary(const struct replay_totals *sum);
int replay_tell_summary(const struct replay_totals *sum);

#endif
