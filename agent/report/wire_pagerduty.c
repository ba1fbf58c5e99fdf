/* PagerDuty's Events API v2. The routing key stands in the body. It is told of each trouble by
 * itself, since it closes each by its own key; it groups what it shows by itself. */
#include "report/wire_parts.h"

#include <errno.h>

#include "base/hash.h"

#define MAX_SUMMARY_BYTES ((size_t)1024)
#define MAX_KEY_BYTES     ((size_t)255) /* of dedup_key */
#define MAX_WHOLE_BYTES   ((size_t)64 * 1024) /* of either, before it is cut */
#define DIGEST_BYTES      ((size_t)17)

static const char *action_of(const char *kind)
{
	if (wire_is_end(kind))
		return "resolve";
	return strcmp(kind, "acting") == 0 ? "acknowledge" : "trigger";
}

static void put_payload(
    struct json *event, const struct wire_news *news, const struct wire_story *story)
{
	struct json *payload = json_put_object(event, "payload");
	struct buffer auto_buffer summary;
	struct json *details;

	buffer_init(&summary, MAX_WHOLE_BYTES);
	wire_summary(story, &summary);
	json_put_view(
	    payload, "summary", view_first(buffer_view(&summary), MAX_SUMMARY_BYTES));
	json_put_text(payload, "source", news->host);
	json_put_text(payload, "severity", wire_severity(story));
	json_put_text(payload, "timestamp", story->time);
	wire_put_text(payload, "component", story->site);
	json_put_text(payload, "group", "authmedic");
	json_put_text(
	    payload, "class", wire_is_ours(story) ? story->reason : story->diagnosis);
	details = json_put_object(payload, "custom_details");
	wire_put_text(details, "text", story->text);
	wire_put_reasons(details, story);
	wire_put_text(details, "incident", story->incident);
	wire_put_text(details, "log", story->log);
}

/* What is cut off must not make one of two troubles: each is closed by its key. */
static void put_key(struct json *event, const struct wire_story *story)
{
	struct buffer auto_buffer whole, auto_buffer key;

	buffer_init(&whole, MAX_WHOLE_BYTES);
	buffer_init(&key, MAX_KEY_BYTES);
	wire_subject(story, &whole);
	if (whole.length <= MAX_KEY_BYTES) {
		buffer_append(&key, buffer_view(&whole));
	} else {
		buffer_append(&key, view_first(buffer_view(&whole), MAX_KEY_BYTES - DIGEST_BYTES));
		buffer_append_format(&key, "-%016llx",
		    (unsigned long long)hash_chain(0, buffer_view(&whole)));
	}
	json_put_text(event, "dedup_key", buffer_text(&key));
}

static int print(const struct wire_news *news, struct buffer *body)
{
	struct json auto_json *event = json_object_new();
	struct wire_story story;
	int error = wire_read(news->document, &story);

	if (error == 0 && story.is_group)
		error = -EINVAL;
	if (error < 0 || news->key == NULL)
		return error < 0 ? error : -EINVAL;
	json_put_text(event, "routing_key", news->key);
	json_put_text(event, "event_action", action_of(story.kind));
	put_key(event, &story);
	json_put_text(event, "client", "authmedic");
	put_payload(event, news, &story);
	return json_print(event, body);
}

const struct wire wire_pagerduty = {.type = "pagerduty",
    .content_type = "application/json",
    .needs_key = true,
    .path = "/v2/enqueue",
    .print = print};
