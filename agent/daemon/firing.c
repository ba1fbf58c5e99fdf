#include "daemon/firing.h"

#include <errno.h>

#include "daemon/hearing.h"
#include "report/notification.h"

#define MAX_BYTES ((size_t)256 * 1024)

static int add(struct json *members, struct view text)
{
	struct json *member = NULL;
	int error = json_parse(text, &member);

	if (error == 0)
		json_add_tree(members, member);
	return error;
}

static int add_incident(struct json *members, const struct site *site)
{
	const struct notification notification = {.kind = "opened",
	    .time_ms = controller_opened_ms(site->controller),
	    .site = site->config->name,
	    .incident = controller_incident(site->controller),
	    .state = controller_state(site->controller),
	    .text = controller_sentence(site->controller),
	    .reason = "",
	    .remedy = "",
	    .diagnosis = controller_diagnosis(site->controller)};
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_BYTES);
	/* As long as nobody knows what it is, nobody was told of it. */
	if (notification.incident[0] == '\0' || notification.diagnosis == NULL)
		return 0;
	error = notification_print(&notification, &text);
	return error < 0 ? error : add(members, buffer_view(&text));
}

static int add_deaf(struct json *members, const struct site_log *log)
{
	size_t index = (size_t)(log - log->site->logs);
	int error = 0;

	for (int reason = 0; error == 0 && reason < DEAF_REASON_COUNT; reason++) {
		struct buffer auto_buffer text;
		struct notification_of_log notification = {.opened = true,
		    .time_ms = hearing_since_ms(log, (enum deaf_reason)reason),
		    .site = log->site->config->name,
		    .log = log->reading.log->path,
		    .reason = deaf_reason_name((enum deaf_reason)reason)};

		buffer_init(&text, MAX_BYTES);
		if (!deafness_is_open(
			log->site->deafness, index, (enum deaf_reason)reason, NULL))
			continue;
		notification.text = hearing_why(log, (enum deaf_reason)reason);
		error = notification_of_log_print(&notification, &text);
		if (error == 0)
			error = add(members, buffer_view(&text));
	}
	return error;
}

static int add_fleet(struct json *members, const struct membership *membership)
{
	struct notification_of_fleet notification;
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_BYTES);
	if (!membership_is_hindered(membership, &notification))
		return 0;
	error = notification_of_fleet_print(&notification, &text);
	return error < 0 ? error : add(members, buffer_view(&text));
}

static int add_state(struct json *members, const struct saving *saving)
{
	struct notification_of_state notification;
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_BYTES);
	if (!saving_fails(saving, &notification))
		return 0;
	error = notification_of_state_print(&notification, &text);
	return error < 0 ? error : add(members, buffer_view(&text));
}

int firing_print(const struct firing *firing, const struct wire *wire, struct buffer *body)
{
	struct json auto_json *group = json_object_new();
	const struct wire_news news = {.document = group, .id = "firing", .host = firing->host};
	struct json *members;
	int error = 0;

	json_put_text(group, "type", "authmedic.group.firing");
	members = json_put_array(json_put_object(group, "data"), "members");

	for (size_t i = 0; error == 0 && i < firing->site_count; i++) {
		const struct site *site = &firing->sites[i];

		error = add_incident(members, site);
		for (size_t j = 0; error == 0 && j < site->log_count; j++)
			error = add_deaf(members, &site->logs[j]);
	}
	if (error == 0)
		error = add_fleet(members, firing->membership);
	if (error == 0)
		error = add_state(members, firing->saving);
	if (error < 0 || json_next(members, NULL) == NULL)
		return error;
	return wire->print(&news, body);
}
