#include "unit.h"

#include "cli/log_sight.h"

#define NEVER ", so this log alone never shows that sign-in broke"

/* As check_logs.c has them noted. */
static void note_lines(struct log_sight *sight, const struct config_log *log, const char *lines)
{
	const struct parser_options options = {.format = log->format, .logformat = log->logformat};
	struct view rest = view_of_text(lines);
	struct parser *auto_call(parser_free) parser = NULL;
	struct buffer auto_buffer header;
	struct parsed parsed;
	struct view line;

	*sight = (struct log_sight){0};
	assert_int_equal(parser_new_with(&parser, &options, NULL), 0);
	while (view_cut(&rest, '\n', &line)) {
		parser_line(parser, line, &parsed);
		log_sight_note(sight, line, &parsed);
	}
	buffer_init(&header, 4096);
	parser_save(parser, &header);
	log_sight_note_header(sight, buffer_view(&header));
}

static void assert_of_log(struct config_log log, const char *lines, const char *expected)
{
	struct buffer auto_buffer text;
	struct log_sight sight;

	note_lines(&sight, &log, lines);
	buffer_init(&text, 4096);
	log_sight_append(&sight, &log, log.logformat != NULL ? "logformat" : log.format, &text);
	assert_string_equal(buffer_text(&text), expected);
}

static void assert_says(const char *format, const char *lines, const char *expected)
{
	struct config_log log = {.format = (char *)format};

	assert_of_log(log, lines, expected);
}

static void assert_string_says(const char *string, const char *lines, const char *expected)
{
	struct config_log log = {.format = (char *)"auto", .logformat = (char *)string};

	assert_of_log(log, lines, expected);
}

#define NCSA  "192.0.2.1 - - [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 12"
#define AGENT " \"-\" \"curl/7.88.1\""

static void test_formats_with_user(unused_parameter void **state)
{
	/* A format that has a column for the user lacks nothing where that says "-". */
	static const char *const lines[][2] = {
	    {"apache-common", NCSA "\n"},
	    {"apache-combined", NCSA AGENT "\n"},
	    {"apache-vhost", "www.example.com:80 " NCSA AGENT "\n"},
	    {"apache-authmedic", NCSA AGENT " conn=1\n"},
	    {"nginx-combined", NCSA AGENT "\n"},
	    {"nginx-authmedic", NCSA AGENT " conn=1\n"},
	    {"squid-combined", NCSA AGENT " TCP_DENIED:HIER_NONE\n"},
	    {"squid-native",
		"1795341874.123      0 192.0.2.1 TCP_DENIED/407 9 GET a - HIER_NONE/- -\n"},
	    {"ncsa", NCSA "\n"},
	    {"tomcat", NCSA "\n"},
	    {"jetty", NCSA AGENT "\n"},
	    {"iis-native",
		"192.0.2.1, -, 11/22/26, 10:04:34, W3SVC1, WEB, 192.0.2.9, 0, 9, 9, 401, 5, GET, "
		"/, -,\n"},
	    {"iis-w3c",
		"#Fields: date time c-ip cs-username sc-status\n"
		"2026-11-22 10:04:34 192.0.2.1 - 401\n"},
	    {"json",
		"{\"time\":\"2026-11-22T10:04:34Z\",\"remote_addr\":\"192.0.2.1\","
		"\"remote_user\":\"\",\"status\":401}\n"},
	};

	for (size_t i = 0; i < count_of(lines); i++)
		assert_says(lines[i][0], lines[i][1], "");
	assert_string_says("%h %u %t %>s", "192.0.2.1 - [22/Nov/2026:10:04:34 +0000] 401\n", "");
	assert_string_says("$remote_addr $remote_user $time_iso8601 $status",
	    "192.0.2.1 - 2026-11-22T10:04:34+00:00 401\n", "");
}

static void test_no_user(unused_parameter void **state)
{
	/* Without a column for the user nobody becomes known-good, unless the log shows tokens. */
	static const char haproxy[] =
	    "192.0.2.1:33317 [22/Nov/2026:10:04:34.655] in app/web1 10/0/30/69/109 401 2750 - - "
	    "---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"\n";

	assert_says("haproxy-http", haproxy,
	    "no users: nobody is ever known-good" NEVER
	    "; HAProxy knows none, but with tokens in its log it would\n");
	assert_says("json",
	    "{\"time\":\"2026-11-22T10:04:34Z\",\"remote_addr\":\"192.0.2.1\",\"status\":401}\n",
	    "no users: nobody is ever known-good" NEVER
	    "; log the name, and say in fields.user which member it is\n");
	assert_string_says("%h %t %>s", "192.0.2.1 [22/Nov/2026:10:04:34 +0000] 401\n",
	    "no users: nobody is ever known-good" NEVER "; add %u (Squid: %un)\n");
	assert_string_says("$remote_addr [$time_local] $status scheme=$authmedic_scheme",
	    "192.0.2.1 [22/Nov/2026:10:04:34 +0000] 401 scheme=none\n", "");
}

