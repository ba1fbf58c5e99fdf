/* Shows for each kind of value what is one and what only looks like one. */
#include "unit.h"

#include <errno.h>

#include "config/config.h"
#include "config/types.h"

static const struct option bounded = {.path = "a", .minimum = -5, .maximum = 60000};

static void takes(const struct option_type *type, const char *text)
{
	char *field = NULL;

	if (type->parse(&bounded, text, &field) != 0)
		fail_msg("'%s' is refused", text);
	assert_string_equal(field, text);
	type->done(&bounded, &field);
	assert_null(field);
}

static void refuses(const struct option_type *type, const char *text)
{
	char *field = NULL;

	if (type->parse(&bounded, text, &field) != -EINVAL)
		fail_msg("'%s' is taken", text);
	assert_null(field);
}

/* `text` and then 'a' until it has so many bytes. */
static const char *filled(const char *text, size_t length)
{
	static char filled[8192];

	memset(filled, 'a', length);
	memcpy(filled, text, strlen(text));
	filled[length] = '\0';
	return filled;
}

static void test_names(unused_parameter void **state)
{
	takes(&option_name, "a");
	takes(&option_name, "0");
	takes(&option_name, "a_b.c-9z");
	takes(&option_name, filled("", 63));
	refuses(&option_name, "");
	refuses(&option_name, ".");
	refuses(&option_name, "..");
	refuses(&option_name, "-a");
	refuses(&option_name, "_a");
	refuses(&option_name, "a/b");
	refuses(&option_name, "a{");
	refuses(&option_name, "a`");
	refuses(&option_name, "A");
	refuses(&option_name, "aB");
	refuses(&option_name, "a b");
	refuses(&option_name, "a\xc3\xa4");
	refuses(&option_name, filled("", 64));
}

static void test_words(unused_parameter void **state)
{
	takes(&option_word, "a@B:c/~!");
	takes(&option_word, filled("", 4095));
	refuses(&option_word, "");
	refuses(&option_word, "-a");
	refuses(&option_word, "a b");
	refuses(&option_word, "a\tb");
	refuses(&option_word, "a\x7f");
	refuses(&option_word, "a\xc3\xa4");
	refuses(&option_word, filled("", 4096));
}

static void test_texts(unused_parameter void **state)
{
	char *field = NULL;

	takes(&option_text, "a\nb");
	takes(&option_text, filled("", 4095));
	refuses(&option_text, "");
	refuses(&option_text, " \n\n");
	refuses(&option_text, filled("", 4096));
	assert_int_equal(option_text.parse(&bounded, " a b\n\n", &field), 0);
	assert_string_equal(field, "a b");
	/* A second value takes the place of the first. */
	assert_int_equal(option_text.parse(&bounded, "c", &field), 0);
	assert_string_equal(field, "c");
	option_text.done(&bounded, &field);
	takes(&option_line, "");
	takes(&option_line, "%h \"%r\" \xc3\xa4");
	takes(&option_line, filled("", 4095));
	refuses(&option_line, "a\nb");
	refuses(&option_line, "a\x1b");
	refuses(&option_line, filled("", 4096));
}

static void test_paths(unused_parameter void **state)
{
	takes(&option_path, "/");
	takes(&option_path, "/a b/*.log");
	takes(&option_path, filled("/", 4095));
	refuses(&option_path, "");
	refuses(&option_path, "a");
	refuses(&option_path, "./a");
	refuses(&option_path, "~/a");
	refuses(&option_path, "/a\nb");
	refuses(&option_path, filled("/", 4096));
}

static void test_urls(unused_parameter void **state)
{
	takes(&option_url, "http://a");
	takes(&option_url, "https://a.example.com:8443/x?y=z@w#v");
	takes(&option_url, "http://[::1]:80/");
	refuses(&option_url, "");
	refuses(&option_url, "http://");
	refuses(&option_url, "https:///x");
	refuses(&option_url, "https://?x");
	refuses(&option_url, "HTTP://a");
	refuses(&option_url, "file:///etc/passwd");
	refuses(&option_url, "http://user@a/");
	refuses(&option_url, "http://user:password@a");
	refuses(&option_url, "http://a/b c");
	refuses(&option_url, "http://a/\xc3\xa4");
	refuses(&option_url, filled("http://", 4096));
}

static void takes_address(const char *text)
{
	struct config_words words = {0};

	if (option_listen.parse(&bounded, text, &words) != 0)
		fail_msg("'%s' is refused", text);
	assert_int_equal(words.count, 1);
	assert_string_equal(words.items[0], text);
	option_listen.done(&bounded, &words);
}

static void refuses_address(const char *text)
{
	struct config_words words = {0};

	if (option_listen.parse(&bounded, text, &words) != -EINVAL)
		fail_msg("'%s' is taken", text);
	assert_int_equal(words.count, 0);
}

