#include "unit.h"

#include "remedy/authority.h"

/* All that is asked for holds. */
static const struct authority_case good = {
    .mode_act = true,
    .probe_confirmed_rejected = true,
    .since_accepted_ms = 1000,
    .accepted_within_ms = 86400000,
    .has_cure = true,
    .has_rung = true,
};

static void assert_refused(const struct authority_case *the_case, const char *reason)
{
	const struct authority_refusal *refusal = authority_refuses(the_case);

	assert_non_null(refusal);
	assert_string_equal(refusal->reason, reason);
}

/* With everything in place the action is authorised. */
static void allows_the_good_case(unused_parameter void **state)
{
	assert_null(authority_refuses(&good));
}

/* Each condition on its own forbids. */
static void each_condition_forbids(unused_parameter void **state)
{
	struct authority_case the_case = good;

	the_case.mode_act = false;
	assert_refused(&the_case, "observe");
	the_case = good;
	the_case.probe_confirmed_rejected = false;
	assert_refused(&the_case, "not-confirmed");
	the_case = good;
	the_case.has_cure = false;
	assert_refused(&the_case, "no-cure");
	the_case = good;
	the_case.has_rung = false;
	assert_refused(&the_case, "no-rung");
	the_case.all_rungs_locked = true;
	assert_refused(&the_case, "locked");
	the_case = good;
	the_case.warming_up = true;
	assert_refused(&the_case, "warm-up");
	the_case = good;
	the_case.helper_away = true;
	assert_refused(&the_case, "helper-away");
	the_case = good;
	the_case.unsaved = true;
	assert_refused(&the_case, "unsaved");
	the_case = good;
	the_case.paused = true;
	assert_refused(&the_case, "paused");
	the_case = good;
	the_case.budget_spent = true;
	assert_refused(&the_case, "budget");
	the_case = good;
	the_case.denied = true;
	assert_refused(&the_case, "denied");
	the_case = good;
	the_case.fallback_applied = true;
	assert_refused(&the_case, "fallback");
	the_case = good;
	the_case.needs_approval = true;
	assert_refused(&the_case, "approval");
}

/* What the fleet says. A person may know better of a failure, but not take another's turn. */
static void the_fleet_forbids(unused_parameter void **state)
{
	struct authority_case the_case = good;
	char sentence[AUTHORITY_SENTENCE_BYTES];

	the_case.fleet_shared_hosts = 3;
	assert_refused(&the_case, "shared");
	authority_explain(&the_case, authority_refuses(&the_case), sentence);
	assert_non_null(strstr(sentence, "(3 hosts)"));
	the_case.approved = true;
	assert_null(authority_refuses(&the_case));
	the_case = good;
	the_case.fleet_no_help = true;
	assert_refused(&the_case, "no-help");
	the_case.approved = true;
	assert_null(authority_refuses(&the_case));
	the_case.fleet_away = true;
	assert_refused(&the_case, "fleet-away");
	authority_explain(&the_case, authority_refuses(&the_case), sentence);
	assert_string_equal(sentence, authority_refuses(&the_case)->sentence);
	the_case = good;
	the_case.approved = true;
	the_case.fleet_name_taken = true;
	assert_refused(&the_case, "fleet-name");
	the_case.fleet_name_taken = false;
	the_case.fleet_turn_missing = true;
	assert_refused(&the_case, AUTHORITY_TURN);
	the_case.fleet_waited_ms = AUTHORITY_TURN_PATIENCE_MS - 1;
	assert_refused(&the_case, AUTHORITY_TURN);
	the_case.fleet_waited_ms = AUTHORITY_TURN_PATIENCE_MS;
	assert_refused(&the_case, AUTHORITY_OVERDUE);
	the_case.budget_spent = true; /* then no slot is asked for */
	assert_refused(&the_case, "budget");
}

/* A person's approval stands in for cure, evidence and window; not for what only time or others can
 * give. */
static void approval_is_no_master_key(unused_parameter void **state)
{
	const struct authority_case approved = {
	    .mode_act = true, .has_rung = true, .approved = true, .preventive = true};
	struct authority_case the_case = approved;

	assert_null(authority_refuses(&the_case));
	the_case.warming_up = true;
	assert_refused(&the_case, "warm-up");
	the_case = approved;
	the_case.helper_away = true;
	assert_refused(&the_case, "helper-away");
	the_case = approved;
	the_case.unsaved = true;
	assert_refused(&the_case, "unsaved");
	the_case = approved;
	the_case.mode_act = false;
	assert_refused(&the_case, "observe");
	the_case = approved;
	the_case.paused = true;
	assert_refused(&the_case, "paused");
	the_case = approved;
	the_case.budget_spent = true;
	assert_refused(&the_case, "budget");
	the_case = approved;
	the_case.denied = true;
	assert_refused(&the_case, "denied");
}

