#include "parse/pairs.h"

#include "parse/scan.h"

/* For a key that is as long as the name. */
#define is_key(key, name) (memcmp((key).data, name, sizeof(name) - 1) == 0)

struct view *pairs_place(struct pairs *pairs, struct view key)
{
	switch (key.length) {
	case 3:
		if (is_key(key, "pid"))
			return &pairs->worker;
		return is_key(key, "fwd") ? &pairs->forwarded : NULL;
	case 4:
		if (is_key(key, "merr"))
			return &pairs->error;
		if (is_key(key, "conn"))
			return &pairs->connection;
		return is_key(key, "host") ? &pairs->host : NULL;
	case 5:
		if (is_key(key, "reply"))
			return &pairs->reply;
		return is_key(key, "mtext") ? &pairs->error_text : NULL;
	case 6:
		return is_key(key, "scheme") ? &pairs->scheme : NULL;
	default:
		return NULL;
	}
}

/* One pair, or one word without "=", which gives an empty key. */
static bool take_pair(struct view *rest, struct view *ret_key, struct view *ret_value)
{
	size_t length = 0;

	while (take_byte(rest, ' '))
		;
	if (rest->length == 0)
		return false;
	while (length < rest->length && rest->data[length] != '=' && rest->data[length] != ' ')
		length++;
	*ret_key = view_first(*rest, length);
	*rest = view_skip(*rest, length);
	*ret_value = view_first(*rest, 0);
	if (!take_byte(rest, '='))
		*ret_key = *ret_value;
	else if (!take_quoted(rest, ret_value))
		take_word(rest, ret_value);
	return true;
}

struct token_class {
	struct view name;
	enum scheme scheme;
	bool has_legs; /* may need several requests, so that a 401 without an error is no refusal */
};

static const struct token_class *class_of_token(struct view name)
{
	static const struct token_class classes[] = {
	    {VIEW("none"), SCHEME_NONE, false},
	    {VIEW("negotiate-kerberos"), SCHEME_KERBEROS, true},
	    {VIEW("negotiate-resp"), SCHEME_NTLM, true}, /* Kerberos is done in one leg */
	    {VIEW("negotiate-spnego-short"), SCHEME_NTLM, true}, /* no room for a ticket */
	    {VIEW("negotiate-ntlm"), SCHEME_NTLM, true},
	    {VIEW("negotiate-ntlm-1"), SCHEME_NTLM, true},
	    {VIEW("negotiate-ntlm-3"), SCHEME_NTLM, true},
	    {VIEW("negotiate-spnego-other"), SCHEME_OTHER, true},
	    {VIEW("negotiate-other"), SCHEME_OTHER, true},
	    {VIEW("ntlm"), SCHEME_NTLM, true},
	    {VIEW("ntlm-1"), SCHEME_NTLM, true},
	    {VIEW("ntlm-3"), SCHEME_NTLM, true},
	    {VIEW("basic"), SCHEME_BASIC, false},
	    {VIEW("digest"), SCHEME_OTHER, false},
	    {VIEW("bearer"), SCHEME_OTHER, false},
	    {VIEW("other"), SCHEME_OTHER, false},
	};
	static const struct token_class unknown = {VIEW("-"), SCHEME_UNKNOWN, false};

	for (size_t i = 0; i < count_of(classes); i++)
		if (view_equal(classes[i].name, name))
			return &classes[i];
	return &unknown;
}

static bool is_said(struct view value)
{
	return !view_is_empty(without_dash(value));
}

/* What the answer's own token said. */
static enum reply reply_named(struct view name)
{
	if (view_equal(name, VIEW("continue")))
		return REPLY_CONTINUE;
	if (view_equal(name, VIEW("reject")))
		return REPLY_REJECT;
	return view_equal(name, VIEW("done")) ? REPLY_DONE : REPLY_UNKNOWN;
}

/* A token was sent and the answer is 401 or 407. */
static enum reply reply_to_refused(
    const struct pairs *pairs, const struct token_class *class, const struct record *record)
{
	enum reply named = reply_named(pairs->reply);

	if (class->scheme == SCHEME_BASIC)
		return REPLY_REJECT; /* a password has no second leg */
	if (!class->has_legs)
		return REPLY_UNKNOWN;
	if (is_said(pairs->error))
		return REPLY_REJECT;
	if (named != REPLY_UNKNOWN)
		return named;
	if (pairs->error.data == NULL && pairs->reply.data == NULL)
		return REPLY_UNKNOWN;
	/* With a name the sign-in worked, and this user may not have the page. */
	if (!view_is_empty(record->user))
		return REPLY_DONE;
	/* A leg would have been answered with a token; without reply= only the missing error tells.
	 */
	return pairs->reply.data != NULL ? REPLY_REJECT : REPLY_CONTINUE;
}

static enum reply reply_of(
    const struct pairs *pairs, const struct token_class *class, const struct record *record)
{
	enum reply named = reply_named(pairs->reply);

	if (class->scheme == SCHEME_NONE || class->scheme == SCHEME_UNKNOWN)
		return REPLY_UNKNOWN;
	if (record->status == 401 || record->status == 407)
		return reply_to_refused(pairs, class, record);
	if (record->status >= 400 && is_said(pairs->error))
		return REPLY_REJECT;
	if (named != REPLY_UNKNOWN)
		return named;
	/* A Basic name proves nothing: nginx logs what the client claims. */
	return class->has_legs && !view_is_empty(record->user) ? REPLY_DONE : REPLY_UNKNOWN;
}

unsigned pairs_judge(const struct pairs *pairs, struct record *record)
{
	const struct token_class *class = class_of_token(pairs->scheme);

	record->scheme = class->scheme;
	record->reply = reply_of(pairs, class, record);
	record->reason =
	    without_dash(is_said(pairs->error_text) ? pairs->error_text : pairs->error);
	record->connection = without_dash(pairs->connection);
	record->host = without_dash(pairs->host);
	record->forwarded = without_dash(pairs->forwarded);
	record->worker = without_dash(pairs->worker);
	return (pairs->scheme.data != NULL ? PAIRS_SCHEME : 0U) |
	    (pairs->reply.data != NULL ? PAIRS_REPLY : 0U) |
	    (pairs->error.data != NULL ? PAIRS_ERROR : 0U);
}

unsigned pairs_read(struct view rest, struct record *record)
{
	struct pairs pairs = {0};
	struct view key;
	struct view value;

	while (take_pair(&rest, &key, &value)) {
		struct view *place = pairs_place(&pairs, key);

		if (place != NULL && place->data == NULL)
			*place = value;
	}
	return pairs_judge(&pairs, record);
}

const char *pairs_why(const struct record *record)
{
	bool refused = record->status == 401 || record->status == 407;

	switch (record->reply) {
	case REPLY_CONTINUE:
		return "a leg: the server wants another token, this is no refusal";
	case REPLY_REJECT:
		return "the server refused the client's token";
	case REPLY_DONE:
		return "the server took the client's token";
	case REPLY_UNKNOWN:
		break;
	}
	if (refused && record->scheme == SCHEME_NONE)
		return "a challenge: the client had sent no token";
	return record->scheme == SCHEME_NONE ? "the client sent no token"
					     : "the line does not show what became of a token";
}
