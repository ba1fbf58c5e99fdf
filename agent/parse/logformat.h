/* A log format of the administrator's own: an Apache LogFormat, nginx log_format or Squid logformat
 * string, compiled once into the elements of a line.
 *
 * Servers escape quotes and control bytes in what a client sent, so a quote that stands free is
 * the format's own. Such bytes cut a line into segments; in each only one value may hold what
 * separates the others, and that one is found from both sides. So no client can shift a column. */
#ifndef AUTHMEDIC_PARSE_LOGFORMAT_H
#define AUTHMEDIC_PARSE_LOGFORMAT_H

#include "parse/fields.h"

#define LOGFORMAT_MAX_BYTES    4096
#define LOGFORMAT_MAX_ELEMENTS 256

struct logformat;

/* -EINVAL after appending what is wrong and at which character, without a newline, to errors. */
must_check int logformat_new(
    struct logformat **ret_logformat, const char *text, struct buffer *errors);
void logformat_free(struct logformat **logformat);
void logformat_read(const struct logformat *logformat, struct stamps *stamps, struct view line,
    struct parsed *ret_parsed);
/* Whose words the reasons in its records are, for signatures; or NULL. */
const char *logformat_source(const struct logformat *logformat);

#endif
