#include "parse/parser.h"

#include <errno.h>

#include "parse/format.h"
#include "parse/json_lines.h"
#include "parse/logformat.h"

/* What says more about a line stands first: of the best a guess takes the first. */
static const struct format *const formats[] = {
    &format_squid_combined,
    &format_nginx_authmedic,
    &format_apache_authmedic,
    &format_apache_vhost,
    &format_apache_combined,
    &format_nginx_combined,
    &format_apache_common,
    &format_ncsa,
    &format_tomcat,
    &format_jetty,
    &format_haproxy_http,
    &format_squid_native,
    &format_httperr,
    &format_iis_w3c,
    &format_iis_native,
    &format_json,
    &format_apache_error,
    &format_nginx_error,
    &format_squid_cache,
    &format_catalina,
};

static void read_logformat(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	logformat_read(reader->logformat, &reader->stamps, line, ret_parsed);
}

/* Not by name: it comes with a format string. */
static const struct format format_logformat = {
    .name = "logformat",
    .looks = "its lines have the form of the format string",
    .read = read_logformat,
};

struct parser {
	const struct format *format;
	struct reader reader;
	const char *source; /* what words the reasons in its records; or NULL */
};

const char *line_kind_name(enum line_kind kind)
{
	static const char *const names[] = {
	    [LINE_RECORD] = "record",
	    [LINE_SIGNAL] = "signal",
	    [LINE_HEADER] = "header",
	    [LINE_OTHER] = "other",
	    [LINE_UNPARSED] = "unparsed",
	};

	return names[kind];
}

const char *const *parser_formats(void)
{
	static const char *names[count_of(formats) + 1];

	for (size_t i = 0; i < count_of(formats); i++)
		names[i] = formats[i]->name;
	return names;
}

