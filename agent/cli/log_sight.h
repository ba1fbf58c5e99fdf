/* Whether the lines of a log let a failure be seen at all. What they lack beyond that is
 * parse/shortfall.h's. */
#ifndef AUTHMEDIC_CLI_LOG_SIGHT_H
#define AUTHMEDIC_CLI_LOG_SIGHT_H

#include "config/config.h"
#include "parse/parser.h"

/* What some line showed. */
struct log_sight {
	uint64_t read; /* lines of which something was understood, without headers */
	uint64_t unread;
	const char *why_unread; /* the first of them */
	uint64_t records;
	bool user; /* there is a column for it, whatever it says */
	bool client;
	bool token;
	bool reason; /* merr= said something, or reply= did */
	uint64_t silent[SCHEME_COUNT]; /* tokens answered with 401, and merr= is there and empty */
	bool admitted[SCHEME_COUNT];
};

void log_sight_note(struct log_sight *sight, struct view line, const struct parsed *parsed);
/* What reading_save() tells behind the lines: IIS declares its columns. */
void log_sight_note_header(struct log_sight *sight, struct view saved);

/* Whether there are lines and none was understood; then why not. */
bool log_sight_is_blind(const struct log_sight *sight);
void log_sight_append_why(const struct log_sight *sight, struct buffer *text);

/* Appends one sentence a line for each thing without which no failure is seen, or not told from a
 * leg. The format is the one that the log turned out to have. */
void log_sight_append(const struct log_sight *sight, const struct config_log *log,
    const char *format, struct buffer *text);

#endif
