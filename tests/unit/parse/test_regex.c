#include "unit.h"

#include <errno.h>

#include "allocation.h"
#include "parse/regex.h"

#define MAX_ERROR_BYTES 1024

static struct regex *compile(const char *pattern)
{
	auto_buffer struct buffer error;
	struct regex *regex = NULL;

	buffer_init(&error, MAX_ERROR_BYTES);
	assert_int_equal(regex_new(&regex, pattern, &error), 0);
	assert_int_equal(error.length, 0);
	return regex;
}

/* A pattern must take the whole text; NULs and line feeds are bytes like others. */
static void matches_whole_texts(unused_parameter void **state)
{
	struct regex *auto_call(regex_free) regex = compile("a.c|b");

	assert_int_equal(regex_match(regex, VIEW("abc")), 1);
	assert_int_equal(regex_match(regex, VIEW("a\0c")), 1);
	assert_int_equal(regex_match(regex, VIEW("a\nc")), 1);
	assert_int_equal(regex_match(regex,
			     VIEW("a\xff"
				  "c")),
	    1);
	assert_int_equal(regex_match(regex, VIEW("b")), 1);
	assert_int_equal(regex_match(regex, VIEW("abcd")), 0);
	assert_int_equal(regex_match(regex, VIEW("xabc")), 0);
	assert_int_equal(regex_match(regex, VIEW("b\n")), 0);
	assert_int_equal(regex_match(regex, view_of(NULL, 0)), 0);
}

/* Groups by name give their part of the text, or nothing where they took no part. */
static void gives_groups(unused_parameter void **state)
{
	struct regex *auto_call(regex_free) regex = compile("x(?<kvno>\\d+)|(?<text>.*)y");
	unsigned kvno = regex_group_number(regex, "kvno");
	unsigned text = regex_group_number(regex, "text");

	assert_int_equal(regex_match(regex, VIEW("x12")), 1);
	assert_view_is(regex_group(regex, VIEW("x12"), kvno), "12");
	assert_int_equal(regex_group(regex, VIEW("x12"), text).length, 0);
	assert_int_equal(regex_match(regex, VIEW("ay")), 1);
	assert_view_is(regex_group(regex, VIEW("ay"), text), "a");
	assert_int_equal(regex_group(regex, VIEW("ay"), kvno).length, 0);
	assert_int_equal(regex_group_number(regex, "other"), 0);
	assert_int_equal(regex_group(regex, VIEW("ay"), 99).length, 0);
}

/* A pattern that would take for ever on a text is stopped, which is no match. */
static void stops_at_the_limit(unused_parameter void **state)
{
	struct regex *auto_call(regex_free) regex = compile("(?:a|aa)+\\d");
	char text[64];

	memset(text, 'a', sizeof(text));
	assert_int_equal(regex_match(regex, view_of(text, sizeof(text))), -E2BIG);
	text[63] = '1';
	assert_int_equal(regex_match(regex, view_of(text, sizeof(text))), 1);
}

/* What is no pattern is refused with its place. */
static void refuses_bad_patterns(unused_parameter void **state)
{
	auto_buffer struct buffer error;
	struct regex *regex = NULL;
	char large[REGEX_MAX_PATTERN_BYTES + 2];

	buffer_init(&error, MAX_ERROR_BYTES);
	assert_int_equal(regex_new(&regex, "a(b", &error), -EINVAL);
	assert_string_equal(
	    buffer_text(&error), "missing closing parenthesis at byte 3 of the pattern");
	assert_int_equal(regex_new(&regex, "a\\Cb", &error), -EINVAL);
	assert_int_equal(regex_new(&regex, "(*UTF)a", &error), -EINVAL);
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	buffer_clear(&error);
	assert_int_equal(regex_new(&regex, large, &error), -EINVAL);
	assert_string_equal(buffer_text(&error), "the pattern is longer than 4096 bytes");
	assert_null(regex);
}

/* Without memory there is no regex, and nothing is lost. */
static void fails_without_memory(unused_parameter void **state)
{
	struct regex *regex = NULL;
	struct buffer error;
	int result;

	buffer_init(&error, MAX_ERROR_BYTES);
	allocation_fail_after(0);
	result = regex_new(&regex, "a", &error);
	allocation_restore();
	assert_int_equal(result, -ENOMEM);
	assert_null(regex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(matches_whole_texts),
	    cmocka_unit_test(gives_groups),
	    cmocka_unit_test(stops_at_the_limit),
	    cmocka_unit_test(refuses_bad_patterns),
	    cmocka_unit_test(fails_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
