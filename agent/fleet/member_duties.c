/* What there is to do, and how each of it is asked. */
#include "fleet/member_internal.h"

#define KEEPS_A_LEASE 6 /* so often it is kept alive within its time */

/* ---- building questions */

static void begin_transaction(const struct member *member, struct etcd_request *request)
{
	request->verb = ETCD_TRANSACT;
	group_prefix(member->options.group, request->prefix);
}

static void print_key(const struct member *member, enum group_folder folder, const char *site,
    char ret_key[ETCD_MAX_KEY_BYTES])
{
	const struct group_key key = {
	    member->options.group, folder, member->options.host, site};

	group_print_key(&key, ret_key);
}

static struct etcd_compare *add_compare(struct etcd_request *request, enum etcd_compared compared)
{
	struct etcd_compare *compare = &request->compares[request->compare_count++];

	compare->compared = compared;
	return compare;
}

static void copy_value(char target[ETCD_MAX_VALUE_BYTES], struct view value)
{
	snprintf(target, ETCD_MAX_VALUE_BYTES, "%.*s", VIEW_ARGUMENTS(value));
}

/* Only where the key has still that value, or is still not there. */
static void require_value(const struct member *member, struct etcd_request *request,
    enum group_folder folder, const struct view *value)
{
	struct etcd_compare *compare =
	    add_compare(request, value != NULL ? ETCD_VALUE : ETCD_CREATED);

	print_key(member, folder, NULL, compare->key);
	if (value != NULL)
		copy_value(compare->value, *value);
}

/* Only while our name is ours. */
static void require_name(const struct member *member, struct etcd_request *request)
{
	const struct group_host *self = member_find_self(member);

	require_value(member, request, GROUP_HOSTS, &self->value);
}

/* Only where nothing was put below that since we saw it. Gives the place of its key. */
static char *require_unchanged(const struct member *member, struct etcd_request *request)
{
	struct etcd_compare *compare = add_compare(request, ETCD_MODIFIED);

	compare->is_prefix = true;
	compare->is_less = true;
	compare->number = member->group.revision + 1;
	return compare->key;
}

static struct etcd_change *add_change(const struct member *member, struct etcd_request *request)
{
	struct etcd_change *change = &request->changes[request->change_count++];

	change->lease = member->lease;
	return change;
}

/* ---- the lease */

static bool needs_lease(const struct member *member, unused_parameter int64_t now_ms)
{
	return member->lease == 0;
}

static int ask_lease(struct member *member, struct etcd_request *request)
{
	request->verb = ETCD_GRANT;
	request->ttl_s = member->options.lease_ms / 1000;
	return 0;
}

/* From when it was asked for, and never longer than we asked: our clock alone says when it ends. */
static void take_lease(struct member *member, struct etcd_answer *answer)
{
	int64_t granted_ms = answer->ttl_s < member->options.lease_ms / 1000
	    ? answer->ttl_s * 1000
	    : member->options.lease_ms;

	member->lease = answer->lease;
	member->lease_until_ms = member->asked_ms + granted_ms;
	member->keep_due_ms = member->asked_ms + member->options.lease_ms / KEEPS_A_LEASE;
}

static void take_grant(struct member *member, struct etcd_answer *answer)
{
	if (answer->ttl_s > 0)
		take_lease(member, answer);
}

/* Not where nothing else that is heard is of use, as of an etcd that was restored from a backup and
 * has our lease from there: that ends then, and we join anew. */
static bool needs_keeping(const struct member *member, int64_t now_ms)
{
	return member->lease != 0 && now_ms >= member->keep_due_ms &&
	    !member_is_silent(member, now_ms);
}

static int ask_to_keep(struct member *member, struct etcd_request *request)
{
	request->verb = ETCD_KEEP;
	request->lease = member->lease;
	return 0;
}

static void take_kept(struct member *member, struct etcd_answer *answer)
{
	if (answer->ttl_s > 0 && answer->lease == member->lease)
		take_lease(member, answer);
	else
		member_lose_lease(member);
}

/* ---- looking: each transaction's answer shows the whole group */

