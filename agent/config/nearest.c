#include "config/nearest.h"

#define MAX_WORD_BYTES 40
#define MAX_DISTANCE   2

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's: how many letters must be put in, taken out or changed. */
static size_t edit_distance(struct view a, struct view b)
{
	size_t row[MAX_WORD_BYTES + 1];

	for (size_t j = 0; j <= b.length; j++)
		row[j] = j;
	for (size_t i = 0; i < a.length; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < b.length; j++) {
			size_t changed = diagonal + (a.data[i] != b.data[j]);

			diagonal = row[j + 1];
			row[j + 1] = smaller(changed, 1 + smaller(row[j], row[j + 1]));
		}
	}
	return row[b.length];
}

struct nearest nearest_to(const char *word)
{
	return (struct nearest){.word = word, .distance = MAX_DISTANCE + 1};
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	struct view word = view_of_text(nearest->word);
	struct view other = view_of_text(candidate);
	size_t distance;

	if (word.length > MAX_WORD_BYTES || other.length > MAX_WORD_BYTES)
		return;
	distance = edit_distance(word, other);
	/* Two letters of three changed is another word. */
	if (distance < nearest->distance && 2 * distance <= other.length) {
		nearest->best = candidate;
		nearest->distance = distance;
	}
}
