/* The diagnoses as data: rules/diagnoses/?*.yml, evaluated as a table over a set of facts; the
 * first that holds, by priority, is the diagnosis. A condition over an unknown fact does not hold,
 * and neither does its negation. */
#ifndef AUTHMEDIC_DIAGNOSE_RULES_H
#define AUTHMEDIC_DIAGNOSE_RULES_H

#include "diagnose/facts.h"
#include "diagnose/truth.h"

#define RULES_MAX 128

struct rules;

/* What a diagnosis allows. */
enum cure {
	CURE_NONE,           /* nobody's remedy helps: stand down or alert */
	CURE_RECYCLE,        /* a fresh worker cures it */
	CURE_PREVENT,        /* nobody failed yet, and with a fresh worker nobody will */
	CURE_REFRESH_KEYTAB, /* the present key must be fetched from the KDC */
};

struct diagnosis {
	const char *id;       /* "stale-handle" */
	enum cure cure;
	bool incident;        /* false: count only (noise) */
	bool is_fallback;     /* it holds where no other does: it says nothing of the cause */
	const char *title;    /* what happened, in one sentence for a person */
	const char *why;      /* why we think so */
	const char *advice;   /* what to do */
	const char *caution;  /* what not to do; may be "" */
};

/* Reads the folder, and then the administrator's own, whose rules take the place of those with the
 * same id; that one may be NULL or missing. Errors as `file:line:col: message` lines. */
must_check int rules_load(struct rules **ret_rules, const char *directory,
    const char *own_directory, struct buffer *errors);
void rules_free(struct rules **rules);
size_t rules_count(const struct rules *rules);
const struct diagnosis *rules_at(const struct rules *rules, size_t index);
/* NULL where there is none of that id. */
const struct diagnosis *rules_named(const struct rules *rules, const char *id);

/* The diagnosis; never NULL, since the last one, `unknown`, must be there and always holds. Appends
 * to `ret_explanation` (may be NULL) a line for each rule that was asked and for each of its
 * conditions: what held, what did not, what was unknown, and the values. */
const struct diagnosis *rules_diagnose(
    const struct rules *rules, const struct facts *facts, struct buffer *ret_explanation);

/* Whether a diagnosis still holds that held by the facts `before`: no where it is refuted, unknown
 * where what it rested on is not told now. What was told neither then nor now does not count; where
 * `before` is NULL, or it did not hold by that, nobody can tell what it rested on. */
enum truth rules_still_hold(const struct rules *rules, const struct diagnosis *diagnosis,
    const struct facts *facts, const struct facts *before);

/* Appends a line for each condition by which the diagnosis holds, with the values; nothing where it
 * is the one that holds where no other does. */
void rules_tell_reasons(
    const struct rules *rules, const struct facts *facts, struct buffer *text);

/* Appends for each rule that was asked before the diagnosis its id and title, and the conditions
 * for want of which it does not hold. */
void rules_tell_others(
    const struct rules *rules, const struct facts *facts, struct buffer *text);

/* Runs the examples in the files: one that holds must be the diagnosis, one that does not must not
 * hold even by itself, each file must have both, and each condition must decide alone, once for the
 * rule and once against it. Failures are `file:line:col: message` lines in
 * `report`. Returns how many failed, or a negative errno where the rules cannot be loaded. */
must_check int rules_test(const char *directory, const char *own_directory,
    struct buffer *report, size_t *ret_example_count);

/* The rules as they were written, so that what they said can be said again when they are others:
 * {"digest": …, "files": {"stale-handle.yml": text, …}} in the order of the reading. */
struct json *rules_to_json(const struct rules *rules);
/* -EINVAL where it is no such set, or its text is not what the digest was made of. */
must_check int rules_from_json(
    struct rules **ret_rules, const struct json *json, struct buffer *errors);
#define RULES_DIGEST_BYTES 17
/* Of the text of all rules, in hex. */
void rules_digest(const struct rules *rules, char ret_digest[RULES_DIGEST_BYTES]);

#endif
