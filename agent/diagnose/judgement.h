/* A diagnosis with all that it was computed from, as it is stored, and its making again: the same
 * facts and the same rules give the same bytes, whenever and wherever. */
#ifndef AUTHMEDIC_DIAGNOSE_JUDGEMENT_H
#define AUTHMEDIC_DIAGNOSE_JUDGEMENT_H

#include "diagnose/rules.h"

/* The diagnosis, and {"diagnosis": id, "rules": digest, "facts": {…}, "explanation": text}: the
 * facts with source and time, and what each rule that was asked said. */
const struct diagnosis *judgement_make(
    const struct rules *rules, const struct facts *facts, struct json **ret_judgement);

enum judgement_check { JUDGEMENT_SAME, JUDGEMENT_DIFFERS };
/* Makes a stored one again from its facts, with the rules as rules_to_json() wrote them. -EINVAL
 * where either cannot be read, or the rules are not those that it names; -ENOMEM. */
must_check int judgement_check(const struct json *stored, const struct json *rule_set,
    enum judgement_check *ret_check);

#endif
