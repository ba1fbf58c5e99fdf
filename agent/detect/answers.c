#include "detect/answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROWS 512
/* So that a number and what a row may subtract from it stay above zero. */
#define FIRST_NUMBER (UINT64_C(1) << 32)

/* Twice as many as wait at most: when the ring is full half of it is over, so that to close up
 * costs each line but little. */
size_t answers_rows(size_t max_waiting)
{
	size_t rows = 16;

	while (rows < 2 * max_waiting)
		rows *= 2;
	return rows;
}

int answers_init(struct answers *answers, struct handshake *rows, size_t max_waiting)
{
	size_t count = answers_rows(max_waiting);

	*answers = (struct answers){.rows = rows,
	    .first = FIRST_NUMBER,
	    .next = FIRST_NUMBER,
	    .mask = (count < FIRST_ROWS ? count : FIRST_ROWS) - 1,
	    .max_mask = count - 1};
	/* Untouched pages of a fresh zeroed array cost no memory. */
	answers->heads = calloc(2 * count, sizeof(*answers->heads));
	return answers->heads == NULL ? -ENOMEM : 0;
}

void answers_done(struct answers *answers)
{
	free(answers->heads);
}

/* Those that wait move together. */
static void close_up(struct answers *answers)
{
	uint64_t to = answers->first;

	for (uint64_t number = answers->first; number != answers->next; number++) {
		struct handshake *row = answers_at(answers, number);

		if (row->state == HANDSHAKE_NONE)
			continue;
		if (to != number)
			*answers_at(answers, to) = *row;
		to++;
	}
	answers->next = to;
}

/* With one more bit of the number half of them have another place, which none had before. */
static void widen(struct answers *answers)
{
	uint64_t bit = answers->mask + 1;

	for (uint64_t number = answers->first; number != answers->next; number++)
		if ((number & bit) != 0)
			answers->rows[number & (answers->mask | bit)] =
			    *answers_at(answers, number);
	answers->mask |= bit;
}

void answers_make_place(struct answers *answers)
{
	close_up(answers);
	if (answers->count > answers->mask / 2 && answers->mask < answers->max_mask)
		widen(answers);
	memset(answers->heads, 0, (2 * answers->mask + 2) * sizeof(*answers->heads));
	for (uint64_t number = answers->first; number != answers->next; number++)
		answers_chain(answers, number, answers_at(answers, number)->request);
}

void answers_clear(struct answers *answers)
{
	answers->first = answers->next;
	answers->count = 0;
}
