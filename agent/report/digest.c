#include "report/digest.h"

#include <errno.h>
#include <openssl/evp.h>

#include "base/base64.h"

int digest_append(struct buffer *buffer, struct view bytes)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (EVP_Digest(bytes.data, bytes.length, digest, &length, EVP_sha256(), NULL) != 1)
		return -EIO;
	base64_append(buffer, view_of((const char *)digest, length));
	return buffer_error(buffer);
}
