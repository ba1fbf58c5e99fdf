#include "parse/json_lines.h"

#include "parse/scan.h"

#define MAX_DEPTH      16
#define MAX_PATH_BYTES 128
#define LENGTHS        32 /* chains of names, by length */
#define MAX_NAMES      160
#define NO_NAME        UINT8_MAX

struct name {
	enum field field;
	const char *name;
};

/* Of several that stand in a line the first in this list counts. */
static const struct name usual_names[] = {
    {FIELD_TIME, "@timestamp"},
    {FIELD_TIME, "timestamp"},
    {FIELD_TIME, "time_iso8601"},
    {FIELD_TIME, "time"},
    {FIELD_TIME, "ts"},
    {FIELD_TIME, "StartUTC"},
    {FIELD_TIME, "start_time"},
    {FIELD_TIME, "time_local"},
    {FIELD_TIME, "msec"},
    {FIELD_TIME, "datetime"},
    {FIELD_TIME, "date"},
    {FIELD_CLIENT, "remote_addr"},
    {FIELD_CLIENT, "remoteAddr"},
    {FIELD_CLIENT, "client_ip"},
    {FIELD_CLIENT, "clientip"},
    {FIELD_CLIENT, "request.client_ip"},
    {FIELD_CLIENT, "remote_ip"},
    {FIELD_CLIENT, "request.remote_ip"},
    {FIELD_CLIENT, "ClientHost"},
    {FIELD_CLIENT, "client.ip"},
    {FIELD_CLIENT, "source.ip"},
    {FIELD_CLIENT, "source.address"},
    {FIELD_CLIENT, "client"},
    {FIELD_CLIENT, "remote_host"},
    {FIELD_CLIENT, "downstream_remote_address"},
    {FIELD_CLIENT, "c-ip"},
    {FIELD_USER, "remote_user"},
    {FIELD_USER, "remoteUser"},
    {FIELD_USER, "user"},
    {FIELD_USER, "user_id"},
    {FIELD_USER, "username"},
    {FIELD_USER, "ClientUsername"},
    {FIELD_USER, "user.name"},
    {FIELD_USER, "auth_user"},
    {FIELD_USER, "cs-username"},
    {FIELD_STATUS, "status"},
    {FIELD_STATUS, "status_code"},
    {FIELD_STATUS, "statusCode"},
    {FIELD_STATUS, "http_status"},
    {FIELD_STATUS, "response_code"},
    {FIELD_STATUS, "DownstreamStatus"},
    {FIELD_STATUS, "http.response.status_code"},
    {FIELD_STATUS, "response.status"},
    {FIELD_STATUS, "sc-status"},
    {FIELD_REQUEST, "request"},
    {FIELD_REQUEST, "request_line"},
    {FIELD_METHOD, "request_method"},
    {FIELD_METHOD, "method"},
    {FIELD_METHOD, "request.method"},
    {FIELD_METHOD, "RequestMethod"},
    {FIELD_METHOD, "http.request.method"},
    {FIELD_METHOD, "cs-method"},
    {FIELD_TARGET, "request_uri"},
    {FIELD_TARGET, "uri"},
    {FIELD_TARGET, "request.uri"},
    {FIELD_TARGET, "RequestPath"},
    {FIELD_TARGET, "url.original"},
    {FIELD_TARGET, "url"},
    {FIELD_TARGET, "path"},
    {FIELD_BYTES, "body_bytes_sent"},
    {FIELD_BYTES, "bytes_sent"},
    {FIELD_BYTES, "bytes"},
    {FIELD_BYTES, "size"},
    {FIELD_BYTES, "DownstreamContentSize"},
    {FIELD_BYTES, "http.response.body.bytes"},
    {FIELD_AGENT, "http_user_agent"},
    {FIELD_AGENT, "user_agent"},
    {FIELD_AGENT, "userAgent"},
    {FIELD_AGENT, "agent"},
    {FIELD_AGENT, "request.headers.User-Agent"},
    {FIELD_AGENT, "requestHeaders.User-Agent"},
    {FIELD_AGENT, "request_User-Agent"},
    {FIELD_AGENT, "user_agent.original"},
    {FIELD_HOST, "http_host"},
    {FIELD_HOST, "host"},
    {FIELD_HOST, "vhost"},
    {FIELD_HOST, "server_name"},
    {FIELD_HOST, "request.host"},
    {FIELD_HOST, "RequestHost"},
    {FIELD_HOST, "url.domain"},
    {FIELD_HOST, "authority"},
    {FIELD_FORWARDED, "http_x_forwarded_for"},
    {FIELD_FORWARDED, "x_forwarded_for"},
    {FIELD_FORWARDED, "forwarded"},
    {FIELD_FORWARDED, "request.headers.X-Forwarded-For"},
    {FIELD_FORWARDED, "requestHeaders.X-Forwarded-For"},
    {FIELD_FORWARDED, "request_X-Forwarded-For"},
    {FIELD_CONNECTION, "connection"},
    {FIELD_CONNECTION, "remote_port"},
    {FIELD_CONNECTION, "request.remote_port"},
    {FIELD_WORKER, "pid"},
    {FIELD_WORKER, "worker"},
    {FIELD_SCHEME, "auth_scheme"},
    {FIELD_SCHEME, "scheme"}, /* also that of an address, which is then no scheme known here */
    {FIELD_REPLY, "auth_reply"},
    {FIELD_REPLY, "reply"},
    {FIELD_ERROR, "auth_error"},
    {FIELD_ERROR, "merr"},
    {FIELD_ERROR_TEXT, "auth_error_text"},
    {FIELD_ERROR_TEXT, "mtext"},
    {FIELD_MESSAGE, "message"},
    {FIELD_MESSAGE, "msg"},
    {FIELD_LOGGER, "loggerName"},
    {FIELD_LOGGER, "logger_name"},
    {FIELD_LOGGER, "logger"},
    {FIELD_LOGGER, "log.logger"},
};

