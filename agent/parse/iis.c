/* iis-w3c: the columns are those of the last #Fields line, in any order and number.
 *
 *	#Date: 2026-11-22 10:00:00
 *	#Fields: date time cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status
 *	2026-11-22 10:04:34 - 192.0.2.1 Mozilla/5.0+(Windows) 401 2 5
 */
#include <errno.h>

#include "base/marks.h"
#include "base/text.h"
#include "parse/format.h"
#include "parse/ncsa.h"
#include "parse/scan.h"

#define MAX_COLUMNS     128
#define MAX_DISORDER_MS 60000

#define SEC_E_NO_CREDENTIALS INT64_C(2148074254) /* the second leg of every NTLM handshake */

enum column {
	COLUMN_SKIPPED,
	COLUMN_DATE,
	COLUMN_TIME,
	COLUMN_CLIENT,
	COLUMN_USER,
	COLUMN_METHOD,
	COLUMN_STEM,
	COLUMN_QUERY,
	COLUMN_AGENT,
	COLUMN_HOST,
	COLUMN_FORWARDED,
	COLUMN_STATUS,
	COLUMN_SUBSTATUS,
	COLUMN_WIN32,
	COLUMN_BYTES,
	COLUMN_PORT,
	COLUMN_REASON,
	COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_SKIPPED] = "x-skipped",
    [COLUMN_DATE] = "date",
    [COLUMN_TIME] = "time",
    [COLUMN_CLIENT] = "c-ip",
    [COLUMN_USER] = "cs-username",
    [COLUMN_METHOD] = "cs-method",
    [COLUMN_STEM] = "cs-uri-stem",
    [COLUMN_QUERY] = "cs-uri-query",
    [COLUMN_AGENT] = "cs(User-Agent)",
    [COLUMN_HOST] = "cs-host",
    [COLUMN_FORWARDED] = "X-Forwarded-For",
    [COLUMN_STATUS] = "sc-status",
    [COLUMN_SUBSTATUS] = "sc-substatus",
    [COLUMN_WIN32] = "sc-win32-status",
    [COLUMN_BYTES] = "sc-bytes",
    [COLUMN_PORT] = "c-port",
    [COLUMN_REASON] = "s-reason",
};

/* The same by other names. */
static const struct {
	struct view name;
	enum column column;
} column_aliases[] = {
    {VIEW("cs(Host)"), COLUMN_HOST},
    {VIEW("cs(X-Forwarded-For)"), COLUMN_FORWARDED},
    {VIEW("cs-uri"), COLUMN_STEM},
};

/* What http.sys logs where it declares nothing. */
#define HTTPERR_FIELDS                                                                             \
	" date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid "       \
	"s-reason s-queuename"

#define DATE_BYTES 10
#define TIME_BYTES 8

struct iis {
	uint8_t columns[MAX_COLUMNS]; /* enum column */
	struct {
		uint8_t column, place;
	} wanted[COLUMN_COUNT]; /* the columns that are read, and which field each is */
	size_t wanted_count;
	size_t column_count; /* 0: no #Fields line yet */
	size_t unused_count; /* columns beyond MAX_COLUMNS, which are not read */
	bool has_date; /* of a #Date line, for files without a date column */
	int64_t days;
	int64_t time_of_day_ms; /* of the last line, to see midnight pass */
	int64_t ahead_ms; /* how far #GMT-Offset says that the times are ahead of UTC */
	/* The last date and time, which most lines share with the one before them. */
	char stamp[DATE_BYTES + TIME_BYTES];
	int64_t stamp_ms;
	bool stamp_known;
	/* Of one line, here since what is on the stack is zeroed each time. Empty where there is no
	 * such column. */
	struct view fields[COLUMN_COUNT];
};

static void clear_fields(struct view *fields)
{
	memset(fields, 0, COLUMN_COUNT * sizeof(*fields));
}

static size_t declared_columns(const struct iis *iis)
{
	return iis->column_count + iis->unused_count;
}

