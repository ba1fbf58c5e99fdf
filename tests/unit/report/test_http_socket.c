#include <errno.h>

#include "unit.h"

#include "report/http_socket.h"

static void test_addresses(unused_parameter void **state)
{
	/* IPv4 and bracketed IPv6 addresses with a port are listened on, each on a port of its
	 * own. */
	static const char *const addresses[] = {"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"};

	for (size_t i = 0; i < count_of(addresses); i++) {
		uint16_t port = 0;
		int socket;

		assert_int_equal(http_socket_listen(view_of_text(addresses[i]), &socket, &port), 0);
		assert_int_not_equal(port, 0);
		http_socket_close(socket);
	}
}

static void test_malformed_addresses(unused_parameter void **state)
{
	/* Anything else is refused, names too: nothing is looked up. */
	static const char *const addresses[] = {"", ":", "19401", ":19401", "127.0.0.1",
	    "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1x", "127.0.0.1:http",
	    "localhost:19401", "::1:19401", "[::1]", "[::1]19401", "[::1:19401", "*:19401",
	    "127.0.0.1:19401 ", " 127.0.0.1:19401", "1.2.3.4.5:1"};
	uint16_t port = 7;
	int socket = 7;

	for (size_t i = 0; i < count_of(addresses); i++)
		assert_int_equal(
		    http_socket_listen(view_of_text(addresses[i]), &socket, &port), -EINVAL);
	assert_int_equal(socket, 7);
	assert_int_equal(port, 7);
}

static void test_taken_port(unused_parameter void **state)
{
	/* A port that somebody listens on is an error of its own. */
	char address[32];
	uint16_t port;
	int first;
	int second;

	assert_int_equal(http_socket_listen(VIEW("127.0.0.1:0"), &first, &port), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	assert_int_equal(http_socket_listen(view_of_text(address), &second, &port), -EADDRINUSE);
	http_socket_close(first);
	assert_int_equal(http_socket_listen(view_of_text(address), &second, &port), 0);
	http_socket_close(second);
}

static void test_foreign_address(unused_parameter void **state)
{
	/* An address that this machine does not have cannot be listened on. */
	uint16_t port;
	int socket;

	assert_int_equal(http_socket_listen(VIEW("192.0.2.1:0"), &socket, &port), -EADDRNOTAVAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_malformed_addresses),
	    cmocka_unit_test(test_taken_port),
	    cmocka_unit_test(test_foreign_address),
	};

	return cmocka_run_group_tests_name("report/http_socket", tests, NULL, NULL);
}
