#include "detect/forwarded.h"

#include "unit.h"

static const char *client_of(const char *peer, const char *forwarded)
{
	static struct buffer text;
	struct address_range ranges[4]; /* the last one does not count */
	const struct trusted_proxies proxies = {ranges, 3};
	struct record record = {.forwarded = view_of_text(forwarded)};
	struct address client;

	assert_int_equal(address_range_parse(VIEW("10.0.0.0/8"), &ranges[0]), 0);
	assert_int_equal(address_range_parse(VIEW("2001:db8:f::/48"), &ranges[1]), 0);
	assert_int_equal(address_range_parse(VIEW("192.0.2.1"), &ranges[2]), 0);
	assert_int_equal(address_range_parse(VIEW("203.0.113.0/24"), &ranges[3]), 0);
	assert_int_equal(address_parse(view_of_text(peer), &record.address), 0);
	client = forwarded_client(&proxies, &record);
	buffer_done(&text);
	buffer_init(&text, 100);
	address_append(&text, &client);
	return buffer_text(&text);
}

static void test_trusted(unused_parameter void **state)
{
	/* Behind trusted proxies the last address that none of them has is the client. */
	assert_string_equal(client_of("10.1.2.3", "203.0.113.7"), "203.0.113.7");
	assert_string_equal(client_of("192.0.2.1", "203.0.113.7"), "203.0.113.7");
	assert_string_equal(client_of("2001:db8:f::1", "2001:db8:1::7"), "2001:db8:1::7");
	assert_string_equal(client_of("10.1.2.3", "203.0.113.7, 10.9.9.9"), "203.0.113.7");
	assert_string_equal(
	    client_of("10.1.2.3", "203.0.113.7,192.0.2.1 , 10.9.9.9"), "203.0.113.7");
	assert_string_equal(client_of("10.1.2.3", ""), "10.1.2.3");
	assert_string_equal(client_of("10.1.2.3", "10.5.5.5"), "10.5.5.5");
	assert_string_equal(client_of("10.1.2.3", "10.5.5.5, 10.6.6.6"), "10.5.5.5");
}

static void test_forged(unused_parameter void **state)
{
	/* What a client wrote itself stands before what the proxy added, and without a trusted
	 * proxy nothing counts. */
	assert_string_equal(client_of("10.1.2.3", "198.51.100.1, 203.0.113.7"), "203.0.113.7");
	assert_string_equal(client_of("10.1.2.3", "10.0.0.1, 203.0.113.7"), "203.0.113.7");
	assert_string_equal(client_of("203.0.113.9", "198.51.100.1"), "203.0.113.9");
	assert_string_equal(client_of("192.0.2.2", "198.51.100.1"), "192.0.2.2");
	assert_string_equal(client_of("2001:db8:e::1", "198.51.100.1"), "2001:db8:e::1");
}

static void test_odd(unused_parameter void **state)
{
	/* Ports are dropped; what is no address ends the search at the hop that wrote it. */
	assert_string_equal(client_of("10.1.2.3", "203.0.113.7:4711"), "203.0.113.7");
	assert_string_equal(client_of("10.1.2.3", "[2001:db8:1::7]:4711"), "2001:db8:1::7");
	assert_string_equal(client_of("10.1.2.3", "[2001:db8:1::7]"), "2001:db8:1::7");
	assert_string_equal(client_of("10.1.2.3", "203.0.113.7, unknown"), "10.1.2.3");
	assert_string_equal(client_of("10.1.2.3", "203.0.113.7, "), "10.1.2.3");
	assert_string_equal(client_of("10.1.2.3", "203.0.113.7,+"), "10.1.2.3");
	assert_string_equal(client_of("10.1.2.3", "_hidden, 10.7.7.7"), "10.7.7.7");
	assert_string_equal(client_of("10.1.2.3", "[x]:1"), "10.1.2.3");
	assert_string_equal(client_of("10.1.2.3", "::1:x"), "10.1.2.3");
	assert_string_equal(client_of("10.1.2.3", ",,,"), "10.1.2.3");
}

static void test_long(unused_parameter void **state)
{
	/* Only the last sixteen hops are looked at. */
	struct buffer auto_buffer list;

	buffer_init(&list, 1000);
	buffer_append_text(&list, "203.0.113.7");
	for (int i = 0; i < FORWARDED_MAX_HOPS - 1; i++)
		buffer_append_text(&list, ",10.0.0.5");
	assert_string_equal(client_of("10.1.2.3", buffer_text(&list)), "203.0.113.7");
	buffer_append_text(&list, ",10.0.0.6");
	assert_string_equal(client_of("10.1.2.3", buffer_text(&list)), "10.0.0.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trusted),
	    cmocka_unit_test(test_forged),
	    cmocka_unit_test(test_odd),
	    cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("forwarded", tests, NULL, NULL);
}
