#include "detect/voters.h"

#include <errno.h>

#include "base/border.h"

#define VOTER_ROW_VERSION 1

static const enum window_counter counters[OPINION_COUNT] = {
    [OPINION_ESTABLISHED] = WINDOW_VOTERS_ESTABLISHED,
    [OPINION_AUTHENTICATED] = WINDOW_VOTERS_AUTHENTICATED,
    [OPINION_REJECTED] = WINDOW_VOTERS_REJECTED,
};

int voters_init(struct voters *voters, const struct voters_options *options)
{
	int error;

	*voters = (struct voters){.options = *options, .next_order = 1};
	/* Untouched pages of a fresh zeroed array cost no memory. */
	voters->memory = calloc(options->max_voters + 2, sizeof(*voters->entries));
	if (voters->memory == NULL)
		return -ENOMEM;
	voters->entries = border_in(voters->memory, sizeof(*voters->entries));
	error = queue_links_init(&voters->links, options->max_voters);
	if (error == 0)
		error = chains_init(&voters->by_hash, options->max_voters);
	if (error == 0)
		error = changes_init(&voters->changes, options->max_voters);
	if (error == 0)
		chains_begin_narrow(&voters->by_hash);
	return error;
}

void voters_done(struct voters *voters)
{
	free(voters->memory);
	queue_links_done(&voters->links);
	chains_done(&voters->by_hash);
	changes_done(&voters->changes);
}

uint32_t voters_look_up(const struct voters *voters, uint64_t hash)
{
	uint32_t number = chains_first(&voters->by_hash, hash);

	/* What a vote will touch is not in the caches either: it is fetched beside the entry. */
	__builtin_prefetch(&voters->links.next[number]);
	__builtin_prefetch(&voters->links.previous[number]);
	while (number != 0 && voters->entries[number].hash != hash)
		number = chains_next(&voters->by_hash, number);
	return number;
}

static void take_opinion_back(struct voter *voter, struct window *window)
{
	if (voter->opinion != OPINION_NONE)
		window_take(window, voter->opinion_ms, counters[voter->opinion]);
	voter->opinion = OPINION_NONE;
}

static void drop(struct voters *voters, struct window *window, uint32_t number)
{
	struct voter *voter = &voters->entries[number];

	take_opinion_back(voter, window);
	changes_note(&voters->changes, number);
	chains_remove(&voters->by_hash, voter->hash, number);
	queue_remove(&voters->by_good, &voters->links, number);
	*voter = (struct voter){0};
	voters->links.next[number] = voters->free;
	voters->free = number;
	voters->count--;
}

/* Makes an entry findable by its hash. */
static void chain(struct voters *voters, uint32_t number)
{
	chains_add(&voters->by_hash, voters->entries[number].hash, number);
	voters->count++;
	if (!chains_are_crowded(&voters->by_hash, voters->count))
		return;
	chains_widen(&voters->by_hash);
	for (uint32_t other = 1; other <= voters->used; other++)
		if (voters->entries[other].hash != 0)
			chains_add(&voters->by_hash, voters->entries[other].hash, other);
}

static uint32_t add(struct voters *voters, uint64_t hash)
{
	uint32_t number = voters->free;

	if (number != 0)
		voters->free = voters->links.next[number];
	else
		number = ++voters->used;
	voters->entries[number] = (struct voter){.hash = hash};
	chain(voters, number);
	queue_append(&voters->by_good, &voters->links, number);
	return number;
}

static uint32_t admit(struct voters *voters, struct window *window, uint64_t hash)
{
	if (voters->count == voters->options.max_voters) {
		drop(voters, window, voters->by_good.first);
		voters->evicted_total++;
	}
	return add(voters, hash);
}

static void refresh(struct voters *voters, uint32_t number, int64_t time_ms)
{
	struct voter *voter = &voters->entries[number];

	if (voter->order == 0 || time_ms > voter->good_ms)
		voter->good_ms = time_ms;
	/* Where it stands last already, as whoever comes twice in a row does, it stays there. */
	if (voters->by_good.last == number && voter->order != 0)
		return;
	voter->order = voters->next_order++ & VOTER_MAX_ORDER;
	queue_remove(&voters->by_good, &voters->links, number);
	queue_append(&voters->by_good, &voters->links, number);
}

/* Whether the window counts the voter already as it would after the vote: the same opinion at the
 * same time, or within the bucket of now. */
static bool counts_so(
    const struct voter *voter, const struct window *window, const struct vote *vote)
{
	return voter->opinion == (unsigned)vote->opinion &&
	    (voter->opinion_ms == vote->time_ms ||
		(voter->opinion_ms >= window->now_from_ms && vote->time_ms >= window->now_from_ms));
}

static void take_opinion(struct voter *voter, struct window *window, const struct vote *vote)
{
	bool stands =
	    vote->belated ? voter->opinion_ms >= vote->time_ms : voter->opinion_ms > vote->time_ms;

	if (vote->claimed && voter->opinion == OPINION_REJECTED &&
	    window_holds(window, voter->opinion_ms))
		return;

	if ((voter->opinion != OPINION_NONE && stands) || !window_holds(window, vote->time_ms))
		return;
	if (counts_so(voter, window, vote)) {
		voter->opinion_ms = vote->time_ms;
		return;
	}
	take_opinion_back(voter, window);
	voter->opinion = (unsigned)vote->opinion & (OPINION_COUNT - 1);
	voter->opinion_ms = vote->time_ms;
	window_add(window, vote->time_ms, counters[vote->opinion], 1);
}

