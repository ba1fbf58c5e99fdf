/* The `key=value` pairs that authmedic's own log formats add to an access line, in any order: what
 * the client's token was and what the server said to it, never the token. Unknown keys are skipped;
 * of a key that comes twice the first counts, since a client may have written what comes later.
 *
 *	scheme=none|basic|ntlm-1|negotiate-kerberos|…   the class of the Authorization header
 *	reply=continue|reject|done|offer-…              the class of the WWW-Authenticate header
 *	merr="GSS ERROR" mtext="…"                      mod_auth_gssapi's error and its text
 *	conn=17 host="…" fwd="…"                        connection, Host and forwarded address
 */
#ifndef AUTHMEDIC_PARSE_PAIRS_H
#define AUTHMEDIC_PARSE_PAIRS_H

#include "parse/record.h"

/* Takes the whole rest. True where at least one key was known; then scheme, reply, reason,
 * connection, host and forwarded of the record are filled as far as the pairs tell. The record's
 * status and user must be there already. */
bool pairs_read(struct view rest, struct record *record);

#endif
