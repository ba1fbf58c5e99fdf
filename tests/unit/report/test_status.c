#include "model_fixture.h"

#include "report/status.h"

static void assert_printed(const struct json *document, const char *expected)
{
	struct buffer auto_buffer text = {0};

	buffer_init(&text, 1024 * 1024);
	assert_int_equal(json_print(document, &text), 0);
	assert_string_equal(buffer_text(&text), expected);
}

#define HANDSHAKES                                                                                 \
	"\"handshakes\":{"                                                                         \
	"\"established\":{\"kerberos\":100,\"ntlm\":7,\"basic\":1,\"unknown\":10},"                \
	"\"rejected\":{\"kerberos\":20,\"ntlm\":6,\"basic\":1,\"unknown\":10},"                    \
	"\"unanswered\":53,\"incomplete\":9},\"authenticated\":77"
#define NO_HANDSHAKES                                                                              \
	"\"handshakes\":{"                                                                         \
	"\"established\":{\"kerberos\":0,\"ntlm\":0,\"basic\":0,\"unknown\":0},"                   \
	"\"rejected\":{\"kerberos\":0,\"ntlm\":0,\"basic\":0,\"unknown\":0},"                      \
	"\"unanswered\":0,\"incomplete\":0},\"authenticated\":0"

static void test_handshakes(unused_parameter void **state)
{
	/* Handshakes look the same wherever they are told; no handshake is left out. */
	struct json auto_json *object = json_object_new();

	status_put_handshakes(object, &totals);
	assert_printed(object, "{" HANDSHAKES "}");
}

