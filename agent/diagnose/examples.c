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

static int test_example(
    struct testing *testing, const struct rule *rule, const struct rule_example *example)
{
	struct facts auto_call(facts_free) *facts = NULL;
	int error = facts_new(&facts);

	if (error == 0)
		error = read_facts(testing, example->facts, facts);
	if (error < 0)
		return error;
	testing->example_count++;
	check_example(testing, rule, example, facts);
	return 0;
}

static int test_rule(struct testing *testing, const struct rule *rule)
{
	size_t holding = 0;
	int error = 0;

	for (size_t i = 0; i < rule->examples.count && error == 0; i++) {
		holding += rule->examples.items[i].holds;
		error = test_example(testing, rule, &rule->examples.items[i]);
	}
	if (holding == 0 || holding == rule->examples.count)
		fail_at(testing, rule->root, "no example in which %s %s", rule->diagnosis.id,
		    holding == 0 ? "holds" : "does not hold");
	return error;
}

int rules_test(const char *directory, struct buffer *report, size_t *ret_example_count)
{
	struct rules auto_call(rules_free) *rules = NULL;
	struct testing testing = {.report = report};
	int error = rules_load(&rules, directory, report);

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
