/* An incident in short, as one tells it to who takes over: what broke, since when, who was hit,
 * what was done, how it stands, what is left to do. */
#include "cli/incident.h"

#include "base/text.h"
#include "cli/document.h"
#include "cli/screen.h"
#include "cli/verbs.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)
#define LABEL_COLUMNS  11

struct story {
	const struct json *incident;
	const char *title, *advice; /* of its diagnosis; "" where there is none, or no rules */
};

static const char *fact_of(const struct json *incident, const char *name)
{
	const char *value = json_get_text(
	    json_get(json_get(json_get(incident, "evidence"), "facts"), name), "value");

	return value != NULL ? value : "an unknown number";
}

/* To the second, as people say it: "2026-11-28 04:06:45 UTC". */
static void append_time(struct buffer *text, int64_t time_ms)
{
	char full[TEXT_TIME_BYTES];

	text_of_time(time_ms, full);
	if (strlen(full) < 19) {
		buffer_append_text(text, "an unknown time");
		return;
	}
	buffer_append_format(text, "%.10s %.8s UTC", full, full + 11);
}

/* A label, and behind it the text, on as many lines as it takes. */
static void print_told(const struct screen *screen, const char *label, const struct buffer *text)
{
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_TEXT_BYTES);
	if (text->length == 0)
		return;
	buffer_append_format(&line, "%-*s%s", LABEL_COLUMNS, label, buffer_text(text));
	screen_print_hanging(screen, LABEL_COLUMNS, buffer_text(&line));
}

static void tell_what(const struct story *story, struct buffer *text)
{
	const char *diagnosis = document_text(story->incident, "diagnosis");

	if (diagnosis[0] == '\0')
		buffer_append_text(text, "nobody knows yet");
	else if (story->title[0] != '\0')
		buffer_append_format(text, "%s (%s)", story->title, diagnosis);
	else
		buffer_append_text(text, diagnosis);
}

static void tell_when(const struct story *story, struct buffer *text)
{
	int64_t opened_ms = document_time_ms(story->incident, "opened");
	int64_t closed_ms = document_time_ms(story->incident, "closed");
	char span[TEXT_TIME_BYTES];

	append_time(text, opened_ms);
	if (closed_ms < 0) {
		buffer_append_text(text, ", and it goes on");
		return;
	}
	buffer_append_text(text, " until ");
	append_time(text, closed_ms);
	buffer_append_format(text, ", for %s", text_of_duration(closed_ms - opened_ms, span));
}

static void tell_who(const struct story *story, struct buffer *text)
{
	const struct json *incident = story->incident;
	const struct json *facts = json_get(json_get(incident, "evidence"), "facts");

	if (json_get(facts, "window.active") == NULL)
		return;
	buffer_append_format(text,
	    "%s of the %s known-good voters (addresses that got in before) who tried were "
	    "turned away, %s got in; %s rejections of strangers",
	    fact_of(incident, "window.rejected"), fact_of(incident, "window.active"),
	    fact_of(incident, "window.established"),
	    fact_of(incident, "window.rejected_strangers"));
	if (json_get(facts, "probe.result") != NULL)
		buffer_append_format(
		    text, "; our own sign-in: %s", fact_of(incident, "probe.result"));
}

/* The last refusal counts only as long as nothing was done after it. */
static void tell_done(const struct story *story, struct buffer *text)
{
	const struct json *timeline = json_get(story->incident, "timeline");
	const char *refusal = NULL;

	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event)) {
		const char *kind = document_text(event, "kind");
		const struct json *data = json_get(event, "data");

		if (strcmp(kind, "applied") == 0) {
			buffer_append_format(text, "%s%s was applied at ",
			    text->length > 0 ? ", then " : "", document_text(data, "remedy"));
			append_time(text, document_time_ms(event, "time"));
			buffer_append_format(text, ": %s", document_text(data, "reason"));
			refusal = NULL;
		} else if (strcmp(kind, "not-verified") == 0) {
			buffer_append_text(text, "; it did not help");
		} else if (strcmp(kind, "refused") == 0) {
			refusal = document_text(event, "text");
		}
	}
	if (text->length == 0 && refusal != NULL)
		buffer_append_format(text, "nothing: %s", refusal);
	else if (text->length == 0)
		buffer_append_text(text, "nothing");
	else if (refusal != NULL)
		buffer_append_format(text, "; and no more: %s", refusal);
}

static void tell_end(const struct story *story, struct buffer *text)
{
	const struct json *timeline = json_get(story->incident, "timeline");
	const struct json *last = NULL;

	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event))
		last = event;
	if (document_time_ms(story->incident, "closed") >= 0)
		buffer_append_format(text, "over: %s", document_text(last, "text"));
	else
		buffer_append_format(
		    text, "OPEN, in state %s", document_text(story->incident, "state"));
}

static void tell_next(const struct story *story, struct buffer *text)
{
	if (document_time_ms(story->incident, "closed") >= 0)
		buffer_append_text(text, "nothing");
	else if (story->advice[0] != '\0')
		buffer_append_text(text, story->advice);
	else
		buffer_append_text(text, "wait for the diagnosis: authmedic watch");
}

static const struct {
	const char *label;
	void (*tell)(const struct story *story, struct buffer *text);
} parts[] = {
    {"What:", tell_what},
    {"When:", tell_when},
    {"Hit:", tell_who},
    {"Done:", tell_done},
    {"Now:", tell_end},
    {"Next:", tell_next},
};

void incident_print_story(
    const struct json *incident, const struct screen *screen, const struct diagnosis *diagnosis)
{
	const struct story story = {.incident = incident,
	    .title = diagnosis != NULL ? diagnosis->title : "",
	    .advice = diagnosis != NULL ? diagnosis->advice : ""};

	for (size_t i = 0; i < count_of(parts); i++) {
		struct buffer auto_buffer text;

		buffer_init(&text, MAX_TEXT_BYTES);
		parts[i].tell(&story, &text);
		print_told(screen, parts[i].label, &text);
	}
}
