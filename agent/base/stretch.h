/* A stretch of a log: where its lines end, and where one byte stands in them, found in one pass
 * over all of them. Bytes are not copied: the stretch ends with the text it was found in. */
#ifndef AUTHMEDIC_BASE_STRETCH_H
#define AUTHMEDIC_BASE_STRETCH_H

#include "base/marks.h"

struct stretch {
	struct view text;
	struct marks_wanted wanted;
	size_t line_count; /* complete ones */
	bool has_nuls;
	bool is_plain; /* `other` is nowhere, and marks that shall stand apart do so */
	/* behind[0] is 0; then where the text goes on behind each mark and each LF. */
	uint32_t *behind;
	/* The number of the LF before each line, and behind the last: of that which ends it. */
	uint32_t *ends;
	size_t max_bytes;
	void (*find)(struct stretch *stretch);
};

/* For texts of at most so many bytes, fewer than 2 GiB. -ENOMEM. */
must_check int stretch_init(struct stretch *stretch, size_t max_bytes);
/* Another way than the best; for tests. False where this machine cannot. */
bool stretch_use(struct stretch *stretch, enum marks_way way);
void stretch_done(struct stretch *stretch);

/* Of a longer text than the stretch is for nothing is found. Where `wanted.apart` says that marks
 * shall stand apart, LFs count as marks, and so does the text's beginning. What wants no marks is
 * all zeros. */
void stretch_find(struct stretch *stretch, struct view text, struct marks_wanted wanted);

/* Behind the last complete line. */
static inline size_t stretch_taken(const struct stretch *stretch)
{
	return stretch->behind[stretch->ends[stretch->line_count]];
}

/* Without its LF. */
static inline struct view stretch_line(const struct stretch *stretch, size_t number)
{
	uint32_t from = stretch->behind[stretch->ends[number]];
	uint32_t behind = stretch->behind[stretch->ends[number + 1]];

	return view_of(stretch->text.data + from, behind - from - 1);
}

/* The marks of the line of this number, of which `part` may have lost bytes at both ends. False
 * where they must be looked for in the part itself. */
bool stretch_marks(const struct stretch *stretch, size_t number, struct view part,
    struct marks *ret_marks);

#endif
