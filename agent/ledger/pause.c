#include "ledger/pause.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "paused"

static bool may_exist(int folder, const char *name)
{
	struct stat status;

	return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

bool pause_is_set(int state_folder, const char *disable_file)
{
	return may_exist(state_folder, FILE_NAME) ||
	       (disable_file != NULL && may_exist(AT_FDCWD, disable_file));
}

int pause_set(int state_folder)
{
	int file =
	    openat(state_folder, FILE_NAME, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (file < 0)
		return -errno;
	close(file);
	return fsync(state_folder) < 0 ? -errno : 0;
}

int pause_clear(int state_folder)
{
	if (unlinkat(state_folder, FILE_NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	return fsync(state_folder) < 0 ? -errno : 0;
}
