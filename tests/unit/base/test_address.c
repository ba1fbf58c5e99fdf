#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/address.h"

static void assert_text(const struct address *address, const char *expected)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 100);
	address_append(&buffer, address);
	assert_string_equal(buffer_text(&buffer), expected);
}

/* Each form reads as the address it names and prints in the usual form. */
static void reads_addresses(unused_parameter void **state)
{
	static const char *const cases[][2] = {
	    {"0.0.0.0", "0.0.0.0"},
	    {"255.255.255.255", "255.255.255.255"},
	    {"[10.0.0.1]", "10.0.0.1"},
	    {"::", "::"},
	    {"::1", "::1"},
	    {"1::", "1::"},
	    {"[2001:DB8::1]", "2001:db8::1"},
	    {"fe80::1%eth0", "fe80::1"},
	    {"[fe80::1%eth0]", "fe80::1"},
	    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
	    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	    {"0:0:0:1::", "0:0:0:1::"},
	    {"::ffff:192.0.2.7", "192.0.2.7"},
	    {"::ffff:c000:207", "192.0.2.7"},
	    {"64:ff9b::192.0.2.7", "64:ff9b::c000:207"},
	    {"1:2:3:4:5:6:192.0.2.7", "1:2:3:4:5:6:c000:207"},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		struct address address;

		assert_int_equal(address_parse(view_of_text(cases[i][0]), &address), 0);
		assert_text(&address, cases[i][1]);
	}
	assert_text(&(struct address){0}, "-");
}

/* Names, ports, octal forms and every malformed group are refused; the result is left alone. */
static void refuses_the_rest(unused_parameter void **state)
{
	static const char *const bad[] = {"", "-", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.4:80",
	    "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1.2.3.0x4",
	    "1.2.3.+4", "[1.2.3.4", "1.2.3.4]", "[]", ":", ":::", "1", "1:2", "1:2:3:4:5:6:7",
	    "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
	    "1::2::3", "1:::2", ":1::2", "1::2:", "12345::", "g::", "::1.2.3",
	    "1.2.3.4::", "1.2.3.4::5", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "[::1]:80", "%eth0",
	    "1:2:3:4:5:6:7:8::1:2:3:4:5:6:7:8:9:a:b:c:d:e:f"};
	struct address address = {.family = 9};

	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(address_parse(view_of_text(bad[i]), &address), -EINVAL);
	assert_int_equal(address_parse(VIEW("1.2.3.4\0"), &address), -EINVAL);
	assert_int_equal(address_parse(view_of(NULL, 0), &address), -EINVAL);
	assert_int_equal(address.family, 9);
}

/* Whatever groups are zero, the printed form is the C library's own and reads back the same. */
static void agrees_with_the_c_library(unused_parameter void **state)
{
	for (unsigned zeros = 0; zeros < 256; zeros++) {
		struct address address = {.family = 6};
		struct address again;
		char expected[INET6_ADDRSTRLEN];

		/* High first byte: the C library prints some low ranges with a dotted end. */
		for (unsigned group = 0; group < 8; group++)
			if ((zeros >> group & 1) == 0)
				address.bytes[2 * group] = (uint8_t)(0x10 + group);
		if (zeros >= 0x3f && (zeros & 0x1f) == 0x1f)
			continue;
		assert_non_null(inet_ntop(AF_INET6, address.bytes, expected, sizeof(expected)));
		assert_text(&address, expected);
		assert_int_equal(address_parse(view_of_text(expected), &again), 0);
		assert_memory_equal(&again, &address, sizeof(address));
	}
}

