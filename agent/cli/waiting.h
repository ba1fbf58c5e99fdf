/* Lines of a replay that wait until their times are believed: copies, for what they were read from
 * is gone by then. First come, first gone. */
#ifndef AUTHMEDIC_CLI_WAITING_H
#define AUTHMEDIC_CLI_WAITING_H

#include "detect/dating.h"
#include "parse/parser.h"

struct waiting_line {
	struct parsed parsed;
	char *bytes; /* of all its views */
};

struct waiting {
	struct waiting_line lines[DATING_MAX_WAITING];
	size_t first, count;
};

void waiting_done(struct waiting *waiting);
/* -ENOMEM, or -ENOBUFS where DATING_MAX_WAITING wait. */
must_check int waiting_add(struct waiting *waiting, const struct parsed *parsed);
/* The first of those that wait, which does so no more; it stays until DATING_MAX_WAITING others
 * were added. There is one. */
struct parsed *waiting_take(struct waiting *waiting);

#endif