static void put_field(
    const struct iis *iis, size_t index, struct view field, struct view *ret_fields)
{
	if (index < iis->column_count)
		ret_fields[iis->columns[index]] = field;
}

/* IIS puts one space between fields and "+" for spaces inside, so this fits whatever a client
 * sends. The spaces tell how many fields there are; only those that are read are looked at. */
static bool split_at_marks(struct reader *reader, struct view line)
{
	struct iis *iis = reader->state;
	struct marks *spaces = &reader->marks;

	if (line.data[line.length - 1] == ' ')
		line.length--;
	reader->find_marks(spaces, line, ' ', ' ');
	/* Spaces at the ends, and two together, would make empty fields. */
	if (!spaces->all || spaces->adjacent || spaces->count + 1 != iis->column_count ||
	    line.length == 0 || line.data[0] == ' ' || line.data[line.length - 1] == ' ')
		return false;
	for (size_t i = 0; i < iis->wanted_count; i++)
		iis->fields[iis->wanted[i].column] =
		    marks_between(spaces, line, iis->wanted[i].place);
	return true;
}

/* The same for lines with some other number of fields or with spaces too many. Returns how many
 * fields there are; beyond those declared one more is enough to know. */
static size_t split_at_spaces(const struct iis *iis, struct view line, struct view *ret_fields)
{
	const char *at = line.data;
	const char *end = at + line.length;
	size_t count = 0;

	while (at < end && count <= declared_columns(iis)) {
		const char *from = at;

		while (at < end && *at != ' ')
			at++;
		if (at > from)
			put_field(iis, count++, view_of(from, (size_t)(at - from)), ret_fields);
		while (at < end && *at == ' ')
			at++;
	}
	return count;
}

/* What stands between spaces and tabs, or between quotes where `quoted` says that those count. */
static bool take_field(struct view *rest, bool quoted, struct view *ret_field)
{
	size_t length = 0;
	size_t blanks = 0;

	while (blanks < rest->length && (rest->data[blanks] == ' ' || rest->data[blanks] == '\t'))
		blanks++;
	*rest = view_skip(*rest, blanks);
	if (rest->length == 0)
		return false;
	if (quoted && take_quoted(rest, ret_field))
		return true;
	while (length < rest->length && rest->data[length] != ' ' && rest->data[length] != '\t')
		length++;
	*ret_field = view_first(*rest, length);
	*rest = view_skip(*rest, length);
	return true;
}

static size_t split_at_blanks(
    const struct iis *iis, struct view line, bool quoted, struct view *ret_fields)
{
	size_t count = 0;
	struct view field;

	while (count <= declared_columns(iis) && take_field(&line, quoted, &field))
		put_field(iis, count++, field, ret_fields);
	return count;
}

/* The first way that gives as many fields as were declared: IIS's own, then with tabs and quotes as
 * other writers have them. Where none does a line may have fewer fields than declared, but not
 * more: then nobody knows which is which. */
static bool split_oddly(const struct iis *iis, struct view line, struct view *ret_fields)
{
	size_t columns = declared_columns(iis);
	size_t count;

	clear_fields(ret_fields);
	count = split_at_spaces(iis, line, ret_fields);
	for (int quoted = 0; count != columns && quoted <= 1; quoted++) {
		clear_fields(ret_fields);
		count = split_at_blanks(iis, line, quoted == 1, ret_fields);
	}
	if (count == columns)
		return true;
	clear_fields(ret_fields);
	return split_at_spaces(iis, line, ret_fields) < columns;
}

static bool split_line(struct reader *reader, struct view line)
{
	struct iis *iis = reader->state;

	return split_at_marks(reader, line) || split_oddly(iis, line, iis->fields);
}

static enum column column_named(struct view name)
{
	for (unsigned column = COLUMN_DATE; column < COLUMN_COUNT; column++)
		if (view_equal_ignoring_case(name, view_of_text(column_names[column])))
			return (enum column)column;
	for (size_t i = 0; i < count_of(column_aliases); i++)
		if (view_equal_ignoring_case(name, column_aliases[i].name))
			return column_aliases[i].column;
	return COLUMN_SKIPPED;
}

