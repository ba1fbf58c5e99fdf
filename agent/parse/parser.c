#include "parse/parser.h"

#include <errno.h>

#include "parse/format.h"

#define GUESS_MAX_LINES 200

/* What says more about a line stands first: parser_guess() takes the first of the best. */
static const struct format *const formats[] = {
    &format_squid_combined,
    &format_nginx_authmedic,
    &format_apache_authmedic,
    &format_apache_vhost,
    &format_apache_combined,
    &format_nginx_combined,
    &format_apache_common,
    &format_squid_native,
    &format_iis_w3c,
    &format_apache_error,
    &format_nginx_error,
    &format_squid_cache,
    &format_catalina,
};

struct parser {
	const struct format *format;
	struct reader reader;
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

int parser_new(struct parser **ret_parser, const char *format, struct signatures *signatures)
{
	const struct format *found = format_named(format);
	struct parser *parser;

	if (found == NULL)
		return -EINVAL;
	parser = calloc(1, sizeof(*parser));
	if (parser == NULL)
		return -ENOMEM;
	parser->format = found;
	parser->reader.signatures = signatures;
	parser->reader.find_marks = marks_best_finder();
	if (found->state_bytes > 0) {
		parser->reader.state = calloc(1, found->state_bytes);
		if (parser->reader.state == NULL)
			goto fail;
	}
	*ret_parser = parser;
	return 0;
fail:
	parser_free(&parser);
	return -ENOMEM;
}

void parser_free(struct parser **parser)
{
	if (*parser == NULL)
		return;
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

/* The server's own words in a record. A challenge has words too, but nothing failed there. */
static void match_reason(struct parser *parser, struct parsed *parsed)
{
	const struct record *record = &parsed->record;

	if (parser->format->source == NULL || parser->reader.signatures == NULL ||
	    record->reply != REPLY_REJECT || view_is_empty(record->reason))
		return;
	parsed->has_signal = signatures_match(parser->reader.signatures,
	    view_of_text(parser->format->source), record->reason, &parsed->signal);
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
	if (line.length > 0 && line.data[line.length - 1] == '\r')
		line.length--;
	if (line.length == 0) {
		parsed_as(ret_parsed, LINE_HEADER, "an empty line");
		return;
	}
	parser->format->read(&parser->reader, line, ret_parsed);
	if (ret_parsed->kind == LINE_RECORD)
		match_reason(parser, ret_parsed);
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

/* How many of the first lines the format reads; empty ones tell nothing. */
static size_t count_read(const struct format *format, struct view head)
{
	struct parser *parser = NULL;
	size_t read = 0;
	struct view line;
	bool complete = true;

	if (parser_new(&parser, format->name, NULL) < 0)
		return 0;
	for (size_t i = 0; i < GUESS_MAX_LINES && complete && head.length > 0; i++) {
		struct parsed parsed;

		complete = view_cut(&head, '\n', &line);
		/* The head may end within a line; a file of one line need not end it. */
		if (!complete && i > 0)
			break;
		parser_line(parser, line, &parsed);
		read += line.length > 1 && parsed.kind != LINE_UNPARSED;
	}
	parser_free(&parser);
	return read;
}

const char *parser_guess(struct view head, const char **ret_why)
{
	const struct format *best = NULL;
	size_t best_count = 0;

	for (size_t i = 0; i < count_of(formats); i++) {
		size_t count = count_read(formats[i], head);

		if (count > best_count) {
			best = formats[i];
			best_count = count;
		}
	}
	*ret_why =
	    best != NULL ? best->looks : "none of the built-in formats reads its first lines";
	return best != NULL ? best->name : NULL;
}
