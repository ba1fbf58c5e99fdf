#include "report/authorities.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/file.h"

/* A daemon has nobody to ask. */
static int on_passphrase(unused_parameter char *passphrase, unused_parameter int size,
    unused_parameter int writes, unused_parameter void *context)
{
	return -1;
}

static bool has_certificate(const STACK_OF(X509_INFO) *found)
{
	for (int i = 0; i < sk_X509_INFO_num(found); i++)
		if (sk_X509_INFO_value(found, i)->x509 != NULL)
			return true;
	return false;
}

/* As libcurl has it read: one that is broken spoils all. */
static int judge(struct view pem)
{
	BIO *bytes = BIO_new_mem_buf(pem.data, (int)pem.length);
	STACK_OF(X509_INFO) *found =
	    bytes != NULL ? PEM_X509_INFO_read_bio(bytes, NULL, on_passphrase, NULL) : NULL;
	int error = bytes == NULL                        ? -ENOMEM
	    : found == NULL || !has_certificate(found) ? -EBADMSG
						       : 0;

	sk_X509_INFO_pop_free(found, X509_INFO_free);
	BIO_free(bytes);
	ERR_clear_error(); /* another user of the library must not find them */
	return error;
}

int authorities_check(const char *path)
{
	struct buffer auto_buffer content;
	int error;

	buffer_init(&content, AUTHORITIES_MAX_BYTES);
	error = file_read(path, &content);
	if (error < 0)
		return error;
	return content.length > 0 ? judge(buffer_view(&content)) : -EBADMSG;
}

const char *authorities_why(int error)
{
	if (error == -EBADMSG)
		return "it holds no certificate in PEM, or a broken one";
	return error == -EINVAL ? "no regular file" : strerror(-error);
}
