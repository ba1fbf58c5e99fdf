/* The lines of IIS, Tomcat, Jetty, HAProxy and JSON loggers come back as they were written; see
 * trips.h. */
#include "trips.h"

/* What the format has beside the user and the bytes, which it may lack. */
static void check_head(const struct trip *trip)
{
	const struct record *record = &trip->parsed.record;
	const struct request *request = &trip->request;

	check_that(trip, trip->parsed.kind == LINE_RECORD);
	check_that(trip, record->time_ms == request->time_ms);
	check_that(trip, record->address.family == request->address.family);
	check_that(trip, memcmp(record->address.bytes, request->address.bytes, 16) == 0);
	check_that(trip, trip_is_logged(record->method, &request->method));
	check_that(trip, trip_is_logged(record->target, &request->target));
	check_that(trip, record->status == request->status);
}

static void append_date(struct trip *trip, const char *form)
{
	char time[TEXT_TIME_BYTES];

	text_of_time(trip->request.time_ms, time);
	if (strcmp(form, "american") == 0)
		buffer_append_format(
		    &trip->line, "%.2s/%.2s/%.4s, %.8s", time + 5, time + 8, time, time + 11);
	else
		buffer_append_format(&trip->line, "%.10s %.8s", time, time + 11);
}

static int64_t win32_of(const struct trip *trip)
{
	return (int64_t)trip->number - 1000;
}

static void write_iis_native(struct trip *trip)
{
	const struct request *request = &trip->request;

	buffer_append_format(
	    &trip->line, "%s, %s, ", buffer_text(&request->client), buffer_text(&request->user));
	append_date(trip, "american");
	buffer_append_format(&trip->line, ", W3SVC2, WEB1, 192.0.2.9, %u, 163, ",
	    chance_below(&trip->chance, 10000));
	if (request->sent_bytes < 0)
		buffer_append_byte(&trip->line, '-');
	else
		buffer_append_format(&trip->line, "%lld", (long long)request->sent_bytes);
	buffer_append_format(&trip->line, ", %d, %lld, %s, ", request->status,
	    (long long)win32_of(trip), buffer_text(&request->method));
	buffer_append(&trip->line, buffer_view(&request->target));
	buffer_append_text(&trip->line, ", ");
	buffer_append(&trip->line, buffer_view(&request->text));
	buffer_append_byte(&trip->line, ',');
}

static void check_iis_native(const struct trip *trip)
{
	check_request(trip);
	check_that(trip, trip->parsed.record.win32 == (int64_t)(uint32_t)win32_of(trip));
}

static void write_httperr(struct trip *trip)
{
	const struct request *request = &trip->request;

	append_date(trip, "iso");
	buffer_append_format(&trip->line, " %s %zu 192.0.2.9 80 HTTP/1.1 %s ",
	    buffer_text(&request->client), trip->number, buffer_text(&request->method));
	buffer_append(&trip->line, buffer_view(&request->target));
	buffer_append_format(&trip->line, " %d 1 ", request->status);
	buffer_append(&trip->line, buffer_view(&request->text));
	buffer_append_text(&trip->line, " Pool");
}

static void check_httperr(const struct trip *trip)
{
	uint64_t port = 0;

	check_head(trip);
	check_that(trip, trip_is_logged(trip->parsed.record.reason, &trip->request.text));
	check_that(trip, view_to_uint64(trip->parsed.record.connection, &port) == 0);
	check_that(trip, port == trip->number);
}

/* Versions that escape nothing log the agent as it came. */
static void write_raw_agent(struct trip *trip)
{
	write_common(trip);
	buffer_append_text(&trip->line, " \"-\"");
	append_quoted(&trip->line, " ", &trip->request.agent);
}

/* Without quotes in what the client sent, which only the agent can be read with. */
static void write_jetty(struct trip *trip)
{
	bool is_extended = chance_below(&trip->chance, 4) > 0;
	struct buffer *texts[] = {
	    &trip->request.target, &trip->request.referer, &trip->request.agent};

	for (size_t i = 0; i < count_of(texts); i++)
		for (size_t j = 0; j < texts[i]->length; j++)
			if (texts[i]->data[j] == '"' || (i == 0 && texts[i]->data[j] == '\\'))
				texts[i]->data[j] = '\'';
	if (chance_below(&trip->chance, 4) == 0)
		buffer_append_text(&trip->line, "www.example.com ");
	write_common(trip);
	buffer_append_byte(&trip->line, ' ');
	if (is_extended) {
		append_quoted(&trip->line, "", &trip->request.referer);
		append_quoted(&trip->line, " ", &trip->request.agent);
	} else {
		buffer_clear(&trip->request.agent);
		buffer_append_byte(&trip->request.agent, '-');
	}
	if (chance_below(&trip->chance, 2) == 0)
		buffer_append_text(
		    &trip->line, chance_below(&trip->chance, 2) == 0 ? " -" : " \"a=b;c=d\"");
	if (chance_below(&trip->chance, 2) == 0)
		buffer_append_format(&trip->line, " %zu", trip->number);
}

