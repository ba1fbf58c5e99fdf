/* What must hold: a list of conditions of which all must, or {all: […]}, {any: […]}, {not: …}. */
#ifndef AUTHMEDIC_DIAGNOSE_CLAUSE_H
#define AUTHMEDIC_DIAGNOSE_CLAUSE_H

#include "config/schema.h"
#include "diagnose/facts.h"
#include "diagnose/truth.h"

struct clause;

/* Complains and counts in `reading` where the YAML is no clause, and then leaves NULL; -ENOMEM. */
must_check int clause_read(
    struct clause **ret_clause, struct reading *reading, const struct node *node);
void clause_free(struct clause **clause);
enum truth clause_evaluate(const struct clause *clause, const struct facts *facts);
/* Appends a line for the clause and each in it, indented by so many steps. */
void clause_explain(
    const struct clause *clause, const struct facts *facts, int depth, struct buffer *text);

#endif
