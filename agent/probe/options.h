/* The probe's command line. */
#ifndef AUTHMEDIC_PROBE_OPTIONS_H
#define AUTHMEDIC_PROBE_OPTIONS_H

#include "base/buffer.h"
#include "probe/outcome.h"

struct probe_options {
	const char *connect_to[PROBE_MAX_ADDRESSES]; /* HOST:PORT instead of the URL's */
	size_t connect_to_count;
	const char *url; /* all text points into argv */
	const char *service;
	const char *client_keytab;
	const char *client_principal; /* NULL: the first in the keytab */
	const char *krb5_config;      /* NULL: as the environment says */
	const char *ca_file;          /* NULL: what the system trusts */
	int64_t timeout_ms;
	bool unconfined;
	bool help;
	bool version;
};

/* -EINVAL on bad usage; a line for a person is appended to `message` then. Nothing is required
 * where help or version is asked for. */
must_check int probe_options_parse(
    struct probe_options *ret_options, int argc, char **argv, struct buffer *message);

void probe_options_append_help(struct buffer *buffer);

#endif
