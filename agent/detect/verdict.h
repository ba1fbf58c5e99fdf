/* What an access-log line says about a sign-in by itself, before the lines around it are asked. */
#ifndef AUTHMEDIC_DETECT_VERDICT_H
#define AUTHMEDIC_DETECT_VERDICT_H

#include "parse/record.h"

enum verdict {
	VERDICT_NOTHING,   /* not about a sign-in: a public page, a broken connection */
	VERDICT_CHALLENGE, /* the server asks; there was no token */
	VERDICT_UNCLEAR,   /* a 401 in a log that does not show tokens: asked, a leg, or refused */
	VERDICT_TOKEN,     /* a 401 on a token, but nothing says whether another leg is wanted */
	VERDICT_LEG,       /* a 401 on a token: the server wants another leg */
	VERDICT_REFUSAL,   /* the server refused the token */
	VERDICT_ADMISSION, /* the server names the user, or says that the exchange is complete */
	VERDICT_PASSAGE,   /* a token came and was not refused, but nobody vouches for it */
	VERDICT_COUNT
};

/* Also the scheme that the line shows, which may be more than its token tells. */
enum verdict verdict_of(const struct record *record, enum scheme *ret_scheme);

#endif
