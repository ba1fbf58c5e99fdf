/* What must be written where a table is kept as rows: the entries that changed and the rows that
 * are gone since the last save. Entries are numbered from 1; rows are named by 64 bits. */
#ifndef AUTHMEDIC_DETECT_CHANGES_H
#define AUTHMEDIC_DETECT_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct changes {
	size_t max_entries;
	uint8_t *flags;    /* by entry */
	uint32_t *changed; /* entries */
	size_t changed_count;
	uint64_t *gone; /* rows; the first ones were offered by the last save already */
	size_t gone_count;
	size_t gone_offered;
};

must_check int changes_init(struct changes *changes, size_t max_entries);
void changes_done(struct changes *changes);

void changes_note(struct changes *changes, uint32_t number);
/* The entry is no more, and its row should go too. */
void changes_note_gone(struct changes *changes, uint32_t number, uint64_t row);
/* The entry came from its row just now. */
void changes_note_stored(struct changes *changes, uint32_t number);

/* A save begins: rows that the one before took away are forgotten. */
void changes_begin(struct changes *changes);
/* The save offered all. */
void changes_end(struct changes *changes);
/* What the last save offered was lost: the rows that went must go again. The owner notes each live
 * entry. */
void changes_lost(struct changes *changes);

#endif
