/* authmedic-probe: one Kerberos sign-in of our own, over HTTP, with a fresh ticket. */
#include "config.h"

#include <errno.h>
#include <signal.h>

#include "base/log.h"
#include "base/standard_output.h"
#include "probe/bounds.h"
#include "probe/options.h"
#include "probe/sign_in.h"

#define EXIT_USAGE 2

static int print(struct buffer *text)
{
	if (buffer_error(text) < 0)
		return buffer_error(text);
	fwrite(buffer_text(text), 1, text->length, stdout);
	return standard_output_end();
}

static int print_help_or_version(const struct probe_options *options)
{
	struct buffer auto_buffer text;

	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	if (options->help)
		probe_options_append_help(&text);
	else
		buffer_append_text(&text, "authmedic-probe " PACKAGE_VERSION "\n");
	fwrite(buffer_text(&text), 1, text.length, stdout);
	return standard_output_exit_status("authmedic-probe");
}

static int probe_and_print(const struct probe_options *options)
{
	struct buffer auto_buffer report;
	enum probe_reason reason;
	int error;

	buffer_init(&report, PROBE_MAX_REPORT_BYTES);
	reason = sign_in(options, &report);
	error = print(&report);
	if (error < 0) {
		log_error("cannot write the result: %s", strerror(-error));
		return probe_reason_exit_code(PROBE_INTERNAL);
	}
	return probe_reason_exit_code(reason);
}

int main(int argc, char **argv)
{
	struct probe_options options;
	struct buffer auto_buffer message;

	buffer_init(&message, 1024);
	log_open("authmedic-probe", false, LOG_LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	if (probe_options_parse(&options, argc, argv, &message) < 0) {
		log_error("%s; try --help", buffer_text(&message));
		return EXIT_USAGE;
	}
	if (options.help || options.version)
		return print_help_or_version(&options);
	probe_bounds_enter(&options);
	return probe_and_print(&options);
}
