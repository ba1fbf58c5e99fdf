#include "lines.h"

#define READ  "record 2026-11-22T10:04:34.000Z 192.0.2.1 "
#define COUNT "unparsed: fewer than 15 columns with commas between them"
#define SITE  ", W3SVC2, WEB1, 192.0.2.9, 4502, 163, 3223, "

/* IIS's own columns; dates of all versions, and a target that holds what separates columns. */
static void reads_native(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"192.0.2.1, EXAMPLE\\alice, 11/22/26, 10:04:34" SITE "200, 0, GET, /logo.gif, -,",
		READ "user=EXAMPLE\\alice GET /logo.gif 200/0 3223b"},
	    {"192.0.2.1, -, 11/22/2026, 10:04:34" SITE "401, 5, GET, /logo.gif, a=b,",
		READ "GET /logo.gif 401/5 3223b"},
	    {"192.0.2.1, -, 03/20/01, 7:55:20" SITE "401, 2148074254, GET, /, -,",
		"record 2001-03-20T07:55:20.000Z 192.0.2.1 GET / 401/2148074254 3223b"},
	    {"192.0.2.1, -, 3/2/99, 7:55:20" SITE "401, -2146893042, GET, /, -, ",
		"record 1999-03-02T07:55:20.000Z 192.0.2.1 GET / 401/2148074254 3223b"},
	    {"192.0.2.1, -, 22.11.2026, 10:04:34" SITE "401, 5, GET, /, -",
		READ "GET / 401/5 3223b"},
	    {"192.0.2.1, -, 2026-11-22, 10:04:34" SITE "401, 5, GET, /, -,",
		READ "GET / 401/5 3223b"},
	    {"192.0.2.1, -, 11/22/2026, 10:04:34" SITE "401, 5, GET, /a, b, 200, x, -,",
		READ "GET /a, b, 200, x 401/5 3223b"},
	    {"192.0.2.1, -, 11/22/2026, 10:04:34" SITE "401, 4294967299, GET, -, -,",
		READ "GET 401/4294967299 3223b"},
	    {"192.0.2.1, -, 11/22/2026, 10:04:34, W3SVC2, WEB1, 192.0.2.9, 0, 0, -, 401, x, GET, /,"
	     " -,",
		READ "GET / 401"},
	    {"192.0.2.1, -, 22/11/2026, 10:04:34" SITE "401, 5, GET, /, -,",
		"unparsed: the date is not like 11/22/2026"},
	    {"192.0.2.1, -, 11/22, 10:04:34" SITE "401, 5, GET, /, -,",
		"unparsed: the date is not like 11/22/2026"},
	    {"192.0.2.1, -, 11/22/2026/1, 10:04:34" SITE "401, 5, GET, /, -,",
		"unparsed: the date is not like 11/22/2026"},
	    {"192.0.2.1, -, 11/22/2026, 24:04:34" SITE "401, 5, GET, /, -,",
		"unparsed: the time is not like 10:04:34"},
	    {"192.0.2.1, -, 11/22/2026, 10:04" SITE "401, 5, GET, /, -,",
		"unparsed: the time is not like 10:04:34"},
	    {"192.0.2.1, -, 11/22/2026, 10:04:34" SITE "4011, 5, GET, /, -,",
		"unparsed: the eleventh column is no HTTP status"},
	    {"192.0.2.1, -, 11/22/2026, 10:04:34" SITE "401, 5, GET, /",
		"unparsed: no parameters follow the target"},
	    {"192.0.2.1, -, 11/22/2026, 10:04:34" SITE "401, 5, GET", COUNT},
	    {"a,b,c", COUNT},
	};

	lines_check("iis-native", cases, count_of(cases));
}

#define TIME "[22/Nov/2026:10:04:34 +0000] "

/* IIS's NCSA lines escape neither backslashes nor quotes. */
static void reads_ncsa(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"192.0.2.1 - EXAMPLE\\alice " TIME "\"GET /logo.gif HTTP/1.1\" 200 3223",
		READ "user=EXAMPLE\\alice GET /logo.gif 200 3223b"},
	    {"192.0.2.1 - - " TIME "\"GET /a\" 200 5 \"b\\ HTTP/1.1\" 401 -",
		READ "GET /a\" 200 5 \"b\\ 401"},
	    {"192.0.2.1 - - " TIME "\"GET /\\\" 401 12", READ "GET /\\ 401 12b"},
	    {"192.0.2.1 - - " TIME "\"GET / HTTP/1.1\" 401 5 \"-\" \"x\"",
		"unparsed: the request has no closing quote"},
	    {"192.0.2.1 - - " TIME "\"GET / HTTP/1.1\" 401 5 x",
		"unparsed: text follows the byte count"},
	    {"192.0.2.1 - - " TIME "\"GET / HTTP/1.1\" 401",
		"unparsed: no byte count follows the status"},
	    {"192.0.2.1 - - " TIME "\"", "unparsed: the request has no closing quote"},
	    {"192.0.2.1 - - [22/Nov/2026:25:04:34 +0000] \"GET / HTTP/1.1\" 401 5",
		"unparsed: the time is not like [22/Nov/2026:10:04:34 +0000]"},
	};

	lines_check("ncsa", cases, count_of(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_native),
	    cmocka_unit_test(reads_ncsa),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
