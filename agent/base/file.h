/* Whole small files. */
#ifndef AUTHMEDIC_BASE_FILE_H
#define AUTHMEDIC_BASE_FILE_H

#include "base/buffer.h"

/* Appends what the regular file holds. -EISDIR for a folder, -EINVAL for devices, pipes and
 * sockets, which could block, -E2BIG where it does not fit into the buffer. */
must_check int file_read(const char *path, struct buffer *content);
/* How many bytes the regular file holds; -EINVAL where it is none. */
must_check int file_size(const char *path, int64_t *ret_bytes);

/* Whether reading it comes to an end: a regular file, or a pipe that we were started with, such as
 * standard input or what a shell names by /dev/fd. -EISDIR for a folder, -EINVAL for devices,
 * sockets, and pipes that are only named, as nobody may ever write into one. */
must_check int file_check_readable_to_end(const char *path);

#endif
