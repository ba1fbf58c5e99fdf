/* iis-w3c: the columns are those of the last #Fields line, in any order and number.
 *
 *	#Date: 2026-11-22 10:00:00
 *	#Fields: date time cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status
 *	2026-11-22 10:04:34 - 192.0.2.1 Mozilla/5.0+(Windows) 401 2 5
 */
#include <errno.h>

#include "base/text.h"
#include "parse/format.h"
#include "parse/iis_columns.h"
#include "parse/ncsa.h"
#include "parse/scan.h"

#define MAX_DISORDER_MS 60000

#define SEC_E_NO_CREDENTIALS INT64_C(2148074254) /* the second leg of every NTLM handshake */

/* What http.sys logs where it declares nothing. */
#define HTTPERR_FIELDS                                                                             \
	" date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid "       \
	"s-reason s-queuename"

#define DATE_BYTES 10
#define TIME_BYTES 8

struct iis {
	struct columns columns;
	bool has_date; /* of a #Date line, for files without a date column */
	int64_t days;
	int64_t time_of_day_ms; /* of the last line, to see midnight pass */
	int64_t ahead_ms; /* how far #GMT-Offset says that the times are ahead of UTC */
	/* The last date and time, which most lines share with the one before them. */
	char stamp[DATE_BYTES + TIME_BYTES];
	int64_t stamp_ms;
	bool stamp_known;
};

static void read_date(struct iis *iis, struct view text)
{
	struct view date;
	struct view time;

	if (!columns_take_field(&text, false, &date) || stamp_date(date, &iis->days) < 0)
		return;
	iis->has_date = true;
	if (!columns_take_field(&text, false, &time) ||
	    stamp_time_of_day(time, &iis->time_of_day_ms) < 0)
		iis->time_of_day_ms = 0;
}

/* "-0800"; IIS itself logs UTC and has no such line. */
static void read_offset(struct iis *iis, struct view text)
{
	struct view sign = view_trim(text);
	uint64_t number;

	if (sign.length != 5 || (sign.data[0] != '+' && sign.data[0] != '-') ||
	    view_to_uint64(view_skip(sign, 1), &number) < 0)
		return;
	iis->stamp_known = false;
	iis->ahead_ms = (int64_t)(number / 100 * 60 + number % 100) * 60000;
	if (sign.data[0] == '-')
		iis->ahead_ms = -iis->ahead_ms;
}

/* The value may stand behind tabs. */
static void read_directive(struct iis *iis, struct view line)
{
	struct view name;

	if (!view_cut(&line, ':', &name))
		return;
	if (view_equal_ignoring_case(name, VIEW("#Fields")))
		columns_declare(&iis->columns, line);
	else if (view_equal_ignoring_case(name, VIEW("#Date")) ||
	    view_equal_ignoring_case(name, VIEW("#Start-Date")))
		read_date(iis, line);
	else if (view_equal_ignoring_case(name, VIEW("#GMT-Offset")))
		read_offset(iis, line);
}

/* Without a date column the day is that of #Date, until the time falls back: lines stand out of
 * order by seconds only. */
static int64_t day_of(struct iis *iis, int64_t time_of_day_ms)
{
	int64_t step_ms = time_of_day_ms - iis->time_of_day_ms;

	if (step_ms > STAMP_DAY_MS - MAX_DISORDER_MS)
		return iis->days - 1; /* a late line of the evening before */
	if (step_ms < -MAX_DISORDER_MS)
		iis->days++;
	iis->time_of_day_ms = time_of_day_ms;
	return iis->days;
}

static bool is_last_stamp(const struct iis *iis, struct view date, struct view time)
{
	return date.length == DATE_BYTES && time.length == TIME_BYTES && iis->stamp_known &&
	    memcmp(date.data, iis->stamp, DATE_BYTES) == 0 &&
	    memcmp(time.data, iis->stamp + DATE_BYTES, TIME_BYTES) == 0;
}

static void keep_stamp(struct iis *iis, struct view date, struct view time, int64_t time_ms)
{
	if (date.length != DATE_BYTES || time.length != TIME_BYTES)
		return;
	memcpy(iis->stamp, date.data, DATE_BYTES);
	memcpy(iis->stamp + DATE_BYTES, time.data, TIME_BYTES);
	iis->stamp_ms = time_ms;
	iis->stamp_known = true;
}

static const char *read_time(struct iis *iis, const struct split *split, int64_t *ret_time_ms)
{
	struct view date = split_field(split, COLUMN_DATE);
	struct view time = split_field(split, COLUMN_TIME);
	int64_t time_of_day_ms;
	int64_t days;

	if (is_last_stamp(iis, date, time)) {
		*ret_time_ms = iis->stamp_ms;
		return NULL;
	}
	if (stamp_time_of_day(time, &time_of_day_ms) < 0)
		return "the time is not like 10:04:34";
	if (date.length > 0) {
		if (stamp_date(date, &days) < 0)
			return "the date is not like 2026-11-22";
	} else if (iis->has_date) {
		days = day_of(iis, time_of_day_ms);
	} else {
		return "there is no date: no column for it, and no #Date line before";
	}
	*ret_time_ms = days * STAMP_DAY_MS + time_of_day_ms - iis->ahead_ms;
	keep_stamp(iis, date, time, *ret_time_ms);
	return NULL;
}

