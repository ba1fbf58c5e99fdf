#include "detect/handshakes_private.h"

/* A line with what was found out about it. */
struct reading {
	const struct line *line;
	struct finding finding;
	uint64_t keys[KEY_COUNT];
};

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

/* Without the query, which follows "?", or a space where IIS logged it in a column of its own. */
static struct view path_of(struct view target)
{
	const char *mark;

	if (view_is_empty(target))
		return target;
	mark = memchr(target.data, '?', target.length);
	if (mark != NULL)
		target.length = (size_t)(mark - target.data);
	mark = memchr(target.data, ' ', target.length);
	if (mark != NULL)
		target.length = (size_t)(mark - target.data);
	return target;
}

/* Who does not know the seed cannot make two of these equal, so they may simply be added up. */
static void make_keys(const struct handshakes *handshakes, struct reading *reading)
{
	const struct hash_seed *seed = &handshakes->options.seed;
	const struct record *record = reading->line->record;
	uint64_t *keys = reading->keys;
	struct view path = path_of(record->target);

	keys[KEY_REQUEST] = reading->line->voter +
	    rotate(hash_passing(seed, record->agent), 21) +
	    rotate(hash_passing(seed, path), 42);
	if (view_is_empty(record->connection) || reading->line->through_proxy)
		return;
	keys[KEY_CONNECTION] =
	    reading->line->voter + rotate(hash_passing(seed, record->connection), 11);
	keys[KEY_BOTH] = handshakes_key_of_both(keys[KEY_REQUEST], keys[KEY_CONNECTION]);
}

/* The exact request: a server may serve one method or query to everybody and ask for the other. */
static uint64_t digest_of_request(
    const struct handshakes *handshakes, const struct record *record)
{
	const struct hash_seed *seed = &handshakes->options.seed;

	return rotate(hash_passing(seed, record->method), 21) +
	    hash_passing(seed, record->target);
}

static bool is_what_was_refused(
    const struct handshakes *handshakes, uint32_t number, const struct record *record)
{
	return number != 0 && !handshakes_is_answer(handshakes, number) &&
	    handshakes->refused[number] == digest_of_request(handshakes, record);
}

static bool is_question(enum verdict verdict)
{
	return verdict == VERDICT_CHALLENGE || verdict == VERDICT_UNCLEAR;
}

/* The newest open handshake with the same key. */
static uint32_t find_by(
    const struct handshakes *handshakes, const struct reading *reading, enum handshake_key key)
{
	const struct chains *chains = &handshakes->by_key[key];
	uint32_t number = reading->keys[key] != 0 ? chains_first(chains, reading->keys[key]) : 0;

	while (number != 0 && handshakes_key(handshakes, number, key) != reading->keys[key])
		number = chains_next(chains, number);
	return number;
}

static uint32_t find_in_queue(const struct handshakes *handshakes, const struct reading *reading,
    enum handshake_queue queue)
{
	uint32_t number = handshakes->queues[queue].last;

	for (unsigned i = 0; number != 0 && i < HANDSHAKES_MAX_LOOKED_THROUGH; i++) {
		if (handshakes->entries[number].voter == reading->line->voter)
			return number;
		number = handshakes->links.previous[number];
	}
	return 0;
}

/* A request that was too large may not even show its agent: then any question or leg that waits for
 * this voter will do, the newest of the last few. */
static uint32_t find_by_voter(struct handshakes *handshakes, const struct reading *reading)
{
	uint32_t number;

	if (*handshakes_open_of(handshakes, reading->line->voter) == 0)
		return 0;
	number = find_in_queue(handshakes, reading, QUEUE_PATIENT_KNOWN);
	return number != 0 ? number : find_in_queue(handshakes, reading, QUEUE_PATIENT);
}

static bool is_about_its_own_request(enum verdict verdict)
{
	return is_question(verdict) || verdict == VERDICT_PASSAGE || verdict == VERDICT_SERVED ||
	    verdict == VERDICT_DENIAL || verdict == VERDICT_OVERSIZE;
}

