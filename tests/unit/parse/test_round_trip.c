/* Each format's lines are written as its server writes them, from random requests with whatever a
 * client may send in them, and read back. A failure prints its seed: AUTHMEDIC_SEED=N repeats it.
 */
#include "trips.h"

/* Of the signals: what the server says of the ticket. */
static unsigned kvno_of(const struct trip *trip)
{
	return (unsigned)trip->number * 7 + 1;
}

static void write_vhost(struct trip *trip)
{
	buffer_append_format(&trip->line, "www%u:443 ", chance_below(&trip->chance, 10));
	write_combined(trip);
}

static void check_vhost(const struct trip *trip)
{
	check_combined(trip);
	check_that(trip, view_starts_with(trip->parsed.record.host, VIEW("www")));
	check_that(trip, trip->parsed.record.host.length == 4);
}

struct scheme_name {
	const char *name;
	enum scheme scheme;
};

static const struct scheme_name scheme_names[] = {{"none", SCHEME_NONE},
    {"negotiate-kerberos", SCHEME_KERBEROS}, {"negotiate-ntlm", SCHEME_NTLM},
    {"negotiate-ntlm-1", SCHEME_NTLM}, {"negotiate-ntlm-3", SCHEME_NTLM},
    {"negotiate-spnego-short", SCHEME_NTLM}, {"negotiate-resp", SCHEME_NTLM},
    {"negotiate-spnego-other", SCHEME_OTHER}, {"negotiate-other", SCHEME_OTHER},
    {"ntlm", SCHEME_NTLM}, {"ntlm-1", SCHEME_NTLM}, {"ntlm-3", SCHEME_NTLM},
    {"basic", SCHEME_BASIC}, {"digest", SCHEME_OTHER}, {"bearer", SCHEME_OTHER},
    {"other", SCHEME_OTHER}, {"-", SCHEME_UNKNOWN}};

static const struct scheme_name *scheme_of(const struct trip *trip)
{
	return &scheme_names[trip->number % count_of(scheme_names)];
}

#define PAIRS 5

static void append_pair(struct trip *trip, unsigned which, const char *answer)
{
	struct buffer *line = &trip->line;

	switch (which) {
	case 0:
		buffer_append_format(line, " scheme=%s", scheme_of(trip)->name);
		break;
	case 1:
		buffer_append_format(line, " tid=140269899130560 conn=%zu us=0.001", trip->number);
		break;
	case 2:
		buffer_append_text(line, answer);
		break;
	case 3:
		append_quoted(line, " mtext=", &trip->request.text);
		break;
	default:
		append_quoted(line, " host=", &trip->request.host);
		break;
	}
}

/* In an order that changes. */
static void append_pairs(struct trip *trip, const char *answer)
{
	unsigned first = chance_below(&trip->chance, PAIRS);
	unsigned step = 1 + chance_below(&trip->chance, PAIRS - 1);

	for (unsigned i = 0; i < PAIRS; i++)
		append_pair(trip, (first + i * step) % PAIRS, answer);
}

static void write_apache_authmedic(struct trip *trip)
{
	if (chance_below(&trip->chance, 2) == 0)
		write_combined(trip);
	else
		write_common(trip);
	append_pairs(trip, " merr=\"-\"");
}

static void write_nginx_authmedic(struct trip *trip)
{
	write_combined(trip);
	append_pairs(trip, " reply=-");
}

static void check_authmedic(const struct trip *trip)
{
	const struct record *record = &trip->parsed.record;
	auto_buffer struct buffer number;

	check_request(trip);
	buffer_init(&number, 32);
	buffer_append_format(&number, "%zu", trip->number);
	check_that(trip, record->scheme == scheme_of(trip)->scheme);
	check_that(trip, trip_is_logged(record->reason, &trip->request.text));
	check_that(trip, trip_is_logged(record->host, &trip->request.host));
	check_that(trip, view_equal(record->connection, buffer_view(&number)));
}

static void write_squid_combined(struct trip *trip)
{
	write_combined(trip);
	if (chance_below(&trip->chance, 2) == 0)
		buffer_append_text(&trip->line, " scheme=negotiate-kerberos");
	buffer_append_text(&trip->line, " TCP_DENIED:HIER_NONE");
}

static void write_squid_native(struct trip *trip)
{
	const struct request *request = &trip->request;

	if (request->sent_bytes < 0)
		trip->request.sent_bytes = 0;
	buffer_append_format(&trip->line, "%lld.000 %6u %s TCP_DENIED/%03d %lld ",
	    (long long)(request->time_ms / 1000), chance_below(&trip->chance, 100000),
	    buffer_text(&request->client), request->status, (long long)request->sent_bytes);
	buffer_append(&trip->line, buffer_view(&request->method));
	buffer_append_byte(&trip->line, ' ');
	buffer_append(&trip->line, buffer_view(&request->target));
	buffer_append_byte(&trip->line, ' ');
	buffer_append(&trip->line, buffer_view(&request->user));
	buffer_append_text(&trip->line, " HIER_NONE/- text/html");
}

