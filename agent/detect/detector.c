#include "detect/detector.h"

#include <errno.h>

#include "detect/detector_private.h"

static const struct view own_agent = VIEW("authmedic-probe/");

/* -- what sign-ins mean ----------------------------------------------------------------------- */

static enum opinion opinion_of(const struct sign_in *sign_in)
{
	if (sign_in->outcome == OUTCOME_REJECTED)
		return OPINION_REJECTED;
	return sign_in->authenticated ? OPINION_AUTHENTICATED : OPINION_ESTABLISHED;
}

/* The window's counter of a handshake's end; WINDOW_SIGNALS: none. */
static size_t counter_of(const struct sign_in *sign_in)
{
	static const uint8_t counters[SCHEME_COUNT][OUTCOME_COUNT] = {
	    [SCHEME_KERBEROS] = {[OUTCOME_ESTABLISHED] = WINDOW_KERBEROS_ESTABLISHED,
		[OUTCOME_REJECTED] = WINDOW_KERBEROS_REJECTED},
	    [SCHEME_NTLM] = {[OUTCOME_ESTABLISHED] = WINDOW_NTLM_ESTABLISHED,
		[OUTCOME_REJECTED] = WINDOW_NTLM_REJECTED},
	    [SCHEME_BASIC] = {[OUTCOME_REJECTED] = WINDOW_BASIC_REJECTED},
	    [SCHEME_UNKNOWN] = {[OUTCOME_REJECTED] = WINDOW_UNKNOWN_REJECTED},
	    [SCHEME_OTHER] = {[OUTCOME_REJECTED] = WINDOW_UNKNOWN_REJECTED},
	};
	size_t counter = counters[sign_in->scheme][sign_in->outcome];

	if (sign_in->outcome == OUTCOME_UNANSWERED)
		return WINDOW_UNANSWERED;
	if (sign_in->outcome == OUTCOME_INCOMPLETE)
		return WINDOW_INCOMPLETE;
	return counter > 0 ? counter : WINDOW_SIGNALS;
}

static void count(struct detector *detector, const struct sign_in *sign_in)
{
	size_t counter;

	if (sign_in->authenticated) {
		detector->totals.authenticated += sign_in->count;
		return;
	}
	detector->totals.handshakes[sign_in->scheme][sign_in->outcome] += sign_in->count;
	counter = counter_of(sign_in);
	if (counter < WINDOW_SIGNALS)
		window_add(&detector->window, sign_in->time_ms, counter, sign_in->count);
}

static bool has_place(const struct sign_in *sign_in)
{
	return sign_in->record != NULL &&
	    (!view_is_empty(sign_in->record->host) || !view_is_empty(sign_in->record->worker));
}

static void take_evidence(struct detector *detector, const struct sign_in *sign_in, bool known_good)
{
	const struct evidence_of_sign_in of = {
	    .sign_in = sign_in, .seed = &detector->options.seed, .known_good = known_good};

	evidence_take(&detector->evidence, &detector->window, &of);
}

static void on_sign_in(void *context, const struct sign_in *sign_in)
{
	struct detector *detector = context;
	const struct vote vote = {.voter = sign_in->voter,
	    .number = sign_in->voter_number,
	    .time_ms = sign_in->time_ms,
	    .opinion = opinion_of(sign_in),
	    .good = sign_in->good,
	    .claimed = sign_in->claimed,
	    .belated = sign_in->belated};
	bool known_good;

	count(detector, sign_in);
	if ((sign_in->outcome != OUTCOME_ESTABLISHED && sign_in->outcome != OUTCOME_REJECTED) ||
	    sign_in->voted)
		return;
	known_good = voters_vote(&detector->voters, &detector->window, &vote);
	if (!known_good && vote.opinion == OPINION_REJECTED)
		window_add(
		    &detector->window, sign_in->time_ms, WINDOW_REJECTED_STRANGERS, sign_in->count);
	/* Most sign-ins are no evidence of anything. */
	if (vote.opinion == OPINION_REJECTED || has_place(sign_in))
		take_evidence(detector, sign_in, known_good);
}

/* -- making ----------------------------------------------------------------------------------- */

