#include "base/file.h"

#include <errno.h>
#include <sys/stat.h>

#define CHUNK_BYTES          ((size_t)16 * 1024)
#define MAX_GIVEN_DESCRIPTORS 256 /* a shell names those that it gives by small numbers */

int file_read(const char *path, struct buffer *content)
{
	FILE auto_fclose *file = NULL;
	char chunk[CHUNK_BYTES];
	struct stat status;
	size_t got;

	/* Asked before it is opened: opening a pipe waits for its writer. */
	if (stat(path, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	file = fopen(path, "rb");
	if (file == NULL)
		return -errno;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0 && content->error == 0)
		buffer_append(content, view_of(chunk, got));
	if (ferror(file))
		return -EIO;
	return buffer_error(content);
}

int file_size(const char *path, int64_t *ret_bytes)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	*ret_bytes = status.st_size;
	return 0;
}

static bool was_given(const struct stat *wanted)
{
	struct stat status;

	for (int descriptor = 0; descriptor < MAX_GIVEN_DESCRIPTORS; descriptor++)
		if (fstat(descriptor, &status) == 0 && status.st_dev == wanted->st_dev &&
		    status.st_ino == wanted->st_ino)
			return true;
	return false;
}

int file_check_readable_to_end(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	return S_ISREG(status.st_mode) || (S_ISFIFO(status.st_mode) && was_given(&status))
	    ? 0
	    : -EINVAL;
}
