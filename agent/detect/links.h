/* Who stands next to whom, for tables whose entries are numbered from 1 (0: none): chains find
 * entries by a 64-bit key, queues keep them in order. The links live beside the entries, so that
 * one entry can be in several. */
#ifndef AUTHMEDIC_DETECT_LINKS_H
#define AUTHMEDIC_DETECT_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Keys are hashes already: nobody outside can choose which of them share a chain. The owner of the
 * entries compares their keys. */
struct chains {
	uint32_t *heads;
	uint32_t *next;
	uint32_t *previous;
	uint64_t mask;
	uint64_t max_mask;
};

must_check int chains_init(struct chains *chains, size_t max_entries);
void chains_done(struct chains *chains);
/* For tables that are seldom full: fewer heads, which stay in the processor's caches. No entry is
 * in a chain; chains_widen() when there are more of them than heads. */
void chains_begin_narrow(struct chains *chains);
static inline bool chains_are_crowded(const struct chains *chains, size_t entries)
{
	return entries > chains->mask && chains->mask < chains->max_mask;
}
/* Twice as many heads; the owner adds each entry anew. */
void chains_widen(struct chains *chains);
/* In front of the others, so that the newest is found first. */
static inline void chains_add(struct chains *chains, uint64_t key, uint32_t number)
{
	uint32_t *head = &chains->heads[key & chains->mask];

	chains->next[number] = *head;
	chains->previous[number] = 0;
	chains->previous[*head] = number; /* 0's is never read */
	*head = number;
}

/* Behind that entry of the same chain. */
static inline void chains_add_behind(struct chains *chains, uint32_t behind, uint32_t number)
{
	uint32_t next = chains->next[behind];

	chains->next[number] = next;
	chains->previous[number] = behind;
	chains->previous[next] = number;
	chains->next[behind] = number;
}

static inline void chains_remove(struct chains *chains, uint64_t key, uint32_t number)
{
	uint32_t next = chains->next[number];
	uint32_t previous = chains->previous[number];

	if (previous != 0)
		chains->next[previous] = next;
	else
		chains->heads[key & chains->mask] = next;
	chains->previous[next] = previous;
}

static inline uint32_t chains_first(const struct chains *chains, uint64_t key)
{
	return chains->heads[key & chains->mask];
}

static inline uint32_t chains_next(const struct chains *chains, uint32_t number)
{
	return chains->next[number];
}

/* Several queues may share the links where an entry is in one queue at most. */
struct queue_links {
	uint32_t *next;
	uint32_t *previous;
};

struct queue {
	uint32_t first;
	uint32_t last;
};

must_check int queue_links_init(struct queue_links *links, size_t max_entries);
void queue_links_done(struct queue_links *links);
static inline void queue_append(
    struct queue *queue, const struct queue_links *links, uint32_t number)
{
	links->next[number] = 0;
	links->previous[number] = queue->last;
	if (queue->last != 0)
		links->next[queue->last] = number;
	else
		queue->first = number;
	queue->last = number;
}

/* Before that entry of the queue; 0: at its end. */
static inline void queue_insert(
    struct queue *queue, const struct queue_links *links, uint32_t number, uint32_t before)
{
	if (before == 0) {
		queue_append(queue, links, number);
		return;
	}
	links->next[number] = before;
	links->previous[number] = links->previous[before];
	if (links->previous[before] != 0)
		links->next[links->previous[before]] = number;
	else
		queue->first = number;
	links->previous[before] = number;
}

static inline void queue_remove(
    struct queue *queue, const struct queue_links *links, uint32_t number)
{
	uint32_t next = links->next[number];
	uint32_t previous = links->previous[number];

	if (previous != 0)
		links->next[previous] = next;
	else
		queue->first = next;
	if (next != 0)
		links->previous[next] = previous;
	else
		queue->last = previous;
}

/* What an entry is sorted by. */
struct queue_order {
	uint64_t (*of)(const void *context, uint32_t number);
	const void *context;
};

/* The smallest first. */
void queue_sort(
    struct queue *queue, const struct queue_links *links, const struct queue_order *order);

#endif
