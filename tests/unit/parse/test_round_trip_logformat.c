/* Format strings made up from what the three languages have, in any order, and lines written by
 * them: each request comes back as it was. See trips.h. */
#include "trips.h"

#define MAX_FORMAT_BYTES ((size_t)4096)

enum what {
	WHAT_CLIENT,
	WHAT_USER,
	WHAT_TIME,
	WHAT_REQUEST,
	WHAT_STATUS,
	WHAT_BYTES,
	WHAT_REFERER, /* skipped, as what follows but the agent and the host */
	WHAT_DURATION,
	WHAT_TEXT,
	WHAT_AGENT,
	WHAT_HOST,
	WHAT_CONNECTION,
	WHAT_COUNT
};

struct item {
	const char *directive;
	bool is_quoted; /* it may hold anything, so that it must be */
};

struct language {
	struct item items[WHAT_COUNT];
	const char *begin; /* of each format */
	const char *time_form; /* of the time: NCSA in brackets, or seconds and milliseconds */
};

static const struct language apache = {
    .items = {{"%a", false}, {"%u", true}, {"%t", false}, {"%r", true}, {"%>s", false},
	{"%b", false}, {"%{Referer}i", true}, {"%D", false}, {"%{Cookie}i", true},
	{"%{User-Agent}i", true}, {"%{Host}i", true}, {"%{c}L", false}},
    .begin = ""};
static const struct language nginx = {
    .items = {{"$remote_addr", false}, {"$remote_user", true}, {"[$time_local]", false},
	{"$request", true}, {"$status", false}, {"$body_bytes_sent", false},
	{"${http_referer}", true}, {"$request_time", false}, {"$http_cookie", true},
	{"$http_user_agent", true}, {"$http_host", true}, {"$connection", false}},
    .begin = ""};
static const struct language nginx_json = {
    .items = {{"$remote_addr", false}, {"$remote_user", true}, {"[$time_local]", false},
	{"$request", true}, {"$status", false}, {"$body_bytes_sent", false},
	{"${http_referer}", true}, {"$request_time", false}, {"$http_cookie", true},
	{"$http_user_agent", true}, {"$http_host", true}, {"$connection", false}},
    .begin = "escape=json "};
static const struct language squid = {
    .items = {{"%>a", false}, {"%un", true}, {"[%tl]", false}, {"%rm %ru HTTP/%rv", true},
	{"%>Hs", false}, {"%<st", false}, {"%{Referer}>h", true}, {"%6tr", false},
	{"%{Cookie}>h", true}, {"%{User-Agent}>h", true}, {"%{Host}>h", true}, {"%>p", false}},
    .begin = ""};

/* The format of the lines that come. */
static struct layout {
	const struct language *language;
	enum what order[WHAT_COUNT];
	bool is_quoted[WHAT_COUNT];
	const char *separators[WHAT_COUNT]; /* before each */
} layout;

static void shuffle(struct chance *chance)
{
	for (unsigned i = 0; i < WHAT_COUNT; i++)
		layout.order[i] = (enum what)i;
	for (unsigned i = WHAT_COUNT - 1; i > 0; i--) {
		unsigned other = chance_below(chance, i + 1);
		enum what kept = layout.order[i];

		layout.order[i] = layout.order[other];
		layout.order[other] = kept;
	}
}

/* A user may stand without quotes: it is the only such value between two quotes. */
static void choose_quotes(struct chance *chance)
{
	for (unsigned i = 0; i < WHAT_COUNT; i++) {
		bool must = layout.language->items[i].is_quoted;
		bool may_not = layout.language == &squid || i != WHAT_USER;

		layout.is_quoted[i] =
		    must ? may_not || chance_below(chance, 2) == 0 : chance_below(chance, 4) == 0;
	}
}

static void choose_separators(struct chance *chance)
{
	static const char *const separators[] = {" ", " ", " | ", " x=", " - ", "\t", " \\ "};

	for (unsigned i = 0; i < WHAT_COUNT; i++)
		layout.separators[i] = separators[chance_below(chance, count_of(separators) - 1)];
}

static void begin_in(const struct language *language, struct trip *trip, struct parser **ret_parser)
{
	auto_buffer struct buffer format;
	auto_buffer struct buffer errors;
	struct parser_options options;

	layout.language = language;
	shuffle(&trip->chance);
	choose_quotes(&trip->chance);
	choose_separators(&trip->chance);
	buffer_init(&format, MAX_FORMAT_BYTES);
	buffer_init(&errors, MAX_FORMAT_BYTES);
	buffer_append_text(&format, language->begin);
	for (unsigned i = 0; i < WHAT_COUNT; i++) {
		enum what what = layout.order[i];
		const char *quote = layout.is_quoted[what] ? "\"" : "";

		buffer_append_format(&format, "%s%s%s%s", i > 0 ? layout.separators[i] : "", quote,
		    language->items[what].directive, quote);
	}
	options = (struct parser_options){.logformat = buffer_text(&format)};
	if (parser_new_with(ret_parser, &options, &errors) < 0)
		fail_msg("AUTHMEDIC_SEED=%llu, line %zu: %s: %s", (unsigned long long)trip->seed,
		    trip->number, options.logformat, buffer_text(&errors));
}

