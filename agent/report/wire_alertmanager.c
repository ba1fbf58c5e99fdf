/* Alertmanager's API v2: an array of alerts. Labels are what an alert is known by, so they are the
 * same from its beginning to its end. */
#include "report/wire_parts.h"

#include "base/text.h"

#define MAX_LINE_BYTES ((size_t)8192)

static const char *name_of(const struct wire_story *story)
{
	if (wire_is_test(story))
		return "AuthmedicTest";
	if (story->of_fleet)
		return "AuthmedicHindered";
	if (story->of_state)
		return "AuthmedicStateUnsaved";
	if (story->of_fallback)
		return "AuthmedicFallbackOverdue";
	return story->of_log ? "AuthmedicLogDeaf" : "AuthmedicSignInFails";
}

/* Unlike wire_severity() the same while something is done about it. */
static const char *severity_of(const struct wire_story *story)
{
	if (wire_is_test(story))
		return "info";
	return wire_is_ours(story) ? "warning" : "critical";
}

static void put_labels(struct json *alert, const struct wire_news *news,
    const struct wire_story *story)
{
	struct json *labels = json_put_object(alert, "labels");

	json_put_text(labels, "alertname", name_of(story));
	json_put_text(labels, "instance", news->host);
	wire_put_text(labels, "site", story->site);
	json_put_text(labels, "severity", severity_of(story));
	if (story->of_fleet) {
		json_put_text(labels, "fleet", story->fleet);
		json_put_text(labels, "reason", story->reason);
	} else if (story->of_log) {
		json_put_text(labels, "log", story->log);
		json_put_text(labels, "reason", story->reason);
	} else if (!story->of_state && !story->of_fallback) {
		json_put_text(labels, "incident", story->incident);
	}
}

static void put_annotations(struct json *alert, const struct wire_story *story)
{
	struct json *annotations = json_put_object(alert, "annotations");
	struct buffer auto_buffer summary;

	buffer_init(&summary, MAX_LINE_BYTES);
	wire_summary(story, &summary);
	json_put_text(annotations, "summary", buffer_text(&summary));
	wire_put_text(annotations, "description", story->text);
	wire_put_text(annotations, "diagnosis", story->diagnosis);
	wire_put_reasons(annotations, story);
}

/* None to come, as after our clock was set back: it refuses a beginning that lies far ahead,
 * and an alert goes on until its end. */
static void put_time(
    struct json *alert, const char *name, const char *time, int64_t now_ms)
{
	char now[TEXT_TIME_BYTES];

	text_of_time(now_ms, now);
	json_put_text(alert, name, strcmp(time, now) > 0 ? now : time);
}

static void add_alert(
    struct json *alerts, const struct wire_news *news, const struct wire_story *story)
{
	struct json *alert = json_add_object(alerts);

	put_labels(alert, news, story);
	put_annotations(alert, story);
	/* Without an end it would be taken for over after a few minutes: it is sent again. */
	put_time(alert, wire_is_end(story->kind) ? "endsAt" : "startsAt", story->time,
	    news->now_ms);
}

static int add_members(
    struct json *alerts, const struct wire_news *news, const struct wire_story *group)
{
	const struct json *members = json_get(group->data, "members");
	int error = 0;

	for (const struct json *member = json_next(members, NULL); error == 0 && member != NULL;
	     member = json_next(members, member)) {
		struct wire_story story;

		error = wire_read(member, &story);
		if (error == 0)
			add_alert(alerts, news, &story);
	}
	return error;
}

static int print(const struct wire_news *news, struct buffer *body)
{
	struct json auto_json *alerts = json_array_new();
	struct wire_story story;
	int error = wire_read(news->document, &story);

	if (error == 0 && story.is_group)
		error = add_members(alerts, news, &story);
	else if (error == 0)
		add_alert(alerts, news, &story);
	return error < 0 ? error : json_print(alerts, body);
}

const struct wire wire_alertmanager = {.type = "alertmanager",
    .content_type = "application/json",
    .groups = true,
    .path = "/api/v2/alerts",
    .again_ms = 60000,
    .print = print};
