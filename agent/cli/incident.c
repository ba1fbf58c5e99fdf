#include "cli/incident.h"

#include "base/text.h"
#include "cli/verbs.h"
#include "diagnose/rules.h"

#define MAX_TEXT_BYTES ((size_t)256 * 1024)

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

/* Lines of our own making that may hold texts from elsewhere. */
static void print_lines(const char *text)
{
	struct view rest = view_of_text(text);
	struct view line;

	while (rest.length > 0) {
		view_cut(&rest, '\n', &line);
		printf("  ");
		print_escaped(line);
		putchar('\n');
	}
}

static void print_part(const char *heading, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	printf("\n%s\n", heading);
	print_lines(text);
}

static void print_word(const char *word)
{
	if (word == NULL || word[0] == '\0')
		return;
	printf(" [");
	print_escaped(view_of_text(word));
	putchar(']');
}

static void print_timeline(const struct json *incident)
{
	const struct json *timeline = json_get(incident, "timeline");

	puts("\nWhat happened");
	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event)) {
		const struct json *data = json_get(event, "data");

		printf("  ");
		incident_print_text(event, "time", 26);
		incident_print_text(event, "kind", 14);
		incident_print_text(event, "text", 0);
		print_word(json_get_text(data, "remedy"));
		print_word(json_get_text(data, "reason"));
		putchar('\n');
	}
}

static const char *value_of(const struct facts *facts, const char *name)
{
	const char *value = facts_get(facts, name);

	return value != NULL ? value : "an unknown number";
}

static void print_victims(const struct facts *facts)
{
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_TEXT_BYTES);
	buffer_append_format(&text,
	    "%s of %s known-good voters seen in the window were rejected, %s got in; "
	    "%s rejections of strangers\n",
	    value_of(facts, "window.rejected"), value_of(facts, "window.active"),
	    value_of(facts, "window.established"), value_of(facts, "window.rejected_strangers"));
	buffer_append_format(&text, "our own sign-in: %s\n", value_of(facts, "probe.result"));
	print_part("Who was hit, when it was diagnosed", buffer_text(&text));
}

static void print_reasons(const struct rules *rules, const struct facts *facts)
{
	struct buffer auto_buffer reasons;
	struct buffer auto_buffer others;
	const struct diagnosis *diagnosis = rules_diagnose(rules, facts, NULL);

	buffer_init(&reasons, MAX_TEXT_BYTES);
	buffer_init(&others, MAX_TEXT_BYTES);
	rules_tell_reasons(rules, facts, &reasons);
	rules_tell_others(rules, facts, &others);
	print_part("What it is", diagnosis->title);
	print_part("Why we think so", diagnosis->why);
	print_part("What that is seen by", buffer_text(&reasons));
	print_victims(facts);
	print_part("Why nothing else: these were asked first, and for want of this do not hold",
	    buffer_text(&others));
	print_part("What to do", diagnosis->advice);
	print_part("What not to do", diagnosis->caution);
}

/* With the rules of that time, whose words they are, too. */
static void print_diagnosis(const struct json *incident)
{
	const struct json *evidence = json_get(incident, "evidence");
	const char *digest = json_get_text(evidence, "rules");
	struct rules auto_call(rules_free) *rules = NULL;
	struct facts auto_call(facts_free) *facts = NULL;
	struct buffer auto_buffer errors;

	buffer_init(&errors, MAX_TEXT_BYTES);
	if (digest == NULL ||
	    rules_from_json(&rules, json_get(json_get(incident, "rule_sets"), digest), &errors) <
		0 ||
	    facts_from_json(&facts, json_get(evidence, "facts")) < 0)
		return;
	print_reasons(rules, facts);
}

/* Where the value is one: nobody counts seconds since 1970. */
static void print_time(const char *value)
{
	char time[TEXT_TIME_BYTES];
	int64_t time_ms;

	if (value != NULL && fact_is_time(value, &time_ms))
		printf(" = %s", text_of_time(time_ms, time));
}

static void print_facts(const struct json *facts)
{
	puts("\nWhat it was computed from");
	for (const struct json *fact = json_next(facts, NULL); fact != NULL;
	     fact = json_next(facts, fact)) {
		printf("  ");
		print_padded(json_name(fact), 28);
		putchar(' ');
		incident_print_text(fact, "value", 0);
		print_time(json_get_text(fact, "value"));
		printf("  (");
		incident_print_text(fact, "source", 0);
		printf(", ");
		incident_print_text(fact, "time", 0);
		printf(")\n");
	}
}

void incident_print(const struct json *incident)
{
	printf("Incident ");
	incident_print_text(incident, "id", 0);
	printf(" at ");
	incident_print_text(incident, "site", 0);
	printf(": ");
	incident_print_text(incident, "diagnosis", 0);
	printf(", ");
	incident_print_text(incident, "state", 0);
	printf("\nopened ");
	incident_print_text(incident, "opened", 0);
	printf(", closed ");
	incident_print_text(incident, "closed", 0);
	putchar('\n');
	print_timeline(incident);
	print_diagnosis(incident);
	print_facts(json_get(json_get(incident, "evidence"), "facts"));
}
