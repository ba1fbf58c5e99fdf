#include "detect/distinct.h"

#include <errno.h>

int distinct_init(struct distinct *distinct, size_t max_items)
{
	int error;

	*distinct = (struct distinct){.max_items = max_items};
	distinct->items = calloc(max_items + 1, sizeof(*distinct->items));
	if (distinct->items == NULL)
		return -ENOMEM;
	error = queue_links_init(&distinct->links, max_items);
	return error == 0 ? chains_init(&distinct->by_hash, max_items) : error;
}

void distinct_done(struct distinct *distinct)
{
	free(distinct->items);
	queue_links_done(&distinct->links);
	chains_done(&distinct->by_hash);
}

static uint32_t find(const struct distinct *distinct, uint64_t hash)
{
	uint32_t number = chains_first(&distinct->by_hash, hash);

	while (number != 0 && distinct->items[number].hash != hash)
		number = chains_next(&distinct->by_hash, number);
	return number;
}

static void drop_first(struct distinct *distinct)
{
	uint32_t number = distinct->by_time.first;

	chains_remove(&distinct->by_hash, distinct->items[number].hash, number);
	queue_remove(&distinct->by_time, &distinct->links, number);
	distinct->links.next[number] = distinct->free;
	distinct->free = number;
	distinct->count--;
}

static uint32_t take_number(struct distinct *distinct)
{
	uint32_t number = distinct->free;

	if (number == 0)
		return ++distinct->used;
	distinct->free = distinct->links.next[number];
	return number;
}

static void add(struct distinct *distinct, uint64_t hash, int64_t time_ms)
{
	uint32_t number;

	if (distinct->count == distinct->max_items) {
		distinct->refused_total++;
		return;
	}
	number = take_number(distinct);
	distinct->items[number] = (struct distinct_item){hash, time_ms};
	chains_add(&distinct->by_hash, hash, number);
	queue_append(&distinct->by_time, &distinct->links, number);
	distinct->count++;
}

void distinct_add(struct distinct *distinct, uint64_t hash, int64_t time_ms)
{
	uint32_t number = find(distinct, hash);

	if (number == 0) {
		add(distinct, hash, time_ms);
		return;
	}
	if (time_ms <= distinct->items[number].time_ms)
		return;
	distinct->items[number].time_ms = time_ms;
	queue_remove(&distinct->by_time, &distinct->links, number);
	queue_append(&distinct->by_time, &distinct->links, number);
}

void distinct_expire(struct distinct *distinct, int64_t oldest_ms)
{
	while (distinct->by_time.first != 0 &&
	    distinct->items[distinct->by_time.first].time_ms < oldest_ms)
		drop_first(distinct);
}
