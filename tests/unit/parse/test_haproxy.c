#include "lines.h"

#define CLIENT "192.0.2.1:33317 [22/Nov/2026:10:04:34.655] in~ app/web1 10/0/30/69/109 "
#define READ   "record 2026-11-22T10:04:34.655Z 192.0.2.1 "
#define END    "1/1/1/1/0 0/0 "
#define HEAD   "unparsed: the line has no client:port and [22/Nov/2026:10:04:34.655]"

/* With and without syslog's prefix, captured headers and a request; the port names the connection.
 */
static void reads_httplog(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {CLIENT "401 2750 - - ---- " END "\"GET /a HTTP/1.1\"",
		READ "GET /a 401 2750b conn=33317"},
	    {"Nov 22 10:04:34 lb haproxy[14389]: " CLIENT "401 2750 - - ---- " END
	     "{www.example.com|curl/7} {} \"GET /a HTTP/1.1\"",
		READ "GET /a 401 2750b conn=33317"},
	    {"<134>1 2026-11-22T10:04:34+00:00 lb haproxy 14389 - - " CLIENT
	     "200 +2750 c=1 - --VN " END "{a b} \"GET /a HTTP/1.1\" 0/00/0/0/0 www/TLSv1.3/X",
		READ "GET /a 200 2750b conn=33317"},
	    {"2001:db8::1:33317 [22/Nov/2026:10:04:34.655] in in/<NOSRV> -1/-1/-1/-1/0 400 187 - - "
	     "PR-- " END "\"<BADREQ>\"",
		"record 2026-11-22T10:04:34.655Z 2001:db8::1 400 187b conn=33317"},
	    {CLIENT "-1 0 - - CD-- " END "\"GET /a#22[x HTTP/1.1\"",
		READ "GET /a#22[x 0 0b conn=33317"},
	    /* Cut at the longest line. */
	    {CLIENT "401 2750 - - ---- " END "\"GET /aaaa", READ "GET /aaaa 401 2750b conn=33317"},
	    {CLIENT "401 2750 - - ---- " END, "unparsed: no quoted request follows the queues"},
	    {CLIENT "401 2750 - -", "unparsed: fewer columns than HAProxy's httplog has"},
	    {CLIENT "abc 2750 - - ---- " END "\"GET /\"",
		"unparsed: the column behind the timers is no HTTP status"},
	    {CLIENT "401 2750 - - --- " END "\"GET /\"",
		"unparsed: there is no termination state such as ----"},
	    {"192.0.2.1 [22/Nov/2026:10:04:34.655] in app/web1 1/1/1/1/1 200 1 - - ---- " END
	     "\"GET / HTTP/1.1\"",
		HEAD},
	    {"192.0.2.1:1 [22/Nov/2026:10:04:34] in app/web1 1/1/1/1/1 200 1 - - ---- " END, HEAD},
	    {"x [y] [z]", HEAD},
	};

	lines_check("haproxy-http", cases, count_of(cases));
}

/* Who ended the session is told. */
static void tells_the_end(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	struct parsed parsed;

	assert_int_equal(parser_new(&parser, "haproxy-http", NULL), 0);
	parser_line(parser, VIEW(CLIENT "401 2750 - - PR-- " END "\"GET /a HTTP/1.1\""), &parsed);
	assert_string_equal(parsed.why, "HAProxy itself answered or denied the request");
	parser_line(parser, VIEW(CLIENT "401 2750 - - ?R-- " END "\"GET /a HTTP/1.1\""), &parsed);
	assert_string_equal(
	    parsed.why, "a request; HAProxy's termination state is none that is known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_httplog),
	    cmocka_unit_test(tells_the_end),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
