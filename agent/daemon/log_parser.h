/* The parser that a log's configuration asks for. */
#ifndef AUTHMEDIC_DAEMON_LOG_PARSER_H
#define AUTHMEDIC_DAEMON_LOG_PARSER_H

#include "config/config.h"
#include "parse/parser.h"

/* *ret_parser is NULL for `auto`. -EINVAL after appending to errors, which may be NULL, a line that
 * begins with the log's place. The parser borrows from the log. */
must_check int log_parser_new(struct parser **ret_parser, const struct config_log *log,
    struct signatures *signatures, struct buffer *errors);

#endif
