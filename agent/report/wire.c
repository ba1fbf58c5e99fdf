#include "report/wire_parts.h"

#include <errno.h>

static const struct wire *const wires[] = {
    &wire_webhook, &wire_cloudevents, &wire_alertmanager, &wire_pagerduty, &wire_slack};

const struct wire *wire_of(const char *type)
{
	for (size_t i = 0; i < count_of(wires); i++)
		if (strcmp(wires[i]->type, type) == 0)
			return wires[i];
	return NULL;
}

void wire_append_url(const struct wire *wire, const char *url, struct buffer *ret_url)
{
	struct view base = view_of_text(url);

	while (wire->path[0] != '\0' && view_ends_with(base, VIEW("/")))
		base.length--;
	buffer_append(ret_url, base);
	if (!view_ends_with(base, view_of_text(wire->path)))
		buffer_append_text(ret_url, wire->path);
}

static const char *text_in(const struct json *object, const char *name)
{
	const char *text = json_get_text(object, name);

	return text != NULL ? text : "";
}

/* A type is one of these with the kind behind it. */
static int read_type(const char *type, struct wire_story *story)
{
	struct view whole = view_of_text(type);

	story->is_group = view_starts_with(whole, VIEW("authmedic.group."));
	story->of_log = view_starts_with(whole, VIEW("authmedic.log."));
	story->of_fleet = view_starts_with(whole, VIEW("authmedic.fleet."));
	story->of_state = view_starts_with(whole, VIEW("authmedic.state."));
	story->of_fallback = view_starts_with(whole, VIEW("authmedic.fallback."));
	if (!story->is_group && !wire_is_ours(story) &&
	    !view_starts_with(whole, VIEW("authmedic.incident.")))
		return -EINVAL;
	story->kind = strrchr(type, '.') + 1;
	if (story->is_group) {
		story->of_log = view_starts_with(view_of_text(story->kind), VIEW("deaf"));
		story->of_fallback = view_starts_with(view_of_text(story->kind), VIEW("overdue"));
	}
	return 0;
}

int wire_read(const struct json *document, struct wire_story *ret_story)
{
	const struct json *data = json_get(document, "data");
	struct wire_story story = {.data = data};

	if (read_type(text_in(document, "type"), &story) < 0 || data == NULL)
		return -EINVAL;
	story.time = text_in(document, "timestamp");
	story.site = text_in(data, "site");
	story.incident = text_in(data, "incident");
	story.log = text_in(data, "log");
	story.fleet = text_in(data, "fleet");
	story.host = text_in(data, "host");
	story.diagnosis = text_in(data, "diagnosis");
	story.reason = text_in(data, "reason");
	story.text = text_in(data, "text");
	story.title = text_in(data, "title");
	story.why = text_in(data, "why");
	story.advice = text_in(data, "advice");
	story.caution = text_in(data, "caution");
	*ret_story = story;
	return 0;
}

bool wire_is_end(const char *kind)
{
	return strcmp(kind, "resolved") == 0 || strcmp(kind, "deaf-ended") == 0 ||
	    strcmp(kind, "unwatched") == 0 ||
	    strcmp(kind, "hindered-ended") == 0 || strcmp(kind, "unsaved-ended") == 0 ||
	    strcmp(kind, "overdue-ended") == 0;
}

bool wire_is_ours(const struct wire_story *story)
{
	return story->of_log || story->of_fleet || story->of_state || story->of_fallback;
}

bool wire_is_test(const struct wire_story *story)
{
	return strcmp(story->kind, "test") == 0;
}

void wire_summary(const struct wire_story *story, struct buffer *line)
{
	if (story->is_group)
		buffer_append_text(line, story->text);
	else if (story->of_fleet)
		buffer_append_format(
		    line, "%s in the fleet %s: %s", story->host, story->fleet, story->text);
	else if (story->of_state)
		buffer_append_format(line, "authmedic on %s: %s", story->host, story->text);
	else if (story->of_log)
		buffer_append_format(line, "%s: %s: %s", story->site, story->log,
		    strcmp(story->kind, "deaf-ended") == 0 ? "it can be read again" : story->text);
	else if (wire_is_end(story->kind) || story->title[0] == '\0')
		buffer_append_format(line, "%s: %s", story->site, story->text);
	else
		buffer_append_format(line, "%s: %s", story->site, story->title);
}

void wire_subject(const struct wire_story *story, struct buffer *subject)
{
	if (story->is_group)
		buffer_append_format(subject, "group/%s", story->kind);
	else if (story->of_fleet)
		buffer_append_format(
		    subject, "fleet/%s/%s/%s", story->fleet, story->host, story->reason);
	else if (story->of_state)
		buffer_append_format(subject, "state/%s", story->host);
	else if (story->of_fallback)
		buffer_append_format(subject, "fallback/%s/%s", story->host, story->site);
	else if (story->of_log)
		buffer_append_format(
		    subject, "%s/%s/%s", story->site, story->log, story->reason);
	else
		buffer_append_format(subject, "%s/%s", story->site, story->incident);
}

const char *wire_severity(const struct wire_story *story)
{
	if (wire_is_test(story))
		return "info";
	return wire_is_ours(story) || strcmp(story->kind, "acting") == 0 ? "warning" : "critical";
}

void wire_put_reasons(struct json *object, const struct wire_story *story)
{
	const struct {
		const char *name, *text;
	} reasons[] = {{"why", story->why}, {"advice", story->advice}, {"caution", story->caution}};

	for (size_t i = 0; i < count_of(reasons); i++)
		wire_put_text(object, reasons[i].name, reasons[i].text);
}

void wire_put_text(struct json *object, const char *name, const char *text)
{
	if (text[0] != '\0')
		json_put_text(object, name, text);
}

/* -- webhook: the document itself */

static int print_webhook(const struct wire_news *news, struct buffer *body)
{
	struct wire_story story;
	int error = wire_read(news->document, &story);

	return error < 0 ? error : json_print(news->document, body);
}

const struct wire wire_webhook = {.type = "webhook",
    .content_type = "application/json",
    .signs = true,
    .groups = true,
    .path = "",
    .print = print_webhook};