/* An old log that is read beside today's neither fills the table with those who are forgotten nor
 * makes anybody younger. */
static bool is_good(
    const struct voters *voters, const struct window *window, const struct vote *vote)
{
	return vote->good &&
	    (voters->keeps_old || window->now == 0 ||
		vote->time_ms >= window->now_from_ms - voters->options.known_good_for_ms);
}

bool voters_vote(struct voters *voters, struct window *window, const struct vote *vote)
{
	uint32_t number = voters_find(voters, vote->voter, vote->number);
	bool good = is_good(voters, window, vote);

	if (number == 0 && !good)
		return false;
	if (number != 0 && !vote->good && !voters->keeps_old &&
	    vote->time_ms - voters->entries[number].good_ms > voters->options.known_good_for_ms) {
		drop(voters, window, number);
		return false;
	}
	if (number == 0)
		number = admit(voters, window, vote->voter);
	if (good)
		refresh(voters, number, vote->time_ms);
	take_opinion(&voters->entries[number], window, vote);
	changes_note(&voters->changes, number);
	return true;
}

void voters_expire(struct voters *voters, struct window *window, int64_t now_ms)
{
	int64_t oldest_ms = now_ms - voters->options.known_good_for_ms;

	if (voters->keeps_old)
		return;
	while (voters->by_good.first != 0 &&
	    voters->entries[voters->by_good.first].good_ms < oldest_ms)
		drop(voters, window, voters->by_good.first);
}

void voters_set_back(struct voters *voters, const struct window *window, int64_t now_ms)
{
	for (uint32_t number = 1; number <= voters->used; number++) {
		struct voter *voter = &voters->entries[number];
		/* What left the window, or was to be forgotten, does not come back. */
		bool is_over = voter->opinion != OPINION_NONE &&
		    !window_holds(window, voter->opinion_ms);

		if (!is_over && voter->good_ms <= now_ms && voter->opinion_ms <= now_ms)
			continue;
		if (is_over)
			voter->opinion = OPINION_NONE;
		if (voter->good_ms > now_ms)
			voter->good_ms = now_ms;
		if (voter->opinion_ms > now_ms)
			voter->opinion_ms = now_ms;
		changes_note(&voters->changes, number);
	}
}

void voters_forget_before(struct voters *voters, struct window *window, int64_t time_ms)
{
	for (uint32_t number = 1; number <= voters->used; number++) {
		struct voter *voter = &voters->entries[number];

		if (voter->opinion == OPINION_NONE || voter->opinion_ms >= time_ms)
			continue;
		take_opinion_back(voter, window);
		changes_note(&voters->changes, number);
	}
}

static int offer(const struct voters *voters, uint32_t number, const struct row_sink *sink)
{
	const struct voter *voter = &voters->entries[number];
	struct row_writer row;

	if (voter->order == 0)
		return row_offer_gone(sink, 'v', number);
	row_begin(&row, VOTER_ROW_VERSION);
	row_put(&row, voter->hash, 8);
	row_put(&row, (uint64_t)voter->good_ms, 8);
	row_put(&row, (uint64_t)voter->opinion_ms, 8);
	row_put(&row, voter->order, 8);
	row_put(&row, voter->opinion, 1);
	return row_offer(sink, 'v', number, &row);
}

int voters_save(const struct voters *voters, const struct row_sink *sink)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < voters->changes.count; i++)
		error = offer(voters, voters->changes.numbers[i], sink);
	return error == 0 ? changes_offer_left_out(&voters->changes, 'v', sink) : error;
}

void voters_saved(struct voters *voters)
{
	changes_clear(&voters->changes);
}

void voters_offer_all(struct voters *voters)
{
	changes_note_all(&voters->changes, voters->used);
}

int voters_restore(struct voters *voters, struct window *window, uint64_t number, struct view value)
{
	struct row_reader row = row_open(value, VOTER_ROW_VERSION);
	struct voter voter = {.hash = row_get(&row, 8)};

	voter.good_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	voter.opinion_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS);
	voter.order = row_get_below(&row, 8, VOTER_MAX_ORDER) & VOTER_MAX_ORDER;
	voter.opinion = row_get_below(&row, 1, OPINION_COUNT) & (OPINION_COUNT - 1);
	if (!row_is_whole(&row) || voter.hash == 0 || voter.order == 0 || number == 0)
		return -EINVAL;
	if (number > voters->options.max_voters) {
		changes_note_left_out(&voters->changes, number);
		return 0;
	}
	if (voters->entries[number].order != 0 || voters_look_up(voters, voter.hash) != 0)
		return -EINVAL;
	if (number > voters->used)
		voters->used = (uint32_t)number;
	voters->entries[number] = voter;
	chain(voters, (uint32_t)number);
	if (voters->next_order <= voter.order)
		voters->next_order = voter.order + 1;
	if (voter.opinion != OPINION_NONE)
		window_restore_count(window, voter.opinion_ms, counters[voter.opinion]);
	voters->unsettled = true;
	return 0;
}

static uint64_t order_of(const void *context, uint32_t number)
{
	const struct voters *voters = context;

	return voters->entries[number].order;
}

void voters_settle(struct voters *voters)
{
	const struct queue_order order = {order_of, voters};

	if (!voters->unsettled)
		return;
	for (uint32_t number = 1; number <= voters->used; number++) {
		if (voters->entries[number].order != 0) {
			queue_append(&voters->by_good, &voters->links, number);
			continue;
		}
		voters->links.next[number] = voters->free;
		voters->free = number;
	}
	queue_sort(&voters->by_good, &voters->links, &order);
	voters->unsettled = false;
}
