#include "fleet/member_internal.h"

#include <errno.h>

#define FIRST_RETRY_MS	 250
#define LONGEST_RETRY_MS 4000
#define AGAIN_MS	 500 /* the same is not asked sooner again */
#define LEASES_TO_JOIN	 2

/* ---- what is known */

bool member_has_lease(const struct member *member, int64_t now_ms)
{
	return member->lease != 0 && now_ms < member->lease_until_ms;
}

bool member_is_ours(const struct member *member, const char *run)
{
	return strcmp(run, member->options.run) == 0 ||
	    strcmp(run, member->options.previous_run) == 0;
}

const struct group_host *member_find_self(const struct member *member)
{
	return member->has_group ? group_host_named(&member->group, member->options.host) : NULL;
}

bool member_is_claimed(const struct member *member)
{
	const struct group_host *self = member_find_self(member);

	return self != NULL && member->lease != 0 && self->lease == member->lease &&
	    strcmp(self->run, member->options.run) == 0;
}

const struct group_slot *member_find_slot(const struct member *member)
{
	const struct group_slot *slot =
	    member->has_group ? group_slot_of(&member->group, member->options.host) : NULL;

	return slot != NULL && member_is_ours(member, slot->run) ? slot : NULL;
}

bool member_wants(const struct member *member, const struct group_slot *slot)
{
	return strcmp(slot->site, member->wish.site) == 0 &&
	    strcmp(slot->incident, member->wish.incident) == 0;
}

const struct group_slot *member_find_held(const struct member *member)
{
	const struct group_slot *slot = member_find_slot(member);

	return slot != NULL && member->lease != 0 && slot->lease == member->lease &&
		strcmp(slot->run, member->options.run) == 0
	    ? slot
	    : NULL;
}

void member_lose_lease(struct member *member)
{
	if (member->lease != 0)
		member->totals.lost_leases++;
	member->lease = 0;
	member->cluster_id = 0;
	member->revision = 0;
	if (member->has_group)
		group_done(&member->group);
	member->has_group = false;
}

bool member_owes_write(const struct member *member)
{
	return member->failed_since_ms >= 0;
}

bool member_writes_fail(const struct member *member)
{
	return member_owes_write(member) &&
	    member->failed_ms - member->failed_since_ms > member->options.lease_ms;
}

bool member_is_silent(const struct member *member, int64_t now_ms)
{
	int64_t known_ms = member->answered_ms >= 0 ? member->answered_ms : member->started_ms;

	return now_ms - known_ms > member->options.lease_ms;
}

static bool is_joined(const struct member *member, int64_t now_ms)
{
	return member_is_claimed(member) && member_has_lease(member, now_ms);
}

/* ---- one question after the other */

const struct etcd_request *member_ask(struct member *member, int64_t now_ms)
{
	if (member->asked != NULL || now_ms < member->next_ms)
		return NULL;
	if (member->lease != 0 && !member_has_lease(member, now_ms))
		member_lose_lease(member);
	for (size_t i = 0; i < MEMBER_MAX_DUTIES; i++) {
		if (now_ms < member->duty_due_ms[i] || !member_duties[i].is_due(member, now_ms))
			continue;
		memset(&member->request, 0, sizeof(member->request));
		if (member_duties[i].ask(member, &member->request) < 0)
			return NULL;
		member->asked = &member_duties[i];
		member->asked_ms = now_ms;
		member->duty_due_ms[i] = now_ms + AGAIN_MS;
		return &member->request;
	}
	return NULL;
}

static void note_name(struct member *member, int64_t now_ms)
{
	const struct group_host *self = member_find_self(member);

	if (self == NULL || member_is_ours(member, self->run))
		member->taken_since_ms = -1;
	else if (member->taken_since_ms < 0)
		member->taken_since_ms = now_ms;
}

