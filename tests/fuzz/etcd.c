/* Whatever etcd answers, it is refused, or its parts are within their bounds; and a group that is
 * read from it holds names that end, and says the same when it is asked. The first byte chooses the
 * question. */
#include "fuzz.h"

#include "fleet/group.h"

#define GROUP "g"

static void check_pairs(const struct etcd_answer *answer)
{
	fuzz_check(answer->pairs.count <= ETCD_MAX_PAIRS);
	for (size_t i = 0; i < answer->pairs.count; i++) {
		const struct etcd_pair *pair = &answer->pairs.items[i];

		fuzz_check(pair->key.length < ETCD_MAX_KEY_BYTES);
		fuzz_check(pair->value.length < ETCD_MAX_VALUE_BYTES);
		fuzz_check(pair->key.length == 0 || pair->key.data >= answer->bytes.data);
		fuzz_check(pair->value.length == 0 ||
			   pair->value.data + pair->value.length <=
			       answer->bytes.data + answer->bytes.length);
		fuzz_check(pair->create_revision >= 1 &&
			   pair->create_revision <= pair->mod_revision &&
			   pair->mod_revision <= answer->revision);
		fuzz_check(pair->lease >= 0);
	}
}

static void check_name(const char *name, size_t bytes)
{
	size_t length = strnlen(name, bytes);

	fuzz_check(length > 0 && length < bytes);
	for (size_t i = 0; i < length; i++)
		fuzz_check(name[i] > ' ' && name[i] <= '~');
}

static void check_group(struct etcd_answer *answer)
{
	struct group group;

	if (group_read(&group, GROUP, answer) < 0)
		return;
	for (size_t i = 0; i < group.hosts.count; i++) {
		check_name(group.hosts.items[i].host, GROUP_NAME_BYTES);
		check_name(group.hosts.items[i].run, GROUP_RUN_BYTES);
		fuzz_check(group_host_named(&group, group.hosts.items[i].host) != NULL);
	}
	for (size_t i = 0; i < group.slots.count; i++) {
		check_name(group.slots.items[i].site, GROUP_NAME_BYTES);
		fuzz_check(group.slots.items[i].at_most >= 1 && group.slots.items[i].fence >= 1);
		fuzz_check(group_slot_of(&group, group.slots.items[i].host) != NULL);
	}
	for (size_t i = 0; i < group.incidents.count; i++)
		check_name(group.incidents.items[i].diagnosis, GROUP_NAME_BYTES);
	fuzz_check(group.slots.count == 0 || !group_has_room(&group, "", 1));
	group_done(&group);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct etcd_answer answer = {0};
	enum etcd_verb verb;

	if (size == 0)
		return 0;
	verb = (enum etcd_verb)(data[0] % ETCD_VERBS);
	if (etcd_answer_parse(&answer, verb, view_of((const char *)data + 1, size - 1)) < 0)
		return 0;
	fuzz_check(answer.ttl_s >= 0 && answer.lease >= 0);
	fuzz_check(verb != ETCD_GRANT || answer.lease > 0);
	fuzz_check((verb == ETCD_AUTHENTICATE) == (answer.token != NULL));
	check_pairs(&answer);
	check_group(&answer);
	etcd_answer_done(&answer);
	return 0;
}