static bool is_duration(int64_t duration_ms)
{
	return duration_ms > 0 && duration_ms < ROW_MAX_TIME_MS;
}

static bool is_count(size_t count)
{
	return count > 0 && count < UINT32_MAX;
}

static bool is_sane(const struct detector_options *options)
{
	return is_duration(options->window_ms) && is_duration(options->known_good_for_ms) &&
	    is_duration(options->handshake_timeout_ms) && is_count(options->max_voters) &&
	    is_count(options->max_pending) && options->share_percent <= 100;
}

static int init_parts(struct detector *detector)
{
	const struct detector_options *options = &detector->options;
	int64_t half_ms = options->window_ms / 2; /* what is told later would count no more */
	const struct handshakes_options handshakes = {.timeout_ms = options->handshake_timeout_ms,
	    .tunnel_ms = half_ms < HANDSHAKES_TUNNEL_MS ? half_ms : HANDSHAKES_TUNNEL_MS,
	    .max_pending = options->max_pending,
	    .seed = options->seed,
	    .statuses = options->statuses,
	    .on_sign_in = on_sign_in,
	    .context = detector};
	const struct voters_options voters = {
	    .max_voters = options->max_voters, .known_good_for_ms = options->known_good_for_ms};
	int error = handshakes_init(&detector->handshakes, &handshakes);

	site_clock_init(&detector->clock);
	seen_init(&detector->seen);
	if (error == 0)
		error = voters_init(&detector->voters, &voters);
	if (error == 0)
		error =
		    window_init(&detector->window, options->window_ms, options->signature_count);
	if (error == 0)
		error = evidence_init(
		    &detector->evidence, options->window_ms, options->signature_count);
	return error;
}

int detector_new(struct detector **ret_detector, const struct detector_options *options)
{
	struct detector *detector;
	int error;

	if (!is_sane(options))
		return -EINVAL;
	detector = calloc(1, sizeof(*detector));
	if (detector == NULL)
		return -ENOMEM;
	detector->options = *options;
	for (size_t i = 0; i < 2; i++) {
		struct address all = {.family = i == 0 ? 4 : 6};

		memset(all.bytes, 0xff, i == 0 ? 4 : 16);
		all = address_prefix(all, options->ipv4_prefix, options->ipv6_prefix);
		memcpy(detector->masks[i], all.bytes, sizeof(detector->masks[i]));
	}
	detector->totals.first_ms = -1;
	detector->totals.last_ms = -1;
	detector->spike_since_ms = -1;
	detector->moved_ms = -1;
	error = init_parts(detector);
	if (error < 0)
		goto fail;
	detector->signal_totals =
	    calloc(options->signature_count + 1, sizeof(*detector->signal_totals));
	if (detector->signal_totals == NULL) {
		error = -ENOMEM;
		goto fail;
	}
	*ret_detector = detector;
	return 0;

fail:
	detector_free(&detector);
	return error;
}

void detector_free(struct detector **detector)
{
	struct detector *old = *detector;

	if (old == NULL)
		return;
	handshakes_done(&old->handshakes);
	voters_done(&old->voters);
	seen_done(&old->seen);
	window_done(&old->window);
	evidence_done(&old->evidence);
	free(old->signal_totals);
	free(old);
	*detector = NULL;
}

/* -- time ------------------------------------------------------------------------------------- */

static size_t active_voters(const struct detector *detector)
{
	const uint64_t *sums = detector->window.sums;

	return sums[WINDOW_VOTERS_ESTABLISHED] + sums[WINDOW_VOTERS_AUTHENTICATED] +
	    sums[WINDOW_VOTERS_REJECTED];
}

uint8_t detector_share(const struct detector *detector)
{
	size_t active = active_voters(detector);

	if (active == 0 || active < detector->options.minimum_voters)
		return ONSET_UNTOLD;
	return (uint8_t)(detector->window.sums[WINDOW_VOTERS_REJECTED] * 100 / active);
}

void detector_note_totals(struct detector *detector)
{
	detector->totals.voters = detector->seen.count;
	detector->totals.evicted_voters = detector->voters.evicted_total;
	detector->totals.evicted_pending = detector->handshakes.evicted_total;
}

