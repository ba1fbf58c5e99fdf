/* Finds out what format a log has: every built-in format reads its first lines, and the one that
 * reads most of them, and most of each, is taken. */
#ifndef AUTHMEDIC_PARSE_GUESS_H
#define AUTHMEDIC_PARSE_GUESS_H

#include "parse/parser.h"

#define GUESS_LINES 20 /* after so many that tell something a guess stands */

struct guess;

/* `signatures` may be NULL and is borrowed. */
must_check int guess_new(struct guess **ret_guess, struct signatures *signatures);
void guess_free(struct guess **guess);

/* How the best format so far reads the line; false where none reads any line yet. The views point
 * into the line. */
bool guess_line(struct guess *guess, struct view line, struct parsed *ret_parsed);
/* Whether enough lines were seen. */
bool guess_stands(const struct guess *guess);

/* The best so far, with what the lines declared to it; NULL where none read a line. It stays the
 * guess's; *ret_why, which may be NULL, is a constant sentence. */
const struct parser *guess_best(const struct guess *guess, const char **ret_why);
/* The same for the caller to keep; the guess reads no more lines. */
struct parser *guess_take(struct guess *guess);

/* The name of the format that reads most of these first lines (NULL: none), and why it was taken.
 * The last line may be cut off. */
const char *parser_guess(struct view head, const char **ret_why);

#endif
