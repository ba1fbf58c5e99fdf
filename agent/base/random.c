#include "base/random.h"

#include <errno.h>
#include <unistd.h>

int random_bytes(void *ret_bytes, size_t count)
{
	return getentropy(ret_bytes, count) == 0 ? 0 : -EIO;
}

int random_seed(struct hash_seed *ret_seed)
{
	return random_bytes(ret_seed, sizeof(*ret_seed));
}
