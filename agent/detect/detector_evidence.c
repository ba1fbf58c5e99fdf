#include "detect/detector_evidence.h"

#include "detect/detector_private.h"

int evidence_init(struct evidence *evidence, int64_t window_ms, size_t signature_count)
{
	int error = places_init(&evidence->hosts, window_ms);

	onset_init(&evidence->onset, window_ms);
	if (error == 0)
		error = places_init(&evidence->workers, window_ms);
	if (error == 0)
		error = distinct_init(&evidence->distinct, DISTINCT_SIGNAL_VOTERS + signature_count,
		    EVIDENCE_MAX_DISTINCT);
	return error;
}

void evidence_done(struct evidence *evidence)
{
	places_done(&evidence->hosts);
	places_done(&evidence->workers);
	distinct_done(&evidence->distinct);
}

void evidence_restart(struct evidence *evidence, int64_t now_ms)
{
	places_restart(&evidence->hosts, now_ms);
	places_restart(&evidence->workers, now_ms);
	distinct_expire(&evidence->distinct, INT64_MAX);
	evidence->distinct_since_ms = 0;
	onset_init(&evidence->onset, evidence->onset.sample_ms * ONSET_SAMPLES_IN_WINDOW);
	evidence->onset.changed = true;
}

void evidence_set_back(struct evidence *evidence, int64_t now_ms)
{
	onset_set_back(&evidence->onset, now_ms);
	places_set_back(&evidence->hosts, now_ms);
	places_set_back(&evidence->workers, now_ms);
	distinct_set_back(&evidence->distinct, now_ms);
	if (evidence->distinct_since_ms > now_ms)
		evidence->distinct_since_ms = now_ms;
}

void evidence_advance(struct evidence *evidence, int64_t now_ms, int64_t oldest_ms)
{
	window_advance(&evidence->hosts.window, now_ms);
	window_advance(&evidence->workers.window, now_ms);
	distinct_expire(&evidence->distinct, oldest_ms);
}

void evidence_forget_before(struct evidence *evidence, int64_t time_ms)
{
	window_forget_before(&evidence->hosts.window, time_ms);
	window_forget_before(&evidence->workers.window, time_ms);
	distinct_expire(&evidence->distinct, time_ms);
}

static bool is_about_password(const struct sign_in *sign_in)
{
	return sign_in->class == STATUS_PASSWORD || sign_in->class == STATUS_LOCKOUT ||
	    (sign_in->scheme == SCHEME_BASIC && sign_in->cause == CAUSE_TOKEN);
}

/* Who was refused under which name: as one kind and the one that follows. */
static void note_name_and_voter(
    struct evidence *evidence, uint32_t names, const struct evidence_of_sign_in *of)
{
	const struct sign_in *sign_in = of->sign_in;
	const struct record *record = sign_in->record;

	if (record != NULL && !view_is_empty(record->user))
		distinct_add(&evidence->distinct, names, hash_bytes(of->seed, record->user),
		    sign_in->time_ms);
	distinct_add(&evidence->distinct, names + 1, sign_in->voter, sign_in->time_ms);
}

static void take_bad_password(
    struct evidence *evidence, struct window *window, const struct evidence_of_sign_in *of)
{
	note_name_and_voter(evidence, DISTINCT_PASSWORD_NAMES, of);
	window_add(window, of->sign_in->time_ms, WINDOW_BAD_PASSWORDS, 1);
	if (of->known_good)
		window_add(window, of->sign_in->time_ms, WINDOW_PASSWORDS_BY_KNOWN_GOOD, 1);
}

static void take_refusal(
    struct evidence *evidence, struct window *window, const struct evidence_of_sign_in *of)
{
	const struct sign_in *sign_in = of->sign_in;

