/* What is wrong right now, in the words of a receiver that must hear of it again and again. */
#ifndef AUTHMEDIC_DAEMON_FIRING_H
#define AUTHMEDIC_DAEMON_FIRING_H

#include "daemon/membership.h"
#include "daemon/overdue.h"
#include "daemon/saving.h"
#include "daemon/site.h"
#include "report/wire.h"

struct firing {
	const struct site *sites;
	size_t site_count;
	const struct membership *membership; /* NULL: in no fleet */
	const struct saving *saving;
	const struct overdue *overdue; /* NULL: nothing is known to stand */
	const char *host;
	int64_t now_ms;
};

/* Appends one JSON array; nothing where nothing is wrong. Of very much it is a part: `from` says
 * behind how many it begins, 0 at first, and then behind how many the next one does; 0: none. */
must_check int firing_print(
    const struct firing *firing, const struct wire *wire, size_t *from, struct buffer *body);

#endif