static bool needs_look(const struct member *member, int64_t now_ms)
{
	return !member->has_group || now_ms - member->group_ms >= member->options.look_every_ms;
}

static int ask_to_look(struct member *member, struct etcd_request *request)
{
	begin_transaction(member, request);
	return 0;
}

static void take_look(unused_parameter struct member *member, unused_parameter
    struct etcd_answer *answer)
{
}

/* ---- our name */

static bool needs_name(const struct member *member, unused_parameter int64_t now_ms)
{
	const struct group_host *self = member_find_self(member);

	return member->lease != 0 && !member_is_claimed(member) &&
	    (self == NULL || member_is_ours(member, self->run));
}

static int ask_for_name(struct member *member, struct etcd_request *request)
{
	const struct group_host *self = member_find_self(member);
	struct group_host host = {.at_most = member->options.at_most};
	struct etcd_change *change;

	begin_transaction(member, request);
	require_value(member, request, GROUP_HOSTS, self != NULL ? &self->value : NULL);
	snprintf(host.run, sizeof(host.run), "%s", member->options.run);
	change = add_change(member, request);
	print_key(member, GROUP_HOSTS, NULL, change->key);
	return group_print_host(&host, change->value);
}

/* ---- what stands there of our incidents */

static void print_incident(
    const struct member_incident *incident, char ret_value[ETCD_MAX_VALUE_BYTES])
{
	struct group_incident told = {
	    .since_ms = incident->since_ms, .not_helped = incident->not_helped};

	snprintf(told.incident, sizeof(told.incident), "%s", incident->incident);
	snprintf(told.diagnosis, sizeof(told.diagnosis), "%s", incident->diagnosis);
	if (group_print_incident(&told, ret_value) < 0)
		ret_value[0] = '\0';
}

static bool is_told(const struct member *member, const struct member_incident *incident)
{
	const struct group_incident *told =
	    group_incident_of(&member->group, member->options.host, incident->site);
	char value[ETCD_MAX_VALUE_BYTES];

	print_incident(incident, value);
	return told != NULL && told->lease == member->lease && view_equal_text(told->value, value);
}

/* ---- the slot */

static bool may_take(const struct member *member)
{
	const struct member_wish *wish = &member->wish;

	if (wish->site[0] == '\0' ||
	    !group_has_room(&member->group, member->options.host, member->options.at_most))
		return false;
	return wish->approved ||
	    (member_shared_hosts(member) == 0 && !member_was_no_help(member, wish->diagnosis));
}

/* Whoever takes the slot must know what did not help: that is told first, where it still can be. */
static bool must_tell_first(const struct member *member)
{
	const struct group_host *self = member_find_self(member);

	if (member_writes_fail(member) || (self != NULL && !member_is_ours(member, self->run)))
		return false;
	for (size_t i = 0; i < member->incident_count; i++)
		if (member->incidents[i].not_helped && !is_told(member, &member->incidents[i]))
			return true;
	return false;
}

/* Of this run only: what the last one began may still be under way, and its slot goes with its
 * lease. And whoever has our name now: the slot is given back. */
static bool needs_freeing(const struct member *member, unused_parameter int64_t now_ms)
{
	const struct group_slot *slot = member_find_slot(member);

	return slot != NULL && strcmp(slot->run, member->options.run) == 0 &&
	    !member_wants(member, slot) && !must_tell_first(member);
}

static int ask_to_free(struct member *member, struct etcd_request *request)
{
	const struct group_slot *slot = member_find_slot(member);

	begin_transaction(member, request);
	require_value(member, request, GROUP_SLOTS, &slot->value);
	print_key(member, GROUP_SLOTS, NULL, add_change(member, request)->key);
	return 0;
}

static int put_slot(struct member *member, struct etcd_request *request)
{
	struct group_slot slot = {
	    .at_most = member->options.at_most, .take = ++member->takes};
	struct etcd_change *change = add_change(member, request);

	snprintf(slot.run, sizeof(slot.run), "%s", member->options.run);
	snprintf(slot.site, sizeof(slot.site), "%s", member->wish.site);
	snprintf(slot.incident, sizeof(slot.incident), "%s", member->wish.incident);
	print_key(member, GROUP_SLOTS, NULL, change->key);
	return group_print_slot(&slot, change->value);
}

