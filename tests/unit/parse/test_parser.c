#include "lines.h"

#include <errno.h>

#include "allocation.h"

/* Every name of the list makes a parser that goes by that name; others are refused. */
static void knows_its_formats(unused_parameter void **state)
{
	struct parser *parser = NULL;

	for (const char *const *name = parser_formats(); *name != NULL; name++) {
		assert_int_equal(parser_new(&parser, *name, NULL), 0);
		assert_string_equal(parser_format(parser), *name);
		parser_free(&parser);
		assert_null(parser);
		assert_int_equal(parser_new(&parser, *name, NULL), 0);
		assert_true(strlen(parser_looks(parser)) > 20);
		parser_free(&parser);
	}
	assert_int_equal(parser_new(&parser, "apache", NULL), -EINVAL);
	assert_int_equal(parser_new(&parser, "", NULL), -EINVAL);
	parser_free(&parser);
}

/* Lines up to 64 KiB are read, longer ones are not. */
static void bounds_lines(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	char *auto_free line = malloc(PARSER_MAX_LINE_BYTES + 1);
	const char head[] = "1.2.3.4 - - [22/Nov/2026:10:04:34 +0000] \"GET /";
	const char tail[] = " HTTP/1.1\" 401 5 \"-\" \"-\"";
	struct parsed parsed;

	assert_non_null(line);
	assert_int_equal(parser_new(&parser, "apache-combined", NULL), 0);
	memset(line, 'x', PARSER_MAX_LINE_BYTES + 1);
	memcpy(line, head, strlen(head));
	memcpy(line + PARSER_MAX_LINE_BYTES - strlen(tail), tail, strlen(tail));
	parser_line(parser, view_of(line, PARSER_MAX_LINE_BYTES), &parsed);
	assert_int_equal(parsed.kind, LINE_RECORD);
	assert_int_equal(parsed.record.status, 401);
	parser_line(parser, view_of(line, PARSER_MAX_LINE_BYTES + 1), &parsed);
	assert_int_equal(parsed.kind, LINE_UNPARSED);
	assert_string_equal(parsed.why, "the line is longer than 64 KiB");
}

/* The CRs before a line's end are none of it, one or several. */
static void takes_no_line_end(unused_parameter void **state)
{
	static const char *const ends[] = {"", "\r", "\r\r", "\r\r\r"};
	static const char text[] =
	    "1.2.3.4 - - [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 5 \"-\" \"-\"";
	struct parser *auto_call(parser_free) parser = NULL;
	struct parsed parsed;
	char line[sizeof(text) + 3];

	assert_int_equal(parser_new(&parser, "apache-combined", NULL), 0);
	for (size_t i = 0; i < count_of(ends); i++) {
		snprintf(line, sizeof(line), "%s%s", text, ends[i]);
		parser_line(parser, view_of_text(line), &parsed);
		assert_int_equal(parsed.kind, LINE_RECORD);
		assert_false(parsed.has_rest);
		parser_line(parser, view_of_text(ends[i]), &parsed);
		assert_int_equal(parsed.kind, LINE_HEADER);
	}
}

/* What a log does not show is -1, empty or unknown, never 0. */
static void leaves_out_what_is_not_logged(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	struct parsed parsed;

	assert_int_equal(parser_new(&parser, "apache-common", NULL), 0);
	parser_line(parser, VIEW("x - - [22/Nov/2026:10:04:34 +0000] \"-\" 401 -"), &parsed);
	assert_int_equal(parsed.kind, LINE_RECORD);
	assert_int_equal(parsed.record.substatus, -1);
	assert_int_equal(parsed.record.win32, -1);
	assert_int_equal(parsed.record.sent_bytes, -1);
	assert_int_equal(parsed.record.address.family, 0);
	assert_int_equal(parsed.record.scheme, SCHEME_UNKNOWN);
	assert_int_equal(parsed.record.reply, REPLY_UNKNOWN);
	assert_int_equal(parsed.record.reason.length, 0);
	assert_false(parsed.has_signal);
	assert_int_equal(parsed.signal.time_ms, -1);
	assert_int_equal(parsed.signal.kvno, -1);
}

/* A log whose lines mean the same anywhere has no header to keep. */
static void has_no_header(unused_parameter void **state)
{
	struct parser *auto_call(parser_free) parser = NULL;
	auto_buffer struct buffer header;

	buffer_init(&header, 100);
	assert_int_equal(parser_new(&parser, "apache-combined", NULL), 0);
	parser_save(parser, &header);
	assert_int_equal(header.length, 0);
	assert_int_equal(parser_restore(parser, VIEW("")), 0);
	assert_int_equal(parser_restore(parser, VIEW("#Fields: x\n")), -EINVAL);
}

/* Without memory there is no parser, and nothing is lost. */
static void fails_without_memory(unused_parameter void **state)
{
	static const struct {
		struct parser_options options;
		int allocations;
	} cases[] = {{{.format = "iis-w3c"}, 2},
	    {{.logformat = "%h %l %u %t \"%r\" %>s %b"}, 4}};

	for (size_t i = 0; i < count_of(cases); i++) {
		for (int count = 0; count < cases[i].allocations; count++) {
			struct parser *parser = NULL;
			int error;

			allocation_fail_after(count);
			error = parser_new_with(&parser, &cases[i].options, NULL);
			allocation_restore();
			assert_int_equal(error, -ENOMEM);
			assert_null(parser);
		}
	}
}

/* Names for people, one for each kind and scheme. */
static void has_names(unused_parameter void **state)
{
	assert_string_equal(line_kind_name(LINE_RECORD), "record");
	assert_string_equal(line_kind_name(LINE_UNPARSED), "unparsed");
	assert_string_equal(scheme_name(SCHEME_UNKNOWN), "unknown");
	assert_string_equal(scheme_name(SCHEME_OTHER), "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_its_formats),
	    cmocka_unit_test(bounds_lines),
	    cmocka_unit_test(takes_no_line_end),
	    cmocka_unit_test(leaves_out_what_is_not_logged),
	    cmocka_unit_test(has_no_header),
	    cmocka_unit_test(fails_without_memory),
	    cmocka_unit_test(has_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
