#include "lines.h"
#include "rules_fixture.h"

#include "allocation.h"
#include "parse/signatures.h"

#define HOSTILE_BYTES 2048

/* Loads a folder with this one file. */
static int load_text(const char *text, struct signatures **ret_signatures, struct buffer *errors)
{
	write_rules(text, errors);
	return signatures_load(ret_signatures, directory, errors);
}

/* Every example beside the rules that we ship comes out as it says. */
static void examples_hold(unused_parameter void **state)
{
	char folder[4096];

	check_shipped_examples(lines_signatures_folder(folder), signatures_test, 60);
}

/* An example that does not come out is reported with its place and what came instead. */
static void wrong_examples_fail(unused_parameter void **state)
{
	static const char rules[] =
	    "- {id: a, title: A, class: key, source: squid, match: alpha}\n"
	    "- id: b\n  title: B\n  class: key\n  source: squid\n  match: beta\n"
	    "  examples:\n"
	    "    match:\n"
	    "      - '2026/11/22 10:09:16 kid1| beta'\n"
	    "      - '2026/11/22 10:09:16 kid1| alpha'\n"
	    "      - '2026/11/22 10:09:16 kid1| gamma'\n"
	    "      - 'no line'\n"
	    "    no_match:\n"
	    "      - '2026/11/22 10:09:16 kid1| gamma'\n"
	    "      - '2026/11/22 10:09:16 kid1| alpha'\n";
	auto_buffer struct buffer report;
	auto_buffer struct buffer expected;
	const char *path = rules_path;
	size_t count = 0;

	buffer_init(&expected, MAX_ERRORS_BYTES);
	write_rules(rules, &report);
	assert_int_equal(signatures_test(directory, &report, &count), 5);
	assert_int_equal(count, 6);
	buffer_append_format(&expected,
	    "%s:1:3: a signature needs examples that match and examples that do not\n"
	    "%s:10:9: this must match, but gives a\n"
	    "%s:11:9: this must match, but does not\n"
	    "%s:12:9: no format reads this example\n"
	    "%s:15:9: this must not match, but gives a\n",
	    path, path, path, path, path);
	assert_string_equal(buffer_text(&report), buffer_text(&expected));
}

struct whole_line {
	const char *format;
	const char *line;
	const char *id;
};

#define KRB5_TEXT                                                                                  \
	"Unspecified GSS failure.  Minor code may provide more information (Request ticket "       \
	"server HTTP/a@B kvno 3 not found in keytab; keytab is likely out of date)"

/* Where a line is cut off, what is left gives the same signature, the one without a cause, or none:
 * never another cause. */
static void a_cut_line_misleads_nobody(unused_parameter void **state)
{
	static const struct whole_line lines[] = {
	    {"apache-error",
		"[Sun Nov 22 10:04:56.327950 2026] [auth_gssapi:error] [pid 1:tid 2] "
		"[client 127.0.0.1:47736] GSS ERROR In Negotiate Auth: gss_accept_sec_context() "
		"failed: [" KRB5_TEXT "]",
		"keytab-out-of-date"},
	    {"squid-cache",
		"2026/11/22 10:09:16 kid1| ERROR: Negotiate Authentication validating user. "
		"Result: "
		"{result=BH, notes={message: gss_accept_sec_context() failed: Unspecified GSS "
		"failure.  Minor code may provide more information. Request ticket server HTTP/a@B "
		"kvno 4 not found in keytab; keytab is likely out of date; }}",
		"keytab-out-of-date"},
	    {"nginx-error",
		"2026/11/22 10:25:03 [error] 1#1: *7 gss_acquire_cred() failed: No key table entry "
		"found for HTTP/a@B: Used service principal: HTTP/a@B, client: 192.0.2.9",
		"keytab-missing"},
	    {"catalina",
		"2026-11-22 10:14:31,604 WARN  [org.x.SPNEGOAuthenticator] (a) SPNEGO login "
		"failed: "
		"java.security.PrivilegedActionException: GSSException: Failure unspecified at "
		"GSS-API level (Mechanism level: Clock skew too great (37))",
		"clock-skew"},
	};
	struct signatures *auto_call(signatures_free) signatures = NULL;
	auto_buffer struct buffer errors;
	char folder[4096];

	buffer_init(&errors, MAX_ERRORS_BYTES);
	assert_int_equal(signatures_load(&signatures, lines_signatures_folder(folder), &errors), 0);
	for (size_t i = 0; i < count_of(lines); i++) {
		struct parser *auto_call(parser_free) parser = NULL;
		size_t length = strlen(lines[i].line);
		struct parsed parsed;
		const char *id;

		assert_int_equal(parser_new(&parser, lines[i].format, signatures), 0);
		for (size_t cut = 0; cut <= length; cut++) {
			parser_line(parser, view_of(lines[i].line, cut), &parsed);
			if (!parsed.has_signal)
				continue;
			id = signatures_id(signatures, parsed.signal.signature);
			if (strcmp(id, lines[i].id) != 0 && strcmp(id, "gss-failed") != 0)
				fail_msg("%.*s: %s", (int)cut, lines[i].line, id);
		}
		assert_true(parsed.has_signal);
		assert_string_equal(
		    signatures_id(signatures, parsed.signal.signature), lines[i].id);
	}
}

