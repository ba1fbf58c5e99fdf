/* What an access-log line says about a sign-in by itself, before the lines around it are asked. */
#ifndef AUTHMEDIC_DETECT_VERDICT_H
#define AUTHMEDIC_DETECT_VERDICT_H

#include "parse/statuses.h"

enum verdict {
	VERDICT_NOTHING, /* not about a sign-in: a public page, a broken connection */
	VERDICT_CHALLENGE, /* the server asks; there was no token */
	VERDICT_UNCLEAR, /* a 401 in a log that does not show tokens: asked, a leg, or refused */
	VERDICT_TOKEN, /* a 401 on a token, but nothing says whether another leg is wanted */
	VERDICT_LEG, /* a 401 on a token: the server wants another leg */
	VERDICT_REFUSAL, /* the server refused the token */
	VERDICT_ADMISSION, /* the server names the user, or says that the exchange is complete */
	VERDICT_PASSAGE, /* a token came and was not refused, but nobody vouches for it */
	VERDICT_SERVED, /* a page, in a log that shows neither the token nor, here, a user */
	VERDICT_DENIAL, /* no, to somebody without a name: a refusal where a sign-in is open */
	VERDICT_OVERSIZE, /* the same of a request that may have been too large */
	VERDICT_COUNT
};

/* What a refusal is owed to, where its status tells. */
enum cause {
	CAUSE_TOKEN, /* what was sent, or nothing else is known */
	CAUSE_OVERSIZE,
	CAUSE_SERVER_ERROR
};

struct finding {
	enum verdict verdict;
	enum scheme scheme; /* that the line shows, which may be more than its token tells */
	enum status_class class; /* of the server's code */
	enum cause cause;
};

/* Whether the status stands for "sign in first". */
static inline bool asks_to_sign_in(int status)
{
	return status == 401 || status == 407;
}

/* `statuses` NULL: the server's codes say nothing. */
struct finding verdict_of(const struct statuses *statuses, const struct record *record);

#endif
