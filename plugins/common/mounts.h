/* What a process has mounted, as its /proc/PID/mountinfo tells. */
#ifndef AUTHMEDIC_PLUGINS_MOUNTS_H
#define AUTHMEDIC_PLUGINS_MOUNTS_H

#include "base/view.h"

/* Whether the path, or a folder above it, is a mount whose source was deleted or replaced since:
 * the process goes on with what was there. -errno where that is not told. */
must_check int mounts_is_deleted(int64_t process_id, const char *path, bool *ret_deleted);

/* The same of the text of a mountinfo. */
bool mounts_says_deleted(struct view mountinfo, struct view path);

#endif
