#include "lines.h"

#include <errno.h>

#define NO_ENTRY                                                                                   \
	"unparsed: no entry of a Java log begins here, such as 22-Nov-2026 10:14:31.604 SEVERE"
#define AT_604 "other 2026-11-22T10:14:31.604Z"
#define AT_31  "other 2026-11-22T10:14:31.000Z"

static int set_utc(unused_parameter void **state)
{
	return setenv("TZ", "UTC0", 1);
}

/* Each way in which an entry begins; each with a parser of its own. */
static void reads_beginnings(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"22-Nov-2026 10:14:31.604 SEVERE [main] org.x.Class.method text", AT_604},
	    {"22-Nov-2026 10:14:31.604 INFO [a] b", AT_604},
	    {"2026-11-22 10:14:31.604 FINE [main] org.x.Class.method text", AT_604},
	    {"2026-11-22T10:14:31.604 FINE [main] org.x.Class.method text", AT_604},
	    {"2026-11-22 10:14:31,604 WARN  [org.x.Class] (default task-1) text", AT_604},
	    {"2026-11-22 10:14:31,604 WARN org.x.Class: text", AT_604},
	    {"2026-11-22 10:14:31,604 WARN  server.Class (Class.java:run(6)) - text", AT_604},
	    {"2026-11-22 10:14:31,604 WARN  [qtp-1] Class - text", AT_604},
	    {"26/11/22 10:14:31 WARN server.Class: text", AT_31},
	    {"2026-11-22 10:14:31.604:WARN:oejs.Class:qtp1-15: text", AT_604},
	    {"2026-11-22 10:14:31.604:WARN :oejs.Class:qtp1-15: text", AT_604},
	    {"2026-11-22 10:14:31.604:INFO::main: text", AT_604},
	    {"10:14:31,604 WARN  [org.x.Class] (default task-1) text", "other"},
	    {"Nov 22, 2026 10:14:31 AM org.x.Class method", AT_31},
	    {"Nov 22, 2026 10:14:31\xe2\x80\xaf"
	     "AM org.x.Class method",
		AT_31},
	    {"Nov 2, 2026 9:14:31 PM org.x.Class method", "other 2026-11-02T21:14:31.000Z"},
	    {"Nov 2, 2026 12:14:31 AM org.x.Class method", "other 2026-11-02T00:14:31.000Z"},
	    {"Nov 22, 2026 12:14:31 PM org.x.Class method", "other 2026-11-22T12:14:31.000Z"},
	};

	for (size_t i = 0; i < count_of(cases); i++)
		lines_check("catalina", &cases[i], 1);
}

/* What begins no entry, where no entry came before it. */
static void refuses_what_is_none(unused_parameter void **state)
{
	static const struct line_case cases[] = {
	    {"22-Nov-2026 10:14:31.604 HELLO [main] org.x.Class.method text", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.604 SEVERE", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.604 SEVERE ", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.604 SEVEREST [main] x", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.604 SEVERE [main", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.604 SEVERE [main] ", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.604 SEVERE [x] (main text", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.60 SEVERE [main] x", NO_ENTRY},
	    {"22-Nov-2026 10:14:31.604", NO_ENTRY},
	    {"22-Nov-2026", NO_ENTRY},
	    {"32-Nov-2026 10:14:31.604 SEVERE [main] x", NO_ENTRY},
	    {"26/13/22 10:14:31 WARN server.Class: text", NO_ENTRY},
	    {"2026-11-22 10:14:31.604:WARN:oejs.Class:qtp1-15 text", NO_ENTRY},
	    {"2026-11-22 10:14:31.604:WARN oejs.Class:qtp1-15: text", NO_ENTRY},
	    {"2026-11-22 10:14:31.604:WARN", NO_ENTRY},
	    {"Nov 22, 2026 10:14:31 XM org.x.Class method", NO_ENTRY},
	    {"Nov 22, 2026 10:14:31AM org.x.Class method", NO_ENTRY},
	    {"Nov 22, 2026 10:14:31 AM", NO_ENTRY},
	    {"Nov 22, 2026 10:14:31 AM ", NO_ENTRY},
	    {"Nov 22, 2026 1", NO_ENTRY},
	    {"Nov 22, 2026 ", NO_ENTRY},
	    {"10:14:31", NO_ENTRY},
	    {"SEVERE: text", NO_ENTRY},
	    {"\tat org.x.Class.method(Class.java:1)", NO_ENTRY},
	    {"org.x.Exception: text", NO_ENTRY},
	    {"{\"a\": 1}", NO_ENTRY},
	};

	for (size_t i = 0; i < count_of(cases); i++)
		lines_check("catalina", &cases[i], 1);
}

struct world {
	struct signatures *signatures;
	struct parser *parser;
};

static int begin(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	auto_buffer struct buffer errors;
	char folder[4096];

	buffer_init(&errors, 4096);
	set_utc(NULL);
	*state = world;
	return signatures_load(&world->signatures, lines_signatures_folder(folder), &errors) |
	    parser_new(&world->parser, "catalina", world->signatures);
}

static int end(void **state)
{
	struct world *world = *state;

	parser_free(&world->parser);
	signatures_free(&world->signatures);
	free(world);
	return 0;
}

#define HEAD                                                                                       \
	"22-Nov-2026 10:14:31.604 SEVERE [exec-3] "                                                \
	"org.apache.catalina.authenticator.SpnegoAuthenticator"
#define FAILED HEAD ".doAuthenticate Unable to login as the service principal"
#define THROWN "\tjava.security.PrivilegedActionException: " CAUSE
#define CAUSE                                                                                      \
	"GSSException: Failure unspecified at GSS-API level (Mechanism level: Checksum failed)"
#define SIGNAL  "cannot-decrypt-ticket signal 2026-11-22T10:14:31.604Z #0"
#define AT_LINE "\t\tat org.x.Class.method(Class.java:1)"

static void check(struct world *world, const struct line_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		auto_buffer struct buffer text;
		struct parsed parsed;

		buffer_init(&text, 4096);
		parser_line(world->parser, view_of_text(cases[i].line), &parsed);
		if (parsed.has_signal)
			buffer_append_format(&text, "%s ",
			    signatures_id(world->signatures, parsed.signal.signature));
		parsed.signal.signature = 0;
		assert_string_equal(lines_describe(&parsed, &text), cases[i].reads_as);
	}
}

