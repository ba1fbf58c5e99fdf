#include "remedy/authority.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

#define REASON_SHARED "shared"
#define MINUTE_MS     60000

static bool wrong_cure(const struct authority_case *the_case)
{
	return !the_case->approved && !the_case->has_cure;
}

static bool observing(const struct authority_case *the_case)
{
	return !the_case->mode_act;
}

static bool no_rung(const struct authority_case *the_case)
{
	return !the_case->has_rung && !the_case->all_rungs_locked;
}

static bool locked(const struct authority_case *the_case)
{
	return !the_case->has_rung && the_case->all_rungs_locked;
}

static bool not_confirmed(const struct authority_case *the_case)
{
	if (the_case->approved)
		return false;
	if (the_case->preventive)
		return !the_case->warning_confirmed ||
		    (!the_case->evidence_voters && !the_case->probe_accepted);
	if (the_case->evidence_voters)
		return !the_case->spike_confirmed;
	return !the_case->probe_confirmed_rejected;
}

static bool never_accepted(const struct authority_case *the_case)
{
	return !the_case->evidence_voters && !the_case->approved &&
	    (the_case->since_accepted_ms < 0 ||
		the_case->since_accepted_ms > the_case->accepted_within_ms);
}

static bool warming_up(const struct authority_case *the_case)
{
	return the_case->warming_up;
}

static bool helper_away(const struct authority_case *the_case)
{
	return the_case->helper_away;
}

static bool unsaved(const struct authority_case *the_case)
{
	return the_case->unsaved;
}

static bool paused(const struct authority_case *the_case)
{
	return the_case->paused;
}

static bool budget_spent(const struct authority_case *the_case)
{
	return the_case->budget_spent;
}

static bool no_maintenance(const struct authority_case *the_case)
{
	return the_case->preventive && !the_case->approved &&
	    the_case->window == AUTHORITY_NO_WINDOW;
}

static bool outside_maintenance(const struct authority_case *the_case)
{
	return the_case->preventive && !the_case->approved &&
	    the_case->window == AUTHORITY_WINDOW_CLOSED;
}

static bool denied(const struct authority_case *the_case)
{
	return the_case->denied;
}

static bool fallback_applied(const struct authority_case *the_case)
{
	return the_case->fallback_applied && !the_case->approved;
}

static bool needs_approval(const struct authority_case *the_case)
{
	return the_case->needs_approval;
}

static bool fleet_away(const struct authority_case *the_case)
{
	return the_case->fleet_away;
}

static bool fleet_name_taken(const struct authority_case *the_case)
{
	return the_case->fleet_name_taken;
}

static bool fleet_shared(const struct authority_case *the_case)
{
	return the_case->fleet_shared_hosts > 0 && !the_case->approved;
}

static bool fleet_no_help(const struct authority_case *the_case)
{
	return the_case->fleet_no_help && !the_case->approved;
}

static bool fleet_turn_missing(const struct authority_case *the_case)
{
	return the_case->fleet_turn_missing;
}

static bool fleet_turn_overdue(const struct authority_case *the_case)
{
	return the_case->fleet_turn_missing &&
	    the_case->fleet_waited_ms >= AUTHORITY_TURN_PATIENCE_MS;
}

