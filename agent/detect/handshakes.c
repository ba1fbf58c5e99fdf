#include "detect/handshakes.h"

#include <errno.h>

int handshakes_init(struct handshakes *handshakes, const struct handshakes_options *options)
{
	size_t max = options->max_pending;
	int error;

	*handshakes = (struct handshakes){.options = *options, .next_id = 1, .next_order = 1};
	handshakes->entries = calloc(max + 1, sizeof(*handshakes->entries));
	if (handshakes->entries == NULL)
		return -ENOMEM;
	error = queue_links_init(&handshakes->links, max);
	if (error == 0)
		error = chains_init(&handshakes->by_request, max);
	if (error == 0)
		error = chains_init(&handshakes->by_connection, max);
	if (error == 0)
		error = changes_init(&handshakes->changes, max);
	if (error < 0)
		return error;
	handshakes->open_mask = handshakes->by_request.mask;
	handshakes->open_by_voter =
	    calloc(handshakes->open_mask + 1, sizeof(*handshakes->open_by_voter));
	return handshakes->open_by_voter == NULL ? -ENOMEM : 0;
}

void handshakes_done(struct handshakes *handshakes)
{
	free(handshakes->entries);
	queue_links_done(&handshakes->links);
	chains_done(&handshakes->by_request);
	chains_done(&handshakes->by_connection);
	changes_done(&handshakes->changes);
	free(handshakes->open_by_voter);
}

/* -- the table of open handshakes ------------------------------------------------------------- */

static const struct {
	enum handshake_queue queue;
	enum outcome ending; /* what silence means */
} waits[HANDSHAKE_STATES] = {
    [HANDSHAKE_CHALLENGED] = {QUEUE_PATIENT, OUTCOME_UNANSWERED},
    [HANDSHAKE_LEG] = {QUEUE_PATIENT, OUTCOME_INCOMPLETE},
    [HANDSHAKE_UNDECIDED] = {QUEUE_SOON, OUTCOME_REJECTED},
    [HANDSHAKE_ANSWERED] = {QUEUE_ANSWERED, OUTCOME_ESTABLISHED},
};

static uint32_t *open_of(struct handshakes *handshakes, uint64_t voter)
{
	return &handshakes->open_by_voter[voter & handshakes->open_mask];
}

static struct queue *queue_of(struct handshakes *handshakes, uint32_t number)
{
	return &handshakes->queues[waits[handshakes->entries[number].state].queue];
}

uint32_t handshakes_insert(struct handshakes *handshakes, const struct handshake *handshake)
{
	uint32_t number = handshakes->free;

	if (number != 0)
		handshakes->free = handshakes->links.next[number];
	else
		number = ++handshakes->used;
	handshakes->entries[number] = *handshake;
	chains_add(&handshakes->by_request, handshake->request_key, number);
	if (handshake->connection_key != 0)
		chains_add(&handshakes->by_connection, handshake->connection_key, number);
	queue_append(queue_of(handshakes, number), &handshakes->links, number);
	++*open_of(handshakes, handshake->voter);
	handshakes->count++;
	return number;
}

static void drop(struct handshakes *handshakes, uint32_t number)
{
	struct handshake *handshake = &handshakes->entries[number];

	changes_note_gone(&handshakes->changes, number, handshake->id);
	chains_remove(&handshakes->by_request, handshake->request_key, number);
	if (handshake->connection_key != 0)
		chains_remove(&handshakes->by_connection, handshake->connection_key, number);
	queue_remove(queue_of(handshakes, number), &handshakes->links, number);
	--*open_of(handshakes, handshake->voter);
	*handshake = (struct handshake){0};
	handshakes->links.next[number] = handshakes->free;
	handshakes->free = number;
	handshakes->count--;
}

