/* A small file in a folder that only root can write to, read whole and replaced as a whole. */
#ifndef AUTHMEDIC_PLUGINS_KEPT_FILE_H
#define AUTHMEDIC_PLUGINS_KEPT_FILE_H

#include "base/buffer.h"
#include "common/file_rights.h"

#define KEPT_FILE_MAX_BYTES ((size_t)1024 * 1024)

struct kept_file {
	struct buffer content;
	struct file_rights rights;
};

void kept_file_init(struct kept_file *file);
void kept_file_done(struct kept_file *file);

/* Splits an absolute path into its folder, which is opened where nobody else could change it, and
 * the name in it, which lives as long as the path. -errno with the reason appended to `why`. */
must_check int kept_file_open_folder(
    const char *path, int *ret_folder, const char **ret_name, struct buffer *why);
/* -ENOENT where there is none, -ELOOP for a link, -EINVAL for what is no file, -E2BIG. */
must_check int kept_file_read(int folder, const char *name, struct kept_file *file);
/* It is there as it was or as it will be, whenever the machine stops. */
must_check int kept_file_write(int folder, const char *name, const struct kept_file *file);
bool kept_file_same(const struct kept_file *file, const struct kept_file *other);

#endif
