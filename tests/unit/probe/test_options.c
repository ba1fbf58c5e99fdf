#include "unit.h"

#include <errno.h>

#include "probe/options.h"

#define MAX_WORDS 40

/* NULL-terminated words behind the program's name. */
static int parse(const char *const *words, struct probe_options *options, struct buffer *message)
{
	char *argv[MAX_WORDS + 2] = {(char[]){"authmedic-probe"}};
	int argc = 1;

	while (words[argc - 1] != NULL) {
		assert_in_range(argc, 1, MAX_WORDS);
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	return probe_options_parse(options, argc, argv, message);
}

/* Every option is read into its place. */
static void everything(unused_parameter void **state)
{
	static const char *const words[] = {"--url", "https://a/", "--service=HTTP/a",
	    "--client-keytab", "k", "--client-principal", "p", "--krb5-config", "c", "--ca-file",
	    "f", "--timeout", "3s", "--connect-to", "127.0.0.1:443", "--connect-to", "[::1]:8443",
	    "--connect-to", "node-2.example.test:443", NULL};
	struct probe_options options;
	struct buffer auto_buffer message;

	buffer_init(&message, 1024);
	assert_int_equal(parse(words, &options, &message), 0);
	assert_string_equal(options.url, "https://a/");
	assert_string_equal(options.service, "HTTP/a");
	assert_string_equal(options.client_keytab, "k");
	assert_string_equal(options.client_principal, "p");
	assert_string_equal(options.krb5_config, "c");
	assert_string_equal(options.ca_file, "f");
	assert_int_equal(options.timeout_ms, 3000);
	assert_int_equal(options.connect_to_count, 3);
	assert_string_equal(options.connect_to[0], "127.0.0.1:443");
	assert_string_equal(options.connect_to[1], "[::1]:8443");
	assert_string_equal(options.connect_to[2], "node-2.example.test:443");
	assert_false(options.help);
	assert_false(options.version);
}

/* What may be left out has its default. */
static void defaults(unused_parameter void **state)
{
	static const char *const words[] = {
	    "--url", "u", "--service", "s", "--client-keytab", "k", NULL};
	struct probe_options options;
	struct buffer auto_buffer message;

	buffer_init(&message, 1024);
	assert_int_equal(parse(words, &options, &message), 0);
	assert_null(options.client_principal);
	assert_null(options.krb5_config);
	assert_null(options.ca_file);
	assert_int_equal(options.timeout_ms, 10000);
	assert_int_equal(options.connect_to_count, 0);
}

/* Nothing is required where only help or the version is wanted. */
static void help_needs_nothing(unused_parameter void **state)
{
	struct probe_options options;
	struct buffer auto_buffer message;

	buffer_init(&message, 1024);
	assert_int_equal(parse((const char *const[]){"--help", NULL}, &options, &message), 0);
	assert_true(options.help);
	assert_int_equal(parse((const char *const[]){"--version", NULL}, &options, &message), 0);
	assert_true(options.version);
	assert_false(options.help);
}

/* Each mistake is refused and named. */
static void mistakes(unused_parameter void **state)
{
	static const struct {
		const char *words[8];
		const char *named;
	} rows[] = {
	    {{"--url", "u", "--service", "s"}, "--client-keytab"},
	    {{"--url", "u", "--client-keytab", "k"}, "--service"},
	    {{"--service", "s", "--client-keytab", "k"}, "--url"},
	    {{"--url", ""}, "--url"},
	    {{"--nonsense"}, "--nonsense"},
	    {{"--timeout"}, "--timeout"},
	    {{"--client"}, "--client"}, /* could be two */
	    {{"--help=x"}, "--help=x"},
	    {{"-x"}, "-x"},
	    {{"word"}, "word"},
	    {{"--connect-to", "localhost"}, "--connect-to"},
	    {{"--connect-to", ":443"}, "--connect-to"},
	    {{"--connect-to", "a b:443"}, "--connect-to"},
	    {{"--connect-to", "a:0"}, "--connect-to"},
	    {{"--connect-to", "a:65536"}, "--connect-to"},
	    {{"--connect-to", "a:"}, "--connect-to"},
	    {{"--connect-to", "::1:443"}, "--connect-to"},
	    {{"--timeout", "0s"}, "--timeout"},
	    {{"--timeout", "11m"}, "--timeout"},
	    {{"--timeout", "10"}, "--timeout"},
	    {{"--timeout", "-1s"}, "--timeout"},
	    {{"--timeout", "99999999999999999999s"}, "--timeout"},
	};

	for (size_t i = 0; i < count_of(rows); i++) {
		struct probe_options options;
		struct buffer auto_buffer message;

		buffer_init(&message, 1024);
		assert_int_equal(parse(rows[i].words, &options, &message), -EINVAL);
		if (!view_contains(buffer_view(&message), view_of_text(rows[i].named)))
			fail_msg("%s is not named by: %s", rows[i].named, buffer_text(&message));
	}
}

/* There is room for a bounded number of addresses. */
static void too_many_addresses(unused_parameter void **state)
{
	const char *words[2 * (PROBE_MAX_ADDRESSES + 1) + 1] = {NULL};
	struct probe_options options;
	struct buffer auto_buffer message;

	for (size_t i = 0; i + 1 < count_of(words); i += 2) {
		words[i] = "--connect-to";
		words[i + 1] = "a:1";
	}
	buffer_init(&message, 1024);
	assert_int_equal(parse(words, &options, &message), -EINVAL);
	assert_string_equal(buffer_text(&message), "--connect-to was given too often");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything),
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(help_needs_nothing),
	    cmocka_unit_test(mistakes),
	    cmocka_unit_test(too_many_addresses),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
