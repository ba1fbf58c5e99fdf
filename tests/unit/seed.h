/* The seed of a test that makes things up: AUTHMEDIC_SEED=N repeats a run, or plays the schedule
 * that is told where one fails as the first. */
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

/* The seed of a schedule, by its number; never zero, and that of the first is told. */
static inline uint64_t seed_of(uint64_t schedule)
{
	static uint64_t first;

	if (first == 0) {
		first = seed_chosen() | 1;
		print_message("# AUTHMEDIC_SEED=%llu\n", (unsigned long long)first);
	}
	/* Neighbours have nothing in common, and an odd number times an odd one is odd. */
	return (first + 2 * schedule) * (schedule == 0 ? 1 : UINT64_C(0x9e3779b97f4a7c15));
}

#endif
