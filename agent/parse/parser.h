/* A parser reads the lines of one log. It holds what the log's own header lines declared, nothing
 * else. No clock, no I/O, no allocation per line. */
#ifndef AUTHMEDIC_PARSE_PARSER_H
#define AUTHMEDIC_PARSE_PARSER_H

#include "parse/record.h"
#include "parse/signatures.h"

enum line_kind {
	LINE_RECORD,
	LINE_SIGNAL,
	LINE_HEADER,  /* a directive or an empty line */
	LINE_OTHER,   /* a well-formed error-log line that no signature matches */
	LINE_UNPARSED
};

struct parsed {
	enum line_kind kind;
	struct record record; /* LINE_RECORD */
	bool has_signal;      /* LINE_SIGNAL, or a LINE_RECORD whose reason matched a signature */
	struct signal signal;
	const char *why;      /* one constant sentence: how the line was read, or why it was not */
};

struct parser;

/* The name of a built-in format; -EINVAL otherwise. `signatures` may be NULL and is
 * borrowed. */
must_check int parser_new(
    struct parser **ret_parser, const char *format, struct signatures *signatures);
void parser_free(struct parser **parser);

/* `line` has no line ending. Lines longer than PARSER_MAX_LINE_BYTES are unparsed. */
#define PARSER_MAX_LINE_BYTES 65536
void parser_line(struct parser *parser, struct view line, struct parsed *ret_parsed);

/* From now on without the short way that plain lines take: for tests, which compare the two. */
void parser_read_carefully(struct parser *parser);

const char *parser_format(const struct parser *parser);

/* What must be kept with the cursor so that a restart in mid-file reads on rightly: the last header
 * (IIS #Fields, #Date). Empty where the format has none. */
void parser_save(const struct parser *parser, struct buffer *ret_header);
must_check int parser_restore(struct parser *parser, struct view header);

/* The built-in names, NULL at the end. */
const char *const *parser_formats(void);
/* The built-in format that reads most of these first lines (NULL: none), and why it was taken. */
const char *parser_guess(struct view head, const char **ret_why);

const char *line_kind_name(enum line_kind kind);

#endif
