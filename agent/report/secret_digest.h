/* Secrets compared and remembered so that neither time nor memory tells them. */
#ifndef AUTHMEDIC_REPORT_SECRET_DIGEST_H
#define AUTHMEDIC_REPORT_SECRET_DIGEST_H

#include "base/view.h"

#define SECRET_DIGEST_BYTES 32

struct secret_digest {
	unsigned char bytes[SECRET_DIGEST_BYTES];
};

/* HMAC-SHA-256 of the bytes under the key. */
must_check int secret_digest_make(
    const struct secret_digest *key, struct view bytes, struct secret_digest *ret_digest);
/* Takes as long whatever they hold. */
bool secret_equal(const void *a, const void *b, size_t count);
/* Overwrites it. */
void secret_forget(void *bytes, size_t count);

#endif