/* After anything that may have changed what is known. */
static void conclude(struct detector *detector)
{
	uint64_t rejected = detector->window.sums[WINDOW_VOTERS_REJECTED];
	bool spike = rejected > 0 && rejected >= detector->options.minimum_voters &&
	    rejected * 100 >= (uint64_t)detector->options.share_percent * active_voters(detector);

	if (!spike)
		detector->spike_since_ms = -1;
	else if (detector->spike_since_ms < 0)
		detector->spike_since_ms = detector->clock.now_ms;
	detector_note_totals(detector);
}

static void note_move(struct detector *detector, enum clock_move move)
{
	int64_t now_ms = detector->clock.now_ms;

	if (move == CLOCK_BACK)
		detector->doubted_until_ms = 0;
	else if (detector->moved_ms >= 0 && now_ms - detector->moved_ms >= DETECTOR_LEAP_MS)
		detector->doubted_until_ms = now_ms + DETECTOR_LEAP_MS;
	detector->moved_ms = now_ms;
	detector->voters.keeps_old = now_ms < detector->doubted_until_ms;
}

static void forget_last_minutes(struct detector *detector, int64_t now_ms)
{
	voters_forget_before(&detector->voters, &detector->window, INT64_MAX);
	window_restart(&detector->window, now_ms);
	evidence_restart(&detector->evidence, now_ms);
}

static void set_back(struct detector *detector, enum clock_move move, int64_t now_ms)
{
	struct detector_totals *totals = &detector->totals;

	handshakes_abandon(&detector->handshakes);
	if (move == CLOCK_BACK)
		forget_last_minutes(detector, now_ms);
	/* The voters first: whose opinions the window holds is told as it was. */
	voters_set_back(&detector->voters, &detector->window, now_ms);
	window_set_back(&detector->window, now_ms);
	evidence_set_back(&detector->evidence, now_ms);
	if (detector->spike_since_ms > now_ms)
		detector->spike_since_ms = now_ms;
	if (totals->first_ms > now_ms)
		totals->first_ms = now_ms;
	if (totals->last_ms > now_ms)
		totals->last_ms = now_ms;
}

static void move(struct detector *detector, enum clock_move move)
{
	int64_t now_ms = detector->clock.now_ms;

	if (move == CLOCK_STAYS)
		return;
	note_move(detector, move);
	if (move == CLOCK_BACK || move == CLOCK_BACK_LITTLE) {
		set_back(detector, move, now_ms);
		return;
	}
	/* Before the window slides: the share was so until now. */
	onset_advance(&detector->evidence.onset, now_ms, detector_share(detector));
	window_advance(&detector->window, now_ms);
	evidence_advance(&detector->evidence, now_ms, now_ms - detector->options.window_ms);
	handshakes_expire(&detector->handshakes, now_ms);
	voters_expire(&detector->voters, &detector->window, now_ms);
}

/* Restored entries are not in order yet. */
static void settle(struct detector *detector)
{
	if (!detector->unsettled)
		return;
	handshakes_settle(&detector->handshakes);
	voters_settle(&detector->voters);
	distinct_settle(&detector->evidence.distinct);
	/* The row of the totals could not be read: nobody knows when the window was. */
	if (detector->clock.now_ms < 0)
		forget_last_minutes(detector, 0);
	detector->unsettled = false;
}

/* A line without a time is of now. */
static int64_t take_time(struct detector *detector, int64_t time_ms)
{
	if (time_ms < 0)
		return detector->clock.now_ms < 0 ? 0 : detector->clock.now_ms;
	if (time_ms >= ROW_MAX_TIME_MS)
		time_ms = ROW_MAX_TIME_MS - 1;
	if (time_ms > detector->clock.told_ms)
		time_ms = detector->clock.told_ms;
	move(detector, site_clock_line(&detector->clock, time_ms));
	return time_ms;
}

int64_t detector_late_ms(const struct detector *detector)
{
	return detector->options.window_ms;
}

static void take_told(struct detector *detector, enum clock_move told)
{
	if (told == CLOCK_STAYS)
		return;
	settle(detector);
	move(detector, told);
	conclude(detector);
}

