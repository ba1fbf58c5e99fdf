/* What one step changed, into the store; and what an earlier run left there, back into the sites.
 */
#ifndef AUTHMEDIC_DAEMON_MEMORY_H
#define AUTHMEDIC_DAEMON_MEMORY_H

#include "daemon/site.h"
#include "state/store.h"

#define DEAFNESS_VALUE "deafness" /* of a site, as hearing_save() gives it */

/* Inside a transaction. */
must_check int memory_save_site(struct site *site, struct store *store);
/* So, too: of that only how deaf its logs are, whether it changed or not. */
must_check int memory_save_deafness(const struct site *site, struct store *store);
/* After the commit. */
void memory_committed(struct site *site);
/* After a commit that failed: all that the detector holds must be offered again. */
void memory_lost(struct site *site);
/* What cannot be read any more is left out and said; only I/O errors are returned. */
must_check int memory_load_site(struct site *site, struct store *store, const struct rules *rules);

#endif
