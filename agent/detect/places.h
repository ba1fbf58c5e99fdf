/* How sign-ins end by where they went: a host name, a worker process. A bounded number of places is
 * told apart; one that was not seen for a window makes room. Names are as logged, and compared
 * without case. */
#ifndef AUTHMEDIC_DETECT_PLACES_H
#define AUTHMEDIC_DETECT_PLACES_H

#include "detect/detector.h"
#include "detect/window.h"

#define PLACES_MAX 32
/* From so many refusals on, and such a share of the outcomes, a place fails. */
#define PLACES_MIN_REFUSALS 2
#define PLACES_MIN_PERCENT  75

struct place {
	char name[DETECTOR_PLACE_BYTES];
	uint8_t length;
	int64_t last_ms; /* when it was seen last */
	bool changed; /* since it was saved */
};

struct places {
	int64_t window_ms;
	struct place items[PLACES_MAX + 1]; /* from 1 */
	uint8_t count;
	uint8_t latest; /* most lines go where the last one went */
	uint64_t refused_total; /* names for which there was no room */
	struct window window; /* two counters a place, where signals would be */
};

must_check int places_init(struct places *places, int64_t window_ms);
void places_done(struct places *places);

/* Nothing is counted any more, and it is now this time: none was seen later. */
void places_restart(struct places *places, int64_t now_ms);
/* The clock was set back to this time, by no more than a window. */
void places_set_back(struct places *places, int64_t now_ms);

/* The number of the place; 0: not known. */
uint8_t places_find(struct places *places, struct view name, int64_t time_ms);
/* The same, after making it known where there is room. */
uint8_t places_add(struct places *places, struct view name, int64_t time_ms);
void places_count(struct places *places, uint8_t number, int64_t time_ms, bool refused);
void places_report(const struct places *places, struct detector_places *ret_report);

/* Rows of two kinds: a place each, and the buckets of the window. */
struct places_rows {
	char place, bucket;
};
must_check int places_save(
    const struct places *places, struct places_rows kinds, const struct row_sink *sink);
void places_saved(struct places *places);
void places_offer_all(struct places *places);
/* -EINVAL and no change on bytes that it did not write. */
must_check int places_restore(struct places *places, uint64_t number, struct view value);

#endif
