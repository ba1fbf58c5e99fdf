/* The groups that a start today would give to a worker's user. */
#ifndef AUTHMEDIC_PLUGINS_TODAYS_GROUPS_H
#define AUTHMEDIC_PLUGINS_TODAYS_GROUPS_H

#include "common/worker.h"

/* Those of the group database, the gid among them, and those that its systemd unit adds. -ESRCH
 * where the user has no name, -EXDEV where the worker has a database of its own, so is given its
 * groups by that or by whoever starts its container, or where that cannot be seen; -ENOSPC where
 * they are too many; the unit's error where it cannot be asked. */
must_check int todays_groups(
    const struct worker *worker, gid_t ret_groups[WORKER_MAX_GROUPS], size_t *ret_count);

#endif
