#include "report/signature.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/base64.h"
#include "report/secret_digest.h"

#define MAX_SIGNED_BYTES (4 * 1024 * 1024)

static int decode(struct view text, struct buffer *ret_secret)
{
	struct view prefix = VIEW("whsec_");

	if (view_starts_with(text, prefix))
		return base64_append_decoded(ret_secret, view_skip(text, prefix.length));
	buffer_append(ret_secret, text);
	return buffer_error(ret_secret);
}

int signature_read_secret(struct view content, struct signature_secret *ret_secret)
{
	struct buffer auto_buffer secret;
	int error;

	while (content.length > 0 && (content.data[content.length - 1] == '\n' ||
					 content.data[content.length - 1] == '\r'))
		content.length--;
	buffer_init(&secret, SIGNATURE_MAX_SECRET_BYTES);
	error = decode(content, &secret);
	if (error == -E2BIG || (error == 0 && secret.length < SIGNATURE_MIN_SECRET_BYTES))
		error = -ERANGE;
	if (error == 0) {
		memcpy(ret_secret->bytes, secret.data, secret.length);
		ret_secret->length = secret.length;
	}
	if (secret.data != NULL)
		secret_forget(secret.data, secret.capacity_bytes);
	return error;
}

void signature_forget_secret(struct signature_secret *secret)
{
	secret_forget(secret, sizeof(*secret));
}

int signature_append(struct buffer *buffer, const struct signature_secret *secret,
    const struct signature_message *message)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_bytes = 0;
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_SIGNED_BYTES);
	buffer_append(&text, message->id);
	buffer_append_format(&text, ".%lld.", (long long)message->timestamp_s);
	buffer_append(&text, message->body);
	if (buffer_error(&text) < 0)
		return text.error;
	if (HMAC(EVP_sha256(), secret->bytes, (int)secret->length, (const unsigned char *)text.data,
		text.length, digest, &digest_bytes) == NULL)
		return -EIO;
	buffer_append_text(buffer, "v1,");
	base64_append(buffer, view_of((const char *)digest, digest_bytes));
	return buffer_error(buffer);
}