static const char *const iis_columns[] = {"date", "time", "c-ip", "cs-username", "cs-method",
    "cs-uri-stem", "sc-status", "sc-substatus", "sc-win32-status", "sc-bytes", "cs(User-Agent)",
    "cs(Cookie)", "x-custom", "cs-host"};

static void append_iis_field(struct trip *trip, size_t column)
{
	const struct request *request = &trip->request;
	char time[TEXT_TIME_BYTES];
	const struct buffer *const texts[count_of(iis_columns)] = {[2] = &request->client,
	    [3] = &request->user,
	    [4] = &request->method,
	    [5] = &request->target,
	    [10] = &request->agent,
	    [11] = &request->referer,
	    [12] = &request->text,
	    [13] = &request->host};

	text_of_time(request->time_ms, time);
	if (texts[column] != NULL)
		buffer_append(&trip->line, buffer_view(texts[column]));
	else if (column <= 1)
		buffer_append_format(
		    &trip->line, "%.*s", column == 0 ? 10 : 8, column == 0 ? time : time + 11);
	else if (column == 6)
		buffer_append_format(&trip->line, "%d", request->status);
	else if (column == 7)
		buffer_append_format(&trip->line, "%zu", trip->number % 5);
	else if (column == 8)
		buffer_append_format(&trip->line, "%lld", (long long)trip->number - 1000);
	else
		buffer_append_format(&trip->line, "%lld", (long long)request->sent_bytes);
}

/* The order of the columns follows from the number of the declaration. */
static size_t iis_column(const struct trip *trip, size_t place)
{
	static const size_t steps[] = {1, 3, 5, 9, 11, 13};
	size_t declaration = trip->number / 10;
	size_t first = declaration % 3; /* what a client sends never begins a line */

	return (first + place * steps[declaration % count_of(steps)]) % count_of(iis_columns);
}

static void write_iis(struct trip *trip)
{
	for (size_t place = 0; place < count_of(iis_columns); place++) {
		append_iis_field(trip, iis_column(trip, place));
		buffer_append_byte(&trip->line, ' ');
	}
}

static void check_iis(const struct trip *trip)
{
	const struct record *record = &trip->parsed.record;
	int64_t win32 = (int64_t)(uint32_t)((int64_t)trip->number - 1000);

	check_request(trip);
	check_that(trip, trip_is_logged(record->agent, &trip->request.agent));
	check_that(trip, trip_is_logged(record->host, &trip->request.host));
	check_that(trip, record->substatus == (int)(trip->number % 5));
	check_that(trip, record->win32 == win32);
}

/* Before every tenth line the columns are declared anew. */
static void declare_iis(struct trip *trip)
{
	if (trip->number % 10 != 0)
		return;
	buffer_append_text(&trip->line, "#Fields:");
	for (size_t place = 0; place < count_of(iis_columns); place++)
		buffer_append_format(&trip->line, " %s", iis_columns[iis_column(trip, place)]);
}

static void write_apache_head(struct trip *trip)
{
	static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	const struct request *request = &trip->request;
	auto_buffer struct buffer ncsa;
	char time[TEXT_TIME_BYTES];

	trip->request.zone_minutes = 0;
	buffer_init(&ncsa, 64);
	request_append_ncsa_time(request, &ncsa);
	text_of_time(request->time_ms, time);
	buffer_append_format(&trip->line,
	    "[%s %.3s %.2s %.8s.000000 %.4s] [auth_gssapi:error] "
	    "[pid 1:tid 2] [client %s:%u] ",
	    days[request->time_ms / 86400000 % 7], ncsa.data + 3, ncsa.data, time + 11, time,
	    buffer_text(&request->client), chance_below(&trip->chance, 65536));
}

static void write_cache_head(struct trip *trip)
{
	char time[TEXT_TIME_BYTES];

	text_of_time(trip->request.time_ms, time);
	buffer_append_format(&trip->line, "%.4s/%.2s/%.2s %.8s kid%u| ", time, time + 5, time + 8,
	    time + 11, chance_below(&trip->chance, 4));
}

static void write_apache_error(struct trip *trip)
{
	write_apache_head(trip);
	buffer_append(&trip->line, buffer_view(&trip->request.text));
}

static void write_squid_cache(struct trip *trip)
{
	write_cache_head(trip);
	buffer_append(&trip->line, buffer_view(&trip->request.text));
}

