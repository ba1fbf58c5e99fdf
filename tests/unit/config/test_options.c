/* Shows that every option of the table can be reached, has the default that it claims, refuses what
 * it must, and is in the list. */
#include "unit.h"

#include <errno.h>

#include "config/config.h"
#include "config/options.h"
#include "config/types.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)

/* Writes `a: {b: [{c: VALUE}]}` for the path a.b[].c. */
static void write_path(struct buffer *yaml, const char *path, const char *value)
{
	struct buffer auto_buffer closing;
	struct view rest = view_of_text(path);
	bool more = true;

	buffer_init(&closing, MAX_TEXT_BYTES);
	while (more) {
		struct view part;
		bool is_list;

		more = view_cut(&rest, '.', &part);
		is_list = view_ends_with(part, VIEW("[]"));
		if (is_list)
			part.length -= 2;
		buffer_append_byte(yaml, '{');
		buffer_append(yaml, part);
		buffer_append_text(yaml, is_list ? ": [" : ": ");
		buffer_append_text(&closing, is_list ? "}]" : "}");
	}
	buffer_append_text(yaml, value);
	/* What was opened first is closed last. */
	for (size_t i = closing.length; i > 0; i--)
		buffer_append_byte(yaml, closing.data[i - 1]);
}

/* Reads the option with this value, and nothing else; the struct is the caller's to free. */
static int read_option(const char *path, const char *value, struct config **ret_config,
    struct buffer *errors)
{
	struct reading reading = {.schema = &config_schema, .errors = errors, .is_partial = true};
	struct document *document = NULL;
	struct buffer auto_buffer yaml;
	int error;

	buffer_init(&yaml, MAX_TEXT_BYTES);
	write_path(&yaml, path, value);
	if (document_parse(&document, "a.yml", buffer_view(&yaml), errors) < 0)
		fail_msg("%s: %s", buffer_text(&yaml), buffer_text(errors));
	*ret_config = calloc(1, sizeof(**ret_config));
	assert_non_null(*ret_config);
	error = schema_read(&reading, document_root(document), *ret_config);
	document_free(&document);
	return error;
}

static bool has_value(const struct option *option)
{
	return option->type != &option_section && option->type != &option_list;
}

/* A good value for options that have no default. */
static const char *sample(const struct option *option)
{
	static const struct {
		const char *path;
		const char *value;
	} samples[] = {
	    {"fleet.endpoints", "[http://a.example.com:2379]"},
	    {"fleet.shared_diagnoses", "[unknown]"},
	    {"http.names", "[a.example.com]"},
	    {"sites[].mode", "act"},
	    {"sites[].logs[].logformat", "\"%h %l\""},
	    {"sites[].trusted_proxies", "[192.0.2.1]"},
	    {"sites[].service", "HTTP/a.example.com"},
	    {"sites[].worker.unit", "squid.service"},
	    {"sites[].worker.process", "squid"},
	    {"sites[].probe.url", "https://a.example.com/"},
	    {"sites[].probe.client_principal", "a@EXAMPLE.COM"},
	    {"sites[].probe.command", "[/a]"},
	    {"sites[].probe.connect_to", "[a.example.com:443]"},
	    {"sites[].configuration", "[/a]"},
	    {"sites[].maintenance.days", "[sun]"},
	    {"sites[].maintenance.from", "03:00"},
	    {"sites[].maintenance.to", "04:00"},
	    {"sites[].ladder[].with", "{a: b}"},
	    {"sites[].ladder[].revert_after", "4h"},
	    {"notify[].type", "webhook"},
	    {"notify[].url", "https://a.example.com/"},
	};

	if (option->fallback != NULL)
		return option->fallback;
	for (size_t i = 0; i < count_of(samples); i++)
		if (strcmp(samples[i].path, option->path) == 0)
			return samples[i].value;
	return option->type == &option_path ? "/a" : "a";
}

static void test_reachable(unused_parameter void **state)
{
	for (size_t i = 0; i < config_schema.count; i++) {
		const struct option *option = &config_schema.options[i];
		struct config *config = NULL;
		struct buffer auto_buffer errors;

		buffer_init(&errors, MAX_TEXT_BYTES);
		if (has_value(option) &&
		    read_option(option->path, sample(option), &config, &errors) < 0)
			fail_msg("%s: %s", option->path, buffer_text(&errors));
		config_free(&config);
	}
}

/* No option takes a list of lists, an empty value, or a group with a foreign key. */
static void test_wrong_kinds(unused_parameter void **state)
{
	static const char *const values[] = {"[[x]]", "", "{Foreign: {a: b}}"};

	for (size_t i = 0; i < config_schema.count; i++) {
		const struct option *option = &config_schema.options[i];

		for (size_t j = 0; j < count_of(values); j++) {
			struct config *config = NULL;
			struct buffer auto_buffer errors;

			buffer_init(&errors, MAX_TEXT_BYTES);
			if (read_option(option->path, values[j], &config, &errors) != -EINVAL)
				fail_msg("%s takes '%s'", option->path, values[j]);
			assert_true(errors.length > 0);
			config_free(&config);
		}
	}
}