/* The answer to the same request that waits by itself, where it is newer than that other one. */
static uint32_t find_answer(
    const struct handshakes *handshakes, const struct reading *reading, uint32_t other)
{
	const struct handshake *answer =
	    answers_find(&handshakes->answers, reading->keys[KEY_REQUEST]);

	if (answer == NULL || (other != 0 && handshakes->entries[other].id > answer->id))
		return other;
	return handshakes_answer_number(handshakes, answer);
}

static bool may_be_elsewhere(const struct reading *reading)
{
	return reading->keys[KEY_BOTH] == 0 || reading->finding.verdict != VERDICT_CHALLENGE;
}

/* The open handshake that the line belongs to. A server may close the connection after its 401, so
 * the same request on another connection will do, but a challenge there is another one: a browser
 * asks on six at once. A token on the same connection belongs there whatever it asks for; a
 * question does not, and what nobody vouches for must be to what was refused before. */
static uint32_t find(struct handshakes *handshakes, const struct reading *reading)
{
	uint32_t number;

	if (*handshakes_open_of(handshakes, reading->line->voter) == 0)
		return may_be_elsewhere(reading) ? find_answer(handshakes, reading, 0) : 0;
	number = find_by(handshakes, reading, KEY_BOTH);
	if (number == 0 && may_be_elsewhere(reading))
		number = find_answer(
		    handshakes, reading, find_by(handshakes, reading, KEY_REQUEST));
	if (number == 0 && !is_about_its_own_request(reading->finding.verdict))
		number = find_by(handshakes, reading, KEY_CONNECTION);
	if (number == 0 && reading->finding.cause == CAUSE_OVERSIZE &&
	    view_is_empty(reading->line->record->agent))
		number = find_by_voter(handshakes, reading);
	return number;
}

/* Whether the line begins anew what the open handshake cannot be part of. */
static bool is_outdated(const struct handshakes *handshakes, const struct handshake *handshake,
    const struct reading *reading)
{
	bool logged_late = reading->line->time_ms <= handshake->time_ms;

	if (reading->line->time_ms - handshake->time_ms >
	    handshakes_patience_ms(handshakes, (enum handshake_state)handshake->state))
		return true; /* where a backlog is read the clock may stand still */
	if (handshake->state == HANDSHAKE_TUNNEL)
		return false; /* one may last, and another be asked for meanwhile */
	if (reading->finding.verdict == VERDICT_DENIAL ||
	    reading->finding.verdict == VERDICT_OVERSIZE)
		return false;
	if (handshake->state != HANDSHAKE_ANSWERED)
		return is_question(reading->finding.verdict) &&
		    reading->line->time_ms - handshake->time_ms > HANDSHAKES_SOON_MS;
	if (is_question(reading->finding.verdict))
		return !logged_late || handshake->challenged;
	if (reading->finding.verdict == VERDICT_LEG || reading->finding.verdict == VERDICT_TOKEN)
		return !logged_late || handshake->has_leg;
	return true;
}

static uint32_t begin(struct handshakes *handshakes, const struct reading *reading)
{
	struct handshake *handshake;
	uint32_t number;

	if (handshakes->count == handshakes->options.max_pending)
		handshakes_make_room(handshakes);
	number = handshakes_take_number(handshakes);
	handshake = &handshakes->entries[number];
	memset(handshake, 0, sizeof(*handshake));
	handshake->id = handshakes->next_id++;
	handshake->voter = reading->line->voter;
	handshake->request = reading->keys[KEY_REQUEST];
	handshakes->connections[number] = reading->keys[KEY_CONNECTION];
	handshakes->refused[number] = 0;
	handshake->state = HANDSHAKE_CHALLENGED;
	handshake->where = reading->line->where;
	handshakes_insert(handshakes, number);
	return number;
}

