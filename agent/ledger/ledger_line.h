/* A record as one line of the ledger. The time in front is for people. */
#ifndef AUTHMEDIC_LEDGER_LEDGER_LINE_H
#define AUTHMEDIC_LEDGER_LEDGER_LINE_H

#include "base/buffer.h"
#include "ledger/ledger.h"

/* Appends the line with its newline, and a check of all that stands in the buffer. */
void ledger_line_write(const struct ledger_record *record, struct buffer *line);
/* Makes a line of what a crash left in the buffer. */
void ledger_line_end_torn(struct buffer *line, const struct moment *now);
/* -EBADMSG where the line, which is without its newline, is not what was written. */
must_check int ledger_line_read(struct view line, struct ledger_record *ret_record);

#endif