static int64_t long_number_of(struct view field)
{
	int64_t number;
	int error = view_to_int64(field, &number);

	if (error == -ERANGE)
		return INT64_MAX;
	return error < 0 ? -1 : number;
}

/* A whole number, or -1 where there is none. Most are 0, or are not logged. */
static inline int64_t number_of(struct view field)
{
	unsigned digit;

	if (field.length > 1)
		return long_number_of(field);
	if (field.length == 0)
		return -1;
	digit = (unsigned)(unsigned char)field.data[0] - (unsigned)'0';
	return digit <= 9 ? (int64_t)digit : -1;
}

/* Logged unsigned, or signed by some writers; larger ones have been seen and are kept. */
static int64_t win32_of(struct view field)
{
	int64_t code = number_of(field);

	if (field.length > 1 && code < 0 && code >= INT32_MIN)
		code = (int64_t)(uint32_t)code;
	return code < 0 ? -1 : code;
}

/* The stem, with the query where that stands in the next column. */
static struct view target_of(struct view stem, struct view query)
{
	bool follows =
	    (stem.length > 0) & (query.length > 0) & (query.data == stem.data + stem.length + 1);

	return view_of(stem.data, stem.length + (follows ? 1 + query.length : 0));
}

/* What the sub-status tells about the sign-in. */
static const char *judge(struct record *record)
{
	if (record->status != 401)
		return "an access line of IIS";
	if (record->substatus == 2 && view_is_empty(record->user)) {
		record->scheme = SCHEME_NONE;
		return "401.2: a challenge";
	}
	if (record->substatus != 1)
		return "a 401 that does not tell a challenge from a refusal";
	if (record->win32 < 0)
		return "401.1 without sc-win32-status: a leg or a refusal";
	/* Early IIS 6 logs the middle leg of NTLM as 401.1 without an error. */
	if (record->win32 == SEC_E_NO_CREDENTIALS || record->win32 == 0) {
		record->reply = REPLY_CONTINUE;
		return "401.1 with a code that every NTLM handshake shows: a leg, no refusal";
	}
	record->reply = REPLY_REJECT;
	return "401.1: the server refused the client's token or password";
}

/* without_dash() of a field; inlined, the parts of the split stay in registers. Which fields are
 * dashes is hard to foresee, so nothing hangs on it: a byte stands behind the begin of an empty
 * field, too. */
static inline __attribute__((always_inline)) struct view text_of(
    const struct split *split, enum column column)
{
	struct view field = split_field(split, column);

	field.length -= (size_t)((field.length == 1) & (field.data[0] == '-'));
	return field;
}

/* Of columns that most logs do not have. */
static void fill_rare(const struct split *split, struct record *record)
{
	int64_t bytes = number_of(split_field(split, COLUMN_BYTES));

	record->sent_bytes = bytes >= 0 ? bytes : -1;
	record->host = text_of(split, COLUMN_HOST);
	record->forwarded = text_of(split, COLUMN_FORWARDED);
	record->connection = text_of(split, COLUMN_PORT);
	record->reason = text_of(split, COLUMN_REASON);
}

/* All but time and status. The split is copied: else its parts were read anew after each write. */
static void fill_record(const struct iis *iis, const struct split *found, struct record *record)
{
	const struct split split = *found;
	int64_t substatus = number_of(split_field(&split, COLUMN_SUBSTATUS));

	record->substatus = substatus >= 0 && substatus <= INT16_MAX ? (int)substatus : -1;
	record->win32 = win32_of(split_field(&split, COLUMN_WIN32));
	record->client = text_of(&split, COLUMN_CLIENT);
	record->user = text_of(&split, COLUMN_USER);
	record->agent = text_of(&split, COLUMN_AGENT);
	record->method = text_of(&split, COLUMN_METHOD);
	record->target = target_of(text_of(&split, COLUMN_STEM), text_of(&split, COLUMN_QUERY));
	if (iis->columns.has_rare)
		fill_rare(&split, record);
}

static const char *read_record(struct reader *reader, struct view line, struct record *record)
{
	struct iis *iis = reader->state;
	struct split split;
	const char *fault;

	if (iis->columns.count == 0)
		return "no #Fields line came before";
	if (!columns_split(&iis->columns, reader, line, &split))
		return "more fields than the last #Fields line declares";
	fault = read_time(iis, &split, &record->time_ms);
	if (fault != NULL)
		return fault;
	if (ncsa_status(split_field(&split, COLUMN_STATUS), &record->status) < 0)
		return "there is no sc-status";
	fill_record(iis, &split, record);
	return NULL;
}

