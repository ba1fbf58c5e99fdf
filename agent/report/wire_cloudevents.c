/* CloudEvents 1.0, JSON in structured mode. Receivers take the same source and id for a
 * repetition. */
#include "report/wire_parts.h"

#define MAX_NAME_BYTES ((size_t)4096)

static int print(const struct wire_news *news, struct buffer *body)
{
	struct json auto_json *event = json_object_new();
	struct buffer auto_buffer source, auto_buffer type, auto_buffer subject;
	struct json auto_json *data = NULL;
	struct buffer auto_buffer text;
	struct wire_story story;
	int error;

	buffer_init(&source, MAX_NAME_BYTES);
	buffer_init(&type, MAX_NAME_BYTES);
	buffer_init(&subject, MAX_NAME_BYTES);
	buffer_init(&text, body->max_bytes);
	error = wire_read(news->document, &story);
	if (error < 0)
		return error;
	buffer_append_format(&source, "/authmedic/%s", news->host);
	if (story.site[0] != '\0')
		buffer_append_format(&source, "/%s", story.site);
	buffer_append_format(&type, "io.%s", json_get_text(news->document, "type"));
	wire_subject(&story, &subject);
	json_put_text(event, "specversion", "1.0");
	json_put_text(event, "id", news->id);
	json_put_text(event, "source", buffer_text(&source));
	json_put_text(event, "type", buffer_text(&type));
	json_put_text(event, "subject", buffer_text(&subject));
	json_put_text(event, "time", story.time);
	json_put_text(event, "datacontenttype", "application/json");
	error = json_print(story.data, &text);
	if (error == 0)
		error = json_parse(buffer_view(&text), &data);
	if (error < 0)
		return error;
	json_put_tree(event, "data", take_pointer(data));
	return json_print(event, body);
}

const struct wire wire_cloudevents = {.type = "cloudevents",
    .content_type = "application/cloudevents+json; charset=utf-8",
    .signs = true,
    .groups = true,
    .path = "",
    .print = print};
