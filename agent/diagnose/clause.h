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
/* The same with one of its conditions taken for yes, no or unknown, whatever the facts say. */
enum truth clause_evaluate_granting(const struct clause *clause, const struct facts *facts,
    const struct clause *condition, enum truth truth);
/* Whether it does that held by the facts `before`: no where it is refuted, unknown where what was
 * told then is not now. What was told neither then nor now does not count. */
enum truth clause_still_holds(
    const struct clause *clause, const struct facts *facts, const struct facts *before);
/* The conditions in it, in the order of the text: counts *index down; NULL behind the last one. */
const struct clause *clause_condition_at(const struct clause *clause, size_t *index);
/* Where it stands in its file. */
const struct node *clause_node(const struct clause *clause);
/* Appends a line for each condition by which a clause that holds does. */
void clause_tell_holding(
    const struct clause *clause, const struct facts *facts, int depth, struct buffer *text);
/* Appends a line for each condition for want of which the clause does not hold. */
void clause_tell_missing(
    const struct clause *clause, const struct facts *facts, int depth, struct buffer *text);
/* Appends a line for the clause and each in it, indented by so many steps. */
void clause_explain(
    const struct clause *clause, const struct facts *facts, int depth, struct buffer *text);

#endif
