#include "safety_rules.h"

#include "unit.h"

const char *safety_rule_name(enum safety_rule rule)
{
	static const char *const names[SAFETY_RULES] = {"logs alone", "confirmed",
	    "recently accepted", "local fact", "mode", "budget", "ledger", "once", "one in flight",
	    "locked", "approval", "reverted", "shared", "warm-up", "probe rate", "denied", "paused",
	    "recomputed", "recorded"};

	return names[rule];
}

void safety_record_begin(struct safety_record *record)
{
	*record = (struct safety_record){.clocks.true_ms = 50 * 365 * SAFETY_DAY_MS};
	record->clocks.boot_ms = record->clocks.true_ms - SAFETY_HOUR_MS;
	for (size_t i = 0; i < SAFETY_SITES; i++) {
		struct safety_site *site = &record->sites[i];

		site->saved.accepted_true_ms = site->saved.probed_true_ms = -1;
		site->accepted_true_ms = site->probed_true_ms = site->started_true_ms = -1;
		site->spiking_since_ms = site->broken_true_ms = site->ended_true_ms = -1;
		site->applied.true_ms = site->applied_before.true_ms = -1;
		for (size_t j = 0; j < SAFETY_RUNGS; j++)
			site->rungs[j].approval.true_ms = site->rungs[j].set_back_true_ms = -1;
	}
}

void safety_record_probe(struct safety_record *record, size_t index, enum probe_result result)
{
	struct safety_site *site = &record->sites[index];

	memmove(site->probes + 1, site->probes, 2 * sizeof(site->probes[0]));
	site->probes[0].result = result;
	site->probes[0].true_ms = record->clocks.true_ms;
	if (result != PROBE_ACCEPTED)
		return;
	site->accepted_true_ms = record->clocks.true_ms;
	site->down_ms = 0;
}

void safety_record_saved(struct safety_record *record, size_t index)
{
	struct safety_site *site = &record->sites[index];

	memcpy(site->saved.probes, site->probes, sizeof(site->probes));
	site->saved.accepted_true_ms = site->accepted_true_ms;
	site->saved.down_ms = site->down_ms;
	site->unsaved_ms = 0;
}

void safety_record_started(struct safety_record *record, size_t index)
{
	struct safety_site *site = &record->sites[index];

	memcpy(site->probes, site->saved.probes, sizeof(site->probes));
	site->accepted_true_ms = site->saved.accepted_true_ms;
	site->probed_true_ms = site->saved.probed_true_ms;
	/* nobody kept count of it */
	site->down_ms = site->saved.down_ms = site->saved.down_ms + site->unsaved_ms;
	site->unsaved_ms = 0;
	site->started_true_ms = record->clocks.true_ms;
	site->fact = FACT_NONE;
	site->spiking_since_ms = -1;
}

/* Two of the last three, the newest among them, a minute from the first to the last. */
static bool is_confirmed(const struct safety_site *site)
{
	bool rejected = site->probes[0].result == PROBE_REJECTED;

	for (size_t i = 1; rejected && i < count_of(site->probes); i++)
		if (site->probes[i].result == PROBE_REJECTED &&
		    site->probes[0].true_ms - site->probes[i].true_ms >= SAFETY_CONFIRM_MS)
			return true;
	return false;
}

static bool is_too_much(const struct safety_record *record, size_t site)
{
	size_t hour = 0, day = 0;

	for (size_t i = 0; i < record->action_count; i++) {
		int64_t ago_ms = record->clocks.true_ms - record->actions[i].true_ms;

		if (record->actions[i].site != site)
			continue;
		hour += ago_ms < SAFETY_HOUR_MS;
		day += ago_ms < SAFETY_DAY_MS;
	}
	return hour >= 1 || day >= 3;
}

static bool was_before(
    const struct safety_record *record, size_t site, const struct safety_action *action)
{
	for (size_t i = 0; i < record->action_count; i++)
		if (record->actions[i].site == site && record->actions[i].key == action->key &&
		    strcmp(record->actions[i].incident, action->incident) == 0 &&
		    !record->actions[i].changed_nothing)
			return true;
	return false;
}

