#include "diagnose/rules.h"

#include "config/types.h"
#include "diagnose/rule.h"

#define LAST_ID "unknown"

static const char *const cures[] = {"none", "recycle", "prevent", "refresh-keytab", NULL};

#define IN_DIAGNOSIS(member) .offset = offsetof(struct rule, diagnosis.member)

static const struct option options[] = {
    {"id", &option_name, IN_DIAGNOSIS(id), .is_required = true,
        .help = "the diagnosis's name; also the file's, before .yml"},
    {"priority", &option_number, offsetof(struct rule, priority), .is_required = true,
        .minimum = 1, .maximum = 1000000, .help = "the smallest that holds is the diagnosis"},
    {"title", &option_text, IN_DIAGNOSIS(title), .is_required = true,
        .help = "what happened, in one sentence"},
    {"cure", &option_choice, IN_DIAGNOSIS(cure), .is_required = true, .choices = cures,
        .help = "what helps: none of our remedies, to recycle the worker now (recycle) or in the "
                "maintenance window (prevent), or to refresh its keytab"},
    {"incident", &option_yes_no, IN_DIAGNOSIS(incident), .is_required = true,
        .help = "whether somebody is told; else it is counted only"},
    {"when", &option_node, offsetof(struct rule, when), .help = "what must hold"},
    {"why", &option_text, IN_DIAGNOSIS(why), .is_required = true, .help = "why we think so"},
    {"advice", &option_text, IN_DIAGNOSIS(advice), .is_required = true, .help = "what to do"},
    {"caution", &option_text, IN_DIAGNOSIS(caution), .help = "what not to do"},
    {"references", &option_words, offsetof(struct rule, references), .maximum = 16,
        .help = "where to read about it"},
    {"given", &option_node, offsetof(struct rule, given),
        .help = "facts that all examples share: name: value; an example's own come before them"},
    {"examples", &option_list, offsetof(struct rule, examples), .is_required = true, .minimum = 1,
        .maximum = RULE_MAX_EXAMPLES, .item_bytes = sizeof(struct rule_example),
        .help = "with which facts it is the diagnosis, and with which it does not hold"},
    {"examples[].facts", &option_node, offsetof(struct rule_example, facts), .is_required = true,
        .help = "name: value, as they would be read"},
    {"examples[].holds", &option_yes_no, offsetof(struct rule_example, holds),
        .is_required = true, .help = "whether it holds then"},
};

static const struct schema schema = {options, count_of(options)};

static void rule_done(struct rule *rule)
{
	clause_free(&rule->clause);
	schema_done(&schema, rule);
	document_free(&rule->document);
}

void rules_free(struct rules **rules)
{
	if (*rules == NULL)
		return;
	for (size_t i = 0; i < (*rules)->count; i++)
		rule_done(&(*rules)->items[i]);
	array_done(*rules);
	free(*rules);
	*rules = NULL;
}

static bool is_last(const struct rule *rule)
{
	return strcmp(rule->diagnosis.id, LAST_ID) == 0;
}

static int read_when(struct reading *reading, struct rule *rule)
{
	if (is_last(rule) && rule->when != NULL)
		schema_complain(reading, rule->when,
		    LAST_ID " is what remains when no other holds, without a 'when'");
	else if (!is_last(rule) && rule->when == NULL)
		schema_complain(reading, rule->root, "when is missing here");
	else if (rule->when != NULL)
		return clause_read(&rule->clause, reading, rule->when);
	return 0;
}

static int read_rule(struct reading *reading, struct rule *rule)
{
	int error;

	rule->root = document_root(rule->document);
	error = schema_read(reading, rule->root, rule);
	if (error < 0)
		return error;
	if (!document_is_named(rule->document, rule->diagnosis.id))
		schema_complain(reading, node_get(rule->root, "id"),
		    "the id must be the file's name, before .yml");
	if (rule->diagnosis.caution == NULL)
		rule->diagnosis.caution = view_to_text(VIEW(""));
	rule->diagnosis.is_fallback = is_last(rule);
	return rule->diagnosis.caution == NULL ? -ENOMEM : read_when(reading, rule);
}

static void remove_named(struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->items[i].diagnosis.id, id) != 0)
			continue;
		rule_done(&rules->items[i]);
		rules->count--;
		memmove(&rules->items[i], &rules->items[i + 1],
		    (rules->count - i) * sizeof(*rules->items));
		return;
	}
}

int rules_loading_begin(struct rules_loading *loading, struct buffer *errors)
{
	*loading = (struct rules_loading){.rules = calloc(1, sizeof(*loading->rules)),
	    .reading = {.schema = &schema, .errors = errors}};
	return loading->rules != NULL ? 0 : -ENOMEM;
}

int rules_loading_add(struct rules_loading *loading, struct document **owned_document)
{
	struct rule rule = {.document = take_pointer(*owned_document)};
	int error = read_rule(&loading->reading, &rule);

	if (error == 0) {
		remove_named(loading->rules, rule.diagnosis.id);
		error = array_push(loading->rules, rule, RULES_MAX);
		if (error == -ENOSPC)
			schema_complain(&loading->reading, rule.root,
			    "one rule too many: there are at most %d", RULES_MAX);
	}
	if (error < 0)
		rule_done(&rule);
	/* A bad file must not hide what is wrong in the next. */
	if (error < 0 && loading->error == 0)
		loading->error = error;
	return error == -EINVAL ? 0 : error;
}

