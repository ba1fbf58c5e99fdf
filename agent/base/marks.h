/* Where one byte stands in a text: all places in one pass, up to 64 bytes at a time where the
 * machine can. For texts whose shape follows from few marks, as the quotes of an access line. */
#ifndef AUTHMEDIC_BASE_MARKS_H
#define AUTHMEDIC_BASE_MARKS_H

#include "base/view.h"

#define MARKS_MAX 128
/* The number of a mark that never is, behind which there is nothing. */
#define MARKS_NOTHING (MARKS_MAX + 1 + 64 + 1)

/* Which bytes are looked for. */
struct marks_wanted {
	char byte; /* the marks */
	char other; /* must not be there; or again `byte` */
	bool apart; /* two marks side by side are of interest */
};

struct marks {
	const char *text; /* from where `behind` counts */
	size_t count; /* at most MARKS_MAX; see `all` */
	bool all; /* false: there are more, or the other byte is there too */
	bool adjacent; /* two of them stand side by side; known where `apart` was wanted */
	/* behind[i] is where the text goes on behind the i-th mark, counted from 1. behind[0] is
	 * where it begins, and behind[count + 1] is what it would be if a mark followed it. So what
	 * is between two marks needs no special case at either end. The rest is room to write
	 * without asking. */
	uint32_t behind[MARKS_NOTHING + 2];
};

/* Finds all of `byte` in a text that is shorter than 4 GiB. `other` is the byte that must not be
 * there, or again `byte`. */
typedef void marks_finder(struct marks *marks, struct view text, char byte, char other);

/* The ways that machines can, the best first. All find the same. */
enum marks_way { MARKS_AVX512, MARKS_AVX2, MARKS_SSE2, MARKS_PORTABLE, MARKS_WAYS };

/* Whether this machine can. */
bool marks_way_works(enum marks_way way);
enum marks_way marks_best_way(void);
/* NULL where this machine cannot. */
marks_finder *marks_finder_of(enum marks_way way);
marks_finder *marks_best_finder(void);

/* What stands behind the mark of this number and before the next; 0: from the text's begin. */
static inline struct view marks_between(const struct marks *marks, size_t number)
{
	const uint32_t *behind = &marks->behind[number];

	return view_of(marks->text + behind[0], behind[1] - behind[0] - 1);
}

/* Where the text goes on behind the mark of this number. */
static inline const char *marks_behind(const struct marks *marks, size_t number)
{
	return marks->text + marks->behind[number];
}

/* What is known once the first and last of `behind` are in place. */
static inline void marks_conclude(struct marks *marks, const char *text, size_t count)
{
	marks->text = text;
	marks->count = count;
	marks->all = true;
	marks->adjacent = false;
	marks->behind[MARKS_NOTHING] = 0;
	marks->behind[MARKS_NOTHING + 1] = 1;
}

#endif
