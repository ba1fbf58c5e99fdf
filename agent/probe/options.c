#include "probe/options.h"

#include <errno.h>
#include <getopt.h>

#include "base/address.h"
#include "base/text.h"

#define DEFAULT_TIMEOUT_MS 10000
#define MAX_TIMEOUT_MS     (10 * 60 * 1000)

enum option_kind { OPTION_TEXT, OPTION_DURATION, OPTION_TARGETS, OPTION_FLAG };

static const struct option_row {
	const char *name;
	enum option_kind kind;
	bool required;
	size_t offset; /* of the member in struct probe_options */
	const char *argument;
	const char *help;
} rows[] = {
    {"url", OPTION_TEXT, true, offsetof(struct probe_options, url), "URL",
        "http or https address that asks for Negotiate"},
    {"service", OPTION_TEXT, true, offsetof(struct probe_options, service),
        "HTTP/HOST[@REALM]", "the service's principal"},
    {"client-keytab", OPTION_TEXT, true, offsetof(struct probe_options, client_keytab), "FILE",
        "keytab with the key of the probe's own principal"},
    {"client-principal", OPTION_TEXT, false, offsetof(struct probe_options, client_principal),
        "NAME", "that principal (default: the first in the keytab)"},
    {"krb5-config", OPTION_TEXT, false, offsetof(struct probe_options, krb5_config), "FILE",
        "Kerberos configuration (default: the system's)"},
    {"ca-file", OPTION_TEXT, false, offsetof(struct probe_options, ca_file), "FILE",
        "PEM certificates to trust (default: the system's)"},
    {"connect-to", OPTION_TARGETS, false, offsetof(struct probe_options, connect_to), "HOST:PORT",
        "connect there instead of to the URL's host; may be given several times"},
    {"timeout", OPTION_DURATION, false, offsetof(struct probe_options, timeout_ms), "TIME",
        "for everything together, 10m at most (default: 10s)"},
    {"unconfined", OPTION_FLAG, false, offsetof(struct probe_options, unconfined), NULL,
        "keep all that a sign-in does not need, too"},
    {"help", OPTION_FLAG, false, offsetof(struct probe_options, help), NULL, "this text"},
    {"version", OPTION_FLAG, false, offsetof(struct probe_options, version), NULL,
        "the version"},
};

static int refuse(struct buffer *message, const char *option, const char *why)
{
	buffer_append_format(message, "--%s %s", option, why);
	return -EINVAL;
}

static int refuse_word(struct buffer *message, const char *word)
{
	buffer_append_format(message, "cannot make sense of %s", word);
	return -EINVAL;
}

/* What getopt did not take: unknown, ambiguous, without its argument or with one too many. */
static int refuse_option(struct buffer *message, const char *word)
{
	const char letter[] = {'-', (char)optopt, '\0'};

	return refuse_word(message, optopt != 0 ? letter : word);
}

static int add_target(
    struct probe_options *options, const char *argument, struct buffer *message)
{
	if (!address_is_target(view_of_text(argument)))
		return refuse(message, "connect-to", "wants HOST:PORT, such as 127.0.0.1:443");
	if (options->connect_to_count == count_of(options->connect_to))
		return refuse(message, "connect-to", "was given too often");
	options->connect_to[options->connect_to_count++] = argument;
	return 0;
}

static int set(const struct option_row *row, const char *argument, struct probe_options *options,
    struct buffer *message)
{
	char *member = (char *)options + row->offset;
	int64_t duration_ms;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)member = true;
		return 0;
	case OPTION_TEXT:
		if (argument[0] == '\0')
			return refuse(message, row->name, "is empty");
		*(const char **)member = argument;
		return 0;
	case OPTION_TARGETS:
		return add_target(options, argument, message);
	case OPTION_DURATION:
		if (text_to_duration_ms(view_of_text(argument), &duration_ms) < 0 ||
		    duration_ms <= 0 || duration_ms > MAX_TIMEOUT_MS)
			return refuse(message, row->name, "wants a time such as 10s, 10m at most");
		*(int64_t *)member = duration_ms;
		return 0;
	}
	return -EINVAL;
}

static int check_required(const struct probe_options *options, struct buffer *message)
{
	for (size_t i = 0; i < count_of(rows); i++) {
		const char *member = (const char *)options + rows[i].offset;

		if (rows[i].required && *(const char *const *)member == NULL)
			return refuse(message, rows[i].name, "is missing");
	}
	return 0;
}

int probe_options_parse(
    struct probe_options *ret_options, int argc, char **argv, struct buffer *message)
{
	struct probe_options options = {.timeout_ms = DEFAULT_TIMEOUT_MS};
	struct option known[count_of(rows) + 1] = {0};
	int index = 0;
	int found;
	int error = 0;

	for (size_t i = 0; i < count_of(rows); i++) {
		known[i].name = rows[i].name;
		known[i].has_arg = rows[i].kind == OPTION_FLAG ? no_argument : required_argument;
	}
	optind = 0; /* getopt starts afresh */
	opterr = 0;
	while (error == 0 && (found = getopt_long(argc, argv, "", known, &index)) != -1)
		error = found == 0 ? set(&rows[index], optarg, &options, message)
		                   : refuse_option(message, argv[optind - 1]);
	if (error == 0 && optind < argc)
		error = refuse_word(message, argv[optind]);
	if (error == 0 && !options.help && !options.version)
		error = check_required(&options, message);
	if (error == 0)
		*ret_options = options;
	return error;
}

void probe_options_append_help(struct buffer *buffer)
{
	buffer_append_text(buffer,
	    "Usage: authmedic-probe --url URL --service HTTP/HOST[@REALM] --client-keytab FILE\n"
	    "One Kerberos sign-in over HTTP with a fresh ticket; prints what happened as "
	    "name=value lines.\n\n");
	for (size_t i = 0; i < count_of(rows); i++) {
		struct buffer auto_buffer usage;

		buffer_init(&usage, 256);
		buffer_append_format(&usage, "--%s%s%s", rows[i].name,
		    rows[i].argument != NULL ? " " : "",
		    rows[i].argument != NULL ? rows[i].argument : "");
		buffer_append_format(buffer, "  %-29s %s\n", buffer_text(&usage), rows[i].help);
	}
	buffer_append_text(buffer,
	    "\nExit status: 0 accepted, 1 rejected, 2 usage, 3 no ticket, 4 unreachable,\n"
	    "78 what was given (keytab, principal, URL, Kerberos configuration) is unusable.\n");
}
