#include "diagnose/clause.h"

#include "diagnose/condition.h"

#define MAX_PARTS 256

enum clause_kind { CLAUSE_ALL, CLAUSE_ANY, CLAUSE_NOT, CLAUSE_CONDITION };

static const char *const kind_names[] = {"all", "any", "not"};

struct clause {
	enum clause_kind kind;
	const struct node *node;
	struct condition *condition;
	struct clause **items; /* the parts of the others */
	size_t count;
	size_t capacity;
};

void clause_free(struct clause **clause)
{
	if (*clause == NULL)
		return;
	for (size_t i = 0; i < (*clause)->count; i++)
		clause_free(&(*clause)->items[i]);
	array_done(*clause);
	condition_free(&(*clause)->condition);
	free(*clause);
	*clause = NULL;
}

static int read_condition(
    struct clause *clause, struct reading *reading, const struct node *node)
{
	const char *why = NULL;
	int error =
	    condition_parse(&clause->condition, view_of_text(node_text(node)), &why);

	if (error != -EINVAL)
		return error;
	schema_complain(reading, node, "'%.60s' is no condition: %s", node_text(node), why);
	return 0;
}

static int add_part(struct clause *clause, struct reading *reading, const struct node *node)
{
	struct clause *part = NULL;
	int error = clause_read(&part, reading, node);

	if (error < 0 || part == NULL)
		return error;
	error = array_push(clause, part, MAX_PARTS);
	if (error < 0)
		clause_free(&part);
	if (error != -ENOSPC)
		return error;
	schema_complain(reading, node, "too many conditions");
	return 0;
}

static int read_parts(struct clause *clause, struct reading *reading, const struct node *list)
{
	int error = 0;

	if (node_kind(list) != NODE_SEQUENCE || node_count(list) == 0) {
		schema_complain(
		    reading, list, "a list of conditions (- condition) must stand here");
		return 0;
	}
	for (size_t i = 0; i < node_count(list) && error == 0; i++)
		error = add_part(clause, reading, node_item(list, i));
	return error;
}

static int read_group(struct clause *clause, struct reading *reading, const struct node *group)
{
	const char *key = node_count(group) == 1 ? node_text(node_key(group, 0)) : "";

	for (size_t kind = 0; kind < count_of(kind_names); kind++) {
		if (strcmp(key, kind_names[kind]) != 0)
			continue;
		clause->kind = (enum clause_kind)kind;
		return clause->kind == CLAUSE_NOT
		           ? add_part(clause, reading, node_item(group, 0))
		           : read_parts(clause, reading, node_item(group, 0));
	}
	schema_complain(reading, group,
	    "a condition, or a group of one key, 'all', 'any' or 'not', must stand here");
	return 0;
}

static int read_node(struct clause *clause, struct reading *reading, const struct node *node)
{
	if (node_kind(node) == NODE_SEQUENCE)
		return read_parts(clause, reading, node);
	if (node_kind(node) == NODE_MAPPING)
		return read_group(clause, reading, node);
	clause->kind = CLAUSE_CONDITION;
	return read_condition(clause, reading, node);
}

int clause_read(struct clause **ret_clause, struct reading *reading, const struct node *node)
{
	struct clause *clause = calloc(1, sizeof(*clause));
	size_t errors_before = reading->error_count;
	int error;

	if (clause == NULL)
		return -ENOMEM;
	clause->node = node;
	error = read_node(clause, reading, node);
	if (error < 0 || reading->error_count > errors_before)
		clause_free(&clause);
	else
		*ret_clause = clause;
	return error;
}

/* Facts, and one condition of which something is taken for granted. */
struct evaluation {
	const struct facts *facts;
	const struct clause *granted; /* or NULL */
	enum truth truth;             /* what it is taken for */
	const struct facts *before;   /* by which the whole held, or NULL */
	enum truth untold;            /* what speaks against the whole, here */
};

static enum truth evaluate(const struct clause *clause, const struct evaluation *evaluation);

/* An unknown part leaves all of them unknown unless another says no, any unless one says yes. */
static enum truth evaluate_parts(
    const struct clause *clause, const struct evaluation *evaluation)
{
	enum truth decisive = clause->kind == CLAUSE_ALL ? TRUTH_NO : TRUTH_YES;
	enum truth truth = truth_not(decisive);

	for (size_t i = 0; i < clause->count; i++) {
		enum truth part = evaluate(clause->items[i], evaluation);

		if (part == decisive)
			return decisive;
		if (part == TRUTH_UNKNOWN)
			truth = TRUTH_UNKNOWN;
	}
	return truth;
}

