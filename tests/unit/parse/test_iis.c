#include "lines.h"

#include <errno.h>

#define FIELDS_7                                                                                   \
	"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "      \
	"cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken"
#define HEAD_7 "2026-11-22 10:04:34 10.0.0.1 GET /app x=1 443 "
#define READ   "record 2026-11-22T10:04:34.000Z 192.0.2.1 "
#define CODES  "#Fields: date time c-ip cs-username sc-status sc-substatus sc-win32-status"
#define LINE   "2026-11-22 10:04:34 192.0.2.1 - 401 1 "

/* The challenge, the leg, the success and the refusals of IIS 7 and later. */
static void judges_substatus(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {FIELDS_7, "header"},
	    {HEAD_7 "- 192.0.2.1 Mozilla/5.0+(Windows+NT) 401 2 5 15",
		READ "GET /app x=1 401.2/5 scheme=none agent=Mozilla/5.0+(Windows+NT)"},
	    {HEAD_7 "- 192.0.2.1 M 401 1 2148074254 0",
		READ "GET /app x=1 401.1/2148074254 reply=continue agent=M"},
	    {HEAD_7 "DOM\\user 192.0.2.1 M 200 0 0 31",
		READ "user=DOM\\user GET /app x=1 200.0/0 agent=M"},
	    {HEAD_7 "- 192.0.2.1 M 401 1 2148074252 0",
		READ "GET /app x=1 401.1/2148074252 reply=reject agent=M"},
	    {HEAD_7 "bob 192.0.2.1 M 401 1 1326 0",
		READ "user=bob GET /app x=1 401.1/1326 reply=reject agent=M"},
	    {HEAD_7 "bob 192.0.2.1 M 401 2 5 0", READ "user=bob GET /app x=1 401.2/5 agent=M"},
	    {HEAD_7 "bob 192.0.2.1 M 401 3 5 0", READ "user=bob GET /app x=1 401.3/5 agent=M"},
	    /* Early IIS 6: the codes of the first two legs the other way round. */
	    {HEAD_7 "- 192.0.2.1 M 401 2 2148074254 0",
		READ "GET /app x=1 401.2/2148074254 scheme=none agent=M"},
	    {HEAD_7 "- 192.0.2.1 M 401 1 0 0", READ "GET /app x=1 401.1/0 reply=continue agent=M"},
	};

	lines_check("iis-w3c", cases, count_of(cases));
}

/* Codes as unsigned, signed and larger than any. */
static void reads_win32_codes(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {CODES, "header"},
	    {LINE "-2146893042", READ "401.1/2148074254 reply=continue"},
	    {LINE "-1", READ "401.1/4294967295 reply=reject"},
	    {LINE "4294967296", READ "401.1/4294967296 reply=reject"},
	    {LINE "99999999999999999999", READ "401.1/9223372036854775807 reply=reject"},
	    {LINE "-99999999999", READ "401.1"},
	    {LINE "-", READ "401.1"},
	    {LINE "x", READ "401.1"},
	    {"#Fields: date time c-ip sc-status sc-bytes sc-substatus", "header"},
	    {"2026-11-22 10:04:34 192.0.2.1 401 -5 -2", READ "401"},
	};

	lines_check("iis-w3c", cases, count_of(cases));
}

/* Columns in any order, declared anew in mid-file, with others between. */
static void follows_the_fields(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"2026-11-22 10:04:34 192.0.2.1 401", "unparsed: no #Fields line came before"},
	    {"#Software: Microsoft Internet Information Services 10.0", "header"},
	    {"#Fields: sc-status x-a c-ip time date ", "header"},
	    {"401 z 192.0.2.1 10:04:34 2026-11-22 ", READ "401"},
	    {"#Version: 1.0", "header"},
	    {"#Fields:\tc-ip\tdate\ttime\tcs-host\tX-FORWARDED-FOR\tsc-bytes\tsc-status", "header"},
	    {"192.0.2.1\t2026-11-22\t10:04:34\twww\t198.51.100.7\t12\t401",
		READ "401 12b host=www fwd=198.51.100.7"},
	    {"192.0.2.1  2026-11-22 10:04:34.999   www - - 401\r",
		"record 2026-11-22T10:04:34.999Z 192.0.2.1 401 host=www"},
	    {"192.0.2.1 2026-11-22 10:04:34 www - - 401 7",
		"unparsed: more fields than the last #Fields line declares"},
	    {"192.0.2.1 2026-11-22 10:04:34 www", "unparsed: there is no sc-status"},
	    {"192.0.2.1 2026-11-22 10:04 www - - 401", "unparsed: the time is not like 10:04:34"},
	    {"192.0.2.1 2026-11-31 10:04:34 www - - 401",
		"unparsed: the date is not like 2026-11-22"},
	    {"#Fields: date time c-ip sc-status c-ip cs-method sc-status", "header"},
	    {"2026-11-22 10:04:34 192.0.2.1 401 198.51.100.7 GET 200", READ "GET 401"},
	    /* The query stands elsewhere than behind the stem, or is none. */
	    {"#Fields: date time cs-uri-query c-ip cs-uri-stem sc-status", "header"},
	    {"2026-11-22 10:04:34 q 192.0.2.1 /stem 401", READ "/stem 401"},
	    {"#Fields: date time c-ip cs-uri-stem cs-uri-query sc-status", "header"},
	    {"2026-11-22 10:04:34 192.0.2.1 - q 401", READ "401"},
	    {"2026-11-22 10:04:34 192.0.2.1 /stem - 401", READ "/stem 401"},
	    /* Fewer fields than declared, as far as they go. */
	    {"#Fields: date time c-ip sc-status x-more", "header"},
	    {"2026-11-22 10:04:34 192.0.2.1 401", READ "401"},
	};

	lines_check("iis-w3c", cases, count_of(cases));
}

