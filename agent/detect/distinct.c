#include "detect/distinct.h"

#include <errno.h>

int distinct_init(struct distinct *distinct, size_t kinds, size_t max_of_kind)
{
	size_t max_items = kinds * max_of_kind;
	int error;

	*distinct = (struct distinct){.max_of_kind = max_of_kind};
	distinct->counts = calloc(kinds, sizeof(*distinct->counts));
	distinct->items = calloc(max_items + 1, sizeof(*distinct->items));
	if (distinct->counts == NULL || distinct->items == NULL)
		return -ENOMEM;
	error = queue_links_init(&distinct->links, max_items);
	return error == 0 ? chains_init(&distinct->by_hash, max_items) : error;
}

void distinct_done(struct distinct *distinct)
{
	free(distinct->counts);
	free(distinct->items);
	queue_links_done(&distinct->links);
	chains_done(&distinct->by_hash);
}

/* The same voter may be there as several kinds: they are kept apart in the chains as well. */
static uint64_t key_of(uint32_t kind, uint64_t hash)
{
	return hash + kind;
}

static bool is_at(const struct distinct *distinct, uint32_t number, uint32_t kind, uint64_t hash)
{
	return distinct->items[number].hash == hash && distinct->items[number].kind == kind;
}

static uint32_t find(const struct distinct *distinct, uint32_t kind, uint64_t hash)
{
	uint32_t number = chains_first(&distinct->by_hash, key_of(kind, hash));

	while (number != 0 && !is_at(distinct, number, kind, hash))
		number = chains_next(&distinct->by_hash, number);
	return number;
}

static void drop_first(struct distinct *distinct)
{
	uint32_t number = distinct->by_time.first;
	const struct distinct_item *item = &distinct->items[number];

	distinct->counts[item->kind]--;
	chains_remove(&distinct->by_hash, key_of(item->kind, item->hash), number);
	queue_remove(&distinct->by_time, &distinct->links, number);
	distinct->links.next[number] = distinct->free;
	distinct->free = number;
}

static uint32_t take_number(struct distinct *distinct)
{
	uint32_t number = distinct->free;

	if (number == 0)
		return ++distinct->used;
	distinct->free = distinct->links.next[number];
	return number;
}

static void add(struct distinct *distinct, uint32_t kind, uint64_t hash, int64_t time_ms)
{
	uint32_t number;

	if (distinct->counts[kind] == distinct->max_of_kind) {
		distinct->refused_total++;
		return;
	}
	number = take_number(distinct);
	distinct->items[number] = (struct distinct_item){hash, time_ms, kind};
	chains_add(&distinct->by_hash, key_of(kind, hash), number);
	queue_append(&distinct->by_time, &distinct->links, number);
	distinct->counts[kind]++;
}

void distinct_add(struct distinct *distinct, uint32_t kind, uint64_t hash, int64_t time_ms)
{
	uint32_t number = find(distinct, kind, hash);

	if (number == 0) {
		add(distinct, kind, hash, time_ms);
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
