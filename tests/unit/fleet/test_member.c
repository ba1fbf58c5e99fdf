/* The member as a table: at each step what comes in, what it asks next, and what follows. */
#include "unit.h"

#include <errno.h>

#include "fleet/member.h"

#define LEASE_MS  60000
#define LOOK_MS	  5000
#define ACTION_MS 35000
#define START_MS  INT64_C(1000000)
#define RUN	  "0123456789abcdef0123456789abcdef"
#define PREVIOUS  "00000000000000000000000000000001"
#define OTHER	  "00000000000000000000000000000002"
#define MAX_TEXT  8192

/* What stands in etcd. Ours is host a. */
enum {
	NAME = 1,	   /* ours, under our lease */
	NAME_PREVIOUS = 2, /* of the run before */
	NAME_OTHER = 4,	   /* of another authmedicd */
	SLOT = 8,	   /* ours, under our lease */
	SLOT_PREVIOUS = 16,
	SLOT_LOST = 32,	   /* of this run, under a lease that we lost */
	SLOT_OF_B = 64,
	KDC_ON_B = 128,
	KDC_ON_C = 256,
	NO_HELP_ON_B = 512,
	TOLD = 1024, /* our incident */
	RUBBISH = 2048
};

enum input {
	TIME,	  /* nothing but time */
	GRANTED,  /* lease 5 */
	KEPT,
	NO_LEASE, /* kept: there is no such lease */
	GROUP,	  /* a transaction's answer */
	REFUSED,  /* the same, and its compares did not hold */
	FAILED,	  /* no answer */
	GONE,	  /* -ENOENT */
	WISH,	  /* a slot for an action of the incident */
	APPROVED, /* the same, and a person said yes */
	NO_WISH,
	TROUBLE,  /* our incident: stale-handle */
	KDC,	  /* our incident: kdc-unreachable */
	WELL,	  /* no incident */
	STRANGE	  /* a transaction's answer from another cluster */
};

struct step {
	int64_t at_ms; /* since the start */
	enum input input;
	unsigned group; /* of GROUP, REFUSED, STRANGE */
	const char *asks; /* then: the verb, or the first change; "": nothing */
	enum member_state state;
	bool may_begin;
};

static struct config_words shared = {
    .items = (char *[]){"kdc-unreachable"}, .count = 1, .capacity = 1};
static struct member *member;
static int64_t revision;

static void put_pair(struct etcd_answer *answer, const char *key, const char *value, int64_t lease)
{
	const struct etcd_pair pair = {.key = {NULL, strlen(key)},
	    .value = {NULL, strlen(value)},
	    .create_revision = 1,
	    .mod_revision = 1,
	    .lease = lease};

	buffer_append_text(&answer->bytes, key);
	buffer_append_text(&answer->bytes, value);
	assert_int_equal(array_push(&answer->pairs, pair, ETCD_MAX_PAIRS), 0);
}

static const struct {
	unsigned flag;
	int64_t lease;
	const char *key, *value;
} stands[] = {
    {NAME, 5, "hosts/a", "{\"run\":\"" RUN "\",\"at_most\":1}"},
    {NAME_PREVIOUS, 4, "hosts/a", "{\"run\":\"" PREVIOUS "\",\"at_most\":1}"},
    {NAME_OTHER, 4, "hosts/a", "{\"run\":\"" OTHER "\",\"at_most\":1}"},
    {SLOT, 5, "slots/a", "{\"run\":\"" RUN "\",\"site\":\"s\",\"incident\":\"i\",\"at_most\":1}"},
    {SLOT_PREVIOUS, 4, "slots/a",
	"{\"run\":\"" PREVIOUS "\",\"site\":\"s\",\"incident\":\"i\",\"at_most\":1}"},
    {SLOT_LOST, 4, "slots/a",
	"{\"run\":\"" RUN "\",\"site\":\"s\",\"incident\":\"i\",\"at_most\":1}"},
    {SLOT_OF_B, 6, "slots/b",
	"{\"run\":\"" OTHER "\",\"site\":\"s\",\"incident\":\"j\",\"at_most\":1}"},
    {KDC_ON_B, 6, "incidents/b/s", "{\"incident\":\"j\",\"diagnosis\":\"kdc-unreachable\"}"},
    {KDC_ON_C, 7, "incidents/c/s", "{\"incident\":\"k\",\"diagnosis\":\"kdc-unreachable\"}"},
    {NO_HELP_ON_B, 6, "incidents/b/s",
	"{\"incident\":\"j\",\"diagnosis\":\"stale-handle\",\"not_helped\":true}"},
    {TOLD, 5, "incidents/a/s",
	"{\"incident\":\"i\",\"diagnosis\":\"stale-handle\",\"since_ms\":7,\"not_helped\":false}"},
    {RUBBISH, 0, "x", "y"},
};

static void show_group(struct etcd_answer *answer, unsigned flags)
{
	const char *next;

	buffer_init(&answer->bytes, MAX_TEXT);
	answer->revision = ++revision;
	for (size_t i = 0; i < count_of(stands); i++) {
		char key[ETCD_MAX_KEY_BYTES];

		snprintf(key, sizeof(key), "/authmedic/g/%s", stands[i].key);
		if ((flags & stands[i].flag) != 0)
			put_pair(answer, key, stands[i].value, stands[i].lease);
	}
	next = answer->bytes.data;
	for (size_t i = 0; i < answer->pairs.count; i++) {
		answer->pairs.items[i].key.data = next;
		next += answer->pairs.items[i].key.length;
		answer->pairs.items[i].value.data = next;
		next += answer->pairs.items[i].value.length;
	}
}