static void read_iis(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct iis *iis = reader->state;
	const char *fault;

	if (iis->columns.count == 0 && view_starts_with(line, VIEW("\xef\xbb\xbf")))
		line = view_skip(line, 3); /* some tools mark a file as UTF-8 */
	if (line.length == 0 || line.data[0] == '#') {
		read_directive(iis, line);
		parsed_as(ret_parsed, LINE_HEADER, "a directive");
		return;
	}
	fault = read_record(reader, line, &ret_parsed->record);
	if (fault != NULL) {
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
		return;
	}
	clients_address(&reader->clients, ret_parsed->record.client, &ret_parsed->record.address);
	parsed_as(ret_parsed, LINE_RECORD, judge(&ret_parsed->record));
}

static const char *read_httperr_directive(struct iis *iis, struct view line)
{
	if (view_starts_with(line, VIEW("#Software:")) && !view_contains(line, VIEW("HTTP API")))
		return "the log was not written by Microsoft's HTTP API";
	read_directive(iis, line);
	if (iis->columns.count == 0 || columns_have(&iis->columns, COLUMN_REASON))
		return NULL;
	iis->columns.count = 0;
	return "the #Fields line has no s-reason: this is no log of http.sys's errors";
}

/* Most errors are of connections that never sent a request: then status and method are dashes. */
static const char *read_httperr_line(struct reader *reader, struct view line, struct record *record)
{
	struct iis *iis = reader->state;
	struct split split;
	struct view status;
	const char *fault;

	if (iis->columns.count == 0)
		columns_declare(&iis->columns, VIEW(HTTPERR_FIELDS));
	if (!columns_split(&iis->columns, reader, line, &split))
		return "more fields than are declared";
	fault = read_time(iis, &split, &record->time_ms);
	if (fault != NULL)
		return fault;
	status = split_field(&split, COLUMN_STATUS);
	if (!view_equal(status, VIEW("-")) && ncsa_status(status, &record->status) < 0)
		return "there is no sc-status";
	fill_record(iis, &split, record);
	return view_is_empty(split_field(&split, COLUMN_REASON)) ? "there is no s-reason" : NULL;
}

static void read_httperr(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	bool is_directive = line.data[0] == '#';
	const char *fault = is_directive ? read_httperr_directive(reader->state, line)
					 : read_httperr_line(reader, line, &ret_parsed->record);

	if (!is_directive && fault == NULL)
		clients_address(
		    &reader->clients, ret_parsed->record.client, &ret_parsed->record.address);
	if (fault != NULL)
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
	else if (is_directive)
		parsed_as(ret_parsed, LINE_HEADER, "a directive");
	else
		parsed_as(ret_parsed, LINE_RECORD, "a request or connection that http.sys ended");
}

/* The state as directives, which restoring just reads again. */
static void save_iis(const struct reader *reader, struct buffer *ret_header)
{
	const struct iis *iis = reader->state;
	char text[TEXT_TIME_BYTES];

	if (iis->has_date) {
		text_of_time(iis->days * STAMP_DAY_MS + iis->time_of_day_ms, text);
		buffer_append_format(ret_header, "#Date: %.10s %.12s\n", text, text + 11);
	}
	if (iis->ahead_ms != 0)
		buffer_append_format(ret_header, "#GMT-Offset: %c%02d%02d\n",
		    iis->ahead_ms < 0 ? '-' : '+', (int)(llabs(iis->ahead_ms) / 3600000),
		    (int)(llabs(iis->ahead_ms) / 60000 % 60));
	if (iis->columns.count == 0)
		return;
	buffer_append_text(ret_header, "#Fields:");
	columns_save(&iis->columns, ret_header);
	buffer_append_byte(ret_header, '\n');
}

static int restore_iis(struct reader *reader, struct view header)
{
	struct view line;

	while (header.length > 0) {
		view_cut(&header, '\n', &line);
		if (line.length == 0 || line.data[0] != '#')
			return -EINVAL;
		read_directive(reader->state, line);
	}
	return 0;
}

const struct format format_iis_w3c = {
    .name = "iis-w3c",
    .looks = "a #Fields line declares its columns",
    .marks = COLUMNS_MARKS,
    .state_bytes = sizeof(struct iis),
    .read = read_iis,
    .save = save_iis,
    .restore = restore_iis,
};

const struct format format_httperr = {
    .name = "httperr",
    .looks = "its lines are those of http.sys's error log and end in a reason and a queue",
    .source = "httperr",
    .marks = COLUMNS_MARKS,
    .state_bytes = sizeof(struct iis),
    .read = read_httperr,
    .save = save_iis,
    .restore = restore_iis,
};
