#include "detect/handshakes.h"

#include <errno.h>

#include "base/border.h"
#include "detect/handshakes_private.h"

int handshakes_init(struct handshakes *handshakes, const struct handshakes_options *options)
{
	size_t max = options->max_pending;
	size_t count = max + 1 + answers_rows(max);
	int error;

	*handshakes = (struct handshakes){.options = *options, .next_id = 1, .next_order = 1};
	/* Untouched pages of a fresh zeroed array cost no memory. */
	handshakes->memory = calloc(count + 1, sizeof(*handshakes->entries));
	handshakes->connections = calloc(max + 1, sizeof(*handshakes->connections));
	handshakes->refused = calloc(max + 1, sizeof(*handshakes->refused));
	if (handshakes->memory == NULL || handshakes->connections == NULL ||
	    handshakes->refused == NULL)
		return -ENOMEM;
	handshakes->entries = border_in(handshakes->memory, sizeof(*handshakes->entries));
	handshakes->first_answer = (uint32_t)max + 1;
	error = answers_init(&handshakes->answers, handshakes->entries + max + 1, max);
	if (error == 0)
		error = queue_links_init(&handshakes->links, max);
	for (size_t i = 0; error == 0 && i < KEY_COUNT; i++)
		error = chains_init(&handshakes->by_key[i], max);
	if (error == 0)
		error = changes_init(&handshakes->changes, max);
	if (error < 0)
		return error;
	handshakes->open_by_voter =
	    calloc(HANDSHAKES_OPEN_COUNTERS, sizeof(*handshakes->open_by_voter));
	return handshakes->open_by_voter == NULL ? -ENOMEM : 0;
}

void handshakes_done(struct handshakes *handshakes)
{
	free(handshakes->memory);
	free(handshakes->connections);
	free(handshakes->refused);
	answers_done(&handshakes->answers);
	queue_links_done(&handshakes->links);
	for (size_t i = 0; i < KEY_COUNT; i++)
		chains_done(&handshakes->by_key[i]);
	changes_done(&handshakes->changes);
	free(handshakes->open_by_voter);
}

/* -- the table of open handshakes ------------------------------------------------------------- */

static const struct {
	enum handshake_queue queues[2]; /* a stranger's, a known-good voter's */
	enum outcome ending; /* what silence means */
} waits[HANDSHAKE_STATES] = {
    [HANDSHAKE_CHALLENGED] = {{QUEUE_PATIENT, QUEUE_PATIENT_KNOWN}, OUTCOME_UNANSWERED},
    [HANDSHAKE_LEG] = {{QUEUE_PATIENT, QUEUE_PATIENT_KNOWN}, OUTCOME_INCOMPLETE},
    [HANDSHAKE_UNDECIDED] = {{QUEUE_SOON, QUEUE_SOON_KNOWN}, OUTCOME_REJECTED},
    [HANDSHAKE_TUNNEL] = {{QUEUE_TUNNEL, QUEUE_TUNNEL_KNOWN}, OUTCOME_REJECTED},
    [HANDSHAKE_ANSWERED] = {{QUEUE_ANSWERED, QUEUE_ANSWERED}, OUTCOME_ESTABLISHED},
};

static struct queue *queue_of(struct handshakes *handshakes, uint32_t number)
{
	const struct handshake *handshake = &handshakes->entries[number];

	return &handshakes->queues[waits[handshake->state].queues[handshake->known_good]];
}

void handshakes_chain(struct handshakes *handshakes, uint32_t number)
{
#pragma GCC unroll 3
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		uint64_t key = handshakes_key(handshakes, number, (enum handshake_key)i);

		if (key != 0)
			chains_add(&handshakes->by_key[i], key, number);
	}
}

static void unchain(struct handshakes *handshakes, uint32_t number)
{
#pragma GCC unroll 3
	for (unsigned i = 0; i < KEY_COUNT; i++) {
		uint64_t key = handshakes_key(handshakes, number, (enum handshake_key)i);

		if (key != 0)
			chains_remove(&handshakes->by_key[i], key, number);
	}
}