/* A person is called for what does not end by itself, also where only the helper says it. */
static void knows_what_passes(unused_parameter void **state)
{
	static const char *const passing[] = {
	    "not-confirmed", "warm-up", "maintenance", "busy", "never-begun", "late",
	    AUTHORITY_TURN};
	static const char *const lasting[] = {
	    "no-cure", "locked", "observe", "budget", "paused", "helper-away", "no-maintenance",
	    "config", "rung", "unsaved", "shared", "no-help", "fleet-away", "fleet-name",
	    AUTHORITY_OVERDUE};

	for (size_t i = 0; i < count_of(passing); i++)
		assert_true(authority_may_pass(passing[i]));
	for (size_t i = 0; i < count_of(lasting); i++)
		assert_false(authority_may_pass(lasting[i]));
}

/* Nobody is called for what a person brought about. */
static void knows_what_was_wanted(unused_parameter void **state)
{
	assert_true(authority_is_wanted("denied"));
	assert_true(authority_is_wanted("fallback"));
	assert_false(authority_is_wanted("no-cure"));
	assert_false(authority_is_wanted("busy"));
}

/* A probe that never worked, or not for too long, or in the future by a clock set back, is no
 * witness. */
static void wants_a_recent_success(unused_parameter void **state)
{
	struct authority_case the_case = good;

	the_case.since_accepted_ms = -1;
	assert_refused(&the_case, "no-recent-success");
	the_case.since_accepted_ms = the_case.accepted_within_ms + 1;
	assert_refused(&the_case, "no-recent-success");
	the_case.since_accepted_ms = the_case.accepted_within_ms;
	assert_null(authority_refuses(&the_case));
}

/* Where voters are the evidence, their lasting spike stands in for the probe, and nothing less. */
static void voters_stand_in(unused_parameter void **state)
{
	struct authority_case the_case = good;

	the_case.evidence_voters = true;
	the_case.probe_confirmed_rejected = false;
	the_case.since_accepted_ms = -1;
	assert_refused(&the_case, "not-confirmed");
	the_case.spike_confirmed = true;
	assert_null(authority_refuses(&the_case));
	the_case.evidence_voters = false;
	assert_refused(&the_case, "not-confirmed");
}

/* Where nobody has failed yet, what is foreseen must be seen twice while sign-in works, and the
 * site's maintenance window be open. */
static void prevention_waits(unused_parameter void **state)
{
	struct authority_case the_case = good;

	the_case.preventive = true;
	the_case.probe_confirmed_rejected = false;
	the_case.warning_confirmed = true;
	the_case.probe_accepted = true;
	the_case.window = AUTHORITY_WINDOW_OPEN;
	assert_null(authority_refuses(&the_case));
	the_case.warning_confirmed = false;
	assert_refused(&the_case, "not-confirmed");
	the_case.warning_confirmed = true;
	the_case.probe_accepted = false;
	assert_refused(&the_case, "not-confirmed");
	the_case.evidence_voters = true;
	assert_null(authority_refuses(&the_case));
	the_case.window = AUTHORITY_WINDOW_CLOSED;
	assert_refused(&the_case, "maintenance");
	the_case.window = AUTHORITY_NO_WINDOW;
	assert_refused(&the_case, "no-maintenance");
	the_case.mode_act = false;
	assert_refused(&the_case, "observe");
	/* What has failed does not wait. */
	the_case = good;
	the_case.window = AUTHORITY_WINDOW_CLOSED;
	assert_null(authority_refuses(&the_case));
}

/* Nothing but the one good case in all combinations of the yes-or-no conditions is allowed. */
static void no_other_combination(unused_parameter void **state)
{
	for (unsigned bits = 0; bits < 512; bits++) {
		struct authority_case the_case = {
		    .mode_act = bits & 1,
		    .evidence_voters = bits & 2,
		    .probe_confirmed_rejected = bits & 4,
		    .spike_confirmed = bits & 8,
		    .has_cure = bits & 16,
		    .has_rung = bits & 32,
		    .warming_up = bits & 64,
		    .helper_away = bits & 128,
		    .unsaved = bits & 256,
		    .since_accepted_ms = 1,
		    .accepted_within_ms = 2,
		};
		bool evidence = the_case.evidence_voters ? (bits & 8) != 0 : (bits & 4) != 0;
		bool expected = (bits & 1) && evidence && (bits & 16) && (bits & 32) &&
		    !(bits & 64) && !(bits & 128) && !(bits & 256);

		assert_int_equal(authority_refuses(&the_case) == NULL, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(allows_the_good_case),
	    cmocka_unit_test(each_condition_forbids),
	    cmocka_unit_test(the_fleet_forbids),
	    cmocka_unit_test(approval_is_no_master_key),
	    cmocka_unit_test(knows_what_passes),
	    cmocka_unit_test(knows_what_was_wanted),
	    cmocka_unit_test(wants_a_recent_success),
	    cmocka_unit_test(voters_stand_in),
	    cmocka_unit_test(prevention_waits),
	    cmocka_unit_test(no_other_combination),
	};

	return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