static void wish(bool wanted, bool approved)
{
	const struct member_wish wish = {
	    .site = "s", .incident = "i", .diagnosis = "stale-handle", .approved = approved};
	const struct member_wish none = {0};

	member_wish(member, wanted ? &wish : &none);
}

static void tell(const char *diagnosis)
{
	struct member_incident incident = {.site = "s", .incident = "i", .since_ms = 7};

	snprintf(incident.diagnosis, sizeof(incident.diagnosis), "%s",
	    diagnosis != NULL ? diagnosis : "");
	member_tell_incidents(member, &incident, diagnosis != NULL ? 1 : 0);
}

static void answer(const struct step *step, int64_t now_ms)
{
	struct etcd_answer answer = {.cluster_id = step->input == STRANGE ? 8 : 7,
	    .revision = revision,
	    .lease = 5,
	    .ttl_s = step->input == NO_LEASE ? 0 : LEASE_MS / 1000,
	    .succeeded = step->input == GROUP};

	if (step->input == GROUP || step->input == REFUSED || step->input == STRANGE)
		show_group(&answer, step->group);
	member_answer(member, now_ms, 0, &answer);
	etcd_answer_done(&answer);
}

static void put_in(const struct step *step, int64_t now_ms)
{
	switch (step->input) {
	case TIME:
		break;
	case FAILED:
		member_answer(member, now_ms, -ETIMEDOUT, NULL);
		break;
	case GONE:
		member_answer(member, now_ms, -ENOENT, NULL);
		break;
	case WISH:
	case APPROVED:
	case NO_WISH:
		wish(step->input != NO_WISH, step->input == APPROVED);
		break;
	case TROUBLE:
		tell("stale-handle");
		break;
	case KDC:
		tell("kdc-unreachable");
		break;
	case WELL:
		tell(NULL);
		break;
	default:
		answer(step, now_ms);
	}
}

/* "grant", "keep", "look", or the first change: "put slots/a", "del slots/a". */
static void describe(const struct etcd_request *request, char ret_text[ETCD_MAX_KEY_BYTES])
{
	static const char *const verbs[] = {"sign in", "grant", "keep", "look"};

	if (request == NULL)
		ret_text[0] = '\0';
	else if (request->change_count == 0)
		snprintf(ret_text, ETCD_MAX_KEY_BYTES, "%s", verbs[request->verb]);
	else
		snprintf(ret_text, ETCD_MAX_KEY_BYTES, "%s %.200s",
		    request->changes[0].value[0] == '\0' ? "del" : "put",
		    request->changes[0].key + strlen("/authmedic/g/"));
}

static void play(const struct step *steps, size_t count, const char *previous_run)
{
	const struct member_options options = {.group = "g",
	    .host = "a",
	    .run = RUN,
	    .previous_run = previous_run,
	    .at_most = 1,
	    .lease_ms = LEASE_MS,
	    .look_every_ms = LOOK_MS,
	    .action_ms = ACTION_MS,
	    .shared_hosts = 2,
	    .shared_diagnoses = &shared};

	revision = 1;
	assert_int_equal(member_new(&member, &options, START_MS), 0);
	for (size_t i = 0; i < count; i++) {
		int64_t now_ms = START_MS + steps[i].at_ms;
		char asks[ETCD_MAX_KEY_BYTES];

		put_in(&steps[i], now_ms);
		describe(member_ask(member, now_ms), asks);
		if (strcmp(asks, steps[i].asks) != 0)
			fail_msg("step %zu asks '%s', not '%s'", i, asks, steps[i].asks);
		if (member_state(member, now_ms) != steps[i].state)
			fail_msg("step %zu: %s", i,
			    member_state_name(member_state(member, now_ms)));
		if ((member_begin_by_ms(member, now_ms, "s") >= 0) != steps[i].may_begin)
			fail_msg("step %zu: may begin: %d", i, !steps[i].may_begin);
	}
	member_free(&member);
}

#define PLAY(steps, previous_run) play(steps, count_of(steps), previous_run)
#define JOIN                                                                                       \
	{0, TIME, 0, "grant", MEMBER_JOINING, false},                                              \
	    {0, GRANTED, 0, "look", MEMBER_JOINING, false},                                        \
	    {0, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},                                   \
	{                                                                                          \
		0, GROUP, NAME, "", MEMBER_JOINED, false                                           \
	}

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

	PLAY(wanted, PREVIOUS);
	PLAY(unwanted, PREVIOUS);
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
	    {600, TIME, 0, "grant", MEMBER_JOINING, false},
	    {600, STRANGE, 0, "put hosts/a", MEMBER_JOINING, false},
	    {600, STRANGE, NAME, "", MEMBER_JOINED, false},
	};

	PLAY(steps, "");
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
	    cmocka_unit_test(test_lease),
	    cmocka_unit_test(test_lost),
	    cmocka_unit_test(test_restart),
	    cmocka_unit_test(test_name_taken),
	    cmocka_unit_test(test_strange),
	    cmocka_unit_test(test_another_cluster),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("member", tests, NULL, NULL);
}
