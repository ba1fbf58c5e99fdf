#include "cli/verbs.h"

#include <errno.h>
#include <stdarg.h>

#include "base/standard_output.h"
#include "base/text.h"
#include "config/config.h"
#include "loop/host.h"

int complain(int exit_code, const char *format, ...)
{
	struct buffer auto_buffer line;
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	buffer_init(&line, sizeof(text) * 4 + 16);
	text_append_escaped(&line, view_of_text(text));
	fprintf(stderr, "authmedic: %s\n", buffer_text(&line));
	return exit_code;
}

static int flush_error; /* the first: a second try tells no reason any more */

bool output_flush(void)
{
	if (fflush(stdout) != 0 && flush_error == 0)
		flush_error = -errno;
	return flush_error == 0;
}

int output_end(int exit_code)
{
	if (flush_error == -EPIPE)
		return EXIT_FAILED;
	if (flush_error < 0)
		return complain(EXIT_FAILED, "standard output: %s", strerror(-flush_error));
	return standard_output_exit_status("authmedic") == EXIT_SUCCESS ? exit_code : EXIT_FAILED;
}

bool output_is_terminal(void)
{
	return host_output_is_terminal();
}

void print_coloured(enum output_colour colour, const char *text)
{
	static const char *const codes[] = {
	    [OUTPUT_GOOD] = "32", [OUTPUT_DOUBTFUL] = "33", [OUTPUT_BAD] = "1;31"};
	const char *no_colour = getenv("NO_COLOR");
	bool plain = (no_colour != NULL && no_colour[0] != '\0') || !output_is_terminal();

	if (!plain)
		printf("\033[%sm", codes[colour]);
	print_escaped(view_of_text(text));
	if (!plain)
		printf("\033[0m");
}

int print_json(const struct json *json)
{
	struct buffer auto_buffer text;

	buffer_init(&text, CLI_MAX_DOCUMENT_BYTES);
	if (json_print(json, &text) < 0)
		return complain(EXIT_UNAVAILABLE, "no memory for the answer");
	buffer_append_byte(&text, '\n');
	fwrite(buffer_text(&text), 1, text.length, stdout);
	return EXIT_DONE;
}

void print_escaped(struct view bytes)
{
	struct buffer auto_buffer text;

	buffer_init(&text, CLI_MAX_DOCUMENT_BYTES);
	text_append_escaped(&text, bytes);
	fwrite(buffer_text(&text), 1, text.length, stdout);
}

void print_errors(const struct buffer *errors)
{
	fwrite(buffer_text(errors), 1, errors->length, stderr);
}

int load_config(const struct invocation *invocation, struct config **ret_config)
{
	struct buffer auto_buffer errors;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (config_load(ret_config, invocation->config_file, &errors) == 0)
		return EXIT_DONE;
	print_errors(&errors);
	return EXIT_CONFIG;
}