void detector_tell_time(struct detector *detector, int64_t now_ms)
{
	take_told(
	    detector, site_clock_tell(&detector->clock, now_ms, detector->options.window_ms));
}

void detector_tell_set_back(struct detector *detector, int64_t now_ms)
{
	take_told(
	    detector, site_clock_set_back(&detector->clock, now_ms, detector->options.window_ms));
}

void detector_advance(struct detector *detector, int64_t log_now_ms)
{
	settle(detector);
	if (log_now_ms >= 0 && log_now_ms < ROW_MAX_TIME_MS)
		move(detector, site_clock_advance(&detector->clock, log_now_ms));
	conclude(detector);
}

void detector_finish(struct detector *detector)
{
	settle(detector);
	handshakes_expire(&detector->handshakes, INT64_MAX);
	conclude(detector);
}

void detector_forget_before(struct detector *detector, int64_t log_time_ms)
{
	settle(detector);
	voters_forget_before(&detector->voters, &detector->window, log_time_ms);
	window_forget_before(&detector->window, log_time_ms);
	evidence_forget_before(&detector->evidence, log_time_ms);
	conclude(detector);
}

/* -- lines ------------------------------------------------------------------------------------ */

static void take_voter(struct detector *detector, struct line *line, uint64_t hash)
{
	line->voter = hash != 0 ? hash : 1;
	line->voter_number = voters_look_up(&detector->voters, line->voter);
}

/* Whose the line is, and whether it is a known-good one's. A client that is no address counts by
 * its name. */
static void find_voter(struct detector *detector, struct line *line)
{
	const struct hash_seed *seed = &detector->options.seed;
	const struct record *record = line->record;
	const struct address *address = &record->address;
	struct recent_voter *recent;
	struct address forwarded;
	const uint64_t *mask;
	uint64_t words[2];

	if (!view_is_empty(record->forwarded)) {
		forwarded = forwarded_client(&detector->options.proxies, record);
		address = &forwarded;
		line->through_proxy = memcmp(&forwarded, &record->address, sizeof(forwarded)) != 0;
	}
	if (address->family == 0) {
		take_voter(detector, line, hash_bytes(seed, record->client));
		return;
	}
	mask = detector->masks[address->family == 6];
	memcpy(words, address->bytes, sizeof(words));
	words[0] &= mask[0];
	words[1] &= mask[1];
	recent = recent_voter(&detector->recent, seed, address->family, words);
	recent->number = voters_find(&detector->voters, recent->voter, recent->number);
	line->voter = recent->voter;
	line->voter_number = recent->number;
}

/* Only whoever got in before makes a place known: anybody can make names up. */
static uint8_t place_of(struct places *places, struct view name, const struct line *line)
{
	uint8_t number;

	if (view_is_empty(name))
		return 0;
	number = places_find(places, name, line->time_ms);
	if (number == 0 && line->voter_number != 0)
		number = places_add(places, name, line->time_ms);
	return number;
}

static void note_time(struct detector_totals *totals, int64_t time_ms)
{
	if (totals->first_ms < 0 || time_ms < totals->first_ms)
		totals->first_ms = time_ms;
	if (time_ms > totals->last_ms)
		totals->last_ms = time_ms;
}

/* Our probe sends no name that could be refused: whoever tries names under its agent is not it. */
static bool is_own_probe(const struct record *record)
{
	return view_starts_with(record->agent, own_agent) &&
	    (!asks_to_sign_in(record->status) || view_is_empty(record->user));
}

static void take_line(struct detector *detector, struct line line)
{
	const struct record *record = line.record;

	settle(detector);
	line.time_ms = take_time(detector, record->time_ms);
	line.now_ms = detector->clock.now_ms;
	detector->totals.records++;
	note_time(&detector->totals, line.time_ms);
	if (is_own_probe(record)) {
		detector->totals.own_probes++;
	} else {
		find_voter(detector, &line);
		if (line.voter_number == 0 && line.voter != detector->last_voter)
			seen_add(&detector->seen, line.voter);
		detector->last_voter = line.voter;
		/* Many logs show neither. */
		if (!view_is_empty(record->host))
			line.where.host = place_of(&detector->evidence.hosts, record->host, &line);
		if (!view_is_empty(record->worker))
			line.where.worker =
			    place_of(&detector->evidence.workers, record->worker, &line);
		handshakes_line(&detector->handshakes, &line);
	}
	conclude(detector);
}