static int on_file(void *context, const char *file)
{
	struct rules_loading *loading = context;
	struct document *document = NULL;
	int error = document_load(&document, file, loading->reading.errors);

	if (error == 0)
		return rules_loading_add(loading, &document);
	if (loading->error == 0)
		loading->error = error;
	return error == -ENOMEM ? error : 0;
}

static int compare_rules(const void *a, const void *b)
{
	const struct rule *left = a;
	const struct rule *right = b;

	if (is_last(left) != is_last(right))
		return is_last(left) ? 1 : -1;
	return (left->priority > right->priority) - (left->priority < right->priority);
}

static void check_table(struct rules_loading *loading, const char *where)
{
	struct rules *rules = loading->rules;

	if (rules->count > 0)
		qsort(rules->items, rules->count, sizeof(*rules->items), compare_rules);
	for (size_t i = 1; i < rules->count; i++)
		if (rules->items[i].priority == rules->items[i - 1].priority)
			schema_complain(&loading->reading,
			    node_get(rules->items[i].root, "priority"),
			    "%s has the same priority", rules->items[i - 1].diagnosis.id);
	if (rules->count == 0 || !is_last(&rules->items[rules->count - 1])) {
		buffer_append_format(loading->reading.errors,
		    "%s/" LAST_ID ".yml:1:1: this file must be there\n", where);
		loading->reading.error_count++;
	}
}

int rules_loading_end(
    struct rules_loading *loading, int error, const char *where, struct rules **ret_rules)
{
	if (error == 0)
		error = loading->error;
	if (error == 0)
		check_table(loading, where);
	if (error == 0 && loading->reading.error_count > 0)
		error = -EINVAL;
	if (error < 0)
		rules_free(&loading->rules);
	else
		*ret_rules = loading->rules;
	return error;
}

int rules_load(struct rules **ret_rules, const char *directory, const char *own_directory,
    struct buffer *errors)
{
	struct rules_loading loading;
	int error = rules_loading_begin(&loading, errors);

	if (error == 0)
		error = document_each_file(directory, errors, on_file, &loading);
	if (error == 0 && own_directory != NULL)
		error = document_each_file_if_any(own_directory, errors, on_file, &loading);
	return rules_loading_end(&loading, error, directory, ret_rules);
}

size_t rules_count(const struct rules *rules)
{
	return rules->count;
}

const struct diagnosis *rules_at(const struct rules *rules, size_t index)
{
	return &rules->items[index].diagnosis;
}

const struct diagnosis *rules_named(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->count; i++)
		if (strcmp(rules->items[i].diagnosis.id, id) == 0)
			return &rules->items[i].diagnosis;
	return NULL;
}

static void explain(const struct rule *rule, const struct facts *facts, struct buffer *text)
{
	if (rule->clause == NULL) {
		buffer_append_format(text, "%s: yes, for want of another\n", rule->diagnosis.id);
		return;
	}
	buffer_append_format(text, "%s: %s\n", rule->diagnosis.id,
	    truth_name(clause_evaluate(rule->clause, facts)));
	clause_explain(rule->clause, facts, 1, text);
}

const struct diagnosis *rules_diagnose(
    const struct rules *rules, const struct facts *facts, struct buffer *ret_explanation)
{
	const struct rule *rule = rules->items;

	/* The last one always holds. */
	for (;; rule++) {
		if (ret_explanation != NULL)
			explain(rule, facts, ret_explanation);
		if (rule->clause == NULL || clause_evaluate(rule->clause, facts) == TRUTH_YES)
			return &rule->diagnosis;
	}
}

enum truth rules_still_hold(const struct rules *rules, const struct diagnosis *diagnosis,
    const struct facts *facts, const struct facts *before)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct clause *clause = rules->items[i].clause;

		if (&rules->items[i].diagnosis != diagnosis)
			continue;
		if (clause == NULL)
			return TRUTH_YES;
		/* The rule may have been another one then. */
		if (before == NULL || clause_evaluate(clause, before) != TRUTH_YES)
			return clause_evaluate(clause, facts);
		return clause_still_holds(clause, facts, before);
	}
	return TRUTH_UNKNOWN;
}

void rules_tell_reasons(const struct rules *rules, const struct facts *facts, struct buffer *text)
{
	for (const struct rule *rule = rules->items; rule->clause != NULL; rule++) {
		if (clause_evaluate(rule->clause, facts) != TRUTH_YES)
			continue;
		clause_tell_holding(rule->clause, facts, 0, text);
		return;
	}
}

void rules_tell_others(const struct rules *rules, const struct facts *facts, struct buffer *text)
{
	for (const struct rule *rule = rules->items; rule->clause != NULL; rule++) {
		if (clause_evaluate(rule->clause, facts) == TRUTH_YES)
			return;
		buffer_append_format(
		    text, "%s (%s)\n", rule->diagnosis.id, rule->diagnosis.title);
		clause_tell_missing(rule->clause, facts, 1, text);
	}
}
