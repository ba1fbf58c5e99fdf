#include <errno.h>

#include "detect/handshakes_private.h"
#include "detect/places.h"

/* Version 1 did not say where the requests went, version 2 neither whether the voter was known-good
 * nor what exactly was refused. */
#define HANDSHAKE_ROW_VERSION 3

static int offer(const struct handshakes *handshakes, uint32_t number, const struct row_sink *sink)
{
	const struct handshake *handshake = &handshakes->entries[number];
	struct row_writer row;

	if (handshake->state == HANDSHAKE_NONE)
		return row_offer_gone(sink, 'p', number);
	row_begin(&row, HANDSHAKE_ROW_VERSION);
	row_put(&row, handshake->id, 8);
	row_put(&row, handshake->order, 8);
	row_put(&row, handshake->voter, 8);
	for (unsigned i = 0; i < KEY_COUNT; i++)
		row_put(&row, handshakes_key(handshakes, number, (enum handshake_key)i), 8);
	row_put(&row, (uint64_t)handshake->time_ms, 8);
	row_put(&row, (uint64_t)handshake->deadline_ms, 8);
	row_put(&row, handshake->failures, 4);
	row_put(&row, handshake->state, 1);
	row_put(&row, handshake->scheme, 1);
	row_put(&row, handshake->challenged, 1);
	row_put(&row, handshake->has_leg, 1);
	row_put(&row, handshake->has_token, 1);
	row_put(&row, handshake->has_substatus, 1);
	row_put(&row, handshake->where.host, 1);
	row_put(&row, handshake->where.worker, 1);
	row_put(&row, handshake->known_good, 1);
	row_put(&row, handshakes->refused[number], 8);
	return row_offer(sink, 'p', number, &row);
}

/* Into its chain, behind those that are younger. */
static void chain_by_age(struct handshakes *handshakes, uint32_t number)
{
	struct chains *chains = &handshakes->by_key[KEY_REQUEST];
	uint64_t request = handshakes->entries[number].request;
	uint32_t next = chains_first(chains, request);
	uint32_t younger = 0;

	while (next != 0 && handshakes->entries[next].id > handshakes->entries[number].id) {
		younger = next;
		next = chains_next(chains, next);
	}
	if (younger != 0)
		chains_add_behind(chains, younger, number);
	else
		chains_add(chains, request, number);
}

/* Puts the answers that wait by themselves among the others, which are kept by number: the last
 * first, so that the place in the queue is never behind the one before. */
static void gather(struct handshakes *handshakes)
{
	const struct answers *answers = &handshakes->answers;
	struct queue *queue = &handshakes->queues[QUEUE_ANSWERED];
	uint32_t before = 0;
	uint32_t last = queue->last;

	for (uint64_t i = answers->next; i-- != answers->first;) {
		const struct handshake *answer = answers_at(answers, i);
		uint32_t number;

		if (answer->state == HANDSHAKE_NONE)
			continue;
		number = handshakes_take_number(handshakes);
		handshakes->entries[number] = *answer;
		handshakes->connections[number] = 0;
		for (; last != 0 && handshakes->entries[last].order > answer->order;
		     last = handshakes->links.previous[last])
			before = last;
		queue_insert(queue, &handshakes->links, number, before);
		before = number;
		chain_by_age(handshakes, number);
		++*handshakes_open_of(handshakes, answer->voter);
		changes_note(&handshakes->changes, number);
	}
	answers_clear(&handshakes->answers);
}

int handshakes_save(struct handshakes *handshakes, const struct row_sink *sink)
{
	int error = 0;

	gather(handshakes);
	for (size_t i = 0; error == 0 && i < handshakes->changes.count; i++)
		error = offer(handshakes, handshakes->changes.numbers[i], sink);
	return error == 0 ? changes_offer_left_out(&handshakes->changes, 'p', sink) : error;
}

void handshakes_saved(struct handshakes *handshakes)
{
	changes_clear(&handshakes->changes);
}

void handshakes_offer_all(struct handshakes *handshakes)
{
	changes_note_all(&handshakes->changes, handshakes->used);
}