/* Quotes bind spaces where nothing else fits, and do not shift columns where IIS wrote the line. */
static void reads_quoted_fields(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"#Fields: date time c-ip cs(User-Agent) cs(Cookie) sc-status", "header"},
	    {"2026-11-22 10:04:34 192.0.2.1 \"Mozilla/5.0 (X11; x)\" \"a=b; c=d\" 401",
		READ "401 agent=Mozilla/5.0 (X11; x)"},
	    {"2026-11-22 10:04:34 192.0.2.1 \"M d=\"e\" 401", READ "401 agent=\"M"},
	    {"2026-11-22 10:04:34 192.0.2.1 ... \xc3\xa4\xff 401", READ "401 agent=..."},
	};

	lines_check("iis-w3c", cases, count_of(cases));
}

/* Without a date column #Date tells the day, and midnight is seen to pass, also by late lines. */
static void takes_the_date_from_the_header(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"#Fields: time c-ip sc-status", "header"},
	    {"10:04:34 192.0.2.1 401",
		"unparsed: there is no date: no column for it, and no #Date line before"},
	    {"#Date: garbage", "header"},
	    {"#Date: 2002-05-02 17:42:15", "header"},
	    {"17:42:14 192.0.2.1 401", "record 2002-05-02T17:42:14.000Z 192.0.2.1 401"},
	    {"23:59:58 192.0.2.1 401", "record 2002-05-02T23:59:58.000Z 192.0.2.1 401"},
	    {"00:00:01 192.0.2.1 401", "record 2002-05-03T00:00:01.000Z 192.0.2.1 401"},
	    {"23:59:59 192.0.2.1 401", "record 2002-05-02T23:59:59.000Z 192.0.2.1 401"},
	    {"00:00:02 192.0.2.1 401", "record 2002-05-03T00:00:02.000Z 192.0.2.1 401"},
	    {"17:00:00 192.0.2.1 401", "record 2002-05-03T17:00:00.000Z 192.0.2.1 401"},
	    {"16:30:00 192.0.2.1 401", "record 2002-05-04T16:30:00.000Z 192.0.2.1 401"},
	    {"#Date: 2002-06-01", "header"},
	    {"00:00:01 192.0.2.1 401", "record 2002-06-01T00:00:01.000Z 192.0.2.1 401"},
	};

	lines_check("iis-w3c", cases, count_of(cases));
}

/* Other writers' directives; a byte order mark before the first is no part of it. */
static void reads_other_directives(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"\xef\xbb\xbf#Software: x", "header"},
	    {"\xef\xbb\xbf", "header"},
	    {"#Start-Date:\t2026-11-22 08:00:00", "header"},
	    {"#Remark: x", "header"},
	    {"#", "header"},
	    {"#GMT-Offset:\t-0130", "header"},
	    {"#Fields:\ttime c-ip c-port sc-status", "header"},
	    {"08:34:34 192.0.2.1 33317 401", READ "401 conn=33317"},
	    {"#GMT-Offset: nonsense", "header"},
	    {"08:34:34 192.0.2.1 33317 401", READ "401 conn=33317"},
	    {"#GMT-Offset: +0000", "header"},
	    {"10:04:34 192.0.2.1 33317 401", READ "401 conn=33317"},
	};

	lines_check("iis-w3c", cases, count_of(cases));
}

#define HTTPERR "2026-11-22 10:04:34 192.0.2.1 33317 10.0.0.1 80 "

