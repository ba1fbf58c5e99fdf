/* Where one byte stands in a text: all places in one pass, up to 64 bytes at a time where the
 * machine can. For texts whose shape follows from few marks, as the quotes of an access line. */
#ifndef AUTHMEDIC_BASE_MARKS_H
#define AUTHMEDIC_BASE_MARKS_H

#include "base/view.h"

#define MARKS_MAX 128
/* The number of a mark that never is, behind which there is nothing. */
#define MARKS_NOTHING (MARKS_MAX + 1 + 64 + 1)

struct marks {
	size_t count; /* at most MARKS_MAX; see `all` */
	bool all; /* false: there are more, or the other byte is there too */
	bool adjacent; /* two of them stand side by side */
	/* behind[i] is where the text goes on behind the i-th mark, counted from 1. behind[0] is 0
	 * and behind[count + 1] is what it would be if a mark followed the text. So what is between
	 * two marks needs no special case at either end. The rest is room to write without asking.
	 */
	uint32_t behind[MARKS_NOTHING + 2];
};

/* Finds all of `byte` in a text that is shorter than 4 GiB. `other` is the byte that must not be
 * there, or again `byte`. */
typedef void marks_finder(struct marks *marks, struct view text, char byte, char other);

/* The ways that machines can, the best first. All find the same. */
enum marks_way { MARKS_AVX512, MARKS_AVX2, MARKS_SSE2, MARKS_PORTABLE, MARKS_WAYS };

/* NULL where this machine cannot. */
marks_finder *marks_finder_of(enum marks_way way);
marks_finder *marks_best_finder(void);

/* What stands behind the mark of this number and before the next; 0: from the text's begin. */
static inline struct view marks_between(const struct marks *marks, struct view text, size_t number)
{
	const uint32_t *behind = &marks->behind[number];

	return view_of(text.data + behind[0], behind[1] - behind[0] - 1);
}

#endif
