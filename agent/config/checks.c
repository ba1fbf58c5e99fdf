#include "config/checks.h"

#include <sys/stat.h>

#include "base/hash.h"
#include "config/nearest.h"

#define MAX_PATH_BYTES ((size_t)16384)
#define PAGERDUTY_URL  "https://events.pagerduty.com/v2/enqueue"
#define EVERY_DAY      0x7fU
#define FLEET_GUARD_MS 1000 /* and a part of the lease: for what is slow, and clocks that are */
#define FLEET_GUARD_PART 20

/* One pass over the sites: node and struct side by side. */
struct checking {
	struct reading *reading;
	const struct servers *servers;
	const struct config *config;
};

/* The node under the key, or the mapping itself where there is none. */
static const struct node *at_key(const struct node *mapping, const char *key)
{
	const struct node *node = node_get(mapping, key);

	return node != NULL ? node : mapping;
}

static int set_text(char **field, const char *text)
{
	char *copy = view_to_text(view_of_text(text));

	if (copy == NULL)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int set_where(char **where, const struct node *node)
{
	struct buffer auto_buffer place;

	buffer_init(&place, MAX_PATH_BYTES + 64);
	node_place(node, &place);
	return buffer_error(&place) < 0 ? buffer_error(&place)
	                                : set_text(where, buffer_text(&place));
}

static int copy_words(struct config_words *words, const struct config_words *from)
{
	int error = 0;

	for (size_t i = 0; i < from->count && error == 0; i++)
		error = config_words_push(words, from->items[i], from->count);
	return error;
}

static int copy_kind(struct config_server *server, const struct config_server *kind)
{
	int error = copy_words(&server->inspectors, &kind->inspectors);

	server->holds_keys = kind->holds_keys;
	if (error == 0)
		error = copy_words(&server->configuration, &kind->configuration);
	if (error == 0 && kind->worker_process != NULL)
		error = set_text(&server->worker_process, kind->worker_process);
	return error;
}

static int check_server(
    struct checking *checking, const struct node *node, struct config_site *site)
{
	const struct server_kind *kind = servers_named(checking->servers, site->server.name);
	struct nearest nearest = nearest_to(site->server.name);

	if (kind != NULL) {
		return copy_kind(&site->server, &kind->server);
	}
	for (size_t i = 0; i < checking->servers->count; i++)
		nearest_try(&nearest, checking->servers->items[i].server.name);
	if (nearest.best != NULL)
		schema_complain(checking->reading, at_key(node, "server"),
		    "unknown server '%s'; did you mean '%s'?", site->server.name, nearest.best);
	else
		schema_complain(checking->reading, at_key(node, "server"),
		    "unknown server '%s': there is no such file in %.200s/servers",
		    site->server.name, checking->config->rules_dir);
	return 0;
}

/* Each line would count twice, and both be told as the same log. */
static void check_path(struct reading *reading, const struct node *logs, size_t number)
{
	const struct node *path = node_get(node_item(logs, number), "path");

	for (size_t i = 0; i < number; i++) {
		const struct node *other = node_get(node_item(logs, i), "path");

		if (strcmp(node_text(other), node_text(path)) != 0)
			continue;
		schema_complain(reading, path, "the site has this log already");
		return;
	}
}

static int check_logs(
    struct checking *checking, const struct node *node, struct config_site *site)
{
	const struct node *logs = node_get(node, "logs");
	int error = 0;

	for (size_t i = 0; i < site->logs.count && error == 0; i++) {
		const struct node *item = node_item(logs, i);
		const struct node *logformat = node_get(item, "logformat");

		if (logformat != NULL && node_get(item, "format") != NULL)
			schema_complain(checking->reading, logformat,
			    "give either a format or a logformat, not both");
		check_path(checking->reading, logs, i);
		error = set_where(&site->logs.items[i].where,
		    logformat != NULL ? logformat : at_key(item, "format"));
	}
	return error;
}

static void check_worker(
    struct checking *checking, const struct node *node, const struct config_worker *worker)
{
	int given = (worker->pidfile != NULL) + (worker->unit != NULL) + (worker->process != NULL);

	if (given > 1)
		schema_complain(checking->reading, at_key(node, "worker"),
		    "give one of pidfile, unit and process, not %d", given);
}

/* What only our own probe is told would silently do nothing. */
static void check_probe_command(
    struct reading *reading, const struct node *place, const struct config_probe *probe)
{
	if (probe->connect_to.count > 0)
		schema_complain(reading, at_key(place, "connect_to"),
		    "connect_to is for a url: the probe's command is given no address");
	if (probe->ca_file != NULL)
		schema_complain(reading, at_key(place, "ca_file"),
		    "ca_file is for a url: the probe's command is given none");
}

static void check_probe(
    struct checking *checking, const struct node *node, const struct config_site *site)
{
	const struct config_probe *probe = &site->probe;
	const struct node *place = at_key(node, "probe");
	struct reading *reading = checking->reading;

	if (!probe->configured) {
		if (site->evidence == CONFIG_EVIDENCE_PROBE)
			schema_complain(reading, at_key(node, "evidence"),
			    "evidence: probe needs a probe; where none can be had, say "
			    "evidence: voters");
	} else if (probe->url == NULL && probe->command.count == 0) {
		schema_complain(reading, place, "the probe needs a url or a command");
	} else if (probe->url != NULL && probe->command.count > 0) {
		schema_complain(reading, at_key(place, "command"),
		    "give the probe either a url or a command, not both");
	} else if (probe->url != NULL && probe->client_keytab == NULL) {
		schema_complain(reading, place, "the probe of a url needs a client_keytab");
	} else if (probe->url == NULL) {
		check_probe_command(reading, place, probe);
	}
}

static void check_service(
    struct checking *checking, const struct node *node, const struct config_site *site)
{
	if (site->service == NULL && site->keytab != NULL)
		schema_complain(checking->reading, at_key(node, "keytab"),
		    "a keytab needs the service that it is for (service: HTTP/host)");
}

static void check_maintenance(
    struct checking *checking, const struct node *node, struct config_maintenance *maintenance)
{
	if (!maintenance->configured)
		return;
	if (maintenance->days == 0)
		maintenance->days = EVERY_DAY;
	if (maintenance->from_minute == maintenance->to_minute)
		schema_complain(checking->reading, at_key(at_key(node, "maintenance"), "to"),
		    "the maintenance window ends when it begins");
}

static uint64_t key_of(const struct config_rung *rung)
{
	uint64_t key = hash_chain(0, view_of_text(rung->remedy));

	for (size_t i = 0; i < rung->with.count; i++) {
		const struct config_with *with = &rung->with.items[i];

		key = hash_chain(key, view_of_text(with->key));
		for (size_t j = 0; j < with->values.count; j++)
			key = hash_chain(key, view_of_text(with->values.items[j]));
	}
	return key;
}

/* What weakens sign-in is for a time, and only where a person said so. */
static void check_approval(
    struct checking *checking, const struct node *node, struct config_rung *rung)
{
	if (view_starts_with(view_of_text(rung->remedy), VIEW("ntlm-fallback")) &&
	    rung->revert_after_ms == 0)
		schema_complain(checking->reading, at_key(node, "remedy"),
		    "%s needs revert_after: it weakens sign-in, so it is taken back by itself",
		    rung->remedy);
	rung->needs_approval = rung->approval_required || rung->revert_after_ms > 0;
}

/* A remedy NAME is the program PLUGIN_DIR/NAME/NAME. */
static int check_rung(
    struct checking *checking, const struct node *node, struct config_rung *rung)
{
	struct buffer auto_buffer path;
	struct stat status;

	check_approval(checking, node, rung);
	rung->key = key_of(rung);
	buffer_init(&path, MAX_PATH_BYTES);
	buffer_append_format(
	    &path, "%s/%s/%s", checking->config->plugin_dir, rung->remedy, rung->remedy);
	if (buffer_error(&path) < 0)
		return buffer_error(&path);
	if (stat(buffer_text(&path), &status) < 0 || !S_ISREG(status.st_mode))
		schema_complain(checking->reading, at_key(node, "remedy"),
		    "unknown remedy '%s': there is no program %.300s", rung->remedy,
		    buffer_text(&path));
	return set_where(&rung->where, at_key(node, "remedy"));
}

static int check_site(
    struct checking *checking, const struct node *node, struct config_site *site)
{
	const struct node *ladder = node_get(node, "ladder");
	int error = set_where(&site->where, at_key(node, "name"));

	if (node_get(node, "mode") == NULL)
		site->mode = checking->config->mode;
	site->probe.configured = node_get(node, "probe") != NULL;
	site->maintenance.configured = node_get(node, "maintenance") != NULL;
	if (error == 0)
		error = check_server(checking, node, site);
	if (error == 0)
		error = check_logs(checking, node, site);
	check_worker(checking, node, &site->worker);
	check_service(checking, node, site);
	check_probe(checking, node, site);
	check_maintenance(checking, node, &site->maintenance);
	for (size_t i = 0; i < site->ladder.count && error == 0; i++)
		error = check_rung(checking, node_item(ladder, i), &site->ladder.items[i]);
	return error;
}

static int check_notify(
    struct checking *checking, const struct node *node, struct config_notify *notify)
{
	bool pagerduty = strcmp(notify->type, "pagerduty") == 0;
	int error = set_where(&notify->where, at_key(node, "name"));

	if (notify->url != NULL && notify->url_file != NULL)
		schema_complain(checking->reading, at_key(node, "url_file"),
		    "give either a url or a url_file, not both");
	else if (notify->url == NULL && notify->url_file == NULL && !pagerduty)
		schema_complain(
		    checking->reading, at_key(node, "type"), "it needs a url or a url_file");
	else if (notify->url == NULL && notify->url_file == NULL && error == 0)
		error = set_text(&notify->url, PAGERDUTY_URL);
	if (pagerduty && notify->secret_file == NULL)
		schema_complain(checking->reading, at_key(node, "type"),
		    "pagerduty needs a secret_file with its routing key");
	return error;
}

static int check_helper(struct config *config)
{
	struct buffer auto_buffer path;

	buffer_init(&path, MAX_PATH_BYTES);
	if (config->helper_state_dir != NULL)
		return 0;
	if (!config->helper_spawn)
		return set_text(&config->helper_state_dir, AUTHMEDIC_HELPER_STATE_DIR);
	buffer_append_format(&path, "%s/helper", config->state_dir);
	return buffer_error(&path) < 0 ? buffer_error(&path)
	                               : set_text(&config->helper_state_dir, buffer_text(&path));
}

static int set_shared_diagnoses(struct config_words *diagnoses)
{
	static const char *const usual[] = {
	    "kdc-unreachable", "clock-skew", "aged-handle", "unknown"};
	int error = 0;

	for (size_t i = 0; error == 0 && diagnoses->count < count_of(usual); i++)
		error = config_words_push(diagnoses, usual[i], count_of(usual));
	return error;
}

/* An action must be over while its slot cannot be another's yet, though nothing is heard of etcd
 * from its beginning on; and it must be possible to begin one most of the time. */
static void check_lease(
    struct checking *checking, const struct node *node, struct config_fleet *fleet)
{
	fleet->action_ms = checking->config->safety.plugin_timeout_ms + FLEET_GUARD_MS +
	    fleet->lease_ms / FLEET_GUARD_PART;
	if (fleet->lease_ms < fleet->action_ms * 3 / 2)
		schema_complain(checking->reading, at_key(node, "lease"),
		    "the lease is too short for an action: safety.plugin_timeout and some reserve "
		    "must be no more than two thirds of it");
	if (fleet->look_every_ms > fleet->lease_ms / 4)
		schema_complain(checking->reading, at_key(node, "look_every"),
		    "look_every must be no more than a quarter of the lease");
}

static int check_fleet(
    struct checking *checking, const struct node *node, struct config_fleet *fleet)
{
	int error;

	fleet->configured = node != NULL;
	if (!fleet->configured)
		return 0;
	error = set_where(&fleet->where, node);
	if (error < 0)
		return error;
	check_lease(checking, node, fleet);
	if ((fleet->certificate_file == NULL) != (fleet->key_file == NULL))
		schema_complain(checking->reading, node,
		    "a certificate_file and a key_file go together");
	if ((fleet->user == NULL) != (fleet->password_file == NULL))
		schema_complain(
		    checking->reading, node, "a user and a password_file go together");
	return fleet->shared_diagnoses.count > 0 ? 0
						  : set_shared_diagnoses(&fleet->shared_diagnoses);
}

static bool is_of_this_machine(const char *listen)
{
	return strcmp(listen, CONFIG_LISTEN_SYSTEMD) == 0 || /* judged when it is known */
	       view_starts_with(view_of_text(listen), VIEW(CONFIG_LISTEN_UNIX)) ||
	       view_starts_with(view_of_text(listen), VIEW("127.")) ||
	       view_starts_with(view_of_text(listen), VIEW("[::1]"));
}

/* Of what other files are named in. */
static int set_http_places(const struct node *http, struct config_http *config)
{
	int error = set_where(&config->tls_where, at_key(http, "tls"));

	return error < 0 ? error : set_where(&config->users_where, at_key(http, "users_file"));
}

static void check_http(
    struct reading *reading, const struct node *http, const struct config_http *config)
{
	bool has_tls = config->certificate_file != NULL;

	if (has_tls != (config->key_file != NULL))
		schema_complain(reading, at_key(http, "tls"),
		    "TLS needs both a certificate_file and a key_file");
	if (config->users_file == NULL || has_tls || config->allow_plain_passwords)
		return;
	for (size_t i = 0; i < config->listen.count; i++)
		if (!is_of_this_machine(config->listen.items[i]))
			schema_complain(reading, at_key(http, "users_file"),
			    "passwords would reach %s in plain text: configure tls, or say "
			    "allow_plain_passwords: yes",
			    config->listen.items[i]);
}

int config_check(struct reading *reading, const struct node *root, const struct servers *servers,
    struct config *config)
{
	struct checking checking = {reading, servers, config};
	const struct node *sites = node_get(root, "sites");
	const struct node *notify = node_get(root, "notify");
	int error = check_helper(config);

	if (error == 0)
		error = set_http_places(at_key(root, "http"), &config->http);
	check_http(reading, at_key(root, "http"), &config->http);
	if (config->helper_socket != NULL &&
	    strlen(config->helper_socket) > CONFIG_MAX_SOCKET_PATH_BYTES)
		schema_complain(reading, at_key(root, "helper"),
		    "the path of a socket has at most %d bytes", CONFIG_MAX_SOCKET_PATH_BYTES);
	if (config->safety.confirm_rejected > config->safety.confirm_tries)
		schema_complain(reading, at_key(at_key(root, "safety"), "confirm_rejected"),
		    "confirm_rejected is more than confirm_tries");
	if (error == 0)
		error = check_fleet(&checking, node_get(root, "fleet"), &config->fleet);
	for (size_t i = 0; i < config->sites.count && error == 0; i++)
		error = check_site(&checking, node_item(sites, i), &config->sites.items[i]);
	for (size_t i = 0; i < config->notify.count && error == 0; i++)
		error = check_notify(&checking, node_item(notify, i), &config->notify.items[i]);
	return error;
}
