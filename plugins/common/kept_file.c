#include "common/kept_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "trust/trusted_path.h"

#define NEW_SUFFIX ".authmedic-new"

void kept_file_init(struct kept_file *file)
{
	*file = (struct kept_file){0};
	buffer_init(&file->content, KEPT_FILE_MAX_BYTES);
}

void kept_file_done(struct kept_file *file)
{
	buffer_done(&file->content);
}

int kept_file_open_folder(
    const char *path, int *ret_folder, const char **ret_name, struct buffer *why)
{
	const struct trust trust = trust_of_process(true);
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	int file;

	if (path[0] != '/' || slash[1] == '\0' || slash - path >= PATH_MAX) {
		buffer_append_format(why, "%s: is no absolute path of a file", path);
		return -EINVAL;
	}
	snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	file = trusted_open(folder, S_IFDIR, &trust, why);
	if (file < 0)
		return file;
	*ret_folder = file;
	*ret_name = slash + 1;
	return 0;
}

static int read_into(int file, struct kept_file *kept)
{
	struct stat status;
	char chunk[4096];
	ssize_t got;
	int error;

	if (fstat(file, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	error = file_rights_read(file, &kept->rights);
	if (error < 0)
		return error;
	buffer_clear(&kept->content);
	while ((got = read(file, chunk, sizeof(chunk))) > 0)
		buffer_append(&kept->content, view_of(chunk, (size_t)got));
	return got < 0 ? -errno : buffer_error(&kept->content);
}

int kept_file_read(int folder, const char *name, struct kept_file *kept)
{
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int error;

	if (file < 0)
		return -errno;
	error = read_into(file, kept);
	close(file);
	return error;
}

static int write_all(int file, struct view content)
{
	while (content.length > 0) {
		ssize_t written = write(file, content.data, content.length);

		if (written < 0 && errno != EINTR)
			return -errno;
		content = view_skip(content, written > 0 ? (size_t)written : 0);
	}
	return 0;
}

static int fill(int file, const struct kept_file *kept)
{
	int error = write_all(file, buffer_view(&kept->content));

	if (error == 0)
		error = file_rights_give(file, &kept->rights);
	return error == 0 && fsync(file) < 0 ? -errno : error;
}

int kept_file_write(int folder, const char *name, const struct kept_file *kept)
{
	char new_name[NAME_MAX + 1];
	int error, file;

	if (snprintf(new_name, sizeof(new_name), "%s" NEW_SUFFIX, name) >= (int)sizeof(new_name))
		return -ENAMETOOLONG;
	if (unlinkat(folder, new_name, 0) < 0 && errno != ENOENT)
		return -errno;
	file = openat(folder, new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	error = fill(file, kept);
	close(file);
	if (error == 0 && renameat(folder, new_name, folder, name) < 0)
		error = -errno;
	if (error < 0)
		unlinkat(folder, new_name, 0);
	else if (fsync(folder) < 0)
		error = -errno;
	return error;
}

bool kept_file_same(const struct kept_file *file, const struct kept_file *other)
{
	return view_equal(buffer_view(&file->content), buffer_view(&other->content));
}
