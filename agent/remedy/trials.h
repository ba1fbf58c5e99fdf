/* The probes of one suspicion: whether the same answer came often enough, over long enough. */
#ifndef AUTHMEDIC_REMEDY_TRIALS_H
#define AUTHMEDIC_REMEDY_TRIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

#define TRIALS_MAX CONFIG_MAX_TRIES

enum probe_result {
	PROBE_NONE, /* no probe yet */
	PROBE_ACCEPTED,
	PROBE_REJECTED, /* a ticket was held and sent */
	PROBE_NO_TICKET,
	PROBE_UNREACHABLE,
	PROBE_RESULT_COUNT
};

struct trials {
	struct {
		enum probe_result result;
		int64_t time_ms;
	} items[TRIALS_MAX];
	size_t count; /* of the latest tries, oldest first */
};

struct trials_rule {
	int64_t tries; /* only so many of the latest count */
	int64_t wanted; /* of them with the same result … */
	int64_t over_ms; /* … the first and last this far apart */
};

/* Times are steady (not the wall clock's). */
void trials_add(struct trials *trials, enum probe_result result, int64_t time_ms);
enum probe_result trials_latest(const struct trials *trials); /* PROBE_NONE: none yet */
/* The latest result where it is confirmed, else PROBE_NONE. Accepted confirms itself at once. */
enum probe_result trials_confirmed(const struct trials *trials, const struct trials_rule *rule);
/* How far apart tries must be, so that those that count span the time asked for. */
int64_t trials_spacing_ms(const struct trials_rule *rule);
/* Whether all tries were made without any result confirmed. */
bool trials_exhausted(const struct trials *trials, const struct trials_rule *rule);

const char *probe_result_name(enum probe_result result);
/* PROBE_NONE for what is no result's name. */
enum probe_result probe_result_named(const char *name);

#endif
