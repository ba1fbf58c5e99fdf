/* Shows that the shipped servers are those that are documented, with what is known of each, and
 * that mistakes in such files are told with their place. */
#include "directory_fixture.h"

#include "config/servers.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)

static void test_shipped(unused_parameter void **state)
{
	static const struct {
		const char *name;
		bool holds_keys;
		const char *worker_process;
	} cases[] = {
	    {"apache", false, NULL},
	    {"iis", true, NULL},
	    {"jetty", true, NULL},
	    {"nginx", false, NULL},
	    {"other", false, NULL},
	    {"squid", true, "negotiate_kerberos_auth"},
	    {"tomcat", true, NULL},
	};
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct servers auto_call(servers_done) servers = {0};
	struct buffer auto_buffer errors;
	char folder[512];

	snprintf(folder, sizeof(folder), "%s/rules", source != NULL ? source : ".");
	buffer_init(&errors, MAX_TEXT_BYTES);
	if (servers_load(&servers, folder, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	assert_int_equal(servers.count, count_of(cases));
	for (size_t i = 0; i < count_of(cases); i++) {
		const struct server_kind *kind = servers_named(&servers, cases[i].name);

		assert_non_null(kind);
		assert_int_equal(kind->server.holds_keys, cases[i].holds_keys);
		assert_string_equal(kind->server.inspectors.items[0], "inspect-worker");
		if (cases[i].worker_process == NULL)
			assert_null(kind->server.worker_process);
		else
			assert_string_equal(kind->server.worker_process, cases[i].worker_process);
	}
	assert_null(servers_named(&servers, "gopher"));
}

/* That of the kinds of server; its path. */
static void make_folder(char ret_path[512])
{
	path_in(ret_path, "servers");
	assert_int_equal(mkdir(ret_path, 0700), 0);
}

/* Each file by itself, so that one mistake does not hide the next. */
static void test_mistakes(unused_parameter void **state)
{
	struct servers auto_call(servers_done) servers = {0};
	struct buffer auto_buffer errors;
	struct buffer auto_buffer expected;
	char path[512];

	make_folder(path);
	write_in(path, "servers/a.yml",
	    VIEW("name: b\ntitle: t\nholds_keys: no\ninspectors: [a]\nnote: n\n"));
	write_in(path, "servers/b.yml",
	    VIEW("name: b\nholds_keys: perhaps\ninspectors: [a, B]\nconfiguration: [etc]\n"
	         "note: n\n"));
	write_in(path, "servers/c.yml", VIEW("name: [\n"));
	buffer_init(&errors, MAX_TEXT_BYTES);
	buffer_init(&expected, MAX_TEXT_BYTES);
	buffer_append_format(&expected,
	    "%1$s/servers/a.yml:1:7: the name must be the file's, before .yml\n"
	    "%1$s/servers/b.yml:2:13: holds_keys must be yes or no, not 'perhaps'\n"
	    "%1$s/servers/b.yml:3:17: inspectors must be a list of names, not 'B'\n"
	    "%1$s/servers/b.yml:4:17: configuration must be a list of absolute paths, not "
	    "'etc'\n"
	    "%1$s/servers/b.yml:1:1: title is missing here\n"
	    "%1$s/servers/c.yml:2:1: did not find expected node content, "
	    "while parsing a flow node that began in line 2\n",
	    directory);
	assert_int_equal(servers_load(&servers, directory, &errors), -EINVAL);
	assert_string_equal(buffer_text(&errors), buffer_text(&expected));
}

/* More than there may be are a mistake with a place, and not a failure without a word. */
static void test_too_many(unused_parameter void **state)
{
	struct servers auto_call(servers_done) servers = {0};
	struct buffer auto_buffer errors;
	struct buffer auto_buffer expected;
	char path[512];

	make_folder(path);
	for (int i = 0; i <= SERVERS_MAX; i++) {
		char name[32], text[128];

		snprintf(name, sizeof(name), "servers/s%02d.yml", i);
		snprintf(text, sizeof(text),
		    "name: s%02d\ntitle: t\nholds_keys: no\ninspectors: [a]\nnote: n\n", i);
		write_in(path, name, view_of_text(text));
	}
	buffer_init(&errors, MAX_TEXT_BYTES);
	buffer_init(&expected, MAX_TEXT_BYTES);
	buffer_append_format(
	    &expected, "%s:1:1: one kind of server too many: there are at most 64\n", path);
	assert_true(servers_load(&servers, directory, &errors) < 0);
	assert_string_equal(buffer_text(&errors), buffer_text(&expected));
}

/* The digest changes with any byte of any file. */
static void test_digest(unused_parameter void **state)
{
	uint64_t digests[2];
	char path[512];

	make_folder(path);
	for (int i = 0; i < 2; i++) {
		struct servers auto_call(servers_done) servers = {0};
		struct buffer auto_buffer errors;

		buffer_init(&errors, MAX_TEXT_BYTES);
		write_in(path, "servers/a.yml",
		    i == 0 ? VIEW("name: a\ntitle: t\nholds_keys: no\ninspectors: [a]\nnote: n\n")
			   : VIEW("name: a\ntitle: t\nholds_keys: no\ninspectors: [a]\nnote: m\n"));
		assert_int_equal(servers_load(&servers, directory, &errors), 0);
		digests[i] = servers.digest;
	}
	assert_true(digests[0] != digests[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shipped),
	    cmocka_unit_test_setup_teardown(test_mistakes, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(test_too_many, make_directory, remove_directory),
	    cmocka_unit_test_setup_teardown(test_digest, make_directory, remove_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