static void begin_apache(struct trip *trip, struct parser **ret_parser)
{
	begin_in(&apache, trip, ret_parser);
}

static void begin_nginx(struct trip *trip, struct parser **ret_parser)
{
	begin_in(&nginx, trip, ret_parser);
}

static void begin_nginx_json(struct trip *trip, struct parser **ret_parser)
{
	begin_in(&nginx_json, trip, ret_parser);
}

static void begin_squid(struct trip *trip, struct parser **ret_parser)
{
	begin_in(&squid, trip, ret_parser);
}

static void append_text_value(struct trip *trip, enum what what)
{
	const struct request *request = &trip->request;
	const struct buffer *const texts[WHAT_COUNT] = {
	    [WHAT_CLIENT] = &request->client,
	    [WHAT_USER] = &request->user,
	    [WHAT_REFERER] = &request->referer,
	    [WHAT_TEXT] = &request->text,
	    [WHAT_AGENT] = &request->agent,
	    [WHAT_HOST] = &request->host,
	};

	buffer_append(&trip->line, buffer_view(texts[what]));
}

static void append_value(struct trip *trip, enum what what)
{
	const struct request *request = &trip->request;
	struct buffer *line = &trip->line;

	switch (what) {
	case WHAT_TIME:
		buffer_append_byte(line, '[');
		request_append_ncsa_time(request, line);
		buffer_append_byte(line, ']');
		break;
	case WHAT_REQUEST:
		buffer_append(line, buffer_view(&request->method));
		buffer_append_byte(line, ' ');
		buffer_append(line, buffer_view(&request->target));
		buffer_append_text(line, " HTTP/1.1");
		break;
	case WHAT_STATUS:
		buffer_append_format(line, "%d", request->status);
		break;
	case WHAT_BYTES:
		if (request->sent_bytes < 0)
			buffer_append_byte(line, '-');
		else
			buffer_append_format(line, "%lld", (long long)request->sent_bytes);
		break;
	case WHAT_DURATION:
		buffer_append_format(line, layout.language == &squid ? "%6zu" : "%zu",
		    trip->number);
		break;
	case WHAT_CONNECTION:
		buffer_append_format(line, "%zu", trip->number);
		break;
	default:
		append_text_value(trip, what);
		break;
	}
}

static void write_layout(struct trip *trip)
{
	for (unsigned i = 0; i < WHAT_COUNT; i++) {
		enum what what = layout.order[i];

		if (i > 0)
			buffer_append_text(&trip->line, layout.separators[i]);
		if (layout.is_quoted[what])
			buffer_append_byte(&trip->line, '"');
		append_value(trip, what);
		if (layout.is_quoted[what])
			buffer_append_byte(&trip->line, '"');
	}
}

static void check_layout(const struct trip *trip)
{
	const struct record *record = &trip->parsed.record;
	uint64_t connection = 0;

	check_combined(trip);
	check_that(trip, trip_is_logged(record->host, &trip->request.host));
	check_that(trip, view_to_uint64(record->connection, &connection) == 0);
	check_that(trip, connection == trip->number);
}

/* Whatever order, quotes and separators a format has, and whatever clients send. */
static void made_up_formats_come_back(unused_parameter void **state)
{
	static const struct round rounds[] = {
	    {.format = "made-up Apache formats",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.begin = begin_apache,
		.write = write_layout,
		.check = check_layout},
	    {.format = "made-up nginx formats",
		.escape = escape_nginx,
		.escape_user = escape_nginx,
		.begin = begin_nginx,
		.write = write_layout,
		.check = check_layout},
	    {.format = "made-up nginx formats, escape=json",
		.escape = escape_json,
		.escape_user = escape_json,
		.begin = begin_nginx_json,
		.write = write_layout,
		.check = check_layout},
	    {.format = "made-up Squid formats",
		.escape = escape_squid,
		.escape_user = escape_squid,
		.begin = begin_squid,
		.write = write_layout,
		.check = check_layout},
	};

	for (size_t i = 0; i < count_of(rounds); i++)
		trips_run(&rounds[i]);
}

/* The servers' own formats, as format strings, give what the built-in readers give. */
static void known_formats_come_back(unused_parameter void **state)
{
	static const struct round rounds[] = {
	    {.logformat = "%h %l %u %t \"%r\" %>s %b",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_common,
		.check = check_request},
	    {.logformat =
		    "%h %l %u %t \\\"%r\\\" %>s %O \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\"",
		.escape = escape_apache,
		.escape_user = escape_apache,
		.write = write_combined,
		.check = check_combined},
	    {.logformat = "$remote_addr - $remote_user [$time_local] \"$request\" $status "
			  "$body_bytes_sent \"$http_referer\" \"$http_user_agent\"",
		.escape = escape_nginx,
		.escape_user = escape_nginx,
		.write = write_combined,
		.check = check_combined},
	};

	for (size_t i = 0; i < count_of(rounds); i++)
		trips_run(&rounds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(made_up_formats_come_back),
	    cmocka_unit_test(known_formats_come_back),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
