/* SHA-256, as a Content-Security-Policy names what it lets in. */
#ifndef AUTHMEDIC_REPORT_DIGEST_H
#define AUTHMEDIC_REPORT_DIGEST_H

#include "base/buffer.h"

/* Appends the digest in Base64; -EIO where the library cannot. */
must_check int digest_append(struct buffer *buffer, struct view bytes);

#endif
