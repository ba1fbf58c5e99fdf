#include "parse/stamp.h"

#include <errno.h>
#include <time.h>

#include "base/text.h"

#define HOUR_MS INT64_C(3600000)

/* The value of `count` digits, or -1. Inlined: the count is constant. */
static inline int digits(const char *at, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++) {
		unsigned digit = (unsigned char)at[i] - (unsigned)'0';

		if (digit > 9)
			return -1;
		value = value * 10 + (int)digit;
	}
	return value;
}

static int month_of(const char *at)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int month = 1; month <= 12; month++)
		if (memcmp(names + (ptrdiff_t)(month - 1) * 3, at, 3) == 0)
			return month;
	return -1;
}

int stamp_days(int year, int month, int day, int64_t *ret_days)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (year < 0 || month < 1 || month > 12 || day < 1 ||
	    day > lengths[month - 1] + (month == 2 && leap ? 1 : 0))
		return -EINVAL;
	*ret_days = text_days_of_date(year, month, day);
	return 0;
}

/* 10:04:34, eight bytes; the sixtieth second is a leap second. */
static int second_of_day(const char *at, int64_t *ret_seconds)
{
	int hour = digits(at, 2);
	int minute = digits(at + 3, 2);
	int second = digits(at + 6, 2);

	if (at[2] != ':' || at[5] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
	    second < 0 || second > 60)
		return -EINVAL;
	*ret_seconds = hour * 3600 + minute * 60 + second;
	return 0;
}

