#include "unit.h"

#include "base/base64.h"
#include "probe/challenge.h"

#define KERBEROS_OID "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
#define ERROR_TOKEN "\x60\x0f" KERBEROS_OID "\x03\x00" "ER"
#define MECHANISM "\xa1\x0b\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
#define NEG_STATE(byte) "\x30\x05\xa0\x03\x0a\x01" byte

static void assert_state(struct view token, enum reply_state expected)
{
	struct view error;

	assert_string_equal(
	    reply_state_name(challenge_token_state(token, &error)), reply_state_name(expected));
}

/* Every negState, and what raw Kerberos and NTLM replies amount to. */
static void each_state(unused_parameter void **state)
{
	assert_state(VIEW("\xa1\x07" NEG_STATE("\0")), REPLY_STATE_ACCEPTED);
	assert_state(VIEW("\xa1\x07" NEG_STATE("\1")), REPLY_STATE_INCOMPLETE);
	assert_state(VIEW("\xa1\x07" NEG_STATE("\2")), REPLY_STATE_REJECTED);
	assert_state(VIEW("\xa1\x07" NEG_STATE("\3")), REPLY_STATE_INCOMPLETE);
	assert_state(VIEW("\x60\x0d" KERBEROS_OID "\x02\x00"), REPLY_STATE_ACCEPTED);
	assert_state(VIEW("\x60\x0d" KERBEROS_OID "\x03\x00"), REPLY_STATE_REJECTED);
	assert_state(VIEW("NTLMSSP\0\2\0\0\0"), REPLY_STATE_INCOMPLETE);
}

/* DER's long length forms are read too. */
static void long_lengths(unused_parameter void **state)
{
	assert_state(VIEW("\xa1\x81\x07" NEG_STATE("\2")), REPLY_STATE_REJECTED);
	assert_state(VIEW("\xa1\x82\x00\x08\x30\x81\x05\xa0\x03\x0a\x01\x02"),
	    REPLY_STATE_REJECTED);
	assert_state(VIEW("\xa1\x84\x00\x00\x00\x07" NEG_STATE("\0")), REPLY_STATE_ACCEPTED);
}

/* Tokens that are cut, lie about their length or say something else are never more than "none". */
static void hostile_tokens(unused_parameter void **state)
{
	static const struct view tokens[] = {
	    VIEW(""),
	    VIEW("\xa1"),
	    VIEW("\xa1\x00"),
	    VIEW("\xa1\x80" NEG_STATE("\0")),                     /* indefinite length */
	    VIEW("\xa1\x08" NEG_STATE("\0")),                     /* longer than what is there */
	    VIEW("\xa1\x85\x00\x00\x00\x00\x07" NEG_STATE("\0")), /* five length octets */
	    VIEW("\xa1\x84\xff\xff\xff\xff" NEG_STATE("\0")),
	    VIEW("\xa1\x82\x00"),
	    VIEW("\xa1\xff"),
	    VIEW("\xa1\x07" NEG_STATE("\4")),
	    VIEW("\xa1\x07" NEG_STATE("\xff")),
	    VIEW("\xa1\x06\x30\x04\xa0\x02\x0a\x00"),         /* no value */
	    VIEW("\xa1\x08\x30\x06\xa0\x04\x0a\x02\x00\x00"), /* two octets */
	    VIEW("\xa1\x07\x30\x05\xa1\x03\x0a\x01\x00"),     /* no negState */
	    VIEW("\x60\x0d\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x03\x02\x00"), /* other OID */
	    VIEW("\x60\x0d" KERBEROS_OID "\x01\x00"), /* an AP-REQ is no reply */
	    VIEW("\x60\x0b" KERBEROS_OID),
	    VIEW("NTLMSSP\0\1\0\0\0"),
	    VIEW("NTLMSSP"),
	};

	for (size_t i = 0; i < count_of(tokens); i++)
		assert_state(tokens[i], REPLY_STATE_NONE);
}

/* Every cut of a good token, and every change of one of its bytes, must be read without harm; each
 * is put into memory of exactly its size, so that a sanitizer sees a byte read too many. */
static void damaged_tokens(unused_parameter void **state)
{
	static const struct view good = VIEW("\xa1\x82\x00\x07" NEG_STATE("\2"));

	for (size_t length = 0; length < good.length; length++) {
		char auto_free *copy = malloc(length);

		if (length > 0)
			memcpy(copy, good.data, length);
		assert_state(view_of(copy, length), REPLY_STATE_NONE);
	}
	for (size_t i = 0; i < good.length * 256; i++) {
		char bytes[16];
		struct view error;

		memcpy(bytes, good.data, good.length);
		bytes[i / 256] = (char)(i % 256);
		assert_non_null(reply_state_name(
		    challenge_token_state(view_of(bytes, good.length), &error)));
	}
}

