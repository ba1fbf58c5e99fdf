/* Slack's incoming webhooks: a line for the notification, blocks for the page. The URL is the
 * secret. */
#include "report/wire_parts.h"

#define MAX_LINE_BYTES  ((size_t)2900) /* a section takes 3,000 characters */
#define MAX_STORY_BYTES ((size_t)64 * 1024)

/* Slack's own mark-up begins with these three. */
static void append_escaped(struct buffer *line, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			buffer_append_text(line, "&amp;");
		else if (*text == '<')
			buffer_append_text(line, "&lt;");
		else if (*text == '>')
			buffer_append_text(line, "&gt;");
		else
			buffer_append_byte(line, *text);
	}
}

static void add_section(struct json *blocks, const char *heading, const char *text)
{
	struct buffer auto_buffer line;
	struct json *section, *content;

	buffer_init(&line, MAX_STORY_BYTES);
	if (text[0] == '\0')
		return;
	if (heading[0] != '\0')
		buffer_append_format(&line, "*%s* ", heading);
	append_escaped(&line, text);
	section = json_add_object(blocks);
	json_put_text(section, "type", "section");
	content = json_put_object(section, "text");
	json_put_text(content, "type", "mrkdwn");
	json_put_view(content, "text", view_first(buffer_view(&line), MAX_LINE_BYTES));
}

/* A group has no more members than a message may have blocks. */
static void add_members(struct json *blocks, const struct wire_story *group)
{
	const struct json *members = json_get(group->data, "members");

	for (const struct json *member = json_next(members, NULL); member != NULL;
	     member = json_next(members, member)) {
		struct buffer auto_buffer summary;
		struct wire_story story;

		buffer_init(&summary, MAX_STORY_BYTES);
		if (wire_read(member, &story) < 0)
			continue;
		wire_summary(&story, &summary);
		add_section(blocks, story.incident, buffer_text(&summary));
	}
}

static const char *mark_of(const struct wire_story *story)
{
	if (wire_is_end(story->kind))
		return ":white_check_mark:";
	return strcmp(wire_severity(story), "critical") == 0 ? ":rotating_light:" : ":warning:";
}

static int print(const struct wire_news *news, struct buffer *body)
{
	struct json auto_json *message = json_object_new();
	struct buffer auto_buffer summary, auto_buffer line;
	struct wire_story story;
	struct json *blocks;
	int error;

	buffer_init(&summary, MAX_STORY_BYTES);
	buffer_init(&line, MAX_STORY_BYTES);
	error = wire_read(news->document, &story);
	if (error < 0)
		return error;
	wire_summary(&story, &summary);
	buffer_append_format(&line, "%s ", mark_of(&story));
	append_escaped(&line, buffer_text(&summary));
	json_put_text(message, "text", buffer_text(&line));
	blocks = json_put_array(message, "blocks");
	add_section(blocks, mark_of(&story), buffer_text(&summary));
	if (story.is_group) {
		add_members(blocks, &story);
	} else if (!wire_is_end(story.kind)) {
		add_section(blocks, "Now:", story.text);
		add_section(blocks, "Why we think so:", story.why);
		add_section(blocks, "What to do:", story.advice);
		add_section(blocks, "What not to do:", story.caution);
	}
	add_section(blocks, "Incident:", story.incident);
	return json_print(message, body);
}

const struct wire wire_slack = {
    .type = "slack",
    .content_type = "application/json",
    .groups = true,
    .path = "",
    .print = print};