/* +0130, five bytes. */
static int zone_seconds(const char *at, int64_t *ret_seconds)
{
	int hour = digits(at + 1, 2);
	int minute = digits(at + 3, 2);
	int seconds = hour * 3600 + minute * 60;

	if ((at[0] != '+' && at[0] != '-') || hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return -EINVAL;
	*ret_seconds = at[0] == '-' ? -seconds : seconds;
	return 0;
}

static int read_ncsa(const char *at, int64_t *ret_time_ms)
{
	int64_t days;
	int64_t seconds;
	int64_t zone;

	if (at[2] != '/' || at[6] != '/' || at[11] != ':' || at[20] != ' ' ||
	    stamp_days(digits(at + 7, 4), month_of(at + 3), digits(at, 2), &days) < 0 ||
	    second_of_day(at + 12, &seconds) < 0 || zone_seconds(at + 21, &zone) < 0)
		return -EINVAL;
	*ret_time_ms = days * STAMP_DAY_MS + (seconds - zone) * 1000;
	return 0;
}

/* Most lines share their second with the one before. Written out, since the compiler would call
 * memcmp(): four words, which overlap. */
static inline bool is_same_stamp(const char *a, const char *b)
{
	static const size_t places[] = {STAMP_NCSA_BYTES - 8, 16, 8, 0};
	uint64_t difference = 0;

#pragma GCC unroll 4
	for (size_t i = 0; i < count_of(places); i++) {
		uint64_t words[2];

		memcpy(&words[0], a + places[i], 8);
		memcpy(&words[1], b + places[i], 8);
		difference |= words[0] ^ words[1];
	}
	return difference == 0;
}

int stamp_ncsa(struct stamps *stamps, struct view text, int64_t *ret_time_ms)
{
	if (text.length != STAMP_NCSA_BYTES)
		return -EINVAL;
	if (!is_same_stamp(text.data, stamps->ncsa) || stamps->ncsa[0] == '\0') {
		int64_t time_ms;
		int error = read_ncsa(text.data, &time_ms);

		if (error < 0)
			return error;
		memcpy(stamps->ncsa, text.data, STAMP_NCSA_BYTES);
		stamps->ncsa_ms = time_ms;
	}
	*ret_time_ms = stamps->ncsa_ms;
	return 0;
}

int stamp_date(struct view text, int64_t *ret_days)
{
	const char *at = text.data;

	if (text.length != 10 || at[4] != at[7] || (at[4] != '-' && at[4] != '/'))
		return -EINVAL;
	return stamp_days(digits(at, 4), digits(at + 5, 2), digits(at + 8, 2), ret_days);
}

int stamp_named_date(struct view text, int64_t *ret_days)
{
	const char *at = text.data;
	size_t length = text.length;

	if (length == 11 && at[2] == '-' && at[6] == '-')
		return stamp_days(digits(at + 7, 4), month_of(at + 3), digits(at, 2), ret_days);
	if (length < 11 || length > 12 || at[3] != ' ' || at[length - 6] != ',' ||
	    at[length - 5] != ' ')
		return -EINVAL;
	return stamp_days(
	    digits(at + length - 4, 4), month_of(at), digits(at + 4, (int)length - 10), ret_days);
}

/* ".327950" as milliseconds; nothing is none. */
static int milliseconds_of(struct view fraction, int64_t *ret_ms)
{
	int64_t ms = 0;

	if (fraction.length == 0) {
		*ret_ms = 0;
		return 0;
	}
	if ((fraction.data[0] != '.' && fraction.data[0] != ',') || fraction.length < 2 ||
	    fraction.length > 10)
		return -EINVAL;
	for (size_t i = 1; i < fraction.length; i++) {
		int digit = digits(fraction.data + i, 1);

		if (digit < 0)
			return -EINVAL;
		if (i <= 3)
			ms = ms * 10 + digit;
	}
	for (size_t i = fraction.length; i <= 3; i++)
		ms *= 10;
	*ret_ms = ms;
	return 0;
}

int stamp_time_of_day(struct view text, int64_t *ret_ms)
{
	int64_t seconds;
	int64_t ms;

	if (text.length < 8 || second_of_day(text.data, &seconds) < 0 ||
	    milliseconds_of(view_skip(text, 8), &ms) < 0)
		return -EINVAL;
	*ret_ms = seconds * 1000 + ms;
	return 0;
}

int stamp_date_time(struct stamps *stamps, struct view text, int64_t *ret_time_ms)
{
	int64_t days;
	int64_t ms;

	if (text.length < 19 || text.data[10] != ' ' ||
	    stamp_date(view_first(text, 10), &days) < 0 ||
	    stamp_time_of_day(view_skip(text, 11), &ms) < 0)
		return -EINVAL;
	*ret_time_ms = stamp_local(stamps, days * STAMP_DAY_MS + ms);
	return 0;
}

int stamp_apache_error(struct stamps *stamps, struct view text, int64_t *ret_time_ms)
{
	const char *at = text.data;
	int64_t days;
	int64_t ms;

	if (stamp_date_time(stamps, text, ret_time_ms) == 0)
		return 0;
	if (text.length < 24 || at[3] != ' ' || at[7] != ' ' || at[10] != ' ' ||
	    at[text.length - 5] != ' ' ||
	    stamp_days(
		digits(at + text.length - 4, 4), month_of(at + 4), digits(at + 8, 2), &days) < 0 ||
	    stamp_time_of_day(view_of(at + 11, text.length - 16), &ms) < 0)
		return -EINVAL;
	*ret_time_ms = stamp_local(stamps, days * STAMP_DAY_MS + ms);
	return 0;
}

int stamp_epoch(struct view text, int64_t *ret_time_ms)
{
	struct view seconds_text;
	struct view fraction = text;
	uint64_t seconds;
	int64_t ms;

	view_cut(&fraction, '.', &seconds_text);
	/* Twelve digits are beyond the year 9999. */
	if (seconds_text.length > 12 || view_to_uint64(seconds_text, &seconds) < 0 ||
	    milliseconds_of(view_skip(text, seconds_text.length), &ms) < 0)
		return -EINVAL;
	*ret_time_ms = (int64_t)seconds * 1000 + ms;
	return 0;
}

/* How far the machine's zone is ahead of UTC in an hour that a clock on the wall shows. */
static int64_t ahead_of_utc_ms(int64_t wall_hour)
{
	/* mktime() carries what is too large, so the hour need not be split into a date. */
	struct tm wall = {.tm_year = 70,
	    .tm_mday = (int)(wall_hour / 24) + 1,
	    .tm_hour = (int)(wall_hour % 24),
	    .tm_isdst = -1};
	time_t utc = mktime(&wall);

	return utc == (time_t)-1 ? 0 : (wall_hour * 3600 - (int64_t)utc) * 1000;
}

int64_t stamp_local(struct stamps *stamps, int64_t wall_ms)
{
	int64_t hour = wall_ms / HOUR_MS;

	if (!stamps->local_known || hour != stamps->local_hour) {
		stamps->local_ahead_ms = ahead_of_utc_ms(hour);
		stamps->local_hour = hour;
		stamps->local_known = true;
	}
	return wall_ms - stamps->local_ahead_ms;
}
