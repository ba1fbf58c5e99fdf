/* How the rejected share of the active known-good voters rose: samples of the last hours, five a
 * window. What fails for all at once rises within a window or two; what fails as tickets are
 * renewed rises over hours. */
#ifndef AUTHMEDIC_DETECT_ONSET_H
#define AUTHMEDIC_DETECT_ONSET_H

#include "detect/detector.h"
#include "detect/row.h"

#define ONSET_SAMPLES           720
#define ONSET_SAMPLES_IN_WINDOW 5
/* A step takes two windows at most. */
#define ONSET_STEP_SAMPLES      (2 * ONSET_SAMPLES_IN_WINDOW)
#define ONSET_MIN_PERCENT       10 /* a smaller share is no rise */

struct onset {
	int64_t sample_ms; /* between two */
	int64_t now; /* the latest sample's number since 1970; 0: none yet */
	int64_t next_ms; /* when the next one is due */
	uint8_t percents[ONSET_SAMPLES]; /* by number; ONSET_UNTOLD: too few were active, or no
					    sample */
	bool changed;
};

#define ONSET_UNTOLD 255

void onset_init(struct onset *onset, int64_t window_ms);
/* Time moves on to now; until then the share was this, in percent or ONSET_UNTOLD. */
void onset_advance(struct onset *onset, int64_t now_ms, uint8_t percent);
/* The clock was set back: nothing is known of later. */
void onset_set_back(struct onset *onset, int64_t now_ms);
/* How it came to the share of now. */
void onset_report(const struct onset *onset, uint8_t percent, struct detector_onset *ret_report);

must_check int onset_save(const struct onset *onset, const struct row_sink *sink);
void onset_saved(struct onset *onset);
void onset_offer_all(struct onset *onset);
/* -EINVAL and no change on bytes that it did not write. */
must_check int onset_restore(struct onset *onset, struct view value);

#endif
