/* Safety rule 12, by random schedules: whatever bytes strangers bring into a log, and so into what
 * is told of it, they stay text. In the page they open no tag, in JSON and metrics they end no
 * string and begin no line, and a terminal gets none of them as they are. */
#include "chance.h"
#include "model_fixture.h"

#include "base/text.h"
#include "report/metrics.h"
#include "report/notification.h"
#include "report/page.h"
#include "report/status.h"
#include "report/wire.h"

#define MAX_BYTES   ((size_t)1024 * 1024)
#define TEXT_BYTES  64
#define HARMLESS    "harmless words"

static bool html_is_raw; /* the guard that can be taken away */

void __real_text_append_html(struct buffer *buffer, struct view bytes);
void __wrap_text_append_html(struct buffer *buffer, struct view bytes);
void __wrap_text_append_html(struct buffer *buffer, struct view bytes)
{
	if (html_is_raw)
		buffer_append(buffer, bytes);
	else
		__real_text_append_html(buffer, bytes);
}

/* -------------------------------------------------------------------- where such text is told */

static void fill_site(const char *text)
{
	static struct intake_cursor cursor;
	static struct report_log log;
	static struct report_event event;
	static struct report_incident incident;

	cursor = (struct intake_cursor){.inode = 1};
	snprintf(cursor.path, sizeof(cursor.path), "%s", text);
	log = (struct report_log){text, text, &no_log_totals, &cursor, 1, 0, 0, -1,
	    .deaf = {{text, text, NOW_MS}}, .deaf_count = 1};
	event = (struct report_event){NOW_MS, text, text, text, text};
	incident = (struct report_incident){.id = text, .diagnosis = text, .title = text,
	    .why = text, .advice = text, .caution = text, .opened_ms = NOW_MS, .closed_ms = -1,
	    .events = &event, .event_count = 1};
	sites[0].sentence = sites[0].service = sites[0].incident_id = sites[0].diagnosis = text;
	sites[0].incident = &incident;
	sites[0].logs = &log;
	sites[0].log_count = 1;
	model.not_ready = model.helper = model.confinement = model.state_set_aside = text;
	model.ready = false;
}

static void tell_page(const char *text, struct buffer *told)
{
	fill_site(text);
	page_print(&model, told);
}

static void tell_site(const char *text, struct buffer *told)
{
	fill_site(text);
	page_print_site(&model, 0, told);
}

static void tell_status(const char *text, struct buffer *told)
{
	struct json auto_json *document = NULL;

	fill_site(text);
	document = status_document(&model);
	assert_int_equal(json_print(document, told), 0);
}

static void tell_incident(const char *text, struct buffer *told)
{
	const struct status_incident incident = {
	    .id = text, .site = text, .diagnosis = text, .state = text, .closed_ms = -1};
	const struct status_event event = {.kind = text, .text = text};
	struct json auto_json *document = status_incident_document(&incident);

	status_add_event(document, &event);
	assert_int_equal(json_print(document, told), 0);
}

static void tell_metrics(const char *text, struct buffer *told)
{
	struct metrics auto_call(metrics_free) *metrics = NULL;

	assert_int_equal(metrics_new(&metrics), 0);
	metrics_set(metrics, METRIC_log_lines_total, LABELS(text, text), 1);
	assert_int_equal(metrics_print(metrics, METRICS_OPENMETRICS, told), 0);
}

static void tell_by(const char *type, const char *text, struct buffer *told)
{
	const struct notification notification = {.kind = "opened", .time_ms = NOW_MS, .site = text,
	    .incident = text, .state = text, .text = text, .reason = text, .remedy = text};
	struct json auto_json *document = NULL;
	struct wire_news news = {.id = text, .host = text, .key = text};
	struct buffer auto_buffer printed;

	buffer_init(&printed, MAX_BYTES);
	assert_int_equal(notification_print(&notification, &printed), 0);
	assert_int_equal(json_parse(buffer_view(&printed), &document), 0);
	news.document = document;
	assert_int_equal(wire_of(type)->print(&news, told), 0);
}

