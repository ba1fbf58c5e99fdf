/* A loaded rule and the table of them; for rules.c and examples.c only. */
#ifndef AUTHMEDIC_DIAGNOSE_RULE_H
#define AUTHMEDIC_DIAGNOSE_RULE_H

#include "config/schema.h"
#include "config/words.h"
#include "diagnose/clause.h"
#include "diagnose/rules.h"

#define RULE_MAX_EXAMPLES 64

struct rule_example {
	const struct node *facts; /* name: value */
	bool holds;
};

struct rule {
	struct diagnosis diagnosis;
	int64_t priority;
	struct config_words references;
	const struct node *given; /* facts of all examples that do not say otherwise; or NULL */
	array_of(struct rule_example) examples;
	const struct node *root; /* of its file */
	const struct node *when; /* NULL: it holds where no other does */
	struct clause *clause;   /* what `when` says */
};

struct rules {
	struct rule *items; /* by priority */
	size_t count;
	size_t capacity;
	struct {
		struct document **items;
		size_t count;
		size_t capacity;
	} documents; /* whose nodes the rules hold */
};

#endif
