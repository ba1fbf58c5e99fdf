#include "rules_fixture.h"

#include "allocation.h"
#include "parse/statuses.h"

static const char *rules_folder(char ret_path[4096])
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");

	snprintf(ret_path, 4096, "%s/rules/status", source != NULL ? source : ".");
	return ret_path;
}

static int load_text(const char *text, struct statuses **ret_statuses, struct buffer *errors)
{
	write_rules(text, errors);
	return statuses_load(ret_statuses, directory, errors);
}

static void test_examples(unused_parameter void **state)
{
	/* Every example beside the rules that we ship comes out as it says. */
	char folder[4096];

	check_shipped_examples(rules_folder(folder), statuses_test, 50);
}

static void test_wrong_examples(unused_parameter void **state)
{
	/* An example that does not come out, or is missing, is reported with its place. */
	static const char rules[] =
	    "- class: key\n  win32: {7: SEVEN}\n  examples:\n"
	    "    match: ['2026-11-22 10:04:34 GET / - 192.0.2.1 A 401 1 8']\n"
	    "    no_match: ['2026-11-22 10:04:34 GET / - 192.0.2.1 A 401 1 7', 'odd']\n"
	    "- {substatus: {1: one}, means: logon}\n"
	    "- {substatus: {2: two}, means: challenge, examples: {match: [], no_match: []}}\n";
	auto_buffer struct buffer report;
	auto_buffer struct buffer expected;
	const char *path = rules_path;
	size_t count = 0;

	buffer_init(&expected, MAX_ERRORS_BYTES);
	write_rules(rules, &report);
	assert_int_equal(statuses_test(directory, &report, &count), 6);
	assert_int_equal(count, 3);
	buffer_append_format(&expected,
	    "%s:4:13: this must fall under the item, but does not\n"
	    "%s:5:16: this must not fall under the item\n"
	    "%s:5:67: this example has other fields than it should\n"
	    "%s:6:3: an item needs examples\n"
	    "%s:7:3: an item needs examples under `match` and `no_match`\n"
	    "%s:7:3: an item needs examples under `match` and `no_match`\n",
	    path, path, path, path, path, path);
	assert_string_equal(buffer_text(&report), buffer_text(&expected));
}

static void test_lookup(unused_parameter void **state)
{
	/* Codes, narrow ranges and wide ones have their class, and a single code wins over a wide
	 * range whatever their order. */
	struct statuses *auto_call(statuses_free) statuses = NULL;
	auto_buffer struct buffer errors;
	const char *rules = "- {class: other, win32: {1000-2000: WIDE}}\n"
			    "- {class: key, win32: {1500: ONE, 0: NONE, 4294967295: LAST}}\n"
			    "- {class: kdc, win32: {100-163: SPREAD}}\n"
			    "- {substatus: {1: one, 7-9: more, 999: last}, means: logon}\n"
			    "- {substatus: {2: two}, means: challenge}\n";

	assert_int_equal(load_text(rules, &statuses, &errors), 0);
	assert_int_equal(statuses_count(statuses), 5);
	assert_int_equal(statuses_win32(statuses, 1500), STATUS_KEY);
	assert_int_equal(statuses_win32(statuses, 0), STATUS_KEY);
	assert_int_equal(statuses_win32(statuses, UINT32_MAX), STATUS_KEY);
	assert_int_equal(statuses_win32(statuses, 1000), STATUS_OTHER);
	assert_int_equal(statuses_win32(statuses, 2000), STATUS_OTHER);
	assert_int_equal(statuses_win32(statuses, 999), STATUS_UNLISTED);
	assert_int_equal(statuses_win32(statuses, 2001), STATUS_UNLISTED);
	assert_int_equal(statuses_win32(statuses, 100), STATUS_KDC);
	assert_int_equal(statuses_win32(statuses, 163), STATUS_KDC);
	assert_int_equal(statuses_win32(statuses, 99), STATUS_UNLISTED);
	assert_int_equal(statuses_win32(statuses, 164), STATUS_UNLISTED);
	assert_int_equal(statuses_win32(statuses, -1), STATUS_UNLISTED);
	assert_int_equal(statuses_win32(statuses, INT64_C(4294967296) + 1500), STATUS_UNLISTED);
	assert_int_equal(statuses_substatus(statuses, 1), SUBSTATUS_LOGON);
	assert_int_equal(statuses_substatus(statuses, 2), SUBSTATUS_CHALLENGE);
	assert_int_equal(statuses_substatus(statuses, 3), SUBSTATUS_ELSEWHERE);
	assert_int_equal(statuses_substatus(statuses, 8), SUBSTATUS_LOGON);
	assert_int_equal(statuses_substatus(statuses, 999), SUBSTATUS_LOGON);
	assert_int_equal(statuses_substatus(statuses, 1000), SUBSTATUS_ELSEWHERE);
	assert_int_equal(statuses_substatus(statuses, -1), SUBSTATUS_ELSEWHERE);
}