static void test_document(unused_parameter void **state)
{
	/* The whole status document, with a site in trouble and a new one where much is unknown. */
	struct json auto_json *document = status_document(&model);

	assert_printed(document,
	    "{\"version\":\"0.1.0\",\"mode\":\"act\",\"now\":\"2023-11-14T22:13:20.000Z\","
	    "\"started\":\"2023-11-14T21:13:20.000Z\",\"ready\":true,\"not_ready\":null,"
	    "\"helper\":\"connected\",\"confinement\":null,\"state_set_aside\":null,\"fleet\":null,"
	    "\"notify\":[{\"name\":\"ops\",\"type\":\"webhook\",\"waiting\":3,\"dead\":1}],"
	    "\"fallbacks\":[],\"sites\":["
	    "{\"name\":\"intranet\",\"server\":\"squid\","
	    "\"service\":\"HTTP/intranet.example.com\",\"mode\":\"act\",\"evidence\":\"probe\","
	    "\"state\":\"acting\","
	    "\"sentence\":\"Clients that used to get in are turned away.\","
	    "\"incident\":\"i-1\",\"diagnosis\":\"stale-handle\","
	    "\"window\":{\"known_good\":30,\"active\":12,\"rejected\":9,\"established\":3,"
	    "\"rejected_ratio\":0.75,\"rejected_strangers\":2,\"spike\":true,"
	    "\"spike_since\":\"2023-11-14T22:10:00.000Z\"}," HANDSHAKES ",\"voters\":31,"
	    "\"probe\":{\"result\":\"rejected\",\"time\":\"2023-11-14T22:13:15.000Z\","
	    "\"last_accepted\":\"2023-11-13T22:13:20.000Z\"},"
	    "\"handle\":{\"expected_failure\":\"2023-11-15T22:13:20.000Z\","
	    "\"limit_seconds\":2505600,\"learned_from\":3},"
	    "\"budget\":{\"hour\":0,\"day\":2},\"paused\":false,\"facts\":{"
	    "\"probe.result\":{\"value\":\"rejected\",\"source\":\"probe\","
	    "\"time\":\"2023-11-14T22:13:15.000Z\"},"
	    "\"ticket.kvno\":{\"value\":\"4\",\"source\":\"probe\","
	    "\"time\":\"2023-11-14T22:13:15.000Z\"}},"
	    "\"last_hour\":null,\"marks\":null,"
	    "\"logs\":[{\"path\":\"/var/log/squid/access.log*\",\"format\":\"squid-combined\","
	    "\"files\":[{\"path\":\"/var/log/squid/access.log.1\",\"inode\":11,\"offset\":3000},"
	    "{\"path\":\"/var/log/squid/access.log\",\"inode\":12,\"offset\":2000}],"
	    "\"lines_committed\":40,\"bytes\":5000,\"unparsed_lines\":4,\"overlong_lines\":3,"
	    "\"rotations\":2,\"truncations\":1,\"lost_bytes\":7,\"lag_bytes\":100,"
	    "\"last_line\":\"2023-11-14T22:13:18.000Z\",\"deaf\":null,"
	    "\"deaf_reasons\":[]},"
	    "{\"path\":\"/var/log/squid/cache.log\",\"format\":\"squid-cache\",\"files\":[],"
	    "\"lines_committed\":0,\"bytes\":0,\"unparsed_lines\":0,\"overlong_lines\":0,"
	    "\"rotations\":0,\"truncations\":0,\"lost_bytes\":0,\"lag_bytes\":0,"
	    "\"last_line\":null,\"deaf\":\"no <file> matches\",\"deaf_reasons\":["
	    "{\"reason\":\"missing\",\"since\":\"2023-11-14T22:12:20.000Z\","
	    "\"text\":\"no <file> matches\"},"
	    "{\"reason\":\"unwatched\",\"since\":\"2023-11-14T22:13:19.000Z\","
	    "\"text\":\"no hints\"}]}]},"
	    "{\"name\":\"new\",\"server\":\"other\",\"service\":\"HTTP/new.example.com\","
	    "\"mode\":\"observe\",\"evidence\":\"voters\",\"state\":\"watching\","
	    "\"sentence\":\"All is well.\",\"incident\":null,\"diagnosis\":\"\","
	    "\"window\":{\"known_good\":0,\"active\":0,\"rejected\":0,\"established\":0,"
	    "\"rejected_ratio\":0,\"rejected_strangers\":0,\"spike\":false,"
	    "\"spike_since\":null}," NO_HANDSHAKES ",\"voters\":0,"
	    "\"probe\":{\"result\":null,\"time\":null,\"last_accepted\":null},"
	    "\"handle\":{\"expected_failure\":null,\"limit_seconds\":2592000,"
	    "\"learned_from\":0},"
	    "\"budget\":{\"hour\":null,\"day\":null},\"paused\":false,\"facts\":{},"
	    "\"last_hour\":null,\"marks\":null,\"logs\":[]}]}");
}

static void test_fallbacks(unused_parameter void **state)
{
	/* What is applied for a time is named, of a site that is gone as well, and until when. */
	static const struct report_fallback fallbacks[] = {
	    {"intranet", "ntlm-fallback-apache", NOW_MS + 60000, false, false},
	    {"gone", "other", NOW_MS - 60000, true, true}};
	struct json auto_json *document = NULL;

	model.fallbacks = fallbacks;
	model.fallback_count = count_of(fallbacks);
	document = status_document(&model);
	assert_printed(json_get(document, "fallbacks"),
	    "[{\"site\":\"intranet\",\"remedy\":\"ntlm-fallback-apache\",\"until\":"
	    "\"2023-11-14T22:14:20.000Z\",\"overdue\":false,\"configured\":true},"
	    "{\"site\":\"gone\",\"remedy\":\"other\",\"until\":\"2023-11-14T22:12:20.000Z\","
	    "\"overdue\":true,\"configured\":false}]");
}

static void test_set_aside(unused_parameter void **state)
{
	/* A state that was lost is named, with what that means. */
	struct json auto_json *document = NULL;
	const struct json *told;

	model.state_set_aside = "/var/lib/authmedic/authmedic.db.set-aside-1";
	document = status_document(&model);
	told = json_get(document, "state_set_aside");
	assert_string_equal(json_get_text(told, "file"), model.state_set_aside);
	assert_non_null(strstr(json_get_text(told, "means"), "locks"));
}

