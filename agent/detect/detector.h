/* From records to "this many known-good voters no longer get in". One detector per site. Pure: all
 * time is log time, from the records or from detector_advance(), on one clock for all the site's
 * logs. Every table is bounded. */
#ifndef AUTHMEDIC_DETECT_DETECTOR_H
#define AUTHMEDIC_DETECT_DETECTOR_H

#include "base/hash.h"
#include "detect/forwarded.h"
#include "detect/row.h"
#include "parse/statuses.h"

enum outcome {
	OUTCOME_ESTABLISHED,
	OUTCOME_REJECTED,
	OUTCOME_UNANSWERED,
	OUTCOME_INCOMPLETE,
	OUTCOME_COUNT
};

struct detector_options {
	int64_t window_ms; /* sliding, log time */
	int64_t known_good_for_ms;
	int64_t handshake_timeout_ms; /* after which a challenge counts as unanswered */
	unsigned minimum_voters;
	unsigned share_percent;
	unsigned ipv4_prefix, ipv6_prefix;
	size_t max_voters;  /* known-good voters kept; then who got in longest ago goes */
	size_t max_pending; /* open handshakes kept */
	size_t signature_count;
	struct hash_seed seed;
	const struct statuses *statuses; /* borrowed; NULL: the server's own codes say nothing */
	struct trusted_proxies proxies; /* borrowed */
};

/* Totals since the start (or since what was restored). */
struct detector_totals {
	uint64_t records;
	uint64_t handshakes[SCHEME_COUNT][OUTCOME_COUNT];
	uint64_t authenticated;
	uint64_t own_probes; /* records of our own probe: never voters */
	uint64_t voters;     /* distinct voters seen; exact up to a maximum, then a floor */
	uint64_t evicted_voters;
	uint64_t evicted_pending;
	int64_t first_ms, last_ms; /* -1: no record yet */
};

/* The window as it stands now. */
struct detector_window {
	bool current; /* all that was written is in it: said by whoever reads the logs */
	int64_t now_ms;              /* the site's clock: the latest time seen; -1: none */
	size_t known_good;           /* voters in the table */
	size_t active;               /* known-good voters with an outcome inside the window */
	size_t rejected;             /* of those, the ones whose last outcome is rejected */
	size_t established;          /* of those, the ones whose last outcome is established */
	uint64_t rejected_strangers; /* rejections inside the window from voters never known-good */
	uint64_t unanswered;         /* inside the window */
	uint64_t ntlm_established, kerberos_established; /* handshakes inside the window */
	double rejected_ratio; /* rejected / active; 0 without active ones */
	bool spike;
	int64_t spike_since_ms; /* -1: no spike */
};

/* How the rejected share of the active known-good voters came to be what it is. */
enum onset_kind { ONSET_UNKNOWN, ONSET_NONE, ONSET_STEP, ONSET_RAMP, ONSET_KINDS };
struct detector_onset {
	enum onset_kind kind;
	int64_t at_ms;   /* STEP, RAMP: the last sample below a quarter of that share */
	int64_t rise_ms; /* from there to the first at three quarters */
};

/* Of the places that are told apart, how many fail. */
enum spread { SPREAD_UNKNOWN, SPREAD_NONE, SPREAD_ONE, SPREAD_SOME, SPREAD_ALL, SPREADS };
#define DETECTOR_PLACE_BYTES 64
struct detector_places {
	size_t count; /* with an outcome inside the window */
	size_t failing;
	enum spread spread;
	char worst[DETECTOR_PLACE_BYTES]; /* the failing one with most refusals, as logged; "" */
};

/* Whether NTLM gets in while Kerberos does not. */
enum control {
	CONTROL_ABSENT, /* too few of one of them */
	CONTROL_HEALTHY,
	CONTROL_HOLDS, /* NTLM gets in, Kerberos does not */
	CONTROL_REVERSED,
	CONTROL_FAILS, /* neither does */
	CONTROL_MIXED,
	CONTROLS
};

