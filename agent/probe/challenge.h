/* What a server's WWW-Authenticate values say: is Negotiate offered, and what became of our token?
 * Pure; the bytes are hostile. */
#ifndef AUTHMEDIC_PROBE_CHALLENGE_H
#define AUTHMEDIC_PROBE_CHALLENGE_H

#include "base/view.h"

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

/* The state that the first readable Negotiate token among the values gives. */
enum reply_state challenge_reply_state(struct view values);

/* The state in one decoded reply token. */
enum reply_state challenge_token_state(struct view token);

#endif
