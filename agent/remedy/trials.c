#include "remedy/trials.h"

#include <string.h>

#include "base/cleanup.h"

static const char *const names[PROBE_RESULT_COUNT] = {
    [PROBE_NONE] = "none",
    [PROBE_ACCEPTED] = "accepted",
    [PROBE_REJECTED] = "rejected",
    [PROBE_NO_TICKET] = "no-ticket",
    [PROBE_UNREACHABLE] = "unreachable",
};

void trials_add(struct trials *trials, enum probe_result result, int64_t time_ms)
{
	if (trials->count == TRIALS_MAX) {
		trials->count--;
		memmove(trials->items, trials->items + 1, trials->count * sizeof(trials->items[0]));
	}
	trials->items[trials->count].result = result;
	trials->items[trials->count].time_ms = time_ms;
	trials->count++;
}

enum probe_result trials_latest(const struct trials *trials)
{
	return trials->count > 0 ? trials->items[trials->count - 1].result : PROBE_NONE;
}

/* The first of the tries that still count. */
static size_t first_counting(const struct trials *trials, const struct trials_rule *rule)
{
	size_t tries = (size_t)rule->tries;

	return trials->count > tries ? trials->count - tries : 0;
}

enum probe_result trials_confirmed(const struct trials *trials, const struct trials_rule *rule)
{
	enum probe_result latest = trials_latest(trials);
	int64_t first_ms = 0;
	int64_t same = 0;

	if (latest == PROBE_ACCEPTED || latest == PROBE_NONE)
		return latest;
	for (size_t i = first_counting(trials, rule); i < trials->count; i++) {
		if (trials->items[i].result != latest)
			continue;
		if (same++ == 0)
			first_ms = trials->items[i].time_ms;
	}
	if (same < rule->wanted ||
	    trials->items[trials->count - 1].time_ms - first_ms < rule->over_ms)
		return PROBE_NONE;
	return latest;
}

int64_t trials_spacing_ms(const struct trials_rule *rule)
{
	/* One of several would do, but one by itself spans nothing. */
	int64_t same = rule->wanted > 1 ? rule->wanted : rule->tries;

	return same > 1 ? (rule->over_ms + same - 2) / (same - 1) : 0;
}

bool trials_exhausted(const struct trials *trials, const struct trials_rule *rule)
{
	return trials->count >= (size_t)rule->tries && trials_confirmed(trials, rule) == PROBE_NONE;
}

const char *probe_result_name(enum probe_result result)
{
	return names[result];
}

enum probe_result probe_result_named(const char *name)
{
	for (size_t i = 0; i < count_of(names); i++)
		if (name != NULL && strcmp(names[i], name) == 0)
			return (enum probe_result)i;
	return PROBE_NONE;
}
