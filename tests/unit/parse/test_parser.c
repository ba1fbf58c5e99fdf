#include "lines.h"

#include <errno.h>

#include "allocation.h"

/* Every name of the list makes a parser that goes by that name; others are refused. */
static void knows_its_formats(unused_parameter void **state)
{
	size_t count = 0;
	struct parser *parser = NULL;

	for (const char *const *name = parser_formats(); *name != NULL; name++) {
		assert_int_equal(parser_new(&parser, *name, NULL), 0);
		assert_string_equal(parser_format(parser), *name);
		parser_free(&parser);
		assert_null(parser);
		count++;
	}
	assert_int_equal(count, 13);
	assert_int_equal(parser_new(&parser, "apache", NULL), -EINVAL);
	assert_int_equal(parser_new(&parser, "", NULL), -EINVAL);
	parser_free(&parser);
}

/* Lines up to 64 KiB are read, longer ones are not. */
static void bounds_lines(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	char *auto_free line = malloc(PARSER_MAX_LINE_BYTES + 1);
	const char head[] = "1.2.3.4 - - [22/Nov/2026:10:04:34 +0000] \"GET /";
	const char tail[] = " HTTP/1.1\" 401 5 \"-\" \"-\"";
	struct parsed parsed;

	assert_non_null(line);
	assert_int_equal(parser_new(&parser, "apache-combined", NULL), 0);
	memset(line, 'x', PARSER_MAX_LINE_BYTES + 1);
	memcpy(line, head, strlen(head));
	memcpy(line + PARSER_MAX_LINE_BYTES - strlen(tail), tail, strlen(tail));
	parser_line(parser, view_of(line, PARSER_MAX_LINE_BYTES), &parsed);
	assert_int_equal(parsed.kind, LINE_RECORD);
	assert_int_equal(parsed.record.status, 401);
	parser_line(parser, view_of(line, PARSER_MAX_LINE_BYTES + 1), &parsed);
	assert_int_equal(parsed.kind, LINE_UNPARSED);
	assert_string_equal(parsed.why, "the line is longer than 64 KiB");
}

/* What a log does not show is -1, empty or unknown, never 0. */
static void leaves_out_what_is_not_logged(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	struct parsed parsed;

	assert_int_equal(parser_new(&parser, "apache-common", NULL), 0);
	parser_line(parser, VIEW("x - - [22/Nov/2026:10:04:34 +0000] \"-\" 401 -"), &parsed);
	assert_int_equal(parsed.kind, LINE_RECORD);
	assert_int_equal(parsed.record.substatus, -1);
	assert_int_equal(parsed.record.win32, -1);
	assert_int_equal(parsed.record.sent_bytes, -1);
	assert_int_equal(parsed.record.address.family, 0);
	assert_int_equal(parsed.record.scheme, SCHEME_UNKNOWN);
	assert_int_equal(parsed.record.reply, REPLY_UNKNOWN);
	assert_int_equal(parsed.record.reason.length, 0);
	assert_false(parsed.has_signal);
	assert_int_equal(parsed.signal.time_ms, -1);
	assert_int_equal(parsed.signal.kvno, -1);
}

struct guess_case {
	const char *head;
	const char *format; /* NULL: none */
};

#define COMMON   "1.2.3.4 - - [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 5"
#define COMBINED COMMON " \"-\" \"curl/7.88.1\""

/* The head of a log tells its format; what says more wins over what reads the same lines. */
static void guesses(unused_parameter void **state)
{
	static const struct guess_case cases[] = {
	    {COMMON "\n", "apache-common"},
	    {COMBINED "\n", "apache-combined"},
	    {COMBINED, "apache-combined"},
	    {"www:80 " COMBINED "\n", "apache-vhost"},
	    {COMBINED " scheme=none merr=\"-\"\n", "apache-authmedic"},
	    {COMMON " scheme=none merr=\"-\"\r\n", "apache-authmedic"},
	    {COMBINED " scheme=none reply=offer-negotiate\n", "nginx-authmedic"},
	    {COMBINED " TCP_DENIED:HIER_NONE\n", "squid-combined"},
	    {COMBINED " scheme=none merr=\"-\" TCP_DENIED:HIER_NONE\n", "squid-combined"},
	    {"1795342156.123      5 127.0.0.1 TCP_DENIED/407 3460 GET http://x/ - H/- t\n",
		"squid-native"},
	    {"#Software: x\r\n#Fields: date time sc-status\r\n", "iis-w3c"},
	    {"#Fields: date time sc-status\n2026-11-22 10:04:34 401\n", "iis-w3c"},
	    {"[Sun Nov 22 10:04:56.327950 2026] [core:error] [pid 1] x\n", "apache-error"},
	    {"2026/11/22 10:09:16 kid1| x\n    y\n", "squid-cache"},
	    {"2026/11/22 10:25:03 [notice] 1#1: x\n", "nginx-error"},
	    {"22-Nov-2026 10:14:31.604 INFO [a] b.C.d x\n\tb.CException\ny\n", "catalina"},
	    {"2026-11-22 10:14:31.604:WARN:oejs.Class:qtp1-15: text\n", "catalina"},
	    /* The last line may be cut off, the first only where it is the only one. */
	    {COMBINED "\n" COMMON, "apache-combined"},
	    {"garbage\n" COMMON "\n" COMMON "\n" COMBINED "\n", "apache-common"},
	    {"garbage\nmore\n", NULL},
	    {"\n\r\n\n", NULL},
	    {"", NULL},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		const char *why = NULL;
		const char *format = parser_guess(view_of_text(cases[i].head), &why);

		assert_non_null(why);
		if (cases[i].format == NULL)
			assert_null(format);
		else
			assert_string_equal(format, cases[i].format);
	}
}

/* A log whose lines mean the same anywhere has no header to keep. */
static void has_no_header(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	auto_buffer struct buffer header;

	buffer_init(&header, 100);
	assert_int_equal(parser_new(&parser, "apache-combined", NULL), 0);
	parser_save(parser, &header);
	assert_int_equal(header.length, 0);
	assert_int_equal(parser_restore(parser, VIEW("")), 0);
	assert_int_equal(parser_restore(parser, VIEW("#Fields: x\n")), -EINVAL);
}

/* Without memory there is no parser, and nothing is lost. */
static void fails_without_memory(unused_parameter void **state)
{
	for (int count = 0; count < 2; count++) {
		struct parser *parser = NULL;
		int error;

		allocation_fail_after(count);
		error = parser_new(&parser, "iis-w3c", NULL);
		allocation_restore();
		assert_int_equal(error, -ENOMEM);
		assert_null(parser);
	}
}

/* Names for people, one for each kind and scheme. */
static void has_names(unused_parameter void **state)
{
	assert_string_equal(line_kind_name(LINE_RECORD), "record");
	assert_string_equal(line_kind_name(LINE_UNPARSED), "unparsed");
	assert_string_equal(scheme_name(SCHEME_UNKNOWN), "unknown");
	assert_string_equal(scheme_name(SCHEME_OTHER), "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_its_formats),
	    cmocka_unit_test(bounds_lines),
	    cmocka_unit_test(leaves_out_what_is_not_logged),
	    cmocka_unit_test(guesses),
	    cmocka_unit_test(has_no_header),
	    cmocka_unit_test(fails_without_memory),
	    cmocka_unit_test(has_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
