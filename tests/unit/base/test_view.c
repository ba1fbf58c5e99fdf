#include "unit.h"

#include <errno.h>

/* Comparing takes bytes as they are: NULs count, case only where asked. */
static void compares_bytes(unused_parameter void **state)
{
	assert_true(view_equal(VIEW("a\0b"), VIEW("a\0b")));
	assert_false(view_equal(VIEW("a\0b"), VIEW("a\0c")));
	assert_false(view_equal(VIEW("a"), VIEW("ab")));
	assert_true(view_equal(view_of(NULL, 0), VIEW("")));
	assert_true(view_equal_text(VIEW(""), NULL));
	assert_true(view_equal_ignoring_case(VIEW("Negotiate"), VIEW("nEGOTIATE")));
	assert_false(view_equal_ignoring_case(VIEW("[a"), VIEW("{a")));
	assert_false(view_equal_ignoring_case(VIEW("a"), VIEW("aa")));
}

/* Prefix and suffix longer than the view do not match; empty ones always do. */
static void finds_prefix_and_suffix(unused_parameter void **state)
{
	assert_true(view_starts_with(VIEW("access.log"), VIEW("access")));
	assert_false(view_starts_with(VIEW("acc"), VIEW("access")));
	assert_true(view_ends_with(VIEW("access.log"), VIEW(".log")));
	assert_false(view_ends_with(VIEW("log"), VIEW(".log")));
	assert_true(view_starts_with(view_of(NULL, 0), VIEW("")));
	assert_true(view_ends_with(view_of(NULL, 0), VIEW("")));
}

/* The first occurrence is found also behind a false start, at the very end, and of NULs. */
static void finds_parts(unused_parameter void **state)
{
	size_t offset = 99;

	assert_false(view_find(VIEW("abc"), VIEW("abcd"), &offset));
	assert_false(view_find(VIEW("aaab"), VIEW("ac"), &offset));
	assert_false(view_find(view_of(NULL, 0), VIEW("a"), &offset));
	assert_int_equal(offset, 99);
	assert_true(view_find(VIEW("aaab"), VIEW("aab"), &offset));
	assert_int_equal(offset, 1);
	assert_true(view_find(VIEW("x\0y"), VIEW("\0y"), &offset));
	assert_int_equal(offset, 1);
	assert_true(view_find(VIEW("abab"), VIEW("ab"), &offset));
	assert_int_equal(offset, 0);
	assert_true(view_find(view_of(NULL, 0), VIEW(""), &offset));
	assert_int_equal(offset, 0);
	assert_true(view_contains(VIEW("abc"), VIEW("abc")));
	assert_false(view_contains(VIEW("ab"), VIEW("b\0")));
}

/* Skipping and taking more than there is gives what there is. */
static void cuts_down_counts(unused_parameter void **state)
{
	assert_view_is(view_skip(VIEW("abc"), 1), "bc");
	assert_view_is(view_skip(VIEW("abc"), 9), "");
	assert_view_is(view_first(VIEW("abc"), 2), "ab");
	assert_view_is(view_first(VIEW("abc"), 9), "abc");
	assert_true(view_is_empty(view_skip(view_of(NULL, 0), 5)));
}

/* Cutting walks all fields, the empty ones too, and tells the last by its answer. */
static void cuts_fields(unused_parameter void **state)
{
	struct view line = VIEW("a,,b,");
	struct view field;

	assert_true(view_cut(&line, ',', &field));
	assert_view_is(field, "a");
	assert_true(view_cut(&line, ',', &field));
	assert_view_is(field, "");
	assert_true(view_cut(&line, ',', &field));
	assert_view_is(field, "b");
	assert_false(view_cut(&line, ',', &field));
	assert_view_is(field, "");
	assert_true(view_is_empty(line));
	line = view_of(NULL, 0);
	assert_false(view_cut(&line, ',', &field));
	assert_true(view_is_empty(field));
}

/* All of one byte goes, and only at the end. */
static void goes_without_an_end(unused_parameter void **state)
{
	assert_view_is(view_without_end(VIEW("a\r\r"), '\r'), "a");
	assert_view_is(view_without_end(VIEW("\ra\r "), '\r'), "\ra\r ");
	assert_view_is(view_without_end(VIEW("\r\r"), '\r'), "");
	assert_true(view_is_empty(view_without_end(view_of(NULL, 0), '\r')));
}

/* Only spaces and tabs go, and only at the ends. */
static void trims_blanks(unused_parameter void **state)
{
	assert_view_is(view_trim(VIEW(" \ta b\t ")), "a b");
	assert_view_is(view_trim(VIEW(" \t ")), "");
	assert_view_is(view_trim(VIEW("a\r")), "a\r");
	assert_true(view_is_empty(view_trim(view_of(NULL, 0))));
}

/* Numbers are all digits up to the last value of the type; a failure leaves the result alone. */
static void reads_unsigned_numbers(unused_parameter void **state)
{
	static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "0x10", "1.0", "9a"};
	uint64_t value = 7;

	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(view_to_uint64(view_of_text(bad[i]), &value), -EINVAL);
	assert_int_equal(view_to_uint64(VIEW("18446744073709551616"), &value), -ERANGE);
	assert_int_equal(view_to_uint64(VIEW("99999999999999999999999"), &value), -ERANGE);
	assert_int_equal(view_to_uint64(VIEW("1\0"), &value), -EINVAL);
	assert_int_equal(value, 7);
	assert_int_equal(view_to_uint64(VIEW("18446744073709551615"), &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(view_to_uint64(VIEW("007"), &value), 0);
	assert_int_equal(value, 7);
}

/* Signed numbers take one sign and reach both ends of the type. */
static void reads_signed_numbers(unused_parameter void **state)
{
	static const char *const bad[] = {"", "-", "+", "--1", "+-1", "- 1"};
	int64_t value = 7;

	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(view_to_int64(view_of_text(bad[i]), &value), -EINVAL);
	assert_int_equal(view_to_int64(VIEW("9223372036854775808"), &value), -ERANGE);
	assert_int_equal(view_to_int64(VIEW("-9223372036854775809"), &value), -ERANGE);
	assert_int_equal(value, 7);
	assert_int_equal(view_to_int64(VIEW("-9223372036854775808"), &value), 0);
	assert_true(value == INT64_MIN);
	assert_int_equal(view_to_int64(VIEW("9223372036854775807"), &value), 0);
	assert_true(value == INT64_MAX);
	assert_int_equal(view_to_int64(VIEW("+12"), &value), 0);
	assert_int_equal(value, 12);
	assert_int_equal(view_to_int64(VIEW("-0"), &value), 0);
	assert_int_equal(value, 0);
}

/* A copy ends with NUL, even one of nothing. */
static void copies_to_text(unused_parameter void **state)
{
	char auto_free *text = view_to_text(view_first(VIEW("abcdef"), 3));
	char auto_free *empty = view_to_text(view_of(NULL, 0));

	assert_string_equal(text, "abc");
	assert_string_equal(empty, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compares_bytes),
	    cmocka_unit_test(finds_prefix_and_suffix),
	    cmocka_unit_test(finds_parts),
	    cmocka_unit_test(cuts_down_counts),
	    cmocka_unit_test(cuts_fields),
	    cmocka_unit_test(goes_without_an_end),
	    cmocka_unit_test(trims_blanks),
	    cmocka_unit_test(reads_unsigned_numbers),
	    cmocka_unit_test(reads_signed_numbers),
	    cmocka_unit_test(copies_to_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
