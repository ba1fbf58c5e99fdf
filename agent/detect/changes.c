#include "detect/changes.h"

#include <errno.h>

int changes_init(struct changes *changes, size_t max_entries)
{
	*changes = (struct changes){0};
	changes->is_changed = calloc(max_entries + 1, sizeof(*changes->is_changed));
	changes->numbers = calloc(max_entries, sizeof(*changes->numbers));
	return changes->is_changed == NULL || changes->numbers == NULL ? -ENOMEM : 0;
}

void changes_done(struct changes *changes)
{
	free(changes->is_changed);
	free(changes->numbers);
	free(changes->left_out);
}

/* Where there is no memory the row stays until it is left out again. */
void changes_note_left_out(struct changes *changes, uint64_t number)
{
	size_t capacity = changes->left_out_capacity == 0 ? 64 : changes->left_out_capacity * 2;
	uint64_t *grown;

	if (changes->left_out_count == changes->left_out_capacity) {
		grown = realloc(changes->left_out, capacity * sizeof(*grown));
		if (grown == NULL)
			return;
		changes->left_out = grown;
		changes->left_out_capacity = capacity;
	}
	changes->left_out[changes->left_out_count++] = number;
}

int changes_offer_left_out(const struct changes *changes, char kind, const struct row_sink *sink)
{
	int error = 0;

	for (size_t i = changes->left_out_saved; error == 0 && i < changes->left_out_count; i++)
		error = row_offer_gone(sink, kind, changes->left_out[i]);
	return error;
}

void changes_note_all(struct changes *changes, uint32_t last)
{
	for (uint32_t number = 1; number <= last; number++)
		changes_note(changes, number);
	changes->left_out_saved = 0;
}

void changes_clear(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		changes->is_changed[changes->numbers[i]] = false;
	changes->count = 0;
	changes->left_out_saved = changes->left_out_count;
}
