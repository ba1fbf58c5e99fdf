/* What Apache, nginx and Squid all begin an access line with:
 *
 *	client ident user [time] "request" status bytes "referer" "agent"
 *
 * Each returns NULL, or one constant sentence on what the line lacks. */
#ifndef AUTHMEDIC_PARSE_NCSA_H
#define AUTHMEDIC_PARSE_NCSA_H

#include "parse/format.h"

/* What the format must look for whose reader takes a plain line. */
#define NCSA_MARKS                                                                                 \
	{                                                                                          \
		.byte = '"', .other = '\\'                                                         \
	}

/* Up to the request's opening quote. */
must_check const char *ncsa_take_head(
    struct stamps *stamps, struct view *rest, struct record *record);
/* Status and bytes, and the space that follows. */
must_check const char *ncsa_take_answer(struct view *rest, struct record *record);
/* Up to the bytes; *rest is left behind them and the space that follows. */
must_check const char *ncsa_take_request(
    struct stamps *stamps, struct view *rest, struct record *record);
/* Referer and agent, and the space that follows. */
must_check const char *ncsa_take_agent(struct view *rest, struct record *record);

/* The same where quotes in what the client sent are not escaped: the last quote is the line's own,
 * and the agent's first is the one that ncsa_find_agent() finds, with the referer's before it. */
must_check bool ncsa_take_raw_agent(struct view rest, struct record *record);
must_check bool ncsa_find_agent(struct view rest, size_t *ret_offset);

/* Both in one pass, where the line is as plain as nearly all are: six quotes or more and no
 * backslash. Where it is not, or anything is amiss, the answer is false and *rest is left alone:
 * then the careful ones tell what the line is or lacks. */
must_check bool ncsa_take_plain(struct reader *reader, struct view *rest, struct record *record);
/* Both, as fast as can be. */
must_check const char *ncsa_take_combined(
    struct reader *reader, struct view *rest, struct record *record);

/* "GET /path HTTP/1.1" into method and target; what is no request line is all target. */
void ncsa_split_request(struct view request, struct record *record);

/* "401" and the like, or 0 where a connection gave none; three digits at most. */
must_check int ncsa_status(struct view text, int *ret_status);

#endif
