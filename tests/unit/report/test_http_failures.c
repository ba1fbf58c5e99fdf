#include "unit.h"

#include "report/http_failures.h"

static struct http_failures failures;
static const struct http_client first = {HTTP_CLIENT_IPV4, {192, 0, 2, 1}};
static const struct http_client second = {HTTP_CLIENT_USER, {192, 0, 2, 1}};

static int empty(unused_parameter void **state)
{
	failures = (struct http_failures){0};
	return 0;
}

static void test_limit(unused_parameter void **state)
{
	/* So many at once, for each client; then one after each while. */
	for (int i = 0; i < HTTP_FAILURES_AT_ONCE; i++) {
		assert_false(http_failures_is_limited(&failures, &first, 1000));
		http_failures_add(&failures, &first, 1000);
	}
	assert_true(http_failures_is_limited(&failures, &first, 1000));
	assert_false(http_failures_is_limited(&failures, &second, 1000));
	assert_true(http_failures_is_limited(&failures, &first, 999 + HTTP_FAILURES_EVERY_MS));
	assert_false(http_failures_is_limited(&failures, &first, 1000 + HTTP_FAILURES_EVERY_MS));
	http_failures_add(&failures, &first, 1000 + HTTP_FAILURES_EVERY_MS);
	assert_true(http_failures_is_limited(&failures, &first, 1000 + HTTP_FAILURES_EVERY_MS));
	for (int i = 0; i < HTTP_FAILURES_AT_ONCE; i++) {
		assert_false(http_failures_is_limited(&failures, &first, 1000000));
		http_failures_add(&failures, &first, 1000000);
	}
	assert_true(http_failures_is_limited(&failures, &first, 1000000));
}

static void test_taken_back(unused_parameter void **state)
{
	/* What turned out well does not count. */
	for (int i = 0; i < 3 * HTTP_FAILURES_AT_ONCE; i++) {
		assert_false(http_failures_is_limited(&failures, &first, 1000));
		http_failures_add(&failures, &first, 1000);
		http_failures_take_back(&failures, &first);
	}
	http_failures_take_back(&failures, &second);
}

static void test_full(unused_parameter void **state)
{
	/* With no room left the client with the fewest is forgotten and counted; the worst stays,
	 * and one who has none left costs nothing. */
	struct http_client client = {HTTP_CLIENT_IPV6, {0x20}};

	for (int i = 0; i < HTTP_FAILURES_AT_ONCE; i++)
		http_failures_add(&failures, &first, 1000);
	for (int i = 0; i < 2 * HTTP_FAILURES_CLIENTS; i++) {
		client.bytes[1] = (uint8_t)(i >> 8);
		client.bytes[2] = (uint8_t)i;
		http_failures_add(&failures, &client, 1000);
	}
	assert_true(http_failures_is_limited(&failures, &first, 1000));
	assert_int_equal(failures.forgotten, HTTP_FAILURES_CLIENTS + 1);
	http_failures_add(&failures, &second, 1000 + HTTP_FAILURES_EVERY_MS);
	assert_int_equal(failures.forgotten, HTTP_FAILURES_CLIENTS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_limit, empty),
	    cmocka_unit_test_setup(test_taken_back, empty),
	    cmocka_unit_test_setup(test_full, empty),
	};

	return cmocka_run_group_tests_name("report/http_failures", tests, NULL, NULL);
}
