#include "lines.h"

#define MAX_TEXT_BYTES ((size_t)1024 * 1024)

static void append_time(struct buffer *text, int64_t time_ms)
{
	char time[TEXT_TIME_BYTES];

	if (time_ms >= 0)
		buffer_append_format(text, " %s", text_of_time(time_ms, time));
}

static void append_view(struct buffer *text, const char *before, struct view view)
{
	if (view.length == 0)
		return;
	buffer_append_text(text, before);
	buffer_append(text, view);
}

static void append_address(struct buffer *text, const struct address *address)
{
	if (address->family == 0)
		return;
	buffer_append_byte(text, ' ');
	address_append(text, address);
}

static void append_status(struct buffer *text, const struct record *record)
{
	buffer_append_format(text, " %d", record->status);
	if (record->substatus >= 0)
		buffer_append_format(text, ".%d", record->substatus);
	if (record->win32 >= 0)
		buffer_append_format(text, "/%lld", (long long)record->win32);
	if (record->sent_bytes >= 0)
		buffer_append_format(text, " %lldb", (long long)record->sent_bytes);
}

static void append_record(struct buffer *text, const struct record *record)
{
	static const char *const replies[] = {
	    "", " reply=continue", " reply=reject", " reply=done"};

	append_time(text, record->time_ms);
	if (record->address.family != 0)
		append_address(text, &record->address);
	else
		append_view(text, " client=", record->client);
	append_view(text, " user=", record->user);
	append_view(text, " ", record->method);
	append_view(text, " ", record->target);
	append_status(text, record);
	if (record->scheme != SCHEME_UNKNOWN)
		buffer_append_format(text, " scheme=%s", scheme_name(record->scheme));
	buffer_append_text(text, replies[record->reply]);
	append_view(text, " agent=", record->agent);
	append_view(text, " host=", record->host);
	append_view(text, " conn=", record->connection);
	append_view(text, " fwd=", record->forwarded);
	append_view(text, " worker=", record->worker);
	append_view(text, " reason=", record->reason);
}

static void append_signal(struct buffer *text, const struct signal *signal)
{
	append_time(text, signal->time_ms);
	append_address(text, &signal->address);
	buffer_append_format(text, " #%zu", signal->signature);
	if (signal->kvno >= 0)
		buffer_append_format(text, " kvno=%lld", (long long)signal->kvno);
	append_view(text, " principal=", signal->principal);
}

const char *lines_describe(const struct parsed *parsed, struct buffer *text)
{
	buffer_append_text(text, line_kind_name(parsed->kind));
	switch (parsed->kind) {
	case LINE_RECORD:
		append_record(text, &parsed->record);
		if (parsed->has_signal)
			buffer_append_format(text, " signal=%zu", parsed->signal.signature);
		break;
	case LINE_SIGNAL:
		append_signal(text, &parsed->signal);
		break;
	case LINE_OTHER:
		append_time(text, parsed->signal.time_ms);
		break;
	case LINE_UNPARSED:
		buffer_append_format(text, ": %s", parsed->why);
		break;
	case LINE_HEADER:
		break;
	}
	return buffer_text(text);
}

static void check_all(struct parser *parser, const struct line_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		auto_buffer struct buffer text;
		struct parsed parsed;

		buffer_init(&text, MAX_TEXT_BYTES);
		parser_line(parser, view_of_text(cases[i].line), &parsed);
		assert_non_null(parsed.why);
		assert_string_equal(lines_describe(&parsed, &text), cases[i].reads_as);
	}
}

void lines_check(const char *format, const struct line_case *cases, size_t count)
{
	struct parser *auto_call(parser_free) parser = NULL;

	assert_int_equal(parser_new(&parser, format, NULL), 0);
	check_all(parser, cases, count);
}

void lines_check_logformat(const char *logformat, const struct line_case *cases, size_t count)
{
	struct parser *auto_call(parser_free) parser = NULL;
	const struct parser_options options = {.logformat = logformat};
	auto_buffer struct buffer errors;

	buffer_init(&errors, MAX_TEXT_BYTES);
	if (parser_new_with(&parser, &options, &errors) < 0)
		fail_msg("%s: %s", logformat, buffer_text(&errors));
	check_all(parser, cases, count);
}

const char *lines_signatures_folder(char ret_path[4096])
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");

	snprintf(ret_path, 4096, "%s/rules/signatures", source != NULL ? source : ".");
	return ret_path;
}
