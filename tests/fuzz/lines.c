/* Every format reads every line of the input: what it gives must lie inside the line and inside the
 * bounds of its types, and a parser restored in mid-file must read on as the first one does. */
#include "fuzz.h"
#include "parse/guess.h"
#include "parsed_checks.h"

#define MAX_FORMATS      32
#define MAX_HEADER_BYTES 65536

static struct parser *parsers[MAX_FORMATS];
static struct signatures *signatures;

static void load_signatures(void)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	auto_buffer struct buffer errors;
	char folder[4096];

	buffer_init(&errors, 65536);
	snprintf(folder, sizeof(folder), "%s/rules/signatures", source != NULL ? source : ".");
	fuzz_check(signatures_load(&signatures, folder, &errors) == 0);
}

/* A parser that knows only what the other one saved. */
static struct parser *restored(const struct parser *parser)
{
	struct parser *fresh = NULL;
	auto_buffer struct buffer header;

	buffer_init(&header, MAX_HEADER_BYTES);
	parser_save(parser, &header);
	fuzz_check(buffer_error(&header) == 0);
	fuzz_check(parser_new(&fresh, parser_format(parser), signatures) == 0);
	fuzz_check(parser_restore(fresh, buffer_view(&header)) == 0);
	return fresh;
}

static void check_line(struct parser *parser, struct view line)
{
	struct parser *auto_call(parser_free) other = restored(parser);
	struct parsed parsed;
	struct parsed again;

	parser_line(parser, line, &parsed);
	parser_line(other, line, &again);
	fuzz_check(parsed.why == again.why && parsed.kind == again.kind);
	fuzz_check(parsed.has_signal == again.has_signal);
	check_parsed(&parsed, line, signatures);
	if (parsed.kind == LINE_RECORD) {
		fuzz_check(parsed.record.time_ms == again.record.time_ms);
		fuzz_check(view_equal(parsed.record.user, again.record.user));
	}
}

/* In memory of its own, so that reading one byte too far is seen. */
static void check_all_formats(struct view line)
{
	char *auto_free copy = malloc(line.length > 0 ? line.length : 1);

	fuzz_check(copy != NULL);
	if (line.length > 0)
		memcpy(copy, line.data, line.length);
	for (size_t i = 0; parsers[i] != NULL; i++)
		check_line(parsers[i], view_of(copy, line.length));
}

static void check_guess(struct view input)
{
	const char *why = NULL;
	const char *format = parser_guess(input, &why);
	struct parser *parser = NULL;

	fuzz_check(why != NULL);
	fuzz_check(format == NULL || parser_new(&parser, format, NULL) == 0);
	parser_free(&parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = view_of((const char *)data, size);
	const char *const *names = parser_formats();
	struct view line;

	if (signatures == NULL)
		load_signatures();
	for (size_t i = 0; names[i] != NULL; i++)
		fuzz_check(parser_new(&parsers[i], names[i], signatures) == 0);
	check_guess(rest);
	while (rest.length > 0) {
		view_cut(&rest, '\n', &line);
		check_all_formats(line);
	}
	for (size_t i = 0; names[i] != NULL; i++)
		parser_free(&parsers[i]);
	return 0;
}
