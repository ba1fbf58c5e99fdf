#include "unit.h"

#include <errno.h>

#include "base/file.h"
#include "report/wire.h"

/* News as notification.c prints it. What a log says of a path or a client is hostile. */
static const struct {
	const char *name;
	const char *document;
} cases[] = {
    {"opened",
	"{\"type\":\"authmedic.incident.opened\",\"timestamp\":\"2026-11-22T10:00:00.000Z\","
	"\"data\":{\"site\":\"intranet\",\"incident\":\"20261122T100000Z-1a2b\","
	"\"state\":\"standing\",\"text\":\"Sign-in fails for 9 of 12.\",\"reason\":"
	"\"stale-handle\",\"remedy\":\"\",\"diagnosis\":\"stale-handle\",\"title\":\"The worker "
	"holds an old key\",\"why\":\"The keytab is newer than the worker.\",\"advice\":"
	"\"Recycle the worker.\",\"caution\":\"Do not change the key.\","
	"\"evidence\":{\"keytab.kvno\":\"4\"}}}"},
    {"acting",
	"{\"type\":\"authmedic.incident.acting\",\"timestamp\":\"2026-11-22T10:01:00.000Z\","
	"\"data\":{\"site\":\"intranet\",\"incident\":\"20261122T100000Z-1a2b\","
	"\"state\":\"acting\",\"text\":\"Recycling.\",\"reason\":\"stale-handle\",\"remedy\":"
	"\"recycle\",\"diagnosis\":\"stale-handle\",\"title\":\"The worker holds an old key\","
	"\"why\":\"\",\"advice\":\"\",\"caution\":\"\",\"evidence\":{}}}"},
    {"resolved",
	"{\"type\":\"authmedic.incident.resolved\",\"timestamp\":\"2026-11-22T10:03:00.000Z\","
	"\"data\":{\"site\":\"intranet\",\"incident\":\"20261122T100000Z-1a2b\","
	"\"state\":\"resolved\",\"text\":\"the remedy helped: sign-in works again\","
	"\"reason\":\"\",\"remedy\":\"\",\"diagnosis\":\"stale-handle\",\"title\":\"The worker "
	"holds an old key\",\"why\":\"\",\"advice\":\"\",\"caution\":\"\",\"evidence\":{}}}"},
    {"test",
	"{\"type\":\"authmedic.incident.test\",\"timestamp\":\"2026-11-22T10:00:00.000Z\","
	"\"data\":{\"site\":\"test\",\"incident\":\"test\",\"state\":\"test\",\"text\":"
	"\"This is a test by a person. Nothing is wrong.\",\"reason\":\"\",\"remedy\":\"\","
	"\"diagnosis\":\"\",\"evidence\":{}}}"},
    {"deaf",
	"{\"type\":\"authmedic.log.deaf\",\"timestamp\":\"2026-11-22T10:00:00.000Z\","
	"\"data\":{\"site\":\"intranet\",\"log\":\"/var/log/<!channel>&\\\"\\u001b\","
	"\"reason\":\"silent\",\"text\":\"nothing new comes, while the server serves\"}}"},
    {"deaf-ended",
	"{\"type\":\"authmedic.log.deaf-ended\",\"timestamp\":\"2026-11-22T11:00:00.000Z\","
	"\"data\":{\"site\":\"intranet\",\"log\":\"/var/log/<!channel>&\\\"\\u001b\","
	"\"reason\":\"silent\",\"text\":\"it is heard again\"}}"},
    {"hindered",
	"{\"type\":\"authmedic.fleet.hindered\",\"timestamp\":\"2026-11-22T10:00:00.000Z\","
	"\"data\":{\"fleet\":\"web\",\"host\":\"a\",\"reason\":\"away\",\"text\":"
	"\"etcd has not answered\"}}"},
    {"hindered-ended",
	"{\"type\":\"authmedic.fleet.hindered-ended\",\"timestamp\":\"2026-11-22T11:00:00.000Z\","
	"\"data\":{\"fleet\":\"web\",\"host\":\"a\",\"reason\":\"away\",\"text\":"
	"\"this host takes part again\"}}"},
    {"unsaved",
	"{\"type\":\"authmedic.state.unsaved\",\"timestamp\":\"2026-11-22T10:00:00.000Z\","
	"\"data\":{\"host\":\"www1\",\"reason\":\"no-space\",\"text\":\"the state cannot be "
	"saved: No space left on device\"}}"},
    {"unsaved-ended",
	"{\"type\":\"authmedic.state.unsaved-ended\",\"timestamp\":\"2026-11-22T11:00:00.000Z\","
	"\"data\":{\"host\":\"www1\",\"reason\":\"no-space\",\"text\":\"the state is being saved "
	"again\"}}"},
    {"overdue",
	"{\"type\":\"authmedic.fallback.overdue\",\"timestamp\":\"2026-11-22T10:00:00.000Z\","
	"\"data\":{\"host\":\"www1\",\"site\":\"intranet\",\"remedy\":"
	"\"ntlm-fallback-apache\",\"reason\":\"not-taken-back\",\"until\":"
	"\"2026-11-22T09:56:00.000Z\",\"text\":"
	"\"ntlm-fallback-apache was applied until 2026-11-22T09:56:00.000Z and still stands\","
	"\"advice\":\"See why it was not taken back.\"}}"},
    {"overdue-ended",
	"{\"type\":\"authmedic.fallback.overdue-ended\",\"timestamp\":"
	"\"2026-11-22T11:00:00.000Z\",\"data\":{\"host\":\"www1\",\"site\":\"intranet\","
	"\"remedy\":\"ntlm-fallback-apache\",\"reason\":\"not-taken-back\",\"until\":"
	"\"2026-11-22T09:56:00.000Z\",\"text\":\"no fallback stands beyond its time any more\","
	"\"advice\":\"\"}}"},
};