/* A prefix clears the bits behind it, at byte borders, within bytes, at nothing and at all. */
static void takes_prefixes(unused_parameter void **state)
{
	struct address ipv4;
	struct address ipv6;
	struct address prefix;

	assert_int_equal(address_parse(VIEW("192.0.2.255"), &ipv4), 0);
	assert_int_equal(address_parse(VIEW("2001:db8:1:2:ffff:ffff:ffff:ffff"), &ipv6), 0);
	prefix = address_prefix(ipv4, 32, 64);
	assert_text(&prefix, "192.0.2.255");
	prefix = address_prefix(ipv4, 24, 64);
	assert_text(&prefix, "192.0.2.0");
	prefix = address_prefix(ipv4, 27, 64);
	assert_text(&prefix, "192.0.2.224");
	prefix = address_prefix(ipv4, 0, 64);
	assert_text(&prefix, "0.0.0.0");
	prefix = address_prefix(ipv6, 32, 64);
	assert_text(&prefix, "2001:db8:1:2::");
	prefix = address_prefix(ipv6, 32, 66);
	assert_text(&prefix, "2001:db8:1:2:c000::");
	prefix = address_prefix(ipv6, 32, 128);
	assert_text(&prefix, "2001:db8:1:2:ffff:ffff:ffff:ffff");
	prefix = address_prefix(ipv6, 32, 0);
	assert_text(&prefix, "::");
}

/* A port, which makes no other client of one, is left out; what is no port makes no address. */
static void reads_hosts(unused_parameter void **state)
{
	static const char *const good[][2] = {{"192.0.2.1:443", "192.0.2.1"},
	    {"192.0.2.1:1", "192.0.2.1"}, {"192.0.2.1", "192.0.2.1"},
	    {"[2001:db8::1]:33317", "2001:db8::1"}, {"[2001:db8::1]", "2001:db8::1"},
	    {"2001:db8::1:443", "2001:db8::1:443"}};
	static const char *const bad[] = {"", ":443", "192.0.2.1:", "192.0.2.1:x",
	    "192.0.2.1:123456", "192.0.2.1:1:2", "a:1", "2001:db8::1:1:2:3:4:5:443",
	    "[2001:db8::1]443"};
	struct address address;

	for (size_t i = 0; i < count_of(good); i++) {
		assert_int_equal(address_parse_host(view_of_text(good[i][0]), &address), 0);
		assert_text(&address, good[i][1]);
	}
	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(address_parse_host(view_of_text(bad[i]), &address), -EINVAL);
}

/* A range is an address with a number of bits, none behind them set; it holds its own family. */
static void reads_ranges(unused_parameter void **state)
{
	static const char *const bad[] = {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/24",
	    "10.0.0.0/-1", "10.0.0.0/8/8", "2001:db8::/129", "2001:db8::1/64", "example.com",
	    "10.0.0.0/x"};
	struct address_range range;
	struct address address;

	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(address_range_parse(view_of_text(bad[i]), &range), -EINVAL);
	assert_int_equal(address_range_parse(VIEW("10.0.0.0/0"), &range), -EINVAL);
	assert_int_equal(address_range_parse(VIEW("0.0.0.0/0"), &range), 0);
	assert_int_equal(range.bits, 0);
	assert_int_equal(address_range_parse(VIEW("10.128.0.0/9"), &range), 0);
	assert_int_equal(address_parse(VIEW("10.255.0.1"), &address), 0);
	assert_true(address_range_holds(&range, &address));
	assert_int_equal(address_parse(VIEW("10.127.255.255"), &address), 0);
	assert_false(address_range_holds(&range, &address));
	assert_int_equal(address_parse(VIEW("a80::"), &address), 0);
	assert_false(address_range_holds(&range, &address));
	assert_int_equal(address_range_parse(VIEW("192.0.2.7"), &range), 0);
	assert_int_equal(range.bits, 32);
	assert_int_equal(address_range_parse(VIEW("::1"), &range), 0);
	assert_int_equal(range.bits, 128);
	assert_int_equal(address_parse(VIEW("::1"), &address), 0);
	assert_true(address_range_holds(&range, &address));
	assert_int_equal(address_parse(VIEW("::2"), &address), 0);
	assert_false(address_range_holds(&range, &address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_addresses),
	    cmocka_unit_test(refuses_the_rest),
	    cmocka_unit_test(agrees_with_the_c_library),
	    cmocka_unit_test(takes_prefixes),
	    cmocka_unit_test(reads_hosts),
	    cmocka_unit_test(reads_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
