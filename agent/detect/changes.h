/* Which entries of a table must be written, where it is kept as rows that are named by the entries'
 * numbers (from 1). A changed entry that is free by then has its row taken away. */
#ifndef AUTHMEDIC_DETECT_CHANGES_H
#define AUTHMEDIC_DETECT_CHANGES_H

#include "detect/row.h"

struct changes {
	bool *is_changed; /* by entry */
	uint32_t *numbers; /* of those that are */
	size_t count;
	uint64_t *left_out; /* numbers of stored rows that have no entry */
	size_t left_out_count, left_out_capacity;
	size_t left_out_saved; /* so many of them are gone already */
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

/* A stored row lies behind the table, which was larger once: it goes with the next save. */
void changes_note_left_out(struct changes *changes, uint64_t number);
must_check int changes_offer_left_out(
    const struct changes *changes, char kind, const struct row_sink *sink);

/* All up to this number, and what was left out. */
void changes_note_all(struct changes *changes, uint32_t last);
/* All is written. */
void changes_clear(struct changes *changes);

#endif
