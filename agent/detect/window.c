#include "detect/window.h"

#include <errno.h>

/* Version 1 had the first counters only, and did not say how many. */
#define WINDOW_ROW_VERSION     2
#define WINDOW_ROW_OLD_VERSION 1

int window_init(struct window *window, int64_t window_ms, size_t signature_count)
{
	int64_t bucket_ms = window_ms / WINDOW_BUCKETS;

	*window = (struct window){.bucket_ms = bucket_ms > 0 ? bucket_ms : 1,
	    .now_from_ms = INT64_MAX,
	    .counter_count = WINDOW_SIGNALS + signature_count};
	if (signature_count > WINDOW_MAX_SIGNALS)
		return -EINVAL;
	window->sums = calloc(window->counter_count, sizeof(*window->sums));
	window->counts = calloc(WINDOW_BUCKETS * window->counter_count, sizeof(*window->counts));
	if (window->sums == NULL || window->counts == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < WINDOW_BUCKETS; i++)
		window->buckets[i].counts = window->counts + i * window->counter_count;
	return 0;
}

void window_done(struct window *window)
{
	free(window->sums);
	free(window->counts);
}

/* Most lines are of the newest bucket, which spares them the division. */
static int64_t number_at(const struct window *window, int64_t time_ms)
{
	if (time_ms >= window->now_from_ms && time_ms - window->now_from_ms < window->bucket_ms)
		return window->now;
	return time_ms / window->bucket_ms + 1;
}

static void set_now(struct window *window, int64_t number)
{
	window->now = number;
	window->now_from_ms = (number - 1) * window->bucket_ms;
}

static bool is_inside(const struct window *window, int64_t number)
{
	return number <= window->now && number > window->now - WINDOW_BUCKETS;
}

bool window_holds(const struct window *window, int64_t time_ms)
{
	return time_ms >= window->floor_ms && is_inside(window, number_at(window, time_ms));
}

static void begin_bucket(const struct window *window, struct window_bucket *bucket, int64_t number)
{
	bucket->number = number;
	memset(bucket->counts, 0, window->counter_count * sizeof(*bucket->counts));
}

static struct window_bucket *bucket_at(struct window *window, int64_t number)
{
	return &window->buckets[number % WINDOW_BUCKETS];
}

void window_add(struct window *window, int64_t time_ms, size_t counter, uint32_t count)
{
	int64_t number = number_at(window, time_ms);
	struct window_bucket *bucket = bucket_at(window, number);

	if (!window_holds(window, time_ms))
		return;
	if (bucket->number != number)
		begin_bucket(window, bucket, number);
	bucket->counts[counter] += count;
	bucket->changed = true;
	window->sums[counter] += count;
}

void window_take(struct window *window, int64_t time_ms, size_t counter)
{
	int64_t number = number_at(window, time_ms);
	struct window_bucket *bucket = bucket_at(window, number);

	if (!window_holds(window, time_ms) || bucket->number != number ||
	    bucket->counts[counter] == 0)
		return;
	bucket->counts[counter]--;
	window->sums[counter]--;
}

static void drop_bucket(struct window *window, struct window_bucket *bucket)
{
	for (size_t i = 0; i < window->counter_count; i++)
		window->sums[i] -= bucket->counts[i];
	bucket->number = 0;
}

void window_advance(struct window *window, int64_t now_ms)
{
	int64_t first = window->now - WINDOW_BUCKETS + 1;
	int64_t now = number_at(window, now_ms);

	if (now == window->now)
		return;
	for (int64_t number = first > 1 ? first : 1;
	     number <= now - WINDOW_BUCKETS && number <= window->now; number++)
		if (bucket_at(window, number)->number == number)
			drop_bucket(window, bucket_at(window, number));
	set_now(window, now);
}

void window_forget_before(struct window *window, int64_t time_ms)
{
	if (time_ms <= window->floor_ms)
		return;
	window->floor_ms = time_ms;
	for (size_t i = 0; i < WINDOW_BUCKETS; i++) {
		struct window_bucket *bucket = &window->buckets[i];

		if (!is_inside(window, bucket->number) ||
		    bucket->number >= number_at(window, time_ms))
			continue;
		for (size_t j = WINDOW_REJECTED_STRANGERS; j < window->counter_count; j++) {
			window->sums[j] -= bucket->counts[j];
			bucket->counts[j] = 0;
		}
		bucket->changed = true;
	}
}

/* Its row, too: the clock may come by its time again. */
static void empty(const struct window *window, struct window_bucket *bucket)
{
	begin_bucket(window, bucket, 0);
	bucket->changed = true;
}

/* Where a window's length lies between them both have the same place. */
static struct window_bucket *take_place(struct window *window, int64_t number)
{
	struct window_bucket *bucket = bucket_at(window, number);

	if (bucket->number < number)
		begin_bucket(window, bucket, number);
	bucket->number = number;
	bucket->changed = true;
	return bucket;
}

void window_set_back(struct window *window, int64_t now_ms)
{
	int64_t now = number_at(window, now_ms);
	struct window_bucket *last;

	if (window->floor_ms > now_ms)
		window->floor_ms = now_ms;
	if (now >= window->now)
		return;
	for (size_t i = 0; i < WINDOW_BUCKETS; i++)
		if (!is_inside(window, window->buckets[i].number))
			empty(window, &window->buckets[i]);
	last = take_place(window, now);
	for (size_t i = 0; i < WINDOW_BUCKETS; i++) {
		struct window_bucket *bucket = &window->buckets[i];

		if (bucket->number <= now)
			continue;
		for (size_t j = 0; j < window->counter_count; j++)
			last->counts[j] += bucket->counts[j];
		empty(window, bucket);
	}
	set_now(window, now);
}

