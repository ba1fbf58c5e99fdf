/* The fleet in the status document. */
#include "report/status_parts.h"

static void put_slots(struct json *object, const struct group *group)
{
	struct json *slots = json_put_array(object, "slots");

	for (size_t i = 0; group != NULL && i < group->slots.count; i++) {
		const struct group_slot *slot = &group->slots.items[i];
		struct json *put = json_add_object(slots);

		json_put_text(put, "host", slot->host);
		json_put_text(put, "site", slot->site);
		json_put_text(put, "incident", slot->incident);
		json_put_int(put, "fence", slot->fence);
	}
}

static void put_incidents(struct json *object, const struct group *group)
{
	struct json *incidents = json_put_array(object, "incidents");

	for (size_t i = 0; group != NULL && i < group->incidents.count; i++) {
		const struct group_incident *incident = &group->incidents.items[i];
		struct json *put = json_add_object(incidents);

		json_put_text(put, "host", incident->host);
		json_put_text(put, "site", incident->site);
		json_put_text(put, "diagnosis", incident->diagnosis);
		json_put_time(put, "since", incident->since_ms);
		json_put_bool(put, "not_helped", incident->not_helped);
	}
}

static void put_hosts(struct json *object, const struct group *group)
{
	struct json *hosts = json_put_array(object, "hosts");

	for (size_t i = 0; group != NULL && i < group->hosts.count; i++)
		json_add_text(hosts, group->hosts.items[i].host);
}

void status_put_fleet(struct json *document, const struct report_fleet *fleet)
{
	struct json *object;

	if (fleet == NULL) {
		json_put_null(document, "fleet");
		return;
	}
	object = json_put_object(document, "fleet");
	json_put_text(object, "group", fleet->group_name);
	json_put_text(object, "host", fleet->host);
	json_put_text(object, "state", fleet->state);
	json_put_text(object, "trouble", fleet->trouble);
	json_put_bool(object, "required", fleet->required);
	json_put_int(object, "at_most", fleet->at_most);
	json_put_int(object, "shared_hosts", fleet->shared_hosts);
	if (fleet->fence >= 0)
		json_put_int(object, "fence", fleet->fence);
	else
		json_put_null(object, "fence");
	if (fleet->answered_ms >= 0)
		json_put_time(object, "answered", fleet->answered_ms);
	else
		json_put_null(object, "answered");
	put_hosts(object, fleet->group);
	put_slots(object, fleet->group);
	put_incidents(object, fleet->group);
}