/* What tells one cause from another, inside the window. */
struct detector_evidence {
	uint64_t kerberos_rejected, ntlm_rejected, basic_rejected, unknown_rejected;
	uint64_t incomplete;
	enum control control;
	struct detector_onset onset;
	struct detector_places hosts, workers;
	size_t rejected_names;  /* different ones; at most 512 are told apart */
	size_t rejected_voters; /* the same */
	size_t ntlm_voters;     /* different known-good ones refused with NTLM, at most 512 */
	uint64_t bad_passwords, passwords_by_known_good;
	size_t password_names, password_voters; /* different ones of bad passwords, at most 512 */
	uint64_t statuses[STATUS_CLASS_COUNT]; /* refusals by the class of the server's code */
	uint64_t oversize, server_errors;
	size_t oversize_voters; /* different known-good ones, at most 512 */
	uint64_t named_signals; /* whose client the log told; 0 where an upgrade forgot it */
	uint64_t left_out_total; /* names, voters and places for which there was no room */
};

struct detector;

must_check int detector_new(struct detector **ret_detector, const struct detector_options *options);
void detector_free(struct detector **detector);

void detector_record(struct detector *detector, const struct record *record);
/* The same of a log in which a user's name is no more than the client's word: that alone makes
 * nobody known-good. */
void detector_record_of_claims(struct detector *detector, const struct record *record);
/* `record`: the line whose reason it is; NULL where an error log's line is all there is. */
void detector_signal(
    struct detector *detector, const struct signal *signal, const struct record *record);
/* It is this time where the lines come from that follow: no line is from later. The site's clock is
 * set back where that is more than a window before it: what is known of the last minutes goes. */
void detector_tell_time(struct detector *detector, int64_t now_ms);
/* The same where it is our clock that was set back to this time, by however little: what is known
 * of later counts as of now. */
void detector_tell_set_back(struct detector *detector, int64_t now_ms);
/* So much out of order lines may be: a window. */
int64_t detector_late_ms(const struct detector *detector);
/* The site's clock moves to at least this time even without lines: open handshakes end, the window
 * slides. Nothing before the first line. */
void detector_advance(struct detector *detector, int64_t log_now_ms);
/* All open handshakes end as if nothing more came: for the end of a log that is read once. */
void detector_finish(struct detector *detector);
/* Outcomes before this time no longer count in the window: after an action the world is new. */
void detector_forget_before(struct detector *detector, int64_t log_time_ms);

const struct detector_totals *detector_totals(const struct detector *detector);
void detector_window(const struct detector *detector, struct detector_window *ret_window);
void detector_evidence(
    const struct detector *detector, struct detector_evidence *ret_evidence);
bool detector_has_spike(const struct detector *detector);
/* How often the signature was seen inside the window. */
uint64_t detector_signals(const struct detector *detector, size_t signature);
/* Of how many different known-good voters, as far as the log told whose it was; at most 512. */
size_t detector_signal_voters(const struct detector *detector, size_t signature);
/* And how often since the start. */
uint64_t detector_signals_total(const struct detector *detector, size_t signature);

/* State as rows, so that it commits in one transaction with the cursors. Rows are opaque to whoever
 * stores them: a key and a value; an empty value means that the row is gone. `on_row` gets only
 * what changed since the last call that returned 0; on a negative result all of that is offered
 * again. */
must_check int detector_save(struct detector *detector, row_on_row *on_row, void *context);
/* What the last save offered was not committed: the next one offers everything. */
void detector_offer_all(struct detector *detector);
/* Gives one stored row back to a fresh detector, in any order, all before the first line; -EINVAL
 * (and no change) on bytes it cannot read. */
must_check int detector_restore(struct detector *detector, struct view key, struct view value);

const char *outcome_name(enum outcome outcome);
const char *onset_name(enum onset_kind kind);
const char *spread_name(enum spread spread);
const char *control_name(enum control control);

#endif
