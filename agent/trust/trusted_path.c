#include "trust/trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

struct trust trust_of_process(bool sticky_folders)
{
	return (struct trust){
	    .uid = geteuid(), .gid = getegid(), .sticky_folders = sticky_folders};
}

static bool others_may_write(const struct trust *trust, const struct stat *status)
{
	bool sticky = S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX) != 0;

	if (sticky && status->st_uid == 0 && trust->sticky_folders)
		return false;
	if ((status->st_mode & S_IWOTH) != 0)
		return true;
	return (status->st_mode & S_IWGRP) != 0 &&
	       (trust->uid == 0 || status->st_gid != trust->gid);
}

static bool belongs_to_others(const struct trust *trust, const struct stat *status)
{
	return status->st_uid != 0 && status->st_uid != trust->uid;
}

bool trusted_status(const struct trust *trust, const struct stat *status)
{
	return !belongs_to_others(trust, status) && !others_may_write(trust, status);
}

static int check(int file, mode_t kind, const struct trust *trust, const char **ret_why)
{
	struct stat status;

	*ret_why = errno == ELOOP ? "is a symbolic link" : strerror(errno);
	if (file < 0 || fstat(file, &status) < 0)
		return -errno;
	*ret_why = "is a symbolic link";
	if (S_ISLNK(status.st_mode))
		return -ELOOP;
	*ret_why = kind == S_IFDIR ? "is no folder" : "is no regular file";
	if ((status.st_mode & S_IFMT) != kind)
		return -EINVAL;
	*ret_why = "belongs to a user other than root and ourselves";
	if (belongs_to_others(trust, &status))
		return -EPERM;
	*ret_why = "may be written by others";
	return others_may_write(trust, &status) ? -EPERM : 0;
}

/* What the name leads to in the folder, which is closed. */
static int step(int folder, struct view name, int flags)
{
	char text[NAME_MAX + 1];
	int file = -1;

	snprintf(text, sizeof(text), "%.*s", VIEW_ARGUMENTS(name));
	errno = EINVAL;
	if (name.length <= NAME_MAX && strcmp(text, "..") != 0 && strcmp(text, ".") != 0)
		file = openat(folder, text, flags | O_NOFOLLOW | O_CLOEXEC);
	close(folder);
	return file;
}

int trusted_open(const char *path, mode_t kind, const struct trust *trust, struct buffer *why)
{
	struct view rest = view_skip(view_of_text(path), 1), name;
	const char *reason = "is no absolute path";
	int file = -1, error = -EINVAL;

	if (rest.length > 0 && path[0] == '/') {
		file = open("/", O_PATH | O_CLOEXEC);
		error = check(file, S_IFDIR, trust, &reason);
	}
	while (error == 0 && rest.length > 0) {
		bool last = !view_cut(&rest, '/', &name) || rest.length == 0;

		if (name.length == 0 && !last)
			continue;
		/* A pipe in place of the file must not keep us waiting; O_PATH opens nothing. */
		file = step(file, name, last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH);
		error = check(file, last ? kind : S_IFDIR, trust, &reason);
	}
	if (error == 0)
		return file;
	buffer_append_format(why, "%.*s: %s", (int)(strlen(path) - rest.length), path, reason);
	if (file >= 0)
		close(file);
	return error;
}