void window_restart(struct window *window, int64_t now_ms)
{
	for (size_t i = 0; i < WINDOW_BUCKETS; i++)
		empty(window, &window->buckets[i]);
	memset(window->sums, 0, window->counter_count * sizeof(*window->sums));
	window->floor_ms = 0;
	set_now(window, number_at(window, now_ms));
}

int window_save(const struct window *window, char kind, const struct row_sink *sink)
{
	struct row_writer row;
	int error = 0;

	for (uint64_t slot = 0; error == 0 && slot < WINDOW_BUCKETS; slot++) {
		const struct window_bucket *bucket = &window->buckets[slot];

		if (!bucket->changed)
			continue;
		row_begin(&row, WINDOW_ROW_VERSION);
		row_put(&row, (uint64_t)window->bucket_ms, 8);
		row_put(&row, (uint64_t)bucket->number, 8);
		row_put(&row, window->counter_count, 2);
		row_put(&row, WINDOW_SIGNALS, 2);
		for (size_t i = WINDOW_REJECTED_STRANGERS; i < window->counter_count; i++)
			row_put(&row, bucket->counts[i], 4);
		error = row_offer(sink, kind, slot, &row);
	}
	return error;
}

void window_saved(struct window *window)
{
	for (size_t i = 0; i < WINDOW_BUCKETS; i++)
		window->buckets[i].changed = false;
}

void window_offer_all(struct window *window)
{
	for (size_t i = 0; i < WINDOW_BUCKETS; i++)
		window->buckets[i].changed = true;
}

/* That bucket, where no later one has its place already, and it is from no later than now. */
static struct window_bucket *restore_bucket(struct window *window, int64_t number)
{
	struct window_bucket *bucket = bucket_at(window, number);

	if (bucket->number > number || (window->now != 0 && number > window->now))
		return NULL;
	if (bucket->number < number)
		begin_bucket(window, bucket, number);
	return bucket;
}

/* While nobody knows when the window is nothing is in the sums: window_restore_now() makes them. */
static void restore_count(
    struct window *window, const struct window_bucket *bucket, size_t counter, uint32_t count)
{
	if (is_inside(window, bucket->number))
		window->sums[counter] += (uint64_t)count - bucket->counts[counter];
	bucket->counts[counter] = count;
}

/* What a row said. */
struct stored_bucket {
	int64_t bucket_ms;
	int64_t number;
	size_t count; /* of all counters */
	size_t others; /* of those, the ones that are no signals */
	uint32_t counts[WINDOW_SIGNALS + WINDOW_MAX_SIGNALS];
};

static bool read_bucket(struct view value, struct stored_bucket *ret_bucket)
{
	struct row_reader row = row_open(value, WINDOW_ROW_VERSION);
	bool is_old = row.broken;

	if (is_old)
		row = row_open(value, WINDOW_ROW_OLD_VERSION);
	ret_bucket->bucket_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	ret_bucket->number = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	ret_bucket->count = (size_t)row_get_below(&row, 2, count_of(ret_bucket->counts) + 1);
	ret_bucket->others =
	    is_old ? WINDOW_COUNTERS_OF_VERSION_1
		   : (size_t)row_get_below(&row, 2, WINDOW_SIGNALS + 1);
	for (size_t i = WINDOW_REJECTED_STRANGERS; i < ret_bucket->count; i++)
		ret_bucket->counts[i] = (uint32_t)row_get(&row, 4);
	return row_is_whole(&row) && ret_bucket->count >= ret_bucket->others &&
	    ret_bucket->others >= WINDOW_COUNTERS_OF_VERSION_1;
}

static void restore_counts(struct window *window, const struct window_bucket *bucket,
    const struct stored_bucket *stored)
{
	size_t signals = stored->count - stored->others;

	for (size_t i = WINDOW_REJECTED_STRANGERS; i < stored->others; i++)
		restore_count(window, bucket, i, stored->counts[i]);
	if (signals != window->counter_count - WINDOW_SIGNALS)
		return;
	for (size_t i = 0; i < signals; i++)
		restore_count(
		    window, bucket, WINDOW_SIGNALS + i, stored->counts[stored->others + i]);
}

/* Buckets of another width mean nothing here, and after a change of the signatures neither do
 * their counts: both are left out. */
int window_restore(struct window *window, uint64_t slot, struct view value)
{
	struct stored_bucket stored = {0};
	const struct window_bucket *bucket;

	if (!read_bucket(value, &stored) || slot >= WINDOW_BUCKETS ||
	    (stored.number != 0 && slot != (uint64_t)(stored.number % WINDOW_BUCKETS)))
		return -EINVAL;
	if (stored.bucket_ms != window->bucket_ms || stored.number == 0)
		return 0;
	bucket = restore_bucket(window, stored.number);
	if (bucket != NULL)
		restore_counts(window, bucket, &stored);
	return 0;
}

void window_restore_count(struct window *window, int64_t time_ms, size_t counter)
{
	const struct window_bucket *bucket = restore_bucket(window, number_at(window, time_ms));

	if (bucket != NULL)
		restore_count(window, bucket, counter, bucket->counts[counter] + 1);
}

void window_restore_now(struct window *window, int64_t now_ms)
{
	set_now(window, number_at(window, now_ms));
	memset(window->sums, 0, window->counter_count * sizeof(*window->sums));
	for (size_t i = 0; i < WINDOW_BUCKETS; i++) {
		if (window->buckets[i].number > window->now)
			begin_bucket(window, &window->buckets[i], 0);
		if (!is_inside(window, window->buckets[i].number))
			continue;
		for (size_t j = 0; j < window->counter_count; j++)
			window->sums[j] += window->buckets[i].counts[j];
	}
}
