#include "lines.h"

#define HEAD "192.0.2.1 - - [22/Nov/2026:10:04:34 +0000] \"GET /app HTTP/1.1\" 401 "
#define READ "record 2026-11-22T10:04:34.000Z 192.0.2.1 GET /app 401"
#define TAIL "unparsed: no quoted referer and agent follow the byte count"

/* Tomcat's common and combined; versions that do not escape let a client write quotes into the
 * agent, but never beyond it. */
static void reads_tomcat(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {HEAD "696", READ " 696b"},
	    {HEAD "-", READ},
	    {HEAD "696 \"-\" \"curl/7.88.1\"", READ " 696b agent=curl/7.88.1"},
	    {HEAD "696 \"-\" \"a \\\"b\\\"\"", READ " 696b agent=a \\\"b\\\""},
	    {HEAD "696 \"-\" \"a \"b\" c\"", READ " 696b agent=a \"b\" c"},
	    {HEAD "696 \"x\" \"a\\\"", READ " 696b agent=a\\"},
	    {HEAD "696 \"-\" \"", TAIL},
	    {HEAD "696 x", TAIL},
	};

	lines_check("tomcat", cases, count_of(cases));
}

/* Jetty's lines as all of its options shape them. */
static void reads_jetty(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {HEAD "696 ", READ " 696b"},
	    {HEAD "696  7", READ " 696b"},
	    {HEAD "696  - 7", READ " 696b"},
	    {HEAD "- \"-\" \"curl/7.88.1\"", READ " agent=curl/7.88.1"},
	    {HEAD "696 \"-\" \"a\" 7", READ " 696b agent=a"},
	    {HEAD "696 \"-\" \"a\" - 7", READ " 696b agent=a"},
	    {HEAD "696 \"-\" \"a\" \"b=c;d=e\" 7", READ " 696b agent=a"},
	    {HEAD "696 \"-\" \"a \"b\" c\" \"d=e\"", READ " 696b agent=a \"b\" c"},
	    {HEAD "696 \"-\" \"a \"b\" c\" -", READ " 696b agent=a \"b\" c"},
	    {HEAD "696 \"-\" \"a \"b\" c\"", READ " 696b agent=a \"b\" c"},
	    /* A referer that looks like what separates it from the agent. */
	    {HEAD "696 \" \" \"a\\\"", READ " 696b agent=a\\"},
	    {HEAD "696 \"x\"", TAIL},
	    {HEAD "696 x", TAIL},
	    {"www.example.com " HEAD "696 ", READ " 696b host=www.example.com"},
	    {"198.51.100.7, " HEAD "696 ", READ " 696b"},
	    {"x",
		"unparsed: the line does not begin with client, ident, user, [time] and "
		"\"request\""},
	};

	lines_check("jetty", cases, count_of(cases));
}

/* Patterns of both servers, by their own letters and dates. */
static void reads_patterns(unused_parameter void **state)
{
	static const struct line_case tomcat[] = {
	    {"192.0.2.1 2026-11-22 10:04:34.000 alice \"GET /app HTTP/1.1\" 401 696 17 0.017 "
	     "4AFB12 http-nio-8080-exec-1 5 \"s\"",
		"record 2026-11-22T10:04:34.000Z 192.0.2.1 user=alice GET /app 401 696b"},
	};
	static const struct line_case jetty[] = {
	    {"192.0.2.1 - alice [22/Nov/2026:10:04:34 +0000] \"GET /app HTTP/1.1\" 401 696 \"-\" "
	     "\"a\"",
		"record 2026-11-22T10:04:34.000Z 192.0.2.1 user=alice GET /app 401 696b agent=a"},
	};

	lines_check_logformat("%a %{yyyy-MM-dd HH:mm:ss.SSS}t %u \"%r\" %s %b %D %T %S %I %F "
			      "\"%{x}s\"",
	    tomcat, count_of(tomcat));
	lines_check_logformat("%{client}a - %u %t \"%r\" %s %O \"%{Referer}i\" \"%{User-Agent}i\"",
	    jetty, count_of(jetty));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_tomcat),
	    cmocka_unit_test(reads_jetty),
	    cmocka_unit_test(reads_patterns),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
