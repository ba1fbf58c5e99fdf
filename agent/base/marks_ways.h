/* What marks.c and stretch.c share: how each kind of machine finds a byte in a block of 64. */
#ifndef AUTHMEDIC_BASE_MARKS_WAYS_H
#define AUTHMEDIC_BASE_MARKS_WAYS_H

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

#define NOTED_AT_ONCE 8

static always_inline uint64_t bits_portable(const char *block, char byte)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < BLOCK_BYTES; i++)
		bits |= (uint64_t)(block[i] == byte) << i;
	return bits;
}

static always_inline uint32_t *note_portable(uint32_t *behind, uint64_t bits, uint32_t offset)
{
#pragma GCC unroll 8
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
#pragma GCC unroll 8
	for (int i = 0; i < NOTED_AT_ONCE; i++) {
		behind[i] = offset + (uint32_t)_tzcnt_u64(bits);
		bits = _blsr_u64(bits);
	}
	for (behind += NOTED_AT_ONCE; behind < next; bits = _blsr_u64(bits))
		*behind++ = offset + (uint32_t)_tzcnt_u64(bits);
	return next;
}

static const struct way way_avx2 = {bits_avx2, note_avx2};

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

static always_inline for_avx512 uint64_t bits_avx512(const char *block, char byte)
{
	return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(block), _mm512_set1_epi8(byte));
}

static const struct way way_avx512 = {bits_avx512, note_avx512};
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

#endif
