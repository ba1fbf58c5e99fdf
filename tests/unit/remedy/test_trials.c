#include "unit.h"

#include "remedy/trials.h"

static const struct trials_rule rule = {.tries = 3, .wanted = 2, .over_ms = 60000};

/* One answer, however clear, confirms nothing. */
static void one_is_not_enough(unused_parameter void **state)
{
	struct trials trials = {0};

	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_NONE);
	trials_add(&trials, PROBE_REJECTED, 1000);
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_NONE);
	assert_false(trials_exhausted(&trials, &rule));
}

/* Two of three, exactly as far apart as asked, confirm; a millisecond less does not. */
static void two_of_three_over_the_time(unused_parameter void **state)
{
	struct trials trials = {0};

	trials_add(&trials, PROBE_REJECTED, 1000);
	trials_add(&trials, PROBE_REJECTED, 60999);
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_NONE);
	trials.items[1].time_ms = 61000;
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_REJECTED);
}

/* The latest result must be the one that is confirmed, and others in between do not add up. */
static void mixed_results(unused_parameter void **state)
{
	struct trials trials = {0};

	trials_add(&trials, PROBE_REJECTED, 0);
	trials_add(&trials, PROBE_UNREACHABLE, 60000);
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_NONE);
	trials_add(&trials, PROBE_REJECTED, 120000);
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_REJECTED);
	trials_add(&trials, PROBE_NO_TICKET, 180000);
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_NONE);
	assert_true(trials_exhausted(&trials, &rule));
}

/* A success speaks for itself at once. */
static void accepted_confirms_itself(unused_parameter void **state)
{
	struct trials trials = {0};

	trials_add(&trials, PROBE_REJECTED, 0);
	trials_add(&trials, PROBE_ACCEPTED, 1);
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_ACCEPTED);
}

/* Tries before the latest ones are forgotten, and the table never overflows. */
static void only_the_latest_count(unused_parameter void **state)
{
	struct trials trials = {0};

	trials_add(&trials, PROBE_REJECTED, 0);
	for (int i = 1; i < 100; i++)
		trials_add(&trials, PROBE_UNREACHABLE, i);
	trials_add(&trials, PROBE_REJECTED, 100000);
	assert_int_equal(trials_confirmed(&trials, &rule), PROBE_NONE);
	assert_int_equal(trials.count, TRIALS_MAX);
}

/* Names go both ways, and no other word is a result. */
static void names(unused_parameter void **state)
{
	for (int i = 0; i < PROBE_RESULT_COUNT; i++)
		assert_int_equal(probe_result_named(probe_result_name((enum probe_result)i)), i);
	assert_int_equal(probe_result_named("ACCEPTED"), PROBE_NONE);
	assert_int_equal(probe_result_named(NULL), PROBE_NONE);
}

/* As many tries as the configuration may ask for are remembered: they confirm, or are used up. */
static void the_most_tries(unused_parameter void **state)
{
	const struct trials_rule most = {
	    .tries = CONFIG_MAX_TRIES, .wanted = CONFIG_MAX_TRIES, .over_ms = 0};
	struct trials trials = {0};

	for (int64_t i = 0; i < most.tries; i++) {
		assert_false(trials_exhausted(&trials, &most));
		assert_int_equal(trials_confirmed(&trials, &most), PROBE_NONE);
		trials_add(&trials, PROBE_REJECTED, i);
	}
	assert_int_equal(trials_confirmed(&trials, &most), PROBE_REJECTED);
	trials_add(&trials, PROBE_UNREACHABLE, most.tries);
	assert_true(trials_exhausted(&trials, &most));
}

/* Tries so far apart confirm once there are enough of them, whichever of them count, and a shorter
 * distance would not do. */
static void spaced_tries_confirm(unused_parameter void **state)
{
	static const struct trials_rule rules[] = {{3, 2, 60000}, {3, 3, 60000}, {3, 3, 60001},
	    {5, 4, 100000}, {2, 2, 300000}, {3, 1, 300000}, {4, 1, 300000}, {3, 2, 0}};

	for (size_t i = 0; i < count_of(rules); i++) {
		int64_t spacing_ms = trials_spacing_ms(&rules[i]);
		struct trials trials = {0};

		for (int64_t try = 0; try < 20; try++) {
			trials_add(&trials, PROBE_REJECTED, try * spacing_ms);
			if (try + 1 >= rules[i].tries)
				assert_int_equal(
				    trials_confirmed(&trials, &rules[i]), PROBE_REJECTED);
		}
		assert_true(spacing_ms <= rules[i].over_ms);
	}
	assert_int_equal(trials_spacing_ms(&rules[0]), 60000);
	assert_int_equal(trials_spacing_ms(&rules[1]), 30000);
	assert_int_equal(trials_spacing_ms(&rules[2]), 30001);
	assert_int_equal(trials_spacing_ms(&(struct trials_rule){1, 1, 60000}), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spaced_tries_confirm),
	    cmocka_unit_test(one_is_not_enough),
	    cmocka_unit_test(two_of_three_over_the_time),
	    cmocka_unit_test(mixed_results),
	    cmocka_unit_test(accepted_confirms_itself),
	    cmocka_unit_test(only_the_latest_count),
	    cmocka_unit_test(names),
	    cmocka_unit_test(the_most_tries),
	};

	return cmocka_run_group_tests_name("trials", tests, NULL, NULL);
}