/* What only its request finds waits by itself. Nothing is read here that was just written. */
static uint32_t begin_answer(struct handshakes *handshakes, const struct reading *reading)
{
	struct handshake *answer;

	if (handshakes->count == handshakes->options.max_pending)
		handshakes_make_room(handshakes);
	answer = answers_add(&handshakes->answers, reading->keys[KEY_REQUEST]);
	answer->id = handshakes->next_id++;
	answer->order = handshakes->next_order++;
	answer->voter = reading->line->voter;
	answer->time_ms = reading->line->time_ms;
	answer->deadline_ms = reading->line->now_ms + HANDSHAKES_DISORDER_MS;
	answer->where = reading->line->where;
	handshakes->count++;
	return handshakes_answer_number(handshakes, answer);
}

static void learn(struct handshake *handshake, const struct reading *reading)
{
	if (handshake->failures < UINT32_MAX)
		handshake->failures++;
	if (is_question(reading->finding.verdict))
		handshake->challenged = true;
	else if (reading->finding.verdict == VERDICT_LEG || handshake->has_token ||
	    handshake->state == HANDSHAKE_ANSWERED)
		handshake->has_leg = true;
	else
		handshake->has_token = true;
	if (reading->finding.scheme != SCHEME_UNKNOWN &&
	    (reading->finding.scheme != SCHEME_OTHER || !scheme_is_named(handshake->scheme)))
		handshake->scheme = (uint8_t)reading->finding.scheme;
}

/* A 401 on a token was no refusal where another line follows: it was a leg. */
static struct handshake *go_beyond_token(struct handshakes *handshakes, uint32_t number)
{
	struct handshake *handshake = &handshakes->entries[number];

	if (number == 0)
		return NULL;
	handshake->has_leg = handshake->has_leg || handshake->has_token;
	return handshake;
}

