/* A parser reads the lines of one log. It holds what the log's own header lines declared, nothing
 * else. No clock, no I/O, no allocation per line. */
#ifndef AUTHMEDIC_PARSE_PARSER_H
#define AUTHMEDIC_PARSE_PARSER_H

#include "base/stretch.h"
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
	bool has_rest;        /* more stands in the line than the format has, and was not read */
	struct record record; /* LINE_RECORD */
	bool has_signal;      /* LINE_SIGNAL, or a LINE_RECORD whose reason matched a signature */
	struct signal signal;
	const char *why;      /* one constant sentence: how the line was read, or why it was not */
};

struct parser;

struct parser_options {
	const char *format;            /* the name of a built-in format, or … */
	const char *logformat;         /* … a format string: see logformat.h */
	const char *const *json_names; /* NULL, or FIELD_COUNT member names: see json_lines.h */
	struct signatures *signatures; /* borrowed; may be NULL */
};

/* -EINVAL where there is no such format, or after appending to errors, which may be NULL, what is
 * wrong with the format string. */
must_check int parser_new_with(
    struct parser **ret_parser, const struct parser_options *options, struct buffer *errors);
/* The same of a built-in format and nothing else. */
must_check int parser_new(
    struct parser **ret_parser, const char *format, struct signatures *signatures);
void parser_free(struct parser **parser);

/* `line` has no LF; the CRs at its end are none of it. Lines longer than PARSER_MAX_LINE_BYTES are
 * unparsed. */
#define PARSER_MAX_LINE_BYTES 65536
void parser_line(struct parser *parser, struct view line, struct parsed *ret_parsed);

/* Many lines at once cost less to look through: what to look for in a stretch of them, and then one
 * of its lines. The same as parser_line(), whatever was looked for. */
struct marks_wanted parser_marks(const struct parser *parser);
void parser_line_of(
    struct parser *parser, const struct stretch *stretch, size_t number, struct parsed *ret_parsed);

/* From now on without the short way that plain lines take: for tests, which compare the two. */
void parser_read_carefully(struct parser *parser);

/* The built-in format's name, or "logformat". */
const char *parser_format(const struct parser *parser);

/* What must be kept with the cursor so that a restart in mid-file reads on rightly: the last header
 * (IIS #Fields, #Date). Empty where the format has none. */
void parser_save(const struct parser *parser, struct buffer *ret_header);
must_check int parser_restore(struct parser *parser, struct view header);

/* The built-in names, NULL at the end. */
const char *const *parser_formats(void);
/* How the format's lines are known, one sentence. */
const char *parser_looks(const struct parser *parser);

const char *line_kind_name(enum line_kind kind);

#endif
