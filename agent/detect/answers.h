/* Answers that wait for a challenge which may be logged late: on IIS every request with a user, and
 * nearly all in vain. A ring in the order of birth, in which each is found by its request; when its
 * time is over it is simply passed by. No more of the ring is used than what waits needs, so that
 * it stays in the processor's caches. */
#ifndef AUTHMEDIC_DETECT_ANSWERS_H
#define AUTHMEDIC_DETECT_ANSWERS_H

#include <stddef.h>

#include "base/cleanup.h"
#include "detect/handshake.h"

struct answers {
	struct handshake *rows; /* borrowed */
	uint64_t *heads; /* by bits of the request: the newest one's number */
	uint64_t first; /* numbers count on; a row's place are the lowest bits of its number */
	uint64_t next;
	uint64_t mask; /* of those bits */
	uint64_t max_mask;
	size_t count; /* that wait; between them may be some that are over */
};

/* How many rows are wanted for at most so many that wait. */
size_t answers_rows(size_t max_waiting);
must_check int answers_init(struct answers *answers, struct handshake *rows, size_t max_waiting);
void answers_done(struct answers *answers);

/* Makes a place where there is none: moves rows. */
void answers_make_place(struct answers *answers);
/* All are elsewhere now. */
void answers_clear(struct answers *answers);

static inline struct handshake *answers_at(const struct answers *answers, uint64_t number)
{
	return &answers->rows[number & answers->mask];
}

static inline uint64_t *answers_head(const struct answers *answers, uint64_t request)
{
	return &answers->heads[request & (2 * answers->mask + 1)];
}

/* The row of a new number, in front of those that share its head. A number that is as far back as
 * a row can say is over: the ring is shorter. */
static inline struct handshake *answers_chain(
    const struct answers *answers, uint64_t number, uint64_t request)
{
	struct handshake *row = answers_at(answers, number);
	uint64_t *head = answers_head(answers, request);

	row->older = number - *head < UINT32_MAX ? (uint32_t)(number - *head) : UINT32_MAX;
	*head = number;
	return row;
}

/* One more, to be filled; fewer than the most wait. */
static inline struct handshake *answers_add(struct answers *answers, uint64_t request)
{
	struct handshake *row;

	if (answers->next - answers->first > answers->mask)
		answers_make_place(answers);
	row = answers_at(answers, answers->next);
	*row = (struct handshake){.request = request, .state = HANDSHAKE_ANSWERED};
	answers->count++;
	return answers_chain(answers, answers->next++, request);
}

/* The newest of that request that still waits. */
static inline struct handshake *answers_find(const struct answers *answers, uint64_t request)
{
	uint64_t number = *answers_head(answers, request);

	while (number >= answers->first) {
		struct handshake *row = answers_at(answers, number);

		if (row->request == request && row->state != HANDSHAKE_NONE)
			return row;
		number -= row->older;
	}
	return NULL;
}

static inline void answers_end(struct answers *answers, struct handshake *row)
{
	row->state = HANDSHAKE_NONE;
	answers->count--;
}

/* NULL: none waits. */
static inline struct handshake *answers_oldest(struct answers *answers)
{
	while (answers->first != answers->next &&
	    answers_at(answers, answers->first)->state == HANDSHAKE_NONE)
		answers->first++;
	return answers->first != answers->next ? answers_at(answers, answers->first) : NULL;
}

#endif
