#include "report/secret_digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

int secret_digest_make(
    const struct secret_digest *key, struct view bytes, struct secret_digest *ret_digest)
{
	unsigned digest_bytes = 0;

	return HMAC(EVP_sha256(), key->bytes, sizeof(key->bytes), (const unsigned char *)bytes.data,
		   bytes.length, ret_digest->bytes, &digest_bytes) != NULL
		   ? 0
		   : -EIO;
}

bool secret_equal(const void *a, const void *b, size_t count)
{
	return CRYPTO_memcmp(a, b, count) == 0;
}

void secret_forget(void *bytes, size_t count)
{
	OPENSSL_cleanse(bytes, count);
}
