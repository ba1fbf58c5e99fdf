#include "parse/shortfall.h"

#include "unit.h"

static void assert_advice(const struct record *record, const char *format, const char *expected)
{
	struct shortfall shortfall = {0};
	struct buffer auto_buffer text;

	buffer_init(&text, 4096);
	if (record != NULL)
		shortfall_note(&shortfall, record);
	shortfall_append(&shortfall, format, &text);
	assert_string_equal(buffer_text(&text), expected);
}

#define NO_TOKENS                                                                                  \
	"no tokens: Kerberos and NTLM are not told apart, and a leg from a refusal only by what "  \
	"follows\n"
#define NO_AGENTS "no agents: programs of one machine are not told apart"
#define NO_CODES  "no win32 codes: why a token was refused is not told; switch on sc-win32-status\n"

static void test_plain_formats(unused_parameter void **state)
{
	/* Without tokens, or without agents too, the server's own snippet is named. */
	struct record record = {.substatus = -1, .win32 = -1, .agent = VIEW("Mozilla/5.0")};

	assert_advice(&record, "apache-combined",
	    NO_TOKENS "the snippet apache-authmedic.conf has the server log that\n");
	assert_advice(&record, "json", NO_TOKENS);
	record.scheme = SCHEME_NONE;
	assert_advice(&record, "apache-authmedic", "");
	record.agent = VIEW("");
	assert_advice(&record, "apache-authmedic",
	    NO_AGENTS "\nthe snippet apache-authmedic.conf has the server log that\n");
	record.scheme = SCHEME_UNKNOWN;
	assert_advice(&record, "squid-native",
	    NO_AGENTS "\n" NO_TOKENS "the snippet squid-authmedic.conf has the server log that\n");
}

static void test_iis(unused_parameter void **state)
{
	/* Of IIS the fields are named that are to be switched on. */
	struct record record = {.substatus = 2, .win32 = 5, .agent = VIEW("Mozilla/5.0")};

	assert_advice(&record, "iis-w3c", "");
	record.win32 = -1;
	assert_advice(
	    &record, "iis-w3c", NO_CODES "the snippet iis-authmedic.ps1 has the server log that\n");
	record.substatus = -1;
	record.win32 = 0;
	record.agent = VIEW("");
	assert_advice(&record, "iis-w3c",
	    NO_AGENTS "; switch on cs(User-Agent)\n"
		      "no sub-status: a leg of NTLM looks like a refusal until the next line; "
		      "switch on sc-substatus (IIS 6 and later)\n"
		      "the snippet iis-authmedic.ps1 has the server log that\n");
}

static void test_one_line_is_enough(unused_parameter void **state)
{
	/* What one line shows the format can show; without lines nothing is said. */
	struct record bare = {.substatus = -1, .win32 = -1};
	struct record full = {
	    .substatus = 0, .win32 = 0, .agent = VIEW("a"), .scheme = SCHEME_KERBEROS};
	struct shortfall shortfall = {0};
	struct buffer auto_buffer text;

	assert_advice(NULL, "apache-common", "");
	buffer_init(&text, 4096);
	shortfall_note(&shortfall, &full);
	shortfall_note(&shortfall, &bare);
	shortfall_append(&shortfall, "iis-w3c", &text);
	shortfall_append(&shortfall, "apache-authmedic", &text);
	assert_string_equal(buffer_text(&text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain_formats),
	    cmocka_unit_test(test_iis),
	    cmocka_unit_test(test_one_line_is_enough),
	};

	return cmocka_run_group_tests_name("shortfall", tests, NULL, NULL);
}
