#include "detect/distinct.h"

#include <errno.h>

#define DISTINCT_ROW_VERSION 1

int distinct_init(struct distinct *distinct, size_t kinds, size_t max_of_kind)
{
	size_t max_items = kinds * max_of_kind;
	int error;

	*distinct = (struct distinct){
	    .kinds = kinds, .max_of_kind = max_of_kind, .next_order = 1};
	distinct->counts = calloc(kinds, sizeof(*distinct->counts));
	distinct->items = calloc(max_items + 1, sizeof(*distinct->items));
	if (distinct->counts == NULL || distinct->items == NULL)
		return -ENOMEM;
	error = queue_links_init(&distinct->links, max_items);
	if (error == 0)
		error = changes_init(&distinct->changes, max_items);
	return error == 0 ? chains_init(&distinct->by_hash, max_items) : error;
}

void distinct_done(struct distinct *distinct)
{
	free(distinct->counts);
	free(distinct->items);
	queue_links_done(&distinct->links);
	chains_done(&distinct->by_hash);
	changes_done(&distinct->changes);
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
	struct distinct_item *item = &distinct->items[number];

	distinct->counts[item->kind]--;
	chains_remove(&distinct->by_hash, key_of(item->kind, item->hash), number);
	queue_remove(&distinct->by_time, &distinct->links, number);
	distinct->links.next[number] = distinct->free;
	distinct->free = number;
	item->order = 0;
	changes_note(&distinct->changes, number);
}

static uint32_t take_number(struct distinct *distinct)
{
	uint32_t number = distinct->free;

	if (number == 0)
		return ++distinct->used;
	distinct->free = distinct->links.next[number];
	return number;
}

/* Its place is at the end, but for lines of a log that is late. */
static void enqueue(struct distinct *distinct, uint32_t number, int64_t time_ms)
{
	uint32_t last = distinct->by_time.last;
	uint32_t before = 0;

	for (; last != 0 && distinct->items[last].time_ms > time_ms;
	     last = distinct->links.previous[last])
		before = last;
	distinct->items[number].time_ms = time_ms;
	distinct->items[number].order = distinct->next_order++;
	queue_insert(&distinct->by_time, &distinct->links, number, before);
	changes_note(&distinct->changes, number);
}

static void add(struct distinct *distinct, uint32_t kind, uint64_t hash, int64_t time_ms)
{
	uint32_t number;

	if (distinct->counts[kind] == distinct->max_of_kind) {
		distinct->refused_total++;
		return;
	}
	number = take_number(distinct);
	distinct->items[number] = (struct distinct_item){.hash = hash, .kind = kind};
	chains_add(&distinct->by_hash, key_of(kind, hash), number);
	enqueue(distinct, number, time_ms);
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
	queue_remove(&distinct->by_time, &distinct->links, number);
	enqueue(distinct, number, time_ms);
}

void distinct_expire(struct distinct *distinct, int64_t oldest_ms)
{
	while (distinct->by_time.first != 0 &&
	    distinct->items[distinct->by_time.first].time_ms < oldest_ms)
		drop_first(distinct);
}

void distinct_set_back(struct distinct *distinct, int64_t now_ms)
{
	for (uint32_t number = distinct->by_time.last;
	     number != 0 && distinct->items[number].time_ms > now_ms;
	     number = distinct->links.previous[number]) {
		distinct->items[number].time_ms = now_ms;
		changes_note(&distinct->changes, number);
	}
}

/* -- rows ------------------------------------------------------------------------------------- */

static int offer(const struct distinct *distinct, uint32_t number, const struct row_sink *sink)
{
	const struct distinct_item *item = &distinct->items[number];
	struct row_writer row;

	if (item->order == 0)
		return row_offer_gone(sink, 'd', number);
	row_begin(&row, DISTINCT_ROW_VERSION);
	row_put(&row, distinct->kinds, 4);
	row_put(&row, item->kind, 4);
	row_put(&row, item->hash, 8);
	row_put(&row, (uint64_t)item->time_ms, 8);
	row_put(&row, item->order, 8);
	return row_offer(sink, 'd', number, &row);
}

int distinct_save(const struct distinct *distinct, const struct row_sink *sink)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < distinct->changes.count; i++)
		error = offer(distinct, distinct->changes.numbers[i], sink);
	return error == 0 ? changes_offer_left_out(&distinct->changes, 'd', sink) : error;
}

void distinct_saved(struct distinct *distinct)
{
	changes_clear(&distinct->changes);
}

void distinct_offer_all(struct distinct *distinct)
{
	changes_note_all(&distinct->changes, distinct->used);
}

/* False where these are no bytes of offer(). */
static bool read_row(struct view value, uint64_t *ret_kinds, struct distinct_item *ret_item)
{
	struct row_reader row = row_open(value, DISTINCT_ROW_VERSION);

	*ret_kinds = row_get(&row, 4);
	ret_item->kind = (uint32_t)row_get_below(&row, 4, *ret_kinds);
	ret_item->hash = row_get(&row, 8);
	ret_item->time_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	ret_item->order = row_get_below(&row, 8, UINT64_MAX);
	return row_is_whole(&row) && ret_item->order != 0;
}

int distinct_restore(struct distinct *distinct, uint64_t number, struct view value)
{
	struct distinct_item item;
	uint64_t kinds;

	if (!read_row(value, &kinds, &item) || number == 0)
		return -EINVAL;
	if (number > distinct->kinds * distinct->max_of_kind) {
		changes_note_left_out(&distinct->changes, number);
		return 0;
	}
	if (kinds != distinct->kinds) {
		changes_note(&distinct->changes, (uint32_t)number);
		return 0;
	}
	if (distinct->items[number].order != 0 || find(distinct, item.kind, item.hash) != 0 ||
	    distinct->counts[item.kind] == distinct->max_of_kind)
		return -EINVAL;
	if (number > distinct->used)
		distinct->used = (uint32_t)number;
	distinct->items[number] = item;
	chains_add(&distinct->by_hash, key_of(item.kind, item.hash), (uint32_t)number);
	distinct->counts[item.kind]++;
	if (distinct->next_order <= item.order)
		distinct->next_order = item.order + 1;
	distinct->unsettled = true;
	return 0;
}

static uint64_t time_of(const void *context, uint32_t number)
{
	const struct distinct *distinct = context;

	return (uint64_t)distinct->items[number].time_ms;
}

void distinct_settle(struct distinct *distinct)
{
	if (!distinct->unsettled)
		return;
	for (uint32_t number = 1; number <= distinct->used; number++) {
		if (distinct->items[number].order != 0) {
			queue_append(&distinct->by_time, &distinct->links, number);
			continue;
		}
		distinct->links.next[number] = distinct->free;
		distinct->free = number;
	}
	queue_sort(&distinct->by_time, &distinct->links,
	    &(const struct queue_order){time_of, distinct});
	distinct->unsettled = false;
}
