#include "lines.h"

#define HEAD "127.0.0.1 - - [22/Nov/2026:10:09:16 +0000] "
#define READ "record 2026-11-22T10:09:16.000Z 127.0.0.1 "

/* Squid's combined lines; a 401 that it forwarded is the origin's, and the user signed in at Squid.
 */
static void reads_combined(unused_parameter void **state)
{
	static const char fault[] = "unparsed: the line does not end like TCP_DENIED:HIER_NONE";
	static const struct line_case cases[] = {
	    {HEAD "\"GET http://localhost/public/ HTTP/1.1\" 401 3460 \"-\" \"curl/7.88.1\" "
		  "TCP_DENIED:HIER_NONE",
		READ "GET http://localhost/public/ 401 3460b agent=curl/7.88.1"},
	    {"127.0.0.1 - alice@EXAMPLE.TEST [22/Nov/2026:10:09:16 +0000] \"GET http://x/ "
	     "HTTP/1.1\" "
	     "200 338 \"-\" \"-\" TCP_MISS:FIRSTUP_PARENT",
		READ "user=alice@EXAMPLE.TEST GET http://x/ 200 338b"},
	    {"127.0.0.1 - alice [22/Nov/2026:10:09:16 +0000] \"GET http://x/ HTTP/1.1\" "
	     "401 338 \"-\" \"-\" TCP_MISS:HIER_DIRECT",
		READ "user=alice GET http://x/ 401 338b reply=done"},
	    {HEAD "\"GET http://x/ HTTP/1.1\" 401 338 \"-\" \"-\" TCP_MISS:FIRSTUP_PARENT",
		READ "GET http://x/ 401 338b"},
	    {HEAD "\"GET http://x/ HTTP/1.1\" 502 1 \"-\" \"-\" ZA_90:AZ",
		READ "GET http://x/ 502 1b"},
	    {HEAD "\"CONNECT www.example.com:443 HTTP/1.1\" 407 3899 \"-\" \"-\" "
		  "TCP_DENIED:HIER_NONE",
		READ "CONNECT www.example.com:443 407 3899b"},
	    {HEAD "\"- error:transaction-end-before-headers HTTP/0.0\" 0 0 \"-\" \"-\" "
		  "NONE_NONE:HIER_NONE",
		READ "- error:transaction-end-before-headers 0 0b"},
	    {HEAD "\"GET http://x/ HTTP/1.1\" 401 3460 \"-\" \"c\" scheme=negotiate-kerberos "
		  "TCP_DENIED:HIER_NONE",
		READ "GET http://x/ 401 3460b scheme=kerberos agent=c"},
	    /* Squid's own combined format escapes nothing. */
	    {HEAD "\"GET http://x/a\"b HTTP/1.1\" 401 1 \"x\"y\" \"a \"b\" c\\\" "
		  "TCP_DENIED:HIER_NONE",
		READ "GET http://x/a\"b 401 1b agent=a \"b\" c\\"},
	    {HEAD "\"GET http://x/a\"b HTTP/1.1 401 1 \"-\" \"\" TCP_DENIED:HIER_NONE",
		"unparsed: no HTTP status follows the request"},
	    {HEAD "\"GET / HTTP/1.1\" 401 1 \"-\" \"TCP_DENIED:HIER_NONE\"", fault},
	    {HEAD "\"GET / HTTP/1.1\" 401 1 \"-\" \"-\" x", fault},
	    {HEAD "\"GET / HTTP/1.1\" 401 1 \"-\" \"-\" fwd=::1", fault},
	    {HEAD "\"GET / HTTP/1.1\" 401 1 \"-\" \"-\" a:B", fault},
	    {HEAD "\"GET / HTTP/1.1\" 401 1 \"-\" \"-\" A:B:C", fault},
	    {HEAD "\"GET / HTTP/1.1\" 401 1",
		"unparsed: no quoted referer and agent follow the byte count"},
	};

	lines_check("squid-combined", cases, count_of(cases));
}

/* Squid's own columns; a URL with spaces does not shift the user. */
static void reads_native(unused_parameter void **state)
{
	static const char fault[] = "unparsed: fewer columns than Squid's native format has";
	static const struct line_case cases[] = {
	    {"1795342156.123      5 127.0.0.1 TCP_DENIED/407 3460 GET http://x/ - HIER_NONE/- "
	     "text/html",
		"record 2026-11-22T10:09:16.123Z 127.0.0.1 GET http://x/ 407 3460b"},
	    {"1795342156.123 123456 2001:db8::1 TCP_TUNNEL/200 39 CONNECT x:443 alice@EXAMPLE.TEST "
	     "HIER_DIRECT/192.0.2.1 -",
		"record 2026-11-22T10:09:16.123Z 2001:db8::1 user=alice@EXAMPLE.TEST CONNECT "
		"x:443 200 39b"},
	    {"1795342156.123      5 127.0.0.1 TCP_MISS/401 3460 GET http://x/ alice HIER_DIRECT/- "
	     "a/b",
		"record 2026-11-22T10:09:16.123Z 127.0.0.1 user=alice GET http://x/ 401 3460b "
		"reply=done"},
	    {"1795342156.123      5 127.0.0.1 TCP_MISS/200 1 GET http://x/a b mallory HIER/- c/d - "
	     "HIER_NONE/- text/html",
		"record 2026-11-22T10:09:16.123Z 127.0.0.1 GET http://x/a b mallory HIER/- c/d 200 "
		"1b"},
	    {"1795342156.123      5 127.0.0.1 NONE_NONE/000 0 - "
	     "error:transaction-end-before-headers - "
	     "HIER_NONE/- -",
		"record 2026-11-22T10:09:16.123Z 127.0.0.1 - error:transaction-end-before-headers "
		"0 0b"},
	    {"1795342156.123      5 127.0.0.1 TCP_DENIED/407 3460 GET - HIER_NONE/- text/html",
		fault},
	    {"1795342156.123      5 127.0.0.1 TCP_DENIED/407 3460 GET", fault},
	    {"1795342156.123      5 127.0.0.1 TCP_DENIED/407 3460",
		"unparsed: no method follows the byte count"},
	    {"1795342156.123      5 127.0.0.1 TCP_DENIED/407 x GET a - b c",
		"unparsed: no byte count follows the result"},
	    {"1795342156.123      5 127.0.0.1 TCP_DENIED 1 GET a - b c",
		"unparsed: no result like TCP_DENIED/407 follows the client"},
	    {"1795342156.123      5", "unparsed: no elapsed time and client follow the time"},
	    {"x", "unparsed: the line does not begin with a time like 1795341874.123"},
	};

	lines_check("squid-native", cases, count_of(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_combined),
	    cmocka_unit_test(reads_native),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