struct names {
	struct name names[MAX_NAMES];
	uint8_t next[MAX_NAMES]; /* of the same length, modulo LENGTHS; NO_NAME at the end */
	uint8_t first[LENGTHS];
	size_t count;
};

static void add_name(struct names *names, enum field field, const char *name)
{
	uint8_t *place = &names->first[strlen(name) % LENGTHS];

	if (names->count == MAX_NAMES)
		return;
	while (*place != NO_NAME)
		place = &names->next[*place];
	*place = (uint8_t)names->count;
	names->names[names->count] = (struct name){field, name};
	names->next[names->count++] = NO_NAME;
}

void json_lines_choose(void *state, const char *const *given)
{
	struct names *names = state;

	memset(names->first, NO_NAME, sizeof(names->first));
	for (unsigned field = 0; given != NULL && field < FIELD_COUNT; field++)
		if (given[field] != NULL)
			add_name(names, (enum field)field, given[field]);
	for (size_t i = 0; i < count_of(usual_names); i++)
		if (given == NULL || given[usual_names[i].field] == NULL)
			add_name(names, usual_names[i].field, usual_names[i].name);
}

/* One line on its way. */
struct scan {
	const struct names *names;
	struct view rest;
	char path[MAX_PATH_BYTES]; /* of the value that comes */
	size_t path_length; /* may be more than there is room for: such names are unknown */
	unsigned depth;
	struct view values[FIELD_COUNT];
	size_t ranks[FIELD_COUNT];
};

static void skip_blanks(struct scan *scan)
{
	while (scan->rest.length > 0 && strchr(" \t\r\n", scan->rest.data[0]) != NULL &&
	    scan->rest.data[0] != '\0')
		scan->rest = view_skip(scan->rest, 1);
}

static bool take_mark(struct scan *scan, char mark)
{
	skip_blanks(scan);
	return take_byte(&scan->rest, mark);
}

static void keep(struct scan *scan, struct view value)
{
	struct view path = view_of(scan->path, scan->path_length);

	if (scan->path_length > MAX_PATH_BYTES)
		return;
	for (uint8_t i = scan->names->first[path.length % LENGTHS]; i != NO_NAME;
	     i = scan->names->next[i]) {
		const struct name *name = &scan->names->names[i];

		if (!view_equal_ignoring_case(path, view_of_text(name->name)))
			continue;
		/* Of a name that comes twice the first counts. */
		if (scan->values[name->field].data == NULL || i < scan->ranks[name->field]) {
			scan->values[name->field] = value;
			scan->ranks[name->field] = i;
		}
	}
}

static void push_name(struct scan *scan, struct view name)
{
	if (scan->path_length > 0 && scan->path_length < MAX_PATH_BYTES)
		scan->path[scan->path_length] = '.';
	scan->path_length += scan->path_length > 0;
	if (scan->path_length + name.length <= MAX_PATH_BYTES)
		memcpy(scan->path + scan->path_length, name.data, name.length);
	scan->path_length += name.length;
}

static bool take_value(struct scan *scan);

