#include "plugin/open.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

int plugin_open(const char *folder, const char *name, const struct trust *trust, struct buffer *why)
{
	char path[PATH_MAX];
	struct stat status;
	int file;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, name, name);
	file = trusted_open(path, S_IFREG, trust, why);
	if (file < 0 || (fstat(file, &status) == 0 && (status.st_mode & S_IXUSR) != 0))
		return file;
	close(file);
	buffer_append_format(why, "%s: may not be executed", path);
	return -EACCES;
}
