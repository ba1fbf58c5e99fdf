/* What must hold for whatever a parser made of a line. */
#ifndef AUTHMEDIC_TESTS_FUZZ_PARSED_CHECKS_H
#define AUTHMEDIC_TESTS_FUZZ_PARSED_CHECKS_H

#include "parse/parser.h"

/* Aborts where a view lies outside of the line or a number outside of its bounds. */
void check_parsed(
    const struct parsed *parsed, struct view line, const struct signatures *signatures);

#endif