static void test_not_ready(unused_parameter void **state)
{
	/* Without sites, and not ready: the reason is told. */
	struct json auto_json *document = NULL;

	model.ready = false;
	model.not_ready = "starting";
	model.site_count = 0;
	model.target_count = 0;
	document = status_document(&model);
	assert_printed(document,
	    "{\"version\":\"0.1.0\",\"mode\":\"act\",\"now\":\"2023-11-14T22:13:20.000Z\","
	    "\"started\":\"2023-11-14T21:13:20.000Z\",\"ready\":false,"
	    "\"not_ready\":\"starting\",\"helper\":\"connected\","
	    "\"confinement\":null,\"state_set_aside\":null,"
	    "\"fleet\":null,\"notify\":[],\"fallbacks\":[],\"sites\":[]}");
}

static void test_dead_letter(unused_parameter void **state)
{
	/* A message that was given up, with what it says in one line, where that can be read. */
	struct status_dead_letter letter = {.target = "ops",
	    .id = "i-1-diagnosed-5",
	    .reason = "status 404",
	    .document = VIEW("{\"type\":\"authmedic.incident.opened\",\"data\":"
			     "{\"site\":\"intranet\",\"title\":\"A stale handle\"}}"),
	    .created_ms = NOW_MS - 2000,
	    .given_up_ms = NOW_MS,
	    .attempts = 1,
	    .status = 404};
	struct json auto_json *document = status_dead_letter(&letter);
	struct json auto_json *unread = NULL;

	assert_printed(document,
	    "{\"target\":\"ops\",\"id\":\"i-1-diagnosed-5\","
	    "\"created\":\"2023-11-14T22:13:18.000Z\",\"given_up\":\"2023-11-14T22:13:20.000Z\","
	    "\"attempts\":1,\"status\":404,\"reason\":\"status 404\",\"kind\":\"opened\","
	    "\"summary\":\"intranet: A stale handle\"}");
	letter.document = VIEW("{");
	unread = status_dead_letter(&letter);
	assert_string_equal(json_get_text(unread, "summary"), "");
}

static void test_fleet(unused_parameter void **state)
{
	/* What this host sees of its fleet, or that it sees nothing. */
	struct group_host hosts[] = {{.host = "a"}, {.host = "b"}};
	struct group_slot slots[] = {
	    {.host = "a", .site = "intranet", .incident = "i-1", .fence = 7}};
	struct group_incident incidents[] = {{.host = "b",
	    .site = "wiki",
	    .diagnosis = "clock-skew",
	    .since_ms = NOW_MS,
	    .not_helped = true}};
	const struct group group = {
	    .hosts = {hosts, 2, 2}, .slots = {slots, 1, 1}, .incidents = {incidents, 1, 1}};
	struct report_fleet fleet = {.group_name = "web",
	    .host = "a",
	    .state = "joined",
	    .trouble = "",
	    .required = true,
	    .at_most = 1,
	    .fence = 7,
	    .shared_hosts = 2,
	    .answered_ms = NOW_MS,
	    .group = &group};
	struct json auto_json *document = NULL;
	struct json auto_json *unknown = NULL;

	model.fleet = &fleet;
	document = status_document(&model);
	assert_printed(json_get(document, "fleet"),
	    "{\"group\":\"web\",\"host\":\"a\",\"state\":\"joined\",\"trouble\":\"\","
	    "\"required\":true,\"at_most\":1,\"shared_hosts\":2,\"fence\":7,"
	    "\"answered\":\"2023-11-14T22:13:20.000Z\",\"hosts\":[\"a\",\"b\"],"
	    "\"slots\":[{\"host\":\"a\",\"site\":\"intranet\",\"incident\":\"i-1\","
	    "\"fence\":7}],\"incidents\":[{\"host\":\"b\",\"site\":\"wiki\","
	    "\"diagnosis\":\"clock-skew\",\"since\":\"2023-11-14T22:13:20.000Z\","
	    "\"not_helped\":true}]}");
	fleet = (struct report_fleet){.group_name = "web",
	    .host = "a",
	    .state = "away",
	    .trouble = "no answer",
	    .fence = -1,
	    .answered_ms = -1};
	unknown = status_document(&model);
	assert_printed(json_get(unknown, "fleet"),
	    "{\"group\":\"web\",\"host\":\"a\",\"state\":\"away\",\"trouble\":\"no answer\","
	    "\"required\":false,\"at_most\":0,\"shared_hosts\":0,\"fence\":null,"
	    "\"answered\":null,\"hosts\":[],\"slots\":[],\"incidents\":[]}");
	model.fleet = NULL;
}

