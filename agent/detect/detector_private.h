/* What the files of the detector share. */
#ifndef AUTHMEDIC_DETECT_DETECTOR_PRIVATE_H
#define AUTHMEDIC_DETECT_DETECTOR_PRIVATE_H

#include "detect/clock.h"
#include "detect/detector.h"
#include "detect/detector_evidence.h"
#include "detect/handshakes.h"
#include "detect/recent.h"
#include "detect/seen.h"
#include "detect/voters.h"
#include "detect/window.h"

/* A clock that leaps by a day may be wrong, and set back soon: nobody is forgotten before it went
 * on from there for as long. After a pause, as over holidays, that does no harm. */
#define DETECTOR_LEAP_MS INT64_C(86400000)

struct detector {
	struct detector_options options;
	uint64_t masks[2][2]; /* the voter's part of an address: IPv4, IPv6 */
	struct recent recent; /* made with the seed in the options */
	struct site_clock clock;
	struct handshakes handshakes;
	struct voters voters;
	struct seen seen;
	struct window window;
	struct evidence evidence;
	struct detector_totals totals;
	uint64_t *signal_totals;
	int64_t spike_since_ms; /* -1: none */
	int64_t moved_ms; /* where the clock stood when it last moved; -1: it never did */
	int64_t doubted_until_ms; /* of the clock */
	uint64_t last_voter;    /* surely in `seen` */
	bool unsettled; /* restored entries are not in order yet */
	bool seed_saved;
	struct row_writer saved_totals; /* the row as it was offered last */
};

/* Takes over what the parts count. */
void detector_note_totals(struct detector *detector);

/* The rejected share of the active known-good voters in percent, or ONSET_UNTOLD where too few are
 * active. */
uint8_t detector_share(const struct detector *detector);

#endif
