/* The certificates that somebody else's is trusted by, judged before anything relies on them. */
#ifndef AUTHMEDIC_REPORT_AUTHORITIES_H
#define AUTHMEDIC_REPORT_AUTHORITIES_H

#include "base/buffer.h"

#define AUTHORITIES_MAX_BYTES ((size_t)4 * 1024 * 1024)

/* -EBADMSG where the PEM file holds no certificate, or one that is broken; -EISDIR, -EINVAL, -E2BIG
 * and others where it cannot be read. */
must_check int authorities_check(const char *path);

/* What was wrong, for a person. */
const char *authorities_why(int error);

#endif
