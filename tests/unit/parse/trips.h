/* Round trips: lines are written as a server writes them, from random requests with whatever a
 * client may send in them, and read back. A failure prints its seed: AUTHMEDIC_SEED=N repeats it.
 */
#ifndef AUTHMEDIC_TESTS_PARSE_TRIPS_H
#define AUTHMEDIC_TESTS_PARSE_TRIPS_H

#include "lines.h"
#include "requests.h"

struct trip {
	struct chance chance;
	struct request request;
	struct buffer line;
	struct parsed parsed;
	uint64_t seed;
	size_t number;
	struct signatures *signatures; /* NULL, or borrowed */
};

typedef void write_line(struct trip *trip);
typedef void check_line(const struct trip *trip);

struct round {
	const char *format; /* a built-in format, or … */
	const char *logformat; /* … a format string */
	request_escape *escape;
	request_escape *escape_user;
	write_line *write;
	check_line *check;
	bool with_signatures;
	write_line *declare; /* NULL, or writes a header or nothing */
	/* NULL, or makes another parser every TRIPS_TOGETHER lines. */
	void (*begin)(struct trip *trip, struct parser **ret_parser);
};
#define TRIPS_TOGETHER 200

/* 100,000 lines; a tenth of that where a sanitizer makes each slow. */
void trips_run(const struct round *round);

#define check_that(trip, condition)                                                                \
	do {                                                                                       \
		if (!(condition))                                                                  \
			trip_fail(trip, #condition);                                               \
	} while (0)
void trip_fail(const struct trip *trip, const char *condition);

/* Whether what was read is what was logged, where "-" stands for nothing. */
bool trip_is_logged(struct view read, const struct buffer *logged);

/* client - user [time] "request" status bytes, and "referer" "agent" */
write_line write_common;
write_line write_combined;
void append_quoted(struct buffer *line, const char *before, const struct buffer *text);

/* All that any format has. */
check_line check_request;
/* And the agent. */
check_line check_combined;

#endif
