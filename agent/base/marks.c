#include "base/marks_ways.h"

/* What came of the whole text. */
struct found {
	const uint32_t *behind; /* where the next mark would go */
	bool others;
	bool pairs;
};

static always_inline void conclude(struct marks *marks, struct view text, const struct found *found)
{
	size_t count = (size_t)(found->behind - marks->behind) - 1;

	marks_conclude(marks, text.data, count <= MARKS_MAX ? count : MARKS_MAX);
	marks->adjacent = found->pairs;
	marks->all = !found->others && count <= MARKS_MAX;
	marks->behind[0] = 0;
	marks->behind[marks->count + 1] = (uint32_t)text.length + 1;
}

/* All inlined into one function for each way, in which nothing is asked about what is constant. */
static always_inline void find(
    struct marks *marks, struct view text, struct marks_wanted wanted, const struct way *way)
{
	size_t end = text.length - text.length % BLOCK_BYTES;
	uint64_t others = 0;
	uint64_t pairs = 0;
	uint64_t carry = 0;
	uint64_t bits;
	size_t offset = 0;
	uint32_t *behind = marks->behind + 1;
	const uint32_t *full = behind + MARKS_MAX + 1;

	for (; offset < end && behind < full; offset += BLOCK_BYTES) {
		bits = way->bits_of(text.data + offset, wanted.byte);
		if (wanted.other != wanted.byte)
			others |= way->bits_of(text.data + offset, wanted.other);
		pairs |= bits & (bits << 1 | carry);
		carry = bits >> (BLOCK_BYTES - 1);
		behind = way->note(behind, bits, (uint32_t)offset);
	}
	if (end < text.length && behind < full) {
		bits = bits_of_rest(way, text, wanted.byte);
		if (wanted.other != wanted.byte)
			others |= bits_of_rest(way, text, wanted.other);
		pairs |= bits & (bits << 1 | carry);
		behind = way->note(behind, bits, (uint32_t)offset);
	}
	conclude(marks, text, &(struct found){behind, others != 0, pairs != 0});
}

static void find_portable(struct marks *marks, struct view text, char byte, char other)
{
	find(marks, text, (struct marks_wanted){byte, other, true}, &way_portable);
}

#ifdef __x86_64__
static void find_sse2(struct marks *marks, struct view text, char byte, char other)
{
	find(marks, text, (struct marks_wanted){byte, other, true}, &way_sse2);
}

static for_avx2 void find_avx2(struct marks *marks, struct view text, char byte, char other)
{
	find(marks, text, (struct marks_wanted){byte, other, true}, &way_avx2);
}

/* Loads under a mask read nothing behind the text. How many blocks a line has is hard to foresee,
 * so there are at least as many as most lines have; those behind the text's end are empty. */
static for_avx512 void find_avx512(struct marks *marks, struct view text, char byte, char other)
{
	enum { LEAST_BYTES = 5 * BLOCK_BYTES };
	const __m512i wanted = _mm512_set1_epi8(byte);
	const __m512i unwanted = _mm512_set1_epi8(other);
	const size_t end = text.length > LEAST_BYTES ? text.length : LEAST_BYTES;
	uint32_t *behind = marks->behind + 1;
	const uint32_t *full = behind + MARKS_MAX + 1;
	uint64_t others = 0;
	uint64_t pairs = 0;
	uint64_t carry = 0;

	for (size_t offset = 0; offset < end && behind < full; offset += BLOCK_BYTES) {
		size_t left = text.length > offset ? text.length - offset : 0;
		uint64_t inside =
		    _bzhi_u64(UINT64_MAX, (unsigned)(left < BLOCK_BYTES ? left : BLOCK_BYTES));
		const char *from = text.data + (left > 0 ? offset : 0);
		__m512i block = _mm512_maskz_loadu_epi8(inside, from);
		uint64_t bits = _mm512_mask_cmpeq_epi8_mask(inside, block, wanted);

		others |= _mm512_mask_cmpeq_epi8_mask(inside, block, unwanted);
		pairs |= bits & (bits << 1 | carry);
		carry = bits >> (BLOCK_BYTES - 1);
		behind = note_avx512(behind, bits, (uint32_t)offset);
	}
	conclude(marks, text,
	    &(struct found){
		.behind = behind, .others = byte != other && others != 0, .pairs = pairs != 0});
}
#endif

#ifdef __x86_64__
static bool has_avx512(void)
{
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
	    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
	    __builtin_cpu_supports("popcnt");
}

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	    __builtin_cpu_supports("popcnt");
}
#endif

bool marks_way_works(enum marks_way way)
{
#ifdef __x86_64__
	if (way == MARKS_AVX512)
		return has_avx512();
	if (way == MARKS_AVX2)
		return has_avx2();
	if (way == MARKS_SSE2)
		return true;
#endif
	return way == MARKS_PORTABLE;
}

enum marks_way marks_best_way(void)
{
	unsigned way = 0;

	while (!marks_way_works((enum marks_way)way))
		way++;
	return (enum marks_way)way;
}

marks_finder *marks_finder_of(enum marks_way way)
{
	static marks_finder *const finders[MARKS_WAYS] = {
#ifdef __x86_64__
	    [MARKS_AVX512] = find_avx512,
	    [MARKS_AVX2] = find_avx2,
	    [MARKS_SSE2] = find_sse2,
#endif
	    [MARKS_PORTABLE] = find_portable,
	};

	return marks_way_works(way) ? finders[way] : NULL;
}

marks_finder *marks_best_finder(void)
{
	return marks_finder_of(marks_best_way());
}
