#include "cli/place.h"

#include "unit.h"

/* What is listened on, up to three, and where the command then asks. */
static struct place place_of(struct config_http http, const char *const *listen)
{
	static char *words[3];

	for (http.listen.count = 0; listen[http.listen.count] != NULL; http.listen.count++)
		words[http.listen.count] = (char *)listen[http.listen.count];
	http.listen.items = words;
	return place_find(&http);
}

static void test_plain(unused_parameter void **state)
{
	/* What is listened on everywhere is asked where the daemon knows itself: it refuses a Host
	 * header with an address that is none (421). */
	static const char *const cases[][2] = {
	    {"127.0.0.1:19401", "127.0.0.1:19401"},
	    {"[::1]:19401", "[::1]:19401"},
	    {"192.0.2.7:80", "192.0.2.7:80"},
	    {"[2001:db8::7]:80", "[2001:db8::7]:80"},
	    {"0.0.0.0:19401", "127.0.0.1:19401"},
	    {"[::]:19401", "[::1]:19401"},
	    {"[0:0:0:0:0:0:0:0]:19401", "[::1]:19401"},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		const struct place place =
		    place_of((struct config_http){0}, (const char *[]){cases[i][0], NULL});

		assert_string_equal(place.scheme, "http");
		assert_string_equal(place.authority, cases[i][1]);
		assert_null(place.socket_path);
		assert_null(place.connect_to);
		assert_null(place.ca_file);
	}
}

static void test_sockets(unused_parameter void **state)
{
	/* A socket in the file system wants no password, so it comes first; the packaged one is
	 * where the system passes what is listened on, unless an address is given, too. */
	const struct config_http http = {.certificate_file = (char *)"/c"};

	assert_string_equal(
	    place_of(http, (const char *[]){"0.0.0.0:1", "unix:/run/x", NULL}).socket_path,
	    "/run/x");
	assert_string_equal(place_of(http, (const char *[]){"systemd", NULL}).socket_path,
	    "/run/authmedic/http.sock");
	assert_null(place_of(http, (const char *[]){"systemd", "127.0.0.1:1", NULL}).socket_path);
}

static void test_tls(unused_parameter void **state)
{
	/* The certificate's name, in brackets where that is an address of IPv6, and the address
	 * that is listened on. */
	static const char *const cases[][2] = {
	    {"www.example.com", "www.example.com:443"},
	    {"192.0.2.7", "192.0.2.7:443"},
	    {"2001:db8::7", "[2001:db8::7]:443"},
	};
	const char *const listen[] = {"0.0.0.0:443", NULL};
	struct config_http http = {.certificate_file = (char *)"/c"};

	assert_string_equal(place_of(http, listen).authority, "localhost:443");
	for (size_t i = 0; i < count_of(cases); i++) {
		char *name = (char *)cases[i][0];
		struct place place;

		http.names = (struct config_words){&name, 1, 1};
		place = place_of(http, listen);
		assert_string_equal(place.scheme, "https");
		assert_string_equal(place.authority, cases[i][1]);
		assert_string_equal(place.connect_to, "0.0.0.0:443");
		assert_string_equal(place.ca_file, "/c");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_sockets),
	    cmocka_unit_test(test_tls),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
