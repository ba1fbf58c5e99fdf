#include "detect/links.h"

#include <errno.h>
#include <string.h>

#define FIRST_HEADS 1024

int chains_init(struct chains *chains, size_t max_entries)
{
	size_t heads = 16;

	while (heads < max_entries)
		heads *= 2;
	chains->heads = calloc(heads, sizeof(*chains->heads));
	chains->next = calloc(max_entries + 1, sizeof(*chains->next));
	chains->previous = calloc(max_entries + 1, sizeof(*chains->previous));
	chains->mask = heads - 1;
	chains->max_mask = heads - 1;
	return chains->heads == NULL || chains->next == NULL || chains->previous == NULL ? -ENOMEM
											 : 0;
}

void chains_done(struct chains *chains)
{
	free(chains->heads);
	free(chains->next);
	free(chains->previous);
}

void chains_begin_narrow(struct chains *chains)
{
	if (chains->mask > FIRST_HEADS - 1)
		chains->mask = FIRST_HEADS - 1;
}

void chains_widen(struct chains *chains)
{
	chains->mask = 2 * chains->mask + 1;
	memset(chains->heads, 0, (chains->mask + 1) * sizeof(*chains->heads));
}

int queue_links_init(struct queue_links *links, size_t max_entries)
{
	links->next = calloc(max_entries + 1, sizeof(*links->next));
	links->previous = calloc(max_entries + 1, sizeof(*links->previous));
	return links->next == NULL || links->previous == NULL ? -ENOMEM : 0;
}

void queue_links_done(struct queue_links *links)
{
	free(links->next);
	free(links->previous);
}

/* The run of at most `length` entries that begins at *number, cut off; *number is what follows. */
static uint32_t cut_run(const struct queue_links *links, uint32_t *number, size_t length)
{
	uint32_t run = *number;
	uint32_t last = 0;

	for (size_t i = 0; i < length && *number != 0; i++) {
		last = *number;
		*number = links->next[last];
	}
	if (last != 0)
		links->next[last] = 0;
	return run;
}

/* Appends the two runs, merged, to the queue. */
static void merge_runs(struct queue *queue, const struct queue_links *links, uint32_t runs[2],
    const struct queue_order *order)
{
	while (runs[0] != 0 || runs[1] != 0) {
		bool second = runs[0] == 0 ||
		    (runs[1] != 0 &&
			order->of(order->context, runs[1]) < order->of(order->context, runs[0]));
		uint32_t number = runs[second];

		runs[second] = links->next[number];
		queue_append(queue, links, number);
	}
}

/* Merge sort from below: no memory is wanted and the worst case is the usual one. */
void queue_sort(
    struct queue *queue, const struct queue_links *links, const struct queue_order *order)
{
	bool sorted = queue->first == 0;

	for (size_t length = 1; !sorted; length *= 2) {
		uint32_t rest = queue->first;
		size_t merges = 0;

		*queue = (struct queue){0};
		while (rest != 0) {
			uint32_t runs[2];

			runs[0] = cut_run(links, &rest, length);
			runs[1] = cut_run(links, &rest, length);
			merge_runs(queue, links, runs, order);
			merges++;
		}
		sorted = merges <= 1;
	}
}