/* Where the option's field is: in the first item of the list around it. */
static const void *field_of(const struct config *config, const struct option *option)
{
	const void *base = config;

	if (strncmp(option->path, "notify[]", 8) == 0)
		base = config->notify.items;
	else if (strncmp(option->path, "sites[].logs[]", 14) == 0)
		base = config->sites.items[0].logs.items;
	else if (strncmp(option->path, "sites[].ladder[]", 16) == 0)
		base = config->sites.items[0].ladder.items;
	else if (strncmp(option->path, "sites[]", 7) == 0)
		base = config->sites.items;
	return (const char *)base + option->offset;
}

static bool is_integer(const struct option *option)
{
	return option->type == &option_duration || option->type == &option_number;
}

static void assert_same_field(const struct config *a, const struct config *b,
    const struct option *option)
{
	const void *left = field_of(a, option);
	const void *right = field_of(b, option);

	if (is_integer(option))
		assert_int_equal(*(const int64_t *)left, *(const int64_t *)right);
	else if (option->type == &option_choice || option->type == &option_file_mode)
		assert_int_equal(*(const int *)left, *(const int *)right);
	else if (option->type == &option_yes_no)
		assert_int_equal(*(const bool *)left, *(const bool *)right);
	else if (option->type == &option_listen)
		assert_string_equal(((const struct config_words *)left)->items[0],
		    ((const struct config_words *)right)->items[0]);
	else if (strcmp(option->path, "helper") == 0)
		assert_string_equal(a->helper_socket, b->helper_socket);
	else
		assert_string_equal(*(const char *const *)left, *(const char *const *)right);
}

/* What the table says is the default is what holds where nothing is written. */
static void test_defaults(unused_parameter void **state)
{
	static const char skeleton[] =
	    "{sites: [{logs: [{}], ladder: [{}]}], notify: [{}]}";
	struct reading reading = {.schema = &config_schema, .is_partial = true};
	struct buffer auto_buffer errors;
	struct document *document = NULL;
	struct config *defaults = calloc(1, sizeof(*defaults));
	int compared = 0;

	buffer_init(&errors, MAX_TEXT_BYTES);
	reading.errors = &errors;
	assert_int_equal(
	    document_parse(&document, "a.yml", view_of_text(skeleton), &errors), 0);
	assert_int_equal(schema_read(&reading, document_root(document), defaults), 0);
	for (size_t i = 0; i < config_schema.count; i++) {
		const struct option *option = &config_schema.options[i];
		struct config *config = NULL;

		if (option->fallback == NULL)
			continue;
		assert_int_equal(
		    read_option(option->path, option->fallback, &config, &errors), 0);
		assert_same_field(config, defaults, option);
		config_free(&config);
		compared++;
	}
	assert_true(compared >= 30);
	config_free(&defaults);
	document_free(&document);
}

/* The bounds themselves are taken, and what lies beyond them is refused with both named. */
static void check_bound(const struct option *option, int64_t bound, int64_t beyond)
{
	struct buffer auto_buffer errors;
	struct config *config = NULL;
	char text[64];
	const char *unit = option->type == &option_duration ? "ms" : "";

	buffer_init(&errors, MAX_TEXT_BYTES);
	snprintf(text, sizeof(text), "%lld%s", (long long)bound, unit);
	assert_int_equal(read_option(option->path, text, &config, &errors), 0);
	assert_int_equal(*(const int64_t *)field_of(config, option), bound);
	config_free(&config);
	if (beyond < 0 && option->type == &option_duration)
		return;
	snprintf(text, sizeof(text), "%lld%s", (long long)beyond, unit);
	assert_int_equal(read_option(option->path, text, &config, &errors), -EINVAL);
	assert_true(view_contains(buffer_view(&errors), VIEW(" must be between ")));
	config_free(&config);
}

static void test_bounds(unused_parameter void **state)
{
	for (size_t i = 0; i < config_schema.count; i++) {
		const struct option *option = &config_schema.options[i];

		if (!is_integer(option))
			continue;
		check_bound(option, option->minimum, option->minimum - 1);
		check_bound(option, option->maximum, option->maximum + 1);
	}
}

/* Each line of the list has five parts and says what the option is for. */
static void test_list(unused_parameter void **state)
{
	struct buffer auto_buffer text;
	struct view rest;
	struct view line;
	size_t lines = 0;

	buffer_init(&text, MAX_TEXT_BYTES);
	config_list_options(&text);
	assert_int_equal(buffer_error(&text), 0);
	assert_true(view_contains(buffer_view(&text),
	    VIEW("\nsites[].probe.every\tduration\t5m\t1s..1d\thow often")));
	assert_true(view_contains(buffer_view(&text),
	    VIEW("mode\tchoice\tobserve\tobserve|act\tobserve: everything")));
	assert_true(view_contains(buffer_view(&text), VIEW("\tname\t(required)\t\t")));
	rest = buffer_view(&text);
	while (view_cut(&rest, '\n', &line)) {
		struct view part;
		int tabs = 0;

		while (view_cut(&line, '\t', &part))
			tabs++;
		assert_int_equal(tabs, 4);
		assert_true(part.length > 10);
		lines++;
	}
	assert_int_equal(lines, config_schema.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reachable),
	    cmocka_unit_test(test_wrong_kinds),
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