	if (!window_holds(window, sign_in->time_ms))
		return;
	note_name_and_voter(evidence, DISTINCT_NAMES, of);
	if (is_about_password(sign_in))
		take_bad_password(evidence, window, of);
	if (of->known_good && sign_in->scheme == SCHEME_NTLM)
		distinct_add(&evidence->distinct, DISTINCT_NTLM_VOTERS, sign_in->voter,
		    sign_in->time_ms);
	if (sign_in->class >= STATUS_HANDLE)
		window_add(window, sign_in->time_ms, WINDOW_STATUS + sign_in->class, 1);
	if (sign_in->cause == CAUSE_SERVER_ERROR)
		window_add(window, sign_in->time_ms, WINDOW_SERVER_ERRORS, 1);
	if (sign_in->cause != CAUSE_OVERSIZE)
		return;
	window_add(window, sign_in->time_ms, WINDOW_OVERSIZE, 1);
	if (of->known_good)
		distinct_add(&evidence->distinct, DISTINCT_OVERSIZE_VOTERS, sign_in->voter,
		    sign_in->time_ms);
}

void evidence_take_signal(
    struct evidence *evidence, size_t signature, uint64_t voter, int64_t time_ms)
{
	distinct_add(
	    &evidence->distinct, DISTINCT_SIGNAL_VOTERS + (uint32_t)signature, voter, time_ms);
}

/* Whoever just got in for the first time makes its place known, too. */
static struct whereabouts whereabouts_of(struct evidence *evidence, const struct sign_in *sign_in)
{
	const struct record *record = sign_in->record;

	if (record == NULL)
		return sign_in->where;
	return (struct whereabouts){
	    .host = places_add(&evidence->hosts, record->host, sign_in->time_ms),
	    .worker = places_add(&evidence->workers, record->worker, sign_in->time_ms),
	};
}

void evidence_take(
    struct evidence *evidence, struct window *window, const struct evidence_of_sign_in *of)
{
	const struct sign_in *sign_in = of->sign_in;
	bool refused = sign_in->outcome == OUTCOME_REJECTED;
	struct whereabouts where;

	if (refused)
		take_refusal(evidence, window, of);
	if (!of->known_good)
		return;
	where = whereabouts_of(evidence, sign_in);
	places_count(&evidence->hosts, where.host, sign_in->time_ms, refused);
	places_count(&evidence->workers, where.worker, sign_in->time_ms, refused);
}

/* -- the control group ------------------------------------------------------------------------ */

#define CONTROL_MIN_SIGN_INS 3
#define CONTROL_SHARE        4 /* at most one of so many goes the other way */

enum group { GROUP_TOO_SMALL, GROUP_GETS_IN, GROUP_FAILS, GROUP_MIXED };

static enum group group_of(uint64_t established, uint64_t rejected)
{
	uint64_t all = established + rejected;

	if (established >= CONTROL_MIN_SIGN_INS && rejected * CONTROL_SHARE <= all)
		return GROUP_GETS_IN;
	if (rejected >= CONTROL_MIN_SIGN_INS && established * CONTROL_SHARE <= all)
		return GROUP_FAILS;
	return all >= CONTROL_MIN_SIGN_INS ? GROUP_MIXED : GROUP_TOO_SMALL;
}

static enum control control_of(const uint64_t *sums)
{
	/* IIS tells the scheme of a refusal only where there was a leg, and then it is NTLM. */
	enum group kerberos = group_of(sums[WINDOW_KERBEROS_ESTABLISHED],
	    sums[WINDOW_KERBEROS_REJECTED] + sums[WINDOW_UNKNOWN_REJECTED]);
	enum group ntlm = group_of(sums[WINDOW_NTLM_ESTABLISHED], sums[WINDOW_NTLM_REJECTED]);

	if (kerberos == GROUP_TOO_SMALL || ntlm == GROUP_TOO_SMALL)
		return CONTROL_ABSENT;
	if (kerberos == GROUP_MIXED || ntlm == GROUP_MIXED)
		return CONTROL_MIXED;
	if (kerberos == GROUP_GETS_IN)
		return ntlm == GROUP_GETS_IN ? CONTROL_HEALTHY : CONTROL_REVERSED;
	return ntlm == GROUP_GETS_IN ? CONTROL_HOLDS : CONTROL_FAILS;
}

