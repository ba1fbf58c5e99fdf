#include "intake/watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "intake/identity.h"

struct watcher {
	uv_fs_event_t handle;
	struct watcher_target target;
	char *directory;
	dev_t device;
	ino_t inode;
};

static void on_event(uv_fs_event_t *handle, const char *name, int events unused_parameter,
    int status unused_parameter)
{
	struct watcher *watcher = handle->data;

	if (name != NULL && !view_starts_with(view_of_text(name), watcher->target.start))
		return;
	watcher->target.on_hint(watcher->target.context);
}

static int refuse_remote(const char *path)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool remote;

	if (directory < 0)
		return -errno;
	remote = is_remote(directory);
	close(directory);
	return remote ? -EOPNOTSUPP : 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct watcher *watcher = handle->data;

	free(watcher->directory);
	free(watcher);
}

int watcher_new(struct watcher **ret_watcher, uv_loop_t *loop, const char *directory,
    const struct watcher_target *target)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));
	struct stat status;
	int error;

	if (watcher == NULL)
		return -ENOMEM;
	uv_fs_event_init(loop, &watcher->handle); /* always 0 */
	watcher->handle.data = watcher;
	watcher->target = *target;
	watcher->directory = strdup(directory);
	error = watcher->directory == NULL ? -ENOMEM : 0;
	if (error == 0 && stat(directory, &status) < 0)
		error = -errno;
	if (error == 0)
		error = refuse_remote(directory);
	if (error == 0)
		error = uv_fs_event_start(&watcher->handle, on_event, directory, 0);
	if (error < 0)
		goto fail;
	watcher->device = status.st_dev;
	watcher->inode = status.st_ino;
	*ret_watcher = watcher;
	return 0;
fail:
	watcher_close(&watcher);
	return error;
}

void watcher_close(struct watcher **watcher)
{
	if (*watcher == NULL)
		return;
	uv_close((uv_handle_t *)&(*watcher)->handle, on_closed);
	*watcher = NULL;
}

bool watcher_is_alive(const struct watcher *watcher)
{
	struct stat status;

	return stat(watcher->directory, &status) == 0 && status.st_dev == watcher->device &&
	    status.st_ino == watcher->inode;
}
