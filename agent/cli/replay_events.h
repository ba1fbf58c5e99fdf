/* What replay prints: events as they happen and the summary, as JSON lines or for people. */
#ifndef AUTHMEDIC_CLI_REPLAY_EVENTS_H
#define AUTHMEDIC_CLI_REPLAY_EVENTS_H

#include "cli/replay_account.h"
#include "cli/replay_logs.h"
#include "cli/replay_source.h"
#include "daemon/rulebook.h"

struct replay_totals {
	uint64_t bytes;
	uint64_t misdated;
	struct reading_totals reading;
	struct detector_totals detector;
};

extern const struct replay_totals replay_totals_none;

void replay_add(struct replay_totals *sum, const struct replay_source *source);
void replay_add_site(struct replay_totals *sum, const struct detector_totals *detector);

struct replay_spike {
	const struct rulebook *rulebook;
	const struct config_site *site;
	const struct detector *detector;
	bool json;
};

/* A spike opened or closed just now: what was seen, and what the daemon would have done next. */
void replay_tell_spike(const struct replay_spike *spike, struct replay_account *account);
/* A log became deaf just now, or is no longer. */
void replay_tell_deaf(const struct deaf_change *change, const struct replay_log *log, bool json);
/* Takes the sites' accounts over. */
int replay_print_summary(const struct replay_totals *sum, struct json *sites);
int replay_tell_summary(const struct replay_totals *sum);

#endif