static const struct format *format_named(const char *name)
{
	for (size_t i = 0; i < count_of(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

static int init_parser(
    struct parser *parser, const struct parser_options *options, struct buffer *errors)
{
	parser->reader.signatures = options->signatures;
	parser->reader.find_marks = marks_best_finder();
	parser->reader.wanted = parser->format->marks;
	parser->source = parser->format->source;
	if (parser->format->state_bytes > 0) {
		parser->reader.state = calloc(1, parser->format->state_bytes);
		if (parser->reader.state == NULL)
			return -ENOMEM;
	}
	if (parser->format == &format_json)
		json_lines_choose(parser->reader.state, options->json_names);
	if (options->logformat != NULL) {
		int error = logformat_new(&parser->reader.logformat, options->logformat, errors);

		if (error < 0)
			return error;
		parser->source = logformat_source(parser->reader.logformat);
	}
	return 0;
}

int parser_new_with(
    struct parser **ret_parser, const struct parser_options *options, struct buffer *errors)
{
	const struct format *found =
	    options->logformat != NULL ? &format_logformat : format_named(options->format);
	struct parser *parser;
	int error;

	if (found == NULL)
		return -EINVAL;
	parser = calloc(1, sizeof(*parser));
	if (parser == NULL)
		return -ENOMEM;
	parser->format = found;
	error = init_parser(parser, options, errors);
	if (error < 0)
		parser_free(&parser);
	else
		*ret_parser = parser;
	return error;
}

int parser_new(struct parser **ret_parser, const char *format, struct signatures *signatures)
{
	const struct parser_options options = {.format = format, .signatures = signatures};

	return parser_new_with(ret_parser, &options, NULL);
}

void parser_free(struct parser **parser)
{
	if (*parser == NULL)
		return;
	logformat_free(&(*parser)->reader.logformat);
	free((*parser)->reader.state);
	free(*parser);
	*parser = NULL;
}

static void find_nothing(struct marks *marks, unused_parameter struct view text,
    unused_parameter char byte, unused_parameter char other)
{
	marks->all = false;
}

void parser_read_carefully(struct parser *parser)
{
	parser->reader.find_marks = find_nothing;
}

const char *parser_format(const struct parser *parser)
{
	return parser->format->name;
}

const char *parser_looks(const struct parser *parser)
{
	return parser->format->looks;
}

void parsed_match(
    struct reader *reader, struct view source, struct view text, struct parsed *parsed)
{
	int64_t time_ms = parsed->signal.time_ms;

	parsed_as(parsed, LINE_OTHER, "a line of an error log that no signature matches");
	if (reader->signatures == NULL ||
	    !signatures_match(reader->signatures, source, text, &parsed->signal))
		return;
	parsed->signal.time_ms = time_ms;
	parsed->has_signal = true;
	parsed_as(parsed, LINE_SIGNAL, "a signature matches the text");
}

/* A challenge has words too, but nothing failed there; and of what ended in an error, or without an
 * answer, they are the cause. */
static bool is_failure(const struct record *record)
{
	if (record->status == 401 || record->status == 407)
		return record->reply == REPLY_REJECT;
	return record->reply == REPLY_REJECT || record->status == 0 || record->status >= 400;
}

/* The server's own words in a record. */
static void match_reason(struct parser *parser, struct parsed *parsed)
{
	const struct record *record = &parsed->record;

	if (view_is_empty(record->reason) || parser->source == NULL ||
	    parser->reader.signatures == NULL || !is_failure(record))
		return;
	parsed->has_signal = signatures_match(parser->reader.signatures,
	    view_of_text(parser->source), record->reason, &parsed->signal);
	parsed->signal.time_ms = record->time_ms;
	parsed->signal.address = record->address;
}

/* Nothing known. In pieces: for the whole the compiler would use one slow string instruction, which
 * is as dear as reading a field. */
static void clear(struct parsed *parsed)
{
	enum { PIECE_BYTES = 64 };
	char *at = (char *)parsed;
	size_t whole = sizeof(*parsed) / PIECE_BYTES * PIECE_BYTES;

#pragma GCC unroll 8
	for (size_t i = 0; i < whole; i += PIECE_BYTES)
		memset(at + i, 0, PIECE_BYTES);
	memset(at + whole, 0, sizeof(*parsed) - whole);
	parsed->kind = LINE_UNPARSED;
	parsed->record.substatus = -1;
	parsed->record.win32 = -1;
	parsed->record.sent_bytes = -1;
	parsed->signal.time_ms = -1;
	parsed->signal.kvno = -1;
}

void parser_line(struct parser *parser, struct view line, struct parsed *ret_parsed)
{
	clear(ret_parsed);
	if (line.length > PARSER_MAX_LINE_BYTES) {
		ret_parsed->why = "the line is longer than 64 KiB";
		return;
	}
	line = view_without_end(line, '\r');
	if (line.length == 0) {
		parsed_as(ret_parsed, LINE_HEADER, "an empty line");
		return;
	}
	parser->format->read(&parser->reader, line, ret_parsed);
	if (ret_parsed->kind == LINE_RECORD)
		match_reason(parser, ret_parsed);
}

struct marks_wanted parser_marks(const struct parser *parser)
{
	return parser->format->marks;
}

/* Whether it was looked through for what this reader needs. */
static bool serves(const struct stretch *stretch, const struct reader *reader)
{
	const struct marks_wanted *wanted = &reader->wanted;

	return reader->find_marks != find_nothing && stretch->wanted.byte == wanted->byte &&
	    stretch->wanted.other == wanted->other && (stretch->wanted.apart || !wanted->apart);
}

void parser_line_of(
    struct parser *parser, const struct stretch *stretch, size_t number, struct parsed *ret_parsed)
{
	struct reader *reader = &parser->reader;

	reader->stretch = serves(stretch, reader) ? stretch : NULL;
	reader->number = number;
	parser_line(parser, stretch_line(stretch, number), ret_parsed);
	reader->stretch = NULL;
}

void parser_save(const struct parser *parser, struct buffer *ret_header)
{
	if (parser->format->save != NULL)
		parser->format->save(&parser->reader, ret_header);
}

int parser_restore(struct parser *parser, struct view header)
{
	if (parser->format->restore == NULL)
		return header.length == 0 ? 0 : -EINVAL;
	return parser->format->restore(&parser->reader, header);
}
