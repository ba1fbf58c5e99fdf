/* What a server's WWW-Authenticate values say: is Negotiate offered, and what became of our token?
 * Pure; the bytes are hostile. */
#ifndef AUTHMEDIC_PROBE_CHALLENGE_H
#define AUTHMEDIC_PROBE_CHALLENGE_H

#include "base/buffer.h"

/* SPNEGO's negState (RFC 4178 §4.2.2) and what raw Kerberos and NTLM replies amount to. */
enum reply_state {
	REPLY_STATE_NONE, /* no reply token, or none that can be read */
	REPLY_STATE_ACCEPTED,
	REPLY_STATE_INCOMPLETE,
	REPLY_STATE_REJECTED,
};

const char *reply_state_name(enum reply_state state);

/* Whether one of the values, a line each, offers the scheme Negotiate, alone or with a token. */
bool challenge_offers_negotiate(struct view values);

/* The names of the schemes that they offer, each once, in small letters, with blanks between; those
 * that are no words are left out. */
void challenge_append_schemes(struct view values, struct buffer *schemes);

/* The state that the first readable Negotiate token among the values gives. The Kerberos error in
 * that token (KRB-ERROR, RFC 4120 §5.9.1), where there is one, is appended to `error`. */
enum reply_state challenge_reply_state(struct view values, struct buffer *error);

/* The state in one decoded reply token; the error is part of the token. */
enum reply_state challenge_token_state(struct view token, struct view *ret_error);

#endif