/* Several as one, as grouping.c prints it. */
static const char group[] =
    "{\"type\":\"authmedic.group.opened\",\"timestamp\":\"2026-11-22T10:00:01.000Z\",\"data\":{"
    "\"count\":2,\"sites\":[\"intranet\",\"wiki\"],\"text\":\"2 sites: sign-in fails, or soon "
    "will: intranet, wiki\",\"members\":[{\"type\":\"authmedic.incident.opened\",\"timestamp\":"
    "\"2026-11-22T10:00:00.000Z\",\"data\":{\"site\":\"intranet\",\"incident\":"
    "\"20261122T100000Z-1a2b\",\"state\":\"standing\",\"text\":\"Sign-in fails.\",\"diagnosis\":"
    "\"stale-handle\",\"title\":\"The worker holds an old key\",\"why\":\"Why.\",\"advice\":"
    "\"Recycle the worker.\",\"caution\":\"\"},\"id\":\"m-1\"},{\"type\":"
    "\"authmedic.incident.opened\",\"timestamp\":\"2026-11-22T10:00:01.000Z\",\"data\":{\"site\":"
    "\"wiki\",\"incident\":\"20261122T100001Z-3c4d\",\"state\":\"standing\",\"text\":"
    "\"Sign-in fails.\",\"diagnosis\":\"kdc-unreachable\",\"title\":\"The KDC does not answer\","
    "\"why\":\"\",\"advice\":\"\",\"caution\":\"\"},\"id\":\"m-2\"}]}}";

static const char *const types[] = {
    "webhook", "cloudevents", "alertmanager", "pagerduty", "slack"};

/* 2026-11-22T12:00:00.000Z */
#define NOW_MS INT64_C(1795348800000)

static int print_at(int64_t now_ms, const char *type, const char *text, struct buffer *body)
{
	struct json auto_json *document = NULL;
	struct wire_news news = {
	    .id = "id-1", .host = "www1", .key = "R0UT1NGK3Y", .now_ms = now_ms};

	assert_int_equal(json_parse(view_of_text(text), &document), 0);
	news.document = document;
	return wire_of(type)->print(&news, body);
}

