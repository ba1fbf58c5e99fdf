/* Signatures: patterns of error text, read from rules/signatures/?*.yml. Shared by all parsers. */
#ifndef AUTHMEDIC_PARSE_SIGNATURES_H
#define AUTHMEDIC_PARSE_SIGNATURES_H

#include "parse/record.h"

#define SIGNATURES_MAX 256

struct signatures;

/* Compiles every file of the folder; errors as `file:line:col: message` lines. */
must_check int signatures_load(
    struct signatures **ret_signatures, const char *directory, struct buffer *errors);
void signatures_free(struct signatures **signatures);

size_t signatures_count(const struct signatures *signatures);
/* Stable identifiers such as "keytab-out-of-date"; also the metric label. */
const char *signatures_id(const struct signatures *signatures, size_t index);
const char *signatures_title(const struct signatures *signatures, size_t index);
/* What the text is about: key, name, clock, client, credential, kdc, token or other. */
const char *signatures_class(const struct signatures *signatures, size_t index);

/* The first signature that matches the whole text. `source` is what wrote it (an Apache module,
 * "squid", …): other sources, which may print what a client sent, are not looked at. False where
 * none matches. Match, depth and heap limits hold; a match given up for a limit counts in
 * signatures_limit_hits_total(). Fills all of *ret_signal but time and address. */
bool signatures_match(struct signatures *signatures, struct view source, struct view text,
    struct signal *ret_signal);
uint64_t signatures_limit_hits_total(const struct signatures *signatures);

/* Reads the example lines of every file as the logs they come from: those under `match` must give
 * that very signature, those under `no_match` none at all. Failures as lines in `report`; returns
 * how many failed, or a negative errno. */
must_check int signatures_test(
    const char *directory, struct buffer *report, size_t *ret_example_count);

#endif
