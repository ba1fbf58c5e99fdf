/* Files that hold a secret. Each system has its own implementation of this header. */
#ifndef AUTHMEDIC_REPORT_SECRET_FILE_H
#define AUTHMEDIC_REPORT_SECRET_FILE_H

#include "base/buffer.h"

/* Appends what the regular file holds. -EPERM where it belongs neither to root nor to us, where
 * others may read it, or where its group may write it; -E2BIG where it does not fit. */
must_check int secret_file_read(const char *path, struct buffer *content);

/* What was wrong, for a person. */
const char *secret_file_why(int error);

/* The one line of a secret's file, without the blanks and line ends around it. */
struct view secret_file_line(struct view content);

#endif
