#include "lines.h"

#include <errno.h>

#include "allocation.h"
#include "parse/guess.h"

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
	    {"#Software: Microsoft HTTP API 2.0\r\n#Fields: date time c-ip c-port sc-status "
	     "s-reason\n",
		"httperr"},
	    {"2026-11-22 10:04:34 192.0.2.1 1 192.0.2.9 80 HTTP/1.1 GET / 400 - Hostname -\n",
		"httperr"},
	    {"1.2.3.4, -, 11/22/2026, 10:04:34, W3SVC2, W, 1.2.3.5, 0, 0, 0, 401, 5, GET, /, -,\n",
		"iis-native"},
	    {"1.2.3.4:5 [22/Nov/2026:10:04:34.655] in app/web1 1/0/3/6/9 401 5 - - ---- 1/1/1/1/0 "
	     "0/0 \"GET / HTTP/1.1\"\n",
		"haproxy-http"},
	    {"{\"time\":1795341874,\"client\":\"1.2.3.4\",\"status\":401}\n", "json"},
	    /* What several read goes to the first; what only one reads tells. */
	    {COMMON "\n1.2.3.4 - - [22/Nov/2026:10:04:34 +0000] \"GET /\" HTTP/1.1\" 401 5\n",
		"ncsa"},
	    {COMBINED "\n" COMMON " \"-\" \"a \"b\" c\"\n", "tomcat"},
	    {COMMON "\n" COMBINED "\n", "tomcat"},
	    {COMBINED "\nwww " COMMON " \"-\" \"a\" 7\n", "jetty"},
	    /* The last line may be cut off, the first only where it is the only one. */
	    {COMBINED "\n" COMMON, "apache-combined"},
	    {"garbage\n" COMMON "\n" COMMON "\n", "apache-common"},
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

/* While lines come the best so far reads them; what a header declared to it is kept. */
static void follows_the_lines(unused_parameter void **state)
{
	static const char *const empty[] = {"", "\r", "\r\r"};
	struct guess *auto_call(guess_free) guess = NULL;
	struct parser *auto_call(parser_free) parser = NULL;
	struct parsed parsed;
	const char *why = NULL;

	assert_int_equal(guess_new(&guess, NULL), 0);
	assert_false(guess_line(guess, VIEW("garbage"), &parsed));
	assert_null(guess_best(guess, &why));
	assert_string_equal(why, "none of the built-in formats reads its first lines");
	assert_true(guess_line(guess, VIEW("#Fields: date time sc-status c-ip"), &parsed));
	assert_int_equal(parsed.kind, LINE_HEADER);
	assert_true(guess_line(guess, VIEW("2026-11-22 10:04:34 401 1.2.3.4"), &parsed));
	assert_int_equal(parsed.record.status, 401);
	assert_string_equal(parser_format(guess_best(guess, &why)), "iis-w3c");
	assert_string_equal(why, "a #Fields line declares its columns");
	for (size_t i = 0; i < count_of(empty); i++)
		assert_true(guess_line(guess, view_of_text(empty[i]), &parsed));
	for (int i = 3; i < GUESS_LINES; i++) {
		assert_false(guess_stands(guess));
		guess_line(guess, VIEW("2026-11-22 10:04:34 401 1.2.3.4"), &parsed);
	}
	assert_true(guess_stands(guess));
	parser = guess_take(guess);
	assert_null(guess_best(guess, NULL));
	parser_line(parser, VIEW("2026-11-22 10:04:34 403 1.2.3.4"), &parsed);
	assert_int_equal(parsed.record.status, 403);
}

/* Blank lines, and the rest of a stack trace whose beginning is in another file, are no format's:
 * what follows them tells. An indented line that a format reads is its own all the same. */
static void takes_no_indented_line_for_a_format(unused_parameter void **state)
{
	static const char *const indented[] = {" ", "\t\r", "   \t", "\tat a.b.C.d(E.java:1)"};
	static const char json[] =
	    "  {\"time\":\"2026-11-22T10:00:00Z\",\"remote_addr\":\"192.0.2.1\",\"status\":401}";
	struct guess *auto_call(guess_free) guess = NULL;
	struct parsed parsed;

	assert_int_equal(guess_new(&guess, NULL), 0);
	for (size_t i = 0; i < 2 * (size_t)GUESS_LINES; i++)
		assert_false(
		    guess_line(guess, view_of_text(indented[i % count_of(indented)]), &parsed));
	assert_null(guess_best(guess, NULL));
	for (int i = 0; i < GUESS_LINES; i++) {
		assert_false(guess_stands(guess));
		assert_true(guess_line(guess, view_of_text(json), &parsed));
		assert_int_equal(parsed.kind, LINE_RECORD);
	}
	assert_true(guess_stands(guess));
	assert_string_equal(parser_format(guess_best(guess, NULL)), "json");
}

/* Without memory there is no guess, and nothing is lost. */
static void fails_without_memory(unused_parameter void **state)
{
	for (int count = 0; count < 8; count++) {
		struct guess *guess = NULL;
		const char *why = NULL;

		allocation_fail_after(count);
		assert_int_equal(guess_new(&guess, NULL), -ENOMEM);
		assert_null(parser_guess(VIEW("x"), &why));
		allocation_restore();
		assert_null(guess);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(guesses),
	    cmocka_unit_test(follows_the_lines),
	    cmocka_unit_test(takes_no_indented_line_for_a_format),
	    cmocka_unit_test(fails_without_memory),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
