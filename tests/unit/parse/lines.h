/* Lines and how they must be read, as short texts, so that a test is a table. */
#ifndef AUTHMEDIC_TESTS_PARSE_LINES_H
#define AUTHMEDIC_TESTS_PARSE_LINES_H

#include "unit.h"

#include "base/text.h"
#include "parse/parser.h"

struct line_case {
	const char *line;
	const char *reads_as; /* see lines_describe() */
};

/* What was read, without what is absent:
 *
 *	record TIME CLIENT "USER" METHOD TARGET STATUS.SUBSTATUS/WIN32 BYTESb scheme=… reply=…
 *	agent="…" host=… conn=… fwd=… reason="…" signal=N
 *	signal TIME CLIENT N kvno=N principal=…
 *	other TIME, header, unparsed: WHY */
const char *lines_describe(const struct parsed *parsed, struct buffer *text);

/* Reads the lines one after the other with one parser of this format. */
void lines_check(const char *format, const struct line_case *cases, size_t count);

/* The same with a format string. */
void lines_check_logformat(const char *logformat, const struct line_case *cases, size_t count);

/* The folder of the rules in the source. */
const char *lines_signatures_folder(char ret_path[4096]);

#endif
