#include "report/http_certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "report/secret_digest.h"
#include "report/secret_file.h"

#define MAX_FILE_BYTES ((size_t)256 * 1024)
#define DAY_S          86400

/* What is looked at before it is taken. */
struct judging {
	BIO *certificate_bytes, *key_bytes;
	X509 *certificate;
	EVP_PKEY *key;
};

static void judging_done(struct judging *judging)
{
	EVP_PKEY_free(judging->key);
	X509_free(judging->certificate);
	BIO_free(judging->key_bytes);
	BIO_free(judging->certificate_bytes);
	ERR_clear_error(); /* another user of the library must not find them */
}

/* A daemon has nobody to ask. */
static int on_passphrase(unused_parameter char *passphrase, unused_parameter int size,
    unused_parameter int writes, unused_parameter void *context)
{
	return -1;
}

static int complain(struct buffer *errors, const char *path, const char *message)
{
	buffer_append_format(errors, "%s: %s\n", path, message);
	return -EINVAL;
}

static int tell_unread(struct buffer *errors, const char *path, int error)
{
	buffer_append_format(errors, "%s: cannot be read: %s\n", path, strerror(-error));
	return error;
}

static int read_public(const char *path, struct buffer *content, struct buffer *errors)
{
	int error = file_read(path, content);

	return error < 0 ? tell_unread(errors, path, error) : 0;
}

static int read_secret(const char *path, struct buffer *content, struct buffer *errors)
{
	int error = secret_file_read(path, content);

	if (error == -EPERM)
		return complain(errors, path, secret_file_why(error));
	return error < 0 ? tell_unread(errors, path, error) : 0;
}

/* Seconds since 1970 of the end of its time. */
static int read_not_after(const X509 *certificate, int64_t *ret_not_after_s)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0;
	int seconds = 0;
	int good = epoch != NULL &&
		   ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate));

	ASN1_TIME_free(epoch);
	if (!good)
		return -EINVAL;
	*ret_not_after_s = (int64_t)days * DAY_S + seconds;
	return 0;
}

static int judge(struct judging *judging, const struct http_certificate_files *files,
    struct http_certificate *made, struct buffer *errors)
{
	judging->certificate_bytes = BIO_new_mem_buf(made->certificate_pem, -1);
	judging->key_bytes = BIO_new_mem_buf(made->key_pem, -1);
	if (judging->certificate_bytes == NULL || judging->key_bytes == NULL)
		return -ENOMEM;
	judging->certificate =
	    PEM_read_bio_X509(judging->certificate_bytes, NULL, on_passphrase, NULL);
	if (judging->certificate == NULL)
		return complain(errors, files->certificate, "holds no certificate in PEM");
	judging->key = PEM_read_bio_PrivateKey(judging->key_bytes, NULL, on_passphrase, NULL);
	if (judging->key == NULL)
		return complain(errors, files->key,
		    "holds no private key in PEM, or one with a passphrase");
	if (X509_check_private_key(judging->certificate, judging->key) != 1)
		return complain(errors, files->key, "is not the key of the certificate");
	if (read_not_after(judging->certificate, &made->not_after_s) < 0)
		return complain(errors, files->certificate, "does not say until when it holds");
	return 0;
}

static int read_files(struct http_certificate *made, const struct http_certificate_files *files,
    struct buffer *errors)
{
	struct buffer auto_buffer certificate;
	struct buffer auto_buffer key;
	int error;

	buffer_init(&certificate, MAX_FILE_BYTES);
	buffer_init(&key, MAX_FILE_BYTES);
	error = read_public(files->certificate, &certificate, errors);
	if (error == 0)
		error = read_secret(files->key, &key, errors);
	if (error == 0) {
		made->certificate_pem = view_to_text(buffer_view(&certificate));
		made->key_pem = view_to_text(buffer_view(&key));
	}
	if (key.data != NULL)
		secret_forget(key.data, key.capacity_bytes);
	if (error == 0 && (made->certificate_pem == NULL || made->key_pem == NULL))
		error = -ENOMEM;
	return error;
}

int http_certificate_load(struct http_certificate **ret_certificate,
    const struct http_certificate_files *files, struct buffer *errors)
{
	struct http_certificate *made = calloc(1, sizeof(*made));
	struct judging judging = {0};
	int error = made == NULL ? -ENOMEM : read_files(made, files, errors);

	if (error == 0)
		error = judge(&judging, files, made, errors);
	judging_done(&judging);
	if (error < 0) {
		http_certificate_free(&made);
		return error;
	}
	*ret_certificate = made;
	return 0;
}

void http_certificate_free(struct http_certificate **certificate)
{
	if (*certificate == NULL)
		return;
	if ((*certificate)->key_pem != NULL)
		secret_forget((*certificate)->key_pem, strlen((*certificate)->key_pem));
	free((*certificate)->key_pem);
	free((*certificate)->certificate_pem);
	free(*certificate);
	*certificate = NULL;
}