/* What failed while nothing was heard says nothing of writes. */
static void note_answer(struct member *member, int64_t now_ms)
{
	bool was_silent = member_is_silent(member, now_ms);

	member->answered_ms = member->asked_ms;
	note_name(member, now_ms);
	if (was_silent)
		member->failed_since_ms = -1;
	if (was_silent || member->taken_since_ms >= 0 || is_joined(member, now_ms))
		member->joining_since_ms = now_ms;
}

static bool is_write(const struct etcd_request *request)
{
	return request->verb == ETCD_GRANT || request->change_count > 0;
}

/* It shows that etcd takes writes, as a lease or a deletion does not: one needs no rights, and the
 * other no room. */
static bool has_put(const struct etcd_request *request)
{
	for (size_t i = 0; i < request->change_count; i++)
		if (request->changes[i].value[0] != '\0')
			return true;
	return false;
}

/* Another cluster answers, or the same one as it was before. */
static bool is_strange(const struct member *member, const struct etcd_answer *answer)
{
	if (member->cluster_id != 0 && answer->cluster_id != member->cluster_id)
		return true;
	return member->request.verb == ETCD_TRANSACT && answer->revision < member->revision;
}

static int see_group(struct member *member, struct etcd_answer *answer)
{
	struct group group;
	int error = group_read(&group, member->options.group, answer);

	if (error < 0)
		return error;
	if (member->has_group)
		group_done(&member->group);
	member->group = group;
	member->has_group = true;
	member->group_ms = member->asked_ms;
	member->revision = group.revision;
	return 0;
}

static int take(struct member *member, const struct duty *duty, struct etcd_answer *answer)
{
	int error = 0;

	/* Without a lease nothing of ours hangs on what was known. */
	if (is_strange(member, answer) && member->lease != 0)
		error = -EBADMSG;
	else if (is_strange(member, answer))
		member_lose_lease(member);
	if (error == 0 && member->request.verb == ETCD_TRANSACT)
		error = see_group(member, answer);
	if (error < 0)
		return error;
	member->cluster_id = answer->cluster_id;
	duty->take(member, answer);
	return 0;
}

static void note_failed_write(struct member *member, const struct duty *duty, int64_t now_ms)
{
	if (!member_owes_write(member))
		member->failed_since_ms = now_ms;
	member->failed_ms = now_ms;
	/* What else is due goes first the next time: it need not fail as well. */
	member->duty_due_ms[duty - member_duties] = member->next_ms + AGAIN_MS;
}

static void note_error(struct member *member, const struct duty *duty, int64_t now_ms, int error)
{
	member->totals.errors++;
	member->next_ms = now_ms + member->retry_ms;
	member->retry_ms *= 2;
	if (member->retry_ms > LONGEST_RETRY_MS)
		member->retry_ms = LONGEST_RETRY_MS;
	if (is_write(&member->request))
		note_failed_write(member, duty, now_ms);
	if (error == -ENOENT)
		member_lose_lease(member);
}

int member_answer(struct member *member, int64_t now_ms, int error, struct etcd_answer *answer)
{
	const struct duty *duty = take_pointer(member->asked);

	if (duty == NULL)
		return 0;
	if (member->lease != 0 && !member_has_lease(member, now_ms))
		member_lose_lease(member);
	if (error == 0)
		error = answer != NULL ? take(member, duty, answer) : -EBADMSG;
	if (error < 0) {
		note_error(member, duty, now_ms, error);
		return error;
	}
	member->retry_ms = FIRST_RETRY_MS;
	if (member->request.verb == ETCD_TRANSACT)
		note_answer(member, now_ms);
	if (has_put(&member->request))
		member->failed_since_ms = -1;
	return 0;
}

/* ---- what follows */

/* The name of a run that has ended goes with its lease. */
static bool is_name_taken(const struct member *member, int64_t now_ms)
{
	return member->taken_since_ms >= 0 &&
	    now_ms - member->taken_since_ms > member->options.lease_ms;
}

bool member_is_ignored(const struct member *member, int64_t now_ms)
{
	int64_t join_ms = LEASES_TO_JOIN * member->options.lease_ms;

	if (member_is_silent(member, now_ms) || is_name_taken(member, now_ms))
		return false;
	return member_writes_fail(member) ||
	    (!is_joined(member, now_ms) && now_ms - member->joining_since_ms > join_ms);
}

