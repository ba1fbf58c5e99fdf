#include <errno.h>

#include "unit.h"

#include "report/signature.h"

static struct signature_secret read_secret(const char *text)
{
	struct signature_secret secret = {{0}, 0};

	assert_int_equal(signature_read_secret(view_of_text(text), &secret), 0);
	return secret;
}

static void assert_signature(const struct signature_secret *secret,
    const struct signature_message *message, const char *expected)
{
	struct buffer auto_buffer value;

	buffer_init(&value, 100);
	assert_int_equal(signature_append(&value, secret, message), 0);
	assert_string_equal(buffer_text(&value), expected);
}

static void test_published_example(unused_parameter void **state)
{
	/* The example that the authors of the specification publish comes out the same. */
	struct signature_secret secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
	struct signature_message message = {
	    .id = VIEW("msg_p5jXN8AQM9LWM0D4loKWxJek"),
	    .timestamp_s = 1614265330,
	    .body = VIEW("{\"test\": 2432232314}"),
	};

	assert_signature(&secret, &message, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void test_plain_secret(unused_parameter void **state)
{
	/* A secret without the prefix is taken as it is, its newline away; any byte may be signed.
	 * The signature was computed by Python's hmac module. */
	struct signature_secret secret = read_secret("a plain secret of some length\r\n");
	struct signature_message message = {
	    .id = VIEW("i1.opened"),
	    .timestamp_s = 1700000000,
	    .body = VIEW("{\"a\":\"\xc3\xa9\0\"}"),
	};

	assert_signature(&secret, &message, "v1,hQ5nnz+rALhQZr9+LrZDg/EcwUARlGLvQLWJQkc+Kcw=");
}

static void test_everything_is_signed(unused_parameter void **state)
{
	/* A change of the secret, the id, the time or the body changes the signature. */
	struct signature_secret secrets[] = {read_secret("a plain secret of some length"),
	    read_secret("a plain secret of any length")};
	struct signature_message messages[] = {
	    {VIEW("a"), 1, VIEW("{}")},
	    {VIEW("b"), 1, VIEW("{}")},
	    {VIEW("a"), 2, VIEW("{}")},
	    {VIEW("a"), 1, VIEW("{ }")},
	};
	struct buffer auto_buffer first;

	buffer_init(&first, 100);
	assert_int_equal(signature_append(&first, &secrets[0], &messages[0]), 0);
	for (size_t i = 1; i < 2 * count_of(messages); i++) {
		struct buffer auto_buffer other;

		buffer_init(&other, 100);
		assert_int_equal(signature_append(&other, &secrets[i % 2], &messages[i / 2]), 0);
		assert_string_not_equal(buffer_text(&first), buffer_text(&other));
	}
}

static void test_bad_secrets(unused_parameter void **state)
{
	/* What is no Base64, too short or too long is refused, and the old secret stays. */
	struct signature_secret secret = {{7}, 1};
	char long_text[SIGNATURE_MAX_SECRET_BYTES + 2];

	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(signature_read_secret(VIEW("whsec_!!!!"), &secret), -EINVAL);
	assert_int_equal(
	    signature_read_secret(VIEW("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"), &secret), -EINVAL);
	assert_int_equal(signature_read_secret(VIEW("whsec_"), &secret), -ERANGE);
	assert_int_equal(signature_read_secret(VIEW(""), &secret), -ERANGE);
	assert_int_equal(signature_read_secret(VIEW("\n"), &secret), -ERANGE);
	assert_int_equal(signature_read_secret(VIEW("only 15 letters"), &secret), -ERANGE);
	assert_int_equal(signature_read_secret(view_of_text(long_text), &secret), -ERANGE);
	assert_int_equal(secret.length, 1);
	assert_int_equal(secret.bytes[0], 7);
}

static void test_forgetting(unused_parameter void **state)
{
	/* Nothing of a forgotten secret is left in memory. */
	static const struct signature_secret nothing;
	struct signature_secret secret = read_secret("a plain secret of some length");

	signature_forget_secret(&secret);
	assert_memory_equal(&secret, &nothing, sizeof(secret));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_published_example),
	    cmocka_unit_test(test_plain_secret),
	    cmocka_unit_test(test_everything_is_signed),
	    cmocka_unit_test(test_bad_secrets),
	    cmocka_unit_test(test_forgetting),
	};

	return cmocka_run_group_tests_name("report/signature", tests, NULL, NULL);
}
