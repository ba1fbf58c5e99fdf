/* Bytes to lines: where they end, and which are no lines. Pure. */
#ifndef AUTHMEDIC_INTAKE_LINES_H
#define AUTHMEDIC_INTAKE_LINES_H

#include "base/stretch.h"
#include "intake/intake.h"

/* A line ends with LF or CRLF. NULs stand for bytes that were never written (the hole that a writer
 * leaves behind a truncation, the tail of a preallocated file): those before a line are passed
 * over, and what stands before NULs within a line is the torn rest of another and counts as lost.
 */
struct lines {
	const struct intake_callbacks *callbacks;
	struct intake_totals *totals; /* lines, overlong_lines and lost_bytes are counted here */
	bool first; /* the next line is the first of its file */
	bool cut; /* inside a line that was given up; its rest is passed over */
};

/* The longest beginning of a line that is not given up yet: its text and a CR. */
#define LINES_MAX_PARTIAL_BYTES (INTAKE_MAX_LINE_BYTES + 1)

/* Hands on the complete lines at the start of `bytes`, the file's content from the cursor on, and
 * returns how many bytes are done with. What is left is at most LINES_MAX_PARTIAL_BYTES of a line,
 * then perhaps NULs to the end: give it again with what follows it. */
size_t lines_take(struct lines *lines, struct view bytes);

/* The same for a stretch that was found in `bytes`, where each line of it is one as it stands, but
 * for CRs at its end: then they are only counted, and the answer is how many bytes they are. 0:
 * only lines_take() can tell. */
size_t lines_take_found(struct lines *lines, const struct stretch *stretch);

/* What lines_take() left of a file that will not grow any more: it is the last line. */
void lines_finish(struct lines *lines, struct view rest);

#endif
