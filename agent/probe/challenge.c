#include "probe/challenge.h"

#include <ctype.h>
#include <errno.h>

#include "base/base64.h"

#define MAX_TOKEN_BYTES  (96 * 1024)
#define MAX_SCHEME_BYTES 32

/* DER tags that a reply token is made of (RFC 4178, RFC 2743 §3.1). */
#define TAG_NEG_TOKEN_RESP 0xa1
#define TAG_SEQUENCE       0x30
#define TAG_NEG_STATE      0xa0
#define TAG_SUPPORTED_MECH 0xa1
#define TAG_RESPONSE_TOKEN 0xa2
#define TAG_OCTET_STRING   0x04
#define TAG_ENUMERATED     0x0a
#define TAG_GSS_TOKEN      0x60
#define TAG_OBJECT_ID      0x06

const char *reply_state_name(enum reply_state state)
{
	static const char *const names[] = {
	    [REPLY_STATE_NONE] = "none",
	    [REPLY_STATE_ACCEPTED] = "accepted",
	    [REPLY_STATE_INCOMPLETE] = "incomplete",
	    [REPLY_STATE_REJECTED] = "rejected",
	};

	return names[state];
}

/* Takes the length of a DER element off the front. -EINVAL where it is indefinite or longer than
 * what is there. */
static int take_length(struct view *bytes, size_t *ret_length)
{
	size_t length = bytes->length > 0 ? (unsigned char)bytes->data[0] : 0x80;
	size_t octets = length & 0x7f;

	*bytes = view_skip(*bytes, 1);
	if (length >= 0x80) {
		if (octets == 0 || octets > 4 || octets > bytes->length)
			return -EINVAL;
		length = 0;
		for (size_t i = 0; i < octets; i++)
			length = length << 8 | (unsigned char)bytes->data[i];
		*bytes = view_skip(*bytes, octets);
	}
	if (length > bytes->length)
		return -EINVAL;
	*ret_length = length;
	return 0;
}

/* Takes one element with this tag off the front. */
static bool take_element(struct view *bytes, unsigned char tag, struct view *ret_content)
{
	struct view rest = view_skip(*bytes, 1);
	size_t length;

	if (bytes->length == 0 || (unsigned char)bytes->data[0] != tag)
		return false;
	if (take_length(&rest, &length) < 0)
		return false;
	*ret_content = view_first(rest, length);
	*bytes = view_skip(rest, length);
	return true;
}

/* A Kerberos token (RFC 4121 §4.1), with or without SPNEGO around it: AP-REP or KRB-ERROR. */
static enum reply_state state_of_kerberos(struct view token, struct view *ret_error)
{
	struct view content;
	struct view mechanism;

	if (!take_element(&token, TAG_GSS_TOKEN, &content) ||
	    !take_element(&content, TAG_OBJECT_ID, &mechanism) ||
	    !view_equal(mechanism, VIEW("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")))
		return REPLY_STATE_NONE;
	if (view_starts_with(content, VIEW("\x02\x00")))
		return REPLY_STATE_ACCEPTED;
	if (!view_starts_with(content, VIEW("\x03\x00")))
		return REPLY_STATE_NONE;
	*ret_error = view_skip(content, 2);
	return REPLY_STATE_REJECTED;
}

/* The mechanism's answer inside SPNEGO's; what it says of the state, SPNEGO says as well. */
static void find_error(struct view fields, struct view *ret_error)
{
	struct view field;
	struct view token;

	take_element(&fields, TAG_SUPPORTED_MECH, &field);
	if (take_element(&fields, TAG_RESPONSE_TOKEN, &field) &&
	    take_element(&field, TAG_OCTET_STRING, &token))
		state_of_kerberos(token, ret_error);
}

static enum reply_state state_of_spnego(struct view sequence, struct view *ret_error)
{
	static const enum reply_state states[] = {
	    REPLY_STATE_ACCEPTED, REPLY_STATE_INCOMPLETE, REPLY_STATE_REJECTED,
	    REPLY_STATE_INCOMPLETE, /* request-mic */
	};
	struct view fields;
	struct view field;
	struct view value;