/* Into the state, at the end of its queue, with all the time that the state gives. */
static void wait_in(struct handshakes *handshakes, uint32_t number, enum handshake_state state,
    const struct line *line)
{
	const int64_t patience_ms[QUEUE_COUNT] = {
	    [QUEUE_PATIENT] = handshakes->options.timeout_ms,
	    [QUEUE_SOON] = HANDSHAKES_SOON_MS,
	    [QUEUE_ANSWERED] = HANDSHAKES_DISORDER_MS,
	};
	struct handshake *handshake = &handshakes->entries[number];

	queue_remove(queue_of(handshakes, number), &handshakes->links, number);
	handshake->state = (uint8_t)state;
	handshake->time_ms = line->time_ms;
	handshake->deadline_ms = line->now_ms + patience_ms[waits[state].queue];
	handshake->order = handshakes->next_order++;
	queue_append(queue_of(handshakes, number), &handshakes->links, number);
}

/* -- endings ---------------------------------------------------------------------------------- */

static bool is_token(enum scheme scheme)
{
	return scheme != SCHEME_UNKNOWN && scheme != SCHEME_NONE;
}

/* A token that tells its scheme; others continue one. */
static bool is_named(enum scheme scheme)
{
	return scheme == SCHEME_KERBEROS || scheme == SCHEME_NTLM || scheme == SCHEME_BASIC;
}

/* The token of the last line tells, or those before it, or how many legs IIS needed. */
static enum scheme scheme_of(const struct handshake *handshake, enum scheme last)
{
	if (is_named(last) || handshake == NULL)
		return last == SCHEME_NONE ? SCHEME_UNKNOWN : last;
	if (is_named(handshake->scheme))
		return handshake->scheme;
	if (last == SCHEME_OTHER || handshake->scheme == SCHEME_OTHER)
		return SCHEME_OTHER;
	if (!handshake->challenged)
		return SCHEME_UNKNOWN;
	if (handshake->legs > 0)
		return SCHEME_NTLM;
	return handshake->has_substatus ? SCHEME_KERBEROS : SCHEME_UNKNOWN;
}

static void tell(struct handshakes *handshakes, const struct sign_in *sign_in)
{
	handshakes->options.on_sign_in(handshakes->options.context, sign_in);
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
	    .belated = true};

	if (outcome == OUTCOME_ESTABLISHED) {
		sign_in.scheme = scheme_of(handshake, handshake->scheme);
		sign_in.authenticated =
		    !handshake->challenged && handshake->legs == 0 && !is_token(handshake->scheme);
		sign_in.good = !sign_in.authenticated;
	}
	if (outcome == OUTCOME_REJECTED) {
		/* Each failed sign-in took two lines or three. */
		sign_in.scheme = scheme_of(handshake, handshake->scheme);
		sign_in.count = handshake->failures > 3 ? handshake->failures / 2 : 1;
	}
	drop(handshakes, number);
	tell(handshakes, &sign_in);
}

static void end(struct handshakes *handshakes, uint32_t number)
{
	end_as(handshakes, number, waits[handshakes->entries[number].state].ending);
}

/* Before its time: then silence does not mean refusal. */
static void cut_short(struct handshakes *handshakes, uint32_t number)
{
	if (handshakes->entries[number].state == HANDSHAKE_UNDECIDED)
		end_as(handshakes, number, OUTCOME_INCOMPLETE);
	else
		end(handshakes, number);
}

void handshakes_expire(struct handshakes *handshakes, int64_t now_ms)
{
	for (size_t i = 0; i < QUEUE_COUNT; i++) {
		const struct queue *queue = &handshakes->queues[i];

		while (queue->first != 0 && handshakes->entries[queue->first].deadline_ms < now_ms)
			end(handshakes, queue->first);
	}
}

void handshakes_abandon(struct handshakes *handshakes)
{
	for (size_t i = 0; i < QUEUE_COUNT; i++)
		while (handshakes->queues[i].first != 0)
			cut_short(handshakes, handshakes->queues[i].first);
}

/* An answered one has told its outcome; of the others the oldest goes. */
static void make_room(struct handshakes *handshakes)
{
	static const enum handshake_queue order[] = {QUEUE_ANSWERED, QUEUE_PATIENT, QUEUE_SOON};

	for (size_t i = 0; i < count_of(order); i++) {
		uint32_t number = handshakes->queues[order[i]].first;

		if (number == 0)
			continue;
		handshakes->evicted_total += order[i] != QUEUE_ANSWERED;
		cut_short(handshakes, number);
		return;
	}
}

