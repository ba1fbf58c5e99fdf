#include "base/text.h"

#include <errno.h>

#define DAY_MS          INT64_C(86400000)
#define MAX_DURATION_MS (DAY_MS * 36525)

static const char hex_digits[] = "0123456789abcdef";

static void append_printable(struct buffer *buffer, struct view bytes, bool escape_backslash)
{
	for (size_t i = 0; i < bytes.length; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		if (byte >= 0x20 && byte <= 0x7e && !(escape_backslash && byte == '\\')) {
			buffer_append_byte(buffer, (char)byte);
		} else {
			char escape[4] = {'\\', 'x', hex_digits[byte >> 4], hex_digits[byte & 15]};

			buffer_append(buffer, view_of(escape, sizeof(escape)));
		}
	}
}

void text_append_escaped(struct buffer *buffer, struct view bytes)
{
	append_printable(buffer, bytes, true);
}

void text_append_printable(struct buffer *buffer, struct view bytes)
{
	append_printable(buffer, bytes, false);
}

/* The lead bytes of UTF-8 and what may follow them first; further bytes are 0x80 to 0xbf. The gaps
 * keep out overlong forms, surrogates and what is beyond U+10FFFF. */
static const struct utf8_row {
	unsigned char lead_low, lead_high, next_low, next_high, length;
} utf8_rows[] = {
    {0x00, 0x7f, 0x00, 0x00, 1},
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool follows_utf8(const struct utf8_row *row, const unsigned char *data)
{
	if (row->length > 1 && (data[1] < row->next_low || data[1] > row->next_high))
		return false;
	for (size_t i = 2; i < row->length; i++)
		if ((data[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* How many bytes the valid UTF-8 sequence at the start of the view has; 0 where it is not valid. */
static size_t utf8_length(struct view bytes)
{
	const unsigned char *data = (const unsigned char *)bytes.data;

	for (size_t i = 0; i < count_of(utf8_rows); i++) {
		const struct utf8_row *row = &utf8_rows[i];

		if (data[0] >= row->lead_low && data[0] <= row->lead_high)
			return bytes.length >= row->length && follows_utf8(row, data) ? row->length
			                                                              : 0;
	}
	return 0;
}

/* Takes one valid sequence, or the replacement for one bad byte, off the front. */
static struct view next_utf8(struct view *bytes)
{
	size_t length = utf8_length(*bytes);
	struct view sequence = length > 0 ? view_first(*bytes, length) : VIEW("\xef\xbf\xbd");

	*bytes = view_skip(*bytes, length > 0 ? length : 1);
	return sequence;
}

void text_append_utf8(struct buffer *buffer, struct view bytes)
{
	while (bytes.length > 0)
		buffer_append(buffer, next_utf8(&bytes));
}

static struct view html_of(struct view sequence)
{
	if (sequence.length != 1)
		return sequence;
	switch (sequence.data[0]) {
	case '&':
		return VIEW("&amp;");
	case '<':
		return VIEW("&lt;");
	case '>':
		return VIEW("&gt;");
	case '"':
		return VIEW("&quot;");
	case '\'':
		return VIEW("&#39;");
	default:
		return sequence;
	}
}

void text_append_html(struct buffer *buffer, struct view bytes)
{
	while (bytes.length > 0) {
		struct view sequence = next_utf8(&bytes);
		bool control = sequence.length == 1 && (unsigned char)sequence.data[0] < 0x20 &&
		               sequence.data[0] != '\n' && sequence.data[0] != '\t';

		buffer_append(buffer, control ? VIEW("\xef\xbf\xbd") : html_of(sequence));
	}
}

struct unit {
	struct view name;
	int64_t factor;
};

static int to_number_with_unit(
    struct view text, const struct unit *units, size_t unit_count, int64_t *ret_value)
{
	size_t digits = 0;
	uint64_t number;
	int error;

	while (digits < text.length && text.data[digits] >= '0' && text.data[digits] <= '9')
		digits++;
	error = view_to_uint64(view_first(text, digits), &number);
	if (error < 0)
		return error;
	text = view_skip(text, digits);
	for (size_t i = 0; i < unit_count; i++) {
		if (!view_equal(text, units[i].name))
			continue;
		if (number > INT64_MAX || __builtin_mul_overflow(
		                              (int64_t)number, units[i].factor, ret_value))
			return -ERANGE;
		return 0;
	}
	return -EINVAL;
}

int text_to_duration_ms(struct view text, int64_t *ret_duration_ms)
{
	static const struct unit units[] = {{VIEW("ms"), 1}, {VIEW("s"), 1000},
	    {VIEW("m"), 60 * 1000}, {VIEW("h"), 3600 * 1000}, {VIEW("d"), DAY_MS}};
	int64_t duration_ms = 0;
	int error = to_number_with_unit(text, units, count_of(units), &duration_ms);

	if (error < 0)
		return error;
	if (duration_ms > MAX_DURATION_MS)
		return -ERANGE;
	*ret_duration_ms = duration_ms;
	return 0;
}

int text_to_size_bytes(struct view text, int64_t *ret_size_bytes)
{
	static const struct unit units[] = {{VIEW(""), 1}, {VIEW("KiB"), 1024},
	    {VIEW("MiB"), 1024 * 1024}, {VIEW("GiB"), INT64_C(1024) * 1024 * 1024}};
	int64_t size_bytes = 0;
	int error = to_number_with_unit(text, units, count_of(units), &size_bytes);

	if (error == 0)
		*ret_size_bytes = size_bytes;
	return error;
}

/* Howard Hinnant's algorithm, with years that begin in March. */
int64_t text_days_of_date(int64_t year, int month, int day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t year_of_era = shifted - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static int64_t divide_down(int64_t value, int64_t by)
{
	return value / by - (value % by < 0 ? 1 : 0);
}

const char *text_of_time(int64_t time_ms, char ret_text[TEXT_TIME_BYTES])
{
	int64_t days = divide_down(time_ms, DAY_MS);
	int64_t ms = time_ms - days * DAY_MS;
	int64_t era_days = days + 719468;
	int64_t era = divide_down(era_days, 146097);
	int64_t day_of_era = era_days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	                          day_of_era / 146096) /
	                      365;
	int64_t day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;
	int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
	int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

	if (year < 0 || year > 9999)
		return memcpy(ret_text, "-", 2);
	snprintf(ret_text, TEXT_TIME_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)year,
	    (int)month, (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1),
	    (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
	return ret_text;
}

int text_to_time(struct view text, int64_t *ret_time_ms)
{
	static const struct {
		size_t offset, length;
	} parts[] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}, {20, 3}};
	char again[TEXT_TIME_BYTES];
	int64_t values[count_of(parts)] = {0};
	int64_t time_ms;

	for (size_t i = 0; i < count_of(parts); i++) {
		struct view digits = view_first(view_skip(text, parts[i].offset), parts[i].length);
		uint64_t value;

		if (view_to_uint64(digits, &value) < 0)
			return -EINVAL;
		values[i] = (int64_t)value;
	}
	if (values[1] < 1 || values[1] > 12)
		return -EINVAL;
	time_ms = text_days_of_date(values[0], (int)values[1], (int)values[2]) * DAY_MS +
	          ((values[3] * 60 + values[4]) * 60 + values[5]) * 1000 + values[6];
	/* Whatever else is wrong, a 30th of February or a comma, does not come back as it was. */
	if (!view_equal_text(text, text_of_time(time_ms, again)))
		return -EINVAL;
	*ret_time_ms = time_ms;
	return 0;
}

const char *text_of_duration(int64_t duration_ms, char ret_text[TEXT_TIME_BYTES])
{
	const char *sign = duration_ms < 0 ? "-" : "";
	uint64_t ms = duration_ms < 0 ? 0 - (uint64_t)duration_ms : (uint64_t)duration_ms;
	uint64_t s = ms / 1000;

	if (ms < 1000)
		snprintf(ret_text, TEXT_TIME_BYTES, "%s%u ms", sign, (unsigned)ms);
	else if (s < 60)
		snprintf(ret_text, TEXT_TIME_BYTES, "%s%u s", sign, (unsigned)s);
	else if (s < 3600)
		snprintf(ret_text, TEXT_TIME_BYTES, "%s%u min %u s", sign, (unsigned)(s / 60),
		    (unsigned)(s % 60));
	else if (s < 2 * 86400)
		snprintf(ret_text, TEXT_TIME_BYTES, "%s%u h %u min", sign, (unsigned)(s / 3600),
		    (unsigned)(s / 60 % 60));
	else
		snprintf(ret_text, TEXT_TIME_BYTES, "%s%llu d", sign,
		    (unsigned long long)(s / 86400));
	return ret_text;
}
