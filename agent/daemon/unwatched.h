/* What people were told of and nobody looks at any more: an incident or a deaf log of a site that
 * was taken out of the configuration, a log that was, an incident that was lost to its site. No end
 * of it would ever come: it has one here. So has what waits for a receiver that was taken out. */
#ifndef AUTHMEDIC_DAEMON_UNWATCHED_H
#define AUTHMEDIC_DAEMON_UNWATCHED_H

#include "daemon/journal.h"
#include "daemon/site.h"
#include "state/store.h"

struct unwatched {
	const struct config *config;
	struct journal *journal; /* counts what a full outbox loses */
	const struct site *sites; /* all that are watched, as they stand */
	size_t site_count;
	bool is_logged; /* it was tried before */
	int64_t now_ms;
};

/* Inside a transaction that has the sites' incidents, and of deaf logs what was saved last: closes
 * it in there, and puts what is to be told into the outbox. */
must_check int unwatched_end(const struct unwatched *unwatched, struct store *store);

#endif
