#include "unit.h"

#include <errno.h>

#include "fleet/group.h"

#define RUN "\"run\":\"0123456789abcdef0123456789abcdef\""
#define MAX_TEXT_BYTES 4096

struct entry {
	const char *key, *value;
};

/* As etcd_answer_parse() leaves it; the bytes become the group's. */
static int read_entries(struct group *ret_group, const struct entry *entries, size_t count)
{
	struct etcd_answer answer = {.revision = 9};
	const char *next;
	int error;

	buffer_init(&answer.bytes, MAX_TEXT_BYTES);
	for (size_t i = 0; i < count; i++) {
		const struct etcd_pair pair = {.key = {NULL, strlen(entries[i].key)},
		    .value = {NULL, strlen(entries[i].value)},
		    .create_revision = 3,
		    .mod_revision = 4,
		    .lease = 5};

		buffer_append_text(&answer.bytes, entries[i].key);
		buffer_append_text(&answer.bytes, entries[i].value);
		assert_int_equal(array_push(&answer.pairs, pair, ETCD_MAX_PAIRS), 0);
	}
	next = answer.bytes.data;
	for (size_t i = 0; i < count; i++) {
		answer.pairs.items[i].key.data = next;
		next += answer.pairs.items[i].key.length;
		answer.pairs.items[i].value.data = next;
		next += answer.pairs.items[i].value.length;
	}
	error = group_read(ret_group, "web", &answer);
	etcd_answer_done(&answer);
	return error;
}

static const struct entry three[] = {
    {"/authmedic/web/hosts/a", "{" RUN ",\"at_most\":2}"},
    {"/authmedic/web/slots/b",
	"{" RUN ",\"site\":\"s\",\"incident\":\"i\",\"at_most\":2,\"take\":4,\"more\":1}"},
    {"/authmedic/web/incidents/a/s",
	"{\"incident\":\"i\",\"diagnosis\":\"kdc-unreachable\",\"since_ms\":77}"},
    {"/authmedic/web/incidents/a/t", "{\"incident\":\"j\",\"diagnosis\":\"unknown\"}"},
    {"/authmedic/web/incidents/b/s",
	"{\"incident\":\"k\",\"diagnosis\":\"stale-handle\",\"not_helped\":true}"},
};

static void test_reading(unused_parameter void **state)
{
	/* What the keys say is found again; what a later version may add is no trouble. */
	struct group group;
	const struct group_slot *slot;

	assert_int_equal(read_entries(&group, three, count_of(three)), 0);
	assert_int_equal(group.revision, 9);
	assert_int_equal(group_host_named(&group, "a")->at_most, 2);
	assert_int_equal(group_host_named(&group, "a")->lease, 5);
	assert_null(group_host_named(&group, "b"));
	slot = group_slot_of(&group, "b");
	assert_string_equal(slot->site, "s");
	assert_string_equal(slot->incident, "i");
	assert_int_equal(slot->fence, 3);
	assert_int_equal(group_incident_of(&group, "a", "s")->since_ms, 77);
	assert_null(group_incident_of(&group, "b", "t"));
	group_done(&group);
}

static void test_questions(unused_parameter void **state)
{
	/* A host counts once, and never for itself; the least maximum holds. */
	char *words[] = {"unknown", "kdc-unreachable"};
	const struct config_words diagnoses = {words, 2, 2};
	struct group group;

	assert_int_equal(read_entries(&group, three, count_of(three)), 0);
	assert_int_equal(group_count_hosts(&group, "b", &diagnoses), 1);
	assert_int_equal(group_count_hosts(&group, "c", &diagnoses), 1);
	assert_int_equal(group_count_hosts(&group, "a", &diagnoses), 0);
	assert_true(group_was_no_help(&group, "a", "stale-handle"));
	assert_false(group_was_no_help(&group, "b", "stale-handle"));
	assert_false(group_was_no_help(&group, "a", "unknown"));
	assert_false(group_has_room(&group, "a", 1));
	assert_true(group_has_room(&group, "a", 2));
	assert_true(group_has_room(&group, "b", 1));
	group.slots.items[0].at_most = 1;
	assert_false(group_has_room(&group, "a", 64));
	group_done(&group);
}