static void refuse(struct handshakes *handshakes, uint32_t number, const struct reading *reading)
{
	const struct sign_in sign_in = {.voter = reading->line->voter,
	    .voter_number = reading->line->voter_number,
	    .time_ms = reading->line->time_ms,
	    .outcome = OUTCOME_REJECTED,
	    .scheme =
		handshake_scheme(go_beyond_token(handshakes, number), reading->finding.scheme),
	    .count = 1,
	    .cause = reading->finding.cause,
	    .class = reading->finding.class,
	    .record = reading->line->record};

	if (number != 0)
		handshakes_drop(handshakes, number);
	handshakes_tell(handshakes, &sign_in);
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

/* It got in, but the 401s before may still come. */
static void wait_for_challenge(
    struct handshakes *handshakes, uint32_t number, const struct reading *reading)
{
	if (number == 0 && reading->keys[KEY_CONNECTION] == 0) {
		number = begin_answer(handshakes, reading);
	} else {
		if (number == 0)
			number = begin(handshakes, reading);
		go_beyond_token(handshakes, number);
		handshakes_wait(handshakes, number, HANDSHAKE_ANSWERED, reading->line);
		changes_note(&handshakes->changes, number);
	}
	if (scheme_is_token(reading->finding.scheme))
		handshakes->entries[number].scheme = (uint8_t)reading->finding.scheme;
	handshakes->entries[number].has_substatus = reading->line->record->substatus >= 0;
}

/* What servers answer to before they ask anybody to sign in. */
static bool is_for_everybody(const struct record *record)
{
	return view_equal(record->method, VIEW("OPTIONS")) ||
	    view_equal(record->method, VIEW("TRACE"));
}

/* Whether an answer without a word of the server's on who it was shows that somebody got in: the
 * one to the very request that was refused before without a token. */
static bool went_well(
    const struct handshakes *handshakes, uint32_t number, const struct record *record)
{
	return is_success(record->status) && !is_for_everybody(record) &&
	    is_what_was_refused(handshakes, number, record);
}

/* What stands beside a 401 was typed, or is somebody's who may not have this page. */
static bool may_be_typed(const struct reading *reading)
{
	const struct record *record = reading->line->record;

	return asks_to_sign_in(record->status) && !may_be_early(record) &&
	    (reading->line->name_is_claim || !scheme_is_token(reading->finding.scheme));
}

/* Whether the line makes its voter known-good. No stranger may come among these: what the server
 * does not vouch for counts only where the page was not to be had without a sign-in. */
static bool makes_known_good(
    const struct handshakes *handshakes, uint32_t number, const struct reading *reading)
{
	const struct record *record = reading->line->record;
	enum scheme scheme = reading->finding.scheme;

	if (reading->finding.verdict == VERDICT_PASSAGE)
		return went_well(handshakes, number, record);
	if (scheme_is_token(scheme) && scheme != SCHEME_BASIC)
		return true;
	if (reading->line->name_is_claim)
		return went_well(handshakes, number, record);
	/* A Basic name that nobody asked for is the client's own claim in some logs. */
	if (scheme == SCHEME_BASIC)
		return number != 0;
	return number != 0 || is_success(record->status);
}

static void admit(struct handshakes *handshakes, uint32_t number, const struct reading *reading)
{
	const struct record *record = reading->line->record;
	struct sign_in sign_in = {.voter = reading->line->voter,
	    .voter_number = reading->line->voter_number,
	    .time_ms = reading->line->time_ms,
	    .outcome = OUTCOME_ESTABLISHED,
	    .count = 1,
	    .record = reading->line->record,
	    .authenticated = number == 0 && !scheme_is_token(reading->finding.scheme)};

	sign_in.claimed = may_be_typed(reading);
	sign_in.good = !sign_in.claimed && makes_known_good(handshakes, number, reading);
	if (may_be_early(record)) {
		sign_in.count = 0;
		wait_for_challenge(handshakes, number, reading);
	} else {
		sign_in.scheme =
		    handshake_scheme(go_beyond_token(handshakes, number), reading->finding.scheme);
		if (number != 0)
			handshakes_drop(handshakes, number);
	}
	handshakes_tell(handshakes, &sign_in);
}

/* What a line does to the open handshake it belongs to. A challenge to one that goes on is ignored:
 * somebody asked for the same page beside it. A page for nobody closes one without an answer: a
 * proxy's log names none of those it lets through, and whoever asks again begins anew. */
static const struct step {
	enum { STEP_IGNORE, STEP_STAY, STEP_WAIT, STEP_REFUSE, STEP_ADMIT, STEP_CLOSE } action;
	enum handshake_state state; /* STEP_WAIT: in this one */
} steps[HANDSHAKE_STATES][VERDICT_COUNT] = {
    [HANDSHAKE_NONE][VERDICT_CHALLENGE] = {STEP_WAIT, HANDSHAKE_CHALLENGED},
    [HANDSHAKE_NONE][VERDICT_UNCLEAR] = {STEP_WAIT, HANDSHAKE_CHALLENGED},
    [HANDSHAKE_NONE][VERDICT_TOKEN] = {STEP_WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_NONE][VERDICT_LEG] = {STEP_WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_NONE][VERDICT_REFUSAL] = {.action = STEP_REFUSE},
    [HANDSHAKE_NONE][VERDICT_ADMISSION] = {.action = STEP_ADMIT},

    [HANDSHAKE_CHALLENGED][VERDICT_UNCLEAR] = {STEP_WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_CHALLENGED][VERDICT_TOKEN] = {STEP_WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_CHALLENGED][VERDICT_LEG] = {STEP_WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_CHALLENGED][VERDICT_REFUSAL] = {.action = STEP_REFUSE},
    [HANDSHAKE_CHALLENGED][VERDICT_ADMISSION] = {.action = STEP_ADMIT},
    [HANDSHAKE_CHALLENGED][VERDICT_PASSAGE] = {.action = STEP_ADMIT},
    [HANDSHAKE_CHALLENGED][VERDICT_SERVED] = {.action = STEP_CLOSE},
    [HANDSHAKE_CHALLENGED][VERDICT_DENIAL] = {.action = STEP_REFUSE},
    [HANDSHAKE_CHALLENGED][VERDICT_OVERSIZE] = {.action = STEP_REFUSE},

    [HANDSHAKE_LEG][VERDICT_UNCLEAR] = {STEP_WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_LEG][VERDICT_TOKEN] = {STEP_WAIT, HANDSHAKE_UNDECIDED},
    [HANDSHAKE_LEG][VERDICT_LEG] = {STEP_WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_LEG][VERDICT_REFUSAL] = {.action = STEP_REFUSE},
    [HANDSHAKE_LEG][VERDICT_ADMISSION] = {.action = STEP_ADMIT},
    [HANDSHAKE_LEG][VERDICT_PASSAGE] = {.action = STEP_ADMIT},
    [HANDSHAKE_LEG][VERDICT_SERVED] = {.action = STEP_CLOSE},
    [HANDSHAKE_LEG][VERDICT_DENIAL] = {.action = STEP_REFUSE},
    [HANDSHAKE_LEG][VERDICT_OVERSIZE] = {.action = STEP_REFUSE},

    [HANDSHAKE_UNDECIDED][VERDICT_UNCLEAR] = {.action = STEP_STAY},
    [HANDSHAKE_UNDECIDED][VERDICT_TOKEN] = {.action = STEP_STAY},
    [HANDSHAKE_UNDECIDED][VERDICT_LEG] = {STEP_WAIT, HANDSHAKE_LEG},
    [HANDSHAKE_UNDECIDED][VERDICT_REFUSAL] = {.action = STEP_REFUSE},
    [HANDSHAKE_UNDECIDED][VERDICT_ADMISSION] = {.action = STEP_ADMIT},
    [HANDSHAKE_UNDECIDED][VERDICT_PASSAGE] = {.action = STEP_ADMIT},
    [HANDSHAKE_UNDECIDED][VERDICT_SERVED] = {.action = STEP_CLOSE},
    [HANDSHAKE_UNDECIDED][VERDICT_DENIAL] = {.action = STEP_REFUSE},
    [HANDSHAKE_UNDECIDED][VERDICT_OVERSIZE] = {.action = STEP_REFUSE},

    [HANDSHAKE_ANSWERED][VERDICT_CHALLENGE] = {.action = STEP_STAY},
    [HANDSHAKE_ANSWERED][VERDICT_UNCLEAR] = {.action = STEP_STAY},
    [HANDSHAKE_ANSWERED][VERDICT_TOKEN] = {.action = STEP_STAY},
    [HANDSHAKE_ANSWERED][VERDICT_LEG] = {.action = STEP_STAY},
};

/* NTLM has one leg that is answered so, and its last follows at once: where the 401 on that shows
 * no error either, errors may never be filled in. */
static bool may_be_last_leg(const struct handshake *handshake, const struct reading *reading)
{
	return handshake->state == HANDSHAKE_LEG && handshake->scheme == SCHEME_NTLM &&
	    reading->finding.scheme == SCHEME_NTLM &&
	    reading->line->time_ms - handshake->time_ms <= HANDSHAKES_SOON_MS;
}

/* Where a 401 brings the handshake. */
static enum handshake_state next_state(const struct handshake *handshake,
    const struct reading *reading, const struct step *step)
{
	if (step->state == HANDSHAKE_LEG && may_be_last_leg(handshake, reading))
		return HANDSHAKE_UNDECIDED;
	if (step->state == HANDSHAKE_UNDECIDED &&
	    reading->finding.verdict == VERDICT_UNCLEAR &&
	    view_equal(reading->line->record->method, VIEW("CONNECT")))
		return HANDSHAKE_TUNNEL;
	return step->state;
}

/* IIS: the leg was logged before its challenge. */
static bool is_late_challenge(const struct handshake *handshake, const struct reading *reading)
{
	return handshake->state == HANDSHAKE_LEG && !handshake->challenged &&
	    is_question(reading->finding.verdict) && may_be_early(reading->line->record);
}

/* A tunnel's end tells as much as an answer. */
static const struct step *step_of(
    const struct handshakes *handshakes, uint32_t number, const struct reading *reading)
{
	static const struct step late_challenge = {.action = STEP_STAY};
	const struct handshake *handshake = &handshakes->entries[number];
	unsigned state = handshake->state;

	if (is_late_challenge(handshake, reading))
		return &late_challenge;
	return &steps[state == HANDSHAKE_TUNNEL ? HANDSHAKE_UNDECIDED : state]
		     [reading->finding.verdict];
}

static void go_on(struct handshakes *handshakes, uint32_t number, const struct reading *reading,
    const struct step *step)
{
	if (number == 0)
		number = begin(handshakes, reading);
	if (step->action == STEP_WAIT)
		handshakes_wait(handshakes, number,
		    next_state(&handshakes->entries[number], reading, step), reading->line);
	learn(&handshakes->entries[number], reading);
	if (handshakes_is_answer(handshakes, number))
		return;
	handshakes->refused[number] = digest_of_request(handshakes, reading->line->record);
	changes_note(&handshakes->changes, number);
}

/* Of a request that servers answer to everybody, and that browsers send without a token before they
 * send another. */
static enum verdict verdict_for_everybody(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_UNCLEAR:
		return VERDICT_CHALLENGE;
	case VERDICT_PASSAGE:
	case VERDICT_SERVED:
	case VERDICT_DENIAL:
		return VERDICT_NOTHING;
	default:
		return verdict;
	}
}

