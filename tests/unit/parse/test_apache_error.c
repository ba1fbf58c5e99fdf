#include "lines.h"

#define TIME "[Sun Nov 22 10:04:56.327950 2026] "
#define READ "2026-11-22T10:04:56.327Z"
#define KRB5 "Unspecified GSS failure.  Minor code may provide more information "
#define GSS  "GSS ERROR In Negotiate Auth: gss_accept_sec_context() failed: "

#define NTLM "AUTH NOT ALLOWED NTLM Authentication is not allowed!"

struct error_case {
	const char *line;
	const char *reads_as; /* with the signature's id instead of its number */
};

static void check(struct signatures *signatures, const struct error_case *error_case)
{
	struct parser *auto_call(parser_free) parser = NULL;
	auto_buffer struct buffer text;
	struct parsed parsed;
	size_t index;

	buffer_init(&text, 4096);
	assert_int_equal(parser_new(&parser, "apache-error", signatures), 0);
	parser_line(parser, view_of_text(error_case->line), &parsed);
	index = parsed.signal.signature;
	if (parsed.has_signal)
		buffer_append_format(&text, "%s ", signatures_id(signatures, index));
	parsed.signal.signature = 0;
	assert_string_equal(lines_describe(&parsed, &text), error_case->reads_as);
}

/* The client's address, the kvno and the principal come with the signal. */
static void gives_signals(void **state)
{
	static const struct error_case cases[] = {
	    {TIME "[auth_gssapi:error] [pid 16007:tid 16013] [client 127.0.0.1:47736] " GSS "[" KRB5
		  "(Request ticket server HTTP/other.example.test@EXAMPLE.TEST not found in keytab "
		  "(ticket kvno 1))]",
		"principal-not-in-keytab signal " READ " 127.0.0.1 #0 kvno=1 "
		"principal=HTTP/other.example.test@EXAMPLE.TEST"},
	    {TIME "[auth_gssapi:error] [pid 1] [client 2001:db8::9:47736] " GSS "[" KRB5
		  "(Clock skew too great)], referer: https://x/",
		"clock-skew signal " READ " 2001:db8::9 #0"},
	    {"[Wed Oct 11 14:32:52 2017] [error] [client 2001:db8::9] gss_accept_sec_context() "
	     "failed: " KRB5 "(, Wrong principal in request)",
		"principal-not-in-keytab signal 2017-10-11T14:32:52.000Z 2001:db8::9 #0"},
	    {TIME
		"[auth_gssapi:error] [pid 1:tid 2] (13)Permission denied: [client 192.0.2.1:5] " GSS
		"[" KRB5 "(, )]",
		"gss-failed signal " READ " 192.0.2.1 #0"},
	    {TIME "[auth_gssapi:error] [pid 1:tid 2] [lid SEH343qp2mo] [client 192.0.2.1:5] " NTLM,
		"ntlm-token signal " READ " 192.0.2.1 #0"},
	    {TIME "[auth_gssapi:error] [pid 1:tid 2] [client 192.0.2.1:5] [lid SEH343qp2mo] " NTLM,
		"ntlm-token signal " READ " 192.0.2.1 #0"},
	    {TIME "[auth_gssapi:error] [R:a] [C:b] " NTLM, "ntlm-token signal " READ " #0"},
	    {"[2026-11-22 10:04:56.327950] [auth_gssapi:error] [client 192.0.2.1:5] " NTLM,
		"ntlm-token signal " READ " 192.0.2.1 #0"},
	    {TIME "[error] [client 192.0.2.1:5] gss_accept_sec_context() failed: x (y)",
		"gss-failed signal " READ " 192.0.2.1 #0"},
	    {TIME "[auth_gssapi:error] [client 192.0.2.1:5] [client 10.0.0.1:5] " NTLM,
		"other " READ},
	    {TIME "[auth_gssapi:error] [client 192.0.2.1:5] [x] " NTLM, "other " READ},
	    {TIME
		"[core:info] [pid 1:tid 2] protocol.c(1000): [remote 192.0.2.1:5] [lid x] AH00561",
		"other " READ},
	};

	for (size_t i = 0; i < count_of(cases); i++)
		check(*state, &cases[i]);
}

/* A kvno or principal that no keytab can hold is left out; the text decides all the same. */
static void distrusts_numbers(void **state)
{
	static const struct error_case huge = {TIME
	    "[auth_gssapi:error] [pid 1] [client 127.0.0.1:4] " GSS "[" KRB5
	    "(Request ticket server a kvno 99999999999999999999 not found in keytab; keytab is "
	    "likely out of date)]",
	    "keytab-out-of-date signal " READ " 127.0.0.1 #0 principal=a"};
	static const struct error_case spaced = {TIME
	    "[auth_gssapi:error] [pid 1] [client 127.0.0.1:4] " GSS "[" KRB5
	    "(Request ticket server a b kvno 2 not found in keytab; keytab is likely out of "
	    "date)]",
	    "gss-failed signal " READ " 127.0.0.1 #0"};

	check(*state, &huge);
	check(*state, &spaced);
}

/* Lines that are no errors of ours are other; those that are no error lines are unparsed. */
static void tells_other_lines(unused_parameter void **state)
{
	static const char time[] =
	    "unparsed: the line does not begin with a time like [Sun Nov 22 10:04:56 2026]";
	static const struct line_case cases[] = {
	    {TIME "[auth_gssapi:error] [pid 1] [client 127.0.0.1:4] " GSS "[x (y)]", "other " READ},
	    {TIME "[core:notice] [pid 23263:tid 23263] AH00052: child pid 23374 exit signal "
		  "Segmentation fault (11)",
		"other " READ},
	    {TIME "[x]", "other " READ},
	    {TIME "[", "unparsed: no [module:level] follows the time"},
	    {TIME, "unparsed: no [module:level] follows the time"},
	    {"[Sun Nov 22 10:04:56.327950 2026", time},
	    {"[]", time},
	    {"[", time},
	    {"stderr of a child", time},
	};

	lines_check("apache-error", cases, count_of(cases));
}

static int load(void **state)
{
	auto_buffer struct buffer errors;
	char folder[4096];

	buffer_init(&errors, 65536);
	setenv("TZ", "UTC0", 1);
	return signatures_load(
	    (struct signatures **)state, lines_signatures_folder(folder), &errors);
}

static int unload(void **state)
{
	signatures_free((struct signatures **)state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gives_signals),
	    cmocka_unit_test(distrusts_numbers),
	    cmocka_unit_test(tells_other_lines),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
