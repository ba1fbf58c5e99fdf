/* What the administrator wrote, checked and with defaults filled in. Read-only once loaded; owned
 * by config_free(). Source: /etc/authmedic/authmedic.yml, then conf.d/?*.yml beside it, later
 * wins. */
#ifndef AUTHMEDIC_CONFIG_CONFIG_H
#define AUTHMEDIC_CONFIG_CONFIG_H

#include "base/address.h"
#include "base/array.h"
#include "base/buffer.h"
#include "config/words.h"

#define CONFIG_MAX_SITES          64
#define CONFIG_MAX_LOGS           32 /* per site */
#define CONFIG_MAX_RUNGS          8  /* per site */
#define CONFIG_MAX_WITH           32 /* keys per rung */
#define CONFIG_MAX_PROXIES        64 /* per site */
#define CONFIG_MAX_WORDS          64 /* words of a command, elements of a list */
#define CONFIG_MAX_NOTIFY         16
#define CONFIG_MAX_ADDRESSES      16 /* of one probe */
#define CONFIG_MAX_INSPECTORS     16 /* of one kind of server */
#define CONFIG_MAX_PATHS          16 /* of a server's configuration */
#define CONFIG_MAX_TRIES          16 /* probes that confirm a failure */
#define CONFIG_MAX_ENDPOINTS      16 /* of one etcd */
#define CONFIG_MAX_SHARED         32 /* diagnoses */
#define CONFIG_MAX_NAME_BYTES     63 /* of a site, remedy or target: [a-z0-9][a-z0-9_.-]* */

#define CONFIG_MAX_LISTEN         8
#define CONFIG_MAX_HOST_BYTES     253
#define CONFIG_MAX_SOCKET_PATH_BYTES 107 /* what an address of the kernel's holds */
#define CONFIG_LISTEN_UNIX    "unix:"
#define CONFIG_LISTEN_SYSTEMD "systemd"

enum config_mode { CONFIG_MODE_OBSERVE, CONFIG_MODE_ACT };
enum config_confinement { CONFIG_CONFINEMENT_ON, CONFIG_CONFINEMENT_OFF };
enum config_evidence { CONFIG_EVIDENCE_PROBE, CONFIG_EVIDENCE_VOTERS };

/* `where`, here and below, is the `file:line:col` of what only a later stage can judge, for its
 * complaint. */

/* Names of members in JSON lines; each may be NULL, then those that are usual. */
struct config_log_fields {
	bool user_is_verified; /* else the user's name may be what the client claims */
	char *time, *client, *user, *status;
	char *request, *method, *target, *sent_bytes;
	char *agent, *host, *forwarded, *connection, *worker;
	char *scheme, *reply, *error, *error_text;
	char *message, *logger; /* of an error log */
};

struct config_log {
	char *where;     /* of the format, or of the log where none is given */
	char *path;      /* may be a glob */
	char *format;    /* a format's name; "auto" by default */
	char *logformat; /* NULL, or an Apache, nginx or Squid format string */
	struct config_log_fields fields;
};

/* One key of a remedy's `with`: a scalar is a list of one. */
struct config_with {
	char *key;
	bool is_list;
	struct config_words values;
};

struct config_rung {
	char *where; /* of the remedy */
	char *remedy;
	uint64_t key; /* of remedy and with: the same rung wherever it stands in a ladder */
	bool needs_approval; /* by a person, each time: approval_required or revert_after_ms */
	int approval_required;
	array_of(struct config_with) with;
	int64_t verify_within_ms;
	int64_t revert_after_ms; /* 0: none */
};

struct config_probe {
	bool configured;
	char *url;
	char *client_keytab;
	char *client_principal;      /* NULL: the first in the keytab */
	char *ca_file;               /* NULL: the system's */
	struct config_words connect_to; /* HOST:PORT each, instead of the URL's; all are probed */
	struct config_words command; /* instead of url and keytab; empty: the built-in probe */
	int64_t every_ms;
	int64_t timeout_ms;
};

struct config_worker {
	char *pidfile; /* each may be NULL */
	char *unit;
	char *process;
	int64_t max_age_ms; /* a handle older than this is suspect */
};

struct config_server { /* from rules/servers/NAME.yml */
	char *name;
	bool holds_keys;
	char *worker_process; /* NULL, or the child that holds the key (Squid's helper) */
	struct config_words inspectors;    /* in the order in which they run */
	struct config_words configuration; /* files and folders of its own */
};

struct config_maintenance {
	bool configured;
	unsigned days; /* bit 0 Sunday … bit 6 Saturday */
	int from_minute, to_minute; /* of the day, local time */
};

