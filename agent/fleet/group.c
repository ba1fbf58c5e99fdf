#include "fleet/group.h"

#include <errno.h>

#include "base/json.h"

#define ROOT "/authmedic/"

static const char *const folders[] = {
    [GROUP_HOSTS] = "hosts",
    [GROUP_SLOTS] = "slots",
    [GROUP_INCIDENTS] = "incidents",
};

/* ---- keys */

void group_prefix(const char *group, char ret_key[ETCD_MAX_KEY_BYTES])
{
	snprintf(ret_key, ETCD_MAX_KEY_BYTES, ROOT "%s/", group);
}

void group_print_key(const struct group_key *key, char ret_key[ETCD_MAX_KEY_BYTES])
{
	snprintf(ret_key, ETCD_MAX_KEY_BYTES, ROOT "%s/%s/%s%s%s", key->group,
	    folders[key->folder], key->host, key->site != NULL ? "/" : "",
	    key->site != NULL ? key->site : "");
}

static bool is_plain(struct view text)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return text.length > 0 && text.length < GROUP_NAME_BYTES;
}

static int take_name(char *field, struct view name)
{
	if (!is_plain(name))
		return -EBADMSG;
	memcpy(field, name.data, name.length);
	field[name.length] = '\0';
	return 0;
}

/* ---- values */

static int print_value(const struct json *json, char ret_value[ETCD_MAX_VALUE_BYTES])
{
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, ETCD_MAX_VALUE_BYTES - 1);
	error = json_print(json, &text);
	if (error == 0)
		snprintf(ret_value, ETCD_MAX_VALUE_BYTES, "%s", buffer_text(&text));
	return error;
}

int group_print_host(const struct group_host *host, char ret_value[ETCD_MAX_VALUE_BYTES])
{
	struct json auto_json *json = json_object_new();

	json_put_text(json, "run", host->run);
	json_put_int(json, "at_most", host->at_most);
	return print_value(json, ret_value);
}

int group_print_slot(const struct group_slot *slot, char ret_value[ETCD_MAX_VALUE_BYTES])
{
	struct json auto_json *json = json_object_new();

	json_put_text(json, "run", slot->run);
	json_put_text(json, "site", slot->site);
	json_put_text(json, "incident", slot->incident);
	json_put_int(json, "at_most", slot->at_most);
	json_put_int(json, "take", slot->take);
	return print_value(json, ret_value);
}

int group_print_incident(
    const struct group_incident *incident, char ret_value[ETCD_MAX_VALUE_BYTES])
{
	struct json auto_json *json = json_object_new();

	json_put_text(json, "incident", incident->incident);
	json_put_text(json, "diagnosis", incident->diagnosis);
	json_put_int(json, "since_ms", incident->since_ms);
	json_put_bool(json, "not_helped", incident->not_helped);
	return print_value(json, ret_value);
}

static int get_name(const struct json *json, const char *name, char field[GROUP_NAME_BYTES])
{
	return take_name(field, view_of_text(json_get_text(json, name)));
}

static int get_run(const struct json *json, char run[GROUP_RUN_BYTES])
{
	struct view text = view_of_text(json_get_text(json, "run"));

	return text.length >= GROUP_RUN_BYTES ? -EBADMSG : take_name(run, text);
}

static int get_at_most(const struct json *json, int64_t *ret_at_most)
{
	*ret_at_most = json_get_int(json, "at_most", 0);
	return *ret_at_most >= 1 ? 0 : -EBADMSG;
}

/* ---- reading: one function for each folder, given what stands behind it in the key */

struct entry {
	struct view rest;
	const struct json *json;
	const struct etcd_pair *pair;
};

static int read_host(struct group *group, const struct entry *entry)
{
	struct group_host host = {.lease = entry->pair->lease, .value = entry->pair->value};
	int error = take_name(host.host, entry->rest);

	if (error == 0)
		error = get_run(entry->json, host.run);
	if (error == 0)
		error = get_at_most(entry->json, &host.at_most);
	return error < 0 ? error : array_push(&group->hosts, host, GROUP_MAX_HOSTS);
}

static int read_slot(struct group *group, const struct entry *entry)
{
	struct group_slot slot = {.lease = entry->pair->lease,
	    .fence = entry->pair->create_revision,
	    .value = entry->pair->value};
	int error = take_name(slot.host, entry->rest);

	if (error == 0)
		error = get_run(entry->json, slot.run);
	if (error == 0)
		error = get_name(entry->json, "site", slot.site);
	if (error == 0)
		error = get_name(entry->json, "incident", slot.incident);
	if (error == 0)
		error = get_at_most(entry->json, &slot.at_most);
	return error < 0 ? error : array_push(&group->slots, slot, GROUP_MAX_SLOTS);
}

