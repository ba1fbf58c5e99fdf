/* Files that hold a secret. Each system has its own implementation of this header. */
#ifndef AUTHMEDIC_REPORT_SECRET_FILE_H
#define AUTHMEDIC_REPORT_SECRET_FILE_H

#include "base/buffer.h"

#define SECRET_FILE_MAX_LINE_BYTES ((size_t)4096)

/* Appends what the regular file holds. -EPERM where it belongs neither to root nor to us, where
 * others may read it, or where its group may write it; -E2BIG where it does not fit. */
must_check int secret_file_read(const char *path, struct buffer *content);

/* Its one line, which must not be empty or hold a NUL (-EINVAL), of a file that holds no more than
 * SECRET_FILE_MAX_LINE_BYTES. The caller's, for secret_file_forget_line(). */
must_check int secret_file_read_line(const char *path, char **ret_line);
/* Overwrites it before it is freed; NULL is fine. */
void secret_file_forget_line(char **line);

/* What was wrong, for a person. */
const char *secret_file_why(int error);

/* The one line of a secret's file, without the blanks and line ends around it. */
struct view secret_file_line(struct view content);

#endif
