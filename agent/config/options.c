#include "config/options.h"

#include "config/config.h"
#include "config/types.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define MAX_WITH_KEY_BYTES 63

#define IN_CONFIG(member) .offset = offsetof(struct config, member)
#define IN_SITE(member)   .offset = offsetof(struct config_site, member)
#define IN_LOG(member)    .offset = offsetof(struct config_log, member)
#define IN_RUNG(member)   .offset = offsetof(struct config_rung, member)
#define IN_NOTIFY(member) .offset = offsetof(struct config_notify, member)

static const char *const modes[] = {"observe", "act", NULL};
static const char *const confinements[] = {"on", "off", NULL};
static const char *const evidences[] = {"probe", "voters", NULL};
static const char *const approvals[] = {"none", "required", NULL};
static const char *const notify_types[] = {
    "webhook", "cloudevents", "alertmanager", "pagerduty", "slack", NULL};
static const char *const day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

const char *const config_named_lists[] = {"sites", "notify", NULL};

/* "spawn" or the socket's path; two fields of struct config. */
static int parse_helper(const struct option *option, const char *text, void *field)
{
	struct config *config = field;

	if (strcmp(text, "spawn") != 0)
		return option_path.parse(option, text, &config->helper_socket);
	config->helper_spawn = true;
	return 0;
}

static void helper_done(const struct option *option, void *field)
{
	struct config *config = field;

	option_path.done(option, &config->helper_socket);
}

static const struct option_type option_helper = {
    .name = "path or spawn",
    .title = "'spawn' or the absolute path of the helper's socket",
    .parse = parse_helper,
    .done = helper_done,
};

/* service/host or service/host@REALM. */
static bool is_service(struct view text)
{
	struct view service, host;

	if (!view_cut(&text, '/', &service) || view_contains(text, VIEW("/")))
		return false;
	if (view_cut(&text, '@', &host) &&
	    (view_is_empty(text) || view_contains(text, VIEW("@"))))
		return false;
	return !view_is_empty(service) && !view_is_empty(host) &&
	       !view_contains(service, VIEW("@"));
}

static int parse_service(const struct option *option, const char *text, void *field)
{
	return is_service(view_of_text(text)) ? option_word.parse(option, text, field) : -EINVAL;
}

static void service_done(const struct option *option, void *field)
{
	option_word.done(option, field);
}

static const struct option_type option_service = {
    .name = "principal",
    .title = "a principal such as HTTP/www.example.com",
    .parse = parse_service,
    .done = service_done,
};

static int parse_notify_type(const struct option *option, const char *text, void *field)
{
	int choice = 0;
	int error = option_choice.parse(option, text, &choice);

	return error < 0 ? error : option_name.parse(option, text, field);
}

static void notify_type_done(const struct option *option, void *field)
{
	option_name.done(option, field);
}

static const struct option_type option_notify_type = {
    .name = "choice",
    .title = "one word",
    .parse = parse_notify_type,
    .done = notify_type_done,
};

static int read_days(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	unsigned *days = field;

	if (node_kind(node) != NODE_SEQUENCE) {
		option_complain(reading, option, node);
		return 0;
	}
	if (node_count(node) == 0)
		schema_complain(reading, node, "%s is empty", option_key(option));
	for (size_t i = 0; i < node_count(node); i++) {
		struct option one = {
		    .path = option->path, .type = &option_choice, .choices = day_names};
		int day = 0;
		int error = option_read_scalar(reading, &one, node_item(node, i), &day);

		if (error < 0)
			return error;
		*days |= 1U << day;
	}
	return 0;
}

static const struct option_type option_days = {
    .name = "list of days",
    .title = "a list of days such as [sat, sun]",
    .read = read_days,
};

/* A remedy gets each key as an environment variable. */
static bool is_with_key(const char *text)
{
	if (*text < 'a' || *text > 'z' || strlen(text) > MAX_WITH_KEY_BYTES)
		return false;
	for (; *text != '\0'; text++)
		if (!(*text >= 'a' && *text <= 'z') && !(*text >= '0' && *text <= '9') &&
		    *text != '_')
			return false;
	return true;
}

