/* The columns that a log may have, whatever its format: a reader finds where they stand, and here
 * they become a record. */
#ifndef AUTHMEDIC_PARSE_FIELDS_H
#define AUTHMEDIC_PARSE_FIELDS_H

#include "parse/format.h"

enum field {
	FIELD_SKIPPED,
	FIELD_TIME, /* as one text; see stamp_usual() */
	FIELD_CLIENT,
	FIELD_USER,
	FIELD_REQUEST, /* "GET /path HTTP/1.1" */
	FIELD_METHOD,
	FIELD_TARGET,
	FIELD_STATUS,
	FIELD_BYTES,
	FIELD_AGENT,
	FIELD_HOST,
	FIELD_FORWARDED,
	FIELD_CONNECTION,
	FIELD_WORKER,
	/* Those of pairs.h. */
	FIELD_SCHEME,
	FIELD_REPLY,
	FIELD_ERROR,
	FIELD_ERROR_TEXT,
	/* Of an error log: what was said, and which part of the server said it. */
	FIELD_MESSAGE,
	FIELD_LOGGER,
	FIELD_COUNT
};

/* Fills the record from the values of a line; data is NULL where the log has no such column. The
 * time is the caller's. Ends the reading. */
void fields_read(const struct view values[FIELD_COUNT], struct parsed *parsed);

#endif
