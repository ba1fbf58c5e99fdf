/* Passwords by bcrypt, as the system's libcrypt computes it. Slow on purpose: never on the loop.
 * Each system has its own implementation of this header. */
#ifndef AUTHMEDIC_REPORT_PASSWORD_HASH_H
#define AUTHMEDIC_REPORT_PASSWORD_HASH_H

#include <stdbool.h>

#define PASSWORD_HASH_BYTES    61 /* with the NUL */
#define PASSWORD_HASH_MAX_COST 15 /* some seconds */

/* $2a$, $2b$ or $2y$, a cost of 4 to the maximum, and 53 characters. */
bool password_hash_is_good(const char *hash);
/* Whether the hash was made of the password. Takes as long for any password. */
bool password_hash_matches(const char *hash, const char *password);

#endif