/* The errors of http.sys, with and without a #Fields line; most are of connections. */
static void reads_httperr(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {HTTPERR "HTTP/1.1 GET /a 400 - FieldLength -",
		READ "GET /a 400 conn=33317 reason=FieldLength"},
	    {HTTPERR "- - - - - Timer_ConnectionIdle -",
		READ "0 conn=33317 reason=Timer_ConnectionIdle"},
	    {"#Software: Microsoft HTTP API 2.0", "header"},
	    {"#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid "
	     "sc-status s-siteid s-reason s-queuename transport",
		"header"},
	    {HTTPERR "HTTP/2.0 GET /a 3 503 1 AppOffline Pool TCP",
		READ "GET /a 503 conn=33317 reason=AppOffline"},
	    {HTTPERR "HTTP/2.0 GET /a 3 503 1 - Pool TCP", READ "GET /a 503 conn=33317"},
	    {HTTPERR "HTTP/2.0 GET /a 3 503 1 AppOffline Pool TCP more",
		"unparsed: more fields than are declared"},
	    {HTTPERR "HTTP/2.0 GET /a 3 503", "unparsed: there is no s-reason"},
	    {HTTPERR "HTTP/2.0 GET /a 3 x 1 AppOffline Pool TCP",
		"unparsed: there is no sc-status"},
	    {"#Software: Microsoft Internet Information Services 10.0",
		"unparsed: the log was not written by Microsoft's HTTP API"},
	    {"#Fields: date time sc-status",
		"unparsed: the #Fields line has no s-reason: this is no log of http.sys's errors"},
	};

	lines_check("httperr", cases, count_of(cases));
}

static struct parser *new_parser(const char *first, const char *second)
{
	struct parser *parser = NULL;
	struct parsed parsed;

	assert_int_equal(parser_new(&parser, "iis-w3c", NULL), 0);
	parser_line(parser, view_of_text(first), &parsed);
	parser_line(parser, view_of_text(second), &parsed);
	return parser;
}

/* What is saved in mid-file lets a fresh parser read on as the old one would, past midnight too. */
static void saves_and_restores(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) old =
	    new_parser("#Date: 2002-05-02 17:42:15", "#Fields: time x-a c-ip sc-status");
	struct parser *auto_call(parser_free) fresh = NULL;
	auto_buffer struct buffer header;
	auto_buffer struct buffer text;
	struct parsed parsed;

	buffer_init(&header, 4096);
	buffer_init(&text, 4096);
	parser_line(old, VIEW("23:00:00 z 192.0.2.1 401"), &parsed);
	parser_save(old, &header);
	assert_int_equal(parser_new(&fresh, "iis-w3c", NULL), 0);
	assert_int_equal(parser_restore(fresh, buffer_view(&header)), 0);
	parser_line(fresh, VIEW("01:00:00 z 192.0.2.1 401"), &parsed);
	assert_string_equal(
	    lines_describe(&parsed, &text), "record 2002-05-03T01:00:00.000Z 192.0.2.1 401");
	assert_int_equal(parser_restore(fresh, VIEW("01:00:00 z 192.0.2.1 401\n")), -EINVAL);
	assert_int_equal(parser_restore(fresh, VIEW("\n")), -EINVAL);
	assert_int_equal(parser_restore(fresh, VIEW("")), 0);
}

/* Before any header there is nothing to save. */
static void saves_nothing_at_first(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = new_parser("", "x");
	auto_buffer struct buffer header;

	buffer_init(&header, 4096);
	parser_save(parser, &header);
	assert_int_equal(header.length, 0);
}

/* More columns than are kept: those behind are counted but not read. */
static void bounds_the_columns(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	auto_buffer struct buffer text;
	struct parsed parsed;

	buffer_init(&text, 65536);
	assert_int_equal(parser_new(&parser, "iis-w3c", NULL), 0);
	buffer_append_text(&text, "#Fields: date time sc-status");
	for (int i = 0; i < 200; i++)
		buffer_append_text(&text, " c-ip");
	parser_line(parser, buffer_view(&text), &parsed);
	buffer_clear(&text);
	buffer_append_text(&text, "2026-11-22 10:04:34 401");
	for (int i = 0; i < 200; i++)
		buffer_append_text(&text, " 192.0.2.1");
	parser_line(parser, buffer_view(&text), &parsed);
	assert_int_equal(parsed.kind, LINE_RECORD);
	assert_view_is(parsed.record.client, "192.0.2.1");
	buffer_append_text(&text, " x");
	parser_line(parser, buffer_view(&text), &parsed);
	assert_int_equal(parsed.kind, LINE_UNPARSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_substatus),
	    cmocka_unit_test(reads_win32_codes),
	    cmocka_unit_test(follows_the_fields),
	    cmocka_unit_test(reads_quoted_fields),
	    cmocka_unit_test(takes_the_date_from_the_header),
	    cmocka_unit_test(reads_other_directives),
	    cmocka_unit_test(reads_httperr),
	    cmocka_unit_test(saves_and_restores),
	    cmocka_unit_test(saves_nothing_at_first),
	    cmocka_unit_test(bounds_the_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
