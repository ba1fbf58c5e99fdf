#include "cli/verbs.h"

#include <errno.h>

#include "cli/log_input.h"
#include "daemon/rulebook.h"
#include "parse/guess.h"

#define CHUNK_BYTES 65536

struct explanation {
	const struct invocation *invocation;
	struct rulebook rulebook;
	struct parser *parser; /* NULL where the lines are to tell their format */
	struct guess *guess;
	uint64_t line_number;
	bool any_unparsed;
};

static void put_view(struct json *object, const char *name, struct view text)
{
	if (!view_is_empty(text))
		json_put_view(object, name, text);
}

static void put_address(struct json *object, const char *name, const struct address *address)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 64);
	if (address->family == 0)
		return;
	address_append(&text, address);
	json_put_view(object, name, buffer_view(&text));
}

static void put_columns(struct json *object, const struct record *record)
{
	static const char *const replies[] = {NULL, "continue", "reject", "done"};

	put_view(object, "method", record->method);
	put_view(object, "target", record->target);
	put_view(object, "host", record->host);
	put_view(object, "agent", record->agent);
	put_view(object, "forwarded", record->forwarded);
	put_view(object, "connection", record->connection);
	put_view(object, "worker", record->worker);
	put_view(object, "reason", record->reason);
	if (record->sent_bytes >= 0)
		json_put_int(object, "sent_bytes", record->sent_bytes);
	if (replies[record->reply] != NULL)
		json_put_text(object, "reply", replies[record->reply]);
}

static void put_record(struct json *object, const struct record *record)
{
	json_put_time(object, "time", record->time_ms);
	put_view(object, "client", record->client);
	put_view(object, "user", record->user);
	json_put_int(object, "status", record->status);
	if (record->substatus >= 0)
		json_put_int(object, "substatus", record->substatus);
	if (record->win32 >= 0)
		json_put_int(object, "win32", record->win32);
	json_put_text(object, "scheme", scheme_name(record->scheme));
}

static void put_signal(
    struct json *object, const struct explanation *explanation, const struct parsed *parsed)
{
	if (parsed->kind == LINE_SIGNAL) {
		json_put_time(object, "time", parsed->signal.time_ms);
		put_address(object, "client", &parsed->signal.address);
	}
	json_put_text(object, "signal",
	    signatures_id(explanation->rulebook.signatures, parsed->signal.signature));
	if (parsed->signal.kvno >= 0)
		json_put_int(object, "kvno", parsed->signal.kvno);
	put_view(object, "principal", parsed->signal.principal);
}

static void print_for_people(const struct json *object)
{
	for (const struct json *member = json_next(object, NULL); member != NULL;
	     member = json_next(object, member)) {
		struct buffer auto_buffer value;

		buffer_init(&value, CLI_MAX_DOCUMENT_BYTES);
		if (json_text(member) != NULL)
			buffer_append_text(&value, json_text(member));
		else if (json_print(member, &value) < 0)
			continue;
		printf("%s%s=", member == json_next(object, NULL) ? "" : "  ", json_name(member));
		print_escaped(buffer_view(&value));
	}
	putchar('\n');
}

/* How the line is read, and by which format; NULL where by none. */
static const char *read_line(
    struct explanation *explanation, struct view line, struct parsed *ret_parsed)
{
	if (explanation->parser != NULL) {
		parser_line(explanation->parser, line, ret_parsed);
		return parser_format(explanation->parser);
	}
	if (!guess_line(explanation->guess, line, ret_parsed))
		return NULL;
	return parser_format(guess_best(explanation->guess, NULL));
}

static void explain_line(struct explanation *explanation, struct view line)
{
	struct json auto_json *object = json_object_new();
	struct parsed parsed = {.kind = LINE_UNPARSED, .why = "no built-in format reads it"};
	const char *format;

	explanation->line_number++;
	if (view_ends_with(line, VIEW("\r")))
		line.length--;
	format = read_line(explanation, line, &parsed);
	json_put_int(object, "line", (int64_t)explanation->line_number);
	json_put_text(object, "kind", line_kind_name(parsed.kind));
	if (format != NULL)
		json_put_text(object, "format", format);
	if (parsed.kind == LINE_RECORD)
		put_record(object, &parsed.record);
	if (parsed.kind == LINE_RECORD && explanation->invocation->columns)
		put_columns(object, &parsed.record);
	if (parsed.has_signal)
		put_signal(object, explanation, &parsed);
	json_put_text(object, "why", parsed.why);
	explanation->any_unparsed |= parsed.kind == LINE_UNPARSED;
	if (explanation->invocation->json)
		print_json(object);
	else
		print_for_people(object);
}

