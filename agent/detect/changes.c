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
}

void changes_note_all(struct changes *changes, uint32_t last)
{
	for (uint32_t number = 1; number <= last; number++)
		changes_note(changes, number);
}

void changes_clear(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		changes->is_changed[changes->numbers[i]] = false;
	changes->count = 0;
}
