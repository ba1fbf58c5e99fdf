/* Shows that a whole configuration is read as it was written, that what was left out has its
 * default, that later files win, and that every mistake is told with its place. */
#include "directory_fixture.h"
#include "allocation.h"

#include "base/file.h"
#include "config/config.h"
#include "config/document.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)

/* A remedy to name in ladders: the folder, and the program in it. */
static int make_files(void **state)
{
	char path[512];

	if (make_directory(state) < 0)
		return -1;
	path_in(path, "recycle");
	if (mkdir(path, 0700) < 0)
		return -1;
	path_in(path, "empty");
	if (mkdir(path, 0700) < 0)
		return -1;
	write_in(path, "recycle/recycle", VIEW("#!/bin/false\n"));
	return 0;
}

/* The text with @RULES@ and @PLUGINS@ replaced by folders of this machine. */
static void append_filled_in(struct buffer *text, struct view rest)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct view head;

	while (view_cut(&rest, '@', &head)) {
		buffer_append(text, head);
		if (view_starts_with(rest, VIEW("RULES@")))
			buffer_append_format(text, "%s/rules", source != NULL ? source : ".");
		else if (view_starts_with(rest, VIEW("PLUGINS@")))
			buffer_append_text(text, directory);
		else
			buffer_append_byte(text, '@');
		if (view_starts_with(rest, VIEW("RULES@")) ||
		    view_starts_with(rest, VIEW("PLUGINS@")))
			view_cut(&rest, '@', &head);
	}
	buffer_append(text, head);
}

static void write_config(char ret_path[512], const char *name, const char *content)
{
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_TEXT_BYTES);
	append_filled_in(&text, view_of_text(content));
	assert_int_equal(buffer_error(&text), 0);
	write_in(ret_path, name, buffer_view(&text));
}

