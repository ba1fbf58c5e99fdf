/* Base64 with the usual alphabet and padding (RFC 4648 §4). */
#ifndef AUTHMEDIC_BASE_BASE64_H
#define AUTHMEDIC_BASE_BASE64_H

#include "base/buffer.h"

void base64_append(struct buffer *buffer, struct view bytes);

/* Appends the bytes that the text stands for. -EINVAL, and nothing appended, where a byte is not of
 * the alphabet (spaces and newlines included) or the padding is wrong; else the buffer's error. */
must_check int base64_append_decoded(struct buffer *buffer, struct view text);

#endif
