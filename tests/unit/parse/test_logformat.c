#include "lines.h"

#include <errno.h>

#define TIME "[22/Nov/2026:10:04:34 +0000]"
#define READ "record 2026-11-22T10:04:34.000Z 192.0.2.1 "
#define FORM "unparsed: the line does not have the log format's form"

/* Apache's own formats, copied with their backslashes or without: quotes that a client sent are
 * escaped, so what stands in them shifts nothing. */
static void reads_apache_combined(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"192.0.2.1 - - " TIME " \"GET / HTTP/1.1\" 401 5 \"-\" \"curl/7.88.1\"",
		READ "GET / 401 5b agent=curl/7.88.1"},
	    {"192.0.2.1 - alice@EXAMPLE.TEST " TIME " \"GET / HTTP/1.1\" 200 - \"-\" \"a\"",
		READ "user=alice@EXAMPLE.TEST GET / 200 agent=a"},
	    {"192.0.2.1 - \"\" " TIME " \"GET / HTTP/1.1\" 401 5 \"-\" \"-\"", READ "GET / 401 5b"},
	    /* A user with all that could be taken for what follows. */
	    {"192.0.2.1 - a b [c] \\\" " TIME " \\\"GET / HTTP/1.1\\\" 200 5 " TIME
	     " \"GET / HTTP/1.1\" 401 5 \"-\" \"-\"",
		READ "user=a b [c] \\\" " TIME " \\\"GET / HTTP/1.1\\\" 200 5 GET / 401 5b"},
	    {"192.0.2.1 - - " TIME " \"GET /\\\" 200 5 \\\"-\\\" \\\"x HTTP/1.1\" 401 5 \"-\" "
	     "\"\\\\\"",
		READ "GET /\\\" 200 5 \\\"-\\\" \\\"x 401 5b agent=\\\\"},
	    {"192.0.2.1 - - " TIME " \"-\" 408 - \"-\" \"-\"", READ "408"},
	    {"192.0.2.1 - - " TIME " \"GET / HTTP/1.1\" 401 5 \"-\" \"curl/7.88.1\" more", FORM},
	    {"192.0.2.1 - - " TIME " \"GET / HTTP/1.1\" 401 5 \"-\"", FORM},
	    {"192.0.2.1 - - [22/Nov/2026:10:04:61 +0000] \"GET / HTTP/1.1\" 401 5 \"-\" \"-\"",
		FORM},
	    {"192.0.2.1 - - " TIME " \"GET / HTTP/1.1\" abc 5 \"-\" \"-\"",
		"unparsed: the status is no number of three digits"},
	    {"garbage", FORM},
	};

	lines_check_logformat("%h %l %u %t \\\"%r\\\" %>s %b \\\"%{Referer}i\\\" "
			      "\\\"%{User-agent}i\\\"",
	    cases, count_of(cases));
	lines_check_logformat(
	    "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\"", cases, count_of(cases));
}

/* Every directive, conditional ones, modifiers and arguments; of two that tell the same the better
 * counts. */
static void reads_every_directive(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"www.example.com:443 203.0.113.7 192.0.2.1 192.0.2.9 33317 - alice " TIME
	     " 200 401 GET /a b?c=d HTTP/1.1 \"x\" 5 9 100 k=1 L=- conn=17 P=1 tid=2 X=+ D=3 T=0 "
	     "I=4 S=5 T=6 \"c\" \"e\" \"f\" \"h\" \"n\" \"o\" \"t\" \"u\" FB=7 R=h %",
		READ "user=alice GET /a b?c=d 401 5b host=h conn=17 worker=1"},
	};

	lines_check_logformat(
	    "%v:%p %{c}a %a %A %{remote}p %l %u %t %<s %>s %m %U%q %H \"%!200,304{Referer}i\" %B "
	    "%O %400,501{Content-Length}o k=%k L=%L conn=%{c}L P=%P tid=%{tid}P X=%X D=%D T=%T "
	    "I=%I S=%S T=%{ms}T \"%{a}C\" \"%{b}e\" \"%f\" \"%{Host}i\" \"%{c}n\" \"%{d}o\" "
	    "\"%{e}^ti\" \"%{f}^to\" FB=%^FB R=%R %%",
	    cases, count_of(cases));
}

/* Tabs are escaped in values, so they separate as quotes do; a format may be written with either
 * kind of tab. */