/* What a stranger may make a server write, as long as a name or a path is, in the pieces that
 * patterns are made of: none has any pattern give up. */
static void a_hostile_text_exhausts_no_pattern(unused_parameter void **state)
{
	static const char *const sources[] = {
	    "auth_gssapi", "auth_kerb", "squid", "nginx", "SPNEGOAuthenticator", "core"};
	static const char *const heads[] = {"GSS ERROR In Negotiate Auth: gss_x() failed: [",
	    "gss_x() failed: ", "SPNEGO login failed: ", "GSSException: ",
	    ("GSS ERROR In Negotiate Auth: gss_x() failed: [Unspecified GSS failure.  Minor code "
	     "may provide more information ("),
	    "gss_x() failed: Unspecified GSS failure.  Minor code may provide more information (, ",
	    "ERROR: Negotiate Authentication validating user. Result: {result=BH, notes={message: ",
	    "GSSException: Failure unspecified at GSS-API level (Mechanism level: ", ""};
	static const char *const pieces[] = {":", "a:", "a", "(", " (", ")]", " (1)", "; }}", ". ",
	    "Exception: ", "a.Error: ", "Exception", "GSSException: ", " kvno 1",
	    ": Used service principal: a", "Request ticket server a kvno 1 ",
	    "javax.security.auth.login.LoginException: "};
	struct signatures *auto_call(signatures_free) signatures = NULL;
	auto_buffer struct buffer errors;
	auto_buffer struct buffer text;
	struct signal signal;
	char folder[4096];

	buffer_init(&errors, MAX_ERRORS_BYTES);
	buffer_init(&text, 2 * (size_t)HOSTILE_BYTES);
	assert_int_equal(signatures_load(&signatures, lines_signatures_folder(folder), &errors), 0);
	for (size_t i = 0; i < count_of(heads) * count_of(pieces); i++) {
		buffer_clear(&text);
		buffer_append_text(&text, heads[i / count_of(pieces)]);
		while (text.length < HOSTILE_BYTES)
			buffer_append_text(&text, pieces[i % count_of(pieces)]);
		for (size_t k = 0; k < count_of(sources); k++)
			(void)signatures_match(
			    signatures, view_of_text(sources[k]), buffer_view(&text), &signal);
		if (signatures_limit_hits_total(signatures) > 0)
			fail_msg("%s%s", heads[i / count_of(pieces)], pieces[i % count_of(pieces)]);
	}
}

static const char wrapped[] =
    "- {source: outer, match: 'in \\((?<text>.*)\\)', then: inner}\n"
    "- {source: inner, match: 'deep \\((?<text>.*)\\)', then: inner}\n"
    "- {id: one, title: One, class: key, source: inner, match: 'n (?<kvno>\\d+) "
    "(?<principal>\\S+)'}\n"
    "- {id: two, title: Two, class: other, source: [inner, outer], match: ['x', 'in .*']}\n";