/* What was told before and is not now may be as it was, or not. What was not told then either was
 * no reason why the whole held. */
static enum truth evaluate_since(
    const struct condition *condition, const struct evaluation *evaluation)
{
	enum truth truth = condition_evaluate(condition, evaluation->facts);

	if (condition_is_told(condition, evaluation->facts))
		return truth;
	if (condition_is_told(condition, evaluation->before))
		return TRUTH_UNKNOWN;
	return truth == TRUTH_UNKNOWN ? evaluation->untold : truth;
}

static enum truth evaluate_condition(
    const struct clause *clause, const struct evaluation *evaluation)
{
	if (clause == evaluation->granted)
		return evaluation->truth;
	return evaluation->before != NULL
		   ? evaluate_since(clause->condition, evaluation)
		   : condition_evaluate(clause->condition, evaluation->facts);
}

static enum truth evaluate_not(const struct clause *clause, const struct evaluation *evaluation)
{
	struct evaluation other = *evaluation;

	other.untold = truth_not(evaluation->untold);
	return truth_not(evaluate(clause->items[0], &other));
}

static enum truth evaluate(const struct clause *clause, const struct evaluation *evaluation)
{
	switch (clause->kind) {
	case CLAUSE_CONDITION:
		return evaluate_condition(clause, evaluation);
	case CLAUSE_NOT:
		return evaluate_not(clause, evaluation);
	default:
		return evaluate_parts(clause, evaluation);
	}
}

enum truth clause_evaluate(const struct clause *clause, const struct facts *facts)
{
	return evaluate(clause, &(struct evaluation){.facts = facts});
}

enum truth clause_evaluate_granting(const struct clause *clause, const struct facts *facts,
    const struct clause *condition, enum truth truth)
{
	return evaluate(clause,
	    &(struct evaluation){.facts = facts, .granted = condition, .truth = truth});
}

enum truth clause_still_holds(
    const struct clause *clause, const struct facts *facts, const struct facts *before)
{
	return evaluate(clause,
	    &(struct evaluation){.facts = facts, .before = before, .untold = TRUTH_NO});
}

const struct clause *clause_condition_at(const struct clause *clause, size_t *index)
{
	if (clause->kind == CLAUSE_CONDITION)
		return (*index)-- == 0 ? clause : NULL;
	for (size_t i = 0; i < clause->count; i++) {
		const struct clause *found = clause_condition_at(clause->items[i], index);

		if (found != NULL)
			return found;
	}
	return NULL;
}

const struct node *clause_node(const struct clause *clause)
{
	return clause->node;
}

static void tell_parts(
    const struct clause *clause, const struct evaluation *wanted, int depth, struct buffer *text)
{
	bool holds = wanted->truth == TRUTH_YES;

	if (clause->kind == CLAUSE_CONDITION || clause->kind == CLAUSE_NOT) {
		clause_explain(clause, wanted->facts, depth, text);
		return;
	}
	for (size_t i = 0; i < clause->count; i++)
		if ((clause_evaluate(clause->items[i], wanted->facts) == TRUTH_YES) == holds)
			tell_parts(clause->items[i], wanted, depth, text);
}

void clause_tell_holding(
    const struct clause *clause, const struct facts *facts, int depth, struct buffer *text)
{
	tell_parts(
	    clause, &(struct evaluation){.facts = facts, .truth = TRUTH_YES}, depth, text);
}

/* Where all must hold, each part that does not; where one would do, all of them. */
void clause_tell_missing(
    const struct clause *clause, const struct facts *facts, int depth, struct buffer *text)
{
	tell_parts(clause, &(struct evaluation){.facts = facts, .truth = TRUTH_NO}, depth, text);
}

void clause_explain(
    const struct clause *clause, const struct facts *facts, int depth, struct buffer *text)
{
	buffer_append_format(
	    text, "%*s%s: ", 2 * depth, "", truth_name(clause_evaluate(clause, facts)));
	if (clause->kind == CLAUSE_CONDITION)
		condition_explain(clause->condition, facts, text);
	else
		buffer_append_text(text, kind_names[clause->kind]);
	buffer_append_byte(text, '\n');
	for (size_t i = 0; i < clause->count; i++)
		clause_explain(clause->items[i], facts, depth + 1, text);
}