void detector_record(struct detector *detector, const struct record *record)
{
	take_line(detector, (struct line){.record = record});
}

void detector_record_of_claims(struct detector *detector, const struct record *record)
{
	take_line(detector, (struct line){.record = record, .name_is_claim = true});
}

static bool names_client(const struct record *record)
{
	return (record->address.family != 0 || !view_is_empty(record->client)) &&
	    !view_starts_with(record->agent, own_agent);
}

/* Anybody can have anything written into the log: it counts for those who got in before. */
static void attribute(
    struct detector *detector, const struct signal *signal, const struct line *line)
{
	if (!names_client(line->record))
		return;
	window_add(&detector->window, line->time_ms, WINDOW_NAMED_SIGNALS, 1);
	if (line->voter_number != 0 && window_holds(&detector->window, line->time_ms))
		evidence_take_signal(
		    &detector->evidence, signal->signature, line->voter, line->time_ms);
}

void detector_signal(
    struct detector *detector, const struct signal *signal, const struct record *record)
{
	const struct record of_address = {.address = signal->address};
	struct line line = {.record = record != NULL ? record : &of_address};

	if (signal->signature >= detector->options.signature_count)
		return;
	settle(detector);
	line.time_ms = take_time(detector, signal->time_ms);
	find_voter(detector, &line);
	detector->signal_totals[signal->signature]++;
	window_add(&detector->window, line.time_ms, WINDOW_SIGNALS + signal->signature, 1);
	attribute(detector, signal, &line);
	conclude(detector);
}

/* -- what is known ---------------------------------------------------------------------------- */

const struct detector_totals *detector_totals(const struct detector *detector)
{
	return &detector->totals;
}

bool detector_has_spike(const struct detector *detector)
{
	return detector->spike_since_ms >= 0;
}

void detector_window(const struct detector *detector, struct detector_window *ret_window)
{
	const uint64_t *sums = detector->window.sums;
	size_t active = active_voters(detector);

	*ret_window = (struct detector_window){
	    .now_ms = detector->clock.now_ms,
	    .known_good = detector->voters.count,
	    .active = active,
	    .rejected = sums[WINDOW_VOTERS_REJECTED],
	    .established = sums[WINDOW_VOTERS_ESTABLISHED],
	    .rejected_strangers = sums[WINDOW_REJECTED_STRANGERS],
	    .unanswered = sums[WINDOW_UNANSWERED],
	    .ntlm_established = sums[WINDOW_NTLM_ESTABLISHED],
	    .kerberos_established = sums[WINDOW_KERBEROS_ESTABLISHED],
	    .rejected_ratio =
		active > 0 ? (double)sums[WINDOW_VOTERS_REJECTED] / (double)active : 0,
	    .spike = detector_has_spike(detector),
	    .spike_since_ms = detector->spike_since_ms,
	};
}

uint64_t detector_signals(const struct detector *detector, size_t signature)
{
	return signature < detector->options.signature_count
	    ? detector->window.sums[WINDOW_SIGNALS + signature]
	    : 0;
}

size_t detector_signal_voters(const struct detector *detector, size_t signature)
{
	return signature < detector->options.signature_count
	    ? detector->evidence.distinct.counts[DISTINCT_SIGNAL_VOTERS + signature]
	    : 0;
}

uint64_t detector_signals_total(const struct detector *detector, size_t signature)
{
	return signature < detector->options.signature_count ? detector->signal_totals[signature]
							     : 0;
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[OUTCOME_COUNT] = {
	    [OUTCOME_ESTABLISHED] = "established",
	    [OUTCOME_REJECTED] = "rejected",
	    [OUTCOME_UNANSWERED] = "unanswered",
	    [OUTCOME_INCOMPLETE] = "incomplete",
	};

	return names[outcome];
}
