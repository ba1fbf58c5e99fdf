/* What stands on one side of a condition: a fact, a number, a duration or a word, or numbers of
 * facts and durations joined by + and - with blanks around them. */
#ifndef AUTHMEDIC_DIAGNOSE_TERM_H
#define AUTHMEDIC_DIAGNOSE_TERM_H

#include "diagnose/facts.h"

#define SUM_MAX_TERMS 4

struct term {
	char *text;      /* a fact's name, or the value it stands for: durations in seconds */
	bool is_fact;
	bool is_taken;   /* a - stands before it */
};

struct sum {
	struct term terms[SUM_MAX_TERMS];
	size_t count;
};

/* Appends a literal as the value of a fact would look; false where it is none. */
bool term_append_literal(struct buffer *value, struct view text);

/* Takes the sum off the front of the text, up to what is no + or - behind a term. -EINVAL where a
 * term is missing or none, -E2BIG where there are too many, -ENOMEM. */
must_check int sum_read(struct sum *sum, struct view *text);
void sum_done(struct sum *sum);

/* The next word, taken off the front; blanks around it go, too. */
struct view term_next_word(struct view *text);

/* A single term as it is written, or the number that several come to. */
struct sum_value {
	struct view text; /* of a single one */
	double number;    /* where is_number */
	bool is_number;
};
/* False where a fact is unknown, or no number where one is needed. */
bool sum_evaluate(
    const struct sum *sum, const struct facts *facts, struct sum_value *ret_value);
/* Appends the facts in it and their values, ", " between and before where `follows`. */
void sum_explain(
    const struct sum *sum, const struct facts *facts, bool follows, struct buffer *text);

#endif
