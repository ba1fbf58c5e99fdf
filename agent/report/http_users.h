/* Who may ask the endpoint: a file as htpasswd -B makes it, lines NAME:HASH, # before a comment. */
#ifndef AUTHMEDIC_REPORT_HTTP_USERS_H
#define AUTHMEDIC_REPORT_HTTP_USERS_H

#include "base/buffer.h"
#include "report/http_authorization.h"
#include "report/password_hash.h"
#include "report/secret_digest.h"

#define HTTP_MAX_USERS 64

struct http_users;

/* Appends `path: message` or `path:line: message` for each fault. */
must_check int http_users_load(
    struct http_users **ret_users, const char *path, struct buffer *errors);
void http_users_free(struct http_users **users);
size_t http_users_count(const struct http_users *users);

/* Whether there is that user, and his hash. For an unknown one somebody's hash all the same, the
 * same each time under the same key, so that he costs as much; takes as long either way. */
bool http_users_find(const struct http_users *users, const char name[HTTP_MAX_USER_BYTES + 1],
    const struct secret_digest *key, char ret_hash[PASSWORD_HASH_BYTES]);

#endif
