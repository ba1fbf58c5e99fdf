#include "parse/stamp_parts.h"

#include <errno.h>

#define SECOND_MS         INT64_C(1000)
#define MINUTE_MS         (60 * SECOND_MS)
#define HOUR_MS           (60 * MINUTE_MS)
#define MAX_EPOCH_SECONDS INT64_C(253402300799) /* the year 9999 */
#define SEEN(part)        (1U << (part))

enum bytes { BYTES_DIGITS, BYTES_LETTERS };

/* Parts with a least and a greatest number of bytes of their kind. */
static const struct shape {
	enum bytes bytes;
	size_t least, most;
} shapes[PART_COUNT] = {
    [PART_SECONDS] = {BYTES_DIGITS, 1, 12},
    [PART_MILLISECONDS] = {BYTES_DIGITS, 1, 15},
    [PART_MICROSECONDS] = {BYTES_DIGITS, 1, 18},
    [PART_YEAR] = {BYTES_DIGITS, 4, 4},
    [PART_YEAR_OF_CENTURY] = {BYTES_DIGITS, 2, 2},
    [PART_MONTH] = {BYTES_DIGITS, 2, 2},
    [PART_MONTH_NAME] = {BYTES_LETTERS, 3, 9},
    [PART_DAY] = {BYTES_DIGITS, 2, 2},
    [PART_DAY_OF_YEAR] = {BYTES_DIGITS, 3, 3},
    [PART_HOUR] = {BYTES_DIGITS, 2, 2},
    [PART_HOUR_OF_HALF] = {BYTES_DIGITS, 2, 2},
    [PART_HALF] = {BYTES_LETTERS, 2, 2},
    [PART_MINUTE] = {BYTES_DIGITS, 2, 2},
    [PART_SECOND] = {BYTES_DIGITS, 2, 2},
    [PART_MILLISECOND] = {BYTES_DIGITS, 3, 3},
    [PART_MICROSECOND] = {BYTES_DIGITS, 6, 6},
    [PART_ZONE] = {BYTES_LETTERS, 1, 6}, /* its length is found by zone_length() */
    [PART_ZONE_NAME] = {BYTES_LETTERS, 1, 9},
    [PART_WEEKDAY_NAME] = {BYTES_LETTERS, 3, 9},
};

/* Small numbers are padded with a zero, or with a space as strftime's %e and %k do. */
static bool is_padded(enum stamp_part part)
{
	return part == PART_DAY || part == PART_HOUR || part == PART_HOUR_OF_HALF;
}

static bool is_of(enum bytes bytes, char byte)
{
	bool is_digit = byte >= '0' && byte <= '9';
	bool is_letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');

	return bytes == BYTES_DIGITS ? is_digit : is_letter;
}

/* "+01", "+0130" or "+01:30", all of the text. */
static bool is_offset(struct view text)
{
	for (size_t i = 1; i < text.length; i++)
		if (text.length == 6 && i == 3 ? text.data[i] != ':'
					       : !is_of(BYTES_DIGITS, text.data[i]))
			return false;
	return text.length > 0 && (text.data[0] == '+' || text.data[0] == '-');
}

/* At the front or the end of the text. */
static struct view part_of(struct view text, size_t length, bool from_end)
{
	if (from_end && text.length > length)
		text = view_skip(text, text.length - length);
	return view_first(text, length);
}

/* The zone, or "Z". */
static size_t zone_length(struct view text, bool from_end)
{
	static const size_t lengths[] = {6, 5, 3};

	for (size_t i = 0; i < count_of(lengths); i++) {
		struct view zone = part_of(text, lengths[i], from_end);

		if (zone.length == lengths[i] && is_offset(zone))
			return lengths[i];
	}
	return view_equal(part_of(text, 1, from_end), VIEW("Z")) ? 1 : 0;
}

