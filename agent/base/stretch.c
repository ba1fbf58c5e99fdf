#include "base/stretch.h"

#include <errno.h>

#include "base/marks_ways.h"

/* The ways write more than there is, without asking; and who takes a line's marks reads so. */
#define ROOM_BEHIND (MARKS_NOTHING + 2)

/* One bit for each byte of a block. */
struct block {
	uint64_t lines; /* LF */
	uint64_t marks; /* and LF */
	uint64_t others;
	uint64_t nuls;
};

struct progress {
	size_t offset; /* of the block */
	uint32_t *behind; /* where the next goes */
	uint32_t *ends;
	uint64_t others;
	uint64_t nuls;
	uint64_t pairs;
	uint64_t carry; /* 1: a mark stands right before the block */
};

/* Which mark each LF is. Most blocks have one or none, which cannot be foreseen. */
static always_inline void note_lines(uint32_t **ends, uint32_t first, const struct block *block)
{
	uint64_t lines = block->lines;
	uint64_t before = (lines & -lines) - 1;

	**ends = first + (uint32_t)__builtin_popcountll(block->marks & before);
	*ends += lines != 0;
	for (lines &= lines - 1; __builtin_expect(lines != 0, 0); lines &= lines - 1) {
		before = (lines & -lines) - 1;
		*(*ends)++ = first + (uint32_t)__builtin_popcountll(block->marks & before);
	}
}

static always_inline void note_block(const struct stretch *stretch, struct progress *progress,
    const struct block *block, const struct way *way)
{
	uint32_t first = (uint32_t)(progress->behind - stretch->behind);

	progress->others |= block->others;
	progress->nuls |= block->nuls;
	progress->pairs |= block->marks & (block->marks << 1 | progress->carry);
	progress->carry = block->marks >> (BLOCK_BYTES - 1);
	note_lines(&progress->ends, first, block);
	progress->behind =
	    way->note(progress->behind, block->marks, (uint32_t)progress->offset);
	progress->offset += BLOCK_BYTES;
}

/* All inlined into one function for each way, as in marks.c. */
static always_inline void find(struct stretch *stretch, const struct way *way)
{
	const struct view text = stretch->text;
	const struct marks_wanted wanted = stretch->wanted;
	struct progress progress = {
	    .behind = stretch->behind + 1, .ends = stretch->ends + 1, .carry = 1};
	struct block block;

	while (text.length - progress.offset >= BLOCK_BYTES) {
		const char *at = text.data + progress.offset;

		block.lines = way->bits_of(at, '\n');
		block.marks = way->bits_of(at, wanted.byte) | block.lines;
		block.others = way->bits_of(at, wanted.other);
		block.nuls = way->bits_of(at, '\0');
		note_block(stretch, &progress, &block, way);
	}
	block.lines = bits_of_rest(way, text, '\n');
	block.marks = bits_of_rest(way, text, wanted.byte) | block.lines;
	block.others = bits_of_rest(way, text, wanted.other);
	block.nuls = bits_of_rest(way, text, '\0');
	note_block(stretch, &progress, &block, way);
	stretch->line_count = (size_t)(progress.ends - stretch->ends) - 1;
	stretch->has_nuls = progress.nuls != 0;
	stretch->is_plain = (wanted.other == wanted.byte || progress.others == 0) &&
	    (!wanted.apart || progress.pairs == 0);
}

static void find_portable(struct stretch *stretch)
{
	find(stretch, &way_portable);
}

#ifdef __x86_64__
static void find_sse2(struct stretch *stretch)
{
	find(stretch, &way_sse2);
}

static for_avx2 void find_avx2(struct stretch *stretch)
{
	find(stretch, &way_avx2);
}

static for_avx512 void find_avx512(struct stretch *stretch)
{
	find(stretch, &way_avx512);
}
#endif

static void (*const finders[MARKS_WAYS])(struct stretch *stretch) = {
#ifdef __x86_64__
    [MARKS_AVX512] = find_avx512,
    [MARKS_AVX2] = find_avx2,
    [MARKS_SSE2] = find_sse2,
#endif
    [MARKS_PORTABLE] = find_portable,
};

bool stretch_use(struct stretch *stretch, enum marks_way way)
{
	if (!marks_way_works(way))
		return false;
	stretch->find = finders[way];
	return true;
}

int stretch_init(struct stretch *stretch, size_t max_bytes)
{
	*stretch = (struct stretch){.max_bytes = max_bytes, .find = finders[marks_best_way()]};
	/* Untouched pages of a fresh zeroed array cost no memory. */
	stretch->behind = calloc(max_bytes + ROOM_BEHIND, sizeof(*stretch->behind));
	stretch->ends = calloc(max_bytes + ROOM_BEHIND, sizeof(*stretch->ends));
	return stretch->behind == NULL || stretch->ends == NULL ? -ENOMEM : 0;
}

void stretch_done(struct stretch *stretch)
{
	free(stretch->behind);
	free(stretch->ends);
}

void stretch_find(struct stretch *stretch, struct view text, struct marks_wanted wanted)
{
	stretch->text = text;
	stretch->wanted = wanted;
	stretch->line_count = 0;
	stretch->has_nuls = false;
	stretch->is_plain = false;
	if (text.length <= stretch->max_bytes)
		stretch->find(stretch);
}

/* Copies so many at once, without asking how many there are: most lines have fewer. */
#define COPIED_AT_ONCE 32

bool stretch_marks(const struct stretch *stretch, size_t number, struct view part,
    struct marks *ret_marks)
{
	uint32_t first = stretch->ends[number];
	size_t count = stretch->ends[number + 1] - first - 1;
	uint32_t from = (uint32_t)(part.data - stretch->text.data);
	uint32_t behind_part = from + (uint32_t)part.length + 1;
	uint32_t *behind = ret_marks->behind;

	if (!stretch->is_plain || count > MARKS_MAX)
		return false;
	memcpy(behind, stretch->behind + first, COPIED_AT_ONCE * sizeof(*behind));
	if (count >= COPIED_AT_ONCE)
		memcpy(behind, stretch->behind + first, (count + 1) * sizeof(*behind));
	while (count > 0 && behind[count] >= behind_part)
		count--;
	if (count > 0 && behind[1] <= from)
		return false;
	behind[0] = from;
	behind[count + 1] = behind_part;
	marks_conclude(ret_marks, stretch->text.data, count);
	return true;
}