static struct finding find_out(const struct handshakes *handshakes, const struct record *record)
{
	struct finding finding = verdict_of(handshakes->options.statuses, record);

	if (finding.verdict != VERDICT_ADMISSION && is_for_everybody(record))
		finding.verdict = verdict_for_everybody(finding.verdict);
	return finding;
}

/* What can begin a handshake; the others say nothing, or all, by themselves. */
static const bool may_begin[VERDICT_COUNT] = {[VERDICT_CHALLENGE] = true,
    [VERDICT_UNCLEAR] = true,
    [VERDICT_TOKEN] = true,
    [VERDICT_LEG] = true};

/* Whether there may be an open handshake, or the line may begin one: most lines do neither. */
static bool needs_keys(struct handshakes *handshakes, const struct reading *reading)
{
	return handshakes->answers.count > 0 ||
	    *handshakes_open_of(handshakes, reading->line->voter) != 0 ||
	    may_begin[reading->finding.verdict] || may_be_early(reading->line->record);
}

void handshakes_line(struct handshakes *handshakes, const struct line *line)
{
	struct reading reading = {.line = line};
	const struct step *step;
	uint32_t number = 0;

	reading.finding = find_out(handshakes, line->record);
	if (reading.finding.verdict == VERDICT_NOTHING)
		return;
	if (needs_keys(handshakes, &reading)) {
		make_keys(handshakes, &reading);
		number = find(handshakes, &reading);
	}
	if (number != 0 && is_outdated(handshakes, &handshakes->entries[number], &reading)) {
		handshakes_end(handshakes, number);
		number = 0;
	}
	step = step_of(handshakes, number, &reading);
	if (step->action == STEP_ADMIT)
		admit(handshakes, number, &reading);
	else if (step->action == STEP_REFUSE)
		refuse(handshakes, number, &reading);
	else if (step->action == STEP_CLOSE)
		handshakes_cut_short(handshakes, number);
	else if (step->action != STEP_IGNORE)
		go_on(handshakes, number, &reading, step);
}
