#include "lines.h"

/* Squid's own lines with and without a kid, helpers' lines, and lines that go on. */
static void reads_cache_log(unused_parameter void **state)
{
	static const char fault[] =
	    "unparsed: the line does not begin with a time like 2026/11/22 10:09:16 kid1|";
	static const struct line_case cases[] = {
	    {"2026/11/22 10:09:16 kid1| Starting Squid Cache version 5.7",
		"other "
		"2026-11-22T10:09:16.000Z"},
	    {"2026/11/22 10:09:16.250 kid1| x", "other 2026-11-22T10:09:16.250Z"},
	    {"2026/11/22 10:09:16| x | y", "other 2026-11-22T10:09:16.000Z"},
	    {"2026/11/22 10:09:16 kid1|", "other 2026-11-22T10:09:16.000Z"},
	    {"    current master transaction: master54", "other"},
	    {"\tx", "other"},
	    {"negotiate_kerberos_auth: ERROR: krb5_pac_get_buffer: No such file or directory",
		"other"},
	    {"negotiate_kerberos_auth.cc(180): pid=8889 :2026/11/22 10:09:16| "
	     "negotiate_kerberos_auth: x",
		"other 2026-11-22T10:09:16.000Z"},
	    {"negotiate_kerberos_auth.cc(180): pid=8889 x", fault},
	    {"2026/11/22 10:09:16 kid1 no bar", fault},
	    {"2026/13/22 10:09:16 kid1| x", fault},
	    {"2026/11/22 10:09 kid1| x", fault},
	    {"2026/11/22| x", fault},
	    {"|", fault},
	    {": x", fault},
	    {"FATAL error", fault},
	};

	setenv("TZ", "UTC0", 1);
	lines_check("squid-cache", cases, count_of(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_cache_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
