#include "trips.h"
#include "seed.h"


#ifdef __SANITIZE_ADDRESS__
#define LINES 10000
#else
#define LINES 100000
#endif
#define MAX_LINE ((size_t)256 * 1024)

void trip_fail(const struct trip *trip, const char *condition)
{
	auto_buffer struct buffer text;

	buffer_init(&text, 4 * MAX_LINE);
	text_append_escaped(&text, buffer_view(&trip->line));
	fail_msg("AUTHMEDIC_SEED=%llu, line %zu: %s\n%s\n%s", (unsigned long long)trip->seed,
	    trip->number, condition, buffer_text(&text), trip->parsed.why);
}

bool trip_is_logged(struct view read, const struct buffer *logged)
{
	struct view expected = buffer_view(logged);

	return view_equal(expected, VIEW("-")) ? read.length == 0 : view_equal(read, expected);
}

void check_request(const struct trip *trip)
{
	const struct record *record = &trip->parsed.record;
	const struct request *request = &trip->request;

	check_that(trip, trip->parsed.kind == LINE_RECORD);
	check_that(trip, record->time_ms == request->time_ms);
	check_that(trip, record->address.family == request->address.family);
	check_that(trip, memcmp(record->address.bytes, request->address.bytes, 16) == 0);
	check_that(trip, view_equal(record->client, buffer_view(&request->client)));
	check_that(trip, trip_is_logged(record->user, &request->user));
	check_that(trip, trip_is_logged(record->method, &request->method));
	check_that(trip, trip_is_logged(record->target, &request->target));
	check_that(trip, record->status == request->status);
	check_that(trip, record->sent_bytes == request->sent_bytes);
}

static struct signatures *load_signatures(void)
{
	auto_buffer struct buffer errors;
	struct signatures *signatures = NULL;
	char folder[4096];

	buffer_init(&errors, MAX_LINE);
	if (signatures_load(&signatures, lines_signatures_folder(folder), &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	return signatures;
}

void trips_run(const struct round *round)
{
	struct signatures *auto_call(signatures_free) signatures =
	    round->with_signatures ? load_signatures() : NULL;
	struct parser *auto_call(parser_free) parser = NULL;
	const struct parser_options options = {
	    .format = round->format, .logformat = round->logformat, .signatures = signatures};
	struct trip trip = {.seed = seed_chosen(), .signatures = signatures};

	print_message("# %s: AUTHMEDIC_SEED=%llu\n",
	    round->logformat != NULL ? round->logformat : round->format,
	    (unsigned long long)trip.seed);
	trip.chance.state = trip.seed;
	request_init(&trip.request);
	buffer_init(&trip.line, MAX_LINE);
	if (round->begin == NULL)
		assert_int_equal(parser_new_with(&parser, &options, NULL), 0);
	for (trip.number = 0; trip.number < LINES; trip.number++) {
		if (round->begin != NULL && trip.number % TRIPS_TOGETHER == 0) {
			parser_free(&parser);
			round->begin(&trip, &parser);
		}
		request_make_up(&trip.request, &trip.chance, round->escape, round->escape_user);
		buffer_clear(&trip.line);
		if (round->declare != NULL)
			round->declare(&trip);
		parser_line(parser, buffer_view(&trip.line), &trip.parsed);
		check_that(&trip, trip.parsed.kind == LINE_HEADER);
		buffer_clear(&trip.line);
		round->write(&trip);
		assert_int_equal(buffer_error(&trip.line), 0);
		parser_line(parser, buffer_view(&trip.line), &trip.parsed);
		round->check(&trip);
	}
	buffer_done(&trip.line);
	request_done(&trip.request);
}

void append_quoted(struct buffer *line, const char *before, const struct buffer *text)
{
	buffer_append_text(line, before);
	buffer_append_byte(line, '"');
	buffer_append(line, buffer_view(text));
	buffer_append_byte(line, '"');
}

void write_common(struct trip *trip)
{
	const struct request *request = &trip->request;
	struct buffer *line = &trip->line;

	buffer_append(line, buffer_view(&request->client));
	buffer_append_text(line, " - ");
	buffer_append(line, buffer_view(&request->user));
	buffer_append_text(line, " [");
	request_append_ncsa_time(request, line);
	buffer_append_text(line, "] \"");
	buffer_append(line, buffer_view(&request->method));
	buffer_append_byte(line, ' ');
	buffer_append(line, buffer_view(&request->target));
	buffer_append_format(line, " HTTP/1.1\" %d ", request->status);
	if (request->sent_bytes < 0)
		buffer_append_byte(line, '-');
	else
		buffer_append_format(line, "%lld", (long long)request->sent_bytes);
}

void write_combined(struct trip *trip)
{
	write_common(trip);
	append_quoted(&trip->line, " ", &trip->request.referer);
	append_quoted(&trip->line, " ", &trip->request.agent);
}

void check_combined(const struct trip *trip)
{
	check_request(trip);
	check_that(trip, trip_is_logged(trip->parsed.record.agent, &trip->request.agent));
}
