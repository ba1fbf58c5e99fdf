/* How old workers were when their handles failed: what this site's past says of the next time. */
#ifndef AUTHMEDIC_REMEDY_LIFETIMES_H
#define AUTHMEDIC_REMEDY_LIFETIMES_H

#include <stddef.h>
#include <stdint.h>

#define LIFETIMES_MAX 8 /* kept: the newest */
/* A failure within a day of the start says nothing of age; one after ten years is a wrong clock. */
#define LIFETIMES_SHORTEST_MS INT64_C(86400000)
#define LIFETIMES_LONGEST_MS  (3650 * LIFETIMES_SHORTEST_MS)

struct lifetimes {
	int64_t ages_ms[LIFETIMES_MAX]; /* oldest first */
	size_t count;
};

/* What cannot be an age at which a handle fails is left out. */
void lifetimes_add(struct lifetimes *lifetimes, int64_t age_ms);
/* The middle one of them, the lower of two; -1 where nothing was seen yet. One failure that had
 * another reason than age so does not count for more than one. */
int64_t lifetimes_expected_ms(const struct lifetimes *lifetimes);

#endif
