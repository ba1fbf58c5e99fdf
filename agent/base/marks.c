#include "base/marks.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define BLOCK_BYTES   64
#define always_inline inline __attribute__((always_inline))

/* What each way does in its own manner: */
struct way {
	/* One bit for each byte of a block, the lowest for the first: whether it is this byte. */
	uint64_t (*bits_of)(const char *block, char byte);
	/* Writes what is behind each of these bits and returns where the next goes. How many there
	 * are is hard to foresee, and a wrong guess costs more than a few steps too many: so the
	 * first NOTED_AT_ONCE are written without asking, the superfluous to be written over. */
	uint32_t *(*note)(uint32_t *behind, uint64_t bits, uint32_t offset);
};

#define NOTED_AT_ONCE 4

static always_inline uint64_t bits_portable(const char *block, char byte)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < BLOCK_BYTES; i++)
		bits |= (uint64_t)(block[i] == byte) << i;
	return bits;
}

static always_inline uint32_t *note_portable(uint32_t *behind, uint64_t bits, uint32_t offset)
{
#pragma GCC unroll 4
	for (int i = 0; i < NOTED_AT_ONCE; i++) {
		*behind = offset + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63) + 1;
		behind += bits != 0;
		bits &= bits - 1;
	}
	for (; bits != 0; bits &= bits - 1)
		*behind++ = offset + (uint32_t)__builtin_ctzll(bits) + 1;
	return behind;
}

static const struct way way_portable = {bits_portable, note_portable};

#ifdef __x86_64__
static always_inline uint64_t bits_sse2(const char *block, char byte)
{
	const __m128i wanted = _mm_set1_epi8(byte);
	uint64_t bits = 0;

#pragma GCC unroll 4
	for (unsigned i = 0; i < BLOCK_BYTES; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
		unsigned part = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));

		bits |= (uint64_t)part << i;
	}
	return bits;
}

static const struct way way_sse2 = {bits_sse2, note_portable};

#define for_avx2 __attribute__((target("avx2,bmi,popcnt")))

static always_inline for_avx2 uint64_t bits_avx2(const char *block, char byte)
{
	const __m256i wanted = _mm256_set1_epi8(byte);
	__m256i low = _mm256_loadu_si256((const __m256i *)(const void *)block);
	__m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(block + 32));
	unsigned low_bits = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
	unsigned high_bits = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));

	return (uint64_t)high_bits << 32 | low_bits;
}

static always_inline for_avx2 uint32_t *note_avx2(uint32_t *behind, uint64_t bits, uint32_t offset)
{
	uint32_t *next = behind + _mm_popcnt_u64(bits);

	offset++;
#pragma GCC unroll 4
	for (int i = 0; i < NOTED_AT_ONCE; i++) {
		behind[i] = offset + (uint32_t)_tzcnt_u64(bits);
		bits = _blsr_u64(bits);
	}
	for (behind += NOTED_AT_ONCE; behind < next; bits = _blsr_u64(bits))
		*behind++ = offset + (uint32_t)_tzcnt_u64(bits);
	return next;
}

static const struct way way_avx2 = {bits_avx2, note_avx2};
#endif

/* The bits of the last bytes, fewer than a block. Nothing behind the text may be read, so the block
 * begins before them, or is a copy. */
static always_inline uint64_t bits_of_rest(const struct way *way, struct view text, char byte)
{
	size_t rest = text.length % BLOCK_BYTES;
	char copy[BLOCK_BYTES];

	if (rest == 0)
		return 0;
	if (text.length >= BLOCK_BYTES)
		return way->bits_of(text.data + text.length - BLOCK_BYTES, byte) >>
		    (BLOCK_BYTES - rest);
	memcpy(copy, text.data, rest);
	return way->bits_of(copy, byte) & ((UINT64_C(1) << rest) - 1);
}

/* What came of the whole text. */
struct found {
	const uint32_t *behind; /* where the next mark would go */
	bool others;
	bool pairs;
};

static always_inline void conclude(struct marks *marks, struct view text, const struct found *found)
{
	size_t count = (size_t)(found->behind - marks->behind) - 1;

	marks->adjacent = found->pairs;
	marks->all = !found->others && count <= MARKS_MAX;
	marks->count = count <= MARKS_MAX ? count : MARKS_MAX;
	marks->behind[marks->count + 1] = (uint32_t)text.length + 1;
	marks->behind[MARKS_NOTHING] = 0;
	marks->behind[MARKS_NOTHING + 1] = 1;
}

struct wanted {
	char byte;
	char other;
};

/* All inlined into one function for each way, in which nothing is asked about what is constant. */
static always_inline void find(
    struct marks *marks, struct view text, struct wanted wanted, const struct way *way)
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
	find(marks, text, (struct wanted){byte, other}, &way_portable);
}

#ifdef __x86_64__
static void find_sse2(struct marks *marks, struct view text, char byte, char other)
{
	find(marks, text, (struct wanted){byte, other}, &way_sse2);
}

static for_avx2 void find_avx2(struct marks *marks, struct view text, char byte, char other)
{
	find(marks, text, (struct wanted){byte, other}, &way_avx2);
}

#define for_avx512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt")))

/* Sixteen marks at once; more in a block are rare. */
static always_inline for_avx512 uint32_t *note_avx512(
    uint32_t *behind, uint64_t bits, uint32_t offset)
{
	enum { AT_ONCE = 16 };
	static const uint8_t places[BLOCK_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
	    37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58,
	    59, 60, 61, 62, 63, 64};
	__m512i found = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(places));
	const __m512i base = _mm512_set1_epi32((int)offset);
	uint32_t *next = behind + _mm_popcnt_u64(bits);

	do {
		__m512i sixteen = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found));

		_mm512_storeu_si512(behind, _mm512_add_epi32(sixteen, base));
		found = _mm512_shuffle_i64x2(found, found, 0x39);
		behind += AT_ONCE;
	} while (behind < next);
	return next;
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

marks_finder *marks_finder_of(enum marks_way way)
{
#ifdef __x86_64__
	if (way == MARKS_AVX512)
		return has_avx512() ? find_avx512 : NULL;
	if (way == MARKS_AVX2)
		return has_avx2() ? find_avx2 : NULL;
	if (way == MARKS_SSE2)
		return find_sse2;
#endif
	return way == MARKS_PORTABLE ? find_portable : NULL;
}

marks_finder *marks_best_finder(void)
{
	marks_finder *best = NULL;

	for (unsigned way = 0; best == NULL && way < MARKS_WAYS; way++)
		best = marks_finder_of((enum marks_way)way);
	return best;
}
