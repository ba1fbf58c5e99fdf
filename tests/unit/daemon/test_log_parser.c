#include "unit.h"

#include <errno.h>

#include "daemon/log_parser.h"

static struct config_log log_of(const char *format, const char *logformat)
{
	return (struct config_log){.where = (char *)"a.yml:3:7",
	    .path = (char *)"/a.log",
	    .format = (char *)format,
	    .logformat = (char *)logformat};
}

static void assert_refused(const struct config_log *log, const char *complaint)
{
	struct parser *parser = NULL;
	struct buffer auto_buffer errors;

	buffer_init(&errors, 65536);
	assert_int_equal(log_parser_new(&parser, log, NULL, &errors), -EINVAL);
	assert_null(parser);
	assert_string_equal(buffer_text(&errors), complaint);
	assert_int_equal(log_parser_new(&parser, log, NULL, NULL), -EINVAL);
}

/* A format by name, by string, and one that the lines are to tell. */
static void makes_what_is_asked_for(unused_parameter void **state)
{
	const struct config_log named = log_of("ncsa", NULL);
	const struct config_log own = log_of("auto", "%h %t %>s");
	const struct config_log any = log_of("auto", NULL);
	struct parser *parser = NULL;

	assert_int_equal(log_parser_new(&parser, &named, NULL, NULL), 0);
	assert_string_equal(parser_format(parser), "ncsa");
	parser_free(&parser);
	assert_int_equal(log_parser_new(&parser, &own, NULL, NULL), 0);
	assert_string_equal(parser_format(parser), "logformat");
	parser_free(&parser);
	assert_int_equal(log_parser_new(&parser, &any, NULL, NULL), 0);
	assert_null(parser);
}

/* What cannot be had is refused with the log's place. */
static void refuses_with_the_place(unused_parameter void **state)
{
	const struct config_log unknown = log_of("apache", NULL);
	const struct config_log useless = log_of("auto", "%h %t");
	struct config_log mapped = log_of("ncsa", NULL);

	assert_refused(&unknown, "a.yml:3:7: no such log format: 'apache'\n");
	assert_refused(&useless,
	    "a.yml:3:7: character 1 of the log format: it logs no status, so nobody can see who "
	    "got in\n");
	mapped.fields.worker = (char *)"process";
	assert_refused(
	    &mapped, "a.yml:3:7: fields name the members of JSON lines: give format: json\n");
	mapped.logformat = (char *)"%h %t %>s";
	assert_refused(
	    &mapped, "a.yml:3:7: fields name the members of JSON lines: give format: json\n");
	mapped = log_of("auto", NULL);
	mapped.fields.user_is_verified = true;
	assert_refused(
	    &mapped, "a.yml:3:7: fields name the members of JSON lines: give format: json\n");
}

/* Every name that the configuration can give reaches the parser. */
static void hands_over_every_name(unused_parameter void **state)
{
	struct config_log log = log_of("json", NULL);
	struct parser *auto_call(parser_free) parser = NULL;
	struct parsed parsed;

	log.fields = (struct config_log_fields){.time = (char *)"A",
	    .client = (char *)"B",
	    .user = (char *)"C",
	    .status = (char *)"D",
	    .request = (char *)"E",
	    .sent_bytes = (char *)"F",
	    .agent = (char *)"G",
	    .host = (char *)"H",
	    .forwarded = (char *)"I",
	    .connection = (char *)"J",
	    .worker = (char *)"K",
	    .scheme = (char *)"L",
	    .reply = (char *)"M",
	    .error = (char *)"N",
	    .error_text = (char *)"O",
	    .method = (char *)"P",
	    .target = (char *)"Q",
	    .message = (char *)"R",
	    .logger = (char *)"S"};
	assert_int_equal(log_parser_new(&parser, &log, NULL, NULL), 0);
	parser_line(parser,
	    VIEW("{\"A\":1,\"B\":\"192.0.2.1\",\"C\":\"c\",\"D\":401,\"E\":\"GET /e\",\"F\":6,"
		 "\"G\":\"g\",\"H\":\"h\",\"I\":\"i\",\"J\":\"j\",\"K\":\"k\",\"L\":\"ntlm\","
		 "\"M\":\"continue\",\"N\":\"-\",\"O\":\"o\",\"P\":\"p\",\"Q\":\"q\"}"),
	    &parsed);
	assert_int_equal(parsed.kind, LINE_RECORD);
	assert_int_equal(parsed.record.time_ms, 1000);
	assert_view_is(parsed.record.client, "192.0.2.1");
	assert_view_is(parsed.record.user, "c");
	assert_int_equal(parsed.record.status, 401);
	assert_int_equal(parsed.record.sent_bytes, 6);
	assert_view_is(parsed.record.agent, "g");
	assert_view_is(parsed.record.host, "h");
	assert_view_is(parsed.record.forwarded, "i");
	assert_view_is(parsed.record.connection, "j");
	assert_view_is(parsed.record.worker, "k");
	assert_int_equal(parsed.record.scheme, SCHEME_NTLM);
	assert_int_equal(parsed.record.reply, REPLY_CONTINUE);
	assert_view_is(parsed.record.reason, "o");
	assert_view_is(parsed.record.method, "p");
	assert_view_is(parsed.record.target, "q");
	parser_line(parser, VIEW("{\"A\":2,\"R\":\"r\",\"S\":\"s\"}"), &parsed);
	assert_int_equal(parsed.kind, LINE_OTHER);
	assert_int_equal(parsed.signal.time_ms, 2000);
	parser_line(parser, VIEW("{\"A\":2,\"message\":\"r\"}"), &parsed);
	assert_int_equal(parsed.kind, LINE_UNPARSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(makes_what_is_asked_for),
	    cmocka_unit_test(refuses_with_the_place),
	    cmocka_unit_test(hands_over_every_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
