/* How fast one receiver is told: soon while little happens, and more at a time while much does. */
#ifndef AUTHMEDIC_REPORT_PACE_H
#define AUTHMEDIC_REPORT_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACE_GATHER_MS	INT64_C(2000)  /* so long a message waits for others to go with */
#define PACE_FREE	5	       /* so many messages … */
#define PACE_SPAN_MS	INT64_C(60000) /* … within this time are few; then … */
#define PACE_FLOOD_MS	INT64_C(30000) /* … each waits so long */

struct pace {
	int64_t begun_ms[PACE_FREE]; /* the latest first attempts, in a ring */
	size_t count;
};

/* Whether a message that has waited so long, and that others may join, goes now. A clock that was
 * set back lets it go. `now_ms` is steady. */
bool pace_allows(const struct pace *pace, int64_t now_ms, int64_t waited_ms);
/* One was sent for the first time. */
void pace_note(struct pace *pace, int64_t now_ms);

#endif
