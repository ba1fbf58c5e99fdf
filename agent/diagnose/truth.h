/* Yes, no, or nobody can tell: what is unknown makes neither a claim nor its negation true. */
#ifndef AUTHMEDIC_DIAGNOSE_TRUTH_H
#define AUTHMEDIC_DIAGNOSE_TRUTH_H

#include <stdbool.h>

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

static inline enum truth truth_of(bool value)
{
	return value ? TRUTH_YES : TRUTH_NO;
}

static inline enum truth truth_not(enum truth truth)
{
	return truth == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : truth_of(truth == TRUTH_NO);
}

static inline const char *truth_name(enum truth truth)
{
	static const char *const names[] = {"no", "yes", "unknown"};

	return names[truth];
}

#endif