/* A rule with `then` hands an inner text on; where nothing matches there the outer goes on. */
static void looks_into_texts(unused_parameter void **state)
{
	struct signatures *auto_call(signatures_free) signatures = NULL;
	auto_buffer struct buffer errors;
	struct signal signal;

	assert_int_equal(load_text(wrapped, &signatures, &errors), 0);
	assert_int_equal(signatures_count(signatures), 2);
	assert_true(signatures_match(signatures, VIEW("outer"), VIEW("in (n 7 p)"), &signal));
	assert_string_equal(signatures_id(signatures, signal.signature), "one");
	assert_string_equal(signatures_title(signatures, signal.signature), "One");
	assert_string_equal(signatures_class(signatures, signal.signature), "key");
	assert_int_equal(signal.kvno, 7);
	assert_view_is(signal.principal, "p");
	assert_view_is(signal.text, "n 7 p");
	assert_true(signatures_match(signatures, VIEW("outer"), VIEW("in (y)"), &signal));
	assert_string_equal(signatures_id(signatures, signal.signature), "two");
	assert_int_equal(signal.kvno, -1);
	assert_true(signatures_match(signatures, VIEW("inner"), VIEW("x"), &signal));
	assert_false(signatures_match(signatures, VIEW("inner"), VIEW("y"), &signal));
	assert_false(signatures_match(signatures, VIEW("other"), VIEW("x"), &signal));
	assert_false(signatures_match(signatures, VIEW(""), VIEW(""), &signal));
}

