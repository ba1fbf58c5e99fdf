/* The endpoint's certificate and its key, read and judged before anything relies on them. */
#ifndef AUTHMEDIC_REPORT_HTTP_CERTIFICATE_H
#define AUTHMEDIC_REPORT_HTTP_CERTIFICATE_H

#include "base/buffer.h"

struct http_certificate {
	char *certificate_pem; /* and those after it in the file */
	char *key_pem;
	int64_t not_after_s; /* since 1970 */
};

struct http_certificate_files {
	const char *certificate;
	const char *key;
};

/* Appends `path: message`: a file that cannot be read or is no PEM, a key that others may read,
 * one with a passphrase, one that is not the certificate's. One that is over is taken: the caller
 * warns. */
must_check int http_certificate_load(struct http_certificate **ret_certificate,
    const struct http_certificate_files *files, struct buffer *errors);
void http_certificate_free(struct http_certificate **certificate);

#endif
