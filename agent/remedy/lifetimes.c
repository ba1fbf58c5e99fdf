#include "remedy/lifetimes.h"

#include <stdlib.h>
#include <string.h>

void lifetimes_add(struct lifetimes *lifetimes, int64_t age_ms)
{
	if (age_ms < LIFETIMES_SHORTEST_MS || age_ms > LIFETIMES_LONGEST_MS)
		return;
	if (lifetimes->count == LIFETIMES_MAX) {
		lifetimes->count--;
		memmove(lifetimes->ages_ms, lifetimes->ages_ms + 1,
		    lifetimes->count * sizeof(*lifetimes->ages_ms));
	}
	lifetimes->ages_ms[lifetimes->count++] = age_ms;
}

static int compare_ages(const void *a, const void *b)
{
	const int64_t *left = a;
	const int64_t *right = b;

	return (*left > *right) - (*left < *right);
}

int64_t lifetimes_expected_ms(const struct lifetimes *lifetimes)
{
	struct lifetimes sorted = *lifetimes;

	if (sorted.count == 0)
		return -1;
	qsort(sorted.ages_ms, sorted.count, sizeof(*sorted.ages_ms), compare_ages);
	return sorted.ages_ms[(sorted.count - 1) / 2];
}