/* It is of the last run, or of a lease that we lost: it stays ours, under the present lease. */
static bool needs_moving(const struct member *member, unused_parameter int64_t now_ms)
{
	const struct group_slot *slot = member_find_slot(member);

	return slot != NULL && member_is_claimed(member) && member_wants(member, slot) &&
	    member_find_held(member) == NULL;
}

static int ask_to_move(struct member *member, struct etcd_request *request)
{
	const struct group_slot *slot = member_find_slot(member);

	begin_transaction(member, request);
	require_name(member, request);
	require_value(member, request, GROUP_SLOTS, &slot->value);
	return put_slot(member, request);
}

static bool needs_slot(const struct member *member, unused_parameter int64_t now_ms)
{
	return member_is_claimed(member) &&
	    group_slot_of(&member->group, member->options.host) == NULL && may_take(member);
}

static int ask_for_slot(struct member *member, struct etcd_request *request)
{
	begin_transaction(member, request);
	require_name(member, request);
	group_prefix(member->options.group, require_unchanged(member, request)); /* by anybody */
	require_value(member, request, GROUP_SLOTS, NULL);
	return put_slot(member, request);
}

static void take_slot(struct member *member, struct etcd_answer *answer)
{
	if (!answer->succeeded)
		member->totals.refused_takes++;
}

/* ---- our incidents */

static bool is_over(const struct member *member, const struct group_incident *told)
{
	if (strcmp(told->host, member->options.host) != 0)
		return false;
	for (size_t i = 0; i < member->incident_count; i++)
		if (strcmp(member->incidents[i].site, told->site) == 0)
			return false;
	return true;
}

static bool needs_telling(const struct member *member, unused_parameter int64_t now_ms)
{
	if (!member_is_claimed(member))
		return false;
	for (size_t i = 0; i < member->incident_count; i++)
		if (!is_told(member, &member->incidents[i]))
			return true;
	for (size_t i = 0; i < member->group.incidents.count; i++)
		if (is_over(member, &member->group.incidents.items[i]))
			return true;
	return false;
}

/* As many at once as a transaction takes; the rest in the next. What comes late, after it was given
 * up, does not undo what was told since. */
static int ask_to_tell(struct member *member, struct etcd_request *request)
{
	begin_transaction(member, request);
	require_name(member, request);
	print_key(member, GROUP_INCIDENTS, "", require_unchanged(member, request));
	for (size_t i = 0; i < member->incident_count; i++) {
		const struct member_incident *incident = &member->incidents[i];
		struct etcd_change *change;

		if (is_told(member, incident) || request->change_count == ETCD_MAX_CHANGES)
			continue;
		change = add_change(member, request);
		print_key(member, GROUP_INCIDENTS, incident->site, change->key);
		print_incident(incident, change->value);
	}
	for (size_t i = 0; i < member->group.incidents.count; i++) {
		const struct group_incident *told = &member->group.incidents.items[i];

		if (is_over(member, told) && request->change_count < ETCD_MAX_CHANGES)
			print_key(member, GROUP_INCIDENTS, told->site,
			    add_change(member, request)->key);
	}
	return 0;
}

/* ---- whether etcd takes writes again, where there is nothing else to write: our name as it is */

static bool needs_trial(const struct member *member, int64_t now_ms)
{
	return member_owes_write(member) && member_is_claimed(member) &&
	    now_ms - member->failed_ms >= member->options.look_every_ms;
}

/* ---- the first that is due is done first */

const struct duty member_duties[MEMBER_MAX_DUTIES] = {
    {needs_lease, ask_lease, take_grant},
    {needs_keeping, ask_to_keep, take_kept},
    {needs_look, ask_to_look, take_look},
    {needs_name, ask_for_name, take_look},
    {needs_moving, ask_to_move, take_slot},
    {needs_telling, ask_to_tell, take_look},
    {needs_freeing, ask_to_free, take_look},
    {needs_slot, ask_for_slot, take_slot},
    {needs_trial, ask_for_name, take_look},
};
