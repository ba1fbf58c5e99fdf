#include "lines.h"

#define HEAD     "127.0.0.1 - - [22/Nov/2026:10:04:34 +0000] \"GET /private/ HTTP/1.1\" "
#define ALICE    "127.0.0.1 - alice@EXAMPLE.TEST [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" "
#define READ     "record 2026-11-22T10:04:34.000Z 127.0.0.1 GET /private/ "
#define SILENT   " merr=\"-\" maj=- min=- mtext=\"-\""
#define BY_ALICE "record 2026-11-22T10:04:34.000Z 127.0.0.1 user=alice@EXAMPLE.TEST GET / "

/* mod_auth_gssapi's answers: a 401 without an error is a leg, with one a refusal, without a token a
 * challenge. */
static void judges_apache(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {ALICE "200 538 scheme=negotiate-kerberos lid=- pid=16007 tid=140269899130560 k=0 "
		   "us=1744" SILENT,
		BY_ALICE "200 538b scheme=kerberos reply=done worker=16007"},
	    {HEAD "401 636 scheme=none lid=- pid=1 tid=2 k=0 us=230 merr=\"NO AUTH DATA\" maj=0 "
		  "min=0 "
		  "mtext=\"Client did not send any authentication headers\"",
		READ "401 636b scheme=none worker=1 "
		     "reason=Client did not send any authentication headers"},
	    {HEAD "401 636 scheme=negotiate-ntlm-1 merr=\"GSS ERROR\" maj=458752 min=0",
		READ "401 636b scheme=ntlm reply=reject reason=GSS ERROR"},
	    {HEAD "401 636 scheme=basic" SILENT, READ "401 636b scheme=basic reply=reject"},
	    {HEAD "401 669 scheme=negotiate-kerberos lid=- pid=25963 k=0 merr=\"-\"",
		READ "401 669b scheme=kerberos reply=continue worker=25963"},
	    {HEAD "401 833 scheme=negotiate-resp lid=- pid=25963 k=1 merr=\"-\"",
		READ "401 833b scheme=ntlm reply=continue worker=25963"},
	    {HEAD "401 808 scheme=ntlm-1 merr=\"-\"", READ "401 808b scheme=ntlm reply=continue"},
	    {HEAD "401 813 scheme=negotiate-ntlm-1 merr=\"-\"",
		READ "401 813b scheme=ntlm reply=continue"},
	    {HEAD "401 853 scheme=negotiate-spnego-short merr=\"-\"",
		READ "401 853b scheme=ntlm reply=continue"},
	    {HEAD "401 660 scheme=ntlm-3 merr=\"GSS ERROR\"",
		READ "401 660b scheme=ntlm reply=reject reason=GSS ERROR"},
	    {HEAD "401 636 scheme=negotiate-other merr=\"INTERNAL ERROR\" mtext=\"x\"",
		READ "401 636b scheme=other reply=reject reason=x"},
	    {HEAD "500 1 scheme=negotiate-kerberos merr=\"GSS ERROR\" mtext=\"x\"",
		READ "500 1b scheme=kerberos reply=reject reason=x"},
	    /* A sub-request failed, the request did not. */
	    {ALICE "200 1 scheme=negotiate-kerberos merr=\"GSS ERROR\" mtext=\"x\"",
		BY_ALICE "200 1b scheme=kerberos reply=done reason=x"},
	    /* Signed in, but not allowed the page. */
	    {ALICE "401 1 scheme=negotiate-kerberos merr=\"-\"",
		BY_ALICE "401 1b scheme=kerberos reply=done"},
	    /* Errors are not logged: nobody knows. */
	    {HEAD "401 1 scheme=negotiate-kerberos k=0", READ "401 1b scheme=kerberos"},
	    {HEAD "401 1 scheme=- merr=\"-\"", READ "401 1b"},
	    {HEAD "401 1 scheme=digest merr=\"-\"", READ "401 1b scheme=other"},
	    {HEAD "404 1 scheme=bearer merr=\"-\"", READ "404 1b scheme=other"},
	};

	lines_check("apache-authmedic", cases, count_of(cases));
}

/* Where Apache logs the answer's token too, that tells a leg from a refusal without a word. */
static void judges_apache_by_reply(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {HEAD "401 1 scheme=negotiate-resp reply=continue merr=\"-\"",
		READ "401 1b scheme=ntlm reply=continue"},
	    {HEAD "401 1 scheme=negotiate-kerberos reply=reject merr=\"-\"",
		READ "401 1b scheme=kerberos reply=reject"},
	    {HEAD "401 1 scheme=negotiate-kerberos reply=- merr=\"-\"",
		READ "401 1b scheme=kerberos reply=reject"},
	    {HEAD "401 1 scheme=negotiate-kerberos reply=continue merr=\"GSS ERROR\"",
		READ "401 1b scheme=kerberos reply=reject reason=GSS ERROR"},
	    {ALICE "401 1 scheme=negotiate-kerberos reply=- merr=\"-\"",
		BY_ALICE "401 1b scheme=kerberos reply=done"},
	    {ALICE "200 1 scheme=negotiate-kerberos reply=done merr=\"-\"",
		BY_ALICE "200 1b scheme=kerberos reply=done"},
	    {HEAD "401 1 scheme=none reply=- merr=\"NO AUTH DATA\"",
		READ "401 1b scheme=none reason=NO AUTH DATA"},
	};

	lines_check("apache-authmedic", cases, count_of(cases));
}

