#include "member_steps.h"

#include <errno.h>

#define LEASE_MS  60000
#define LOOK_MS	  5000
#define ACTION_MS 35000
#define START_MS  INT64_C(1000000)
#define RUN	  "0123456789abcdef0123456789abcdef"
#define OTHER	  "00000000000000000000000000000002"
#define MAX_TEXT  8192

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
    {NAME_PREVIOUS, 4, "hosts/a", "{\"run\":\"" PREVIOUS_RUN "\",\"at_most\":1}"},
    {NAME_OTHER, 4, "hosts/a", "{\"run\":\"" OTHER "\",\"at_most\":1}"},
    {SLOT, 5, "slots/a", "{\"run\":\"" RUN "\",\"site\":\"s\",\"incident\":\"i\",\"at_most\":1}"},
    {SLOT_PREVIOUS, 4, "slots/a",
	"{\"run\":\"" PREVIOUS_RUN "\",\"site\":\"s\",\"incident\":\"i\",\"at_most\":1}"},
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
    {TOLD_NO_HELP, 5, "incidents/a/s",
	"{\"incident\":\"i\",\"diagnosis\":\"stale-handle\",\"since_ms\":7,\"not_helped\":true}"},
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

static void tell(const char *diagnosis, bool not_helped)
{
	struct member_incident incident = {
	    .site = "s", .incident = "i", .since_ms = 7, .not_helped = not_helped};

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

	if (step->input == GROUP || step->input == REFUSED || step->input == STRANGE ||
	    step->input == RESTORED)
		show_group(&answer, step->group);
	if (step->input == RESTORED)
		answer.revision = 1;
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
	case DENIED:
		member_answer(member, now_ms, -ENOSPC, NULL);
		break;
	case WISH:
	case APPROVED:
	case NO_WISH:
		wish(step->input != NO_WISH, step->input == APPROVED);
		break;
	case TROUBLE:
		tell("stale-handle", false);
		break;
	case NO_HELP:
		tell("stale-handle", true);
		wish(false, false);
		break;
	case KDC:
		tell("kdc-unreachable", false);
		break;
	case WELL:
		tell(NULL, false);
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

static enum member_state state_at(int64_t now_ms)
{
	enum member_state state = member_state(member, now_ms);
	bool is_ignored = member_is_ignored(member, now_ms);

	assert_true(!is_ignored || state == MEMBER_AWAY);
	return is_ignored ? IGNORED : state;
}

void member_steps_play(const struct step *steps, size_t count, const char *previous_run)
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
		if (state_at(now_ms) != steps[i].state)
			fail_msg("step %zu: %s%s", i,
			    member_state_name(member_state(member, now_ms)),
			    member_is_ignored(member, now_ms) ? ", ignored" : "");
		if ((member_begin_by_ms(member, now_ms, "s") >= 0) != steps[i].may_begin)
			fail_msg("step %zu: may begin: %d", i, !steps[i].may_begin);
	}
	member_free(&member);
}