static void test_iis(unused_parameter void **state)
{
	/* What the last #Fields line declares counts; that a 401.2 had no token is no column. */
	assert_says("iis-w3c",
	    "#Fields: date time sc-status sc-substatus\n"
	    "2026-11-22 10:04:34 401 2\n",
	    "no users: nobody is ever known-good" NEVER "; switch on cs-username\n"
	    "no clients: the whole site is one voter" NEVER "; switch on c-ip\n");
	assert_says("iis-w3c",
	    "#Fields: date time c-ip sc-status\n"
	    "2026-11-22 10:04:34 192.0.2.1 401\n"
	    "#Fields: date time c-ip cs-username sc-status\n"
	    "2026-11-22 10:05:34 192.0.2.1 - 401\n",
	    "");
	assert_says("iis-w3c", "#Fields: date time sc-status\n", "");
}

static void test_no_reading(unused_parameter void **state)
{
	/* Logs of errors alone are not to show who got in. */
	assert_says("httperr",
	    "2026-11-22 10:04:34 192.0.2.1 4711 192.0.2.9 80 HTTP/1.1 GET / 400 - FieldLength -\n",
	    "");
	assert_says("nginx-error", "2026/11/22 10:04:34 [error] 1#1: *1 no\n", "");
	assert_says("apache-common", "", "");
}

#define SILENT(count)                                                                              \
	"merr= says nothing of " count " tokens that were answered with 401: it seems never to "   \
	"be filled, and then only silence tells a refusal from a leg"
#define APACHE   "; set GssapiPublishErrors On, and load mod_headers for reply=\n"
#define KERBEROS " scheme=negotiate-kerberos"
#define LEG      " scheme=negotiate-ntlm-1"
#define IN                                                                                         \
	"192.0.2.1 - a@B [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 200 12" AGENT             \
	" scheme=negotiate-ntlm-3 merr=\"-\"\n"

static void test_silent_tokens(unused_parameter void **state)
{
	/* Kerberos that was answered with 401 and no word, and NTLM that never got in anywhere, are
	 * told; one word anywhere, or reply=, or no merr= at all, and nothing is. */
	assert_says("apache-authmedic", NCSA AGENT KERBEROS " merr=\"-\"\n" IN, SILENT("1") APACHE);
	assert_says("apache-authmedic",
	    NCSA AGENT LEG " merr=\"-\"\n" NCSA AGENT LEG " merr=\"-\"\n", SILENT("2") APACHE);
	assert_says("apache-authmedic", NCSA AGENT LEG " merr=\"-\"\n" IN, "");
	assert_says("apache-authmedic",
	    NCSA AGENT KERBEROS " merr=\"-\"\n" NCSA AGENT LEG " merr=\"no\"\n", "");
	assert_says("apache-authmedic", NCSA AGENT KERBEROS " reply=continue merr=\"-\"\n", "");
	assert_says("apache-authmedic", NCSA AGENT KERBEROS " reply=- merr=\"-\"\n", "");
	assert_says("apache-authmedic", NCSA AGENT KERBEROS "\n", "");
	assert_says("apache-authmedic", NCSA AGENT " scheme=basic merr=\"-\"\n", "");
	assert_says("squid-combined", NCSA AGENT KERBEROS " merr=\"-\" TCP_DENIED:HIER_NONE\n",
	    SILENT("1") "\n");
}

static void assert_why(const char *format, const char *lines, const char *expected)
{
	struct config_log log = {.format = (char *)format};
	struct buffer auto_buffer text;
	struct log_sight sight;

	buffer_init(&text, 4096);
	note_lines(&sight, &log, lines);
	assert_int_equal(log_sight_is_blind(&sight), expected != NULL);
	if (expected == NULL)
		return;
	log_sight_append_why(&sight, &text);
	assert_string_equal(buffer_text(&text), expected);
}

static void test_blind(unused_parameter void **state)
{
	/* None of the lines was understood: a header, an empty line and one that goes on are none;
	 * one that was is enough. */
	assert_why("iis-w3c", "#Software: x\n", NULL);
	assert_why("iis-w3c", "#Software: x\n\nlorem\n",
	    "its first line cannot be read: no #Fields line came before");
	assert_why("apache-common", "lorem\nipsum\n",
	    "none of its first 2 lines can be read: the line does not begin with client, ident, "
	    "user, [time] and \"request\"");
	assert_why("apache-common", "lorem\n" NCSA "\nipsum\n", NULL);
	assert_why("nginx-error", "2026/11/22 10:04:34 [error] 1#1: *1 no\nlorem\n", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_formats_with_user),
	    cmocka_unit_test(test_no_user),
	    cmocka_unit_test(test_iis),
	    cmocka_unit_test(test_no_reading),
	    cmocka_unit_test(test_silent_tokens),
	    cmocka_unit_test(test_blind),
	};

	return cmocka_run_group_tests_name("log_sight", tests, NULL, NULL);
}