static void reads_tabs(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"192.0.2.1\ta b\t1795341874\tGET /a b HTTP/1.1\t401\tx y",
		READ "user=a b GET /a b 401 agent=x y"},
	};

	lines_check_logformat(
	    "%h\\t%u\\t%{sec}t\\t%r\\t%>s\\t%{User-Agent}i", cases, count_of(cases));
	lines_check_logformat("%h\t%u\t%{sec}t\t%r\t%>s\t%{User-Agent}i", cases, count_of(cases));
}

struct time_case {
	const char *pattern; /* of "PATTERN %h %>s" */
	const char *time;
	const char *reads_as; /* NULL: it is not read */
};

static const struct time_case time_cases[] = {
    {"%t", "[22/Nov/2026:10:04:34 +0130]", "2026-11-22T08:34:34.000Z"},
    {"%{begin:%Y-%m-%d %H:%M:%S}t", "2026-11-22 10:04:34", "2026-11-22T10:04:34.000Z"},
    {"%{end:%FT%T}t.%{msec_frac}t %{%z}t", "2026-11-22T10:04:34.123 -0130",
	"2026-11-22T11:34:34.123Z"},
    {"%{%d/%b/%Y:%T}t.%{usec_frac}t", "22/Nov/2026:10:04:34.123456", "2026-11-22T10:04:34.123Z"},
    {"%{sec}t", "1795341874", "2026-11-22T10:04:34.000Z"},
    {"%{%s}t.%{msec_frac}t", "1795341874.123", "2026-11-22T10:04:34.123Z"},
    {"%{msec}t", "1795341874123", "2026-11-22T10:04:34.123Z"},
    {"%{usec}t", "1795341874123456", "2026-11-22T10:04:34.123Z"},
    {"%{%c}t", "Sun Nov 22 10:04:34 2026", "2026-11-22T10:04:34.000Z"},
    {"%{%c}t", "Sun Nov  2 10:04:34 2026", "2026-11-02T10:04:34.000Z"},
    {"%{%A, %d %B %Y %I:%M:%S %p}t", "Sunday, 22 November 2026 12:04:34 AM",
	"2026-11-22T00:04:34.000Z"},
    {"%{%D %r}t", "11/22/26 10:04:34 PM", "2026-11-22T22:04:34.000Z"},
    {"%{%x %X}t", "11/22/98 10:04:34", "1998-11-22T10:04:34.000Z"},
    {"%{%Y%j %R}t", "2026326 10:04", "2026-11-22T10:04:00.000Z"},
    {"%{%Y%m%d%H%M%S%z}t", "20261122100434+0100", "2026-11-22T09:04:34.000Z"},
    {"%{%Y-%m-%d %H:%M:%S %Z}t", "2026-11-22 10:04:34 GMT", "2026-11-22T10:04:34.000Z"},
    {"%{%-d.%m.%Y %k:%M %%}t", "22.11.2026 10:04 %", "2026-11-22T10:04:00.000Z"},
    {"%{yyyy-MM-dd'T'HH:mm:ss.SSSXXX}t", "2026-11-22T10:04:34.123+01:30",
	"2026-11-22T08:34:34.123Z"},
    {"[%{dd/MMM/yyyy:HH:mm:ss Z|GMT|en}t]", "[22/Nov/2026:10:04:34 +0000]",
	"2026-11-22T10:04:34.000Z"},
    {"%{EEE hh''mm a, dd.MM.yy z}t", "Sun 10'04 PM, 22.11.26 UTC", "2026-11-22T22:04:00.000Z"},
    {"%{EEE hh:mm a, dd.MM.yy z}t", "Sun 10:04 PM, 22.11.26 UTC", "2026-11-22T22:04:00.000Z"},
    {"%{%F %T}t", "2026-02-29 10:04:34", NULL},
    {"%{%F %T}t", "2026-11-22 24:04:34", NULL},
    {"%{%F %T}t", "2026-11-22 10:60:34", NULL},
    {"%{%d/%b/%Y %T}t", "22/Nvo/2026 10:04:34", NULL},
    {"%{%F %r}t", "2026-11-22 13:04:34 PM", NULL},
    {"%{%F %T}t", "2026-11-2 10:04:34", NULL},
    {"%{sec}t", "1e9", NULL},
    {"%{sec}t", "999999999999", NULL},
};

/* Times as strftime(), Apache's words and Java's patterns write them, whether what follows is
 * looked for from the left or from the right. */
