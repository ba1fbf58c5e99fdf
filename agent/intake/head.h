/* The beginning of a log, for whoever only wants to know what its lines are like. */
#ifndef AUTHMEDIC_INTAKE_HEAD_H
#define AUTHMEDIC_INTAKE_HEAD_H

#include "base/buffer.h"

/* Appends what the newest of the log's files begins with, up to `max_bytes`. -ENOENT where there is
 * no file yet, or why it cannot be read. */
must_check int head_read(const char *pattern, size_t max_bytes, struct buffer *ret_head);

/* What a file is that begins so and is not followed, such as "UTF-16 text"; NULL where it may be
 * a log. */
const char *head_refusal(struct view start);
/* The program that compressed what begins so, such as "gzip"; NULL where none did. */
const char *head_compressor(struct view start);

#endif
