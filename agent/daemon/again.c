#include "daemon/again.h"

#include <errno.h>

#define MAX_PATH_BYTES 4096

static int path_of(
    const char *state_directory, const char *target, char ret_path[MAX_PATH_BYTES])
{
	int length = snprintf(
	    ret_path, MAX_PATH_BYTES, "%s/send-again.%s", state_directory, target);

	return length < MAX_PATH_BYTES ? 0 : -ENAMETOOLONG;
}

int again_ask(const char *state_directory, const char *target)
{
	FILE auto_fclose *file = NULL;
	char path[MAX_PATH_BYTES];
	int error = path_of(state_directory, target, path);

	if (error < 0)
		return error;
	/* Root may ask, in a folder of the daemon's user: what stands there already is not opened,
	 * and asks as well. */
	file = fopen(path, "wxe");
	return file != NULL || errno == EEXIST ? 0 : -errno;
}

bool again_take(const char *state_directory, const char *target)
{
	char path[MAX_PATH_BYTES];

	return path_of(state_directory, target, path) == 0 && remove(path) == 0;
}
