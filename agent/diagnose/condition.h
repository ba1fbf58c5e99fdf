/* One condition over facts, such as `ticket.kvno in keytab.kvnos`: SIDE OP SIDE, or `NAME is known`
 * and `NAME is unknown`.
 *
 *	==  !=           equal as numbers where both are numbers, else byte for byte
 *	<  <=  >  >=     numbers; times are numbers of seconds
 *	in  not-in       one of a list: a fact of words separated by blanks, or [one, two]
 *
 * A side is the name of a fact (it has a dot), a number, a duration (5m, in seconds) or a word, or
 * several of them joined by + and -, with blanks around: `keytab.modified > worker.start + 5s`. The
 * left one begins with a fact. Where a fact is unknown, or no number where one is needed, the
 * answer is unknown. */
#ifndef AUTHMEDIC_DIAGNOSE_CONDITION_H
#define AUTHMEDIC_DIAGNOSE_CONDITION_H

#include "diagnose/facts.h"
#include "diagnose/truth.h"

#define CONDITION_MAX_BYTES 512

struct condition;

/* -EINVAL: *ret_why then says why, as the rest of "'…' is no condition: ". */
must_check int condition_parse(
    struct condition **ret_condition, struct view text, const char **ret_why);
void condition_free(struct condition **condition);
enum truth condition_evaluate(const struct condition *condition, const struct facts *facts);
/* Whether nothing that it asks for is unknown. */
bool condition_is_told(const struct condition *condition, const struct facts *facts);
/* Appends the condition and the values that it sees. */
void condition_explain(
    const struct condition *condition, const struct facts *facts, struct buffer *text);

#endif
