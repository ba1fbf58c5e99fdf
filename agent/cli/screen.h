/* What fits on the screen that people look at: its width, its letters, curves of a few cells. */
#ifndef AUTHMEDIC_CLI_SCREEN_H
#define AUTHMEDIC_CLI_SCREEN_H

#include "base/json.h"

#define SCREEN_USUAL_COLUMNS 80 /* where there is no screen, or it does not say */

struct screen {
	unsigned columns;
	bool is_terminal;
	bool is_utf8; /* else plain ASCII */
};

/* Standard output, as the environment says. */
struct screen screen_look(void);

/* The bytes, escaped, cut or filled up with spaces to exactly so many columns. */
void screen_print_cell(struct view bytes, unsigned columns);
/* The text, escaped, each line behind so many spaces; on a terminal broken between words. */
void screen_print_text(const struct screen *screen, unsigned indent, const char *text);
/* One line; where it must be broken, what follows stands behind so many spaces. */
void screen_print_hanging(const struct screen *screen, unsigned indent, const char *line);
/* A curve of shares from 0 to 1, one cell for several of them: the greatest counts. What is null is
 * a gap. Appended as it is to be printed; nothing is escaped in it. */
void screen_append_curve(const struct screen *screen, const struct json *shares, unsigned cells,
    struct buffer *curve);

#endif