void handshakes_enqueue(struct handshakes *handshakes, uint32_t number)
{
	queue_append(queue_of(handshakes, number), &handshakes->links, number);
}

void handshakes_free(struct handshakes *handshakes, uint32_t number)
{
	handshakes->links.next[number] = handshakes->free;
	handshakes->free = number;
}

uint32_t handshakes_take_number(struct handshakes *handshakes)
{
	uint32_t number = handshakes->free;

	if (number == 0)
		return ++handshakes->used;
	handshakes->free = handshakes->links.next[number];
	return number;
}

void handshakes_insert(struct handshakes *handshakes, uint32_t number)
{
	handshakes_chain(handshakes, number);
	++*handshakes_open_of(handshakes, handshakes->entries[number].voter);
	handshakes->count++;
}

void handshakes_drop(struct handshakes *handshakes, uint32_t number)
{
	struct handshake *handshake = &handshakes->entries[number];

	handshakes->count--;
	if (handshakes_is_answer(handshakes, number)) {
		answers_end(&handshakes->answers, handshake);
		return;
	}
	changes_note(&handshakes->changes, number);
	unchain(handshakes, number);
	queue_remove(queue_of(handshakes, number), &handshakes->links, number);
	--*handshakes_open_of(handshakes, handshake->voter);
	handshake->state = HANDSHAKE_NONE;
	handshakes_free(handshakes, number);
}

int64_t handshakes_patience_ms(const struct handshakes *handshakes, enum handshake_state state)
{
	switch (state) {
	case HANDSHAKE_ANSWERED:
		return HANDSHAKES_DISORDER_MS;
	case HANDSHAKE_UNDECIDED:
		return HANDSHAKES_SOON_MS;
	case HANDSHAKE_TUNNEL:
		return handshakes->options.tunnel_ms;
	default:
		return handshakes->options.timeout_ms;
	}
}

void handshakes_wait(struct handshakes *handshakes, uint32_t number, enum handshake_state state,
    const struct line *line)
{
	struct handshake *handshake = &handshakes->entries[number];

	if (handshake->order != 0)
		queue_remove(queue_of(handshakes, number), &handshakes->links, number);
	handshake->state = (uint8_t)state;
	handshake->time_ms = line->time_ms;
	handshake->deadline_ms = line->now_ms + handshakes_patience_ms(handshakes, state);
	handshake->known_good = line->voter_number != 0;
	handshake->order = handshakes->next_order++;
	handshakes_enqueue(handshakes, number);
}

/* -- endings ---------------------------------------------------------------------------------- */

enum scheme handshake_scheme(const struct handshake *handshake, enum scheme last)
{
	if (scheme_is_named(last) || handshake == NULL)
		return last;
	if (scheme_is_named(handshake->scheme))
		return handshake->scheme;
	if (last == SCHEME_OTHER || handshake->scheme == SCHEME_OTHER)
		return SCHEME_OTHER;
	if (!handshake->challenged)
		return SCHEME_UNKNOWN;
	if (handshake->has_leg)
		return SCHEME_NTLM;
	return handshake->has_substatus ? SCHEME_KERBEROS : SCHEME_UNKNOWN;
}

void handshakes_tell(struct handshakes *handshakes, const struct sign_in *sign_in)
{
	handshakes->options.on_sign_in(handshakes->options.context, sign_in);
}

/* Got in, and nothing came that would make it a handshake of its own: it only counts. */
static bool is_authenticated(const struct handshake *handshake)
{
	return !handshake->challenged && !handshake->has_leg && !scheme_is_token(handshake->scheme);
}

