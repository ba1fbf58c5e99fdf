/* A record as one line of the ledger:
 *
 *	2026-11-22T10:00:00.000Z intent action=… site=… … wall_ms=… boot=… check=…
 *
 * The time in front is for people; what counts are the names and their values. */
#ifndef AUTHMEDIC_HELPER_LEDGER_LINE_H
#define AUTHMEDIC_HELPER_LEDGER_LINE_H

#include "base/buffer.h"
#include "helper/ledger.h"

/* Appends the line with its newline. */
void ledger_line_write(const struct ledger_record *record, struct buffer *line);
/* Makes a line, with its newline, of what a crash left. */
void ledger_line_end_torn(struct buffer *line, const struct moment *now);
/* -EBADMSG where the line, without its newline, is not what was written. */
must_check int ledger_line_read(struct view line, struct ledger_record *ret_record);

#endif
