#include "helper/trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
	const struct trust *trust;
	struct buffer *why;
	struct view path;
	size_t walked; /* bytes of the path that `folder` stands for */
	int folder;
};

struct trust trust_of_process(bool sticky_folders)
{
	return (struct trust){.uid = geteuid(), .gid = getegid(), .sticky_folders = sticky_folders};
}

/* Complains of the path up to the component at hand. */
static int refuse(const struct walk *walk, int error, const char *reason)
{
	struct view sofar = view_first(walk->path, walk->walked);

	buffer_append_format(walk->why, "%.*s: %s", VIEW_ARGUMENTS(sofar), reason);
	return error;
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

static int check(const struct walk *walk, int file, mode_t kind)
{
	struct stat status;

	if (fstat(file, &status) < 0)
		return refuse(walk, -errno, strerror(errno));
	if (S_ISLNK(status.st_mode))
		return refuse(walk, -ELOOP, "is a symbolic link");
	if ((status.st_mode & S_IFMT) != kind)
		return refuse(
		    walk, -EINVAL, kind == S_IFDIR ? "is no folder" : "is no regular file");
	if (status.st_uid != 0 && status.st_uid != walk->trust->uid)
		return refuse(walk, -EPERM, "belongs to a user other than root and ourselves");
	if (others_may_write(walk->trust, &status))
		return refuse(walk, -EPERM, "may be written by others");
	return 0;
}

/* Goes one component down. What is found there is checked before anything is opened. */
static int step(struct walk *walk, struct view name, mode_t kind)
{
	char text[NAME_MAX + 1];
	int next, error;

	if (name.length > NAME_MAX || view_equal_text(name, "..") || view_equal_text(name, "."))
		return refuse(walk, -EINVAL, "has a component that is none of its own");
	memcpy(text, name.data, name.length);
	text[name.length] = '\0';
	next = openat(walk->folder, text, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return refuse(walk, -errno, strerror(errno));
	error = check(walk, next, kind);
	close(walk->folder);
	walk->folder = next;
	return error;
}

static int descend(struct walk *walk, mode_t kind)
{
	struct view rest = walk->path, name;
	int error = check(walk, walk->folder, S_IFDIR);

	while (error == 0 && rest.length > 0) {
		view_cut(&rest, '/', &name);
		walk->walked = walk->path.length - rest.length;
		if (name.length > 0)
			error = step(walk, name, rest.length > 0 ? S_IFDIR : kind);
	}
	return error < 0 ? error : check(walk, walk->folder, kind);
}

/* The same file once more, for reading: /proc leads to what O_PATH holds, by no name. */
static int reopen(const struct walk *walk, int *ret_file)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", walk->folder);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return refuse(walk, -errno, strerror(errno));
	*ret_file = file;
	return 0;
}

static int open_kind(struct walk walk, mode_t kind, int *ret_file)
{
	int error;

	walk.walked = walk.path.length;
	if (walk.path.length == 0 || walk.path.data[0] != '/')
		return refuse(&walk, -EINVAL, "is no absolute path");
	walk.folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk.folder < 0)
		return refuse(&walk, -errno, strerror(errno));
	error = descend(&walk, kind);
	if (error == 0)
		error = reopen(&walk, ret_file);
	close(walk.folder);
	return error;
}

int trusted_open_file(
    const char *path, const struct trust *trust, struct buffer *why, int *ret_file)
{
	struct walk walk = {.trust = trust, .why = why, .path = view_of_text(path)};

	return open_kind(walk, S_IFREG, ret_file);
}

int trusted_open_folder(
    const char *path, const struct trust *trust, struct buffer *why, int *ret_folder)
{
	struct walk walk = {.trust = trust, .why = why, .path = view_of_text(path)};

	return open_kind(walk, S_IFDIR, ret_folder);
}

int trusted_make_folder(const char *path, const struct trust *trust, struct buffer *why)
{
	char auto_free *parent = view_to_text(view_of_text(path));
	char *slash = parent != NULL ? strrchr(parent, '/') : NULL;
	int folder, error;

	if (slash == NULL)
		return parent == NULL ? -ENOMEM : -EINVAL;
	*slash = '\0';
	error = trusted_open_folder(slash == parent ? "/" : parent, trust, why, &folder);
	if (error < 0)
		return error;
	if (mkdirat(folder, slash + 1, 0700) < 0 ? errno != EEXIST : fsync(folder) < 0) {
		error = -errno;
		buffer_append_format(why, "%s: %s", path, strerror(errno));
	}
	close(folder);
	return error;
}