#define TELL_BY(type)                                                                              \
	static void tell_##type(const char *text, struct buffer *told)                             \
	{                                                                                          \
		tell_by(#type, text, told);                                                        \
	}
TELL_BY(webhook)
TELL_BY(cloudevents)
TELL_BY(alertmanager)
TELL_BY(pagerduty)
TELL_BY(slack)

static void tell_terminal(const char *text, struct buffer *told)
{
	text_append_escaped(told, view_of_text(text));
}

/* What the checks must find: text that is told as it is. */
static void tell_json_raw(const char *text, struct buffer *told)
{
	buffer_append_format(told, "{\"text\": \"%s\"}", text);
}

static void tell_metric_raw(const char *text, struct buffer *told)
{
	buffer_append_format(told, "lines{log=\"%s\"} 1\n", text);
}

static void tell_terminal_raw(const char *text, struct buffer *told)
{
	buffer_append_text(told, text);
}

/* ----------------------------------------------------------------------------- what must hold */

struct structure {
	size_t tags, lines, quotes;
};

/* In HTML a backslash escapes nothing. */
static struct structure structure_of(const struct buffer *told, bool has_escapes)
{
	struct structure found = {0};
	bool escaped = false;

	for (size_t i = 0; i < told->length; i++) {
		char byte = told->data[i];

		found.tags += byte == '<' || byte == '>';
		found.lines += byte == '\n';
		found.quotes += byte == '"' && !escaped;
		escaped = has_escapes && byte == '\\' && !escaped;
	}
	return found;
}

static bool has_control_byte(const struct buffer *told)
{
	for (size_t i = 0; i < told->length; i++) {
		unsigned char byte = (unsigned char)told->data[i];

		if (byte < ' ' && byte != '\n' && byte != '\t')
			return true;
	}
	return false;
}

static bool is_page(const struct buffer *told, const struct buffer *usual)
{
	const struct structure a = structure_of(told, false), b = structure_of(usual, false);

	return !has_control_byte(told) && a.tags == b.tags && a.quotes == b.quotes;
}

static bool is_json(const struct buffer *told, const struct buffer *usual)
{
	struct json auto_json *document = NULL;

	return !has_control_byte(told) && json_parse(buffer_view(told), &document) == 0 &&
	       structure_of(told, true).quotes == structure_of(usual, true).quotes;
}

/* Their format lets other bytes be; labels come from the configuration, which has none. */
static bool is_metrics(const struct buffer *told, const struct buffer *usual)
{
	const struct structure a = structure_of(told, true), b = structure_of(usual, true);

	return a.lines == b.lines && a.quotes == b.quotes;
}

static bool is_plain(const struct buffer *told, unused_parameter const struct buffer *usual)
{
	for (size_t i = 0; i < told->length; i++)
		if (told->data[i] < ' ' || told->data[i] > '~')
			return false;
	return true;
}

struct teller {
	const char *name;
	void (*tell)(const char *text, struct buffer *told);
	bool (*holds)(const struct buffer *told, const struct buffer *usual);
};
static const struct teller tellers[] = {
    {"the page", tell_page, is_page},
    {"a site's page", tell_site, is_page},
    {"the status", tell_status, is_json},
    {"an incident", tell_incident, is_json},
    {"metrics", tell_metrics, is_metrics},
    {"a webhook", tell_webhook, is_json},
    {"CloudEvents", tell_cloudevents, is_json},
    {"Alertmanager", tell_alertmanager, is_json},
    {"PagerDuty", tell_pagerduty, is_json},
    {"Slack", tell_slack, is_json},
    {"a terminal", tell_terminal, is_plain},
};
static const struct teller raw_tellers[] = {
    {"JSON", tell_json_raw, is_json},
    {"metrics", tell_metric_raw, is_metrics},
    {"a terminal", tell_terminal_raw, is_plain},
};

/* ------------------------------------------------------------------------------ the schedules */

static const struct teller *teller;
static struct buffer usual, told;

/* Bytes, and words that mean something to whoever reads them unescaped. */
static void make_text(char text[TEXT_BYTES])
{
	static const char *const words[] = {"<script>", "</style>", "\"}", "',", "\" onload=\"x",
	    "-->", "&lt;", "\\", "\\\"", "\n# TYPE x counter\nx 1", "\r\nSet-Cookie: a",
	    "\x1b[2J", "\x1b]0;x\x07", "\xc2\x9b", "\xff\xfe", "$(id)", "`id`", "%n",
	    "\xe2\x80\xae"};
	size_t length = 0, wanted = 1 + chance(TEXT_BYTES - 2);

	while (length < wanted) {
		const char *word = words[chance(count_of(words))];

		if (chance_percent(40))
			text[length++] = (char)(1 + chance(255));
		else
			length += (size_t)snprintf(text + length, wanted - length + 1, "%s", word);
		length = length < wanted ? length : wanted;
	}
	text[length] = '\0';
}

static bool stays_text(void)
{
	char text[TEXT_BYTES];

	make_text(text);
	buffer_clear(&told);
	teller->tell(text, &told);
	assert_int_equal(buffer_error(&told), 0);
	return teller->holds(&told, &usual);
}

static void choose(const struct teller *chosen)
{
	teller = chosen;
	buffer_clear(&usual);
	teller->tell(HARMLESS, &usual);
	assert_true(teller->holds(&usual, &usual));
}

static int begin(void **state)
{
	buffer_init(&usual, MAX_BYTES);
	buffer_init(&told, MAX_BYTES);
	return make_model(state);
}

static int end(void **state)
{
	buffer_done(&usual);
	buffer_done(&told);
	html_is_raw = false;
	return free_model(state);
}

static void stays_text_everywhere(unused_parameter void **state)
{
	/* Everywhere, each time with other bytes. */
	for (size_t i = 0; i < count_of(tellers); i++) {
		choose(&tellers[i]);
		print_message("# %s\n", teller->name);
		chance_all_hold(stays_text);
	}
}

static void raw_text_is_found(unused_parameter void **state)
{
	/* The controls: the page without its escaping, and what tells text as it is. */
	html_is_raw = true;
	choose(&tellers[0]);
	chance_one_breaks(stays_text, "escaping for HTML");
	html_is_raw = false;
	for (size_t i = 0; i < count_of(raw_tellers); i++) {
		choose(&raw_tellers[i]);
		chance_one_breaks(stays_text, raw_tellers[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(stays_text_everywhere, begin, end),
	    cmocka_unit_test_setup_teardown(raw_text_is_found, begin, end),
	};

	return cmocka_run_group_tests_name("log_bytes", tests, NULL, NULL);
}
