/* Bytes nobody can foresee, from the system's own source. */
#ifndef AUTHMEDIC_BASE_RANDOM_H
#define AUTHMEDIC_BASE_RANDOM_H

#include "base/hash.h"

/* At most 256 bytes at once; -EIO where the system has no source. */
must_check int random_bytes(void *ret_bytes, size_t count);
must_check int random_seed(struct hash_seed *ret_seed);

#endif