static void test_addresses(unused_parameter void **state)
{
	static const char *const good[] = {"127.0.0.1:19401", "0.0.0.0:0", "[::]:65535",
	    "unix:/run/authmedic/http.sock", "systemd"};
	static const char *const bad[] = {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:-1",
	    "127.0.0.1:65536", "127.0.0.1:8 0", "[127.0.0.1]:80", "::1:80", "[::1]",
	    "[fe80::1%eth0]:80", "localhost:80", "unix:", "unix:/", "unix:http.sock",
	    "unix:/run/a\nb", "Unix:/run/a", "systemd:", "fd:3"};

	for (size_t i = 0; i < count_of(good); i++)
		takes_address(good[i]);
	for (size_t i = 0; i < count_of(bad); i++)
		refuses_address(bad[i]);
	takes_address(filled("unix:/", strlen("unix:") + CONFIG_MAX_SOCKET_PATH_BYTES));
	refuses_address(filled("unix:/", strlen("unix:") + CONFIG_MAX_SOCKET_PATH_BYTES + 1));
}

static void test_file_modes(unused_parameter void **state)
{
	static const char *const bad[] = {
	    "", "660", "0o660", "1660", "00660", "0668", "rw-r", "-660"};
	int mode = -1;

	assert_int_equal(option_file_mode.parse(&bounded, "0660", &mode), 0);
	assert_int_equal(mode, 0660);
	assert_int_equal(option_file_mode.parse(&bounded, "0000", &mode), 0);
	assert_int_equal(mode, 0);
	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(option_file_mode.parse(&bounded, bad[i], &mode), -EINVAL);
}

static void test_groups(unused_parameter void **state)
{
	takes(&option_group, "prometheus");
	takes(&option_group, "109");
	takes(&option_group, "_chrony");
	refuses(&option_group, "");
	refuses(&option_group, "-1");
	refuses(&option_group, "a:b");
	refuses(&option_group, "a/b");
	refuses(&option_group, "a b");
	refuses(&option_group, filled("", 64));
}

static void check_integer(const struct option_type *type, const char *text, int expected)
{
	int64_t value = 77;

	if (type->parse(&bounded, text, &value) != expected)
		fail_msg("'%s'", text);
	assert_int_equal(value == 77, expected != 0);
}

static void test_integers(unused_parameter void **state)
{
	check_integer(&option_number, "-5", 0);
	check_integer(&option_number, "60000", 0);
	check_integer(&option_number, "-6", -ERANGE);
	check_integer(&option_number, "60001", -ERANGE);
	check_integer(&option_number, "99999999999999999999", -ERANGE);
	check_integer(&option_number, "0x10", -EINVAL);
	check_integer(&option_number, "1.0", -EINVAL);
	check_integer(&option_number, "", -EINVAL);
	check_integer(&option_duration, "0s", 0);
	check_integer(&option_duration, "1m", 0);
	check_integer(&option_duration, "61s", -ERANGE);
	check_integer(&option_duration, "1m30s", -EINVAL);
	check_integer(&option_duration, "60", -EINVAL);
}

static void check_bound(int64_t duration_ms, const char *expected)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 64);
	option_duration.append_bound(&text, duration_ms);
	assert_string_equal(buffer_text(&text), expected);
}

/* Bounds are told in the largest unit that divides them. */
static void test_bounds(unused_parameter void **state)
{
	check_bound(0, "0s");
	check_bound(1, "1ms");
	check_bound(1500, "1500ms");
	check_bound(90000, "90s");
	check_bound(3600000, "1h");
	check_bound(INT64_C(31536000000), "365d");
}

static void test_yes_and_no(unused_parameter void **state)
{
	bool answer = false;

	assert_int_equal(option_yes_no.parse(&bounded, "yes", &answer), 0);
	assert_true(answer);
	assert_int_equal(option_yes_no.parse(&bounded, "no", &answer), 0);
	assert_false(answer);
	assert_int_equal(option_yes_no.parse(&bounded, "true", &answer), 0);
	assert_true(answer);
	assert_int_equal(option_yes_no.parse(&bounded, "false", &answer), 0);
	assert_false(answer);
	assert_int_equal(option_yes_no.parse(&bounded, "Yes", &answer), -EINVAL);
}

static void test_times(unused_parameter void **state)
{
	static const char *const bad[] = {"", "3:00", "03.00", "24:00", "23:60", "a3:00", "0a:00",
	    "03:a0", "03:0a", "03:00 ", "-1:00", "03:-1"};
	int minute = 77;

	for (size_t i = 0; i < count_of(bad); i++)
		assert_int_equal(option_time.parse(&bounded, bad[i], &minute), -EINVAL);
	assert_int_equal(minute, 77);
	assert_int_equal(option_time.parse(&bounded, "00:00", &minute), 0);
	assert_int_equal(minute, 0);
	assert_int_equal(option_time.parse(&bounded, "23:59", &minute), 0);
	assert_int_equal(minute, 24 * 60 - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_urls),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_file_modes),
	    cmocka_unit_test(test_groups),
	    cmocka_unit_test(test_integers),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_yes_and_no),
	    cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