/* One failure is one signal, with the time of its entry, however often the trace repeats it. */
static void signals_once(void **state)
{
	static const struct line_case cases[] = {
	    {FAILED, AT_604},
	    {THROWN, SIGNAL},
	    {AT_LINE, AT_604},
	    {"\tCaused by: " CAUSE, AT_604},
	    {"Caused by: " CAUSE, AT_604},
	    {CAUSE, AT_604},
	    {FAILED, AT_604},
	    {FAILED, AT_604},
	    {CAUSE, SIGNAL},
	    {HEAD "$Inner.run " CAUSE, SIGNAL},
	    {CAUSE, AT_604},
	};

	check(*state, cases, count_of(cases));
}

/* An exception belongs to the text right before it, and to the class that logged that. */
static void keeps_strangers_out(void **state)
{
	static const struct line_case cases[] = {
	    {FAILED, AT_604},
	    {"user input", AT_604},
	    {CAUSE, AT_604},
	    {"22-Nov-2026 10:14:31.604 INFO [a] org.x.Other.log " CAUSE, AT_604},
	    {THROWN, AT_604},
	    {"22-Nov-2026 10:14:31.604 INFO [a] spnegoauthenticator " CAUSE, AT_604},
	    {"22-Nov-2026 10:14:31.604 INFO [a] org.x.SpnegoAuthenticator.Other.log " CAUSE,
		AT_604},
	    {"22-Nov-2026 10:14:31.604 INFO [a] org.x.log SpnegoAuthenticator " CAUSE, AT_604},
	    {FAILED, AT_604},
	    {"\tuser said GSSException: " CAUSE, AT_604},
	    {FAILED, AT_604},
	    {"SEVERE: " CAUSE, AT_604},
	};

	check(*state, cases, count_of(cases));
}

/* The older form tells its text on a line of its own. */
static void reads_two_lines(void **state)
{
	static const struct line_case cases[] = {
	    {"Nov 22, 2026 10:14:31 AM org.apache.catalina.authenticator.SpnegoAuthenticator auth",
		AT_31},
	    {"SEVERE: Unable to login as the service principal", AT_31},
	    {CAUSE, "cannot-decrypt-ticket signal 2026-11-22T10:14:31.000Z #0"},
	    {"Nov 22, 2026 10:14:31 AM org.apache.catalina.authenticator.SpnegoAuthenticator auth",
		AT_31},
	    {"SEVERE: " CAUSE, "cannot-decrypt-ticket signal 2026-11-22T10:14:31.000Z #0"},
	    {CAUSE, AT_31},
	    {"Nov 22, 2026 10:14:31 AM org.x.Other auth", AT_31},
	    {"SEVERE: " CAUSE, AT_31},
	};

	check(*state, cases, count_of(cases));
}

/* A log that became something else is not taken for the rest of its last entry for ever. */
static void ends_an_entry(void **state)
{
	static const struct line_case first = {FAILED, AT_604};
	static const struct line_case more = {"x", AT_604};
	static const struct line_case after = {"x", NO_ENTRY};

	check(*state, &first, 1);
	for (int i = 0; i < 1000; i++)
		check(*state, &more, 1);
	check(*state, &after, 1);
	check(*state, &first, 1);
	check(*state, &more, 1);
}

/* A parser that is restored between an entry and its exception reads on; a new file begins anew. */
static void is_restored(void **state)
{
	static const struct line_case head = {FAILED, AT_604};
	static const struct line_case exception = {THROWN, SIGNAL};
	static const struct line_case none = {THROWN, NO_ENTRY};
	static const char *const bad[] = {"1", "1 2", "3 0 5 X", "x 0 5 X", "1 x 5 X", "1 0 1001 X",
	    "1 0 -5 X", "1 0 5 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct world *world = *state;
	auto_buffer struct buffer saved;

	buffer_init(&saved, 4096);
	check(world, &head, 1);
	parser_save(world->parser, &saved);
	parser_free(&world->parser);
	assert_int_equal(parser_new(&world->parser, "catalina", world->signatures), 0);
	assert_int_equal(parser_restore(world->parser, buffer_view(&saved)), 0);
	check(world, &exception, 1);
	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(parser_restore(world->parser, view_of_text(bad[i])), -EINVAL);
	assert_int_equal(parser_restore(world->parser, VIEW("")), 0);
	check(world, &none, 1);
	buffer_clear(&saved);
	parser_save(world->parser, &saved);
	assert_int_equal(saved.length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(reads_beginnings, set_utc),
	    cmocka_unit_test_setup(refuses_what_is_none, set_utc),
	    cmocka_unit_test_setup_teardown(signals_once, begin, end),
	    cmocka_unit_test_setup_teardown(keeps_strangers_out, begin, end),
	    cmocka_unit_test_setup_teardown(reads_two_lines, begin, end),
	    cmocka_unit_test_setup_teardown(ends_an_entry, begin, end),
	    cmocka_unit_test_setup_teardown(is_restored, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
