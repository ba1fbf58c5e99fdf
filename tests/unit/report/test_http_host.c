#include "unit.h"

#include "report/http_host.h"

static const char *const our_names[] = {
    "authmedic.example.com", "Status.Example.Com.", "192.0.2.9", "2001:db8::9"};
static const struct http_host_names names = {our_names, count_of(our_names)};
static const struct address nowhere = {0};

static void test_ours(unused_parameter void **state)
{
	/* Loopback names and addresses and the configured ones, with any port. */
	static const char *const hosts[] = {"localhost", "LOCALHOST:19401", "localhost.",
	    "127.0.0.1", "127.0.0.1:19401", "127.9.9.9:1", "[::1]", "[::1]:19401",
	    "[::ffff:127.0.0.1]:1", "authmedic.example.com", "Authmedic.Example.COM:443",
	    "authmedic.example.com.", "status.example.com", "192.0.2.9:80", "[2001:db8:0::9]:80",
	    "localhost:"};

	for (size_t i = 0; i < count_of(hosts); i++)
		if (!http_host_is_ours(view_of_text(hosts[i]), &names, &nowhere))
			fail_msg("%s is refused", hosts[i]);
}

static void test_not_ours(unused_parameter void **state)
{
	/* A name that somebody may lead to us, other spellings of an address that a resolver may
	 * take, and what is no host. */
	static const char *const hosts[] = {"", ":", ":80", "evil.example", "evil.example:19401",
	    "localhost.evil.example", "evil.localhost.example", "xlocalhost",
	    "127.0.0.1.evil.example",
	    "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0.0.0.0", "[::]", "192.0.2.1",
	    "[2001:db8::8]:80", "::1", "[::1", "[::1]x", "[::1]:80x", "[::1%lo]:80",
	    "localhost:80:80", "localhost:x", "localhost:123456", "localhost ", " localhost",
	    "localhost,evil.example", "localhost@evil.example", "user@localhost", "localhost/",
	    "localhost..", "authmedic", "example.com", "authmedic.example.com.evil.example"};

	for (size_t i = 0; i < count_of(hosts); i++)
		if (http_host_is_ours(view_of_text(hosts[i]), &names, &nowhere))
			fail_msg("%s is taken", hosts[i]);
}

static void test_connected_to(unused_parameter void **state)
{
	/* The address that was connected to is ours, whatever the configuration says. */
	struct address address;

	assert_int_equal(address_parse(VIEW("198.51.100.7"), &address), 0);
	assert_true(http_host_is_ours(VIEW("198.51.100.7:19401"), &names, &address));
	assert_false(http_host_is_ours(VIEW("198.51.100.8:19401"), &names, &address));
	assert_int_equal(address_parse(VIEW("2001:db8::7"), &address), 0);
	assert_true(http_host_is_ours(VIEW("[2001:db8::7]"), &names, &address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ours),
	    cmocka_unit_test(test_not_ours),
	    cmocka_unit_test(test_connected_to),
	};

	return cmocka_run_group_tests_name("report/http_host", tests, NULL, NULL);
}
