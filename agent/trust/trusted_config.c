#include "trust/trusted_config.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/document.h"

struct config_check {
	const struct trust *trust;
	struct buffer *why;
};

static int check_trusted(const struct config_check *check, const char *path, mode_t kind)
{
	int file = trusted_open(path, kind, check->trust, check->why);

	if (file >= 0)
		close(file);
	return file < 0 ? file : 0;
}

static int on_config_file(void *context, const char *file)
{
	return check_trusted(context, file, S_IFREG);
}

int trusted_config(const char *file, const struct trust *trust, struct buffer *why)
{
	struct config_check check = {trust, why};
	const char *slash = strrchr(file, '/');
	char folder[PATH_MAX];
	int error = check_trusted(&check, file, S_IFREG);

	if (error < 0)
		return error;
	snprintf(folder, sizeof(folder), "%.*s/conf.d", (int)(slash - file), file);
	if (access(folder, F_OK) < 0 && errno == ENOENT)
		return 0;
	error = check_trusted(&check, folder, S_IFDIR);
	return error < 0 ? error : document_each_file(folder, why, on_config_file, &check);
}
