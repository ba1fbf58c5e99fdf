/* Tries to break the safety rules: random schedules of one host, and a look at each rule after each
 * step. AUTHMEDIC_SEED=N plays them again, from the schedule that is told where one fails. */
#include "seed.h"

#include "base/log.h"
#include "safety_world.h"

#define SCHEDULES 10000

/* How many rules were broken; each is told with the first schedule that did it. */
static unsigned tell_broken(
    const unsigned before[SAFETY_RULES], const unsigned after[SAFETY_RULES], uint64_t seed)
{
	unsigned count = 0;

	for (size_t rule = 0; rule < SAFETY_RULES; rule++) {
		if (before[rule] > 0 || after[rule] == 0)
			continue;
		print_message("# \"%s\" is broken by AUTHMEDIC_SEED=%llu\n",
		    safety_rule_name((enum safety_rule)rule), (unsigned long long)seed);
		count++;
	}
	return count;
}

static void no_rule_is_broken(unused_parameter void **state)
{
	static const struct safety_sabotage none;
	struct safety_counts counts = {0};
	unsigned before[SAFETY_RULES], broken[SAFETY_RULES] = {0}, rules = 0;

	for (uint64_t i = 0; i < SCHEDULES; i++) {
		memcpy(before, broken, sizeof(before));
		safety_schedule(seed_of(i), &none, broken, &counts);
		rules += tell_broken(before, broken, seed_of(i));
	}
	print_message("# %u actions, %u reverts, %u crashes of the helper, %u of the daemon, "
		      "%u reboots\n",
	    counts.actions, counts.reverts, counts.helper_crashes, counts.daemon_crashes,
	    counts.reboots);
	assert_int_equal(rules, 0);
	assert_true(counts.actions > SCHEDULES / 10 && counts.reverts > SCHEDULES / 1000);
}

static const struct control {
	enum safety_rule breaks;
	struct safety_sabotage sabotage;
} controls[] = {
    {RULE_LOGS_ALONE, {.believes_logs = true}},
    {RULE_CONFIRMED, {.no_trials = true}},
    {RULE_RECENTLY_ACCEPTED, {.any_acceptance = true}},
    {RULE_LOCAL_FACT, {.any_fact = true}},
    {RULE_MODE, {.no_mode = true}},
    {RULE_RECOMPUTED, {.forgets_case = true}},
    {RULE_RECORDED, {.ignores_disk = true}},
    {RULE_BUDGET, {.helper = GUARD_BUDGET}},
    {RULE_LEDGER, {.helper = GUARD_LEDGER}},
    {RULE_ONCE, {.helper = GUARD_REPEATED}},
    {RULE_ONE_IN_FLIGHT, {.helper = GUARD_IN_FLIGHT}},
    {RULE_LOCKED, {.helper = GUARD_LOCKED}},
    {RULE_APPROVAL, {.helper = GUARD_APPROVAL, .needs_no_approval = true}},
    {RULE_APPROVAL, {.helper = GUARD_INCIDENT}},
    {RULE_REVERTED, {.helper = GUARD_REVERTS}},
    {RULE_SHARED, {.no_shared = true}},
    {RULE_WARM_UP, {.no_warm_up = true}},
    {RULE_PROBE_RATE, {.fast_probes = true}},
    {RULE_DENIED, {.helper = GUARD_DENIED}},
    {RULE_PAUSED, {.helper = GUARD_PAUSED}},
};

/* Each rule is broken by the same schedules once its guard is gone. */
static void each_rule_can_be_broken(unused_parameter void **state)
{
	for (size_t i = 0; i < count_of(controls); i++) {
		struct safety_counts counts = {0};
		unsigned broken[SAFETY_RULES] = {0};
		uint64_t schedule = 0;

		while (schedule < SCHEDULES && broken[controls[i].breaks] == 0)
			safety_schedule(
			    seed_of(schedule++), &controls[i].sabotage, broken, &counts);
		print_message("# without its guard \"%s\" breaks in schedule %llu\n",
		    safety_rule_name(controls[i].breaks), (unsigned long long)schedule);
		assert_true(broken[controls[i].breaks] > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_rule_is_broken),
	    cmocka_unit_test(each_rule_can_be_broken),
	};

	log_open("safety", false, (enum log_level)0);
	return cmocka_run_group_tests_name("safety", tests, NULL, NULL);
}