static uint64_t left_out_total(const struct evidence *evidence)
{
	return evidence->distinct.refused_total + evidence->hosts.refused_total +
	    evidence->workers.refused_total;
}

/* Of all signals in the window, and not only of those since an upgrade. */
static bool knows_whose(const struct detector *detector)
{
	int64_t since_ms = detector->evidence.distinct_since_ms;

	return detector->clock.now_ms - detector->options.window_ms >= since_ms ||
	    detector->window.floor_ms >= since_ms;
}

void detector_evidence(const struct detector *detector, struct detector_evidence *ret_evidence)
{
	const struct evidence *evidence = &detector->evidence;
	const uint64_t *sums = detector->window.sums;
	const size_t *counts = evidence->distinct.counts;

	*ret_evidence = (struct detector_evidence){
	    .kerberos_rejected = sums[WINDOW_KERBEROS_REJECTED],
	    .ntlm_rejected = sums[WINDOW_NTLM_REJECTED],
	    .basic_rejected = sums[WINDOW_BASIC_REJECTED],
	    .unknown_rejected = sums[WINDOW_UNKNOWN_REJECTED],
	    .incomplete = sums[WINDOW_INCOMPLETE],
	    .control = control_of(sums),
	    .rejected_names = counts[DISTINCT_NAMES],
	    .rejected_voters = counts[DISTINCT_VOTERS],
	    .ntlm_voters = counts[DISTINCT_NTLM_VOTERS],
	    .bad_passwords = sums[WINDOW_BAD_PASSWORDS],
	    .passwords_by_known_good = sums[WINDOW_PASSWORDS_BY_KNOWN_GOOD],
	    .password_names = counts[DISTINCT_PASSWORD_NAMES],
	    .password_voters = counts[DISTINCT_PASSWORD_VOTERS],
	    .oversize = sums[WINDOW_OVERSIZE],
	    .oversize_voters = counts[DISTINCT_OVERSIZE_VOTERS],
	    .server_errors = sums[WINDOW_SERVER_ERRORS],
	    .named_signals = knows_whose(detector) ? sums[WINDOW_NAMED_SIGNALS] : 0,
	    .left_out_total = left_out_total(evidence),
	};
	memcpy(ret_evidence->statuses, sums + WINDOW_STATUS, sizeof(ret_evidence->statuses));
	places_report(&evidence->hosts, &ret_evidence->hosts);
	places_report(&evidence->workers, &ret_evidence->workers);
	onset_report(&evidence->onset, detector_share(detector), &ret_evidence->onset);
}

const char *onset_name(enum onset_kind kind)
{
	static const char *const names[ONSET_KINDS] = {
	    [ONSET_UNKNOWN] = "unknown",
	    [ONSET_NONE] = "none",
	    [ONSET_STEP] = "step",
	    [ONSET_RAMP] = "ramp",
	};

	return names[kind];
}

const char *spread_name(enum spread spread)
{
	static const char *const names[SPREADS] = {
	    [SPREAD_UNKNOWN] = "unknown",
	    [SPREAD_NONE] = "none",
	    [SPREAD_ONE] = "one",
	    [SPREAD_SOME] = "some",
	    [SPREAD_ALL] = "all",
	};

	return names[spread];
}

const char *control_name(enum control control)
{
	static const char *const names[CONTROLS] = {
	    [CONTROL_ABSENT] = "absent",
	    [CONTROL_HEALTHY] = "healthy",
	    [CONTROL_HOLDS] = "holds",
	    [CONTROL_REVERSED] = "reversed",
	    [CONTROL_FAILS] = "fails",
	    [CONTROL_MIXED] = "mixed",
	};

	return names[control];
}
