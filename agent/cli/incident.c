#include "cli/incident.h"

#include <errno.h>

#include "cli/document.h"
#include "cli/verbs.h"

#define MAX_TEXT_BYTES ((size_t)256 * 1024)
#define INDENT         2
#define DAY_BYTES      11 /* "2026-11-28" */
#define TIME_COLUMNS   12
#define KIND_COLUMNS   14

/* Whoever sits on the daemon's port may have written it. */
static void print_padded(const char *text, int width)
{
	print_escaped(view_of_text(text));
	for (int i = (int)strlen(text); i < width; i++)
		putchar(' ');
}

void incident_print_text(const struct json *object, const char *name, int width)
{
	const char *text = json_get_text(object, name);

	print_padded(text != NULL && text[0] != '\0' ? text : "-", width);
}

/* Text of our own making that may hold parts from elsewhere. */
static void print_part(const struct screen *screen, const char *heading, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	putchar('\n');
	screen_print_text(screen, 0, heading);
	screen_print_text(screen, INDENT, text);
}

static void append_word(struct buffer *line, const char *word)
{
	if (word != NULL && word[0] != '\0')
		buffer_append_format(line, " [%s]", word);
}

/* In which turn of the fleet it was. */
static void append_fence(struct buffer *line, const struct json *data)
{
	int64_t fence = json_get_int(json_get(data, "case"), "fleet_fence", -1);

	if (fence >= 0)
		buffer_append_format(line, " [fence %lld]", (long long)fence);
}

/* The time of day is enough behind the first of a day. */
static void append_time_of_day(
    struct buffer *line, const struct json *event, char previous_day[DAY_BYTES])
{
	const char *time = json_get_text(event, "time");

	if (time == NULL || strlen(time) < 19) {
		buffer_append_format(line, "%*s", TIME_COLUMNS, "");
		return;
	}
	if (strncmp(time, previous_day, DAY_BYTES - 1) != 0) {
		snprintf(previous_day, DAY_BYTES, "%.10s", time);
		printf("  ");
		print_escaped(view_of_text(previous_day));
		printf(" (UTC)\n");
	}
	buffer_append_format(line, "  %.8s  ", time + 11);
}

/* Such events follow each other often, and say the same each time. */
static bool is_like(const struct json *event, const struct json *next)
{
	const char *reason = json_get_text(json_get(event, "data"), "reason");
	const char *other = json_get_text(json_get(next, "data"), "reason");
	const char *kind = json_get_text(event, "kind");

	return next != NULL && kind != NULL && strcmp(kind, "probed") == 0 &&
	    json_get_text(next, "kind") != NULL && strcmp(json_get_text(next, "kind"), kind) == 0 &&
	    reason != NULL && other != NULL && strcmp(reason, other) == 0;
}

static void print_timeline(const struct screen *screen, const struct json *incident)
{
	const struct json *timeline = json_get(incident, "timeline");
	char day[DAY_BYTES] = "";
	unsigned times = 1;

	puts("\nWhat happened");
	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event)) {
		const struct json *data = json_get(event, "data");
		struct buffer auto_buffer line = {0};

		if (is_like(event, json_next(timeline, event))) {
			times++;
			continue;
		}
		buffer_init(&line, MAX_TEXT_BYTES);
		append_time_of_day(&line, event, day);
		buffer_append_format(&line, "%-*s%s", KIND_COLUMNS, document_text(event, "kind"),
		    document_text(event, "text"));
		append_word(&line, json_get_text(data, "remedy"));
		append_word(&line, json_get_text(data, "reason"));
		append_fence(&line, data);
		if (times > 1)
			buffer_append_format(&line, " (%u times)", times);
		screen_print_hanging(screen, TIME_COLUMNS + KIND_COLUMNS, buffer_text(&line));
		times = 1;
	}
}

static void print_reasons(const struct screen *screen, const struct rules *rules,
    const struct facts *facts, const struct diagnosis *diagnosis)
{
	struct buffer auto_buffer reasons;
	struct buffer auto_buffer others;

	buffer_init(&reasons, MAX_TEXT_BYTES);
	buffer_init(&others, MAX_TEXT_BYTES);
	rules_tell_reasons(rules, facts, &reasons);
	rules_tell_others(rules, facts, &others);
	print_part(screen, "Why we think so", diagnosis->why);
	print_part(screen, "What that is seen by", buffer_text(&reasons));
	print_part(screen,
	    "Why nothing else: these were asked first, and for want of this do not hold",
	    buffer_text(&others));
	print_part(screen, "What to do about such a thing", diagnosis->advice);
	print_part(screen, "What not to do", diagnosis->caution);
}

/* With the rules of that time, whose words they are, too. */
static int read_evidence(
    const struct json *incident, struct rules **ret_rules, struct facts **ret_facts)
{
	const struct json *evidence = json_get(incident, "evidence");
	const char *digest = json_get_text(evidence, "rules");
	struct rules *rules = NULL;
	struct buffer auto_buffer errors;
	int error;

	buffer_init(&errors, MAX_TEXT_BYTES);
	if (digest == NULL)
		return -ENOENT;
	error = rules_from_json(&rules, json_get(json_get(incident, "rule_sets"), digest), &errors);
	if (error == 0)
		error = facts_from_json(ret_facts, json_get(evidence, "facts"));
	if (error < 0)
		rules_free(&rules);
	else
		*ret_rules = rules;
	return error;
}

static void print_source(const struct screen *screen, const struct json *incident)
{
	struct buffer auto_buffer text;
	const struct json *facts = json_get(json_get(incident, "evidence"), "facts");
	size_t count = 0;

	for (const struct json *fact = json_next(facts, NULL); fact != NULL;
	     fact = json_next(facts, fact))
		count++;
	buffer_init(&text, MAX_TEXT_BYTES);
	buffer_append_format(
	    &text, "%zu facts: authmedic history ID --json has each, and its source", count);
	print_part(screen, "What it was computed from", buffer_text(&text));
}

void incident_print(const struct json *incident)
{
	struct rules auto_call(rules_free) *rules = NULL;
	struct facts auto_call(facts_free) *facts = NULL;
	const struct screen screen = screen_look();
	const struct diagnosis *diagnosis = NULL;

	if (read_evidence(incident, &rules, &facts) == 0)
		diagnosis = rules_diagnose(rules, facts, NULL);
	printf("Incident ");
	incident_print_text(incident, "id", 0);
	printf(" at ");
	incident_print_text(incident, "site", 0);
	printf(": ");
	incident_print_text(incident, "diagnosis", 0);
	printf(", ");
	incident_print_text(incident, "state", 0);
	printf("\n\n");
	incident_print_story(incident, &screen, diagnosis);
	print_timeline(&screen, incident);
	if (diagnosis != NULL)
		print_reasons(&screen, rules, facts, diagnosis);
	print_source(&screen, incident);
}
