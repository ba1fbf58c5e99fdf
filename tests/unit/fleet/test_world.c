/* Tries to break what the fleet promises: random schedules of five hosts and a store, with crashes,
 * pauses, lost, late and repeated messages, leases that end, a store that stands still or takes no
 * writes, clocks that run wrong and two hosts of one name; and a look at each promise whenever
 * somebody begins to act. AUTHMEDIC_SEED=N plays them again, from the schedule that is told where
 * one fails. */
#include "seed.h"

#include "world.h"

#define SCHEDULES	   10000
#define SABOTAGED_SCHEDULES SCHEDULES

static bool is_broken(const struct world_totals *totals)
{
	for (size_t i = 0; i < PROMISE_COUNT; i++)
		if (totals->broken[i] > 0)
			return true;
	return false;
}

static enum world_promise first_broken(const struct world_totals *totals)
{
	enum world_promise promise = 0;

	while (totals->broken[promise] == 0)
		promise++;
	return promise;
}

static void no_promise_is_broken(unused_parameter void **state)
{
	/* Never more hosts act than may, none begins while a shared failure is known, nor
	 * what did not help another; which is told before another may begin. */
	struct world_totals totals = {0};

	for (uint64_t i = 0; i < SCHEDULES; i++) {
		world_play(seed_of(i), GUARD_NONE, &totals);
		if (is_broken(&totals))
			fail_msg("promise %d is broken by AUTHMEDIC_SEED=%llu",
			    first_broken(&totals), (unsigned long long)seed_of(i));
	}
	print_message("# %llu actions, at most %llu at a time, %llu refused as late; %llu crashes, "
		      "%llu pauses, %llu lost and %llu late messages, %llu freezes, %llu times no "
		      "room, %llu shared faults, %llu not helped\n",
	    (unsigned long long)totals.actions, (unsigned long long)totals.most_at_a_time,
	    (unsigned long long)totals.refused_late, (unsigned long long)totals.crashes,
	    (unsigned long long)totals.pauses, (unsigned long long)totals.lost_messages,
	    (unsigned long long)totals.late_messages, (unsigned long long)totals.freezes,
	    (unsigned long long)totals.fillings, (unsigned long long)totals.shared_faults,
	    (unsigned long long)totals.no_helps);
	/* Something was there to be broken. */
	assert_true(totals.actions > SCHEDULES / 2 && totals.refused_late > 0 &&
	    totals.late_messages > 0 && totals.shared_faults > 0 && totals.fillings > 0 &&
	    totals.no_helps > 0 && totals.most_at_a_time > 1);
}

static void each_guard_is_needed(unused_parameter void **state)
{
	/* Without any one of the guards a promise is broken, and this test sees it. */
	for (enum world_guard guard = GUARD_NONE + 1; guard < GUARD_COUNT; guard++) {
		struct world_totals totals = {0};
		uint64_t schedule = 0;

		while (schedule < SABOTAGED_SCHEDULES && !is_broken(&totals))
			world_play(seed_of(schedule++), guard, &totals);
		if (!is_broken(&totals))
			fail_msg("nothing breaks without \"%s\"", world_guard_name(guard));
		print_message("# without \"%s\" a promise breaks in schedule %llu\n",
		    world_guard_name(guard), (unsigned long long)schedule);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_promise_is_broken),
	    cmocka_unit_test(each_guard_is_needed),
	};

	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