/* What is kept of a handshake beside its entry. */
struct beside {
	uint64_t connection;
	uint64_t refused;
};

/* False where these are no bytes of offer(). */
static bool read_row(
    struct view value, struct handshake *ret_handshake, struct beside *ret_beside)
{
	uint8_t version;
	struct row_reader row = row_open_any(value, HANDSHAKE_ROW_VERSION, &version);

	ret_handshake->id = row_get_below(&row, 8, UINT64_MAX);
	ret_handshake->order = row_get_below(&row, 8, UINT64_MAX);
	ret_handshake->voter = row_get(&row, 8);
	ret_handshake->request = row_get(&row, 8);
	ret_beside->connection = row_get(&row, 8);
	row_get(&row, 8); /* of both: it follows from these */
	ret_handshake->time_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	ret_handshake->deadline_ms = (int64_t)row_get_below(&row, 8, 2 * ROW_MAX_TIME_MS);
	ret_handshake->failures = (uint32_t)row_get(&row, 4);
	ret_handshake->state = (uint8_t)row_get_below(&row, 1, HANDSHAKE_STATES);
	ret_handshake->scheme = (uint8_t)row_get_below(&row, 1, SCHEME_COUNT);
	ret_handshake->challenged = row_get_below(&row, 1, 2) != 0;
	ret_handshake->has_leg = row_get_below(&row, 1, 2) != 0;
	ret_handshake->has_token = row_get_below(&row, 1, 2) != 0;
	ret_handshake->has_substatus = row_get_below(&row, 1, 2) != 0;
	ret_handshake->where = (struct whereabouts){0};
	if (version >= 2) {
		ret_handshake->where.host = (uint8_t)row_get_below(&row, 1, PLACES_MAX + 1);
		ret_handshake->where.worker = (uint8_t)row_get_below(&row, 1, PLACES_MAX + 1);
	}
	if (version >= 3) {
		ret_handshake->known_good = row_get_below(&row, 1, 2) != 0;
		ret_beside->refused = row_get(&row, 8);
	}
	return row_is_whole(&row) && ret_handshake->state != HANDSHAKE_NONE;
}

int handshakes_restore(struct handshakes *handshakes, uint64_t number, struct view value)
{
	struct handshake handshake = {0};
	struct beside beside = {0};

	if (!read_row(value, &handshake, &beside) || number == 0)
		return -EINVAL;
	if (number > handshakes->options.max_pending) {
		changes_note_left_out(&handshakes->changes, number);
		return 0;
	}
	if (handshakes->entries[number].state != HANDSHAKE_NONE)
		return -EINVAL;
	if (number > handshakes->used)
		handshakes->used = (uint32_t)number;
	handshakes->entries[number] = handshake;
	handshakes->connections[number] = beside.connection;
	handshakes->refused[number] = beside.refused;
	++*handshakes_open_of(handshakes, handshake.voter);
	handshakes->count++;
	if (handshakes->next_id <= handshake.id)
		handshakes->next_id = handshake.id + 1;
	if (handshakes->next_order <= handshake.order)
		handshakes->next_order = handshake.order + 1;
	handshakes->unsettled = true;
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

/* All entries, sorted, in a queue of their own. */
static struct queue sort_all(struct handshakes *handshakes, const struct queue_order *order)
{
	struct queue all = {0};

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

	if (!handshakes->unsettled)
		return;
	all = sort_all(handshakes, &(const struct queue_order){id_of, handshakes});
	for (uint32_t number = all.first; number != 0; number = handshakes->links.next[number])
		handshakes_chain(handshakes, number);
	all = sort_all(handshakes, &(const struct queue_order){order_of, handshakes});
	for (uint32_t number = all.first, next; number != 0; number = next) {
		next = handshakes->links.next[number];
		handshakes_enqueue(handshakes, number);
	}
	for (uint32_t number = 1; number <= handshakes->used; number++)
		if (handshakes->entries[number].state == HANDSHAKE_NONE)
			handshakes_free(handshakes, number);
	handshakes->unsettled = false;
}

void handshakes_reseed(struct handshakes *handshakes, const struct hash_seed *seed)
{
	handshakes->options.seed = *seed;
}
