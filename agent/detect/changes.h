/* Which entries of a table must be written, where it is kept as rows that are named by the entries'
 * numbers (from 1). A changed entry that is free by then has its row taken away. */
#ifndef AUTHMEDIC_DETECT_CHANGES_H
#define AUTHMEDIC_DETECT_CHANGES_H

#include "detect/row.h"

struct changes {
	bool *is_changed; /* by entry */
	uint32_t *numbers; /* of those that are */
	size_t count;
};

must_check int changes_init(struct changes *changes, size_t max_entries);
void changes_done(struct changes *changes);

static inline void changes_note(struct changes *changes, uint32_t number)
{
	if (changes->is_changed[number])
		return;
	changes->is_changed[number] = true;
	changes->numbers[changes->count++] = number;
}

/* All up to this number. */
void changes_note_all(struct changes *changes, uint32_t last);
/* All is written. */
void changes_clear(struct changes *changes);

#endif
