#include <errno.h>

#include "detect/handshakes_private.h"

#define HANDSHAKE_ROW_VERSION 1

static int offer(const struct handshake *handshake, const struct row_sink *sink)
{
	struct row_writer row;

	row_begin(&row, HANDSHAKE_ROW_VERSION);
	row_put(&row, handshake->order, 8);
	row_put(&row, handshake->voter, 8);
	for (size_t i = 0; i < KEY_COUNT; i++)
		row_put(&row, handshake->keys[i], 8);
	row_put(&row, (uint64_t)handshake->time_ms, 8);
	row_put(&row, (uint64_t)handshake->deadline_ms, 8);
	row_put(&row, handshake->failures, 4);
	row_put(&row, handshake->state, 1);
	row_put(&row, handshake->scheme, 1);
	row_put(&row, handshake->challenged, 1);
	row_put(&row, handshake->has_leg, 1);
	row_put(&row, handshake->has_token, 1);
	row_put(&row, handshake->has_substatus, 1);
	return row_offer(sink, 'p', handshake->id, &row);
}

int handshakes_save(struct handshakes *handshakes, const struct row_sink *sink)
{
	struct changes *changes = &handshakes->changes;
	int error = 0;

	changes_begin(changes);
	for (size_t i = 0; error == 0 && i < changes->gone_count; i++)
		error = row_offer_gone(sink, 'p', changes->gone[i]);
	for (size_t i = 0; error == 0 && i < changes->changed_count; i++) {
		const struct handshake *handshake = &handshakes->entries[changes->changed[i]];

		if (handshake->state != HANDSHAKE_NONE)
			error = offer(handshake, sink);
	}
	return error;
}

void handshakes_saved(struct handshakes *handshakes)
{
	changes_end(&handshakes->changes);
}

void handshakes_offer_all(struct handshakes *handshakes)
{
	changes_lost(&handshakes->changes);
	for (uint32_t number = 1; number <= handshakes->used; number++)
		if (handshakes->entries[number].state != HANDSHAKE_NONE)
			changes_note(&handshakes->changes, number);
}

int handshakes_restore(struct handshakes *handshakes, uint64_t id, struct view value)
{
	struct row_reader row = row_open(value, HANDSHAKE_ROW_VERSION);
	struct handshake handshake = {.id = id};
	uint32_t number;

	handshake.order = row_get_below(&row, 8, UINT64_MAX);
	handshake.voter = row_get(&row, 8);
	for (size_t i = 0; i < KEY_COUNT; i++)
		handshake.keys[i] = row_get(&row, 8);
	handshake.time_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	handshake.deadline_ms = (int64_t)row_get_below(&row, 8, 2 * ROW_MAX_TIME_MS);
	handshake.failures = (uint32_t)row_get(&row, 4);
	handshake.state = (uint8_t)row_get_below(&row, 1, HANDSHAKE_STATES);
	handshake.scheme = (uint8_t)row_get_below(&row, 1, SCHEME_COUNT);
	handshake.challenged = row_get_below(&row, 1, 2) != 0;
	handshake.has_leg = row_get_below(&row, 1, 2) != 0;
	handshake.has_token = row_get_below(&row, 1, 2) != 0;
	handshake.has_substatus = row_get_below(&row, 1, 2) != 0;
	if (!row_is_whole(&row) || handshake.state == HANDSHAKE_NONE || id == 0 ||
	    id == UINT64_MAX || handshake.order == 0)
		return -EINVAL;
	if (handshakes->count == handshakes->options.max_pending) {
		handshakes->evicted_total++; /* the table was larger when this was written */
		return 0;
	}
	number = handshakes_insert(handshakes, &handshake);
	if (handshakes->next_id <= id)
		handshakes->next_id = id + 1;
	if (handshakes->next_order <= handshake.order)
		handshakes->next_order = handshake.order + 1;
	changes_note_stored(&handshakes->changes, number);
	handshakes->unsorted = true;
	return 0;
}

static uint64_t id_of(const void *context, uint32_t number)
{
	const struct handshakes *handshakes = context;

	return handshakes->entries[number].id;
}

static uint64_t order_of(const void *context, uint32_t number)
{
	const struct handshakes *handshakes = context;

	return handshakes->entries[number].order;
}

/* All entries in one queue; the queues they were in are undone. */
static struct queue sort_all(struct handshakes *handshakes, const struct queue_order *order)
{
	struct queue all = {0};

	memset(handshakes->queues, 0, sizeof(handshakes->queues));
	for (uint32_t number = 1; number <= handshakes->used; number++)
		if (handshakes->entries[number].state != HANDSHAKE_NONE)
			queue_append(&all, &handshakes->links, number);
	queue_sort(&all, &handshakes->links, order);
	return all;
}

/* Chains in order of birth, queues in that of waiting. */
void handshakes_settle(struct handshakes *handshakes)
{
	struct queue all;

	if (!handshakes->unsorted)
		return;
	all = sort_all(handshakes, &(const struct queue_order){id_of, handshakes});
	for (size_t i = 0; i < KEY_COUNT; i++)
		chains_clear(&handshakes->by_key[i]);
	for (uint32_t number = all.first; number != 0; number = handshakes->links.next[number])
		handshakes_chain(handshakes, number);
	all = sort_all(handshakes, &(const struct queue_order){order_of, handshakes});
	for (uint32_t number = all.first, next; number != 0; number = next) {
		next = handshakes->links.next[number];
		handshakes_enqueue(handshakes, number);
	}
	handshakes->unsorted = false;
}

void handshakes_reseed(struct handshakes *handshakes, const struct hash_seed *seed)
{
	handshakes->options.seed = *seed;
	handshakes->agents = (struct memo){0};
}
