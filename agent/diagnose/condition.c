#include "diagnose/condition.h"

#include <errno.h>

#include "base/text.h"
#include "diagnose/number.h"
#include "diagnose/term.h"

/* A duration written in seconds is up to four times as long as "9d,". */
#define MAX_LIST_BYTES ((size_t)4 * CONDITION_MAX_BYTES)

enum operator {
	OPERATOR_EQUAL,
	OPERATOR_NOT_EQUAL,
	OPERATOR_LESS,
	OPERATOR_LESS_OR_EQUAL,
	OPERATOR_GREATER,
	OPERATOR_GREATER_OR_EQUAL,
	OPERATOR_IN,
	OPERATOR_NOT_IN,
	OPERATOR_IS,
};

static const char *const operator_names[] = {
    "==", "!=", "<", "<=", ">", ">=", "in", "not-in", "is"};

struct condition {
	char *text; /* as it was written */
	struct sum left;
	enum operator operator;
	struct sum right; /* empty with a list, and with `is` */
	char *list;       /* words separated by blanks: [one, two] as it is kept; or NULL */
	bool wants_known; /* `is known`, not `is unknown` */
};

void condition_free(struct condition **condition)
{
	if (*condition == NULL)
		return;
	free((*condition)->text);
	sum_done(&(*condition)->left);
	sum_done(&(*condition)->right);
	free((*condition)->list);
	free(*condition);
	*condition = NULL;
}

static bool find_operator(struct view word, enum operator *ret_operator)
{
	for (size_t i = 0; i < count_of(operator_names); i++) {
		if (view_equal_text(word, operator_names[i])) {
			*ret_operator = (enum operator)i;
			return true;
		}
	}
	return false;
}

static bool append_list(struct buffer *value, struct view text)
{
	bool more = true;

	text = view_trim(view_of(text.data + 1, text.length - 2));
	while (more) {
		struct view item;

		more = view_cut(&text, ',', &item);
		if (value->length > 0)
			buffer_append_byte(value, ' ');
		if (!term_append_literal(value, view_trim(item)))
			return false;
	}
	return true;
}

static const char not_enough_memory[] = "there is no memory";
static const char bad_operand[] =
    "what is compared must be a fact, a number, a duration or a word";
static const char too_many_terms[] = "too many terms are joined by + and -";

static const char *read_list(struct condition *condition, struct view text)
{
	struct buffer auto_buffer list;

	buffer_init(&list, MAX_LIST_BYTES);
	if (!append_list(&list, text))
		return bad_operand;
	condition->list = buffer_error(&list) < 0 ? NULL : view_to_text(buffer_view(&list));
	return condition->list == NULL ? not_enough_memory : NULL;
}

static const char *read_known(struct condition *condition, struct view text)
{
	condition->wants_known = view_equal(text, VIEW("known"));
	return condition->wants_known || view_equal(text, VIEW("unknown"))
		   ? NULL
		   : "a fact is either 'known' or 'unknown'";
}

/* `fallback` is what is wrong where no term can be read. */
static const char *read_sum(struct sum *sum, struct view *text, const char *fallback)
{
	switch (sum_read(sum, text)) {
	case 0:
		return NULL;
	case -ENOMEM:
		return not_enough_memory;
	case -E2BIG:
		return too_many_terms;
	default:
		return fallback;
	}
}

static bool takes_list(enum operator operator)
{
	return operator == OPERATOR_IN || operator == OPERATOR_NOT_IN;
}

static bool is_fact(const struct sum *sum)
{
	return sum->count == 1 && sum->terms[0].is_fact;
}

static const char *read_right(struct condition *condition, struct view text)
{
	bool takes = takes_list(condition->operator);
	const char *why = read_sum(&condition->right, &text, bad_operand);

	if (why == NULL && (!view_is_empty(text) || (takes && !is_fact(&condition->right))))
		why = bad_operand;
	if (takes && why == bad_operand)
		why = "'in' and 'not-in' need a list, [one, two] or a fact";
	return why;
}

/* NULL, or why there is no operand. */
static const char *read_operand(struct condition *condition, struct view text)
{
	bool is_list =
	    text.length > 1 && view_starts_with(text, VIEW("[")) && view_ends_with(text, VIEW("]"));

	if (view_is_empty(text))
		return "nothing stands behind the operator";
	if (condition->operator == OPERATOR_IS)
		return read_known(condition, text);
	if (!is_list)
		return read_right(condition, text);
	return takes_list(condition->operator) ? read_list(condition, text)
					       : "a list needs 'in' or 'not-in'";
}