/* -- lines ------------------------------------------------------------------------------------ */

/* A line with what was found out about it. */
struct reading {
	const struct line *line;
	enum verdict verdict;
	enum scheme scheme;
	uint64_t request_key;
	uint64_t connection_key;
};

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

/* Who does not know the seed cannot make two of these equal, so they may simply be added up. */
static void make_keys(struct handshakes *handshakes, struct reading *reading)
{
	const struct hash_seed *seed = &handshakes->options.seed;
	const struct record *record = reading->line->record;
	struct view query = record->target;
	struct view path;

	view_cut(&query, '?', &path);
	reading->request_key = reading->line->voter +
			       rotate(memo_hash(&handshakes->agents, seed, record->agent), 21) +
			       rotate(hash_bytes(seed, path), 42);
	if (!view_is_empty(record->connection))
		reading->connection_key =
		    (reading->line->voter + rotate(hash_bytes(seed, record->connection), 11)) | 1;
}

static bool is_question(enum verdict verdict)
{
	return verdict == VERDICT_CHALLENGE || verdict == VERDICT_UNCLEAR;
}

/* The newest open handshake for the same request, on the same connection or on any. */
static uint32_t find_request(
    const struct handshakes *handshakes, const struct reading *reading, bool same_connection)
{
	uint32_t number = chains_first(&handshakes->by_request, reading->request_key);
	uint32_t newest = 0;

	for (; number != 0; number = chains_next(&handshakes->by_request, number)) {
		const struct handshake *handshake = &handshakes->entries[number];

		if (handshake->request_key == reading->request_key &&
		    (!same_connection || handshake->connection_key == reading->connection_key) &&
		    (newest == 0 || handshake->id > handshakes->entries[newest].id))
			newest = number;
	}
	return newest;
}

/* The newest on the same connection, whatever it asked for. */
static uint32_t find_connection(const struct handshakes *handshakes, const struct reading *reading)
{
	uint32_t number = chains_first(&handshakes->by_connection, reading->connection_key);
	uint32_t newest = 0;

	for (; number != 0; number = chains_next(&handshakes->by_connection, number)) {
		const struct handshake *handshake = &handshakes->entries[number];

		if (handshake->connection_key == reading->connection_key &&
		    (newest == 0 || handshake->id > handshakes->entries[newest].id))
			newest = number;
	}
	return newest;
}

/* The open handshake that the line belongs to. A server may close the connection after its 401, so
 * the same request on another connection will do, but a challenge there is another one: a browser
 * asks on six at once. A token on the same connection belongs there whatever it asks for; a
 * question does not, and a passage that nobody vouches for must be to what was refused before. */
static uint32_t find(const struct handshakes *handshakes, const struct reading *reading)
{
	bool named = reading->connection_key != 0;
	uint32_t number = find_request(handshakes, reading, named);

	if (number == 0 && named && reading->verdict != VERDICT_CHALLENGE)
		number = find_request(handshakes, reading, false);
	if (number == 0 && named && !is_question(reading->verdict) &&
	    reading->verdict != VERDICT_PASSAGE)
		number = find_connection(handshakes, reading);
	return number;
}

/* Whether the line begins anew what the open handshake cannot be part of. */
static bool is_outdated(const struct handshake *handshake, const struct reading *reading)
{
	bool logged_late = reading->line->time_ms <= handshake->time_ms;

	if (handshake->state != HANDSHAKE_ANSWERED)
		return is_question(reading->verdict) &&
		       reading->line->time_ms - handshake->time_ms > HANDSHAKES_SOON_MS;
	if (is_question(reading->verdict))
		return !logged_late || handshake->challenged;
	if (reading->verdict == VERDICT_LEG || reading->verdict == VERDICT_TOKEN)
		return !logged_late || handshake->legs > 0;
	return true;
}

static uint32_t begin(struct handshakes *handshakes, const struct reading *reading)
{
	const struct handshake handshake = {.id = handshakes->next_id++,
	    .voter = reading->line->voter,
	    .request_key = reading->request_key,
	    .connection_key = reading->connection_key,
	    .state = HANDSHAKE_CHALLENGED};

	if (handshakes->count == handshakes->options.max_pending)
		make_room(handshakes);
	return handshakes_insert(handshakes, &handshake);
}