/* Negotiate is found among other schemes, but not inside a quoted realm. */
static void offers(unused_parameter void **state)
{
	assert_true(challenge_offers_negotiate(VIEW("Negotiate\n")));
	assert_true(challenge_offers_negotiate(VIEW("negotiate")));
	assert_true(challenge_offers_negotiate(VIEW("NTLM, Negotiate\n")));
	assert_true(challenge_offers_negotiate(VIEW("Basic realm=\"a, b\"\nNegotiate\n")));
	assert_true(challenge_offers_negotiate(VIEW("Negotiate oQcwBaADCgEC\n")));
	assert_false(challenge_offers_negotiate(VIEW("")));
	assert_false(challenge_offers_negotiate(VIEW("\n,,\n")));
	assert_false(challenge_offers_negotiate(VIEW("Negotiator\n")));
	assert_false(challenge_offers_negotiate(VIEW("Basic realm=\"x, Negotiate\"\n")));
	assert_false(challenge_offers_negotiate(VIEW("Basic realm=\"x\\\", Negotiate\"\n")));
	assert_false(challenge_offers_negotiate(VIEW("Basic realm=\"x\\")));
}

static enum reply_state state_of(struct view values)
{
	struct buffer auto_buffer error;

	buffer_init(&error, 1024);
	return challenge_reply_state(values, &error);
}

/* The state comes from the first readable token of any of the lines. */
static void values(unused_parameter void **state)
{
	assert_int_equal(state_of(VIEW("Negotiate\n")), REPLY_STATE_NONE);
	assert_int_equal(
	    state_of(VIEW("Negotiate oQcwBaADCgEC\n")), REPLY_STATE_REJECTED);
	assert_int_equal(state_of(VIEW("NEGOTIATE   oQcwBaADCgEA \nNTLM\n")),
	    REPLY_STATE_ACCEPTED);
	assert_int_equal(state_of(VIEW("Negotiate\nNegotiate oQcwBaADCgEB\n")),
	    REPLY_STATE_INCOMPLETE);
	assert_int_equal(
	    state_of(VIEW("Negotiate oQcwBaADCgE\n")), REPLY_STATE_NONE);
	assert_int_equal(
	    state_of(VIEW("Negotiate oQcw BaADCgEC\n")), REPLY_STATE_NONE);
	assert_int_equal(
	    state_of(VIEW("Negotiate \xff\xfe\n")), REPLY_STATE_NONE);
}

static void assert_error(struct view token, struct view expected)
{
	struct view error;

	challenge_token_state(token, &error);
	assert_true(view_equal(error, expected));
}

/* The Kerberos error is found in a raw token and in SPNEGO, with the mechanism's name before it or
 * not; what is cut or something else has none. */
static void errors(unused_parameter void **state)
{
	assert_error(VIEW(ERROR_TOKEN), VIEW("ER"));
	assert_error(VIEW("\xa1\x1c\x30\x1a\xa0\x03\x0a\x01\x02\xa2\x13\x04\x11" ERROR_TOKEN),
	    VIEW("ER"));
	assert_error(VIEW("\xa1\x29\x30\x27\xa0\x03\x0a\x01\x02" MECHANISM
	                  "\xa2\x13\x04\x11" ERROR_TOKEN),
	    VIEW("ER"));
	assert_error(VIEW("\xa1\x1c\x30\x1a\xa0\x03\x0a\x01\x02\xa2\x13\x05\x11" ERROR_TOKEN),
	    VIEW(""));
	assert_error(VIEW("\xa1\x1c\x30\x1a\xa0\x03\x0a\x01\x02\xa2\x13\x04\x12" ERROR_TOKEN),
	    VIEW(""));
	assert_error(VIEW("\xa1\x07" NEG_STATE("\2")), VIEW(""));
	assert_error(VIEW("\x60\x0d" KERBEROS_OID "\x02\x00"), VIEW(""));
}

static void assert_schemes(struct view values, const char *expected)
{
	struct buffer auto_buffer schemes;

	buffer_init(&schemes, 24);
	challenge_append_schemes(values, &schemes);
	assert_int_equal(buffer_error(&schemes), 0);
	assert_string_equal(buffer_text(&schemes), expected);
}

/* Each scheme once and in small letters; parameters, bytes and what does not fit are none. */
static void schemes(unused_parameter void **state)
{
	assert_schemes(VIEW("Negotiate\nNTLM\nnegotiate, Basic realm=\"a, b\"\n"),
	    "negotiate ntlm basic");
	assert_schemes(VIEW("Digest realm=\"x\", qop=\"auth\", nonce=\"1\"\n"), "digest");
	assert_schemes(VIEW("NTLM TlRMTVNTUAAC\n"), "ntlm");
	assert_schemes(VIEW("\x1b[2J\n=\n,,\n\xff\n"), "");
	assert_schemes(VIEW("aaaaaaaaaaaaaaaa\nbbbbbbbbbbbbbbbb\ncccc\n"), "aaaaaaaaaaaaaaaa cccc");
	assert_schemes(VIEW(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_state),
	    cmocka_unit_test(long_lengths),
	    cmocka_unit_test(hostile_tokens),
	    cmocka_unit_test(damaged_tokens),
	    cmocka_unit_test(offers),
	    cmocka_unit_test(values),
	    cmocka_unit_test(errors),
	    cmocka_unit_test(schemes),
	};

	return cmocka_run_group_tests_name("challenge", tests, NULL, NULL);
}