static bool is_since(const struct safety_record *record, int64_t true_ms, int64_t span_ms)
{
	return true_ms >= 0 && record->clocks.true_ms - true_ms < span_ms;
}

/* What must speak for an action that nobody approved. */
static void check_evidence(struct safety_record *record, size_t index)
{
	const struct safety_site *site = &record->sites[index];
	bool has_probe = index == 0;
	unsigned *broken = record->broken;

	broken[RULE_LOGS_ALONE] += !is_since(record, site->broken_true_ms, 2 * SAFETY_HOUR_MS);
	broken[RULE_LOCAL_FACT] += site->fact != FACT_STALE;
	broken[RULE_SHARED] += site->fact == FACT_SKEW || site->probes[0].result == PROBE_NO_TICKET;
	if (has_probe)
		broken[RULE_CONFIRMED] += !is_confirmed(site);
	if (has_probe)
		broken[RULE_RECENTLY_ACCEPTED] += !is_since(
		    record, site->accepted_true_ms, SAFETY_DAY_MS + site->down_ms + 60000);
	else
		broken[RULE_CONFIRMED] += site->spiking_since_ms < 0 ||
		    is_since(record, site->spiking_since_ms, SAFETY_CONFIRM_MS);
}

static struct safety_moment now_of(const struct safety_record *record)
{
	const struct safety_clocks *clocks = &record->clocks;

	return (struct safety_moment){
	    clocks->true_ms, clocks->true_ms + clocks->wall_offset_ms, clocks->boots};
}

void safety_record_word(struct safety_record *record, size_t index,
    const struct protocol_request *request, uint64_t key)
{
	struct safety_site *site = &record->sites[index];
	struct safety_rung *rung = &site->rungs[key - 1];

	switch (request->verb) {
	case PROTOCOL_UNLOCK:
		rung->locked = false;
		break;
	case PROTOCOL_APPROVE:
		rung->approved = true;
		rung->approval = now_of(record);
		snprintf(rung->approved_incident, sizeof(rung->approved_incident), "%s",
		    request->incident);
		break;
	case PROTOCOL_SKIP:
		snprintf(rung->skipped, sizeof(rung->skipped), "%s", request->incident);
		break;
	case PROTOCOL_DENY:
		snprintf(site->denied, sizeof(site->denied), "%s", request->incident);
		break;
	default:
		break;
	}
}

/* Whoever sets the clock back while the machine is off turns the time back. */
static bool is_set_back(const struct safety_record *record, const struct safety_moment *since)
{
	const struct safety_clocks *clocks = &record->clocks;
	int64_t wall_ms = clocks->true_ms + clocks->wall_offset_ms - since->wall_ms;

	return since->true_ms >= 0 && since->boot != clocks->boots &&
	    wall_ms < clocks->true_ms - since->true_ms - 60000;
}

/* An approval is old after an hour; it takes a while until the daemon learns that, also where the
 * clock was set back and is right again. */
static bool may_be_approved(const struct safety_record *record, const struct safety_rung *rung,
    const char *incident)
{
	if (strcmp(rung->approved_incident, incident) != 0)
		return false;
	return is_since(record, rung->approval.true_ms, 2 * SAFETY_HOUR_MS) ||
	    is_set_back(record, &rung->approval) ||
	    is_since(record, rung->set_back_true_ms, SAFETY_TOLD_MS);
}

void safety_record_wish(
    struct safety_record *record, size_t index, const struct safety_action *action)
{
	const struct safety_site *site = &record->sites[index];

	if (!may_be_approved(record, &site->rungs[action->key - 1], action->incident))
		check_evidence(record, index);
	record->broken[RULE_WARM_UP] +=
	    is_since(record, site->started_true_ms, SAFETY_WARM_UP_MS) ||
	    is_since(record, site->ended_true_ms, SAFETY_WARM_UP_MS);
}