static void reads_times(unused_parameter void **state)
{
	for (size_t i = 0; i < 2 * count_of(time_cases); i++) {
		const struct time_case *wanted = &time_cases[i / 2];
		const char *user = i % 2 == 0 ? "" : "%u ";
		struct parser *auto_call(parser_free) parser = NULL;
		struct parsed parsed;
		char logformat[200];
		char line[200];
		char text[TEXT_TIME_BYTES];

		snprintf(logformat, sizeof(logformat), "%s%s %%h %%>s", user, wanted->pattern);
		snprintf(line, sizeof(line), "%s%s 192.0.2.1 401", i % 2 == 0 ? "" : "a b ",
		    wanted->time);
		assert_int_equal(parser_new_with(&parser,
				     &(struct parser_options){.logformat = logformat}, NULL),
		    0);
		parser_line(parser, view_of_text(line), &parsed);
		if (wanted->reads_as == NULL) {
			assert_int_equal(parsed.kind, LINE_UNPARSED);
			continue;
		}
		if (parsed.kind != LINE_RECORD)
			fail_msg("%s: %s: %s", logformat, line, parsed.why);
		assert_string_equal(text_of_time(parsed.record.time_ms, text), wanted->reads_as);
	}
}

/* nginx's variables, with and without braces; what nobody knows is skipped. */
static void reads_nginx(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"192.0.2.1 - - " TIME " \"GET / HTTP/1.1\" 401 421 \"-\" \"curl/7.88.1\" "
	     "\"10.0.0.1, 10.0.0.2\" www 17 3 0.001 -, 0.002 1795341874.500 "
	     "scheme=negotiate-kerberos reply=reject",
		"record 2026-11-22T10:04:34.500Z 192.0.2.1 GET / 401 421b scheme=kerberos "
		"reply=reject agent=curl/7.88.1 host=www conn=17 fwd=10.0.0.1, 10.0.0.2"},
	    {"unix: - x\\x22y " TIME " \"\\x16\\x03\" 400 150 \"-\" \"-\" \"-\" _ 17 1 0 - "
	     "1795341874.500 scheme=none reply=-",
		"record 2026-11-22T10:04:34.500Z client=unix: user=x\\x22y \\x16\\x03 400 150b "
		"scheme=none host=_ conn=17"},
	};
	static const struct line_case json[] = {
	    {"{\"t\":\"2026-11-22T10:04:34+00:00\",\"a\":\"192.0.2.1\",\"u\":"
	     "\"EXAMPLE\\\\al\\\"i\","
	     "\"r\":\"GET /\\u0001 HTTP/1.1\",\"s\":401,\"scheme\":\"basic\",\"x\":\"\"}",
		READ "user=EXAMPLE\\\\al\\\"i GET /\\u0001 401 scheme=basic reply=reject"},
	};
	static const struct line_case upstreams[] = {
	    {"192.0.2.1 " TIME " 200 10.0.0.1:80, 10.0.0.2:80 : [::1]:80 0.001, - : 0.002 end",
		READ "200"},
	    {"192.0.2.1 " TIME " 200 - - end", READ "200"},
	};
	static const struct line_case uri[] = {
	    {TIME " 192.0.2.1 GET https://www.example.com/a?b=c 200",
		READ "GET www.example.com/a?b=c 200"},
	};

	lines_check_logformat("$remote_addr - $remote_user [$time_local] \"$request\" $status "
			      "$body_bytes_sent \"$http_referer\" \"${http_user_agent}\" "
			      "\"$http_x_forwarded_for\" $host $connection $connection_requests "
			      "$request_time $upstream_response_time $msec scheme=$auth_scheme "
			      "reply=$auth_reply",
	    cases, count_of(cases));
	lines_check_logformat(
	    "escape=json {\"t\":\"$time_iso8601\",\"a\":\"$remote_addr\",\"u\":\"$remote_user\","
	    "\"r\":\"$request\",\"s\":$status,\"scheme\":\"$auth_scheme\",\"x\":\"$made_up\"}",
	    json, count_of(json));
	lines_check_logformat("$remote_addr [$time_local] $status $upstream_addr "
			      "$upstream_response_time end",
	    upstreams, count_of(upstreams));
	lines_check_logformat("[$time_local] $remote_addr $request_method "
			      "$scheme://$host$request_uri$is_args $status",
	    uri, count_of(uri));
}

