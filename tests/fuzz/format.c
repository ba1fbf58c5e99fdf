/* The first line is a built-in format's name or else a format string; the others are read by it.
 * A format string is taken, or refused in printable words with a place in it; what it reads lies
 * inside the line, and is the same where the marks of all lines are found at once.
 * AUTHMEDIC_FUZZ_FORMAT names a format for all lines instead, for a campaign of its own. */
#include "fuzz.h"
#include "parsed_checks.h"

#define MAX_COMPLAINT_BYTES 8192

static bool is_built_in(const char *name)
{
	for (const char *const *format = parser_formats(); *format != NULL; format++)
		if (strcmp(*format, name) == 0)
			return true;
	return false;
}

static struct parser *parser_of(const char *name)
{
	struct parser *parser = NULL;
	struct parser_options options = {.format = name};
	auto_buffer struct buffer complaint;

	buffer_init(&complaint, MAX_COMPLAINT_BYTES);
	if (!is_built_in(name))
		options.logformat = name;
	if (parser_new_with(&parser, &options, &complaint) == 0) {
		fuzz_check(complaint.length == 0);
		return parser;
	}
	fuzz_check(view_starts_with(buffer_view(&complaint), VIEW("character ")));
	fuzz_check(buffer_error(&complaint) == 0);
	for (size_t i = 0; i < complaint.length; i++)
		fuzz_check(complaint.data[i] >= 0x20 && complaint.data[i] <= 0x7e);
	return NULL;
}

/* In memory of its own, so that reading one byte too far is seen. */
static void read_line(struct parser *parser, struct view line)
{
	char *auto_free copy = malloc(line.length > 0 ? line.length : 1);
	struct parsed parsed;

	fuzz_check(copy != NULL);
	if (line.length > 0)
		memcpy(copy, line.data, line.length);
	parser_line(parser, view_of(copy, line.length), &parsed);
	check_parsed(&parsed, view_of(copy, line.length), NULL);
}

static bool same_texts(const struct record *one, const struct record *other)
{
	return view_equal(one->client, other->client) && view_equal(one->user, other->user) &&
	    view_equal(one->agent, other->agent) && view_equal(one->method, other->method) &&
	    view_equal(one->target, other->target) && view_equal(one->reason, other->reason);
}

static bool same_record(const struct record *one, const struct record *other)
{
	return one->time_ms == other->time_ms && one->status == other->status &&
	    one->substatus == other->substatus && one->win32 == other->win32 &&
	    one->scheme == other->scheme && one->reply == other->reply &&
	    memcmp(&one->address, &other->address, sizeof(one->address)) == 0 &&
	    same_texts(one, other);
}

/* One parser reads the lines one by one, the other all of them as one stretch. */
static void read_stretch(const char *name, struct view text)
{
	struct parser *auto_call(parser_free) one = parser_of(name);
	struct parser *auto_call(parser_free) all = parser_of(name);
	struct stretch stretch;
	struct parsed read;
	struct parsed expected;

	fuzz_check(stretch_init(&stretch, text.length) == 0);
	stretch_find(&stretch, text, parser_marks(all));
	for (size_t i = 0; i < stretch.line_count; i++) {
		parser_line(one, stretch_line(&stretch, i), &expected);
		parser_line_of(all, &stretch, i, &read);
		fuzz_check(read.kind == expected.kind && read.why == expected.why);
		fuzz_check(same_record(&read.record, &expected.record));
	}
	stretch_done(&stretch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = view_of((const char *)data, size);
	const char *given = getenv("AUTHMEDIC_FUZZ_FORMAT");
	char *auto_free first = NULL;
	struct parser *parser;
	struct view line;

	if (given == NULL) {
		view_cut(&rest, '\n', &line);
		first = view_to_text(line);
		fuzz_check(first != NULL);
	}
	parser = parser_of(given != NULL ? given : first);
	if (parser != NULL)
		read_stretch(given != NULL ? given : first, rest);
	while (parser != NULL && rest.length > 0) {
		view_cut(&rest, '\n', &line);
		read_line(parser, line);
	}
	parser_free(&parser);
	return 0;
}