static int print(const char *type, const char *text, struct buffer *body)
{
	return print_at(NOW_MS, type, text, body);
}

static void golden_path(const char *type, const char *name, char ret_path[512])
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");

	snprintf(ret_path, 512, "%s/tests/unit/report/golden/%s-%s.json",
	    source != NULL ? source : ".", type, name);
}

static void write_golden(const char *path, const struct buffer *body)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fprintf(file, "%s\n", buffer_text(body));
	assert_int_equal(fclose(file), 0);
}

static void assert_golden(const char *type, const char *name, const char *document)
{
	struct buffer auto_buffer body, auto_buffer golden;
	char path[512];

	buffer_init(&body, 65536);
	buffer_init(&golden, 65536);
	golden_path(type, name, path);
	assert_int_equal(print(type, document, &body), 0);
	if (getenv("AUTHMEDIC_WRITE_GOLDEN") != NULL)
		write_golden(path, &body);
	buffer_append_byte(&body, '\n');
	assert_int_equal(file_read(path, &golden), 0);
	assert_string_equal(buffer_text(&body), buffer_text(&golden));
}

/* Each receiver is sent exactly what stands in golden/, which was compared with its public format.
 * AUTHMEDIC_WRITE_GOLDEN=1 writes the files anew, for a person to look at. */
static void says_what_is_golden(unused_parameter void **state)
{
	for (size_t i = 0; i < count_of(types); i++)
		for (size_t j = 0; j < count_of(cases); j++)
			assert_golden(types[i], cases[j].name, cases[j].document);
}

/* So is a group each that can be told of several at once; PagerDuty cannot. */
static void tells_of_several_at_once(unused_parameter void **state)
{
	struct buffer auto_buffer body;

	buffer_init(&body, 65536);
	for (size_t i = 0; i < count_of(types); i++)
		if (wire_of(types[i])->groups)
			assert_golden(types[i], "group", group);
	assert_false(wire_of("pagerduty")->groups);
	assert_int_equal(print("pagerduty", group, &body), -EINVAL);
}

/* What is none of our documents goes to nobody. */
static void refuses_other_documents(unused_parameter void **state)
{
	static const char *const others[] = {"{}", "[]", "{\"type\":\"x\",\"data\":{}}",
	    "{\"type\":\"authmedic.incident.opened\"}", "{\"type\":7,\"data\":{}}"};

	for (size_t i = 0; i < count_of(types); i++) {
		for (size_t j = 0; j < count_of(others); j++) {
			struct buffer auto_buffer body;

			buffer_init(&body, 65536);
			assert_int_equal(print(types[i], others[j], &body), -EINVAL);
			assert_int_equal(body.length, 0);
		}
	}
}

/* A message that does not fit is an error, not half a message. */
static void has_a_maximum(unused_parameter void **state)
{
	for (size_t i = 0; i < count_of(types); i++) {
		struct buffer auto_buffer body;

		buffer_init(&body, 100);
		assert_int_equal(print(types[i], cases[0].document, &body), -E2BIG);
	}
}

/* The path of a receiver's interface is added where the URL does not have it. */
/* The text that PagerDuty is told by that name of a log whose path is long. */
static char *print_of_long_path(const char *reason, const char *name)
{
	struct buffer auto_buffer document, auto_buffer body;
	struct json auto_json *event = NULL;
	const char *text;

	buffer_init(&document, 65536);
	buffer_init(&body, 65536);
	buffer_append_format(&document,
	    "{\"type\":\"authmedic.log.deaf\",\"data\":{\"site\":\"intranet\",\"log\":\"/%01500d\","
	    "\"reason\":\"%s\",\"text\":\"it is gone\"}}",
	    0, reason);
	assert_int_equal(print("pagerduty", buffer_text(&document), &body), 0);
	assert_int_equal(json_parse(buffer_view(&body), &event), 0);
	text = json_get_text(event, name);
	if (text == NULL)
		text = json_get_text(json_get(event, "payload"), name);
	return text != NULL ? strdup(text) : NULL;
}

