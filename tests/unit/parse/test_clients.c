#include "unit.h"

#include "parse/clients.h"

static void check_text(struct clients *clients, struct view text)
{
	struct address expected = {0};
	struct address address;

	if (address_parse_host(text, &expected) < 0)
		expected = (struct address){0};
	clients_address(clients, text, &address);
	assert_int_equal(address.family, expected.family);
	assert_memory_equal(address.bytes, expected.bytes, sizeof(address.bytes));
}

/* Whatever came before, the answer is that of address_parse_host(), the second time as the first:
 * more addresses than there are places, and texts that are nearly the same. */
static void reads_as_without_cache(unused_parameter void **state)
{
	static struct clients clients;
	char text[64];

	for (unsigned i = 0; i < 200000; i++) {
		unsigned number = i * 2654435761u;
		int length = snprintf(text, sizeof(text), "%u.%u.%u.%u", number >> 24,
		    number >> 16 & 255, number >> 8 & 3, number & 255);

		check_text(&clients, view_of(text, (size_t)length));
		text[number % (unsigned)length] = (char)(number >> 13);
		check_text(&clients, view_of(text, (size_t)length));
	}
}

/* What is no IPv4 address, too short or too long for the cache, is read as well. */
static void reads_other_texts(unused_parameter void **state)
{
	static struct clients clients;
	static const char *const texts[] = {"", "-", "1.2.3.4", "10.0.0.1", "255.255.255.255",
	    "1.2.3.4.5", "2001:db8::1", "::ffff:10.0.0.1", "[::1]", "fe80::1%eth0", "host.name",
	    "10.0.0.1:443", "[2001:db8::1]:443", "10.0.0.1:",
	    "01.2.3.4", "10.0.0.256", "10.0.0.1 "};

	for (unsigned round = 0; round < 2; round++)
		for (size_t i = 0; i < count_of(texts); i++)
			check_text(&clients, view_of_text(texts[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_as_without_cache),
	    cmocka_unit_test(reads_other_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