/* Squid's codes with encodings, widths and headers. */
static void reads_squid(unused_parameter void **state)
{
	static const struct line_case native[] = {
	    {"1795341874.123      5 192.0.2.1 TCP_DENIED/407 3460 GET http://x/ - HIER_NONE/- "
	     "text/html",
		"record 2026-11-22T10:04:34.123Z 192.0.2.1 GET http://x/ 407 3460b"},
	};
	static const struct line_case own[] = {
	    {"192.0.2.1 - alice " TIME " \"GET http://x/ HTTP/1.1\" 401 3460 \"-\" \"a \\\"b\\\"\" "
	     "scheme=negotiate-kerberos conn=33317 ms=5 host=\"x\" merr=\"gss failed\" "
	     "TCP_DENIED:HIER_NONE",
		READ "user=alice GET http://x/ 401 3460b scheme=kerberos reply=reject "
		     "agent=a \\\"b\\\" host=x conn=33317 reason=gss failed"},
	};

	static const struct line_case bracketed[] = {
	    {"192.0.2.1 [a \"b\" c] " TIME " 401 un=a%20b", READ "user=a%20b 401 agent=a \"b\" c"},
	    {"192.0.2.1 [a] " TIME " 401 un=a b", FORM},
	};

	lines_check_logformat(
	    "%>a [%{User-Agent}>h] [%tl] %>Hs un=%un", bracketed, count_of(bracketed));
	lines_check_logformat("%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt", native,
	    count_of(native));
	lines_check_logformat(
	    "%>a - %un [%tl] \"%rm %\"ru HTTP/%rv\" %>Hs %<st \"%\"{Referer}>h\" "
	    "\"%\"{User-Agent}>h\" scheme=%{authmedic_scheme}note conn=%>p ms=%tr "
	    "host=\"%\"{Host}>h\" merr=\"%{message}note\" %Ss:%Sh",
	    own, count_of(own));
}

/* The pairs of authmedic's own Apache format, anywhere in a line. */
static void reads_pairs(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"scheme=negotiate-kerberos 192.0.2.1 " TIME " 401 merr=\"GSS ERROR\" "
	     "mtext=\"gss_accept_sec_context() failed\" \"alice\" conn=9",
		READ "user=alice 401 scheme=kerberos reply=reject conn=9 "
		     "reason=gss_accept_sec_context() failed"},
	    {"scheme=none 192.0.2.1 " TIME " 401 merr=\"NO AUTH DATA\" mtext=\"-\" \"-\" conn=9",
		READ "401 scheme=none conn=9 reason=NO AUTH DATA"},
	};

	lines_check_logformat("scheme=%{auth_scheme}e %h %t %>s merr=\"%{MAG_ERROR}e\" "
			      "mtext=\"%{MAG_ERROR_TEXT}e\" \"%u\" conn=%{c}L",
	    cases, count_of(cases));
}

/* Where the header that names the client comes first, and may hold anything, the user is the last
 * word before the time; the client is the last of the addresses, which the proxy wrote. */
static void reads_a_forwarded_client(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"203.0.113.5, 192.0.2.1 - alice " TIME " \"GET / HTTP/1.1\" 200",
		READ "user=alice GET / 200 fwd=203.0.113.5, 192.0.2.1"},
	    {"203.0.113.5 - mallory, 192.0.2.1 - - " TIME " \"GET / HTTP/1.1\" 200",
		READ "GET / 200 fwd=203.0.113.5 - mallory, 192.0.2.1"},
	    {"- - - " TIME " \"GET / HTTP/1.1\" 200", "record 2026-11-22T10:04:34.000Z GET / 200"},
	};

	lines_check_logformat("%{X-Forwarded-For}i %l %u %t \"%r\" %>s", cases, count_of(cases));
}

struct fault_case {
	const char *logformat;
	const char *fault;
};

