/* PCRE2 behind limits: a pattern matches a whole text or not at all, by bytes, and no text can make
 * that take long. Compiled by JIT where the system lets us, else interpreted. */
#ifndef AUTHMEDIC_PARSE_REGEX_H
#define AUTHMEDIC_PARSE_REGEX_H

#include "base/buffer.h"

#define REGEX_MAX_PATTERN_BYTES 4096
#define REGEX_MATCH_LIMIT       10000
#define REGEX_DEPTH_LIMIT       1000
#define REGEX_HEAP_LIMIT_KIB    1024

struct regex;

/* -EINVAL after appending what is wrong and where, without a newline, to error_text. */
must_check int regex_new(struct regex **ret_regex, const char *pattern, struct buffer *error_text);
void regex_free(struct regex **regex);

/* 1 where the whole text matches, 0 where not, -E2BIG where a limit ended the search. */
must_check int regex_match(struct regex *regex, struct view text);
/* The number of a named group, 0 where the pattern has none of that name. */
unsigned regex_group_number(const struct regex *regex, const char *name);
/* What the group held in the last match, a part of its text; empty where it took no part. */
struct view regex_group(const struct regex *regex, struct view text, unsigned group);

#endif
