#include "unit.h"

#include <errno.h>

#include "base/base64.h"

static void assert_pair(struct view bytes, const char *text)
{
	struct buffer auto_buffer encoded;
	struct buffer auto_buffer decoded;

	buffer_init(&encoded, 1024);
	buffer_init(&decoded, 1024);
	base64_append(&encoded, bytes);
	assert_string_equal(buffer_text(&encoded), text);
	assert_int_equal(base64_append_decoded(&decoded, view_of_text(text)), 0);
	assert_true(view_equal(buffer_view(&decoded), bytes));
}

/* What is encoded comes back, with each length of padding and any byte. */
static void known_pairs(unused_parameter void **state)
{
	assert_pair(VIEW(""), "");
	assert_pair(VIEW("f"), "Zg==");
	assert_pair(VIEW("fo"), "Zm8=");
	assert_pair(VIEW("foo"), "Zm9v");
	assert_pair(VIEW("foobar"), "Zm9vYmFy");
	assert_pair(VIEW("\0\xff\xfe\x80"), "AP/+gA==");
}

/* Text that is not base64 gives an error and no bytes. */
static void not_base64(unused_parameter void **state)
{
	static const struct view texts[] = {
	    VIEW("Z"), VIEW("Zg"), VIEW("Zg="), VIEW("Zg==="), VIEW("===="), VIEW("Z==="),
	    VIEW("Zg==Zg=="), VIEW("Zm9v "), VIEW(" Zm9"), VIEW("Zm\n9"), VIEW("Zm-_"),
	    VIEW("Zm\0v"), VIEW("Zm\xff\x80"),
	};
	struct buffer auto_buffer decoded;

	buffer_init(&decoded, 1024);
	for (size_t i = 0; i < count_of(texts); i++) {
		assert_int_equal(base64_append_decoded(&decoded, texts[i]), -EINVAL);
		assert_int_equal(decoded.length, 0);
	}
}

/* A buffer that is too small says so. */
static void full_buffer(unused_parameter void **state)
{
	struct buffer auto_buffer decoded;

	buffer_init(&decoded, 2);
	assert_int_equal(base64_append_decoded(&decoded, VIEW("Zm9v")), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_pairs),
	    cmocka_unit_test(not_base64),
	    cmocka_unit_test(full_buffer),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
