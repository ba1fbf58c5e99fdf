#include "diagnose/condition.h"

#include <errno.h>

#include "base/text.h"
#include "diagnose/number.h"

/* A duration written in seconds is up to four times as long as "9d,". */
#define MAX_OPERAND_BYTES ((size_t)4 * CONDITION_MAX_BYTES)

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
	char *name; /* the fact on the left */
	enum operator operator;
	char *operand;        /* a fact's name, or the value it stands for: durations in seconds, */
	bool operand_is_fact; /* lists as words separated by blanks */
};

void condition_free(struct condition **condition)
{
	if (*condition == NULL)
		return;
	free((*condition)->text);
	free((*condition)->name);
	free((*condition)->operand);
	free(*condition);
	*condition = NULL;
}

/* Takes the next word off the front; blanks around it go, too. */
static struct view next_word(struct view *text)
{
	struct view word;

	*text = view_trim(*text);
	view_cut(text, ' ', &word);
	*text = view_trim(*text);
	return word;
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

static bool is_plain_word(struct view text)
{
	if (text.length == 0 || text.data[0] < 'a' || text.data[0] > 'z')
		return false;
	for (size_t i = 1; i < text.length; i++)
		if (!(text.data[i] >= 'a' && text.data[i] <= 'z') &&
		    !(text.data[i] >= '0' && text.data[i] <= '9') && text.data[i] != '_' &&
		    text.data[i] != '-')
			return false;
	return true;
}

/* A number, a duration or a word, as the value of a fact would look. */
static bool append_literal(struct buffer *value, struct view text)
{
	int64_t duration_ms;
	double number;

	if (text_to_duration_ms(text, &duration_ms) == 0)
		buffer_append_format(value, "%lld.%03d", (long long)(duration_ms / 1000),
		    (int)(duration_ms % 1000));
	else if (is_plain_word(text) || number_parse(text, &number) == 0)
		buffer_append(value, text);
	else
		return false;
	return true;
}

static bool append_list(struct buffer *value, struct view text)
{
	bool more = true;

	text = view_trim(view_first(view_skip(text, 1), text.length - 2));
	while (more) {
		struct view item;

		more = view_cut(&text, ',', &item);
		if (value->length > 0)
			buffer_append_byte(value, ' ');
		if (!append_literal(value, view_trim(item)))
			return false;
	}
	return true;
}

static bool takes_list(enum operator operator)
{
	return operator == OPERATOR_IN || operator == OPERATOR_NOT_IN;
}

/* Appends the operand as it is kept; else says why it is none. */
static const char *read_operand(
    struct condition *condition, struct view text, struct buffer *operand)
{
	bool is_list = view_starts_with(text, VIEW("[")) && view_ends_with(text, VIEW("]"));

	if (view_is_empty(text))
		return "nothing stands behind the operator";
	if (condition->operator == OPERATOR_IS) {
		buffer_append(operand, text);
		return view_equal_text(text, "known") || view_equal_text(text, "unknown")
		           ? NULL
		           : "a fact is either 'known' or 'unknown'";
	}
	condition->operand_is_fact = fact_name_is_good(text);
	if (condition->operand_is_fact) {
		buffer_append(operand, text);
		return NULL;
	}
	if (takes_list(condition->operator) != is_list)
		return is_list ? "a list needs 'in' or 'not-in'"
		               : "'in' and 'not-in' need a list, [one, two] or a fact";
	if (is_list ? append_list(operand, text) : append_literal(operand, text))
		return NULL;
	return "what is compared must be a fact, a number, a duration or a word";
}

static const char *read_condition(
    struct condition *condition, struct view text, struct buffer *operand)
{
	struct view name;

	if (text.length > CONDITION_MAX_BYTES)
		return "it is too long";
	name = next_word(&text);
	if (!fact_name_is_good(name))
		return "it must begin with the name of a fact, such as probe.result";
	if (!find_operator(next_word(&text), &condition->operator))
		return "the operator must be ==, !=, <, <=, >, >=, in, not-in or is";
	condition->name = view_to_text(name);
	return read_operand(condition, text, operand);
}

int condition_parse(struct condition **ret_condition, struct view text, const char **ret_why)
{
	struct condition *condition = calloc(1, sizeof(*condition));
	struct buffer auto_buffer operand;
	const char *why;
	int error = -ENOMEM;

	buffer_init(&operand, MAX_OPERAND_BYTES);
	if (condition == NULL)
		goto fail;
	why = read_condition(condition, text, &operand);
	if (why != NULL) {
		*ret_why = why;
		error = -EINVAL;
		goto fail;
	}
	condition->text = view_to_text(view_trim(text));
	condition->operand = view_to_text(buffer_view(&operand));
	if (condition->text == NULL || condition->name == NULL || condition->operand == NULL ||
	    buffer_error(&operand) < 0)
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
		struct view word = next_word(&list);

		if (!view_is_empty(word) && equal(value, word))
			return true;
	}
	return false;
}

static enum truth compare(enum operator operator, struct view a, struct view b)
{
	double left, right;

	if (number_parse(a, &left) < 0 || number_parse(b, &right) < 0)
		return TRUTH_UNKNOWN;
	switch (operator) {
	case OPERATOR_LESS:
		return truth_of(left < right);
	case OPERATOR_LESS_OR_EQUAL:
		return truth_of(left <= right);
	case OPERATOR_GREATER:
		return truth_of(left > right);
	default:
		return truth_of(left >= right);
	}
}

static const char *operand_value(const struct condition *condition, const struct facts *facts)
{
	return condition->operand_is_fact ? facts_get(facts, condition->operand)
	                                  : condition->operand;
}

enum truth condition_evaluate(const struct condition *condition, const struct facts *facts)
{
	const char *value = facts_get(facts, condition->name);
	const char *operand = operand_value(condition, facts);
	struct view a = view_of_text(value);
	struct view b = view_of_text(operand);

	if (condition->operator == OPERATOR_IS)
		return truth_of((value != NULL) == (strcmp(operand, "known") == 0));
	if (value == NULL || operand == NULL)
		return TRUTH_UNKNOWN;
	switch (condition->operator) {
	case OPERATOR_EQUAL:
		return truth_of(equal(a, b));
	case OPERATOR_NOT_EQUAL:
		return truth_of(!equal(a, b));
	case OPERATOR_IN:
		return truth_of(is_one_of(a, b));
	case OPERATOR_NOT_IN:
		return truth_of(!is_one_of(a, b));
	default:
		return compare(condition->operator, a, b);
	}
}

static void append_value(struct buffer *text, const char *name, const char *value)
{
	if (value != NULL)
		buffer_append_format(text, "%s is \"%s\"", name, value);
	else
		buffer_append_format(text, "%s is unknown", name);
}

void condition_explain(
    const struct condition *condition, const struct facts *facts, struct buffer *text)
{
	buffer_append_format(text, "%s (", condition->text);
	append_value(text, condition->name, facts_get(facts, condition->name));
	if (condition->operand_is_fact) {
		buffer_append_text(text, ", ");
		append_value(text, condition->operand, operand_value(condition, facts));
	}
	buffer_append_byte(text, ')');
}