struct config_site {
	char *where;
	char *name;
	enum config_mode mode; /* the site's own, else the global one */
	struct config_server server;
	array_of(struct config_log) logs;
	struct config_ranges trusted_proxies;
	char *service; /* HTTP/host[@REALM] */
	char *keytab;
	char *krb5_config;
	struct config_words configuration; /* the server's files, beyond those of its kind */
	struct config_worker worker;
	enum config_evidence evidence;
	struct config_probe probe;
	struct config_maintenance maintenance;
	array_of(struct config_rung) ladder;
};

struct config_notify {
	char *where;
	char *name;
	char *type; /* a wire of report/wire.h */
	char *url;         /* this or url_file */
	char *url_file;    /* holds the URL, where that is a secret */
	char *secret_file; /* NULL: unsigned */
	char *ca_file;     /* NULL: the system's */
};

/* Our own endpoint. */
struct config_http {
	struct config_words listen; /* ADDRESS:PORT, unix:/PATH or systemd, each */
	struct config_words names;  /* that it answers to, beside its addresses */
	int socket_mode;            /* permission bits of a unix: socket */
	char *socket_group;         /* NULL: ours */
	char *tls_where, *users_where; /* of what names the files below */
	char *certificate_file;     /* NULL: no TLS; else the key is there, too */
	char *key_file;
	char *users_file; /* NULL: no passwords */
	bool allow_plain_passwords;
};

struct config_detect {
	int64_t window_ms;
	int64_t known_good_for_ms;
	int64_t handshake_timeout_ms;
	int64_t minimum_voters;
	int64_t share_percent;
	int64_t ipv4_prefix;
	int64_t ipv6_prefix;
	int64_t max_voters;
	int64_t max_pending;
};

/* When a log counts as deaf. */
struct config_deaf {
	int64_t file_trouble_for_ms;
	int64_t unparsed_lines;
	int64_t silent_for_ms;
	int64_t probe_line_within_ms;
	int64_t unseen_probes;
	int64_t error_records;
	int64_t errors_for_ms;
	int64_t unwatched_for_ms;
};

struct config_safety {
	int64_t warm_up_ms;
	int64_t hold_off_ms;
	int64_t confirm_tries;
	int64_t confirm_rejected;
	int64_t confirm_over_ms;
	int64_t probe_interval_ms;
	int64_t accepted_within_ms;
	int64_t actions_per_hour;
	int64_t actions_per_day;
	int64_t cool_down_ms; /* after an action; twice as long after each further one in a day */
	int64_t plugin_timeout_ms;
	int64_t overdue_after_ms; /* so long a fallback may stand beyond its time untold */
	char *disable_file;
};

/* The hosts that serve the same people, and what they know of each other through etcd. */
struct config_fleet {
	bool configured;
	char *where; /* NULL where it is not */
	struct config_words endpoints; /* URLs of one etcd's members */
	char *group;
	char *host; /* NULL: the machine's name */
	int64_t at_most; /* actions at a time in the group */
	bool required; /* without etcd there is no action */
	int64_t lease_ms;
	int64_t look_every_ms;
	int64_t action_ms; /* the longest that an action takes, with some reserve */
	int64_t shared_hosts;
	struct config_words shared_diagnoses;
	char *ca_file; /* NULL: the system's */
	char *certificate_file, *key_file; /* NULL: we show none */
	char *user, *password_file;
};

struct config {
	enum config_mode mode;
	enum config_confinement confinement;
	bool helper_spawn;   /* helper: spawn */
	char *helper_socket; /* NULL when spawned */
	char *state_dir;
	char *helper_state_dir; /* STATE_DIR/helper when spawned and not given */
	char *rules_dir;
	char *own_rules_dir; /* rules.d beside the configuration; it may be missing */
	char *plugin_dir;
	char *programs_dir;
	struct config_http http;
	struct config_detect detect;
	struct config_deaf deaf;
	struct config_safety safety;
	struct config_fleet fleet;
	array_of(struct config_site) sites;
	array_of(struct config_notify) notify;
	uint64_t digest; /* of all the bytes read: daemon and helper compare it before any action */
};

/* Loads and checks everything. On failure returns a negative errno and appends to `errors` one
 * `file:line:col: message` a line (all that were found, at most CONFIG_MAX_ERRORS). */
#define CONFIG_MAX_ERRORS 50
must_check int config_load(
    struct config **ret_config, const char *file, struct buffer *errors);
void config_free(struct config **config);

/* One line an option, its parts separated by tabs: path, type, default, bounds or choices, help. */
void config_list_options(struct buffer *text);

/* NULL where there is none of that name. */
const struct config_site *config_site_named(const struct config *config, const char *name);

#endif