/* Of a column declared twice the first counts. */
static void read_fields(struct iis *iis, struct view names)
{
	bool seen[COLUMN_COUNT] = {false};
	struct view name;

	iis->column_count = 0;
	iis->unused_count = 0;
	iis->wanted_count = 0;
	clear_fields(iis->fields);
	while (take_field(&names, false, &name)) {
		enum column column = column_named(name);

		if (iis->column_count == MAX_COLUMNS) {
			iis->unused_count++;
			continue;
		}
		if (seen[column])
			column = COLUMN_SKIPPED;
		seen[column] = column != COLUMN_SKIPPED;
		if (seen[column]) {
			iis->wanted[iis->wanted_count].column = (uint8_t)column;
			iis->wanted[iis->wanted_count++].place = (uint8_t)iis->column_count;
		}
		iis->columns[iis->column_count++] = (uint8_t)column;
	}
}

static void read_date(struct iis *iis, struct view text)
{
	struct view date;
	struct view time;

	if (!take_field(&text, false, &date) || stamp_date(date, &iis->days) < 0)
		return;
	iis->has_date = true;
	if (!take_field(&text, false, &time) || stamp_time_of_day(time, &iis->time_of_day_ms) < 0)
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
		read_fields(iis, line);
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

static const char *read_time(struct iis *iis, const struct view *fields, int64_t *ret_time_ms)
{
	int64_t time_of_day_ms;
	int64_t days;

	if (is_last_stamp(iis, fields[COLUMN_DATE], fields[COLUMN_TIME])) {
		*ret_time_ms = iis->stamp_ms;
		return NULL;
	}
	if (stamp_time_of_day(fields[COLUMN_TIME], &time_of_day_ms) < 0)
		return "the time is not like 10:04:34";
	if (fields[COLUMN_DATE].length > 0) {
		if (stamp_date(fields[COLUMN_DATE], &days) < 0)
			return "the date is not like 2026-11-22";
	} else if (iis->has_date) {
		days = day_of(iis, time_of_day_ms);
	} else {
		return "there is no date: no column for it, and no #Date line before";
	}
	*ret_time_ms = days * STAMP_DAY_MS + time_of_day_ms - iis->ahead_ms;
	keep_stamp(iis, fields[COLUMN_DATE], fields[COLUMN_TIME], *ret_time_ms);
	return NULL;
}

/* A whole number, or -1 where there is none. */
static int64_t number_of(struct view field)
{
	int64_t number;
	int error;

	/* Most are 0, or are not logged. */
	if (field.length <= 1)
		return field.length == 1 && field.data[0] >= '0' && field.data[0] <= '9'
		    ? field.data[0] - '0'
		    : -1;
	error = view_to_int64(field, &number);

	if (error == -ERANGE)
		return INT64_MAX;
	return error < 0 ? -1 : number;
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
	stem = without_dash(stem);
	query = without_dash(query);
	if (stem.length > 0 && query.length > 0 && query.data == stem.data + stem.length + 1)
		stem.length += 1 + query.length;
	return stem;
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

static const char *fill_record(struct iis *iis, const struct view *fields, struct record *record)
{
	const char *fault = read_time(iis, fields, &record->time_ms);
	int64_t substatus = number_of(fields[COLUMN_SUBSTATUS]);
	int64_t bytes = number_of(fields[COLUMN_BYTES]);

	if (fault != NULL)
		return fault;
	if (ncsa_status(fields[COLUMN_STATUS], &record->status) < 0)
		return "there is no sc-status";
	record->substatus = substatus >= 0 && substatus <= INT16_MAX ? (int)substatus : -1;
	record->win32 = win32_of(fields[COLUMN_WIN32]);
	record->sent_bytes = bytes >= 0 ? bytes : -1;
	record->client = without_dash(fields[COLUMN_CLIENT]);
	record->user = without_dash(fields[COLUMN_USER]);
	record->agent = without_dash(fields[COLUMN_AGENT]);
	record->method = without_dash(fields[COLUMN_METHOD]);
	record->target = target_of(fields[COLUMN_STEM], fields[COLUMN_QUERY]);
	record->host = without_dash(fields[COLUMN_HOST]);
	record->forwarded = without_dash(fields[COLUMN_FORWARDED]);
	record->connection = without_dash(fields[COLUMN_PORT]);
	record->reason = without_dash(fields[COLUMN_REASON]);
	return NULL;
}

static void read_iis(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct iis *iis = reader->state;
	const char *fault;

	if (iis->column_count == 0 && view_starts_with(line, VIEW("\xef\xbb\xbf")))
		line = view_skip(line, 3); /* some tools mark a file as UTF-8 */
	if (line.length == 0 || line.data[0] == '#') {
		read_directive(iis, line);
		parsed_as(ret_parsed, LINE_HEADER, "a directive");
		return;
	}
	if (iis->column_count == 0)
		fault = "no #Fields line came before";
	else if (!split_line(reader, line))
		fault = "more fields than the last #Fields line declares";
	else
		fault = fill_record(iis, iis->fields, &ret_parsed->record);
	clients_address(&reader->clients, ret_parsed->record.client, &ret_parsed->record.address);
	if (fault != NULL)
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
	else
		parsed_as(ret_parsed, LINE_RECORD, judge(&ret_parsed->record));
}

static bool has_column(const struct iis *iis, enum column column)
{
	for (size_t i = 0; i < iis->column_count; i++)
		if (iis->columns[i] == column)
			return true;
	return false;
}

static const char *read_httperr_directive(struct iis *iis, struct view line)
{
	if (view_starts_with(line, VIEW("#Software:")) && !view_contains(line, VIEW("HTTP API")))
		return "the log was not written by Microsoft's HTTP API";
	read_directive(iis, line);
	if (iis->column_count == 0 || has_column(iis, COLUMN_REASON))
		return NULL;
	iis->column_count = 0;
	return "the #Fields line has no s-reason: this is no log of http.sys's errors";
}

/* Most errors are of connections that never sent a request: then status and method are dashes. */
static const char *read_httperr_line(
    struct reader *reader, struct view line, struct record *record)
{
	struct iis *iis = reader->state;
	struct view *fields = iis->fields;
	const char *fault;

	if (iis->column_count == 0)
		read_fields(iis, VIEW(HTTPERR_FIELDS));
	if (!split_line(reader, line))
		return "more fields than are declared";
	if (view_equal(fields[COLUMN_STATUS], VIEW("-")))
		fields[COLUMN_STATUS] = VIEW("0");
	fault = fill_record(iis, fields, record);
	if (fault == NULL && view_is_empty(fields[COLUMN_REASON]))
		fault = "there is no s-reason";
	return fault;
}

static void read_httperr(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	bool is_directive = line.data[0] == '#';
	const char *fault = is_directive
	    ? read_httperr_directive(reader->state, line)
	    : read_httperr_line(reader, line, &ret_parsed->record);

	clients_address(&reader->clients, ret_parsed->record.client, &ret_parsed->record.address);
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
	if (iis->column_count == 0)
		return;
	buffer_append_text(ret_header, "#Fields:");
	for (size_t i = 0; i < iis->column_count + iis->unused_count; i++) {
		unsigned column = i < iis->column_count ? iis->columns[i] : COLUMN_SKIPPED;

		buffer_append_format(ret_header, " %s", column_names[column]);
	}
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
    .state_bytes = sizeof(struct iis),
    .read = read_iis,
    .save = save_iis,
    .restore = restore_iis,
};

const struct format format_httperr = {
    .name = "httperr",
    .looks = "its lines are those of http.sys's error log and end in a reason and a queue",
    .source = "httperr",
    .state_bytes = sizeof(struct iis),
    .read = read_httperr,
    .save = save_iis,
    .restore = restore_iis,
};
