/* Statuses: what a server's codes beside the HTTP status mean, read from rules/status/?*.yml and
 * compiled into a lookup. */
#ifndef AUTHMEDIC_PARSE_STATUSES_H
#define AUTHMEDIC_PARSE_STATUSES_H

#include "parse/record.h"

/* What the code of a refusal, or of what looks like one, is about. */
enum status_class {
	STATUS_UNLISTED, /* no code, or one that no rule names */
	STATUS_CHALLENGE,
	STATUS_LEG,
	STATUS_CLIENT_GONE,
	STATUS_HANDLE, /* from here on: refusals */
	STATUS_KEY,
	STATUS_PASSWORD,
	STATUS_ACCOUNT,
	STATUS_LOCKOUT,
	STATUS_POLICY,
	STATUS_SKEW,
	STATUS_KDC,
	STATUS_NAME,
	STATUS_LSA,
	STATUS_PROXY,
	STATUS_LEVEL,
	STATUS_ENCTYPE,
	STATUS_BINDING,
	STATUS_MACHINE_SECRET,
	STATUS_OTHER,
	STATUS_CLASS_COUNT
};

/* What the sub-status of a 401 says. */
enum substatus_meaning {
	SUBSTATUS_ELSEWHERE, /* after or without a sign-in; also what no rule names */
	SUBSTATUS_LOGON, /* a token was not enough: the win32 code tells why */
	SUBSTATUS_CHALLENGE,
	SUBSTATUS_MEANINGS
};

struct statuses;

/* Compiles every file of the folder; errors as `file:line:col: message` lines. */
must_check int statuses_load(
    struct statuses **ret_statuses, const char *directory, struct buffer *errors);
void statuses_free(struct statuses **statuses);

/* How many codes have a class; ranges count as one. */
size_t statuses_count(const struct statuses *statuses);
enum substatus_meaning statuses_substatus(const struct statuses *statuses, int substatus);
enum status_class statuses_win32(const struct statuses *statuses, int64_t win32);
/* The class of a 401 as its line shows it. */
enum status_class statuses_class(const struct statuses *statuses, const struct record *record);

const char *status_class_name(enum status_class class);

/* Runs the example lines: those under `match` must fall under their item, those under `no_match`
 * must not. Failures as lines in `report`; returns how many failed, or a negative errno. */
must_check int statuses_test(
    const char *directory, struct buffer *report, size_t *ret_example_count);

#endif
