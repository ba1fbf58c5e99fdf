/* Facts written as `name=value` lines. */
#ifndef AUTHMEDIC_TESTS_DIAGNOSE_FIXTURE_H
#define AUTHMEDIC_TESTS_DIAGNOSE_FIXTURE_H

#include "unit.h"

#include "diagnose/facts.h"

static inline struct facts *facts_of(const char *lines)
{
	static const struct fact origin = {.source = "test", .time_ms = 5};
	struct facts *facts = NULL;
	size_t skipped = 1;

	assert_int_equal(facts_new(&facts), 0);
	assert_int_equal(facts_read_lines(facts, view_of_text(lines), &origin, &skipped), 0);
	assert_int_equal(skipped, 0);
	return facts;
}

#endif