static void write_stale(struct trip *trip)
{
	buffer_append_format(&trip->line,
	    "Request ticket server %s kvno %u not found in keytab; "
	    "keytab is likely out of date",
	    buffer_text(&trip->request.text), kvno_of(trip));
}

static void write_apache_signal(struct trip *trip)
{
	write_apache_head(trip);
	buffer_append_text(&trip->line,
	    "GSS ERROR In Negotiate Auth: gss_accept_sec_context() "
	    "failed: [Unspecified GSS "
	    "failure.  Minor code may provide more information (");
	write_stale(trip);
	buffer_append_text(&trip->line, ")]");
}

static void write_squid_signal(struct trip *trip)
{
	write_cache_head(trip);
	buffer_append_text(&trip->line,
	    "ERROR: Negotiate Authentication validating user. Result: "
	    "{result=BH, notes={message: "
	    "gss_accept_sec_context() failed: Unspecified GSS "
	    "failure.  Minor code may provide more "
	    "information. ");
	write_stale(trip);
	buffer_append_text(&trip->line, "; }}");
}

static void check_squid_error(const struct trip *trip)
{
	check_that(trip, trip->parsed.kind == LINE_OTHER);
	check_that(trip, trip->parsed.signal.time_ms == trip->request.time_ms);
}

static void check_apache_error(const struct trip *trip)
{
	const struct address *address = &trip->parsed.signal.address;

	check_squid_error(trip);
	check_that(trip, address->family == trip->request.address.family);
	check_that(trip, memcmp(address->bytes, trip->request.address.bytes, 16) == 0);
}

static void check_signal(const struct trip *trip)
{
	const struct signal *signal = &trip->parsed.signal;
	const char *id;

	check_that(trip, trip->parsed.kind == LINE_SIGNAL && trip->parsed.has_signal);
	id = signatures_id(trip->signatures, signal->signature);
	check_that(trip, strcmp(id, "keytab-out-of-date") == 0);
	check_that(trip, signal->time_ms == trip->request.time_ms);
	check_that(trip, signal->kvno == kvno_of(trip));
	check_that(trip, view_equal(signal->principal, buffer_view(&trip->request.text)));
}

/* Whatever clients send, each request comes back from its line as it was. */
static void access_lines_come_back(unused_parameter void **state)
{
	static const struct round rounds[] = {
	    {.format = "apache-common",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_common,
		.check = check_request},
	    {.format = "apache-combined",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_combined,
		.check = check_combined},
	    {.format = "apache-vhost",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_vhost,
		.check = check_vhost},
	    {.format = "nginx-combined",
		.escape = escape_nginx,
		.escape_user = escape_nginx,
		.write = write_combined,
		.check = check_combined},
	    {.format = "apache-authmedic",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_apache_authmedic,
		.check = check_authmedic},
	    {.format = "nginx-authmedic",
		.escape = escape_nginx,
		.escape_user = escape_nginx,
		.write = write_nginx_authmedic,
		.check = check_authmedic},
	    {.format = "squid-combined",
		.escape = escape_squid,
		.escape_user = escape_url,
		.write = write_squid_combined,
		.check = check_combined},
	    {.format = "squid-native",
		.escape = escape_url,
		.escape_user = escape_url,
		.write = write_squid_native,
		.check = check_request},
	    {.format = "iis-w3c",
		.escape = escape_iis,
		.escape_user = escape_iis,
		.write = write_iis,
		.check = check_iis,
		.declare = declare_iis},
	};

	for (size_t i = 0; i < count_of(rounds); i++)
		trips_run(&rounds[i]);
}

/* Error lines give their time and client; whatever else they say is no signal.
 */
static void error_lines_come_back(unused_parameter void **state)
{
	static const struct round rounds[] = {
	    {.format = "apache-error",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_apache_error,
		.check = check_apache_error,
		.with_signatures = true},
	    {.format = "squid-cache",
		.escape = escape_squid,
		.escape_user = escape_squid,
		.write = write_squid_cache,
		.check = check_squid_error,
		.with_signatures = true},
	};

	for (size_t i = 0; i < count_of(rounds); i++)
		trips_run(&rounds[i]);
}

/* The kvno and the principal come back from a signal. */
static void signals_come_back(unused_parameter void **state)
{
	static const struct round rounds[] = {
	    {.format = "apache-error",
		.escape = escape_url,
		.escape_user = escape_url,
		.write = write_apache_signal,
		.check = check_signal,
		.with_signatures = true},
	    {.format = "squid-cache",
		.escape = escape_url,
		.escape_user = escape_url,
		.write = write_squid_signal,
		.check = check_signal,
		.with_signatures = true},
	};

	for (size_t i = 0; i < count_of(rounds); i++)
		trips_run(&rounds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(access_lines_come_back),
	    cmocka_unit_test(error_lines_come_back),
	    cmocka_unit_test(signals_come_back),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