static int read_incident(struct group *group, const struct entry *entry)
{
	struct group_incident incident = {.since_ms = json_get_int(entry->json, "since_ms", -1),
	    .not_helped = json_get_bool(entry->json, "not_helped"),
	    .lease = entry->pair->lease,
	    .value = entry->pair->value};
	struct view site = entry->rest;
	struct view host;
	int error = view_cut(&site, '/', &host) ? take_name(incident.host, host) : -EBADMSG;

	if (error == 0)
		error = take_name(incident.site, site);
	if (error == 0)
		error = get_name(entry->json, "incident", incident.incident);
	if (error == 0)
		error = get_name(entry->json, "diagnosis", incident.diagnosis);
	return error < 0 ? error : array_push(&group->incidents, incident, GROUP_MAX_INCIDENTS);
}

static int read_pair(struct group *group, struct view rest, const struct etcd_pair *pair)
{
	static int (*const readers[])(struct group *group, const struct entry *entry) = {
	    [GROUP_HOSTS] = read_host,
	    [GROUP_SLOTS] = read_slot,
	    [GROUP_INCIDENTS] = read_incident,
	};
	struct json auto_json *json = NULL;
	struct entry entry = {.rest = rest, .pair = pair};
	struct view folder;
	int error;

	if (!view_cut(&entry.rest, '/', &folder))
		return -EBADMSG;
	error = json_parse(pair->value, &json);
	if (error < 0)
		return error == -ENOMEM ? error : -EBADMSG;
	entry.json = json;
	for (size_t i = 0; i < count_of(folders); i++)
		if (view_equal_text(folder, folders[i]))
			return readers[i](group, &entry);
	return -EBADMSG;
}

int group_read(struct group *ret_group, const char *group_name, struct etcd_answer *answer)
{
	struct group group = {.revision = answer->revision};
	char prefix[ETCD_MAX_KEY_BYTES];
	int error = 0;

	group_prefix(group_name, prefix);
	for (size_t i = 0; error == 0 && i < answer->pairs.count; i++) {
		const struct etcd_pair *pair = &answer->pairs.items[i];

		if (view_starts_with(pair->key, view_of_text(prefix)))
			error = read_pair(&group, view_skip(pair->key, strlen(prefix)), pair);
		else
			error = -EBADMSG;
	}
	if (error < 0) {
		group_done(&group);
		return error == -ENOMEM ? error : -EBADMSG;
	}
	group.bytes = answer->bytes;
	answer->bytes = (struct buffer){0};
	*ret_group = group;
	return 0;
}

void group_done(struct group *group)
{
	array_done(&group->hosts);
	array_done(&group->slots);
	array_done(&group->incidents);
	buffer_done(&group->bytes);
}

/* ---- questions */

const struct group_host *group_host_named(const struct group *group, const char *host)
{
	for (size_t i = 0; i < group->hosts.count; i++)
		if (strcmp(group->hosts.items[i].host, host) == 0)
			return &group->hosts.items[i];
	return NULL;
}

const struct group_slot *group_slot_of(const struct group *group, const char *host)
{
	for (size_t i = 0; i < group->slots.count; i++)
		if (strcmp(group->slots.items[i].host, host) == 0)
			return &group->slots.items[i];
	return NULL;
}

const struct group_incident *group_incident_of(
    const struct group *group, const char *host, const char *site)
{
	for (size_t i = 0; i < group->incidents.count; i++)
		if (strcmp(group->incidents.items[i].host, host) == 0 &&
		    strcmp(group->incidents.items[i].site, site) == 0)
			return &group->incidents.items[i];
	return NULL;
}

bool group_has_room(const struct group *group, const char *host, int64_t at_most)
{
	int64_t taken = 0;

	for (size_t i = 0; i < group->slots.count; i++) {
		const struct group_slot *slot = &group->slots.items[i];

		if (strcmp(slot->host, host) == 0)
			continue;
		taken++;
		if (slot->at_most < at_most)
			at_most = slot->at_most;
	}
	return taken < at_most;
}

static bool is_among(const struct config_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i], word) == 0)
			return true;
	return false;
}

/* A host with several such incidents counts once: with its first. */
static bool is_first_of_host(
    const struct group *group, size_t index, const struct config_words *diagnoses)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(group->incidents.items[i].host, group->incidents.items[index].host) ==
			0 &&
		    is_among(diagnoses, group->incidents.items[i].diagnosis))
			return false;
	return true;
}

size_t group_count_hosts(
    const struct group *group, const char *host, const struct config_words *diagnoses)
{
	size_t count = 0;

	for (size_t i = 0; i < group->incidents.count; i++) {
		const struct group_incident *incident = &group->incidents.items[i];

		if (strcmp(incident->host, host) != 0 &&
		    is_among(diagnoses, incident->diagnosis) &&
		    is_first_of_host(group, i, diagnoses))
			count++;
	}
	return count;
}

bool group_was_no_help(const struct group *group, const char *host, const char *diagnosis)
{
	for (size_t i = 0; i < group->incidents.count; i++) {
		const struct group_incident *incident = &group->incidents.items[i];

		if (incident->not_helped && strcmp(incident->host, host) != 0 &&
		    strcmp(incident->diagnosis, diagnosis) == 0)
			return true;
	}
	return false;
}