enum member_state member_state(const struct member *member, int64_t now_ms)
{
	if (member_is_silent(member, now_ms) || member_is_ignored(member, now_ms))
		return MEMBER_AWAY;
	if (is_name_taken(member, now_ms))
		return MEMBER_NAME_TAKEN;
	return is_joined(member, now_ms) ? MEMBER_JOINED : MEMBER_JOINING;
}

const char *member_state_name(enum member_state state)
{
	static const char *const names[MEMBER_STATES] = {
	    [MEMBER_JOINING] = "joining",
	    [MEMBER_JOINED] = "joined",
	    [MEMBER_AWAY] = "away",
	    [MEMBER_NAME_TAKEN] = "name-taken",
	};

	return names[state];
}

int64_t member_begin_by_ms(const struct member *member, int64_t now_ms, const char *site)
{
	const struct group_slot *slot = member_find_held(member);
	int64_t by_ms = member->lease_until_ms - member->options.action_ms;

	if (slot == NULL || !member_is_claimed(member) || strcmp(slot->site, site) != 0 ||
	    !member_wants(member, slot))
		return -1;
	/* What the others do must be known as it is now. */
	if (by_ms > member->group_ms + member->options.lease_ms / 2)
		by_ms = member->group_ms + member->options.lease_ms / 2;
	return now_ms <= by_ms ? by_ms : -1;
}

int64_t member_fence(const struct member *member)
{
	const struct group_slot *slot = member_find_held(member);

	return slot != NULL ? slot->fence : -1;
}

static bool is_listed(const struct member *member, const char *diagnosis)
{
	const struct config_words *listed = member->options.shared_diagnoses;

	for (size_t i = 0; i < listed->count; i++)
		if (strcmp(listed->items[i], diagnosis) == 0)
			return true;
	return false;
}

size_t member_shared_hosts(const struct member *member)
{
	size_t hosts = 0;

	for (size_t i = 0; i < member->incident_count && hosts == 0; i++)
		if (is_listed(member, member->incidents[i].diagnosis))
			hosts = 1;
	if (member->has_group)
		hosts += group_count_hosts(&member->group, member->options.host,
		    member->options.shared_diagnoses);
	return (int64_t)hosts >= member->options.shared_hosts ? hosts : 0;
}

bool member_was_no_help(const struct member *member, const char *diagnosis)
{
	return member->has_group &&
	    group_was_no_help(&member->group, member->options.host, diagnosis);
}

const struct group *member_group(const struct member *member)
{
	return member->has_group ? &member->group : NULL;
}

const struct member_totals *member_totals(const struct member *member)
{
	return &member->totals;
}

int64_t member_answered_ms(const struct member *member)
{
	return member->answered_ms;
}

/* ---- life, and what the host tells */

int member_new(struct member **ret_member, const struct member_options *options, int64_t now_ms)
{
	struct member *member = calloc(1, sizeof(*member));

	if (member == NULL)
		return -ENOMEM;
	member->options = *options;
	member->started_ms = now_ms;
	member->joining_since_ms = now_ms;
	member->answered_ms = -1;
	member->taken_since_ms = -1;
	member->failed_since_ms = -1;
	member->retry_ms = FIRST_RETRY_MS;
	*ret_member = member;
	return 0;
}

void member_free(struct member **member)
{
	if (*member == NULL)
		return;
	if ((*member)->has_group)
		group_done(&(*member)->group);
	free(*member);
	*member = NULL;
}

void member_tell_incidents(
    struct member *member, const struct member_incident *incidents, size_t count)
{
	member->incident_count = count < MEMBER_MAX_INCIDENTS ? count : MEMBER_MAX_INCIDENTS;
	for (size_t i = 0; i < member->incident_count; i++)
		member->incidents[i] = incidents[i];
}

void member_wish(struct member *member, const struct member_wish *wish)
{
	member->wish = *wish;
}
