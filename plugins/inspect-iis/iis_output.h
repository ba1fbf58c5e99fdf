/* What the programs of Windows print about worker processes. */
#ifndef AUTHMEDIC_PLUGINS_IIS_OUTPUT_H
#define AUTHMEDIC_PLUGINS_IIS_OUTPUT_H

#include "base/view.h"

/* A line of `appcmd list wp`: WP "1234" (applicationPool:Name). */
struct iis_worker {
	int64_t process_id;
	struct view pool;
};
must_check int iis_read_worker(struct view line, struct iis_worker *ret_worker);

/* A line of `wmic process where … get CreationDate,ProcessId /format:csv`:
 * NODE,20261122100434.123456+060,1234. The last number is minutes east of Greenwich. */
struct iis_start {
	int64_t process_id;
	int64_t start_ms; /* since 1970 */
};
must_check int iis_read_start(struct view line, struct iis_start *ret_start);

#endif
