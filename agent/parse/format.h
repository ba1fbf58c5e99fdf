/* What each family of formats gives the parser: a constant struct of functions. */
#ifndef AUTHMEDIC_PARSE_FORMAT_H
#define AUTHMEDIC_PARSE_FORMAT_H

#include "base/stretch.h"
#include "parse/clients.h"
#include "parse/parser.h"
#include "parse/stamp.h"

/* What a reader works with beside the line. */
struct reader {
	struct stamps stamps;
	struct clients clients;
	marks_finder *find_marks;
	struct marks_wanted wanted;
	struct marks marks; /* of one line; on the stack they would be zeroed each time */
	/* Where the line's marks were found already (NULL: nowhere), and which line it is there. */
	const struct stretch *stretch;
	size_t number;
	struct signatures *signatures; /* may be NULL */
	struct logformat *logformat; /* NULL, or owned by the parser */
	void *state; /* state_bytes of the format's own, zeroed at first */
};

struct format {
	const char *name;
	const char *looks; /* one sentence: how its lines are known */
	const char *source; /* what words the reasons in its records, for signatures; or NULL */
	struct marks_wanted marks; /* what its reader looks for in a line; zeros: nothing */
	size_t state_bytes;
	/* Reads a line that is not empty. *ret_parsed is LINE_UNPARSED with nothing known. */
	void (*read)(struct reader *reader, struct view line, struct parsed *ret_parsed);
	/* Both NULL where lines mean the same wherever one begins; see parser_save(). */
	void (*save)(const struct reader *reader, struct buffer *ret_header);
	int (*restore)(struct reader *reader, struct view header);
};

extern const struct format format_apache_common;
extern const struct format format_apache_combined;
extern const struct format format_apache_vhost;
extern const struct format format_apache_authmedic;
extern const struct format format_apache_error;
extern const struct format format_nginx_combined;
extern const struct format format_nginx_authmedic;
extern const struct format format_squid_combined;
extern const struct format format_squid_cache;
extern const struct format format_squid_native;
extern const struct format format_iis_w3c;
extern const struct format format_nginx_error;
extern const struct format format_catalina;
extern const struct format format_iis_native;
extern const struct format format_ncsa;
extern const struct format format_httperr;
extern const struct format format_tomcat;
extern const struct format format_jetty;
extern const struct format format_haproxy_http;
extern const struct format format_json;

/* Finds the format's marks in the line, or in what is left of it. */
static inline void reader_find_marks(struct reader *reader, struct view line)
{
	if (reader->stretch == NULL ||
	    !stretch_marks(reader->stretch, reader->number, line, &reader->marks))
		reader->find_marks(&reader->marks, line, reader->wanted.byte, reader->wanted.other);
}

/* A reader ends with one of these; `why` lives for ever. */
static inline void parsed_as(struct parsed *parsed, enum line_kind kind, const char *why)
{
	parsed->kind = kind;
	parsed->why = why;
}

/* Ends the reading of an error-log line: LINE_SIGNAL where a signature of this source matches the
 * text, LINE_OTHER where none does. */
void parsed_match(
    struct reader *reader, struct view source, struct view text, struct parsed *parsed);

#endif
