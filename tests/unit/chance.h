/* Random schedules that can be played again, as seed.h says. */
#ifndef AUTHMEDIC_TESTS_CHANCE_H
#define AUTHMEDIC_TESTS_CHANCE_H

#include "seed.h"

#define CHANCE_SCHEDULES 10000

static uint64_t chance_state;

/* Begins a schedule, by its number; its seed. */
static inline uint64_t chance_begin(uint64_t schedule)
{
	chance_state = seed_of(schedule);
	return chance_state;
}

/* From 0 to sides - 1. */
static inline uint64_t chance(uint64_t sides)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (chance_state >> 11) % sides;
}

static inline bool chance_percent(unsigned percent)
{
	return chance(100) < percent;
}

/* Plays all schedules, of which none may break what must hold. */
static inline void chance_all_hold(bool (*holds)(void))
{
	for (uint64_t i = 0; i < CHANCE_SCHEDULES; i++) {
		uint64_t seed = chance_begin(i);

		if (!holds())
			fail_msg("broken by AUTHMEDIC_SEED=%llu", (unsigned long long)seed);
	}
}

/* The control: with a guard taken away one of them must break it. */
static inline void chance_one_breaks(bool (*holds)(void), const char *without)
{
	for (uint64_t i = 0; i < CHANCE_SCHEDULES; i++) {
		chance_begin(i);
		if (!holds()) {
			print_message("# without %s it breaks in schedule %llu\n", without,
			    (unsigned long long)i + 1);
			return;
		}
	}
	fail_msg("without %s nothing breaks", without);
}

#endif
