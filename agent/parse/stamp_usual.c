/* Time stamps that tell by their looks what they are; see stamp_usual(). */
#include <errno.h>

#include "parse/stamp_parts.h"

/* Up to the last byte that is one of a time with decimals. */
static size_t length_of_time(struct view text)
{
	size_t length = 0;

	while (length < text.length &&
	    ((text.data[length] >= '0' && text.data[length] <= '9') || text.data[length] == ':' ||
		text.data[length] == '.' || text.data[length] == ','))
		length++;
	return length;
}

/* The zone behind the time; nothing is the machine's. */
static int apply_zone(
    struct stamps *stamps, struct view zone, int64_t wall_ms, int64_t *ret_time_ms)
{
	struct stamp_parts parts = {0};

	if (zone.length > 0 && zone.data[0] == ' ')
		zone = view_skip(zone, 1);
	if (zone.length == 0) {
		*ret_time_ms = stamp_local(stamps, wall_ms);
		return 0;
	}
	if (view_equal(zone, VIEW("UTC")) || view_equal(zone, VIEW("GMT")))
		zone = VIEW("Z");
	if (stamp_part_read(PART_ZONE, stamps, zone, &parts) < 0)
		return -EINVAL;
	*ret_time_ms = wall_ms - parts.zone_ms;
	return 0;
}

/* 2026-11-22T10:04:34,123+01:00 */
static int read_iso(struct stamps *stamps, struct view text, int64_t *ret_time_ms)
{
	struct view rest = view_skip(text, 11);
	struct view time = view_first(rest, length_of_time(rest));
	int64_t days;
	int64_t ms;

	if (text.length < 19 || (text.data[10] != 'T' && text.data[10] != ' ') ||
	    stamp_date(view_first(text, 10), &days) < 0 || stamp_time_of_day(time, &ms) < 0)
		return -EINVAL;
	return apply_zone(
	    stamps, view_skip(rest, time.length), days * STAMP_DAY_MS + ms, ret_time_ms);
}

/* How many digits tell the unit until the year 5138; before 1973 there were no logs. */
static int read_epoch(struct view text, int64_t *ret_time_ms)
{
	uint64_t number;
	size_t digits = 0;

	while (digits < text.length && text.data[digits] >= '0' && text.data[digits] <= '9')
		digits++;
	if (digits <= 11)
		return stamp_epoch(text, ret_time_ms);
	if (view_to_uint64(view_first(text, digits), &number) < 0 || digits > 19)
		return -EINVAL;
	for (size_t i = digits; i > 14; i -= 3)
		number /= 1000;
	*ret_time_ms = (int64_t)number;
	return 0;
}

int stamp_usual(struct stamps *stamps, struct view text, int64_t *ret_time_ms)
{
	if (text.length > 2 && text.data[0] == '[' && text.data[text.length - 1] == ']')
		text = view_of(text.data + 1, text.length - 2);
	if (text.length == STAMP_NCSA_BYTES && text.data[2] == '/')
		return stamp_ncsa(stamps, text, ret_time_ms);
	if (text.length > 10 && (text.data[4] == '-' || text.data[4] == '/'))
		return read_iso(stamps, text, ret_time_ms);
	return read_epoch(text, ret_time_ms);
}
