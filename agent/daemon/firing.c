#include "daemon/firing.h"

#include <errno.h>

#include "daemon/hearing.h"
#include "report/notification.h"

#define MAX_BYTES ((size_t)256 * 1024)

/* So much that each part, in the receiver's form, is well below what is sent at once. */
#define PART_MAX_MEMBERS 400
#define PART_MAX_BYTES   ((size_t)256 * 1024) /* the last one may go beyond */

struct part {
	struct json *members;
	size_t from; /* so many are in the parts before */
	size_t looked, count; /* members: at all, in the part */
	size_t bytes;
	bool is_full; /* and there are more */
};

/* Whether what comes next goes into the part. */
static bool takes_next(struct part *part)
{
	if (part->looked++ < part->from)
		return false;
	part->is_full |= part->count == PART_MAX_MEMBERS || part->bytes >= PART_MAX_BYTES;
	return !part->is_full;
}

static int add(struct part *part, struct view text)
{
	struct json *member = NULL;
	int error = json_parse(text, &member);

	if (error < 0)
		return error;
	json_add_tree(part->members, member);
	part->count++;
	part->bytes += text.length;
	return 0;
}

static int add_incident(struct part *part, const struct site *site)
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
	if (notification.incident[0] == '\0' || notification.diagnosis == NULL ||
	    !takes_next(part))
		return 0;
	error = notification_print(&notification, &text);
	return error < 0 ? error : add(part, buffer_view(&text));
}

static int add_deaf(struct part *part, const struct site_log *log)
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
			log->site->deafness, index, (enum deaf_reason)reason, NULL) ||
		    !takes_next(part))
			continue;
		notification.text = hearing_why(log, (enum deaf_reason)reason);
		error = notification_of_log_print(&notification, &text);
		if (error == 0)
			error = add(part, buffer_view(&text));
	}
	return error;
}

static int add_fleet(struct part *part, const struct membership *membership)
{
	struct notification_of_fleet notification;
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_BYTES);
	if (!membership_is_hindered(membership, &notification) || !takes_next(part))
		return 0;
	error = notification_of_fleet_print(&notification, &text);
	return error < 0 ? error : add(part, buffer_view(&text));
}

static int add_state(struct part *part, const struct saving *saving)
{
	struct notification_of_state notification;
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_BYTES);
	if (!saving_fails(saving, &notification) || !takes_next(part))
		return 0;
	error = notification_of_state_print(&notification, &text);
	return error < 0 ? error : add(part, buffer_view(&text));
}

static int add_fallbacks(struct part *part, const struct overdue *overdue)
{
	struct notification_of_fallback notification;
	int error = 0;

	for (size_t i = 0; error == 0 && overdue_at(overdue, i, &notification); i++) {
		struct buffer auto_buffer text;

		buffer_init(&text, MAX_BYTES);
		if (!takes_next(part))
			continue;
		error = notification_of_fallback_print(&notification, &text);
		if (error == 0)
			error = add(part, buffer_view(&text));
	}
	return error;
}

static int add_all(struct part *part, const struct firing *firing)
{
	int error = 0;

	for (size_t i = 0; error == 0 && !part->is_full && i < firing->site_count; i++) {
		const struct site *site = &firing->sites[i];

		error = add_incident(part, site);
		for (size_t j = 0; error == 0 && j < site->log_count; j++)
			error = add_deaf(part, &site->logs[j]);
	}
	if (error == 0)
		error = add_fallbacks(part, firing->overdue);
	if (error == 0)
		error = add_fleet(part, firing->membership);
	return error < 0 ? error : add_state(part, firing->saving);
}

int firing_print(
    const struct firing *firing, const struct wire *wire, size_t *from, struct buffer *body)
{
	struct json auto_json *group = json_object_new();
	const struct wire_news news = {.document = group,
	    .id = "firing",
	    .host = firing->host,
	    .now_ms = firing->now_ms};
	struct part part = {.from = *from};
	int error;

	json_put_text(group, "type", "authmedic.group.firing");
	part.members = json_put_array(json_put_object(group, "data"), "members");
	error = add_all(&part, firing);
	if (error == 0 && part.count > 0)
		error = wire->print(&news, body);
	if (error == 0)
		*from = part.is_full ? part.from + part.count : 0;
	return error;
}