static void learn(struct handshake *handshake, const struct reading *reading)
{
	if (handshake->failures < UINT32_MAX)
		handshake->failures++;
	if (is_question(reading->verdict))
		handshake->challenged = true;
	else if (handshake->legs < 2)
		handshake->legs++;
	if (reading->scheme == SCHEME_UNKNOWN ||
	    (reading->scheme == SCHEME_OTHER && is_named(handshake->scheme)))
		return;
	if (reading->scheme != SCHEME_NONE || handshake->scheme == SCHEME_UNKNOWN)
		handshake->scheme = (uint8_t)reading->scheme;
}

static void refuse(struct handshakes *handshakes, uint32_t number, const struct reading *reading)
{
	const struct handshake *handshake = number != 0 ? &handshakes->entries[number] : NULL;
	struct sign_in sign_in = {.voter = reading->line->voter,
	    .time_ms = reading->line->time_ms,
	    .outcome = OUTCOME_REJECTED,
	    .scheme = scheme_of(handshake, reading->scheme),
	    .count = 1};

	/* One leg and a refusal are NTLM; a challenge and a refusal may be anything. */
	if (handshake != NULL && handshake->legs == 0 && !is_named(reading->scheme) &&
	    !is_named(handshake->scheme))
		sign_in.scheme = reading->scheme == SCHEME_OTHER ? SCHEME_OTHER : SCHEME_UNKNOWN;
	if (number != 0)
		drop(handshakes, number);
	tell(handshakes, &sign_in);
}

static bool is_success(int status)
{
	return status >= 200 && status < 400;
}

/* IIS does not promise the order of its lines. */
static bool may_be_early(const struct record *record)
{
	return record->substatus >= 0 || record->win32 >= 0;
}

static void admit(struct handshakes *handshakes, uint32_t number, const struct reading *reading)
{
	const struct record *record = reading->line->record;
	struct sign_in sign_in = {.voter = reading->line->voter,
	    .time_ms = reading->line->time_ms,
	    .outcome = OUTCOME_ESTABLISHED,
	    .count = 1,
	    .authenticated = number == 0 && !is_token(reading->scheme)};

	/* A Basic name that nobody asked for is the client's own claim in some logs. */
	if (sign_in.authenticated)
		sign_in.good = is_success(record->status);
	else
		sign_in.good = number != 0 || reading->scheme != SCHEME_BASIC;
	if (may_be_early(record)) {
		sign_in.count = 0;
		if (number == 0)
			number = begin(handshakes, reading);
		if (is_token(reading->scheme))
			handshakes->entries[number].scheme = (uint8_t)reading->scheme;
		handshakes->entries[number].has_substatus = record->substatus >= 0;
		wait_in(handshakes, number, HANDSHAKE_ANSWERED, reading->line);
		changes_note(&handshakes->changes, number);
	} else {
		sign_in.scheme =
		    scheme_of(number != 0 ? &handshakes->entries[number] : NULL, reading->scheme);
		if (number != 0)
			drop(handshakes, number);
	}
	tell(handshakes, &sign_in);
}