static int read_with_value(
    struct reading *reading, const struct node *node, struct config_with *with)
{
	static const struct option words = {
	    .path = "with", .type = &option_words, .maximum = CONFIG_MAX_WORDS};
	static const struct option line = {.path = "with", .type = &option_line};
	char auto_free *text = NULL;
	int error;

	with->is_list = node_kind(node) == NODE_SEQUENCE;
	if (with->is_list)
		return option_words.read(reading, &words, node, &with->values);
	error = option_read_scalar(reading, &line, node, &text);
	if (error == 0 && text != NULL)
		error = config_words_push(&with->values, text, CONFIG_MAX_WORDS);
	return error;
}

static int read_with_pair(struct reading *reading, const struct node *key,
    const struct node *value, struct config_rung *rung)
{
	struct config_with with = {0};
	int error;

	if (!is_with_key(node_text(key))) {
		schema_complain(reading, key,
		    "a key in 'with' must be small letters, digits and '_', not '%.60s'",
		    node_text(key));
		return 0;
	}
	with.key = view_to_text(view_of_text(node_text(key)));
	if (with.key == NULL)
		return -ENOMEM;
	error = array_push(&rung->with, with, CONFIG_MAX_WITH);
	if (error < 0) {
		free(with.key);
		return error;
	}
	return read_with_value(reading, value, &rung->with.items[rung->with.count - 1]);
}

/* The field is the rung: the list's type has no name. */
static int read_with(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	int error = 0;

	if (node_kind(node) != NODE_MAPPING) {
		option_complain(reading, option, node);
		return 0;
	}
	if (node_count(node) > CONFIG_MAX_WITH) {
		schema_complain(reading, node, "with has %zu keys; the most is %d",
		    node_count(node), CONFIG_MAX_WITH);
		return 0;
	}
	for (size_t i = 0; i < node_count(node) && error == 0; i++)
		error = read_with_pair(reading, node_key(node, i), node_item(node, i), field);
	return error;
}

static void with_done(unused_parameter const struct option *option, void *field)
{
	struct config_rung *rung = field;

	for (size_t i = 0; i < rung->with.count; i++) {
		free(rung->with.items[i].key);
		config_words_done(&rung->with.items[i].values);
	}
	array_done(&rung->with);
}

static const struct option_type option_with = {
    .name = "group",
    .title = "a group of keys (key: value)",
    .read = read_with,
    .done = with_done,
};

