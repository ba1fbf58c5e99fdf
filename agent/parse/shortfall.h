/* What the lines of an access log do not show of sign-ins, and which snippet of ours would have
 * them show it. */
#ifndef AUTHMEDIC_PARSE_SHORTFALL_H
#define AUTHMEDIC_PARSE_SHORTFALL_H

#include "parse/record.h"

/* What some line showed. */
struct shortfall {
	uint64_t records;
	bool agent;
	bool scheme;
	bool substatus;
	bool win32;
};

void shortfall_note(struct shortfall *shortfall, const struct record *record);
/* Appends one sentence a line for each thing that is missing, and the snippet's name; nothing where
 * nothing is, or no record came. */
void shortfall_append(const struct shortfall *shortfall, const char *format, struct buffer *text);

#endif
