/* The `key=value` pairs that authmedic's own log formats add to an access line, in any order: what
 * the client's token was and what the server said to it, never the token. Unknown keys are skipped;
 * of a key that comes twice the first counts, since a client may have written what comes later.
 *
 *	scheme=none|basic|ntlm-1|negotiate-kerberos|…   the class of the Authorization header
 *	reply=continue|reject|done|offer-…              the class of the WWW-Authenticate header
 *	merr="GSS ERROR" mtext="…"                      mod_auth_gssapi's error and its text
 *	conn=17 host="…" fwd="…" pid=4711               connection, Host, forwarded address, worker
 */
#ifndef AUTHMEDIC_PARSE_PAIRS_H
#define AUTHMEDIC_PARSE_PAIRS_H

#include "parse/record.h"

/* Which of the keys came that tell about a sign-in. */
enum pairs_found { PAIRS_SCHEME = 1 << 0, PAIRS_REPLY = 1 << 1, PAIRS_ERROR = 1 << 2 };

/* What the pairs said, as logged; data is NULL where a key did not come. */
struct pairs {
	struct view scheme;
	struct view reply;
	struct view error;
	struct view error_text;
	struct view connection;
	struct view host;
	struct view forwarded;
	struct view worker;
};

/* Fills scheme, reply, reason, connection, host and forwarded of the record, whose status and user
 * must be there already. Returns bits of enum pairs_found. */
unsigned pairs_judge(const struct pairs *pairs, struct record *record);

/* Where the value of a key belongs; NULL for keys that say nothing to us. */
struct view *pairs_place(struct pairs *pairs, struct view key);

/* Takes the whole rest; fills scheme, reply, reason, connection, host and forwarded of the record
 * as far as the pairs tell. The record's status and user must be there already. Returns bits of
 * enum pairs_found. */
unsigned pairs_read(struct view rest, struct record *record);

/* One constant sentence on what the pairs told. */
const char *pairs_why(const struct record *record);

#endif