static bool take_members(struct scan *scan)
{
	size_t path_length = scan->path_length;
	struct view name;

	if (take_mark(scan, '}'))
		return true;
	do {
		skip_blanks(scan);
		if (!take_quoted(&scan->rest, &name) || !take_mark(scan, ':'))
			return false;
		push_name(scan, name);
		if (!take_value(scan))
			return false;
		scan->path_length = path_length;
	} while (take_mark(scan, ','));
	return take_mark(scan, '}');
}

static bool take_items(struct scan *scan)
{
	size_t path_length = scan->path_length;

	if (take_mark(scan, ']'))
		return true;
	do {
		if (!take_value(scan))
			return false;
		scan->path_length = MAX_PATH_BYTES + 1; /* the others have no name */
	} while (take_mark(scan, ','));
	scan->path_length = path_length;
	return take_mark(scan, ']');
}

/* A number, true, false or null. */
static bool take_plain(struct scan *scan)
{
	size_t length = 0;
	struct view word;

	while (length < scan->rest.length &&
	    ((scan->rest.data[length] >= '0' && scan->rest.data[length] <= '9') ||
		(scan->rest.data[length] >= 'a' && scan->rest.data[length] <= 'z') ||
		scan->rest.data[length] == '-' || scan->rest.data[length] == '+' ||
		scan->rest.data[length] == '.' || scan->rest.data[length] == 'E'))
		length++;
	word = view_first(scan->rest, length);
	scan->rest = view_skip(scan->rest, length);
	if (!view_equal(word, VIEW("null")))
		keep(scan, word);
	return length > 0;
}

static bool take_value(struct scan *scan)
{
	struct view text;
	bool taken;

	skip_blanks(scan);
	if (scan->rest.length > 0 && scan->rest.data[0] == '"') {
		taken = take_quoted(&scan->rest, &text);
		if (taken)
			keep(scan, text);
		return taken;
	}
	if (scan->depth == MAX_DEPTH)
		return false;
	scan->depth++;
	if (take_byte(&scan->rest, '{'))
		taken = take_members(scan);
	else if (take_byte(&scan->rest, '['))
		taken = take_items(scan);
	else
		taken = take_plain(scan);
	scan->depth--;
	return taken;
}

static const char *read_object(struct reader *reader, struct scan *scan, struct record *record)
{
	skip_blanks(scan);
	if (scan->rest.length == 0 || scan->rest.data[0] != '{' || !take_value(scan))
		return "the line is no JSON object";
	skip_blanks(scan);
	if (scan->rest.length > 0)
		return "text follows the JSON object";
	if (scan->values[FIELD_TIME].data == NULL)
		return "no member is known to be the time";
	if (stamp_usual(&reader->stamps, scan->values[FIELD_TIME], &record->time_ms) < 0)
		return "the time is like none that is known";
	if (scan->values[FIELD_STATUS].data == NULL)
		return scan->values[FIELD_MESSAGE].data != NULL
		    ? NULL
		    : "no member is known to be the status, nor the message";
	if (scan->values[FIELD_CLIENT].data == NULL && scan->values[FIELD_FORWARDED].data == NULL)
		return "no member is known to be the client";
	return NULL;
}

/* What words a message is the class that logged it, as in the other logs of servers in Java. */
static struct view source_of(struct view logger)
{
	size_t length = logger.length;

	if (view_is_empty(logger))
		return VIEW("json-message");
	while (length > 0 && logger.data[length - 1] != '.')
		length--;
	return view_skip(logger, length);
}

/* A line without a status is an error log's. */
static void read_message(
    struct reader *reader, const struct view values[FIELD_COUNT], struct parsed *ret_parsed)
{
	ret_parsed->signal.time_ms = ret_parsed->record.time_ms;
	parsed_match(reader, source_of(values[FIELD_LOGGER]), values[FIELD_MESSAGE], ret_parsed);
	ret_parsed->signal.address = address_of_host(values[FIELD_CLIENT]);
}

static void read_json(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct scan scan = {.names = reader->state, .rest = line};
	const char *fault = read_object(reader, &scan, &ret_parsed->record);

	if (fault != NULL)
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
	else if (scan.values[FIELD_STATUS].data == NULL)
		read_message(reader, scan.values, ret_parsed);
	else
		fields_read(scan.values, ret_parsed);
}

const struct format format_json = {
    .name = "json",
    .looks = "its lines are JSON objects with a time and a status and a client, or a message",
    .source = "json",
    .state_bytes = sizeof(struct names),
    .read = read_json,
};
