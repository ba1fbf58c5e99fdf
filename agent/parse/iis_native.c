/* iis-native: the "Microsoft IIS log format", 15 columns and a last comma, by the server's clock:
 *
 *	192.0.2.1, EXAMPLE\alice, 03/20/01, 7:55:20, W3SVC2, WEB1, 192.0.2.9, 4502, 163, 3223,
 *	200, 0, GET, /logo.gif, -,
 *
 * It names no zone: the machine's is taken. */
#include <errno.h>

#include "parse/format.h"
#include "parse/ncsa.h"
#include "parse/scan.h"

enum column {
	COLUMN_CLIENT,
	COLUMN_USER,
	COLUMN_DATE,
	COLUMN_TIME,
	COLUMN_SERVICE,
	COLUMN_SERVER,
	COLUMN_ADDRESS,
	COLUMN_TAKEN,
	COLUMN_RECEIVED,
	COLUMN_SENT,
	COLUMN_STATUS,
	COLUMN_WIN32,
	COLUMN_METHOD,
	COLUMN_TARGET, /* may hold what separates columns */
	COLUMN_COUNT
};

/* What stands before the next comma and space, which are dropped. */
static bool take_column(struct view *rest, struct view *ret_column)
{
	size_t length;

	if (!view_find(*rest, VIEW(", "), &length))
		return false;
	*ret_column = view_first(*rest, length);
	*rest = view_skip(*rest, length + 2);
	return true;
}

/* One or two digits and the separator, which is dropped. */
static bool take_small(struct view *rest, char separator, int *ret_number)
{
	struct view digits;
	uint64_t number;

	view_cut(rest, separator, &digits);
	if (digits.length > 4 || view_to_uint64(digits, &number) < 0)
		return false;
	*ret_number = (int)number;
	return true;
}

/* Three numbers and what separates them. */
static bool take_parts(struct view text, char *ret_separator, int ret_parts[3])
{
	size_t length = 0;

	while (length < text.length && text.data[length] >= '0' && text.data[length] <= '9')
		length++;
	if (length == text.length || memchr("/.-", text.data[length], 3) == NULL)
		return false;
	*ret_separator = text.data[length];
	for (int i = 0; i < 3; i++)
		if (!take_small(&text, *ret_separator, &ret_parts[i]))
			return false;
	return text.length == 0;
}

/* 03/20/01 and 11/20/2023, as the United States write dates; 20.03.2001 and 2001-03-20 as others
 * do. Which of two numbers with slashes is the month nothing in the log tells. */
static int days_of(struct view text, int64_t *ret_days)
{
	char separator;
	int parts[3];
	int year;

	if (!take_parts(text, &separator, parts))
		return -EINVAL;
	if (parts[0] > 99)
		return stamp_days(parts[0], parts[1], parts[2], ret_days);
	year = parts[2] > 99 ? parts[2] : parts[2] + (parts[2] < 70 ? 2000 : 1900);
	return separator == '/' ? stamp_days(year, parts[0], parts[1], ret_days)
				: stamp_days(year, parts[1], parts[0], ret_days);
}

/* 7:55:20 */
static int time_of_day(struct view text, int64_t *ret_ms)
{
	int hour;
	int minute;
	int second;

	if (!take_small(&text, ':', &hour) || !take_small(&text, ':', &minute) ||
	    !take_small(&text, ':', &second) || text.length > 0 || hour > 23 || minute > 59 ||
	    second > 60)
		return -EINVAL;
	*ret_ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
	return 0;
}

/* Before the last column, the parameters, of which the comma at the line's end is the border. */
static bool take_target(struct view rest, struct view *ret_target)
{
	size_t length = rest.length;

	while (length > 0 && rest.data[length - 1] == ' ')
		length--;
	if (length > 0 && rest.data[length - 1] == ',')
		length--;
	while (length > 1 && (rest.data[length - 1] != ' ' || rest.data[length - 2] != ','))
		length--;
	if (length < 2)
		return false;
	*ret_target = view_first(rest, length - 2);
	return true;
}

static const char *fill_record(
    struct stamps *stamps, const struct view *columns, struct record *record)
{
	int64_t days;
	int64_t ms;
	int64_t number;

	if (days_of(columns[COLUMN_DATE], &days) < 0)
		return "the date is not like 11/22/2026";
	if (time_of_day(columns[COLUMN_TIME], &ms) < 0)
		return "the time is not like 10:04:34";
	if (ncsa_status(columns[COLUMN_STATUS], &record->status) < 0)
		return "the eleventh column is no HTTP status";
	record->time_ms = stamp_local(stamps, days * STAMP_DAY_MS + ms);
	if (view_to_int64(columns[COLUMN_SENT], &number) == 0 && number >= 0)
		record->sent_bytes = number;
	if (view_to_int64(columns[COLUMN_WIN32], &number) == 0 && number >= INT32_MIN)
		record->win32 = number < 0 ? (int64_t)(uint32_t)number : number;
	record->client = columns[COLUMN_CLIENT];
	record->user = without_dash(columns[COLUMN_USER]);
	record->method = without_dash(columns[COLUMN_METHOD]);
	record->target = without_dash(columns[COLUMN_TARGET]);
	record->address = address_of_host(record->client);
	return NULL;
}

static void read_native(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct view columns[COLUMN_COUNT];
	const char *fault = NULL;

	for (size_t i = 0; i < COLUMN_TARGET && fault == NULL; i++)
		if (!take_column(&line, &columns[i]))
			fault = "fewer than 15 columns with commas between them";
	if (fault == NULL && !take_target(line, &columns[COLUMN_TARGET]))
		fault = "no parameters follow the target";
	if (fault == NULL)
		fault = fill_record(&reader->stamps, columns, &ret_parsed->record);
	if (fault != NULL)
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
	else
		parsed_as(ret_parsed, LINE_RECORD,
		    "an access line of IIS; it has no sub-status and does not show tokens");
}

const struct format format_iis_native = {
    .name = "iis-native",
    .looks = "its lines are 15 columns with commas between them, as IIS writes them",
    .read = read_native,
};
