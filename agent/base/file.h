/* Whole small files. */
#ifndef AUTHMEDIC_BASE_FILE_H
#define AUTHMEDIC_BASE_FILE_H

#include "base/buffer.h"

/* Appends what the regular file holds. -EISDIR for a folder, -EINVAL for devices, pipes and
 * sockets, which could block, -E2BIG where it does not fit into the buffer. */
must_check int file_read(const char *path, struct buffer *content);
/* How many bytes the regular file holds; -EINVAL where it is none. */
must_check int file_size(const char *path, int64_t *ret_bytes);

#endif