static const struct option options[] = {
    {"mode", &option_choice, IN_CONFIG(mode), "observe", .choices = modes,
        .help = "observe: everything but the action; act: apply remedies"},
    {"helper", &option_helper, .fallback = "/run/authmedic/helper.sock",
        .help = "the privileged helper's socket, or spawn: run it as a child with our rights"},
    {"state_dir", &option_path, IN_CONFIG(state_dir), AUTHMEDIC_STATE_DIR,
        .help = "where the daemon keeps cursors, incidents and the outbox"},
    {"helper_state_dir", &option_path, IN_CONFIG(helper_state_dir),
        .help = "where the helper keeps its ledger; by default " AUTHMEDIC_HELPER_STATE_DIR
                ", or STATE_DIR/helper with helper: spawn"},
    {"rules_dir", &option_path, IN_CONFIG(rules_dir), AUTHMEDIC_RULES_DIR,
        .help = "the folder of diagnoses, signatures and servers"},
    {"plugin_dir", &option_path, IN_CONFIG(plugin_dir), AUTHMEDIC_PLUGIN_DIR,
        .help = "the folder of inspectors and remedies"},
    {"programs_dir", &option_path, IN_CONFIG(programs_dir), AUTHMEDIC_PROGRAMS_DIR,
        .help = "the folder of authmedic-helper and authmedic-probe"},

    {"confinement", &option_choice, IN_CONFIG(confinement), "on", .choices = confinements,
        .help = "whether the programs give up for good what they have no use for"},

    {"http", &option_section, .help = "the status page and the metrics"},
    {"http.listen", &option_listen, IN_CONFIG(http.listen), "127.0.0.1:19401",
        .maximum = CONFIG_MAX_LISTEN,
        .help = "where to serve them: ADDRESS:PORT, unix:/PATH, systemd for the sockets that it "
                "passes, or a list of these"},
    {"http.names", &option_hosts, IN_CONFIG(http.names), .maximum = CONFIG_MAX_WORDS,
        .help = "the names and addresses in a Host header that are answered, beside localhost and "
                "the address that was connected to"},
    {"http.socket_mode", &option_file_mode, IN_CONFIG(http.socket_mode), "0660",
        .help = "the permissions of a unix: socket: they alone say who may connect"},
    {"http.socket_group", &option_group, IN_CONFIG(http.socket_group),
        .help = "the group of a unix: socket; by default our own"},
    {"http.tls", &option_section, .help = "TLS for all but unix: sockets"},
    {"http.tls.certificate_file", &option_path, IN_CONFIG(http.certificate_file),
        .help = "the certificate in PEM, and those that its issuer wants sent along after it"},
    {"http.tls.key_file", &option_path, IN_CONFIG(http.key_file),
        .help = "the certificate's key in PEM, without a passphrase, readable by nobody else"},
    {"http.users_file", &option_path, IN_CONFIG(http.users_file),
        .help = "lines NAME:HASH, bcrypt as htpasswd -B makes it; all but unix: sockets then want "
                "a password"},
    {"http.allow_plain_passwords", &option_yes_no, IN_CONFIG(http.allow_plain_passwords), "no",
        .help = "yes: take passwords without TLS from other machines, too"},

    {"detect", &option_section, .help = "what counts as a spike"},
    {"detect.window", &option_duration, IN_CONFIG(detect.window_ms), "5m",
        .minimum = 10 * SECOND, .maximum = DAY,
        .help = "how much log time is looked at, sliding; less than 10s would be over before "
                "silence has told of a refusal"},
    {"detect.known_good_for", &option_duration, IN_CONFIG(detect.known_good_for_ms), "7d",
        .minimum = MINUTE, .maximum = 365 * DAY,
        .help = "how long a voter that got in stays known-good"},
    {"detect.handshake_timeout", &option_duration, IN_CONFIG(detect.handshake_timeout_ms), "10s",
        .minimum = SECOND, .maximum = 5 * MINUTE,
        .help = "how long a client has to answer a challenge"},
    {"detect.minimum_voters", &option_number, IN_CONFIG(detect.minimum_voters), "5", .minimum = 1,
        .maximum = 1000000, .help = "the least rejected known-good voters of a spike"},
    {"detect.share_percent", &option_number, IN_CONFIG(detect.share_percent), "30", .minimum = 1,
        .maximum = 100, .help = "the least share of the active known-good voters in a spike"},
    {"detect.ipv4_prefix", &option_number, IN_CONFIG(detect.ipv4_prefix), "32", .minimum = 8,
        .maximum = 32, .help = "the bits of an IPv4 address that make one voter"},
    {"detect.ipv6_prefix", &option_number, IN_CONFIG(detect.ipv6_prefix), "64", .minimum = 16,
        .maximum = 128, .help = "the bits of an IPv6 address that make one voter"},
    {"detect.max_voters", &option_number, IN_CONFIG(detect.max_voters), "131072", .minimum = 16,
        .maximum = 16777216, .help = "the most voters remembered for a site"},
    {"detect.max_pending", &option_number, IN_CONFIG(detect.max_pending), "16384", .minimum = 16,
        .maximum = 1048576, .help = "the most handshakes followed at once for a site"},

    {"deaf", &option_section, .help = "when a log that tells nothing is no healthy silence"},
    {"deaf.file_trouble_for", &option_duration, IN_CONFIG(deaf.file_trouble_for_ms), "10s",
        .maximum = DAY, .help = "how long a log may be missing, unreadable or refused"},
    {"deaf.unparsed_lines", &option_number, IN_CONFIG(deaf.unparsed_lines), "100", .minimum = 1,
        .maximum = 1000000, .help = "so many lines in a row that its format does not explain"},
    {"deaf.silent_for", &option_duration, IN_CONFIG(deaf.silent_for_ms), "10m", .minimum = SECOND,
        .maximum = 30 * DAY,
        .help = "how long an access log may be quiet while other logs of the site show that the "
                "server serves; longer where it is usually quieter"},
    {"deaf.probe_line_within", &option_duration, IN_CONFIG(deaf.probe_line_within_ms), "2m",
        .minimum = SECOND, .maximum = DAY,
        .help = "how long after a probe that was answered its line may take to come"},
    {"deaf.unseen_probes", &option_number, IN_CONFIG(deaf.unseen_probes), "3", .minimum = 1,
        .maximum = 1000, .help = "so many answered probes in a row that left no line"},
    {"deaf.error_records", &option_number, IN_CONFIG(deaf.error_records), "200", .minimum = 10,
        .maximum = 1000000000,
        .help = "so many requests that failed and none that went well, since the first line, or "
                "since a success while probes are accepted"},
    {"deaf.errors_for", &option_duration, IN_CONFIG(deaf.errors_for_ms), "1h", .minimum = SECOND,
        .maximum = 30 * DAY, .help = "how much time those must span"},
    {"deaf.unwatched_for", &option_duration, IN_CONFIG(deaf.unwatched_for_ms), "1m",
        .minimum = SECOND, .maximum = DAY,
        .help = "how long the system may refuse or fail to tell of changes"},

    {"safety", &option_section, .help = "what must hold before anything is changed"},
    {"safety.warm_up", &option_duration, IN_CONFIG(safety.warm_up_ms), "2m", .maximum = DAY,
        .help = "no decision so long after our start or the server's"},
    {"safety.hold_off", &option_duration, IN_CONFIG(safety.hold_off_ms), "30s", .maximum = DAY,
        .help = "no decision so long after an action of ours"},
    {"safety.confirm_tries", &option_number, IN_CONFIG(safety.confirm_tries), "3", .minimum = 1,
        .maximum = CONFIG_MAX_TRIES, .help = "how many probes confirm a failure"},
    {"safety.confirm_rejected", &option_number, IN_CONFIG(safety.confirm_rejected), "2",
        .minimum = 1, .maximum = CONFIG_MAX_TRIES, .help = "how many of them must be rejected"},
    {"safety.confirm_over", &option_duration, IN_CONFIG(safety.confirm_over_ms), "60s",
        .maximum = DAY, .help = "how much time they must span"},
    {"safety.probe_interval", &option_duration, IN_CONFIG(safety.probe_interval_ms), "60s",
        .minimum = 100, .maximum = DAY, .help = "the least time between two probes of a site"},
    {"safety.accepted_within", &option_duration, IN_CONFIG(safety.accepted_within_ms), "24h",
        .minimum = SECOND, .maximum = 365 * DAY,
        .help = "how recently a probe must have been accepted for an action"},
    {"safety.actions_per_hour", &option_number, IN_CONFIG(safety.actions_per_hour), "1",
        .maximum = 60, .help = "the most actions on a site in an hour"},
    {"safety.actions_per_day", &option_number, IN_CONFIG(safety.actions_per_day), "3",
        .maximum = 240, .help = "the most actions on a site in a day"},
    {"safety.cool_down", &option_duration, IN_CONFIG(safety.cool_down_ms), "1h", .maximum = DAY,
        .help = "no action so long after the last; twice as long after each further one in a day"},
    {"safety.plugin_timeout", &option_duration, IN_CONFIG(safety.plugin_timeout_ms), "30s",
        .minimum = 100, .maximum = HOUR, .help = "after which a plugin is killed"},
    {"safety.overdue_after", &option_duration, IN_CONFIG(safety.overdue_after_ms), "3m",
        .maximum = DAY,
        .help = "how long a fallback may stand beyond its time before people are told"},
    {"safety.disable_file", &option_path, IN_CONFIG(safety.disable_file),
        "/etc/authmedic/disable", .help = "while this file exists nothing is changed"},

    {"fleet", &option_section,
        .help = "the hosts that serve the same people: they act in turn, through etcd"},
    {"fleet.endpoints", &option_urls, IN_CONFIG(fleet.endpoints), .is_required = true,
        .maximum = CONFIG_MAX_ENDPOINTS, .help = "the members of one etcd, [http://HOST:2379]"},
    {"fleet.group", &option_name, IN_CONFIG(fleet.group), .is_required = true,
        .help = "the name of the group; its hosts are those that give the same"},
    {"fleet.host", &option_name, IN_CONFIG(fleet.host),
        .help = "this host's name in the group; by default the machine's"},
    {"fleet.at_most", &option_number, IN_CONFIG(fleet.at_most), "1", .minimum = 1,
        .maximum = 64,
        .help = "the most actions at a time in the group; the least one given holds"},
    {"fleet.required", &option_yes_no, IN_CONFIG(fleet.required), "yes",
        .help = "yes: without etcd there is no action; no: then this host acts on its own"},
    {"fleet.lease", &option_duration, IN_CONFIG(fleet.lease_ms), "60s", .minimum = 3 * SECOND,
        .maximum = HOUR,
        .help = "how long what a host says holds when nothing is heard of it any more"},
    {"fleet.look_every", &option_duration, IN_CONFIG(fleet.look_every_ms), "5s",
        .minimum = 100, .maximum = MINUTE, .help = "how often the others are looked at"},
    {"fleet.shared_hosts", &option_number, IN_CONFIG(fleet.shared_hosts), "2", .minimum = 1,
        .maximum = 256,
        .help = "so many hosts with one of shared_diagnoses: the failure is not theirs, nobody "
                "acts"},
    {"fleet.shared_diagnoses", &option_names, IN_CONFIG(fleet.shared_diagnoses),
        .maximum = CONFIG_MAX_SHARED,
        .help = "by default kdc-unreachable, clock-skew, aged-handle and unknown"},
    {"fleet.ca_file", &option_path, IN_CONFIG(fleet.ca_file),
        .help = "the certificates to trust instead of the system's"},
    {"fleet.certificate_file", &option_path, IN_CONFIG(fleet.certificate_file),
        .help = "the certificate to show to etcd"},
    {"fleet.key_file", &option_path, IN_CONFIG(fleet.key_file),
        .help = "the key of that certificate"},
    {"fleet.user", &option_word, IN_CONFIG(fleet.user), .help = "the name to sign in to etcd with"},
    {"fleet.password_file", &option_path, IN_CONFIG(fleet.password_file),
        .help = "the file with the password"},

    {"sites", &option_list, IN_CONFIG(sites), .is_named = true, .maximum = CONFIG_MAX_SITES,
        .item_bytes = sizeof(struct config_site), .help = "the protected services"},
    {"sites[].name", &option_name, IN_SITE(name), .is_required = true,
        .help = "the site's name in metrics, alerts and commands"},
    {"sites[].mode", &option_choice, IN_SITE(mode), .choices = modes,
        .help = "the site's own mode instead of the general one"},
    {"sites[].server", &option_name, IN_SITE(server.name), "other",
        .help = "the server's kind, a name from RULES_DIR/servers"},
    {"sites[].logs", &option_list, IN_SITE(logs), .is_required = true, .minimum = 1,
        .maximum = CONFIG_MAX_LOGS, .item_bytes = sizeof(struct config_log),
        .help = "the server's access and error logs"},
    {"sites[].logs[].path", &option_path, IN_LOG(path), .is_required = true,
        .help = "the log's absolute path, which may be a glob"},
    {"sites[].logs[].format", &option_name, IN_LOG(format), "auto",
        .help = "the format's name; auto finds it out from the first lines"},
    {"sites[].logs[].logformat", &option_line, IN_LOG(logformat),
        .help = "an Apache LogFormat, nginx log_format or Squid logformat string instead of a "
                "format's name"},
    {"sites[].logs[].fields", &option_section,
        .help = "format json: the names of members, such as request.remote_ip; by default those "
                "that are usual"},
    {"sites[].logs[].fields.time", &option_word, IN_LOG(fields.time),
        .help = "the time, a text or a number"},
    {"sites[].logs[].fields.client", &option_word, IN_LOG(fields.client),
        .help = "the client's address"},
    {"sites[].logs[].fields.user", &option_word, IN_LOG(fields.user), .help = "who has signed in"},
    {"sites[].logs[].fields.user_is_verified", &option_yes_no, IN_LOG(fields.user_is_verified),
        "no", .help = "whether a name with a status other than 401 and 407 is of "
                      "somebody whom the server has signed in"},
    {"sites[].logs[].fields.status", &option_word, IN_LOG(fields.status),
        .help = "the HTTP status"},
    {"sites[].logs[].fields.request", &option_word, IN_LOG(fields.request),
        .help = "the request line"},
    {"sites[].logs[].fields.method", &option_word, IN_LOG(fields.method),
        .help = "the method of the request"},
    {"sites[].logs[].fields.target", &option_word, IN_LOG(fields.target),
        .help = "the request target"},
    {"sites[].logs[].fields.sent_bytes", &option_word, IN_LOG(fields.sent_bytes),
        .help = "the bytes that were sent"},
    {"sites[].logs[].fields.agent", &option_word, IN_LOG(fields.agent),
        .help = "the User-Agent header"},
    {"sites[].logs[].fields.host", &option_word, IN_LOG(fields.host), .help = "the Host header"},
    {"sites[].logs[].fields.forwarded", &option_word, IN_LOG(fields.forwarded),
        .help = "the X-Forwarded-For"},
    {"sites[].logs[].fields.connection", &option_word, IN_LOG(fields.connection),
        .help = "what names the connection"},
    {"sites[].logs[].fields.worker", &option_word, IN_LOG(fields.worker),
        .help = "the process that answered"},
    {"sites[].logs[].fields.scheme", &option_word, IN_LOG(fields.scheme),
        .help = "the class of the client's token, as scheme= in authmedic's own formats"},
    {"sites[].logs[].fields.reply", &option_word, IN_LOG(fields.reply),
        .help = "the class of the answer's token, as reply="},
    {"sites[].logs[].fields.error", &option_word, IN_LOG(fields.error),
        .help = "the server's own error, as merr="},
    {"sites[].logs[].fields.error_text", &option_word, IN_LOG(fields.error_text),
        .help = "the error's text, as mtext="},
    {"sites[].logs[].fields.message", &option_word, IN_LOG(fields.message),
        .help = "what was said, in a line without a status, as an error log has it"},
    {"sites[].logs[].fields.logger", &option_word, IN_LOG(fields.logger),
        .help = "which part of the server said it"},
    {"sites[].trusted_proxies", &option_ranges, IN_SITE(trusted_proxies),
        .maximum = CONFIG_MAX_PROXIES,
        .help = "the proxies in front, whose word on the client's address is taken"},
    {"sites[].service", &option_service, IN_SITE(service),
        .help = "the service principal, HTTP/host or HTTP/host@REALM"},
    {"sites[].keytab", &option_path, IN_SITE(keytab), .help = "the keytab that the worker uses"},
    {"sites[].krb5_config", &option_path, IN_SITE(krb5_config), "/etc/krb5.conf",
        .help = "the Kerberos configuration that the worker uses"},
    {"sites[].configuration", &option_paths, IN_SITE(configuration), .maximum = CONFIG_MAX_PATHS,
        .help = "the server's own configuration, files and folders, beyond the usual ones"},
    {"sites[].worker", &option_section, .help = "how to find the worker's process: one of them"},
    {"sites[].worker.pidfile", &option_path, IN_SITE(worker.pidfile),
        .help = "the file with the process id"},
    {"sites[].worker.unit", &option_word, IN_SITE(worker.unit), .help = "the systemd unit"},
    {"sites[].worker.process", &option_word, IN_SITE(worker.process),
        .help = "the name of the program"},
    {"sites[].worker.max_age", &option_duration, IN_SITE(worker.max_age_ms), "30d",
        .minimum = MINUTE, .maximum = 3650 * DAY,
        .help = "a handle in a worker older than this is suspect"},
    {"sites[].evidence", &option_choice, IN_SITE(evidence), "probe", .choices = evidences,
        .help = "probe: our own sign-in must fail; voters: where no probe can be had, a spike "
                "together with a local fact"},
    {"sites[].probe", &option_section, .help = "the test sign-in"},
    {"sites[].probe.url", &option_url, IN_SITE(probe.url), .help = "the address to sign in to"},
    {"sites[].probe.client_keytab", &option_path, IN_SITE(probe.client_keytab),
        .help = "the keytab of the account that signs in"},
    {"sites[].probe.client_principal", &option_word, IN_SITE(probe.client_principal),
        .help = "the account; by default the first in the keytab"},
    {"sites[].probe.ca_file", &option_path, IN_SITE(probe.ca_file),
        .help = "the certificates to trust instead of the system's"},
    {"sites[].probe.connect_to", &option_targets, IN_SITE(probe.connect_to),
        .maximum = CONFIG_MAX_ADDRESSES,
        .help = "where to connect instead of to the url's host, [127.0.0.1:443]; each is probed"},
    {"sites[].probe.command", &option_command, IN_SITE(probe.command),
        .maximum = CONFIG_MAX_WORDS,
        .help = "a program of your own, [/path, argument], instead of url and client_keytab"},
    {"sites[].probe.every", &option_duration, IN_SITE(probe.every_ms), "5m", .minimum = SECOND,
        .maximum = DAY, .help = "how often to sign in while all is well"},
    {"sites[].probe.timeout", &option_duration, IN_SITE(probe.timeout_ms), "10s", .minimum = 100,
        .maximum = 5 * MINUTE, .help = "after which the probe is given up"},
    {"sites[].maintenance", &option_section,
        .help = "when the worker may be recycled before anything failed, in local time"},
    {"sites[].maintenance.days", &option_days, IN_SITE(maintenance.days),
        .help = "a list of sun, mon, tue, wed, thu, fri, sat; by default every day"},
    {"sites[].maintenance.from", &option_time, IN_SITE(maintenance.from_minute),
        .is_required = true, .help = "the window's beginning, such as 03:00"},
    {"sites[].maintenance.to", &option_time, IN_SITE(maintenance.to_minute),
        .is_required = true, .help = "its end; an earlier time is one on the next day"},
    {"sites[].ladder", &option_list, IN_SITE(ladder), .maximum = CONFIG_MAX_RUNGS,
        .item_bytes = sizeof(struct config_rung), .help = "the remedies, in order"},
    {"sites[].ladder[].remedy", &option_name, IN_RUNG(remedy), .is_required = true,
        .help = "the remedy's name, a folder in PLUGIN_DIR"},
    {"sites[].ladder[].with", &option_with, .help = "what the remedy is told, see its README"},
    {"sites[].ladder[].verify_within", &option_duration, IN_RUNG(verify_within_ms), "2m",
        .minimum = SECOND, .maximum = DAY,
        .help = "the time in which the remedy must have helped"},
    {"sites[].ladder[].revert_after", &option_duration, IN_RUNG(revert_after_ms),
        .minimum = SECOND, .maximum = 30 * DAY,
        .help = "when a reversible remedy is taken back, if a person has not named a shorter time; "
                "such a remedy runs only with a person's approval"},
    {"sites[].ladder[].approval", &option_choice, IN_RUNG(approval_required), "none",
        .choices = approvals, .help = "required: only once a person has approved it"},

    {"notify", &option_list, IN_CONFIG(notify), .is_named = true, .maximum = CONFIG_MAX_NOTIFY,
        .item_bytes = sizeof(struct config_notify), .help = "who is told"},
    {"notify[].name", &option_name, IN_NOTIFY(name), .is_required = true,
        .help = "the target's name in metrics and commands"},
    {"notify[].type", &option_notify_type, IN_NOTIFY(type), .is_required = true,
        .choices = notify_types, .help = "how it is told"},
    {"notify[].url", &option_url, IN_NOTIFY(url),
        .help = "where the message is sent; for pagerduty by default its own address"},
    {"notify[].url_file", &option_path, IN_NOTIFY(url_file),
        .help = "a file with the url, where that is a secret, as Slack's are"},
    {"notify[].secret_file", &option_path, IN_NOTIFY(secret_file),
        .help = "the file with the key that signs the message; pagerduty's routing key"},
    {"notify[].ca_file", &option_path, IN_NOTIFY(ca_file),
        .help = "the certificates to trust instead of the system's"},
};

const struct schema config_schema = {options, count_of(options)};
