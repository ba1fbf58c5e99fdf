#include "detect/changes.h"

#include <errno.h>
#include <string.h>

enum {
	CHANGED = 1,
	STORED = 2, /* the entry has a row */
	FREE = 4
};

/* Each stored entry can go once between two saves, and those of the save before are still here. */
static size_t max_gone(const struct changes *changes)
{
	return 2 * changes->max_entries;
}

int changes_init(struct changes *changes, size_t max_entries)
{
	*changes = (struct changes){.max_entries = max_entries};
	changes->flags = calloc(max_entries + 1, sizeof(*changes->flags));
	changes->changed = calloc(max_entries, sizeof(*changes->changed));
	changes->gone = calloc(max_gone(changes), sizeof(*changes->gone));
	return changes->flags == NULL || changes->changed == NULL || changes->gone == NULL ? -ENOMEM
											   : 0;
}

void changes_done(struct changes *changes)
{
	free(changes->flags);
	free(changes->changed);
	free(changes->gone);
}

void changes_note(struct changes *changes, uint32_t number)
{
	changes->flags[number] &= (uint8_t)~FREE;
	if (changes->flags[number] & CHANGED)
		return;
	changes->flags[number] |= CHANGED;
	changes->changed[changes->changed_count++] = number;
}

void changes_note_gone(struct changes *changes, uint32_t number, uint64_t row)
{
	bool stored = changes->flags[number] & STORED;

	changes->flags[number] &= (uint8_t)~STORED;
	changes->flags[number] |= FREE;
	/* Full only where commit after commit was lost; then a row outlives its entry, which is
	 * dropped again when it is restored and its time has passed. */
	if (stored && changes->gone_count < max_gone(changes))
		changes->gone[changes->gone_count++] = row;
}

void changes_note_stored(struct changes *changes, uint32_t number)
{
	changes->flags[number] |= STORED;
}

void changes_begin(struct changes *changes)
{
	changes->gone_count -= changes->gone_offered;
	memmove(changes->gone, changes->gone + changes->gone_offered,
	    changes->gone_count * sizeof(*changes->gone));
	changes->gone_offered = 0;
}

void changes_end(struct changes *changes)
{
	for (size_t i = 0; i < changes->changed_count; i++) {
		uint8_t *flags = &changes->flags[changes->changed[i]];

		*flags = *flags & FREE ? 0 : STORED;
	}
	changes->changed_count = 0;
	changes->gone_offered = changes->gone_count;
}

void changes_lost(struct changes *changes)
{
	changes->gone_offered = 0;
}
