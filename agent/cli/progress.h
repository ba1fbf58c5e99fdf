/* How far long work has come, on one line of standard error; only where that is a terminal. */
#ifndef AUTHMEDIC_CLI_PROGRESS_H
#define AUTHMEDIC_CLI_PROGRESS_H

#include "base/buffer.h"

struct progress {
	bool is_shown; /* at all */
	bool is_drawn; /* the line stands there now */
	int64_t total_bytes; /* 0: not known */
	int64_t done_bytes;
	int64_t started_ms, drawn_ms;
};

void progress_begin(struct progress *progress, int64_t total_bytes);
/* So much of it is done by now. */
void progress_at(struct progress *progress, int64_t done_bytes);
/* Makes way for something else; the next progress_at() draws it again. */
void progress_clear(struct progress *progress);

/* The line: percentage, bar, amounts, rate and the time left. */
void progress_print(const struct progress *progress, int64_t now_ms, struct buffer *line);

#endif
