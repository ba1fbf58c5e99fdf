/* A loaded rule, the table of them, and how it is filled; for the files of rules.h only. */
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
	struct document *document;
	const struct node *root; /* of its document */
	const struct node *when; /* NULL: it holds where no other does */
	struct clause *clause;   /* what `when` says */
};

struct rules {
	struct rule *items; /* by priority */
	size_t count;
	size_t capacity;
};

/* Filling a table: begin, add any number of documents, end. */
struct rules_loading {
	struct rules *rules;
	struct reading reading;
	int error; /* of the first document that could not be read */
};

must_check int rules_loading_begin(struct rules_loading *loading, struct buffer *errors);
/* A rule takes the place of one of the same id. Takes the document over in any case; complains
 * where it is no rule, and returns only -ENOMEM and -ENOSPC. */
must_check int rules_loading_add(
    struct rules_loading *loading, struct document **owned_document);
/* `error` is what hindered the adding; `where` stands for the folder in complaints. */
must_check int rules_loading_end(
    struct rules_loading *loading, int error, const char *where, struct rules **ret_rules);

#endif