/* PagerDuty takes so much and no more: two conditions of a log with a long path are two, each by
 * the same key each time, and with a summary, without which it would be refused. */
static void keeps_long_names_apart(unused_parameter void **state)
{
	char auto_free *one = print_of_long_path("missing", "dedup_key");
	char auto_free *same = print_of_long_path("missing", "dedup_key");
	char auto_free *other = print_of_long_path("silent", "dedup_key");
	char auto_free *summary = print_of_long_path("missing", "summary");

	assert_int_equal(strlen(one), 255);
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	assert_int_equal(strlen(summary), 1024);
}

static void completes_urls(unused_parameter void **state)
{
	static const char *const urls[][3] = {
	    {"alertmanager", "http://am:9093", "http://am:9093/api/v2/alerts"},
	    {"alertmanager", "http://am:9093/", "http://am:9093/api/v2/alerts"},
	    {"alertmanager", "http://am/x/api/v2/alerts", "http://am/x/api/v2/alerts"},
	    {"alertmanager", "http://am/x/api/v2/alerts/", "http://am/x/api/v2/alerts"},
	    {"pagerduty", "https://events.example/v2/enqueue", "https://events.example/v2/enqueue"},
	    {"pagerduty", "https://events.example", "https://events.example/v2/enqueue"},
	    {"webhook", "http://x/", "http://x/"},
	    {"slack", "https://x/T0/B0", "https://x/T0/B0"},
	};

	for (size_t i = 0; i < count_of(urls); i++) {
		struct buffer auto_buffer url;

		buffer_init(&url, 1024);
		wire_append_url(wire_of(urls[i][0]), urls[i][1], &url);
		assert_string_equal(buffer_text(&url), urls[i][2]);
	}
	assert_null(wire_of("telegraph"));
}

static const char *document_named(const char *name)
{
	for (size_t i = 0; i < count_of(cases); i++)
		if (strcmp(cases[i].name, name) == 0)
			return cases[i].document;
	fail_msg("no case %s", name);
	return NULL;
}

/* Where our clock was set back since, what happened lies in the future. Alertmanager refuses a
 * beginning that lies far in it, and takes an alert whose end does for one that goes on. */
static void tells_alertmanager_no_time_to_come(unused_parameter void **state)
{
	static const int64_t before_ms = NOW_MS - INT64_C(4) * 3600000 + 5; /* 08:00 */
	static const char *const expected[][2] = {
	    {"opened", "\"startsAt\":\"2026-11-22T08:00:00.005Z\""},
	    {"deaf", "\"startsAt\":\"2026-11-22T08:00:00.005Z\""},
	    {"resolved", "\"endsAt\":\"2026-11-22T08:00:00.005Z\""},
	};

	for (size_t i = 0; i < count_of(expected); i++) {
		struct buffer auto_buffer body;

		buffer_init(&body, 65536);
		assert_int_equal(print_at(before_ms, "alertmanager", document_named(expected[i][0]),
				     &body),
		    0);
		assert_non_null(strstr(buffer_text(&body), expected[i][1]));
		assert_null(strstr(buffer_text(&body), "T10:0"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_what_is_golden),
	    cmocka_unit_test(tells_alertmanager_no_time_to_come),
	    cmocka_unit_test(tells_of_several_at_once),
	    cmocka_unit_test(refuses_other_documents),
	    cmocka_unit_test(has_a_maximum),
	    cmocka_unit_test(keeps_long_names_apart),
	    cmocka_unit_test(completes_urls),
	};

	return cmocka_run_group_tests_name("report/wire", tests, NULL, NULL);
}
