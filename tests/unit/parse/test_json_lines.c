#include "lines.h"

#include "parse/fields.h"

#define READ   "record 2026-11-22T10:04:34.000Z 192.0.2.1 "
#define OBJECT "unparsed: the line is no JSON object"

/* Members in any order, in objects and arrays, of usual loggers; of a name that comes twice the
 * first counts. */
static void reads_usual_members(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"{\"time\":\"2026-11-22T10:04:34+00:00\",\"remote_addr\":\"192.0.2.1\",\"status\":"
	     "401}",
		READ "401"},
	    {" { \"status\" : \"200\" , \"remote_user\" : \"EXAMPLE\\\\al\" , \"request\" : \"GET "
	     "/ "
	     "HTTP/1.1\" , \"ts\" : 1795341874.000 , \"remote_addr\":\"192.0.2.1\", \"x\":[] } ",
		READ "user=EXAMPLE\\\\al GET / 200"},
	    /* Caddy. */
	    {"{\"level\":\"info\",\"ts\":1795341874.0,\"request\":{\"remote_ip\":\"198.51.100.1\","
	     "\"client_ip\":\"192.0.2.1\",\"method\":\"GET\",\"host\":\"www\",\"uri\":\"/a\","
	     "\"headers\":{\"User-Agent\":[\"curl\",\"x\"],\"Accept\":[\"*/*\"]}},\"user_id\":\"\","
	     "\"size\":12,\"status\":401,\"resp_headers\":{\"Server\":[\"Caddy\"]}}",
		READ "GET /a 401 12b agent=curl host=www"},
	    /* Traefik. */
	    {"{\"ClientHost\":\"192.0.2.1\",\"ClientUsername\":\"-\",\"DownstreamStatus\":401,"
	     "\"RequestMethod\":\"GET\",\"RequestPath\":\"/"
	     "\",\"StartUTC\":\"2026-11-22T10:04:34Z\","
	     "\"request_User-Agent\":\"a\",\"DownstreamContentSize\":9}",
		READ "GET / 401 9b agent=a"},
	    /* Elastic's common schema, flat and nested. */
	    {"{\"@timestamp\":\"2026-11-22T10:04:34.000Z\",\"source.ip\":\"192.0.2.1\",\"http\":"
	     "{\"response\":{\"status_code\":401},\"request\":{\"method\":\"GET\"}},\"user\":"
	     "{\"name\":\"alice\"}}",
		READ "user=alice GET 401"},
	    {"{\"time\":\"[22/Nov/2026:10:04:34 +0000]\",\"client\":\"192.0.2.1:5678\",\"status\":"
	     "401,\"auth_scheme\":\"negotiate-kerberos\",\"auth_reply\":\"reject\",\"scheme\":"
	     "\"https\",\"mtext\":\"a \\\"b\\\"\",\"user\":null}",
		READ "401 scheme=kerberos reply=reject reason=a \\\"b\\\""},
	    {"{\"time\":1795341874000,\"client\":\"[192.0.2.1]:5\",\"status\":401,\"status\":200}",
		READ "401"},
	    {"{\"time\":1795341874,\"client\":\"192.0.2.1\",\"status\":401,\"a\":[[[[]]]],\"b\":-1."
	     "5E+3,"
	     "\"user\":\"a\\\",\\\"status\\\":200,\\\"x\\\":\\\"\"}",
		READ "user=a\\\",\\\"status\\\":200,\\\"x\\\":\\\" 401"},
	};

	lines_check("json", cases, count_of(cases));
}

/* What is no object with a time, a status and a client is not read. */
static void refuses_other_lines(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"[]", OBJECT},
	    {"x", OBJECT},
	    {"{", OBJECT},
	    {"{\"a\"}", OBJECT},
	    {"{\"a\":}", OBJECT},
	    {"{\"a\":1,}", OBJECT},
	    {"{\"a\":\"b}", OBJECT},
	    {"{\"a\":[1}", OBJECT},
	    {"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
	     "\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}}}}}}}}}",
		OBJECT},
	    {"{} x", "unparsed: text follows the JSON object"},
	    {"{}", "unparsed: no member is known to be the time"},
	    {"{\"time\":\"today\"}", "unparsed: the time is like none that is known"},
	    {"{\"time\":1795341874}",
		"unparsed: no member is known to be the status, nor the message"},
	    {"{\"time\":1795341874,\"status\":401}",
		"unparsed: no member is known to be the client"},
	    {"{\"time\":1795341874,\"status\":\"x\",\"client\":\"y\"}",
		"unparsed: the status is no number of three digits"},
	};

	lines_check("json", cases, count_of(cases));
}

/* Names of the administrator's own take the place of the usual ones. */
static void follows_the_given_names(unused_parameter void **state)
{
	const char *const names[FIELD_COUNT] = {
	    [FIELD_TIME] = "when", [FIELD_STATUS] = "outcome.code", [FIELD_USER] = "who"};
	const struct parser_options options = {.format = "json", .json_names = names};
	struct parser *auto_call(parser_free) parser = NULL;
	auto_buffer struct buffer text;
	struct parsed parsed;

	buffer_init(&text, 4096);
	assert_int_equal(parser_new_with(&parser, &options, NULL), 0);
	parser_line(parser,
	    VIEW("{\"time\":1,\"when\":\"2026-11-22T10:04:34Z\",\"status\":200,\"outcome\":"
		 "{\"code\":401},\"user\":\"mallory\",\"who\":\"alice\",\"client\":\"192.0.2.1\"}"),
	    &parsed);
	assert_string_equal(lines_describe(&parsed, &text), READ "user=alice 401");
}

/* A path longer than any name, and names of any length, are no trouble. */
static void bounds_paths(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	auto_buffer struct buffer line;
	struct parsed parsed;

	buffer_init(&line, 65536);
	assert_int_equal(parser_new(&parser, "json", NULL), 0);
	buffer_append_text(&line, "{\"time\":1795341874,\"client\":\"192.0.2.1\",");
	for (int i = 0; i < 10; i++)
		buffer_append_format(&line, "\"%0*d\":{", 20 * i, 0);
	buffer_append_text(&line, "\"x\":1}}}}}}}}}},\"status\":401}");
	parser_line(parser, buffer_view(&line), &parsed);
	assert_int_equal(parsed.kind, LINE_RECORD);
	assert_int_equal(parsed.record.status, 401);
}

/* A line without a status is an error log's: other than what a signature knows, and of no member
 * that says anything. */
static void reads_error_lines(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"{\"timestamp\":\"2026-11-22T10:04:34Z\",\"loggerName\":\"a.b.C\",\"message\":\"x\"}",
		"other 2026-11-22T10:04:34.000Z"},
	    {"{\"time\":1795341874,\"msg\":\"\",\"remote_addr\":\"192.0.2.1\"}",
		"other 2026-11-22T10:04:34.000Z"},
	    {"{\"msg\":\"x\"}", "unparsed: no member is known to be the time"},
	    {"{\"time\":1795341874,\"msg\":\"x\",\"status\":401}",
		"unparsed: no member is known to be the client"},
	};

	lines_check("json", cases, count_of(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_error_lines),
	    cmocka_unit_test(reads_usual_members),
	    cmocka_unit_test(refuses_other_lines),
	    cmocka_unit_test(follows_the_given_names),
	    cmocka_unit_test(bounds_paths),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
