/* Time stamps as logs write them. What was read last is remembered, since most lines of a busy log
 * share their second. */
#ifndef AUTHMEDIC_PARSE_STAMP_H
#define AUTHMEDIC_PARSE_STAMP_H

#include "base/view.h"

#define STAMP_NCSA_BYTES 26
#define STAMP_DAY_MS     INT64_C(86400000)

struct stamps {
	char ncsa[STAMP_NCSA_BYTES]; /* the last one; its first byte is NUL where there was none */
	int64_t ncsa_ms;
	int64_t local_hour; /* since 1970 by a clock on the wall, the zone of which is … */
	int64_t local_ahead_ms;
	bool local_known;
};

/* All: -EINVAL where the text is no such stamp, 0 and the result otherwise. */

/* 22/Nov/2026:10:04:34 +0000 */
must_check int stamp_ncsa(struct stamps *stamps, struct view text, int64_t *ret_time_ms);
/* 2026-11-22 or 2026/11/22, as days since 1970 */
must_check int stamp_date(struct view text, int64_t *ret_days);
/* 22-Nov-2026, or "Nov 22, 2026" with a day of one digit or two */
must_check int stamp_named_date(struct view text, int64_t *ret_days);
/* Days since 1970 of a date that there is; month and day from 1 */
must_check int stamp_days(int year, int month, int day, int64_t *ret_days);
/* 10:04:34 with up to nine decimals (10:04:34.5 or 10:04:34,5), as milliseconds since midnight */
must_check int stamp_time_of_day(struct view text, int64_t *ret_ms);
/* 2026/11/22 10:04:34 or 2026-11-22 10:04:34.327950, in the machine's zone */
must_check int stamp_date_time(struct stamps *stamps, struct view text, int64_t *ret_time_ms);
/* Sun Nov 22 10:04:56.327950 2026 or 2026-11-22 10:04:56.327950, in the machine's zone */
must_check int stamp_apache_error(struct stamps *stamps, struct view text, int64_t *ret_time_ms);
/* 1795341874.123 */
must_check int stamp_epoch(struct view text, int64_t *ret_time_ms);

/* Whichever of these programs write: 22/Nov/2026:10:04:34 +0000, also in brackets;
 * 2026-11-22T10:04:34.123Z with T or a space, decimals or not, Z, +01:30, +0130 or the machine's
 * zone; seconds since 1970 with decimals or not; milli-, micro- or nanoseconds since 1970 */
must_check int stamp_usual(struct stamps *stamps, struct view text, int64_t *ret_time_ms);

/* UTC of what a clock on the wall shows, by the machine's zone. */
int64_t stamp_local(struct stamps *stamps, int64_t wall_ms);

#endif
