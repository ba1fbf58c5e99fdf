/* A time put together from parts that stand anywhere in a line: how strftime() and Java's date
 * patterns write one. */
#ifndef AUTHMEDIC_PARSE_STAMP_PARTS_H
#define AUTHMEDIC_PARSE_STAMP_PARTS_H

#include "parse/stamp.h"

enum stamp_part {
	PART_NCSA, /* 22/Nov/2026:10:04:34 +0000 */
	PART_SECONDS, /* since 1970; the decimals that may follow are a part of their own */
	PART_MILLISECONDS,
	PART_MICROSECONDS,
	PART_YEAR,
	PART_YEAR_OF_CENTURY, /* 69-99: the last, 00-68: this one */
	PART_MONTH,
	PART_MONTH_NAME, /* Nov or November */
	PART_DAY,
	PART_DAY_OF_YEAR,
	PART_HOUR,
	PART_HOUR_OF_HALF, /* 01-12, with … */
	PART_HALF, /* AM or PM */
	PART_MINUTE,
	PART_SECOND,
	PART_MILLISECOND, /* three digits */
	PART_MICROSECOND, /* six digits */
	PART_ZONE, /* +0130, +01:30 or Z */
	PART_ZONE_NAME, /* UTC, GMT and Z are known, of others the machine's zone is taken */
	PART_WEEKDAY_NAME,
	PART_COUNT
};

struct stamp_parts {
	unsigned seen; /* bits 1 << enum stamp_part */
	int64_t whole_ms;
	int year, month, day, day_of_year;
	int hour, minute, second;
	int64_t fraction_ms, zone_ms;
	bool is_afternoon;
};

/* How many bytes the part takes at the text's front, or at its end where `from_end`; 0 where it
 * does not stand there. */
size_t stamp_part_length(enum stamp_part part, struct view text, bool from_end);
/* -EINVAL where the text is no such part. */
must_check int stamp_part_read(
    enum stamp_part part, struct stamps *stamps, struct view text, struct stamp_parts *parts);
/* Whether parts such as these make a time. */
bool stamp_parts_suffice(unsigned seen);
/* Without a zone the machine's is taken. -EINVAL where the parts make no time. */
must_check int stamp_parts_time(
    const struct stamp_parts *parts, struct stamps *stamps, int64_t *ret_time_ms);

#endif