/* Nothing more came: what that means depends on the state. */
static void end_as(struct handshakes *handshakes, uint32_t number, enum outcome outcome)
{
	const struct handshake *handshake = &handshakes->entries[number];
	struct sign_in sign_in = {.voter = handshake->voter,
	    .time_ms = handshake->time_ms,
	    .outcome = outcome,
	    .scheme = handshake->scheme,
	    .count = 1,
	    .belated = true,
	    .where = handshake->where};

	if (outcome == OUTCOME_ESTABLISHED) {
		sign_in.scheme = handshake_scheme(handshake, handshake->scheme);
		sign_in.authenticated = is_authenticated(handshake);
		sign_in.good = !sign_in.authenticated;
		sign_in.voted = sign_in.authenticated;
	}
	if (outcome == OUTCOME_REJECTED) {
		/* Most failed sign-ins take two lines. */
		sign_in.scheme = handshake_scheme(handshake, handshake->scheme);
		sign_in.count = handshake->failures > 1 ? handshake->failures / 2 : 1;
	}
	handshakes_drop(handshakes, number);
	handshakes_tell(handshakes, &sign_in);
}

void handshakes_end(struct handshakes *handshakes, uint32_t number)
{
	end_as(handshakes, number, waits[handshakes->entries[number].state].ending);
}

void handshakes_cut_short(struct handshakes *handshakes, uint32_t number)
{
	if (waits[handshakes->entries[number].state].ending == OUTCOME_REJECTED)
		end_as(handshakes, number, OUTCOME_INCOMPLETE);
	else
		handshakes_end(handshakes, number);
}

/* The answer that waits longest, by itself or in a queue; 0: none. */
static uint32_t oldest_answer(struct handshakes *handshakes)
{
	uint32_t queued = handshakes->queues[QUEUE_ANSWERED].first;
	uint32_t alone = handshakes_answer_number(handshakes, answers_oldest(&handshakes->answers));

	if (queued == 0 || alone == 0)
		return queued + alone;
	return handshakes->entries[queued].order < handshakes->entries[alone].order ? queued
										    : alone;
}

static uint32_t oldest_of(struct handshakes *handshakes, enum handshake_queue queue)
{
	return queue == QUEUE_ANSWERED ? oldest_answer(handshakes)
				       : handshakes->queues[queue].first;
}

/* Most answers on IIS wait in vain; those that are over at the same time are told together. */
static void expire_answered(struct handshakes *handshakes, int64_t now_ms)
{
	uint32_t number;
	struct sign_in authenticated = {
	    .outcome = OUTCOME_ESTABLISHED, .authenticated = true, .voted = true, .belated = true};

	while ((number = oldest_answer(handshakes)) != 0) {
		const struct handshake *handshake = &handshakes->entries[number];

		if (handshake->deadline_ms >= now_ms)
			break;
		if (is_authenticated(handshake)) {
			handshakes_drop(handshakes, number);
			authenticated.count++;
		} else {
			handshakes_end(handshakes, number);
		}
	}
	if (authenticated.count > 0)
		handshakes_tell(handshakes, &authenticated);
}

void handshakes_expire(struct handshakes *handshakes, int64_t now_ms)
{
	for (size_t i = 0; i < QUEUE_ANSWERED; i++) {
		const struct queue *queue = &handshakes->queues[i];

		while (queue->first != 0 && handshakes->entries[queue->first].deadline_ms < now_ms)
			handshakes_end(handshakes, queue->first);
	}
	expire_answered(handshakes, now_ms);
}

void handshakes_abandon(struct handshakes *handshakes)
{
	uint32_t number;

	for (unsigned i = 0; i < QUEUE_COUNT; i++)
		while ((number = oldest_of(handshakes, (enum handshake_queue)i)) != 0)
			handshakes_cut_short(handshakes, number);
}

/* An answered one has told its outcome; of the others the oldest stranger's goes, and a known-good
 * voter's only where there is nobody else's. */
void handshakes_make_room(struct handshakes *handshakes)
{
	static const enum handshake_queue order[] = {QUEUE_ANSWERED, QUEUE_PATIENT, QUEUE_SOON,
	    QUEUE_TUNNEL, QUEUE_PATIENT_KNOWN, QUEUE_SOON_KNOWN, QUEUE_TUNNEL_KNOWN};

	for (size_t i = 0; i < count_of(order); i++) {
		uint32_t number = oldest_of(handshakes, order[i]);

		if (number == 0)
			continue;
		handshakes->evicted_total += order[i] != QUEUE_ANSWERED;
		handshakes_cut_short(handshakes, number);
		return;
	}
}
