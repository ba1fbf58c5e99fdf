/* What a format string is compiled into, and the builder that the dialects feed from left to
 * right. Inside of logformat.h. */
#ifndef AUTHMEDIC_PARSE_LOGFORMAT_PARTS_H
#define AUTHMEDIC_PARSE_LOGFORMAT_PARTS_H

#include "parse/logformat.h"
#include "parse/stamp_parts.h"

enum element_kind {
	ELEMENT_LITERAL,
	ELEMENT_ANCHOR, /* a literal that begins with a byte which no value holds unescaped */
	ELEMENT_VALUE,
	ELEMENT_TIME
};

/* What a value may hold. */
enum looseness {
	VALUE_TIGHT, /* numbers, addresses and what only the server words: no blank or separator */
	VALUE_LIST, /* several of them, with ", " and " : " between them, as nginx lists upstreams
		     */
	VALUE_WORD, /* any byte but blanks */
	VALUE_TEXT /* any byte */
};

struct element {
	enum element_kind kind;
	struct view literal; /* ELEMENT_LITERAL, ELEMENT_ANCHOR: in the logformat's own bytes */
	enum field field; /* ELEMENT_VALUE */
	unsigned rank; /* of several columns for one field the lowest counts */
	enum looseness looseness;
	bool is_padded; /* blanks may stand around it */
	enum stamp_part part; /* ELEMENT_TIME */
	struct view name; /* as it stands in the format, for complaints */
};

/* From `first` up to the anchor at `end`, or to the line's end. */
struct segment {
	size_t first, end;
	size_t loose; /* the value that is what the others leave; `end` where there is none */
	bool is_opaque; /* nothing in it is wanted: it is skipped up to the anchor */
};

struct logformat {
	char *text; /* the format as given */
	char *literals; /* bytes of all literals, escapes undone */
	size_t literal_bytes;
	struct element elements[LOGFORMAT_MAX_ELEMENTS];
	size_t element_count;
	struct segment segments[LOGFORMAT_MAX_ELEMENTS];
	size_t segment_count;
	const char *source;
	bool (*is_escaped)(char byte); /* whether the server escapes this byte in every value */
	bool has_empty_user_quotes; /* Apache writes an empty user as two quotes */
};

struct builder {
	struct logformat *logformat;
	struct view rest; /* of the text, to be compiled */
	struct buffer *errors;
	bool failed;
};

/* A value that a dialect knows by name. */
struct value_kind {
	const char *name;
	enum field field;
	unsigned rank;
	enum looseness looseness;
};

/* Complains, at the place where the rest begins; the first complaint counts. */
void builder_fail(struct builder *builder, struct view place, const char *format, ...)
    format_like(3, 4);
void builder_literal(struct builder *builder, char byte);
void builder_value(struct builder *builder, const struct value_kind *kind, struct view name);
void builder_padded_value(struct builder *builder, const struct value_kind *kind, struct view name);
void builder_time(struct builder *builder, enum stamp_part part, struct view name);
/* The elements of a strftime() or Java pattern. */
void builder_strftime(struct builder *builder, struct view pattern);
void builder_java_date(struct builder *builder, struct view pattern);

/* The dialects: compile the whole rest. */
void compile_apache(struct builder *builder);
void compile_nginx(struct builder *builder);
void compile_squid(struct builder *builder);

/* Lays the segments, and complains where a line could be read in two ways or tells too little. */
void builder_finish(struct builder *builder);

/* Undoes \n, \t and so on at the front of the rest; false where there is no backslash. */
bool builder_take_escape(struct builder *builder);

#endif
