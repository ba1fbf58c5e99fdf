/* What the member asks, and what follows from what it is answered. */
#include "member_steps.h"

static void test_turn(unused_parameter void **state)
{
	/* From joining to an action, and the slot given back. The fence is where it was taken. */
	static const struct step steps[] = {
	    JOIN,
	    {1000, TROUBLE, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {1000, GROUP, NAME | TOLD, "", MEMBER_JOINED, false},
	    {2000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {2000, GROUP, NAME | TOLD | SLOT, "", MEMBER_JOINED, true},
	    {7000, TIME, 0, "look", MEMBER_JOINED, true},
	    {7000, GROUP, NAME | TOLD | SLOT, "", MEMBER_JOINED, true},
	    {10000, TIME, 0, "keep", MEMBER_JOINED, true},
	    {10000, KEPT, 0, "", MEMBER_JOINED, true},
	    {11000, NO_WISH, 0, "del slots/a", MEMBER_JOINED, false},
	    {11000, GROUP, NAME | TOLD, "", MEMBER_JOINED, false},
	    {11500, WELL, 0, "del incidents/a/s", MEMBER_JOINED, false},
	    {11500, GROUP, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

static void test_waiting(unused_parameter void **state)
{
	/* No slot is asked for while another has it, nor twice in a moment where it was not had. */
	static const struct step steps[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, REFUSED, NAME | SLOT_OF_B, "", MEMBER_JOINED, false},
	    {6000, TIME, 0, "look", MEMBER_JOINED, false},
	    {6000, GROUP, NAME, "put slots/a", MEMBER_JOINED, false},
	    {6000, REFUSED, NAME, "", MEMBER_JOINED, false},
	    {6400, TIME, 0, "", MEMBER_JOINED, false},
	    {6500, TIME, 0, "put slots/a", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

static void test_shared(unused_parameter void **state)
{
	/* Nobody takes a slot while two hosts have the failure, we or others; a person may. */
	static const struct step others[] = {
	    JOIN,
	    {5000, WISH, 0, "look", MEMBER_JOINED, false},
	    {5000, GROUP, NAME | KDC_ON_B | KDC_ON_C, "", MEMBER_JOINED, false},
	    {6000, APPROVED, 0, "put slots/a", MEMBER_JOINED, false},
	    {6000, REFUSED, NAME | KDC_ON_B | KDC_ON_C, "", MEMBER_JOINED, false},
	    {7000, WISH, 0, "", MEMBER_JOINED, false},
	    {10000, TIME, 0, "keep", MEMBER_JOINED, false},
	    {10000, KEPT, 0, "", MEMBER_JOINED, false},
	    {11000, TIME, 0, "look", MEMBER_JOINED, false},
	    {11000, GROUP, NAME | KDC_ON_B, "put slots/a", MEMBER_JOINED, false},
	};
	static const struct step ours[] = {
	    JOIN,
	    {5000, KDC, 0, "look", MEMBER_JOINED, false},
	    {5000, GROUP, NAME | KDC_ON_B, "put incidents/a/s", MEMBER_JOINED, false},
	    {5000, GROUP, NAME | KDC_ON_B, "", MEMBER_JOINED, false},
	    {5400, WISH, 0, "", MEMBER_JOINED, false},
	};

	PLAY(others, "");
	PLAY(ours, "");
}

static void test_no_help(unused_parameter void **state)
{
	/* Where the remedy did not help another, we do not try it by ourselves. */
	static const struct step steps[] = {
	    JOIN,
	    {5000, WISH, 0, "look", MEMBER_JOINED, false},
	    {5000, GROUP, NAME | NO_HELP_ON_B, "", MEMBER_JOINED, false},
	    {6000, APPROVED, 0, "put slots/a", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

#define ACT                                                                                        \
	{1000, TROUBLE, 0, "put incidents/a/s", MEMBER_JOINED, false},                             \
	    {1000, GROUP, NAME | TOLD, "", MEMBER_JOINED, false},                                  \
	    {2000, WISH, 0, "put slots/a", MEMBER_JOINED, false},                                  \
	{                                                                                          \
		2000, GROUP, NAME | TOLD | SLOT, "", MEMBER_JOINED, true                           \
	}

static void test_told_first(unused_parameter void **state)
{
	/* That the remedy did not help is told before the slot is given back, however often that is
	 * tried: who takes the slot then knows of it. */
	static const struct step steps[] = {
	    JOIN,
	    ACT,
	    {3000, NO_HELP, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {3000, FAILED, 0, "", MEMBER_JOINED, false},
	    {3250, TIME, 0, "", MEMBER_JOINED, false},
	    {3750, TIME, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {3750, GROUP, NAME | TOLD_NO_HELP | SLOT, "del slots/a", MEMBER_JOINED, false},
	    {3750, GROUP, NAME | TOLD_NO_HELP, "", MEMBER_JOINED, false},
	};
	/* It is not waited for where our name is another's; but for the name, where a lease was
	 * lost. */
	static const struct step name_lost[] = {
	    JOIN,
	    ACT,
	    {3000, NO_HELP, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {3000, REFUSED, NAME_OTHER | TOLD | SLOT, "del slots/a", MEMBER_JOINING, false},
	};
	static const struct step lease_lost[] = {
	    JOIN,
	    ACT,
	    {3000, NO_HELP, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {3000, GONE, 0, "", MEMBER_JOINING, false},
	    {3250, TIME, 0, "grant", MEMBER_JOINING, false},
	    {3250, GRANTED, 0, "look", MEMBER_JOINING, false},
	    {3250, GROUP, SLOT_LOST, "put hosts/a", MEMBER_JOINING, false},
	    {3250, FAILED, 0, "", MEMBER_JOINING, false},
	    {3500, TIME, 0, "", MEMBER_JOINING, false},
	    {4000, TIME, 0, "put hosts/a", MEMBER_JOINING, false},
	    {4000, GROUP, NAME | SLOT_LOST, "put incidents/a/s", MEMBER_JOINED, false},
	    {4000, GROUP, NAME | TOLD_NO_HELP | SLOT_LOST, "del slots/a", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
	PLAY(name_lost, "");
	PLAY(lease_lost, "");
}

static void test_lease(unused_parameter void **state)
{
	/* Unanswered questions are asked again ever later; an action may begin while all of it fits
	 * into the lease and the look is no older than half of it; then not, and then the lease is
	 * over by our clock. */
	static const struct step steps[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, GROUP, NAME | SLOT, "", MEMBER_JOINED, true},
	    {10000, TIME, 0, "keep", MEMBER_JOINED, true},
	    {13000, FAILED, 0, "", MEMBER_JOINED, true},
	    {13250, TIME, 0, "keep", MEMBER_JOINED, true},
	    {16250, FAILED, 0, "", MEMBER_JOINED, true},
	    {16700, TIME, 0, "", MEMBER_JOINED, true},
	    {16750, TIME, 0, "keep", MEMBER_JOINED, true},
	    {25000, TIME, 0, "", MEMBER_JOINED, true},
	    {25001, TIME, 0, "", MEMBER_JOINED, false},
	    {59999, TIME, 0, "", MEMBER_JOINED, false},
	    {60000, FAILED, 0, "", MEMBER_JOINING, false},
	    {61001, TIME, 0, "grant", MEMBER_AWAY, false},
	    {61001, GRANTED, 0, "look", MEMBER_AWAY, false},
	    {61001, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {61001, GROUP, NAME, "put slots/a", MEMBER_JOINED, false},
	};
	static const struct step late_answer[] = {
	    JOIN,
	    {10000, TIME, 0, "keep", MEMBER_JOINED, false},
	    {60000, KEPT, 0, "grant", MEMBER_JOINING, false},
	};

	PLAY(steps, "");
	PLAY(late_answer, "");
}

static void test_lost(unused_parameter void **state)
{
	/* A lease that etcd knows no more is lost; the slot that is still there is taken along. */
	static const struct step kept[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, GROUP, NAME | SLOT, "", MEMBER_JOINED, true},
	    {10000, TIME, 0, "keep", MEMBER_JOINED, true},
	    {10000, NO_LEASE, 0, "grant", MEMBER_JOINING, false},
	    {10000, GRANTED, 0, "look", MEMBER_JOINING, false},
	    {10000, GROUP, NAME | SLOT_LOST, "put slots/a", MEMBER_JOINED, false},
	    {10000, GROUP, NAME | SLOT, "", MEMBER_JOINED, true},
	};
	static const struct step put[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, GONE, 0, "", MEMBER_JOINING, false},
	    {1250, TIME, 0, "grant", MEMBER_JOINING, false},
	};

	PLAY(kept, "");
	PLAY(put, "");
}

static void test_restart(unused_parameter void **state)
{
	/* The name of the run before is taken over, and its slot where it is still wanted; where
	 * not it goes with its lease. */
	static const struct step wanted[] = {
	    {0, WISH, 0, "grant", MEMBER_JOINING, false},
	    {0, GRANTED, 0, "look", MEMBER_JOINING, false},
	    {0, GROUP, NAME_PREVIOUS | SLOT_PREVIOUS, "put hosts/a", MEMBER_JOINING, false},
	    {0, GROUP, NAME | SLOT_PREVIOUS, "put slots/a", MEMBER_JOINED, false},
	    {0, GROUP, NAME | SLOT, "", MEMBER_JOINED, true},
	};
	static const struct step unwanted[] = {
	    {0, TIME, 0, "grant", MEMBER_JOINING, false},
	    {0, GRANTED, 0, "look", MEMBER_JOINING, false},
	    {0, GROUP, NAME_PREVIOUS | SLOT_PREVIOUS, "put hosts/a", MEMBER_JOINING, false},
	    {0, GROUP, NAME | SLOT_PREVIOUS, "", MEMBER_JOINED, false},
	};

	PLAY(wanted, PREVIOUS_RUN);
	PLAY(unwanted, PREVIOUS_RUN);
}

static void test_name_taken(unused_parameter void **state)
{
	/* The name of another is waited for as long as a lease; then that is told, and then taken
	 * when it is free. Who loses it does not begin, and gives back its slot. */
	static const struct step steps[] = {
	    {0, WISH, 0, "grant", MEMBER_JOINING, false},
	    {0, GRANTED, 0, "look", MEMBER_JOINING, false},
	    {0, GROUP, NAME_OTHER, "", MEMBER_JOINING, false},
	    {40000, TIME, 0, "keep", MEMBER_JOINING, false},
	    {40000, KEPT, 0, "look", MEMBER_JOINING, false},
	    {40000, GROUP, NAME_OTHER | SLOT_PREVIOUS, "", MEMBER_JOINING, false},
	    {61000, TIME, 0, "keep", MEMBER_NAME_TAKEN, false},
	    {61000, KEPT, 0, "look", MEMBER_NAME_TAKEN, false},
	    {61000, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {61000, GROUP, NAME, "put slots/a", MEMBER_JOINED, false},
	    {61000, GROUP, NAME | SLOT, "", MEMBER_JOINED, true},
	    {66000, TIME, 0, "look", MEMBER_JOINED, true},
	    {66000, GROUP, NAME_OTHER | SLOT, "", MEMBER_JOINING, false},
	    {67000, NO_WISH, 0, "del slots/a", MEMBER_JOINING, false},
	};

	PLAY(steps, "");
}

static void test_strange(unused_parameter void **state)
{
	/* What another cluster says, or what is none of ours, is no answer: nothing changes by it.
	 * A repeated answer finds no question. */
	static const struct step steps[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, STRANGE, NAME | SLOT, "", MEMBER_JOINED, false},
	    {1000, GROUP, NAME | SLOT, "", MEMBER_JOINED, false},
	    {5000, TIME, 0, "look", MEMBER_JOINED, false},
	    {5000, GROUP, NAME | SLOT | RUBBISH, "", MEMBER_JOINED, false},
	    {65000, TIME, 0, "grant", MEMBER_AWAY, false},
	};

	PLAY(steps, "");
}

static void test_another_cluster(unused_parameter void **state)
{
	/* While there is no lease nothing hangs on the cluster that was seen: another may come. */
	static const struct step steps[] = {
	    {0, TIME, 0, "grant", MEMBER_JOINING, false},
	    {0, FAILED, 0, "", MEMBER_JOINING, false},
	    {300, TIME, 0, "look", MEMBER_JOINING, false},
	    {300, GROUP, 0, "", MEMBER_JOINING, false},
	    {800, TIME, 0, "grant", MEMBER_JOINING, false},
	    {800, STRANGE, 0, "look", MEMBER_JOINING, false},
	    {800, STRANGE, 0, "put hosts/a", MEMBER_JOINING, false},
	    {800, STRANGE, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

static void test_restored(unused_parameter void **state)
{
	/* An etcd that was restored from a backup knows the lease and a lower revision: what it
	 * says is not believed, and the lease is kept no more once that has lasted for one. So it
	 * ends, and the host joins anew. */
	static const struct step steps[] = {
	    JOIN,
	    {10000, TIME, 0, "keep", MEMBER_JOINED, false},
	    {10000, KEPT, 0, "look", MEMBER_JOINED, false},
	    {10000, RESTORED, NAME, "", MEMBER_JOINED, false},
	    {59000, TIME, 0, "keep", MEMBER_JOINED, false},
	    {59000, KEPT, 0, "look", MEMBER_JOINED, false},
	    {59000, RESTORED, NAME, "", MEMBER_JOINED, false},
	    {70000, TIME, 0, "look", MEMBER_AWAY, false},
	    {70000, RESTORED, NAME, "", MEMBER_AWAY, false},
	    {118000, TIME, 0, "look", MEMBER_AWAY, false},
	    {118000, RESTORED, NAME, "", MEMBER_AWAY, false},
	    {123000, TIME, 0, "grant", MEMBER_AWAY, false},
	    {123000, GRANTED, 0, "look", MEMBER_AWAY, false},
	    {123000, RESTORED, NAME_PREVIOUS, "put hosts/a", MEMBER_JOINING, false},
	    {123000, GROUP, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, PREVIOUS_RUN);
}

static void test_names(unused_parameter void **state)
{
	/* Each state has a word. */
	for (enum member_state each = 0; each < MEMBER_STATES; each++)
		assert_true(strlen(member_state_name(each)) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_turn),
	    cmocka_unit_test(test_waiting),
	    cmocka_unit_test(test_shared),
	    cmocka_unit_test(test_no_help),
	    cmocka_unit_test(test_told_first),
	    cmocka_unit_test(test_lease),
	    cmocka_unit_test(test_lost),
	    cmocka_unit_test(test_restart),
	    cmocka_unit_test(test_name_taken),
	    cmocka_unit_test(test_strange),
	    cmocka_unit_test(test_another_cluster),
	    cmocka_unit_test(test_restored),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("member", tests, NULL, NULL);
}