static void check_words(
    struct safety_record *record, size_t index, const struct safety_action *action)
{
	const struct safety_site *site = &record->sites[index];
	const struct safety_rung *rung = &site->rungs[action->key - 1];
	unsigned *broken = record->broken;

	broken[RULE_LOCKED] += rung->locked;
	broken[RULE_APPROVAL] += action->key == SAFETY_RUNGS &&
	    (!rung->approved || strcmp(rung->approved_incident, action->incident) != 0);
	broken[RULE_DENIED] += strcmp(site->denied, action->incident) == 0 ||
	    strcmp(rung->skipped, action->incident) == 0;
	broken[RULE_PAUSED] += safety_helper_is_paused();
	broken[RULE_MODE] += safety_helper_config()->digest == SAFETY_OBSERVES;
	broken[RULE_LEDGER] += safety_helper_has_trouble();
}

static void note_applied(
    struct safety_record *record, size_t index, const struct safety_action *action)
{
	struct safety_site *site = &record->sites[index];

	record->falling_back = NULL;
	if (action->key != SAFETY_RUNGS)
		return;
	record->falling_back = action->reverts ? NULL : site;
	site->applied_before = site->applied;
	site->applied = now_of(record);
	if (action->reverts)
		site->applied.true_ms = -1;
	site->able_ms = 0;
}

/* One that says that it changed nothing leaves to be taken back what was so before it. */
void safety_record_end(struct safety_record *record, bool has_ended, enum protocol_result result)
{
	if (!has_ended)
		return;
	if (result == PROTOCOL_TRY_LATER && safety_helper_running() > 0) {
		if (record->falling_back != NULL)
			record->falling_back->applied = record->falling_back->applied_before;
		if (record->applying)
			record->actions[record->action_count - 1].changed_nothing = true;
	}
	record->falling_back = NULL;
	record->applying = false;
}

void safety_record_able(struct safety_record *record, size_t index, int64_t passed_ms)
{
	struct safety_site *site = &record->sites[index];
	int64_t since_ms = record->clocks.true_ms - passed_ms - site->applied.true_ms;

	if (site->applied.true_ms >= 0 && since_ms >= SAFETY_REVERT_MS && safety_helper_is_up() &&
	    !safety_helper_has_trouble() && safety_helper_running() == 0)
		site->able_ms += passed_ms < 61000 ? passed_ms : 61000; /* no more in one step */
}

void safety_record_reverts(struct safety_record *record)
{
	for (size_t i = 0; i < SAFETY_SITES; i++) {
		struct safety_site *site = &record->sites[i];

		if (is_set_back(record, &site->applied))
			site->able_ms = 0;
		record->broken[RULE_REVERTED] +=
		    site->applied.true_ms >= 0 && site->able_ms > 200000;
		for (size_t j = 0; j < SAFETY_RUNGS; j++)
			if (is_set_back(record, &site->rungs[j].approval))
				site->rungs[j].set_back_true_ms = record->clocks.true_ms;
	}
}

void safety_record_action(
    struct safety_record *record, size_t index, const struct safety_action *action)
{
	struct safety_rung *rung = &record->sites[index].rungs[action->key - 1];
	unsigned *broken = record->broken;

	/* It is told before the helper counts it as its own. */
	broken[RULE_ONE_IN_FLIGHT] += safety_helper_running() > 0;
	note_applied(record, index, action);
	record->applying = !action->reverts;
	if (action->reverts)
		return;
	check_words(record, index, action);
	broken[RULE_BUDGET] += is_too_much(record, index);
	broken[RULE_ONCE] += was_before(record, index, action);
	rung->approved = false;
	assert_true(record->action_count < SAFETY_MAX_ACTIONS);
	record->actions[record->action_count].site = index;
	record->actions[record->action_count].key = action->key;
	record->actions[record->action_count].true_ms = record->clocks.true_ms;
	record->actions[record->action_count].changed_nothing = false;
	snprintf(record->actions[record->action_count++].incident, PROTOCOL_NAME_BYTES, "%s",
	    action->incident);
}
