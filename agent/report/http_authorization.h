/* The Authorization header of a request: Basic (RFC 7617) or nothing. Pure. */
#ifndef AUTHMEDIC_REPORT_HTTP_AUTHORIZATION_H
#define AUTHMEDIC_REPORT_HTTP_AUTHORIZATION_H

#include "base/view.h"

#define HTTP_MAX_USER_BYTES     64
#define HTTP_MAX_PASSWORD_BYTES 72 /* bcrypt would not look at the rest */

/* Both without NUL or other control bytes, the rest of each array zero. */
struct http_credentials {
	char user[HTTP_MAX_USER_BYTES + 1];
	char password[HTTP_MAX_PASSWORD_BYTES + 1];
};

/* -EINVAL where the header is anything else, or too long. */
must_check int http_authorization_parse(
    struct view header, struct http_credentials *ret_credentials);
/* Overwrites them. */
void http_credentials_forget(struct http_credentials *credentials);

#endif