static struct config *load_good(const char *path)
{
	struct buffer auto_buffer errors;
	struct config *config = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	if (config_load(&config, path, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	assert_int_equal(errors.length, 0);
	return config;
}

static void assert_refused(const char *path, const char *expected)
{
	struct buffer auto_buffer errors;
	struct config *config = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_true(config_load(&config, path, &errors) < 0);
	assert_null(config);
	assert_string_equal(buffer_text(&errors), expected);
}

static void test_defaults(unused_parameter void **state)
{
	char path[512];
	struct config *config;

	write_config(path, "a.yml", "rules_dir: @RULES@\n");
	config = load_good(path);
	assert_int_equal(config->mode, CONFIG_MODE_OBSERVE);
	assert_false(config->helper_spawn);
	assert_string_equal(config->helper_socket, "/run/authmedic/helper.sock");
	assert_string_equal(config->state_dir, AUTHMEDIC_STATE_DIR);
	assert_string_equal(config->helper_state_dir, AUTHMEDIC_HELPER_STATE_DIR);
	assert_string_equal(config->plugin_dir, AUTHMEDIC_PLUGIN_DIR);
	assert_string_equal(config->programs_dir, AUTHMEDIC_PROGRAMS_DIR);
	assert_int_equal(config->http.listen.count, 1);
	assert_string_equal(config->http.listen.items[0], "127.0.0.1:19401");
	assert_int_equal(config->http.socket_mode, 0660);
	assert_null(config->http.certificate_file);
	assert_false(config->http.allow_plain_passwords);
	assert_int_equal(config->detect.window_ms, 5 * 60 * 1000);
	assert_int_equal(config->detect.known_good_for_ms, 7 * 86400 * 1000);
	assert_int_equal(config->detect.handshake_timeout_ms, 10 * 1000);
	assert_int_equal(config->detect.minimum_voters, 5);
	assert_int_equal(config->detect.share_percent, 30);
	assert_int_equal(config->detect.ipv4_prefix, 32);
	assert_int_equal(config->detect.ipv6_prefix, 64);
	assert_int_equal(config->detect.max_voters, 131072);
	assert_int_equal(config->detect.max_pending, 16384);
	assert_int_equal(config->safety.warm_up_ms, 2 * 60 * 1000);
	assert_int_equal(config->safety.hold_off_ms, 30 * 1000);
	assert_int_equal(config->safety.confirm_tries, 3);
	assert_int_equal(config->safety.confirm_rejected, 2);
	assert_int_equal(config->safety.confirm_over_ms, 60 * 1000);
	assert_int_equal(config->safety.probe_interval_ms, 60 * 1000);
	assert_int_equal(config->safety.accepted_within_ms, 86400 * 1000);
	assert_int_equal(config->safety.actions_per_hour, 1);
	assert_int_equal(config->safety.actions_per_day, 3);
	assert_int_equal(config->safety.plugin_timeout_ms, 30 * 1000);
	assert_string_equal(config->safety.disable_file, "/etc/authmedic/disable");
	assert_int_equal(config->notify.count, 0);
	config_free(&config);
	assert_null(config);
	config_free(&config);
}

static void test_site_defaults(unused_parameter void **state)
{
	char path[512];
	struct config *config;
	const struct config_site *site;

	write_config(path, "a.yml",
	    "rules_dir: @RULES@\n"
	    "sites: [{name: a, evidence: voters, logs: [{path: /a.log}]}]\n");
	config = load_good(path);
	assert_int_equal(config->sites.count, 1);
	site = &config->sites.items[0];
	assert_int_equal(site->mode, CONFIG_MODE_OBSERVE);
	assert_string_equal(site->server.name, "other");
	assert_false(site->server.holds_keys);
	assert_null(site->server.worker_process);
	assert_string_equal(site->logs.items[0].format, "auto");
	assert_null(site->logs.items[0].logformat);
	assert_null(site->service);
	assert_null(site->keytab);
	assert_string_equal(site->krb5_config, "/etc/krb5.conf");
	assert_int_equal(site->worker.max_age_ms, INT64_C(30) * 86400 * 1000);
	assert_false(site->probe.configured);
	assert_int_equal(site->probe.every_ms, 5 * 60 * 1000);
	assert_int_equal(site->probe.timeout_ms, 10 * 1000);
	assert_false(site->maintenance.configured);
	assert_int_equal(site->ladder.count, 0);
	assert_ptr_equal(config_site_named(config, "a"), site);
	assert_null(config_site_named(config, "b"));
	config_free(&config);
}

static const char whole[] =
    "mode: act\n"
    "helper: spawn\n"
    "state_dir: /s\n"
    "rules_dir: @RULES@\n"
    "plugin_dir: @PLUGINS@\n"
    "programs_dir: /p\n"
    "http: {listen: '[::1]:0'}\n"
    "detect: {window: 90s, known_good_for: 1d, handshake_timeout: 5s, minimum_voters: 1,\n"
    "  share_percent: 100, ipv4_prefix: 24, ipv6_prefix: 56, max_voters: 99, max_pending: 98}\n"
    "safety: {warm_up: 0s, hold_off: 1s, confirm_tries: 5, confirm_rejected: 4,\n"
    "  confirm_over: 2s, probe_interval: 500ms, accepted_within: 1h, actions_per_hour: 2,\n"
    "  actions_per_day: 0, plugin_timeout: 1m, disable_file: /d}\n"
    "sites:\n"
    "  - name: intranet\n"
    "    mode: observe\n"
    "    server: squid\n"
    "    logs:\n"
    "      - {path: /var/log/a*.log, format: squid-combined}\n"
    "      - path: /b.log\n"
    "        logformat: \"%h %l %u \\\"%r\\\"\"\n"
    "    service: HTTP/intranet.example.com@EXAMPLE.COM\n"
    "    keytab: /etc/squid/http.keytab\n"
    "    krb5_config: /etc/other.conf\n"
    "    trusted_proxies: [10.0.0.0/8, '::1']\n"
    "    worker: {pidfile: /run/squid.pid, max_age: 12h}\n"
    "    evidence: probe\n"
    "    probe: {url: \"https://intranet.example.com/\", client_keytab: /k,\n"
    "      client_principal: probe@EXAMPLE.COM, ca_file: /ca.pem,\n"
    "      connect_to: [\"[::1]:443\", a:1], every: 1m, timeout: 3s}\n"
    "    maintenance: {days: [sat, sun], from: \"23:30\", to: 04:05}\n"
    "    ladder:\n"
    "      - remedy: recycle\n"
    "        with: {command: [/usr/sbin/squid, -k, reconfigure], unit: squid}\n"
    "        verify_within: 3m\n"
    "        revert_after: 4h\n"
    "  - name: b\n"
    "    server: tomcat\n"
    "    logs: [{path: /c.log}]\n"
    "    probe: {command: [/bin/probe, \"a b\"]}\n"
    "    maintenance: {from: 01:00, to: 02:00}\n"
    "notify:\n"
    "  - {name: ops, type: webhook, url: \"http://127.0.0.1:9/x\", secret_file: /secret,\n"
    "     ca_file: /own.pem}\n";

static void check_first_site(const struct config_site *site, const char *path)
{
	const struct config_rung *rung = &site->ladder.items[0];
	char where[600];

	assert_int_equal(site->mode, CONFIG_MODE_OBSERVE);
	assert_string_equal(site->server.name, "squid");
	assert_true(site->server.holds_keys);
	assert_string_equal(site->server.worker_process, "negotiate_kerberos_auth");
	assert_int_equal(site->logs.count, 2);
	assert_string_equal(site->logs.items[0].path, "/var/log/a*.log");
	assert_string_equal(site->logs.items[0].format, "squid-combined");
	snprintf(where, sizeof(where), "%s:18:41", path);
	assert_string_equal(site->logs.items[0].where, where);
	assert_string_equal(site->logs.items[1].logformat, "%h %l %u \"%r\"");
	snprintf(where, sizeof(where), "%s:20:20", path);
	assert_string_equal(site->logs.items[1].where, where);
	assert_string_equal(site->service, "HTTP/intranet.example.com@EXAMPLE.COM");
	assert_string_equal(site->keytab, "/etc/squid/http.keytab");
	assert_string_equal(site->krb5_config, "/etc/other.conf");
	assert_int_equal(site->trusted_proxies.count, 2);
	assert_int_equal(site->trusted_proxies.items[0].bits, 8);
	assert_int_equal(site->trusted_proxies.items[1].first.family, 6);
	assert_string_equal(site->worker.pidfile, "/run/squid.pid");
	assert_int_equal(site->worker.max_age_ms, 12 * 3600 * 1000);
	assert_int_equal(site->evidence, CONFIG_EVIDENCE_PROBE);
	assert_true(site->probe.configured);
	assert_string_equal(site->probe.url, "https://intranet.example.com/");
	assert_string_equal(site->probe.client_keytab, "/k");
	assert_string_equal(site->probe.client_principal, "probe@EXAMPLE.COM");
	assert_string_equal(site->probe.ca_file, "/ca.pem");
	assert_int_equal(site->probe.connect_to.count, 2);
	assert_string_equal(site->probe.connect_to.items[0], "[::1]:443");
	assert_int_equal(site->probe.every_ms, 60 * 1000);
	assert_int_equal(site->probe.timeout_ms, 3 * 1000);
	assert_true(site->maintenance.configured);
	assert_int_equal(site->maintenance.days, 1 << 6 | 1 << 0);
	assert_int_equal(site->maintenance.from_minute, 23 * 60 + 30);
	assert_int_equal(site->maintenance.to_minute, 4 * 60 + 5);
	assert_string_equal(rung->remedy, "recycle");
	assert_int_equal(rung->with.count, 2);
	assert_string_equal(rung->with.items[0].key, "command");
	assert_true(rung->with.items[0].is_list);
	assert_int_equal(rung->with.items[0].values.count, 3);
	assert_string_equal(rung->with.items[0].values.items[1], "-k");
	assert_false(rung->with.items[1].is_list);
	assert_string_equal(rung->with.items[1].values.items[0], "squid");
	assert_int_equal(rung->verify_within_ms, 3 * 60 * 1000);
	assert_int_equal(rung->revert_after_ms, 4 * 3600 * 1000);
}

static void test_whole(unused_parameter void **state)
{
	char path[512];
	struct config *config;
	const struct config_site *second;

	write_config(path, "a.yml", whole);
	config = load_good(path);
	assert_int_equal(config->mode, CONFIG_MODE_ACT);
	assert_true(config->helper_spawn);
	assert_null(config->helper_socket);
	assert_string_equal(config->helper_state_dir, "/s/helper");
	assert_string_equal(config->http.listen.items[0], "[::1]:0");
	assert_int_equal(config->detect.window_ms, 90 * 1000);
	assert_int_equal(config->detect.max_pending, 98);
	assert_int_equal(config->safety.warm_up_ms, 0);
	assert_int_equal(config->safety.probe_interval_ms, 500);
	assert_int_equal(config->safety.actions_per_day, 0);
	assert_string_equal(config->safety.disable_file, "/d");
	assert_int_equal(config->sites.count, 2);
	check_first_site(&config->sites.items[0], path);
	second = config_site_named(config, "b");
	assert_int_equal(second->mode, CONFIG_MODE_ACT);
	assert_true(second->server.holds_keys);
	assert_int_equal(second->probe.command.count, 2);
	assert_string_equal(second->probe.command.items[1], "a b");
	assert_int_equal(second->maintenance.days, 0x7f);
	assert_int_equal(config->notify.count, 1);
	assert_string_equal(config->notify.items[0].type, "webhook");
	assert_string_equal(config->notify.items[0].url, "http://127.0.0.1:9/x");
	assert_string_equal(config->notify.items[0].secret_file, "/secret");
	assert_string_equal(config->notify.items[0].ca_file, "/own.pem");
	config_free(&config);
}

/* Later files win: scalars and lists are replaced, groups and named lists merge. */
static void test_merging(unused_parameter void **state)
{
	char path[512];
	char other[512];
	struct config *config;
	const struct config_site *a;

	write_config(path, "a.yml",
	    "rules_dir: @RULES@\n"
	    "plugin_dir: @PLUGINS@\n"
	    "detect: {window: 1m, minimum_voters: 7}\n"
	    "sites:\n"
	    "  - {name: a, evidence: voters, server: squid, logs: [{path: /1}, {path: /2}]}\n");
	path_in(other, "conf.d");
	assert_int_equal(mkdir(other, 0700), 0);
	write_config(other, "conf.d/20-last.yml",
	    "detect: {window: 3m}\n"
	    "sites: [{name: b, mode: act}, {name: a, logs: [{path: /3}], mode: act}]\n"
	    "notify: [{name: n, url: 'http://b'}]\n");
	write_config(other, "conf.d/10-first.yml",
	    "detect: {window: 2m}\n"
	    "sites: [{name: b, evidence: voters, logs: [{path: /b}]}]\n"
	    "notify: [{name: n, type: webhook, url: 'http://a'}, {name: m, type: webhook,\n"
	    "  url: 'http://c'}]\n");
	config = load_good(path);
	assert_int_equal(config->detect.window_ms, 3 * 60 * 1000);
	assert_int_equal(config->detect.minimum_voters, 7);
	assert_int_equal(config->sites.count, 2);
	a = config_site_named(config, "a");
	assert_int_equal(a->mode, CONFIG_MODE_ACT);
	assert_string_equal(a->server.name, "squid");
	assert_int_equal(a->logs.count, 1);
	assert_string_equal(a->logs.items[0].path, "/3");
	assert_int_equal(config_site_named(config, "b")->mode, CONFIG_MODE_ACT);
	assert_string_equal(config_site_named(config, "b")->logs.items[0].path, "/b");
	assert_int_equal(config->notify.count, 2);
	assert_string_equal(config->notify.items[0].url, "http://b");
	config_free(&config);
}

/* A mistake in the first file is told even where a later file replaces it, and all are told. */
static void test_mistakes_in_several_files(unused_parameter void **state)
{
	struct buffer auto_buffer expected;
	char path[512];
	char other[512];

	write_config(path, "a.yml", "http: {listen: nowhere}\n");
	path_in(other, "conf.d");
	assert_int_equal(mkdir(other, 0700), 0);
	write_config(other, "conf.d/b.yml", "http: {listen: 127.0.0.1:1}\nmode: acting\n");
	buffer_init(&expected, MAX_TEXT_BYTES);
	buffer_append_format(&expected,
	    "%s:1:16: listen must be ADDRESS:PORT, such as 127.0.0.1:19401 or [::1]:19401, "
	    "unix:/PATH, or systemd, not 'nowhere'\n"
	    "%s:2:7: mode must be one of observe, act, not 'acting'\n",
	    path, other);
	assert_refused(path, buffer_text(&expected));
	write_config(other, "conf.d/c.yml", "a: [\n");
	buffer_clear(&expected);
	buffer_append_format(&expected,
	    "%s:2:1: did not find expected node content, "
	    "while parsing a flow node that began in line 2\n",
	    other);
	assert_refused(path, buffer_text(&expected));
}

/* More files than there may be are a mistake with a place, and not a failure without a word. */
static void test_too_many_files(unused_parameter void **state)
{
	struct buffer auto_buffer expected;
	char path[512];
	char other[512];

	write_config(path, "a.yml", "rules_dir: @RULES@\n");
	path_in(other, "conf.d");
	assert_int_equal(mkdir(other, 0700), 0);
	for (int i = 0; i < 257; i++) {
		char name[32];

		snprintf(name, sizeof(name), "conf.d/%03d.yml", i);
		write_config(other, name, "mode: act\n");
		if (i == 254) {
			struct config *config = load_good(path);

			config_free(&config);
		}
	}
	path_in(other, "conf.d/255.yml");
	buffer_init(&expected, MAX_TEXT_BYTES);
	buffer_append_format(&expected,
	    "%s:1:1: one file too many: a configuration has at most 256\n", other);
	assert_refused(path, buffer_text(&expected));
}

/* The digest changes with any byte of any file and with nothing else. */
static void test_digest(unused_parameter void **state)
{
	char path[512];
	char other[512];
	uint64_t digests[3];

	write_config(path, "a.yml", "rules_dir: @RULES@\n");
	path_in(other, "conf.d");
	assert_int_equal(mkdir(other, 0700), 0);
	write_config(other, "conf.d/b.yml", "mode: act\n");
	for (int i = 0; i < 3; i++) {
		struct config *config;

		if (i == 2)
			write_config(other, "conf.d/b.yml", "mode: act # \n");
		config = load_good(path);
		digests[i] = config->digest;
		config_free(&config);
	}
	assert_int_equal(digests[0], digests[1]);
	assert_int_not_equal(digests[1], digests[2]);
}

/* The comments `# expect: LINE:COLUMN: MESSAGE` of a bad file as complaints about it. */
static void append_expected(struct buffer *expected, struct view text, const char *path)
{
	static const struct view mark = VIEW("# expect: ");
	struct view line;
	bool more = true;

	while (more) {
		more = view_cut(&text, '\n', &line);
		if (!view_starts_with(line, mark))
			continue;
		line = view_skip(line, mark.length);
		/* A complaint about another file begins with that file's path. */
		if (line.data[0] != '/')
			buffer_append_format(expected, "%s:", path);
		append_filled_in(expected, line);
		buffer_append_byte(expected, '\n');
	}
}

static int on_bad_file(void *context, const char *file)
{
	int *count = context;
	struct buffer auto_buffer content;
	struct buffer auto_buffer expected;
	char path[512];

	buffer_init(&content, MAX_TEXT_BYTES);
	buffer_init(&expected, MAX_TEXT_BYTES);
	assert_int_equal(file_read(file, &content), 0);
	write_config(path, strrchr(file, '/') + 1, buffer_text(&content));
	append_expected(&expected, buffer_view(&content), path);
	assert_true(expected.length > 0);
	assert_refused(path, buffer_text(&expected));
	++*count;
	return 0;
}

static void test_bad_files(unused_parameter void **state)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct buffer auto_buffer errors;
	char folder[512];
	int count = 0;

	snprintf(folder, sizeof(folder), "%s/tests/unit/config/bad", source != NULL ? source : ".");
	buffer_init(&errors, MAX_TEXT_BYTES);
	assert_int_equal(document_each_file(folder, &errors, on_bad_file, &count), 0);
	assert_true(count >= 40);
}

static void test_no_file(unused_parameter void **state)
{
	char path[512];
	char expected[600];

	path_in(path, "missing.yml");
	snprintf(expected, sizeof(expected), "%s:1:1: No such file or directory\n", path);
	assert_refused(path, expected);
	snprintf(expected, sizeof(expected), "%s:1:1: this is a folder, not a file\n", directory);
	assert_refused(directory, expected);
}

/* A file with endless mistakes gets a bounded answer. */
static void test_bounded_complaints(unused_parameter void **state)
{
	struct buffer auto_buffer text;
	struct buffer auto_buffer errors;
	struct config *config = NULL;
	char path[512];
	size_t lines = 0;

	buffer_init(&text, MAX_TEXT_BYTES);
	buffer_init(&errors, MAX_TEXT_BYTES);
	for (int i = 0; i < 200; i++)
		buffer_append_format(&text, "key%d: 1\n", i);
	write_in(path, "a.yml", buffer_view(&text));
	assert_int_equal(config_load(&config, path, &errors), -EINVAL);
	for (size_t i = 0; i < errors.length; i++)
		lines += errors.data[i] == '\n';
	assert_int_equal(lines, CONFIG_MAX_ERRORS);
}

/* Whichever allocation fails, nothing leaks and nothing half-read is handed out. */
static void test_no_memory(unused_parameter void **state)
{
	char path[512];
	int error = -ENOMEM;
	int count = 0;

	write_config(path, "a.yml", whole);
	for (; error != 0; count++) {
		struct buffer auto_buffer errors;
		struct config *config = NULL;

		buffer_init(&errors, MAX_TEXT_BYTES);
		allocation_fail_after(count);
		error = config_load(&config, path, &errors);
		allocation_restore();
		assert_true(error == 0 || error == -ENOMEM);
		assert_int_equal(error == 0, config != NULL);
		config_free(&config);
	}
	assert_in_range(count, 100, 5000);
}

#define in_a_directory(test) cmocka_unit_test_setup_teardown(test, make_files, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    in_a_directory(test_defaults),
	    in_a_directory(test_site_defaults),
	    in_a_directory(test_whole),
	    in_a_directory(test_merging),
	    in_a_directory(test_mistakes_in_several_files),
	    in_a_directory(test_too_many_files),
	    in_a_directory(test_digest),
	    in_a_directory(test_bad_files),
	    in_a_directory(test_no_file),
	    in_a_directory(test_bounded_complaints),
	    in_a_directory(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
