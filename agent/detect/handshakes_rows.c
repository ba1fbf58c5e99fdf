#include <errno.h>

#include "detect/handshakes_private.h"

#define HANDSHAKE_ROW_VERSION 1

static int offer(const struct handshake *handshake, const struct row_sink *sink)
{
	struct row_writer row;

	row_begin(&row, HANDSHAKE_ROW_VERSION);
	row_put(&row, handshake->order, 8);
	row_put(&row, handshake->voter, 8);
	row_put(&row, handshake->request_key, 8);
	row_put(&row, handshake->connection_key, 8);
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

static bool is_known(const struct handshakes *handshakes, const struct handshake *handshake)
{
	uint32_t number = chains_first(&handshakes->by_request, handshake->request_key);

	while (number != 0 && handshakes->entries[number].id != handshake->id)
		number = chains_next(&handshakes->by_request, number);
	return number != 0;
}

int handshakes_restore(struct handshakes *handshakes, uint64_t id, struct view value)
{
	struct row_reader row = row_open(value, HANDSHAKE_ROW_VERSION);
	struct handshake handshake = {.id = id};
	uint32_t number;

	handshake.order = row_get_below(&row, 8, UINT64_MAX);
	handshake.voter = row_get(&row, 8);
	handshake.request_key = row_get(&row, 8);
	handshake.connection_key = row_get(&row, 8);
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
	    id == UINT64_MAX || handshake.order == 0 || is_known(handshakes, &handshake))
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

static uint64_t order_of(const void *context, uint32_t number)
{
	const struct handshakes *handshakes = context;

	return handshakes->entries[number].order;
}

void handshakes_settle(struct handshakes *handshakes)
{
	const struct queue_order order = {order_of, handshakes};

	for (size_t i = 0; handshakes->unsorted && i < QUEUE_COUNT; i++)
		queue_sort(&handshakes->queues[i], &handshakes->links, &order);
	handshakes->unsorted = false;
}

void handshakes_reseed(struct handshakes *handshakes, const struct hash_seed *seed)
{
	handshakes->options.seed = *seed;
	handshakes->agents = (struct memo){0};
}
