#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

#include "report/http_certificate.h"

#define DAY_S 86400

static char folder[64];
static char certificate_path[128];
static char key_path[128];
static const struct http_certificate_files files = {certificate_path, key_path};
static struct http_certificate *certificate;
static struct buffer errors;

static void write_key(EVP_PKEY *key, const char *passphrase)
{
	FILE *file = fopen(key_path, "w");

	assert_non_null(file);
	assert_int_equal(
	    PEM_write_PrivateKey(file, key, passphrase != NULL ? EVP_aes_128_cbc() : NULL,
		(const unsigned char *)passphrase,
		passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
	    1);
	fclose(file);
	assert_int_equal(chmod(key_path, 0600), 0);
}

static void write_certificate(EVP_PKEY *key, long end_s)
{
	X509 *made = X509_new();
	FILE *file = fopen(certificate_path, "w");

	assert_non_null(file);
	X509_gmtime_adj(X509_getm_notBefore(made), -2L * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(made), end_s);
	X509_set_pubkey(made, key);
	assert_true(X509_sign(made, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_X509(file, made), 1);
	fclose(file);
	X509_free(made);
}

static void write_pair(long end_s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	write_key(key, NULL);
	write_certificate(key, end_s);
	EVP_PKEY_free(key);
}

static int set_up(unused_parameter void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/authmedic.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(certificate_path, sizeof(certificate_path), "%s/http.crt", folder);
	snprintf(key_path, sizeof(key_path), "%s/http.key", folder);
	buffer_init(&errors, 65536);
	write_pair(DAY_S);
	return 0;
}

static int tear_down(unused_parameter void **state)
{
	http_certificate_free(&certificate);
	buffer_done(&errors);
	unlink(certificate_path);
	unlink(key_path);
	return rmdir(folder);
}

static void test_good(unused_parameter void **state)
{
	/* A certificate with its key is taken, and until when it holds is known. */
	int64_t now_s = (int64_t)time(NULL);

	assert_int_equal(http_certificate_load(&certificate, &files, &errors), 0);
	assert_in_range(certificate->not_after_s, now_s + DAY_S - 60, now_s + DAY_S + 60);
	assert_non_null(strstr(certificate->certificate_pem, "BEGIN CERTIFICATE"));
	assert_non_null(strstr(certificate->key_pem, "PRIVATE KEY"));
	assert_int_equal(errors.length, 0);
}

static void test_over(unused_parameter void **state)
{
	/* One whose time is over is taken all the same: metrics that nobody can read tell
	 * nothing. */
	write_pair(-DAY_S);
	assert_int_equal(http_certificate_load(&certificate, &files, &errors), 0);
	assert_true(certificate->not_after_s < (int64_t)time(NULL));
}

static void assert_refused(const char *path, const char *message)
{
	char expected[512];

	snprintf(expected, sizeof(expected), "%s: %s\n", path, message);
	buffer_clear(&errors);
	assert_true(http_certificate_load(&certificate, &files, &errors) < 0);
	assert_null(certificate);
	assert_string_equal(buffer_text(&errors), expected);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_bad(unused_parameter void **state)
{
	/* Each fault by the file that has it. */
	EVP_PKEY *other = EVP_EC_gen("P-256");

	write_key(other, NULL);
	assert_refused(key_path, "is not the key of the certificate");
	write_key(other, "passphrase");
	assert_refused(key_path, "holds no private key in PEM, or one with a passphrase");
	EVP_PKEY_free(other);
	write_text(key_path, "nothing\n");
	assert_refused(key_path, "holds no private key in PEM, or one with a passphrase");
	write_pair(DAY_S);
	write_text(certificate_path, "");
	assert_refused(certificate_path, "holds no certificate in PEM");
	unlink(certificate_path);
	assert_refused(certificate_path, "cannot be read: No such file or directory");
}

static void test_exposed_key(unused_parameter void **state)
{
	/* A key that others may read is no secret. */
	assert_int_equal(chmod(key_path, 0644), 0);
	assert_refused(key_path, "must belong to root or to us, be readable by nobody else and "
				 "writable by no group");
	assert_int_equal(chmod(key_path, 0640), 0);
	assert_int_equal(http_certificate_load(&certificate, &files, &errors), 0);
}

#define file_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    file_test(test_good),
	    file_test(test_over),
	    file_test(test_bad),
	    file_test(test_exposed_key),
	};

	return cmocka_run_group_tests_name("report/http_certificate", tests, NULL, NULL);
}
