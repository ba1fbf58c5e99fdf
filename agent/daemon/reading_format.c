#include "daemon/reading_private.h"

#include <errno.h>

#include "base/log.h"

#define GUESS_ANEW_LINES 100 /* in a row that a guessed format does not explain */

/* The parser there is, or the best guess so far; NULL where none read a line. */
static const struct parser *parser_of(const struct reading *reading)
{
	if (reading->parser == NULL && reading->guess != NULL)
		return guess_best(reading->guess, NULL);
	return reading->parser;
}

const char *reading_format(const struct reading *reading)
{
	const struct parser *parser = parser_of(reading);

	return parser != NULL ? parser_format(parser) : NULL;
}

static bool is_auto(const struct config_log *log)
{
	return log->logformat == NULL && strcmp(log->format, "auto") == 0;
}

/* ---- what is saved: "guessed squid-native", and what a header declared */

/* Where the format's name came from: the configuration, a guess that more lines may change, or one
 * that stands. It stood alone in older states, and is taken for one that stands. */
#define NAMED    "named"
#define GUESSING "guessing"
#define GUESSED  "guessed"

void reading_save(const struct reading *reading, struct buffer *ret_saved)
{
	const struct parser *parser = parser_of(reading);
	const char *origin = reading->parser != NULL ? GUESSED : GUESSING;

	if (parser == NULL)
		return;
	if (!is_auto(reading->log))
		origin = NAMED;
	buffer_append_format(ret_saved, "%s %s\n", origin, parser_format(parser));
	parser_save(parser, ret_saved);
}

static int cut_name(struct view *saved, struct view *ret_name, bool *ret_stands)
{
	struct view origin;
	struct view name;

	if (!view_cut(saved, '\n', &name))
		return -EINVAL;
	*ret_name = name;
	*ret_stands = true;
	if (!view_cut(&name, ' ', &origin))
		return 0;
	*ret_name = name;
	*ret_stands = view_equal(origin, VIEW(GUESSED));
	return *ret_stands || view_equal(origin, VIEW(GUESSING)) || view_equal(origin, VIEW(NAMED))
	    ? 0
	    : -EINVAL;
}

int reading_restore(struct reading *reading, struct view saved)
{
	char auto_free *format = NULL;
	struct view name;
	bool stands;
	int error;

	if (view_is_empty(saved))
		return 0;
	error = cut_name(&saved, &name, &stands);
	if (error < 0)
		return error;
	/* The configuration had a format string then, which it gives now or does not. */
	if (view_equal(name, VIEW("logformat")))
		return 0;
	format = view_to_text(name);
	if (format == NULL)
		return -ENOMEM;
	if (reading->parser == NULL) {
		/* What a header declared is no guess. */
		if (!stands && view_is_empty(saved))
			return 0;
		error = parser_new(&reading->parser, format, reading->signatures);
		if (error < 0)
			return error;
	}
	/* The configuration may name another format now, which the header says nothing to. */
	if (strcmp(parser_format(reading->parser), format) != 0)
		return 0;
	return parser_restore(reading->parser, saved);
}

/* Whether what was saved is more than a format's name. */
static bool has_header(struct view saved)
{
	struct view name;

	return view_cut(&saved, '\n', &name) && !view_is_empty(saved);
}

int reading_turn(struct reading *reading, struct view saved)
{
	/* A guess may go on from file to file, but what a header declares is no guess. */
	if (reading->guess != NULL && !has_header(saved))
		return 0;
	guess_free(&reading->guess);
	return reading_restore(reading, saved);
}

/* ---- guessing */

/* Says what is taken, whenever it is another than before. */
static void tell_guess(const struct reading *reading, const char *before)
{
	const char *why;
	const struct parser *best = guess_best(reading->guess, &why);

	if (best != NULL && (before == NULL || strcmp(before, parser_format(best)) != 0))
		log_notice(
		    "%s: reading it as %s: %s", reading->log->path, parser_format(best), why);
}

static void take_guess(struct reading *reading)
{
	parser_free(&reading->parser);
	reading->parser = guess_take(reading->guess);
	guess_free(&reading->guess);
}

void reading_guess(struct reading *reading, struct view line, struct parsed *ret_parsed)
{
	const struct parser *best;
	const char *before;

	*ret_parsed = (struct parsed){.kind = LINE_UNPARSED,
	    .signal = {.time_ms = -1},
	    .why = "no built-in format reads it"};
	if (reading->guess == NULL && guess_new(&reading->guess, reading->signatures) < 0)
		return;
	best = guess_best(reading->guess, NULL);
	before = best != NULL ? parser_format(best) : NULL;
	guess_line(reading->guess, line, ret_parsed);
	tell_guess(reading, before);
	if (guess_stands(reading->guess))
		take_guess(reading);
}

static bool holds_header(const struct parser *parser)
{
	struct buffer auto_buffer header;

	buffer_init(&header, READING_MAX_SAVED_BYTES);
	parser_save(parser, &header);
	return header.length > 0;
}

static void count_read_by_guess(struct reading *reading, enum line_kind kind)
{
	if (kind == LINE_UNPARSED)
		reading->read_by_guess = 0;
	else if (kind != LINE_HEADER)
		reading->read_by_guess++;
}

/* A line behind many that the guessed format does not explain. It is given up for one that reads as
 * many in a row as were needed to guess it, and for nothing less: what holds reads all that is not
 * strange. */
static void doubt_guess(struct reading *reading, struct view line, struct parsed *parsed)
{
	struct parsed by_guess;

	if (parsed->kind != LINE_UNPARSED || !is_auto(reading->log) ||
	    holds_header(reading->parser))
		return;
	if (reading->guess == NULL) {
		reading->read_by_guess = 0;
		if (guess_new(&reading->guess, reading->signatures) < 0)
			return;
	}
	if (!guess_line(reading->guess, line, &by_guess))
		return;
	count_read_by_guess(reading, by_guess.kind);
	if (reading->read_by_guess < GUESS_LINES)
		return;
	tell_guess(reading, parser_format(reading->parser));
	take_guess(reading);
	*parsed = by_guess;
}

void reading_follow_guess(struct reading *reading, struct view line, struct parsed *parsed)
{
	if (reading->unparsed_in_a_row >= GUESS_ANEW_LINES)
		doubt_guess(reading, line, parsed);
	else if (reading->guess != NULL)
		guess_free(&reading->guess);
}
