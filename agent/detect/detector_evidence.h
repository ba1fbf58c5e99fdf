/* What of the sign-ins tells one cause from another: who is refused, where, with which codes, and
 * since when. Not kept over a restart but for the onset and what the window counts. */
#ifndef AUTHMEDIC_DETECT_DETECTOR_EVIDENCE_H
#define AUTHMEDIC_DETECT_DETECTOR_EVIDENCE_H

#include "detect/handshakes.h"
#include "detect/onset.h"
#include "detect/places.h"
#include "detect/distinct.h"

#define EVIDENCE_MAX_DISTINCT 512

struct evidence {
	struct places hosts;
	struct places workers;
	struct distinct names; /* in refused sign-ins */
	struct distinct rejected_voters;
	struct distinct oversize_voters; /* known-good ones */
	struct onset onset;
};

must_check int evidence_init(struct evidence *evidence, int64_t window_ms);
void evidence_done(struct evidence *evidence);
/* The clock was set back: what is known of the last minutes is worth nothing. */
void evidence_restart(struct evidence *evidence, int64_t now_ms);
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

#endif
