/* The seed of a test that makes things up: AUTHMEDIC_SEED=N repeats a run. */
#ifndef AUTHMEDIC_TESTS_SEED_H
#define AUTHMEDIC_TESTS_SEED_H

#include "unit.h"

#include "base/random.h"
#include "base/text.h"

static inline uint64_t seed_chosen(void)
{
	const char *given = getenv("AUTHMEDIC_SEED");
	struct hash_seed seed;
	uint64_t number;

	if (given != NULL && view_to_uint64(view_of_text(given), &number) == 0)
		return number;
	assert_int_equal(random_seed(&seed), 0);
	return seed.words[0];
}

#endif
