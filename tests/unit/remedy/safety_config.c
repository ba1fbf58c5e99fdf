#include "safety_config.h"

char safety_site_names[SAFETY_SITES][8] = {"web", "voters"};
static char remedies[SAFETY_RUNGS][16] = {"recycle", "recycle-hard", "ntlm-fallback"};

static struct variant {
	struct config config;
	struct config_site sites[SAFETY_SITES];
	struct config_rung rungs[SAFETY_RUNGS];
} variants[2][SAFETY_CONFIGS]; /* the helper's and the daemon's */

const struct config *safety_config(size_t variant, bool of_daemon)
{
	return &variants[of_daemon][variant].config;
}

static void make_rungs(struct variant *variant, bool backwards)
{
	for (size_t i = 0; i < SAFETY_RUNGS; i++) {
		size_t which = backwards ? SAFETY_RUNGS - 1 - i : i;
		bool falls_back = which == SAFETY_RUNGS - 1;

		variant->rungs[i] = (struct config_rung){.remedy = remedies[which],
		    .key = which + 1,
		    .verify_within_ms = 120000,
		    .needs_approval = falls_back,
		    .revert_after_ms = falls_back ? SAFETY_REVERT_MS : 0};
	}
}

static void make(struct variant *variant, uint64_t digest)
{
	bool only_observes = digest == SAFETY_OBSERVES;

	variant->config = (struct config){.digest = digest,
	    .sites = {.items = variant->sites, .count = SAFETY_SITES},
	    .safety = {.warm_up_ms = SAFETY_WARM_UP_MS,
		.hold_off_ms = 30000,
		.confirm_tries = 3,
		.confirm_rejected = 2,
		.confirm_over_ms = SAFETY_CONFIRM_MS,
		.probe_interval_ms = 60000,
		.accepted_within_ms = SAFETY_DAY_MS,
		.actions_per_hour = 1,
		.actions_per_day = 3,
		.plugin_timeout_ms = 30000}};
	make_rungs(variant, digest == 2);
	for (size_t i = 0; i < SAFETY_SITES; i++)
		variant->sites[i] = (struct config_site){.name = safety_site_names[i],
		    .mode = only_observes ? CONFIG_MODE_OBSERVE : CONFIG_MODE_ACT,
		    .evidence = i == 0 ? CONFIG_EVIDENCE_PROBE : CONFIG_EVIDENCE_VOTERS,
		    .probe = {.configured = i == 0, .every_ms = 300000},
		    .ladder = {.items = variant->rungs, .count = SAFETY_RUNGS}};
}

static void loosen(struct variant *variant, const struct safety_sabotage *sabotage)
{
	struct config_safety *safety = &variant->config.safety;

	if (sabotage->any_acceptance)
		safety->accepted_within_ms = INT64_MAX;
	if (sabotage->no_warm_up)
		safety->warm_up_ms = 0;
	if (sabotage->fast_probes)
		safety->probe_interval_ms = 1000;
	if (sabotage->no_trials) {
		safety->confirm_rejected = 1;
		safety->confirm_over_ms = 0;
	}
	for (size_t i = 0; sabotage->needs_no_approval && i < SAFETY_RUNGS; i++) {
		variant->rungs[i].needs_approval = false;
		variant->rungs[i].remedy = remedies[0];
	}
}

void safety_configure(const struct safety_sabotage *sabotage)
{
	for (size_t i = 0; i < SAFETY_CONFIGS; i++) {
		make(&variants[false][i], i + 1);
		make(&variants[true][i], i + 1);
		loosen(&variants[true][i], sabotage);
		/* Both judge the mode. */
		for (size_t j = 0; sabotage->no_mode && j < 2 * SAFETY_SITES; j++)
			variants[j % 2][i].sites[j / 2].mode = CONFIG_MODE_ACT;
	}
}