static void test_classes_of_lines(unused_parameter void **state)
{
	/* Without sub-status the code speaks; under a challenge or an application's own 401 it says
	 * nothing. */
	struct statuses *auto_call(statuses_free) statuses = NULL;
	auto_buffer struct buffer errors;
	struct record record = {.substatus = -1, .win32 = 1500};

	assert_int_equal(load_text("- {class: key, win32: {1500: ONE}}\n"
				   "- {substatus: {1: one}, means: logon}\n"
				   "- {substatus: {2: two}, means: challenge}\n",
			     &statuses, &errors),
	    0);
	assert_int_equal(statuses_class(statuses, &record), STATUS_KEY);
	record.substatus = 1;
	assert_int_equal(statuses_class(statuses, &record), STATUS_KEY);
	record.substatus = 2;
	assert_int_equal(statuses_class(statuses, &record), STATUS_CHALLENGE);
	record.substatus = 3;
	assert_int_equal(statuses_class(statuses, &record), STATUS_UNLISTED);
	assert_string_equal(status_class_name(STATUS_MACHINE_SECRET), "machine-secret");
	assert_string_equal(status_class_name(STATUS_UNLISTED), "unlisted");
}

static void assert_refused(const char *rules, const char *complaint)
{
	struct statuses *statuses = NULL;
	auto_buffer struct buffer errors;

	assert_int_equal(load_text(rules, &statuses, &errors), -EINVAL);
	assert_null(statuses);
	if (!view_contains(buffer_view(&errors), view_of_text(complaint)))
		fail_msg("\"%s\" is not in: %s", complaint, buffer_text(&errors));
}

static void test_bad_rules(unused_parameter void **state)
{
	/* What cannot be read is refused with its place. */
	assert_refused("class: key\n", ":1:1: a file of statuses is a list");
	assert_refused("- key\n", ":1:3: a group of codes is a mapping");
	assert_refused("- {class: key}\n", ":1:3: an item has either `win32` or `substatus`");
	assert_refused("- {class: key, win32: {1: a}, substatus: {1: b}}\n", "either");
	assert_refused("- {class: keys, win32: {1: a}}\n", ":1:11: `class` must be one of\n");
	assert_refused("- {class: unlisted, win32: {1: a}}\n", "  machine-secret\n");
	assert_refused("- {win32: {1: a}}\n", ":1:3: `class` must be one of");
	assert_refused("- {class: key, win32: 1}\n", "`win32` must map codes");
	assert_refused("- {class: key, win32: {}}\n", "`win32` must map codes");
	assert_refused("- {class: key, win32: {x: a}}\n", ":1:24: a code is a decimal number");
	assert_refused("- {class: key, win32: {-1: a}}\n", "a code is a decimal number");
	assert_refused("- {class: key, win32: {2-1: a}}\n", "a code is a decimal number");
	assert_refused("- {class: key, win32: {4294967296: a}}\n", "a code is a decimal number");
	assert_refused("- {class: key, win32: {1: a, 0-2: b}}\n", "has a class already");
	assert_refused("- {class: key, win32: {1-63: a, 101-163: b, 201-263: c, 301-363: d, "
		       "401-463: e}}\n",
	    "too many codes");
	assert_refused("- {substatus: {1000: a}, means: logon}\n", "number up to 999");
	assert_refused("- {substatus: 1, means: logon}\n", "`substatus` must map codes");
	assert_refused("- {substatus: {1: a}, means: no}\n", "  elsewhere\n");
	assert_refused("- {substatus: {1: a}, means: logon, title: x, more: y}\n", "unknown key");
	assert_refused("- {", "a.yml");
}

static void test_many_wide_ranges(unused_parameter void **state)
{
	/* Wide ranges are looked through, so there are few. */
	auto_buffer struct buffer rules;

	buffer_init(&rules, 10000);
	for (unsigned i = 0; i < 17; i++)
		buffer_append_format(
		    &rules, "- {class: key, win32: {%u-%u: a}}\n", i * 1000, i * 1000 + 64);
	assert_refused(buffer_text(&rules), "too many wide ranges");
}

static void test_failures(unused_parameter void **state)
{
	/* A missing folder and missing memory are told. */
	struct statuses *statuses = NULL;
	auto_buffer struct buffer errors;
	size_t count;

	buffer_init(&errors, MAX_ERRORS_BYTES);
	assert_int_equal(statuses_load(&statuses, "/nowhere", &errors), -ENOENT);
	assert_int_equal(statuses_test("/nowhere", &errors, &count), -ENOENT);
	allocation_fail_after(0);
	assert_int_equal(statuses_load(&statuses, directory, &errors), -ENOMEM);
	allocation_restore();
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    in_directory(test_examples),
	    in_directory(test_wrong_examples),
	    in_directory(test_lookup),
	    in_directory(test_classes_of_lines),
	    in_directory(test_bad_rules),
	    in_directory(test_many_wide_ranges),
	    in_directory(test_failures),
	};

	return cmocka_run_group_tests_name("statuses", tests, NULL, NULL);
}