static void test_printing(unused_parameter void **state)
{
	/* What we print we read, and each key stands where it is looked for. */
	struct group_host host = {.run = "r", .at_most = 3};
	struct group_slot slot = {
	    .run = "r", .site = "s", .incident = "i", .at_most = 3, .take = 1};
	struct group_incident incident = {
	    .incident = "i", .diagnosis = "d", .since_ms = 5, .not_helped = true};
	struct group_key key = {"web", GROUP_INCIDENTS, "a", "s"};
	char keys[3][ETCD_MAX_KEY_BYTES], values[4][ETCD_MAX_VALUE_BYTES];
	struct group group;

	group_print_key(&key, keys[0]);
	key = (struct group_key){"web", GROUP_SLOTS, "a", NULL};
	group_print_key(&key, keys[1]);
	key.folder = GROUP_HOSTS;
	group_print_key(&key, keys[2]);
	assert_int_equal(group_print_incident(&incident, values[0]), 0);
	assert_int_equal(group_print_slot(&slot, values[1]), 0);
	assert_int_equal(group_print_host(&host, values[2]), 0);
	assert_int_equal(read_entries(&group,
			     (struct entry[]){{keys[0], values[0]}, {keys[1], values[1]},
				 {keys[2], values[2]}},
			     3),
	    0);
	assert_true(group_incident_of(&group, "a", "s")->not_helped);
	assert_string_equal(group_slot_of(&group, "a")->incident, "i");
	assert_int_equal(group_host_named(&group, "a")->at_most, 3);
	group_done(&group);
	slot.take = 2; /* the same again is another value */
	assert_int_equal(group_print_slot(&slot, values[3]), 0);
	assert_string_not_equal(values[1], values[3]);
}

static void test_foreign(unused_parameter void **state)
{
	/* Anything below the prefix that is none of ours, and nothing of it is taken. */
	static const struct entry cases[] = {
	    {"/authmedic/other/hosts/a", "{" RUN ",\"at_most\":1}"},
	    {"/authmedic/web/hosts", "{" RUN ",\"at_most\":1}"},
	    {"/authmedic/web/hosts/", "{" RUN ",\"at_most\":1}"},
	    {"/authmedic/web/hosts/a b", "{" RUN ",\"at_most\":1}"},
	    {"/authmedic/web/rubbish/a", "{" RUN ",\"at_most\":1}"},
	    {"/authmedic/web/hosts/a", ""},
	    {"/authmedic/web/hosts/a", "x"},
	    {"/authmedic/web/hosts/a", "{" RUN "}"},
	    {"/authmedic/web/hosts/a", "{" RUN ",\"at_most\":0}"},
	    {"/authmedic/web/hosts/a", "{\"run\":\"\",\"at_most\":1}"},
	    {"/authmedic/web/hosts/a", "{" RUN ",\"at_most\":\"1\"}"},
	    {"/authmedic/web/slots/a", "{" RUN ",\"at_most\":1}"},
	    {"/authmedic/web/slots/a", "{" RUN ",\"at_most\":1,\"site\":\"s\"}"},
	    {"/authmedic/web/incidents/a", "{\"incident\":\"i\",\"diagnosis\":\"d\"}"},
	    {"/authmedic/web/incidents/a/", "{\"incident\":\"i\",\"diagnosis\":\"d\"}"},
	    {"/authmedic/web/incidents/a/s", "{\"incident\":\"i\"}"},
	    {"/authmedic/web/incidents/a/s", "{\"incident\":\"i\",\"diagnosis\":\"\\u001b[2J\"}"},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		const struct entry entries[] = {three[0], cases[i]};
		struct group group;

		if (read_entries(&group, entries, 2) != -EBADMSG)
			fail_msg("%s %s is taken", cases[i].key, cases[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reading),
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_printing),
	    cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