static void write_haproxy(struct trip *trip)
{
	const struct request *request = &trip->request;

	trip->request.zone_minutes = 0;
	if (chance_below(&trip->chance, 2) == 0)
		buffer_append_text(&trip->line, "Nov 22 10:04:34 lb haproxy[14389]: ");
	buffer_append_format(&trip->line, "%s:%zu [", buffer_text(&request->client), trip->number);
	request_append_ncsa_time(request, &trip->line);
	trip->line.length -= 6;
	buffer_append_format(&trip->line,
	    ".000] in~ app/web1 10/0/30/69/%u %d %lld - - ---- 1/1/1/1/0 0/0 ",
	    chance_below(&trip->chance, 1000), request->status, (long long)request->sent_bytes);
	if (chance_below(&trip->chance, 2) == 0) {
		buffer_append_byte(&trip->line, '{');
		buffer_append(&trip->line, buffer_view(&request->agent));
		buffer_append_byte(&trip->line, '|');
		buffer_append(&trip->line, buffer_view(&request->host));
		buffer_append_text(&trip->line, "} ");
	}
	buffer_append_format(&trip->line, "\"%s ", buffer_text(&request->method));
	buffer_append(&trip->line, buffer_view(&request->target));
	buffer_append_text(&trip->line, " HTTP/1.1\"");
}

static void check_haproxy(const struct trip *trip)
{
	uint64_t port = 0;

	check_head(trip);
	check_that(trip, trip->parsed.record.sent_bytes == trip->request.sent_bytes);
	check_that(trip, view_to_uint64(trip->parsed.record.connection, &port) == 0);
	check_that(trip, port == trip->number);
}

static void append_member(struct trip *trip, const char *name, const struct buffer *value)
{
	buffer_append_format(&trip->line, "\"%s\": ", name);
	append_quoted(&trip->line, "", value);
}

#define MEMBERS 9

static void append_json_member(struct trip *trip, unsigned which)
{
	const struct request *request = &trip->request;
	const struct {
		const char *name;
		const struct buffer *value;
	} texts[] = {{"client", &request->client}, {"user", &request->user},
	    {"method", &request->method}, {"uri", &request->target},
	    {"user_agent", &request->agent}, {"vhost", &request->host},
	    {"referer", &request->referer}};

	if (which < count_of(texts))
		append_member(trip, texts[which].name, texts[which].value);
	else if (which == count_of(texts))
		buffer_append_format(&trip->line,
		    "\"response\":{\"size\":1,\"status\":%d,\"x\":[{}]}", request->status);
	else if (request->sent_bytes < 0)
		buffer_append_text(&trip->line, "\"bytes\":null");
	else
		buffer_append_format(&trip->line, "\"bytes\":%lld", (long long)request->sent_bytes);
}

static void write_json(struct trip *trip)
{
	unsigned first = chance_below(&trip->chance, MEMBERS);
	unsigned step = (unsigned[]){1, 2, 4, 5, 7, 8}[chance_below(&trip->chance, 6)];

	buffer_append_format(&trip->line, "{\"time\":%lld%s",
	    (long long)trip->request.time_ms / 1000,
	    chance_below(&trip->chance, 2) == 0 ? ".000" : "");
	for (unsigned i = 0; i < MEMBERS; i++) {
		buffer_append_text(&trip->line, chance_below(&trip->chance, 2) == 0 ? "," : " , ");
		append_json_member(trip, (first + i * step) % MEMBERS);
	}
	buffer_append_byte(&trip->line, '}');
}

static void check_json(const struct trip *trip)
{
	check_combined(trip);
	check_that(trip, trip_is_logged(trip->parsed.record.host, &trip->request.host));
}

/* Whatever clients send, each request comes back from its line as it was. */
static void lines_come_back(unused_parameter void **state)
{
	static const struct round rounds[] = {
	    {.format = "iis-native",
		.escape = escape_iis,
		.escape_user = escape_url,
		.write = write_iis_native,
		.check = check_iis_native},
	    {.format = "ncsa",
		.escape = escape_iis,
		.escape_user = escape_url,
		.write = write_common,
		.check = check_request},
	    {.format = "httperr",
		.escape = escape_iis,
		.escape_user = escape_iis,
		.write = write_httperr,
		.check = check_httperr},
	    {.format = "tomcat",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_combined,
		.check = check_combined},
	    {.format = "jetty",
		.escape = escape_nothing,
		.escape_user = escape_url,
		.write = write_jetty,
		.check = check_combined},
	    {.format = "haproxy-http",
		.escape = escape_haproxy,
		.escape_user = escape_haproxy,
		.write = write_haproxy,
		.check = check_haproxy},
	    {.format = "json",
		.escape = escape_json,
		.escape_user = escape_json,
		.write = write_json,
		.check = check_json},
	};

	for (size_t i = 0; i < count_of(rounds); i++)
		trips_run(&rounds[i]);
}

/* The target is escaped as Tomcat does, the agent not at all. */
static void escape_target_only(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.data[i];

		buffer_append_byte(buffer, byte == '\r' || byte == '\n' ? ' ' : byte);
	}
}

static void write_old_tomcat(struct trip *trip)
{
	for (size_t i = 0; i < trip->request.target.length; i++)
		if (trip->request.target.data[i] == '"' || trip->request.target.data[i] == '\\')
			trip->request.target.data[i] = '\'';
	write_raw_agent(trip);
}

/* Agents that a server does not escape, quotes and all. */
static void raw_agents_come_back(unused_parameter void **state)
{
	static const struct round round = {.format = "tomcat",
	    .escape = escape_target_only,
	    .escape_user = escape_url,
	    .write = write_old_tomcat,
	    .check = check_combined};

	trips_run(&round);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_come_back),
	    cmocka_unit_test(raw_agents_come_back),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
