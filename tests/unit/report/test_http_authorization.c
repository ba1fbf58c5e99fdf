#include <errno.h>

#include "unit.h"

#include "base/base64.h"
#include "report/http_authorization.h"

static struct http_credentials credentials;

static int parse_pair(struct view pair)
{
	struct buffer auto_buffer header;

	buffer_init(&header, 4096);
	buffer_append_text(&header, "Basic ");
	base64_append(&header, pair);
	return http_authorization_parse(buffer_view(&header), &credentials);
}

static void test_good(unused_parameter void **state)
{
	/* The scheme in any case, blanks around; the password may hold colons, or nothing. */
	assert_int_equal(http_authorization_parse(
			     VIEW("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), &credentials),
	    0);
	assert_string_equal(credentials.user, "Aladdin");
	assert_string_equal(credentials.password, "open sesame");
	assert_int_equal(http_authorization_parse(VIEW("bASIC   QTpi  "), &credentials), 0);
	assert_string_equal(credentials.password, "b");
	assert_int_equal(parse_pair(VIEW("a:b:c")), 0);
	assert_string_equal(credentials.password, "b:c");
	assert_int_equal(parse_pair(VIEW("a:")), 0);
	assert_string_equal(credentials.password, "");
	assert_int_equal(parse_pair(VIEW("\xc3\xa4:\xc3\xb6")), 0);
	assert_string_equal(credentials.user, "\xc3\xa4");
}

static void test_rest_is_zero(unused_parameter void **state)
{
	/* What a longer one left behind is gone: the arrays are compared as a whole. */
	static const struct http_credentials clean = {.user = "a", .password = "b"};

	assert_int_equal(parse_pair(VIEW("longer-name:longer-password")), 0);
	assert_int_equal(parse_pair(VIEW("a:b")), 0);
	assert_memory_equal(&credentials, &clean, sizeof(clean));
	http_credentials_forget(&credentials);
	assert_string_equal(credentials.password, "");
}

static void test_bad(unused_parameter void **state)
{
	static const char *const headers[] = {"", "Basic", "Basic ", "BasicQTpi", "Bearer QTpi",
	    "Negotiate QTpi", "Basic QTp", "Basic QTpi=", "Basic Q!pi", "Basic QTpi QTpi",
	    "Basic =", "Basic ====", "QTpi", "Digest username=\"a\""};
	static const struct view pairs[] = {VIEW(""), VIEW("a"), VIEW(":"), VIEW(":b"),
	    VIEW("a\0:b"), VIEW("a:b\0c"), VIEW("a\n:b"), VIEW("a:\x7f"), VIEW("a:\tb")};

	for (size_t i = 0; i < count_of(headers); i++)
		if (http_authorization_parse(view_of_text(headers[i]), &credentials) != -EINVAL)
			fail_msg("'%s' is taken", headers[i]);
	for (size_t i = 0; i < count_of(pairs); i++)
		assert_int_equal(parse_pair(pairs[i]), -EINVAL);
}

static void test_lengths(unused_parameter void **state)
{
	/* Up to the maximum each; bcrypt would take one of 73 bytes for its first 72. */
	char pair[HTTP_MAX_USER_BYTES + HTTP_MAX_PASSWORD_BYTES + 3];

	memset(pair, 'x', sizeof(pair));
	pair[HTTP_MAX_USER_BYTES] = ':';
	assert_int_equal(parse_pair(view_of(pair, sizeof(pair) - 2)), 0);
	assert_int_equal(strlen(credentials.user), HTTP_MAX_USER_BYTES);
	assert_int_equal(strlen(credentials.password), HTTP_MAX_PASSWORD_BYTES);
	assert_int_equal(parse_pair(view_of(pair, sizeof(pair) - 1)), -EINVAL);
	memset(pair, 'x', sizeof(pair));
	pair[HTTP_MAX_USER_BYTES + 1] = ':';
	assert_int_equal(parse_pair(view_of(pair, HTTP_MAX_USER_BYTES + 3)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_rest_is_zero),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests_name("report/http_authorization", tests, NULL, NULL);
}