/* A format that tells too little, or that a client could write into, is refused with the place. */
static void refuses_formats(unused_parameter void **state)
{
	static const struct fault_case cases[] = {
	    {"%h %t %b",
		"character 1 of the log format: it logs no status, so nobody can see who "
		"got in"},
	    {"%t %>s",
		"character 1 of the log format: it logs no client, so nobody can tell one "
		"from another"},
	    {"%h %>s", "character 1 of the log format: it logs no time, or not the whole of it"},
	    {"%h %>s %{%H:%M}t",
		"character 1 of the log format: it logs no time, or not the whole of it"},
	    {"%h %t %>s%b",
		"character 10 of the log format: nothing separates %>s from %b: put a "
		"literal between them"},
	    {"%h %>s%{sec}t",
		"character 7 of the log format: nothing separates %>s from the time: "
		"put a literal between them"},
	    {"%h %t %r %{User-Agent}i %>s",
		"character 10 of the log format: %r and %{User-Agent}i may both hold what stands "
		"between them, so that a client can shift one into the other: put them in quotes"},
	    {"%h %t %>s %{a", "character 11 of the log format: a brace is not closed"},
	    {"%h %t %>s %", "character 11 of the log format: a directive is not finished"},
	    {"%h %t %>s %Q", "character 11 of the log format: there is no directive %Q"},
	    {"%h %>s %{%Y %Q}t",
		"character 13 of the log format: %Q is no part of a time that can "
		"be read back"},
	    {"%h %>s %{yyyy-QQ}t",
		"character 15 of the log format: QQ is no part of a time that "
		"can be read back"},
	    {"$remote_addr $status $ $time_local",
		"character 22 of the log format: no name follows the dollar sign"},
	    {"$remote_addr $status ${x $time_local",
		"character 22 of the log format: a brace is not closed"},
	    {"escape=xml $remote_addr",
		"character 1 of the log format: escape= must be default, "
		"json or none, and a space"},
	    {"escape=none $remote_addr [$time_local] \"$request\" $status \"$http_user_agent\"",
		"character 60 of the log format: $request and $http_user_agent may both hold what "
		"stands between them, so that a client can shift one into the other: put them in "
		"quotes"},
	    {"%>a %tl %>Hs %zz", "character 14 of the log format: there is no code %zz"},
	    {"%>a %tl %>Hs %'un",
		"character 14 of the log format: %'un is logged raw, so that a "
		"client can write what follows: leave out the '"},
	    {"", "character 1 of the log format: it logs no status, so nobody can see who got in"},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		struct parser *parser = NULL;
		auto_buffer struct buffer errors;
		const struct parser_options options = {.logformat = cases[i].logformat};

		buffer_init(&errors, 4096);
		assert_int_equal(parser_new_with(&parser, &options, &errors), -EINVAL);
		assert_null(parser);
		assert_string_equal(buffer_text(&errors), cases[i].fault);
	}
}

/* What is not needed may hold anything where nothing that is needed stands beside it. */
static void skips_what_is_not_needed(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"192.0.2.1 " TIME " 401 \"x y\" a b c\\\"d e \"-\"", READ "401"},
	    {"192.0.2.1 " TIME " 401 \"\" a b", FORM},
	};

	lines_check_logformat("%h %t %>s \"%{a}i\" %{b}i %{c}i \"%{d}i\"", cases, count_of(cases));
}

/* Formats as large as the bounds are taken, larger ones are refused. */
static void bounds_formats(unused_parameter void **state)
{
	struct parser *parser = NULL;
	char logformat[6000] = "%h %t %>s";
	const struct parser_options options = {.logformat = logformat};

	memset(logformat + 9, 'x', 4096 - 9);
	assert_int_equal(parser_new_with(&parser, &options, NULL), 0);
	parser_free(&parser);
	logformat[4096] = 'x';
	assert_int_equal(parser_new_with(&parser, &options, NULL), -EINVAL);
	logformat[9] = '\0';
	for (size_t i = 9; i < 9 + 3 * 130; i += 3)
		memcpy(logformat + i, " %D", 4);
	assert_int_equal(parser_new_with(&parser, &options, NULL), -EINVAL);
	logformat[9 + 3 * 100] = '\0';
	assert_int_equal(parser_new_with(&parser, &options, NULL), 0);
	parser_free(&parser);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_apache_combined),
	    cmocka_unit_test(reads_every_directive),
	    cmocka_unit_test(reads_tabs),
	    cmocka_unit_test(reads_times),
	    cmocka_unit_test(reads_nginx),
	    cmocka_unit_test(reads_squid),
	    cmocka_unit_test(reads_pairs),
	    cmocka_unit_test(reads_a_forwarded_client),
	    cmocka_unit_test(refuses_formats),
	    cmocka_unit_test(skips_what_is_not_needed),
	    cmocka_unit_test(bounds_formats),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
