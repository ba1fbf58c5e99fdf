/* inotify through libuv: only a hint that something happened in a log's directory. Losing hints is
 * harmless, because the intake reconciles each second anyway. */
#ifndef AUTHMEDIC_INTAKE_WATCHER_H
#define AUTHMEDIC_INTAKE_WATCHER_H

#include "loop/loop.h"

typedef void watcher_on_hint(void *context);

struct watcher_target {
	watcher_on_hint *on_hint;
	struct view start; /* names that begin otherwise are others' business; borrowed */
	void *context;
};

struct watcher;

/* Watches one directory. -errno where it cannot (limits, missing directory; -EOPNOTSUPP over the
 * network, where others' changes give no hints): poll then. */
must_check int watcher_new(struct watcher **ret_watcher, uv_loop_t *loop, const char *directory,
    const struct watcher_target *target);
/* Closes the handle; the memory goes when libuv has closed it. Nulls the pointer. */
void watcher_close(struct watcher **watcher);

/* False where another directory stands at the path now, or none: no hint will ever come, and the
 * watcher is to be closed and made anew. */
bool watcher_is_alive(const struct watcher *watcher);

#endif
