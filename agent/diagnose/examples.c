#include "diagnose/rule.h"

struct testing {
	const struct rules *rules;
	struct buffer *report;
	size_t example_count;
	int failed_count;
};

#define fail_at(testing, node, ...)                                                                \
	do {                                                                                       \
		node_complain((node), (testing)->report, __VA_ARGS__);                             \
		(testing)->failed_count++;                                                         \
	} while (0)

/* Facts that cannot be are told and left out. */
static int read_facts(struct testing *testing, const struct node *node, struct facts *facts)
{
	int error = 0;

	if (node_kind(node) != NODE_MAPPING)
		fail_at(testing, node, "facts (name: value) must stand here");
	for (size_t i = 0; node_kind(node) == NODE_MAPPING && i < node_count(node); i++) {
		const struct node *name = node_key(node, i);
		const struct node *value = node_item(node, i);

		error = node_kind(value) != NODE_SCALAR
		            ? -EINVAL
		            : facts_set(facts, (struct fact){node_text(name), node_text(value),
		                                   "example", -1});
		if (error == -ENOMEM)
			return error;
		if (error < 0)
			fail_at(testing, name, "'%.60s' is no fact", node_text(name));
	}
	return 0;
}

/* An example with which the rule holds must make it the diagnosis, whatever the others say. */
static void check_example(struct testing *testing, const struct rule *rule,
    const struct rule_example *example, const struct facts *facts)
{
	const char *id = rule->diagnosis.id;
	const struct diagnosis *found = rules_diagnose(testing->rules, facts, NULL);
	bool holds = found == &rule->diagnosis;

	if (example->holds && !holds)
		fail_at(testing, example->facts, "with these facts the diagnosis is %s, not %s",
		    found->id, id);
	if (rule->clause != NULL)
		holds = clause_evaluate(rule->clause, facts) == TRUTH_YES;
	if (!example->holds && holds)
		fail_at(testing, example->facts, "%s holds with these facts", id);
}

/* The examples of one rule, with their facts read. */
struct trial {
	const struct rule *rule;
	struct facts *facts[RULE_MAX_EXAMPLES];
};

static bool flips(const struct trial *trial, size_t example, const struct clause *condition)
{
	const struct facts *facts = trial->facts[example];
	const struct clause *clause = trial->rule->clause;
	bool holds = clause_evaluate(clause, facts) == TRUTH_YES;

	for (enum truth truth = TRUTH_NO; truth <= TRUTH_YES; truth++)
		if ((clause_evaluate_granting(clause, facts, condition, truth) == TRUTH_YES) !=
		    holds)
			return true;
	return false;
}

/* Each condition must decide once for the rule and once against it, with all else as it is: what
 * no example needs may as well be wrong. */
static void check_condition(
    struct testing *testing, const struct trial *trial, const struct clause *condition)
{
	bool decides[2] = {false, false};

	for (size_t i = 0; i < trial->rule->examples.count; i++)
		if (flips(trial, i, condition))
			decides[trial->rule->examples.items[i].holds] = true;
	for (int holds = 0; holds < 2; holds++)
		if (!decides[holds])
			fail_at(testing, clause_node(condition),
			    "no example in which %s %s because of this condition alone",
			    trial->rule->diagnosis.id, holds ? "holds" : "does not hold");
}

static int run_trial(struct testing *testing, struct trial *trial)
{
	const struct rule *rule = trial->rule;

	for (size_t i = 0; i < rule->examples.count; i++) {
		int error = facts_new(&trial->facts[i]);

		if (error == 0 && rule->given != NULL)
			error = read_facts(testing, rule->given, trial->facts[i]);
		if (error == 0)
			error = read_facts(
			    testing, rule->examples.items[i].facts, trial->facts[i]);
		if (error < 0)
			return error;
		testing->example_count++;
		check_example(testing, rule, &rule->examples.items[i], trial->facts[i]);
	}
	return 0;
}

static void check_conditions(struct testing *testing, const struct trial *trial)
{
	for (size_t number = 0; trial->rule->clause != NULL; number++) {
		size_t index = number;
		const struct clause *condition =
		    clause_condition_at(trial->rule->clause, &index);

		if (condition == NULL)
			return;
		check_condition(testing, trial, condition);
	}
}

static int test_rule(struct testing *testing, const struct rule *rule)
{
	struct trial trial = {.rule = rule};
	size_t holding = 0;
	int error = run_trial(testing, &trial);

	for (size_t i = 0; i < rule->examples.count; i++)
		holding += rule->examples.items[i].holds;
	if (error == 0 && (holding == 0 || holding == rule->examples.count))
		fail_at(testing, rule->root, "no example in which %s %s", rule->diagnosis.id,
		    holding == 0 ? "holds" : "does not hold");
	else if (error == 0)
		check_conditions(testing, &trial);
	for (size_t i = 0; i < rule->examples.count; i++)
		facts_free(&trial.facts[i]);
	return error;
}

int rules_test(const char *directory, const char *own_directory, struct buffer *report,
    size_t *ret_example_count)
{
	struct rules auto_call(rules_free) *rules = NULL;
	struct testing testing = {.report = report};
	int error = rules_load(&rules, directory, own_directory, report);

	if (error < 0)
		return error;
	testing.rules = rules;
	for (size_t i = 0; i < rules->count && error == 0; i++)
		error = test_rule(&testing, &rules->items[i]);
	if (error < 0)
		return error;
	*ret_example_count = testing.example_count;
	return testing.failed_count;
}