/* Texts within texts are followed four deep, and a text that exhausts a pattern is counted. */
static void is_bounded(unused_parameter void **state)
{
	static const char greedy[] =
	    "- {id: a, title: A, class: key, source: squid, match: '(?:x|xx)+\\d'}\n";
	struct signatures *auto_call(signatures_free) signatures = NULL;
	struct signatures *auto_call(signatures_free) slow = NULL;
	auto_buffer struct buffer errors;
	auto_buffer struct buffer more_errors;
	struct signal signal;

	assert_int_equal(load_text(wrapped, &signatures, &errors), 0);
	assert_true(
	    signatures_match(signatures, VIEW("inner"), VIEW("deep (deep (deep (x)))"), &signal));
	assert_false(signatures_match(
	    signatures, VIEW("inner"), VIEW("deep (deep (deep (deep (x))))"), &signal));
	assert_int_equal(signatures_limit_hits_total(signatures), 0);
	assert_int_equal(load_text(greedy, &slow, &more_errors), 0);
	assert_false(signatures_match(slow, VIEW("squid"),
	    VIEW("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), &signal));
	assert_int_equal(signatures_limit_hits_total(slow), 1);
}

struct mistake {
	const char *text;
	const char *complaints; /* without the file's name */
};

static void expect_complaints(const struct mistake *mistake)
{
	struct signatures *auto_call(signatures_free) signatures = NULL;
	auto_buffer struct buffer errors;
	auto_buffer struct buffer stripped;
	struct view rest;
	struct view line;
	char path[512];

	assert_int_equal(load_text(mistake->text, &signatures, &errors), -EINVAL);
	assert_null(signatures);
	path_in(path, "a.yml");
	buffer_init(&stripped, MAX_ERRORS_BYTES);
	rest = buffer_view(&errors);
	while (rest.length > 0) {
		view_cut(&rest, '\n', &line);
		assert_true(view_starts_with(line, view_of_text(path)));
		buffer_append(&stripped, view_skip(line, strlen(path) + 1));
		buffer_append_byte(&stripped, '\n');
	}
	assert_string_equal(buffer_text(&stripped), mistake->complaints);
}

#define GOOD "- {id: a, title: A, class: key, source: s, match: m}\n"

/* Each mistake is told with its place; all of a file at once. */
static void refuses_mistakes(unused_parameter void **state)
{
	static const struct mistake mistakes[] = {
	    {"a: b\n", "1:1: a file of signatures is a list\n"},
	    {"- a\n", "1:3: a signature is a mapping\n"},
	    {"- {id: A b, title: A, class: key, source: s, match: m}\n",
		"1:8: an id is up to 48 lower-case letters, digits and dashes\n"},
	    {"- {id: -a, title: A, class: key, source: s, match: m}\n",
		"1:8: an id is up to 48 lower-case letters, digits and dashes\n"},
	    {"- {id: a-, title: A, class: key, source: s, match: m}\n",
		"1:8: an id is up to 48 lower-case letters, digits and dashes\n"},
	    {"- {id: a, title: A, class: wrong, source: s, match: m}\n",
		"1:28: a class is key, name, clock, client, credential, kdc, token or other\n"},
	    {GOOD GOOD, "2:8: this id is taken\n"},
	    {"- {id: a, class: key, source: s, match: m, extra: 1}\n",
		"1:44: unknown key `extra`\n1:3: `title` must be a text\n"},
	    {"- {id: a, title: A, class: key, source: s}\n",
		"1:3: `source` and `match` are both needed\n"},
	    {"- {id: a, title: A, class: key, source: s, match: [m, {}]}\n",
		"1:51: `match` must be a pattern or a list of patterns\n"},
	    {"- {id: a, title: A, class: key, source: [], match: m}\n",
		"1:41: `source` must be a text or a list of texts\n"},
	    {"- {id: a, title: A, class: key, source: {}, match: m}\n",
		"1:41: `source` must be a text or a list of texts\n"},
	    {"- {id: a, title: A, class: key, source: s, match: []}\n",
		"1:51: `match` must be a pattern or a list of patterns\n"},
	    {"- {id: a, title: A, class: key, source: s, match: '('}\n",
		"1:51: missing closing parenthesis at byte 1 of the pattern\n"},
	    {"- {source: s, match: 'a(.*)', then: t}\n",
		"1:22: a pattern with `then` needs the group (?<text>...)\n"},
	    {"- {source: s, match: '(?<text>.*)', then: t, id: a}\n", "1:46: unknown key `id`\n"},
	    {"- {source: s, match: '(?<text>.*)', then: []}\n", "1:43: `then` must be a text\n"},
	};

	for (size_t i = 0; i < count_of(mistakes); i++)
		expect_complaints(&mistakes[i]);
}

/* A folder or file that cannot be read is an error, an empty folder is not. */
static void tells_missing_files(unused_parameter void **state)
{
	struct signatures *auto_call(signatures_free) signatures = NULL;
	auto_buffer struct buffer errors;
	size_t count;
	char path[512];

	buffer_init(&errors, MAX_ERRORS_BYTES);
	path_in(path, "none");
	assert_int_equal(signatures_load(&signatures, path, &errors), -ENOENT);
	assert_int_equal(signatures_test(path, &errors, &count), -ENOENT);
	assert_int_equal(signatures_load(&signatures, directory, &errors), 0);
	assert_int_equal(signatures_count(signatures), 0);
}

/* Wherever memory runs out, loading says so and loses nothing. */
static void fails_without_memory(unused_parameter void **state)
{
	char path[512];
	int error = -ENOMEM;

	write_in(path, "a.yml", view_of_text(wrapped));
	for (int count = 0; error == -ENOMEM; count++) {
		struct signatures *signatures = NULL;
		struct buffer errors;

		buffer_init(&errors, MAX_ERRORS_BYTES);
		allocation_fail_after(count);
		error = signatures_load(&signatures, directory, &errors);
		allocation_restore();
		assert_int_equal(signatures != NULL, error == 0);
		signatures_free(&signatures);
		buffer_done(&errors);
		assert_true(count < 1000);
	}
	assert_int_equal(error, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(examples_hold),
	    cmocka_unit_test_setup_teardown(wrong_examples_fail, make_directory, remove_directory),
	    cmocka_unit_test(a_cut_line_misleads_nobody),
	    cmocka_unit_test(a_hostile_text_exhausts_no_pattern),
	    cmocka_unit_test_setup_teardown(looks_into_texts, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(is_bounded, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(refuses_mistakes, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(tells_missing_files, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(fails_without_memory, make_directory, remove_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
