#include "lines.h"

/* Lines with and without a connection and a request, and what is no line of nginx. */
static void reads_error_log(unused_parameter void **state)
{
	static const char no_time[] =
	    "unparsed: the line does not begin with a time like 2026/11/22 10:25:03";
	static const char no_level[] = "unparsed: no [level] process#thread: follows the time";
	static const struct line_case cases[] = {
	    {"2026/11/22 10:25:03 [error] 28950#28951: *7 x, client: 192.0.2.9, server: y",
		"other 2026-11-22T10:25:03.000Z"},
	    {"2026/11/22 10:25:03 [notice] 28950#28950: signal process started",
		"other 2026-11-22T10:25:03.000Z"},
	    {"2026/11/22 10:25:03 [emerg] 1#1:", "other 2026-11-22T10:25:03.000Z"},
	    {"2026/11/22 10:25:03 [error] 1#2: *x", "other 2026-11-22T10:25:03.000Z"},
	    {"2026/11/22 10:25:03 [error] 1#2: *7", "other 2026-11-22T10:25:03.000Z"},
	    {"2026/11/22 10:25:03 [] 1#2: x", no_level},
	    {"2026/11/22 10:25:03 [errors and more] 1#2: x", no_level},
	    {"2026/11/22 10:25:03 [error 1#2: x", no_level},
	    {"2026/11/22 10:25:03 [error] #2: x", no_level},
	    {"2026/11/22 10:25:03 [error] 1#: x", no_level},
	    {"2026/11/22 10:25:03 [error] 1 2: x", no_level},
	    {"2026/11/22 10:25:03 [error] 1#2 x", no_level},
	    {"2026/11/22 10:25:03", no_level},
	    {"2026/11/22 10:25:03 kid1| x", no_level},
	    {"2026/11/32 10:25:03 [error] 1#2: x", no_time},
	    {"2026/11/22 25:25:03 [error] 1#2: x", no_time},
	    {"2026/11/22", no_time},
	    {"x", no_time},
	};

	setenv("TZ", "UTC0", 1);
	lines_check("nginx-error", cases, count_of(cases));
}

struct client_case {
	const char *request;
	const char *reads_as;
};

#define SIGNAL "signal 2026-11-22T10:25:03.000Z"

/* The client is the one that nginx names, whatever else it sends. */
static void names_the_client(unused_parameter void **state)
{
	static const struct client_case cases[] = {
	    {", client: 192.0.2.9, server: x", SIGNAL " 192.0.2.9 #0"},
	    {", client: 2001:db8::9, server: x", SIGNAL " 2001:db8::9 #0"},
	    {", client: 192.0.2.9", SIGNAL " 192.0.2.9 #0"},
	    {", client: unix:, server: x", SIGNAL " #0"},
	    {"", SIGNAL " #0"},
	    {", client: 192.0.2.9, server: x, request: \"GET /, client: 10.0.0.1, server: y\"",
		SIGNAL " 192.0.2.9 #0"},
	    {" /, client: 10.0.0.1, server: y, client: 192.0.2.9, server: x",
		"other 2026-11-22T10:25:03.000Z"},
	};
	auto_buffer struct buffer errors;
	struct signatures *auto_call(signatures_free) signatures = NULL;
	struct parser *auto_call(parser_free) parser = NULL;
	char folder[4096];

	buffer_init(&errors, 4096);
	assert_int_equal(signatures_load(&signatures, lines_signatures_folder(folder), &errors), 0);
	assert_int_equal(parser_new(&parser, "nginx-error", signatures), 0);
	for (size_t i = 0; i < count_of(cases); i++) {
		auto_buffer struct buffer line;
		auto_buffer struct buffer text;
		struct parsed parsed;

		buffer_init(&line, 4096);
		buffer_init(&text, 4096);
		buffer_append_format(&line,
		    "2026/11/22 10:25:03 [error] 1#2: *7 Detected unsupported mechanism: NTLM%s",
		    cases[i].request);
		parser_line(parser, buffer_view(&line), &parsed);
		if (parsed.has_signal)
			assert_string_equal(
			    signatures_id(signatures, parsed.signal.signature), "ntlm-token");
		parsed.signal.signature = 0;
		assert_string_equal(lines_describe(&parsed, &text), cases[i].reads_as);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_error_log),
	    cmocka_unit_test(names_the_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
