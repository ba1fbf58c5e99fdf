#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "directory_fixture.h"

#include "report/authorities.h"

/* A certificate in PEM, of a key that nobody keeps. */
static void append_certificate(struct buffer *pem)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *made = X509_new();
	BIO *bytes = BIO_new(BIO_s_mem());
	char *data = NULL;
	long length;

	X509_gmtime_adj(X509_getm_notBefore(made), 0);
	X509_gmtime_adj(X509_getm_notAfter(made), 3600);
	X509_set_pubkey(made, key);
	assert_true(X509_sign(made, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bytes, made), 1);
	length = BIO_get_mem_data(bytes, &data);
	buffer_append(pem, view_of(data, (size_t)length));
	BIO_free(bytes);
	X509_free(made);
	EVP_PKEY_free(key);
}

static int check_text(struct view text)
{
	char path[512];

	write_in(path, "authorities.pem", text);
	return authorities_check(path);
}

static void test_good(unused_parameter void **state)
{
	/* One is enough, more are fine, and so is what people write between them. */
	struct buffer auto_buffer pem;

	buffer_init(&pem, 65536);
	append_certificate(&pem);
	assert_int_equal(check_text(buffer_view(&pem)), 0);
	buffer_append_text(&pem, "\n# the other one\n");
	append_certificate(&pem);
	assert_int_equal(check_text(buffer_view(&pem)), 0);
}

static void test_none(unused_parameter void **state)
{
	/* Nothing, something else, a key, and NULs are no certificates. */
	static const struct view contents[] = {VIEW(""), VIEW("\n"), VIEW("garbage\n"),
	    VIEW("\0\0\0\0"),
	    VIEW("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4"
		 "rXAxZuE=\n-----END PUBLIC KEY-----\n")};

	for (size_t i = 0; i < count_of(contents); i++)
		assert_int_equal(check_text(contents[i]), -EBADMSG);
	assert_non_null(strstr(authorities_why(-EBADMSG), "no certificate in PEM"));
}

static void test_broken(unused_parameter void **state)
{
	/* A certificate that is cut, or holds other bytes, spoils the good one before it. */
	struct buffer auto_buffer pem;
	size_t good;

	buffer_init(&pem, 65536);
	append_certificate(&pem);
	good = pem.length;
	assert_int_equal(check_text(view_first(buffer_view(&pem), good / 2)), -EBADMSG);
	append_certificate(&pem);
	assert_int_equal(
	    check_text(view_first(buffer_view(&pem), good + (pem.length - good) / 2)), -EBADMSG);
	pem.length = good;
	buffer_append_text(&pem, "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n"
				 "-----END CERTIFICATE-----\n");
	assert_int_equal(check_text(buffer_view(&pem)), -EBADMSG);
}

static void test_no_file(unused_parameter void **state)
{
	/* What is none is not waited for. */
	assert_int_equal(authorities_check("/nowhere/at/all"), -ENOENT);
	assert_int_equal(authorities_check(directory), -EISDIR);
	assert_int_equal(authorities_check("/dev/zero"), -EINVAL);
	assert_string_equal(authorities_why(-EINVAL), "no regular file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_good, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(test_none, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(test_broken, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(test_no_file, make_directory, remove_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