static void test_incident(unused_parameter void **state)
{
	/* An incident with its timeline; what was stored and cannot be read any more is null. */
	const struct status_incident incident = {.id = "i-1",
	    .site = "intranet",
	    .diagnosis = "stale-handle",
	    .state = "acting",
	    .opened_ms = NOW_MS - 2000,
	    .changed_ms = NOW_MS - 1000,
	    .closed_ms = -1,
	    .evidence = VIEW("{\"window\":[1]}")};
	const struct status_event events[] = {
	    {NOW_MS - 2000, "opened", "Sign-in \"fails\".", VIEW("")},
	    {NOW_MS - 1000, "acting", "Recycling.", VIEW("{\"rung\":0}")},
	    {NOW_MS, "odd", "", VIEW("{half")}};
	struct json auto_json *document = status_incident_document(&incident);

	for (size_t i = 0; i < count_of(events); i++)
		status_add_event(document, &events[i]);
	assert_printed(document,
	    "{\"id\":\"i-1\",\"site\":\"intranet\",\"diagnosis\":\"stale-handle\","
	    "\"state\":\"acting\",\"opened\":\"2023-11-14T22:13:18.000Z\","
	    "\"changed\":\"2023-11-14T22:13:19.000Z\",\"closed\":null,"
	    "\"evidence\":{\"window\":[1]},\"timeline\":["
	    "{\"time\":\"2023-11-14T22:13:18.000Z\",\"kind\":\"opened\","
	    "\"text\":\"Sign-in \\\"fails\\\".\",\"data\":null},"
	    "{\"time\":\"2023-11-14T22:13:19.000Z\",\"kind\":\"acting\","
	    "\"text\":\"Recycling.\",\"data\":{\"rung\":0}},"
	    "{\"time\":\"2023-11-14T22:13:20.000Z\",\"kind\":\"odd\",\"text\":\"\","
	    "\"data\":null}]}");
}

static void test_incident_summary(unused_parameter void **state)
{
	/* In a list an incident comes without evidence and timeline. */
	const struct status_incident incident = {.id = "i-0",
	    .site = "intranet",
	    .diagnosis = "",
	    .state = "resolved",
	    .opened_ms = 0,
	    .changed_ms = 1,
	    .closed_ms = 1,
	    .evidence = VIEW("{}")};
	struct json auto_json *summary = status_incident_summary(&incident);

	assert_printed(summary,
	    "{\"id\":\"i-0\",\"site\":\"intranet\",\"diagnosis\":\"\",\"state\":\"resolved\","
	    "\"opened\":\"1970-01-01T00:00:00.000Z\",\"changed\":\"1970-01-01T00:00:00.001Z\","
	    "\"closed\":\"1970-01-01T00:00:00.001Z\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    model_test(test_handshakes),
	    model_test(test_document),
	    model_test(test_fallbacks),
	    model_test(test_set_aside),
	    model_test(test_not_ready),
	    model_test(test_fleet),
	    model_test(test_dead_letter),
	    model_test(test_incident),
	    model_test(test_incident_summary),
	};

	return cmocka_run_group_tests_name("report/status", tests, NULL, NULL);
}
