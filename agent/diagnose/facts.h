/* A fact: one value read from the machine, with its source and when it was read. A set of facts is
 * the only input of a diagnosis, and is stored with the incident so that it can be recomputed.
 *
 * Names are dotted: probe.result, ticket.kvno, keytab.kvnos, worker.start, window.rejected …
 * Values are text: a word, a decimal number, a list of words separated by spaces, or the value
 * "unknown" for "could not tell". Times are seconds since 1970 with up to three decimals. */
#ifndef AUTHMEDIC_DIAGNOSE_FACTS_H
#define AUTHMEDIC_DIAGNOSE_FACTS_H

#include "base/json.h"

#define FACTS_MAX             1024
#define FACTS_MAX_NAME_BYTES  63
#define FACTS_MAX_VALUE_BYTES 1023

struct fact {
	const char *name;
	const char *value;
	const char *source; /* who read it; NULL counts as "" */
	int64_t time_ms;    /* negative: not told */
};

struct facts;

must_check int facts_new(struct facts **ret_facts);
void facts_free(struct facts **facts);
/* Forgets the facts whose name starts with the prefix ("" for all). */
void facts_clear(struct facts *facts, const char *prefix);
/* Forgets those whose source starts with it. */
void facts_clear_source(struct facts *facts, const char *prefix);

/* Sets or replaces; the texts are copied. -EINVAL on a bad name, or a value or source that is too
 * long or has bytes outside printable ASCII, -ENOSPC when full; the set is unchanged then. */
must_check int facts_set(struct facts *facts, struct fact fact);
/* Reads `name=value` lines, as plugins and the probe print them; each fact gets
 * origin's source and time. Bad lines are skipped and counted in *ret_skipped. */
must_check int facts_read_lines(
    struct facts *facts, struct view lines, const struct fact *origin, size_t *ret_skipped);

size_t facts_count(const struct facts *facts);
const struct fact *facts_at(const struct facts *facts, size_t index); /* sorted by name */
/* Whether it is words of small letters, digits, '_' and '-' joined by dots, a letter in front. */
bool fact_name_is_good(struct view name);
/* NULL where there is none or where its value is "unknown". */
const char *facts_get(const struct facts *facts, const char *name);
/* Whether the value is a point in time as facts have it: seconds since 1970, with a
 * fraction. */
bool fact_is_time(const char *value, int64_t *ret_time_ms);
/* -ENOENT where unknown, -EINVAL where it is no number. */
must_check int facts_number(const struct facts *facts, const char *name, double *ret_value);

/* {"name": {"value":…, "source":…, "time":…}, …} and back; -EINVAL where a member is no fact. */
struct json *facts_to_json(const struct facts *facts);
must_check int facts_from_json(struct facts **ret_facts, const struct json *json);
must_check int facts_copy(struct facts **ret_facts, const struct facts *facts);

#endif