/* Complete lines of the buffer are explained and taken out of it; false where what is said of them
 * reaches nobody any more. */
static bool explain_lines(struct explanation *explanation, struct buffer *pending)
{
	struct view rest = buffer_view(pending);
	struct view line;
	size_t used = 0;

	while (view_cut(&rest, '\n', &line)) {
		used += line.length + 1;
		explain_line(explanation, line);
	}
	buffer_consume(pending, used);
	/* Whoever follows a log sees what there is before more is waited for. */
	return output_flush();
}

static int explain_input(struct explanation *explanation, struct log_input *input)
{
	struct buffer auto_buffer pending;
	char chunk[CHUNK_BYTES];
	size_t length;
	int error;

	buffer_init(&pending, CLI_MAX_DOCUMENT_BYTES);
	while ((error = log_input_read(input, chunk, sizeof(chunk), &length)) == 0 && length > 0) {
		buffer_append(&pending, view_of(chunk, length));
		if (buffer_error(&pending) < 0)
			return complain(EXIT_FAILED, "line %llu is longer than can be explained",
			    (unsigned long long)explanation->line_number + 1);
		/* A log that is followed has no end; output_end() tells why there is none. */
		if (!explain_lines(explanation, &pending))
			return EXIT_FAILED;
	}
	if (error < 0)
		return complain(EXIT_FAILED, "%s", log_input_why(input));
	if (pending.length > 0)
		explain_line(explanation, buffer_view(&pending));
	return explanation->any_unparsed ? EXIT_FAILED : EXIT_DONE;
}

static int explain_standard_input(struct explanation *explanation)
{
	struct log_input *input = NULL;
	int exit_code;

	if (log_input_new(&input, stdin, "standard input") < 0)
		return complain(EXIT_FAILED, "no memory");
	exit_code = explain_input(explanation, input);
	log_input_close(&input);
	return exit_code;
}

/* EXIT_DONE or the code to end with. */
static int open_parser(struct explanation *explanation)
{
	const struct invocation *invocation = explanation->invocation;
	const struct parser_options options = {.format = invocation->format,
	    .logformat = invocation->logformat,
	    .signatures = explanation->rulebook.signatures};
	struct buffer auto_buffer what;
	int error;

	buffer_init(&what, CLI_MAX_ERROR_BYTES);
	if (options.logformat == NULL &&
	    (options.format == NULL || strcmp(options.format, "auto") == 0)) {
		error = guess_new(&explanation->guess, options.signatures);
	} else {
		error = parser_new_with(&explanation->parser, &options, &what);
		if (error == -EINVAL && options.logformat != NULL)
			return complain(EXIT_USAGE, "%s", buffer_text(&what));
		if (error == -EINVAL)
			return complain(EXIT_USAGE, "no such log format: %s", options.format);
	}
	return error < 0 ? complain(EXIT_FAILED, "%s", strerror(-error)) : EXIT_DONE;
}

static int explain_all(struct explanation *explanation)
{
	const struct invocation *invocation = explanation->invocation;
	int exit_code = open_parser(explanation);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (invocation->argument_count == 0)
		return explain_standard_input(explanation);
	for (size_t i = 0; i < invocation->argument_count; i++)
		explain_line(explanation, view_of_text(invocation->arguments[i]));
	return explanation->any_unparsed ? EXIT_FAILED : EXIT_DONE;
}

int verb_explain(const struct invocation *invocation)
{
	struct explanation explanation = {.invocation = invocation};
	struct buffer auto_buffer errors;
	int exit_code;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (invocation->format != NULL && invocation->logformat != NULL)
		return complain(EXIT_USAGE, "give either --format or --logformat, not both");
	if (rulebook_load_rules(&explanation.rulebook, invocation->given_config, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	exit_code = explain_all(&explanation);
	guess_free(&explanation.guess);
	parser_free(&explanation.parser);
	rulebook_done(&explanation.rulebook);
	return exit_code;
}
