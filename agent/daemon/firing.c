#include "daemon/firing.h"

#include <errno.h>

#include "daemon/hearing.h"
#include "report/notification.h"

#define MAX_BYTES ((size_t)256 * 1024)

struct printing {
	const struct firing *firing;
	const struct wire *wire;
	struct buffer *body;
};

/* The wire's array of one joins the array of all. */
static int join(struct buffer *body, struct view array)
{
	if (array.length < 2)
		return -EINVAL;
	buffer_append_byte(body, body->length == 0 ? '[' : ',');
	buffer_append(body, view_of(array.data + 1, array.length - 2));
	return buffer_error(body);
}

static int add(const struct printing *printing, struct view text)
{
	struct json auto_json *document = NULL;
	struct buffer auto_buffer array;
	struct wire_news news = {.id = "firing", .host = printing->firing->host};
	int error;

	buffer_init(&array, MAX_BYTES);
	error = json_parse(text, &document);
	if (error < 0)
		return error;
	news.document = document;
	error = printing->wire->print(&news, &array);
	return error < 0 ? error : join(printing->body, buffer_view(&array));
}

static int add_incident(const struct printing *printing, const struct site *site)
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
	return error < 0 ? error : add(printing, buffer_view(&text));
}

static int add_deaf(const struct printing *printing, const struct site_log *log)
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
			error = add(printing, buffer_view(&text));
	}
	return error;
}

int firing_print(const struct firing *firing, const struct wire *wire, struct buffer *body)
{
	const struct printing printing = {firing, wire, body};
	int error = 0;

	for (size_t i = 0; error == 0 && i < firing->site_count; i++) {
		const struct site *site = &firing->sites[i];

		error = add_incident(&printing, site);
		for (size_t j = 0; error == 0 && j < site->log_count; j++)
			error = add_deaf(&printing, &site->logs[j]);
	}
	if (error == 0 && body->length > 0)
		buffer_append_byte(body, ']');
	return error == 0 ? buffer_error(body) : error;
}
