#include "detect/seen.h"

#include <errno.h>

#define SEEN_ROW_VERSION 1
#define ROW_HASHES       128
#define MAX_ROWS         (UINT64_C(1) << 32)
#define MAX_FRESH        65536
#define FIRST_CAPACITY   32

void seen_init(struct seen *seen)
{
	*seen = (struct seen){0};
}

void seen_done(struct seen *seen)
{
	for (size_t i = 0; i < SEEN_SHARDS; i++)
		free(seen->shards[i].slots);
	free(seen->fresh);
}

/* Where the hash is, or the free slot where it goes. */
static uint64_t *slot_of(const struct seen_shard *shard, uint64_t hash)
{
	uint32_t slot = (uint32_t)(((hash >> 32) * shard->capacity) >> 32);

	while (shard->slots[slot] != 0 && shard->slots[slot] != hash)
		slot = slot + 1 == shard->capacity ? 0 : slot + 1;
	return &shard->slots[slot];
}

/* Each shard grows alone, so that the old slots beside the new ones are few. */
static int grow(struct seen_shard *shard)
{
	struct seen_shard grown = {.count = shard->count};

	grown.capacity = shard->capacity < FIRST_CAPACITY ? FIRST_CAPACITY
							  : shard->capacity + shard->capacity / 2;
	grown.slots = calloc(grown.capacity, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < shard->capacity; i++)
		if (shard->slots[i] != 0)
			*slot_of(&grown, shard->slots[i]) = shard->slots[i];
	free(shard->slots);
	*shard = grown;
	return 0;
}

/* True where it was not there before and is now. */
static bool insert(struct seen *seen, uint64_t hash)
{
	struct seen_shard *shard = &seen->shards[hash % SEEN_SHARDS];
	uint64_t *slot = shard->capacity > 0 ? slot_of(shard, hash) : NULL;

	if ((slot != NULL && *slot == hash) || seen->count == SEEN_MAX)
		return false;
	if (slot == NULL || shard->count >= shard->capacity / 5 * 4) {
		if (grow(shard) < 0)
			return false;
		slot = slot_of(shard, hash);
	}
	*slot = hash;
	shard->count++;
	seen->count++;
	return true;
}

static bool make_room(struct seen *seen)
{
	size_t capacity = seen->fresh_capacity == 0 ? ROW_HASHES : seen->fresh_capacity * 2;
	uint64_t *grown;

	if (seen->fresh_count < seen->fresh_capacity)
		return true;
	if (capacity > MAX_FRESH)
		return false;
	grown = realloc(seen->fresh, capacity * sizeof(*grown));
	if (grown == NULL)
		return false;
	seen->fresh = grown;
	seen->fresh_capacity = capacity;
	return true;
}

void seen_add(struct seen *seen, uint64_t hash)
{
	if (!insert(seen, hash) || seen->all_fresh)
		return;
	if (make_room(seen))
		seen->fresh[seen->fresh_count++] = hash;
	else
		seen->all_fresh = true;
}

static int offer(const struct row_sink *sink, uint64_t name, const uint64_t *hashes, size_t count)
{
	struct row_writer row;

	row_begin(&row, SEEN_ROW_VERSION);
	for (size_t i = 0; i < count; i++)
		row_put(&row, hashes[i], 8);
	return row_offer(sink, 'n', name, &row);
}

static uint64_t rows_for(size_t count)
{
	return (count + ROW_HASHES - 1) / ROW_HASHES;
}

/* The whole set in as few rows as hold it; those that were more go. */
static int save_all(const struct seen *seen, const struct row_sink *sink)
{
	uint64_t hashes[ROW_HASHES];
	size_t count = 0;
	uint64_t name = 0;
	int error = 0;

	for (size_t i = 0; i < SEEN_SHARDS; i++)
		for (uint32_t j = 0; error == 0 && j < seen->shards[i].capacity; j++) {
			if (seen->shards[i].slots[j] == 0)
				continue;
			hashes[count++] = seen->shards[i].slots[j];
			if (count < ROW_HASHES)
				continue;
			error = offer(sink, name++, hashes, count);
			count = 0;
		}
	if (error == 0 && count > 0)
		error = offer(sink, name++, hashes, count);
	while (error == 0 && name < seen->next_row + rows_for(seen->fresh_count))
		error = row_offer_gone(sink, 'n', name++);
	return error;
}

int seen_save(struct seen *seen, const struct row_sink *sink)
{
	int error = 0;

	if (seen->all_fresh)
		return save_all(seen, sink);
	if (seen->fresh_count == seen->fresh_saved)
		return 0;
	for (size_t i = 0; error == 0 && i < seen->fresh_count; i += ROW_HASHES) {
		size_t left = seen->fresh_count - i;

		error = offer(sink, seen->next_row + i / ROW_HASHES, seen->fresh + i,
		    left < ROW_HASHES ? left : ROW_HASHES);
	}
	return error;
}

void seen_saved(struct seen *seen)
{
	size_t full = seen->fresh_count / ROW_HASHES * ROW_HASHES;

	if (seen->all_fresh) {
		seen->next_row = rows_for(seen->count);
		seen->fresh_count = 0;
		full = 0;
	}
	seen->all_fresh = false;
	seen->fresh_count -= full;
	seen->next_row += full / ROW_HASHES;
	if (full > 0)
		memmove(seen->fresh, seen->fresh + full, seen->fresh_count * sizeof(*seen->fresh));
	seen->fresh_saved = seen->fresh_count;
}

void seen_offer_all(struct seen *seen)
{
	seen->all_fresh = true;
}

int seen_restore(struct seen *seen, uint64_t name, struct view value)
{
	struct row_reader row = row_open(value, SEEN_ROW_VERSION);
	size_t count = row.rest.length / 8;
	struct row_reader check = row;

	if (row.broken || row.rest.length % 8 != 0 || count == 0 || count > ROW_HASHES ||
	    name >= MAX_ROWS)
		return -EINVAL;
	for (size_t i = 0; i < count; i++)
		if (row_get(&check, 8) == 0)
			return -EINVAL;
	for (size_t i = 0; i < count; i++)
		insert(seen, row_get(&row, 8));
	if (seen->next_row <= name)
		seen->next_row = name + 1;
	return 0;
}