/* nginx maps the answer's header: what it says to a token decides. */
static void judges_nginx(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {HEAD
		"401 421 \"-\" \"curl/7.88.1\" scheme=none reply=offer-negotiate pid=28950 conn=19 "
		"req=1 us=0.001 ustatus=401",
		READ "401 421b scheme=none agent=curl/7.88.1 conn=19 worker=28950"},
	    {HEAD "200 12 \"-\" \"curl/7.88.1\" scheme=negotiate-kerberos reply=done conn=19 req=2",
		READ "200 12b scheme=kerberos reply=done agent=curl/7.88.1 conn=19"},
	    {HEAD "401 421 \"-\" \"c\" scheme=negotiate-kerberos reply=reject conn=22",
		READ "401 421b scheme=kerberos reply=reject agent=c conn=22"},
	    {HEAD "401 421 \"-\" \"c\" scheme=negotiate-spnego-short reply=continue conn=24",
		READ "401 421b scheme=ntlm reply=continue agent=c conn=24"},
	    {HEAD "401 421 \"-\" \"c\" scheme=negotiate-kerberos reply=offer-negotiate conn=25",
		READ "401 421b scheme=kerberos reply=reject agent=c conn=25"},
	    {HEAD "401 421 \"-\" \"c\" scheme=negotiate-kerberos reply=raw-gss conn=25",
		READ "401 421b scheme=kerberos reply=reject agent=c conn=25"},
	    {HEAD "403 421 \"-\" \"c\" scheme=negotiate-kerberos reply=reject conn=25",
		READ "403 421b scheme=kerberos reply=reject agent=c conn=25"},
	    {"127.0.0.1 - alice [22/Nov/2026:10:25:03 +0000] \"GET /fake HTTP/1.1\" 401 179 \"-\" "
	     "\"curl/7.88.1\" scheme=basic reply=offer-negotiate pid=26717 conn=2 req=1",
		"record 2026-11-22T10:25:03.000Z 127.0.0.1 user=alice GET /fake 401 179b "
		"scheme=basic "
		"reply=reject agent=curl/7.88.1 conn=2 worker=26717"},
	    /* A Basic name proves nothing here. */
	    {ALICE "200 1 \"-\" \"c\" scheme=basic reply=-",
		BY_ALICE "200 1b scheme=basic agent=c"},
	    {HEAD "401 1 scheme=none merr=\"x\"", "unparsed: no reply= follows the access line"},
	    {HEAD "401 1 scheme=none reply=- merr=\"x\"",
		"unparsed: merr= stands in the logs of Apache, not of nginx"},
	};

	lines_check("nginx-authmedic", cases, count_of(cases));
}

/* Pairs come in any order, bare or quoted; unknown ones are skipped, and of a key the first counts.
 */
static void reads_pairs(unused_parameter void **state)
{
	static const char fault[] = "unparsed: no scheme=, reply= or merr= follows the access line";
	static const struct line_case cases[] = {
	    {HEAD "401 1 mtext=\"a \\\"b\\\" c\"  fwd=192.0.2.8 x=y word =z host=\"www\" "
		  "merr=\"GSS ERROR\" scheme=\"ntlm\"",
		READ "401 1b scheme=ntlm reply=reject host=www fwd=192.0.2.8 "
		     "reason=a \\\"b\\\" c"},
	    {HEAD "401 1 scheme=none conn=1 scheme=negotiate-kerberos conn=2 merr=\"x\"",
		READ "401 1b scheme=none conn=1 reason=x"},
	    {HEAD "401 1 scheme= conn=3", READ "401 1b conn=3"},
	    {HEAD "401 1 scheme=none merr=\"not closed", READ "401 1b scheme=none reason=\"not"},
	    {HEAD "401 1", fault},
	    {HEAD "401 1 \"-\" \"agent\"", fault},
	    {HEAD "401 1 \"-\" \"scheme=none\"", fault},
	    {HEAD "401 1 k=1 conn=2", fault},
	};

	lines_check("apache-authmedic", cases, count_of(cases));
}

/* Each record says in a sentence how it was read. */
static void says_how_it_was_read(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {HEAD "401 1 scheme=none merr=\"-\"", "a challenge: the client had sent no token"},
	    {HEAD "407 1 scheme=none merr=\"-\"", "a challenge: the client had sent no token"},
	    {HEAD "200 1 scheme=none merr=\"-\"", "the client sent no token"},
	    {HEAD "401 1 scheme=ntlm-1 merr=\"-\"",
		"a leg: the server wants another token, this is no refusal"},
	    {HEAD "401 1 scheme=ntlm-3 merr=\"x\"", "the server refused the client's token"},
	    {ALICE "200 1 scheme=ntlm-3 merr=\"-\"", "the server took the client's token"},
	    {HEAD "401 1 scheme=digest merr=\"-\"",
		"the line does not show what became of a token"},
	};
	struct parser *auto_call(parser_free) parser = NULL;
	struct parsed parsed;

	assert_int_equal(parser_new(&parser, "apache-authmedic", NULL), 0);
	for (size_t i = 0; i < count_of(cases); i++) {
		parser_line(parser, view_of_text(cases[i].line), &parsed);
		assert_string_equal(parsed.why, cases[i].reads_as);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_apache),
	    cmocka_unit_test(judges_apache_by_reply),
	    cmocka_unit_test(judges_nginx),
	    cmocka_unit_test(reads_pairs),
	    cmocka_unit_test(says_how_it_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
