#include "parse/guess.h"

#include <errno.h>

#define MAX_FORMATS    64
#define HEAD_MAX_LINES 200

struct candidate {
	struct parser *parser;
	size_t score; /* two for a line that it read, one where it left a part of it */
	struct parsed parsed; /* the last line */
};

struct guess {
	struct candidate candidates[MAX_FORMATS];
	size_t candidate_count;
	size_t line_count; /* that tell something */
	size_t best; /* candidate_count: none */
};

int guess_new(struct guess **ret_guess, struct signatures *signatures)
{
	struct guess *guess = calloc(1, sizeof(*guess));
	int error = guess != NULL ? 0 : -ENOMEM;

	for (const char *const *name = parser_formats(); *name != NULL && error == 0; name++) {
		struct candidate *candidate = &guess->candidates[guess->candidate_count];

		error = guess->candidate_count < MAX_FORMATS
		    ? parser_new(&candidate->parser, *name, signatures)
		    : -ENOSPC;
		guess->candidate_count += error == 0;
	}
	if (error < 0) {
		guess_free(&guess);
		return error;
	}
	guess->best = guess->candidate_count;
	*ret_guess = guess;
	return 0;
}

void guess_free(struct guess **guess)
{
	if (*guess == NULL)
		return;
	for (size_t i = 0; i < (*guess)->candidate_count; i++)
		parser_free(&(*guess)->candidates[i].parser);
	free(*guess);
	*guess = NULL;
}

/* Of those that read as much the first is the best: parser.c has them in that order. */
static void choose_best(struct guess *guess)
{
	size_t best_score = 0;

	for (size_t i = 0; i < guess->candidate_count; i++) {
		if (guess->candidates[i].score <= best_score)
			continue;
		best_score = guess->candidates[i].score;
		guess->best = i;
	}
}

static bool is_empty(struct view line)
{
	return view_is_empty(view_without_end(line, '\r'));
}

/* Blank, or behind the line before, as those of a stack trace: any error log takes it. */
static bool goes_on(struct view line)
{
	return line.length > 0 && (line.data[0] == ' ' || line.data[0] == '\t');
}

static bool is_read(const struct parsed *parsed, struct view line)
{
	return parsed->kind != LINE_UNPARSED && !is_empty(line) &&
	    !(parsed->kind == LINE_OTHER && goes_on(line));
}

bool guess_line(struct guess *guess, struct view line, struct parsed *ret_parsed)
{
	bool tells = !is_empty(line) && !goes_on(line);

	for (size_t i = 0; i < guess->candidate_count; i++) {
		struct candidate *candidate = &guess->candidates[i];

		parser_line(candidate->parser, line, &candidate->parsed);
		if (!is_read(&candidate->parsed, line))
			continue;
		candidate->score += candidate->parsed.has_rest ? 1 : 2;
		tells = true;
	}
	guess->line_count += tells;
	choose_best(guess);
	if (guess->best == guess->candidate_count)
		return false;
	*ret_parsed = guess->candidates[guess->best].parsed;
	return true;
}

bool guess_stands(const struct guess *guess)
{
	return guess->line_count >= GUESS_LINES && guess->best < guess->candidate_count;
}

const struct parser *guess_best(const struct guess *guess, const char **ret_why)
{
	const struct parser *best =
	    guess->best < guess->candidate_count ? guess->candidates[guess->best].parser : NULL;

	if (ret_why != NULL)
		*ret_why = best != NULL ? parser_looks(best)
					: "none of the built-in formats reads its first lines";
	return best;
}

struct parser *guess_take(struct guess *guess)
{
	struct parser *best = NULL;

	if (guess->best < guess->candidate_count) {
		best = guess->candidates[guess->best].parser;
		guess->candidates[guess->best].parser = NULL;
		guess->best = guess->candidate_count;
	}
	return best;
}

const char *parser_guess(struct view head, const char **ret_why)
{
	struct guess *auto_call(guess_free) guess = NULL;
	const struct parser *best;
	struct parsed parsed;
	struct view line;
	bool complete = true;

	*ret_why = "there is no memory to find out the format";
	if (guess_new(&guess, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < HEAD_MAX_LINES && complete && head.length > 0; i++) {
		complete = view_cut(&head, '\n', &line);
		/* The head may end within a line; a file of one line need not end it. */
		if (complete || i == 0)
			guess_line(guess, line, &parsed);
	}
	best = guess_best(guess, ret_why);
	return best != NULL ? parser_format(best) : NULL;
}