/* Whether the byte may stand so far from the part's front, or from its end. */
static bool fits(enum stamp_part part, char byte, size_t distance, bool from_end)
{
	size_t place = from_end ? shapes[part].most - 1 - distance : distance;

	return is_of(shapes[part].bytes, byte) || (is_padded(part) && place == 0 && byte == ' ');
}

size_t stamp_part_length(enum stamp_part part, struct view text, bool from_end)
{
	size_t length = 0;

	if (part == PART_NCSA)
		return text.length >= STAMP_NCSA_BYTES ? STAMP_NCSA_BYTES : 0;
	if (part == PART_ZONE)
		return zone_length(text, from_end);
	while (length < text.length && length < shapes[part].most &&
	    fits(part, text.data[from_end ? text.length - 1 - length : length], length, from_end))
		length++;
	return length >= shapes[part].least ? length : 0;
}

/* Of digits and a space before them, at most 18 bytes. */
static int64_t number_of(struct view text)
{
	int64_t number = 0;

	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] != ' ')
			number = number * 10 + (text.data[i] - '0');
	return number;
}

static int month_named(struct view name)
{
	static const char *const names[] = {"January", "February", "March", "April", "May", "June",
	    "July", "August", "September", "October", "November", "December"};

	for (int month = 0; month < 12; month++) {
		struct view full = view_of_text(names[month]);

		if (view_equal(name, full) || view_equal(name, view_first(full, 3)))
			return month + 1;
	}
	return -1;
}

/* What zone_length() knows. */
static int read_zone(struct view text, int64_t *ret_ms)
{
	struct view digits = view_skip(text, 1);
	int64_t hours = number_of(view_first(digits, 2));
	int64_t minutes = number_of(view_skip(digits, digits.length > 2 ? digits.length - 2 : 2));

	if (view_equal(text, VIEW("Z")))
		hours = minutes = 0;
	if (hours > 23 || minutes > 59)
		return -EINVAL;
	*ret_ms = (hours * HOUR_MS + minutes * MINUTE_MS) * (text.data[0] == '-' ? -1 : 1);
	return 0;
}

static int read_name(enum stamp_part part, struct view text, struct stamp_parts *parts)
{
	switch (part) {
	case PART_MONTH_NAME:
		parts->month = month_named(text);
		return parts->month > 0 ? 0 : -EINVAL;
	case PART_HALF:
		parts->is_afternoon = view_equal_ignoring_case(text, VIEW("PM"));
		return parts->is_afternoon || view_equal_ignoring_case(text, VIEW("AM")) ? 0
											 : -EINVAL;
	case PART_ZONE:
		return read_zone(text, &parts->zone_ms);
	case PART_ZONE_NAME:
		parts->zone_ms = 0;
		if (view_equal(text, VIEW("UTC")) || view_equal(text, VIEW("GMT")) ||
		    view_equal(text, VIEW("Z")))
			parts->seen |= SEEN(PART_ZONE);
		return 0;
	default: /* a weekday tells nothing that the date does not */
		return 0;
	}
}

static int read_whole(enum stamp_part part, int64_t number, struct stamp_parts *parts)
{
	int64_t per_second = part == PART_SECONDS ? 1 : part == PART_MILLISECONDS ? 1000 : 1000000;

	if (number / per_second > MAX_EPOCH_SECONDS)
		return -EINVAL;
	parts->whole_ms = part == PART_MICROSECONDS ? number / 1000 : number * (1000 / per_second);
	return 0;
}

static void read_number(enum stamp_part part, int64_t number, struct stamp_parts *parts)
{
	int small = (int)number;

	switch (part) {
	case PART_YEAR_OF_CENTURY:
		parts->year = small + (small < 69 ? 2000 : 1900);
		parts->seen |= SEEN(PART_YEAR);
		break;
	case PART_MILLISECOND:
		parts->fraction_ms = number;
		break;
	case PART_MICROSECOND:
		parts->fraction_ms = number / 1000;
		parts->seen |= SEEN(PART_MILLISECOND);
		break;
	case PART_YEAR:
		parts->year = small;
		break;
	case PART_MONTH:
		parts->month = small;
		break;
	case PART_DAY:
		parts->day = small;
		break;
	case PART_DAY_OF_YEAR:
		parts->day_of_year = small;
		break;
	case PART_HOUR:
	case PART_HOUR_OF_HALF:
		parts->hour = small;
		break;
	case PART_MINUTE:
		parts->minute = small;
		break;
	default:
		parts->second = small;
		break;
	}
}