	if (!take_element(&sequence, TAG_SEQUENCE, &fields) ||
	    !take_element(&fields, TAG_NEG_STATE, &field) ||
	    !take_element(&field, TAG_ENUMERATED, &value))
		return REPLY_STATE_NONE;
	if (value.length != 1 || (unsigned char)value.data[0] >= count_of(states))
		return REPLY_STATE_NONE;
	find_error(fields, ret_error);
	return states[(unsigned char)value.data[0]];
}

enum reply_state challenge_token_state(struct view token, struct view *ret_error)
{
	struct view content;

	*ret_error = view_of(NULL, 0);
	if (take_element(&token, TAG_NEG_TOKEN_RESP, &content))
		return state_of_spnego(content, ret_error);
	if (view_starts_with(token, VIEW("NTLMSSP\0\2")))
		return REPLY_STATE_INCOMPLETE;
	return state_of_kerberos(token, ret_error);
}

/* Takes what stands before the next comma or line end, except inside quotes, off the front. */
static struct view take_challenge(struct view *values)
{
	struct view challenge;
	bool quoted = false;
	size_t end = 0;

	for (; end < values->length && values->data[end] != '\n'; end++) {
		if (values->data[end] == ',' && !quoted)
			break;
		if (quoted && values->data[end] == '\\')
			end++;
		else if (values->data[end] == '"')
			quoted = !quoted;
	}
	challenge = view_first(*values, end);
	*values = view_skip(*values, end + 1);
	return view_trim(challenge);
}

/* The token of the next Negotiate challenge, empty where it has none; false where none is left. */
static bool next_negotiate(struct view *values, struct view *ret_token)
{
	while (values->length > 0) {
		struct view rest = take_challenge(values);
		struct view scheme;

		view_cut(&rest, ' ', &scheme);
		if (view_equal_ignoring_case(scheme, VIEW("Negotiate"))) {
			*ret_token = view_trim(rest);
			return true;
		}
	}
	return false;
}

bool challenge_offers_negotiate(struct view values)
{
	struct view token;

	return next_negotiate(&values, &token);
}

static bool is_scheme(struct view word)
{
	for (size_t i = 0; i < word.length; i++)
		if (!isalnum((unsigned char)word.data[i]) && word.data[i] != '-')
			return false;
	return word.length > 0 && word.length <= MAX_SCHEME_BYTES;
}

static bool is_listed(struct view schemes, struct view scheme)
{
	struct view word;

	while (schemes.length > 0) {
		view_cut(&schemes, ' ', &word);
		if (view_equal_ignoring_case(word, scheme))
			return true;
	}
	return false;
}

/* A parameter, `realm="x"`, is no scheme: one stands alone or before a blank. */
void challenge_append_schemes(struct view values, struct buffer *schemes)
{
	while (values.length > 0) {
		struct view rest = take_challenge(&values);
		struct view scheme;

		view_cut(&rest, ' ', &scheme);
		if (!is_scheme(scheme) || is_listed(buffer_view(schemes), scheme) ||
		    scheme.length + 1 > schemes->max_bytes - schemes->length)
			continue;
		if (schemes->length > 0)
			buffer_append_byte(schemes, ' ');
		for (size_t i = 0; i < scheme.length; i++)
			buffer_append_byte(schemes, (char)tolower((unsigned char)scheme.data[i]));
	}
}

enum reply_state challenge_reply_state(struct view values, struct buffer *error)
{
	enum reply_state state = REPLY_STATE_NONE;
	struct view text;

	while (state == REPLY_STATE_NONE && next_negotiate(&values, &text)) {
		struct buffer auto_buffer token;
		struct view found;

		buffer_init(&token, MAX_TOKEN_BYTES);
		if (base64_append_decoded(&token, text) == 0) {
			state = challenge_token_state(buffer_view(&token), &found);
			buffer_append(error, found);
		}
	}
	return state;
}
