#include "lines.h"

#define HEAD "127.0.0.1 - - [22/Nov/2026:10:04:34 +0000] "
#define READ "record 2026-11-22T10:04:34.000Z 127.0.0.1"

/* Lines as Apache wrote them: the user, the request, the status and the bytes come back. */
static void reads_combined(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"127.0.0.1 - alice@EXAMPLE.TEST [22/Nov/2026:10:04:34 +0000] \"GET /private/ "
	     "HTTP/1.1\" "
	     "200 538 \"-\" \"curl/7.88.1\"",
		READ " user=alice@EXAMPLE.TEST GET /private/ 200 538b agent=curl/7.88.1"},
	    {HEAD "\"GET /private/ HTTP/1.1\" 401 636 \"-\" \"curl/7.88.1\"",
		READ " GET /private/ 401 636b agent=curl/7.88.1"},
	    {"127.0.0.1 - EXAMPLE\\\\alice [22/Nov/2026:10:24:05 +0000] \"GET /private/ HTTP/1.1\" "
	     "200 330 \"-\" \"-\"\r",
		"record 2026-11-22T10:24:05.000Z 127.0.0.1 user=EXAMPLE\\\\alice GET /private/ 200 "
		"330b"},
	    {"2001:db8::7 - - [01/Jan/2000:00:00:00 -0130] \"GET / HTTP/2.0\" 304 - \"-\" \"a b\"",
		"record 2000-01-01T01:30:00.000Z 2001:db8::7 GET / 304 agent=a b"},
	    {"host.example.net - - [29/Feb/2024:23:59:60 +1400] \"-\" 408 - \"-\" \"-\"",
		"record 2024-02-29T10:00:00.000Z client=host.example.net 408"},
	    {HEAD "\"\\x16\\x03\\x01\" 400 226 \"-\" \"-\" and more",
		READ " \\x16\\x03\\x01 400 226b"},
	    {"127.0.0.1 ident - [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"",
		READ " GET / 200 1b"},
	    {"127.0.0.1 -x bob [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"",
		READ " user=bob GET / 200 1b"},
	    {HEAD "\"GET /a b HTTP/3\" 200 1 \"-\" \"-\"", READ " GET /a b 200 1b"},
	};

	lines_check("apache-combined", cases, count_of(cases));
	lines_check("nginx-combined", cases, count_of(cases));
}

/* What a client chooses (user, path, referer, agent) cannot move a field: quotes stand escaped. */
static void is_not_fooled(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"127.0.0.1 - x [01/Jan/2000:00:00:00 +0000] \\\"GET / HTTP/1.1\\\" 200 1 "
	     "[22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 2 \"-\" \"-\"",
		READ
		" user=x [01/Jan/2000:00:00:00 +0000] \\\"GET / HTTP/1.1\\\" 200 1 GET / 401 2b"},
	    {"127.0.0.1 - \"\" [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 2 \"-\" \"-\"",
		READ " GET / 401 2b"},
	    {HEAD "\"GET /\\\" 200 5 \\\"-\\\" HTTP/1.1\" 401 2 \"-\" \"-\"",
		READ " GET /\\\" 200 5 \\\"-\\\" 401 2b"},
	    {HEAD "\"GET / HTTP/1.1\" 401 2 \"\\\"\" \"\\\\\\\" 200 \\\\\"",
		READ " GET / 401 2b agent=\\\\\\\" 200 \\\\"},
	};

	lines_check("apache-combined", cases, count_of(cases));
}

/* A line that lacks something says what. */
static void says_what_is_missing(unused_parameter void **state)
{
	static const char begin[] =
	    "unparsed: the line does not begin with client, ident, user, [time] and \"request\"";
	static const char time[] = "unparsed: the time is not like [22/Nov/2026:10:04:34 +0000]";
	static const char status[] = "unparsed: no HTTP status follows the request";
	static const struct line_case cases[] = {
	    {"", "header"},
	    {"\r", "header"},
	    {" ", begin},
	    {"\"", begin},
	    {"a b c", begin},
	    {"a b c \"GET / HTTP/1.1\" 200 5", begin},
	    {"a b [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 200 5", begin},
	    {"1.2.3.4 - - [30/Feb/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 200 5", time},
	    {"1.2.3.4 - - [22/Nox/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 200 5", time},
	    {"1.2.3.4 - - [22/Nov/2026:24:04:34 +0000] \"GET / HTTP/1.1\" 200 5", time},
	    {"1.2.3.4 - - [22/Nov/2026:10:04:34 00000] \"GET / HTTP/1.1\" 200 5", time},
	    {HEAD "\"GET / HTTP/1.1", "unparsed: the request has no closing quote"},
	    {HEAD "\"GET / HTTP/1.1\\\"", "unparsed: the request has no closing quote"},
	    {HEAD "\"GET / HTTP/1.1\" 2000 5", status},
	    {HEAD "\"GET / HTTP/1.1\" - 5", status},
	    {HEAD "\"GET / HTTP/1.1\" 200", "unparsed: no byte count follows the status"},
	    {HEAD "\"GET / HTTP/1.1\" 200 5x", "unparsed: the byte count is no number"},
	    {HEAD "\"GET / HTTP/1.1\" 200 5",
		"unparsed: no quoted referer and agent follow the byte count"},
	    {HEAD "\"GET / HTTP/1.1\" 200 5 \"-\" \"x",
		"unparsed: no quoted referer and agent follow the byte count"},
	    {HEAD "\"GET / HTTP/1.1\" 200 5 \"-\" \"x\"y",
		"unparsed: text is joined to the agent's closing quote"},
	};

	lines_check("apache-combined", cases, count_of(cases));
}

/* The common format is read as far as it goes; more than that may follow. */
static void reads_common(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {HEAD "\"GET / HTTP/1.1\" 401 5", READ " GET / 401 5b"},
	    {HEAD "\"GET / HTTP/1.1\" 401 5 \"-\" \"x\"", READ " GET / 401 5b"},
	};

	lines_check("apache-common", cases, count_of(cases));
}

/* The virtual host loses its port; an IPv6 client at the start of a line is no host. */
static void reads_vhost(unused_parameter void **state)
{
	static const char fault[] = "unparsed: the line does not begin with host:port";
	static const struct line_case cases[] = {
	    {"www.example.com:443 " HEAD "\"GET / HTTP/1.1\" 401 5 \"-\" \"x\"",
		READ " GET / 401 5b agent=x host=www.example.com"},
	    {"w:9089 " HEAD "\"GET / HTTP/1.1\" 401 5 \"-\" \"x\"",
		READ " GET / 401 5b agent=x host=w"},
	    {HEAD "\"GET / HTTP/1.1\" 401 5 \"-\" \"x\"", fault},
	    {":80 " HEAD "\"GET / HTTP/1.1\" 401 5 \"-\" \"x\"", fault},
	    {"www: " HEAD "\"GET / HTTP/1.1\" 401 5 \"-\" \"x\"", fault},
	    {"www", fault},
	    {"2001:db8::1 - - [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 5 \"-\" \"x\"",
		"unparsed: the line does not begin with client, ident, user, [time] and "
		"\"request\""},
	};

	lines_check("apache-vhost", cases, count_of(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_combined),
	    cmocka_unit_test(is_not_fooled),
	    cmocka_unit_test(says_what_is_missing),
	    cmocka_unit_test(reads_common),
	    cmocka_unit_test(reads_vhost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