/* In this order; a recycle needs every one of them to let it pass. */
static const struct {
	bool (*forbids)(const struct authority_case *the_case);
	struct authority_refusal refusal;
} table[] = {
    {denied, {"denied", "a person said that nothing is to be done for this incident", false, true}},
    {fallback_applied,
	{"fallback",
	    "people get in by the fallback until it is taken back; the cause must still be mended",
	    false, true}},
    {needs_approval,
	{"approval",
	    "no remedy is left that may run by itself, but one that a person can approve: "
	    "authmedic approve",
	    false}},
    {wrong_cure, {"no-cure", "no remedy of ours cures this", false}},
    {no_rung, {"no-rung", "the site's ladder has no remedy for this", false}},
    {locked, {"locked", "the remedy did not help before and is locked for this site", false}},
    {not_confirmed, {"not-confirmed", "the evidence has not lasted long enough", true}},
    {never_accepted,
	{"no-recent-success",
	    "the probe was not accepted within the time set, so it may be the probe "
	    "itself that is broken",
	    false}},
    {warming_up, {"warm-up", "too soon after a start or an action to judge", true}},
    {helper_away, {"helper-away", "the helper cannot be reached", false}},
    {unsaved,
	{"unsaved", "the state cannot be saved, and nothing is done that is not on record",
	    false}},
    {observing, {"observe", "the site is in mode observe", false}},
    {no_maintenance,
	{"no-maintenance",
	    "nobody has failed yet, and the site has no maintenance window to prevent it in",
	    false}},
    {outside_maintenance,
	{"maintenance", "nobody has failed yet: it waits for the site's maintenance window", true}},
    {paused, {"paused", "all actions are paused until a person resumes them", false}},
    {budget_spent,
	{"budget", "the site has had as many actions as it may have in this time", false}},
    {fleet_shared,
	{REASON_SHARED, "the failure is shared with other hosts: no server of ours is its cause",
	    false}},
    {fleet_no_help,
	{"no-help", "the remedy did not help on another host that had the same", false}},
    {fleet_name_taken,
	{"fleet-name",
	    "another authmedicd has this host's name in the fleet: see fleet.host", false}},
    {fleet_away,
	{"fleet-away",
	    "the fleet's etcd does not answer or takes no writes, and this host acts only with it",
	    false}},
    /* The last: a slot is asked for where nothing else is missing. */
    {fleet_turn_overdue,
	{AUTHORITY_OVERDUE,
	    "it waits for its turn in the fleet in vain: authmedic status says who has it",
	    false}},
    {fleet_turn_missing,
	{AUTHORITY_TURN, "it waits for its turn in the fleet", true}},
};

/* What only the helper says, and what ends by itself. */
static const char *const passing[] = {"busy", "never-begun", "late"};

const struct authority_refusal *authority_refuses(const struct authority_case *the_case)
{
	for (size_t i = 0; i < count_of(table); i++)
		if (table[i].forbids(the_case))
			return &table[i].refusal;
	return NULL;
}

void authority_explain(const struct authority_case *the_case,
    const struct authority_refusal *refusal, char ret_sentence[AUTHORITY_SENTENCE_BYTES])
{
	if (strcmp(refusal->reason, REASON_SHARED) == 0)
		snprintf(ret_sentence, AUTHORITY_SENTENCE_BYTES, "%s (%lld hosts)",
		    refusal->sentence, (long long)the_case->fleet_shared_hosts);
	else if (strcmp(refusal->reason, AUTHORITY_OVERDUE) == 0)
		snprintf(ret_sentence, AUTHORITY_SENTENCE_BYTES, "%s (%lld minutes)",
		    refusal->sentence, (long long)(the_case->fleet_waited_ms / MINUTE_MS));
	else
		snprintf(ret_sentence, AUTHORITY_SENTENCE_BYTES, "%s", refusal->sentence);
}

static const struct authority_refusal *find(const char *reason)
{
	for (size_t i = 0; i < count_of(table); i++)
		if (strcmp(table[i].refusal.reason, reason) == 0)
			return &table[i].refusal;
	return NULL;
}

bool authority_may_pass(const char *reason)
{
	const struct authority_refusal *refusal = find(reason);

	if (refusal != NULL)
		return refusal->may_pass;
	for (size_t i = 0; i < count_of(passing); i++)
		if (strcmp(passing[i], reason) == 0)
			return true;
	return false;
}

bool authority_is_wanted(const char *reason)
{
	const struct authority_refusal *refusal = find(reason);

	return refusal != NULL && refusal->is_wanted;
}

const struct authority_refusal *authority_refusal_at(unsigned index)
{
	return index < count_of(table) ? &table[index].refusal : NULL;
}