int stamp_part_read(
    enum stamp_part part, struct stamps *stamps, struct view text, struct stamp_parts *parts)
{
	int error = 0;

	if (part == PART_NCSA)
		error = stamp_ncsa(stamps, text, &parts->whole_ms);
	else if (text.length == 0 || stamp_part_length(part, text, false) != text.length)
		error = -EINVAL;
	else if (shapes[part].bytes != BYTES_DIGITS)
		error = read_name(part, text, parts);
	else if (part <= PART_MICROSECONDS)
		error = read_whole(part, number_of(text), parts);
	else
		read_number(part, number_of(text), parts);
	parts->seen |= SEEN(part);
	return error;
}

static bool is_whole(unsigned seen)
{
	return (seen &
		   (SEEN(PART_NCSA) | SEEN(PART_SECONDS) | SEEN(PART_MILLISECONDS) |
		       SEEN(PART_MICROSECONDS))) != 0;
}

bool stamp_parts_suffice(unsigned seen)
{
	bool has_year = (seen & (SEEN(PART_YEAR) | SEEN(PART_YEAR_OF_CENTURY))) != 0;
	bool has_month = (seen & (SEEN(PART_MONTH) | SEEN(PART_MONTH_NAME))) != 0;
	bool has_day =
	    (seen & SEEN(PART_DAY_OF_YEAR)) != 0 || (has_month && (seen & SEEN(PART_DAY)) != 0);
	bool has_hour = (seen & SEEN(PART_HOUR)) != 0 ||
	    ((seen & SEEN(PART_HOUR_OF_HALF)) != 0 && (seen & SEEN(PART_HALF)) != 0);

	return is_whole(seen) ||
	    (has_year && has_day && has_hour && (seen & SEEN(PART_MINUTE)) != 0);
}

static int day_of(const struct stamp_parts *parts, int64_t *ret_days)
{
	int error;

	if ((parts->seen & SEEN(PART_DAY_OF_YEAR)) == 0)
		return stamp_days(parts->year, parts->month, parts->day, ret_days);
	if (parts->day_of_year < 1 || parts->day_of_year > 366)
		return -EINVAL;
	error = stamp_days(parts->year, 1, 1, ret_days);
	if (error == 0)
		*ret_days += parts->day_of_year - 1;
	return error;
}

int stamp_parts_time(const struct stamp_parts *parts, struct stamps *stamps, int64_t *ret_time_ms)
{
	int hour = parts->hour;
	int64_t days;
	int64_t wall_ms;

	if (is_whole(parts->seen)) {
		*ret_time_ms = parts->whole_ms - parts->whole_ms % SECOND_MS +
		    ((parts->seen & SEEN(PART_MILLISECOND)) != 0 ? parts->fraction_ms
								 : parts->whole_ms % SECOND_MS);
		return 0;
	}
	if ((parts->seen & SEEN(PART_HOUR)) == 0) {
		if (hour < 1 || hour > 12)
			return -EINVAL;
		hour = hour % 12 + (parts->is_afternoon ? 12 : 0);
	}
	if (hour > 23 || parts->minute > 59 || parts->second > 60 || day_of(parts, &days) < 0)
		return -EINVAL;
	wall_ms = days * STAMP_DAY_MS + hour * HOUR_MS + parts->minute * MINUTE_MS +
	    parts->second * SECOND_MS + parts->fraction_ms;
	*ret_time_ms = (parts->seen & SEEN(PART_ZONE)) != 0 ? wall_ms - parts->zone_ms
							    : stamp_local(stamps, wall_ms);
	return 0;
}