static const char *read_condition(struct condition *condition, struct view text)
{
	static const char no_name[] = "it must begin with the name of a fact, such as probe.result";
	const char *why;

	if (text.length > CONDITION_MAX_BYTES)
		return "it is too long";
	why = read_sum(&condition->left, &text, no_name);
	if (why != NULL)
		return why;
	if (!condition->left.terms[0].is_fact)
		return no_name;
	if (!find_operator(term_next_word(&text), &condition->operator))
		return "the operator must be ==, !=, <, <=, >, >=, in, not-in or is";
	if (condition->operator >= OPERATOR_IN && condition->left.count > 1)
		return "'in', 'not-in' and 'is' need a fact by itself";
	return read_operand(condition, text);
}

int condition_parse(struct condition **ret_condition, struct view text, const char **ret_why)
{
	struct condition *condition = calloc(1, sizeof(*condition));
	const char *why;
	int error = -ENOMEM;

	if (condition == NULL)
		return -ENOMEM;
	why = read_condition(condition, text);
	if (why == not_enough_memory)
		goto fail;
	if (why != NULL) {
		*ret_why = why;
		error = -EINVAL;
		goto fail;
	}
	condition->text = view_to_text(view_trim(text));
	if (condition->text == NULL)
		goto fail;
	*ret_condition = condition;
	return 0;
fail:
	condition_free(&condition);
	return error;
}

static bool equal(struct view a, struct view b)
{
	double left, right;

	if (number_parse(a, &left) == 0 && number_parse(b, &right) == 0)
		return left == right;
	return view_equal(a, b);
}

static bool is_one_of(struct view value, struct view list)
{
	while (list.length > 0) {
		struct view word = term_next_word(&list);

		if (!view_is_empty(word) && equal(value, word))
			return true;
	}
	return false;
}

static enum truth compare_numbers(enum operator operator, double left, double right)
{
	switch (operator) {
	case OPERATOR_LESS:
		return truth_of(left < right);
	case OPERATOR_LESS_OR_EQUAL:
		return truth_of(left <= right);
	case OPERATOR_GREATER:
		return truth_of(left > right);
	case OPERATOR_GREATER_OR_EQUAL:
		return truth_of(left >= right);
	case OPERATOR_EQUAL:
		return truth_of(left == right);
	default:
		return truth_of(left != right);
	}
}

/* Words are equal or not; which is the greater nobody can tell. */
static enum truth compare(
    enum operator operator, const struct sum_value *left, const struct sum_value *right)
{
	bool same = view_equal(left->text, right->text);

	if (left->is_number && right->is_number)
		return compare_numbers(operator, left->number, right->number);
	if (operator == OPERATOR_EQUAL)
		return truth_of(same);
	return operator == OPERATOR_NOT_EQUAL ? truth_of(!same) : TRUTH_UNKNOWN;
}

enum truth condition_evaluate(const struct condition *condition, const struct facts *facts)
{
	enum operator operator = condition->operator;
	struct sum_value left = {0}, right = {0};
	bool is_known = sum_evaluate(&condition->left, facts, &left);

	if (operator == OPERATOR_IS)
		return truth_of(is_known == condition->wants_known);
	if (!is_known)
		return TRUTH_UNKNOWN;
	if (condition->list != NULL)
		right.text = view_of_text(condition->list);
	else if (!sum_evaluate(&condition->right, facts, &right))
		return TRUTH_UNKNOWN;
	if (takes_list(operator))
		return truth_of(
		    is_one_of(left.text, right.text) == (operator == OPERATOR_IN));
	return compare(operator, &left, &right);
}

bool condition_is_told(const struct condition *condition, const struct facts *facts)
{
	struct sum_value value;

	if (condition->operator == OPERATOR_IS)
		return sum_evaluate(&condition->left, facts, &value);
	return condition_evaluate(condition, facts) != TRUTH_UNKNOWN;
}

void condition_explain(
    const struct condition *condition, const struct facts *facts, struct buffer *text)
{
	buffer_append_format(text, "%s (", condition->text);
	sum_explain(&condition->left, facts, false, text);
	sum_explain(&condition->right, facts, true, text);
	buffer_append_byte(text, ')');
}
