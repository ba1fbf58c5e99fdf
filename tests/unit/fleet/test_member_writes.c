/* What the member does where etcd answers and takes no writes. */
#include "member_steps.h"

static void test_no_lease_granted(unused_parameter void **state)
{
	/* An etcd without room answers, and gives no lease: it is looked at all the same, and once
	 * that has lasted for a lease the host is away. It joins when there is room. */
	static const struct step steps[] = {
	    {0, TIME, 0, "grant", MEMBER_JOINING, false},
	    {0, DENIED, 0, "", MEMBER_JOINING, false},
	    {250, TIME, 0, "look", MEMBER_JOINING, false},
	    {250, GROUP, 0, "", MEMBER_JOINING, false},
	    {800, TIME, 0, "grant", MEMBER_JOINING, false},
	    {800, DENIED, 0, "", MEMBER_JOINING, false},
	    {30000, TIME, 0, "grant", MEMBER_JOINING, false},
	    {30000, DENIED, 0, "", MEMBER_JOINING, false},
	    {30600, TIME, 0, "look", MEMBER_JOINING, false},
	    {30600, GROUP, 0, "", MEMBER_JOINING, false},
	    {60500, TIME, 0, "grant", MEMBER_JOINING, false},
	    {60500, DENIED, 0, "", IGNORED, false},
	    {61000, TIME, 0, "look", IGNORED, false},
	    {61000, GROUP, 0, "", IGNORED, false},
	    {62000, TIME, 0, "grant", IGNORED, false},
	    {62000, GRANTED, 0, "put hosts/a", IGNORED, false},
	    {62000, GROUP, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

static void test_may_only_read(unused_parameter void **state)
{
	/* A user who may not write is given a lease, and never the name. */
	static const struct step steps[] = {
	    {0, TIME, 0, "grant", MEMBER_JOINING, false},
	    {0, GRANTED, 0, "look", MEMBER_JOINING, false},
	    {0, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {0, DENIED, 0, "", MEMBER_JOINING, false},
	    {40000, TIME, 0, "keep", MEMBER_JOINING, false},
	    {40000, KEPT, 0, "look", MEMBER_JOINING, false},
	    {40000, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {40000, DENIED, 0, "", MEMBER_JOINING, false},
	    {61000, TIME, 0, "keep", MEMBER_JOINING, false},
	    {61000, KEPT, 0, "look", MEMBER_JOINING, false},
	    {61000, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {61000, DENIED, 0, "", IGNORED, false},
	    {67000, TIME, 0, "look", IGNORED, false},
	    {67000, GROUP, 0, "put hosts/a", IGNORED, false},
	    {67000, GROUP, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

static void test_room_is_gone(unused_parameter void **state)
{
	/* Who joined before the room was gone is away once writes have failed for a lease, and
	 * tries on after it has nothing more to write; so it is seen when there is room again. */
	static const struct step steps[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, DENIED, 0, "", MEMBER_JOINED, false},
	    {40000, TIME, 0, "keep", MEMBER_JOINED, false},
	    {40000, KEPT, 0, "look", MEMBER_JOINED, false},
	    {40000, GROUP, NAME, "put slots/a", MEMBER_JOINED, false},
	    {40000, DENIED, 0, "", MEMBER_JOINED, false},
	    {61500, TIME, 0, "keep", MEMBER_JOINED, false},
	    {61500, KEPT, 0, "look", MEMBER_JOINED, false},
	    {61500, GROUP, NAME, "put slots/a", MEMBER_JOINED, false},
	    {61500, DENIED, 0, "", IGNORED, false},
	    {63000, NO_WISH, 0, "", IGNORED, false},
	    {67000, TIME, 0, "look", IGNORED, false},
	    {67000, GROUP, NAME, "put hosts/a", IGNORED, false},
	    {67000, DENIED, 0, "", IGNORED, false},
	    {73000, TIME, 0, "keep", IGNORED, false},
	    {73000, KEPT, 0, "look", IGNORED, false},
	    {73000, GROUP, NAME, "put hosts/a", IGNORED, false},
	    {73000, GROUP, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

static void test_gives_back_without_room(unused_parameter void **state)
{
	/* Deleting needs no room: what cannot be told keeps no slot from being given back. */
	static const struct step steps[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, GROUP, NAME | SLOT, "", MEMBER_JOINED, true},
	    {2000, TROUBLE, 0, "put incidents/a/s", MEMBER_JOINED, true},
	    {2000, DENIED, 0, "", MEMBER_JOINED, true},
	    {3000, NO_WISH, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {3000, DENIED, 0, "", MEMBER_JOINED, false},
	    {3600, TIME, 0, "del slots/a", MEMBER_JOINED, false},
	    {3600, GROUP, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

static void test_gives_back_untold(unused_parameter void **state)
{
	/* The slot is not kept for ever for what cannot be told. */
	static const struct step steps[] = {
	    JOIN,
	    {1000, WISH, 0, "put slots/a", MEMBER_JOINED, false},
	    {1000, GROUP, NAME | SLOT, "", MEMBER_JOINED, true},
	    {2000, NO_HELP, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {2000, DENIED, 0, "", MEMBER_JOINED, false},
	    {40000, TIME, 0, "keep", MEMBER_JOINED, false},
	    {40000, KEPT, 0, "look", MEMBER_JOINED, false},
	    {40000, GROUP, NAME | SLOT, "put incidents/a/s", MEMBER_JOINED, false},
	    {40000, DENIED, 0, "", MEMBER_JOINED, false},
	    {41000, TIME, 0, "put incidents/a/s", MEMBER_JOINED, false},
	    {41000, DENIED, 0, "", MEMBER_JOINED, false},
	    {62500, TIME, 0, "keep", MEMBER_JOINED, false},
	    {62500, KEPT, 0, "look", MEMBER_JOINED, false},
	    {62500, GROUP, NAME | SLOT, "put incidents/a/s", MEMBER_JOINED, false},
	    {62500, DENIED, 0, "", IGNORED, false},
	    {63000, TIME, 0, "del slots/a", IGNORED, false},
	};

	PLAY(steps, "");
}

static void test_never_joined(unused_parameter void **state)
{
	/* Whatever else keeps the host from joining, its name being refused each time, say: it
	 * is away after two leases. After a silence that time begins anew. */
	static const struct step steps[] = {
	    {0, TIME, 0, "grant", MEMBER_JOINING, false},
	    {0, GRANTED, 0, "look", MEMBER_JOINING, false},
	    {0, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {0, REFUSED, 0, "", MEMBER_JOINING, false},
	    {59000, TIME, 0, "keep", MEMBER_JOINING, false},
	    {59000, KEPT, 0, "look", MEMBER_JOINING, false},
	    {59000, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {59000, REFUSED, 0, "", MEMBER_JOINING, false},
	    {118000, TIME, 0, "keep", MEMBER_JOINING, false},
	    {118000, KEPT, 0, "look", MEMBER_JOINING, false},
	    {118000, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {118000, REFUSED, 0, "", MEMBER_JOINING, false},
	    {120001, TIME, 0, "put hosts/a", IGNORED, false},
	    {179000, TIME, 0, "", MEMBER_AWAY, false},
	    {179000, FAILED, 0, "", MEMBER_AWAY, false},
	    {180000, TIME, 0, "grant", MEMBER_AWAY, false},
	    {180000, GRANTED, 0, "look", MEMBER_AWAY, false},
	    {180000, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},
	    {180000, GROUP, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_lease_granted),
	    cmocka_unit_test(test_may_only_read),
	    cmocka_unit_test(test_room_is_gone),
	    cmocka_unit_test(test_gives_back_without_room),
	    cmocka_unit_test(test_gives_back_untold),
	    cmocka_unit_test(test_never_joined),
	};

	return cmocka_run_group_tests_name("member_writes", tests, NULL, NULL);
}