/* What a line does to the open handshake it belongs to. */
static const struct step {
	enum { IGNORE, STAY, WAIT, REFUSE, ADMIT } action;
	enum handshake_state state; /* WAIT: in this one */
} steps[HANDSHAKE_STATES][VERDICT_COUNT] = {
    [HANDSHAKE_NONE][VERDICT_CHALLENGE] = {WAIT, HANDSHAKE_CHALLENGED},
    [HANDSHAKE_NONE][VERDICT_UNCLEAR] = {WAIT, HANDSHAKE_CHALLENGED},
    [HANDSHAKE_NONE][VERDICT_TOKEN] = {WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_NONE][VERDICT_LEG] = {WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_NONE][VERDICT_REFUSAL] = {REFUSE},
    [HANDSHAKE_NONE][VERDICT_ADMISSION] = {ADMIT},

    [HANDSHAKE_CHALLENGED][VERDICT_CHALLENGE] = {STAY},
    [HANDSHAKE_CHALLENGED][VERDICT_UNCLEAR] = {WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_CHALLENGED][VERDICT_TOKEN] = {WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_CHALLENGED][VERDICT_LEG] = {WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_CHALLENGED][VERDICT_REFUSAL] = {REFUSE},
    [HANDSHAKE_CHALLENGED][VERDICT_ADMISSION] = {ADMIT},
    [HANDSHAKE_CHALLENGED][VERDICT_PASSAGE] = {ADMIT},

    [HANDSHAKE_LEG][VERDICT_CHALLENGE] = {STAY},
    [HANDSHAKE_LEG][VERDICT_UNCLEAR] = {WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_LEG][VERDICT_TOKEN] = {WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_LEG][VERDICT_LEG] = {WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_LEG][VERDICT_REFUSAL] = {REFUSE},
    [HANDSHAKE_LEG][VERDICT_ADMISSION] = {ADMIT},
    [HANDSHAKE_LEG][VERDICT_PASSAGE] = {ADMIT},

    [HANDSHAKE_UNDECIDED][VERDICT_CHALLENGE] = {STAY},
    [HANDSHAKE_UNDECIDED][VERDICT_UNCLEAR] = {STAY},
    [HANDSHAKE_UNDECIDED][VERDICT_TOKEN] = {STAY},
    [HANDSHAKE_UNDECIDED][VERDICT_LEG] = {WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_UNDECIDED][VERDICT_REFUSAL] = {REFUSE},
    [HANDSHAKE_UNDECIDED][VERDICT_ADMISSION] = {ADMIT},
    [HANDSHAKE_UNDECIDED][VERDICT_PASSAGE] = {ADMIT},

    [HANDSHAKE_ANSWERED][VERDICT_CHALLENGE] = {STAY},
    [HANDSHAKE_ANSWERED][VERDICT_UNCLEAR] = {STAY},
    [HANDSHAKE_ANSWERED][VERDICT_TOKEN] = {STAY},
    [HANDSHAKE_ANSWERED][VERDICT_LEG] = {STAY},
};

/* IIS: the leg was logged before its challenge. */
static bool is_late_challenge(const struct handshake *handshake, const struct reading *reading)
{
	return handshake->state == HANDSHAKE_LEG && !handshake->challenged &&
	       is_question(reading->verdict);
}

static void go_on(struct handshakes *handshakes, uint32_t number, const struct reading *reading,
    const struct step *step)
{
	if (number == 0)
		number = begin(handshakes, reading);
	if (step->action == WAIT && !is_late_challenge(&handshakes->entries[number], reading))
		wait_in(handshakes, number, step->state, reading->line);
	learn(&handshakes->entries[number], reading);
	changes_note(&handshakes->changes, number);
}

/* Whether there may be an open handshake, or the line may begin one: most lines do neither. */
static bool needs_keys(struct handshakes *handshakes, const struct reading *reading)
{
	return *open_of(handshakes, reading->line->voter) != 0 ||
	       (reading->verdict != VERDICT_ADMISSION && reading->verdict != VERDICT_REFUSAL &&
		   reading->verdict != VERDICT_PASSAGE) ||
	       may_be_early(reading->line->record);
}

void handshakes_line(struct handshakes *handshakes, const struct line *line)
{
	struct reading reading = {.line = line};
	const struct step *step;
	uint32_t number = 0;

	reading.verdict = verdict_of(line->record, &reading.scheme);
	if (reading.verdict == VERDICT_NOTHING)
		return;
	if (needs_keys(handshakes, &reading)) {
		make_keys(handshakes, &reading);
		number = find(handshakes, &reading);
	}
	if (number != 0 && is_outdated(&handshakes->entries[number], &reading)) {
		end(handshakes, number);
		number = 0;
	}
	step = &steps[handshakes->entries[number].state][reading.verdict];
	if (step->action == ADMIT)
		admit(handshakes, number, &reading);
	else if (step->action == REFUSE)
		refuse(handshakes, number, &reading);
	else if (step->action != IGNORE)
		go_on(handshakes, number, &reading, step);
}
