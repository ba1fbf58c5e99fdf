/* What of the sign-ins tells one cause from another: who is refused, where, with which codes, and
 * since when. */
#ifndef AUTHMEDIC_DETECT_DETECTOR_EVIDENCE_H
#define AUTHMEDIC_DETECT_DETECTOR_EVIDENCE_H

#include "detect/handshakes.h"
#include "detect/onset.h"
#include "detect/places.h"
#include "detect/distinct.h"

#define EVIDENCE_MAX_DISTINCT 512

/* What is counted by different ones, refused all of them. A flood of strangers cannot thin out what
 * is counted of known-good voters. */
enum evidence_distinct {
	DISTINCT_NAMES,
	DISTINCT_VOTERS,
	DISTINCT_PASSWORD_NAMES,  /* with a code for a bad password, */
	DISTINCT_PASSWORD_VOTERS, /* the same */
	DISTINCT_OVERSIZE_VOTERS, /* known-good ones */
	DISTINCT_NTLM_VOTERS,     /* known-good ones */
	DISTINCT_SIGNAL_VOTERS    /* known-good ones, + the signature's index */
};

struct evidence {
	struct places hosts;
	struct places workers;
	struct distinct distinct; /* enum evidence_distinct */
	int64_t distinct_since_ms; /* what was before is not known: it was another release's */
	struct onset onset;
};

must_check int evidence_init(
    struct evidence *evidence, int64_t window_ms, size_t signature_count);
void evidence_done(struct evidence *evidence);
/* What is known of the last minutes is worth nothing, as where the clock was set back. */
void evidence_restart(struct evidence *evidence, int64_t now_ms);
/* The clock was set back to this time, by no more than a window. */
void evidence_set_back(struct evidence *evidence, int64_t now_ms);
void evidence_advance(struct evidence *evidence, int64_t now_ms, int64_t oldest_ms);
void evidence_forget_before(struct evidence *evidence, int64_t time_ms);

/* Counts what one sign-in adds, in the window too. */
struct evidence_of_sign_in {
	const struct sign_in *sign_in;
	const struct hash_seed *seed;
	bool known_good;
};
void evidence_take(
    struct evidence *evidence, struct window *window, const struct evidence_of_sign_in *of);
/* Rows; detector_evidence_rows.c says what they are. */
must_check int evidence_save(const struct evidence *evidence, const struct row_sink *sink);
void evidence_saved(struct evidence *evidence);
void evidence_offer_all(struct evidence *evidence);
/* -EINVAL and no change on bytes that it did not write. */
must_check int evidence_restore(struct evidence *evidence, struct view key, struct view value);
/* The time is known, before or after all else is restored; what happened before `floor_ms` does not
 * count. */
void evidence_restore_now(struct evidence *evidence, int64_t now_ms, int64_t floor_ms);

/* A signal of a known-good voter's. */
void evidence_take_signal(
    struct evidence *evidence, size_t signature, uint64_t voter, int64_t time_ms);

#endif
