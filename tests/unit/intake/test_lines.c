#include "unit.h"

#include "intake/lines.h"

#define MAX_GOT 16

struct got {
	size_t count;
	char *lines[MAX_GOT];
	size_t lengths[MAX_GOT];
	bool firsts[MAX_GOT];
};

static struct got got;
static struct intake_totals totals;
static struct intake_callbacks callbacks;
static struct lines lines;

static void on_line(void *context, struct view line, bool new_file)
{
	struct got *into = context;

	assert_in_range(into->count, 0, MAX_GOT - 1);
	into->lines[into->count] = view_to_text(line);
	into->lengths[into->count] = line.length;
	into->firsts[into->count] = new_file;
	into->count++;
}

static int begin(unused_parameter void **state)
{
	callbacks = (struct intake_callbacks){.on_line = on_line, .context = &got};
	totals = (struct intake_totals){0};
	lines = (struct lines){.callbacks = &callbacks, .totals = &totals, .first = true};
	return 0;
}

static int end(unused_parameter void **state)
{
	while (got.count > 0)
		free(got.lines[--got.count]);
	return 0;
}

#define lines_test(function) cmocka_unit_test_setup_teardown(function, begin, end)

static void assert_line(size_t index, const char *text)
{
	assert_in_range(index, 0, got.count - 1);
	assert_int_equal(got.lengths[index], strlen(text));
	assert_string_equal(got.lines[index], text);
}

/* Bytes that live in memory of exactly their size, so that a sanitizer sees each step beyond. */
static size_t take(const char *bytes, size_t length)
{
	char *copy = malloc(length > 0 ? length : 1);
	size_t taken;

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	taken = lines_take(&lines, view_of(copy, length));
	free(copy);
	return taken;
}

#define take_literal(literal) take((literal), sizeof(literal) - 1)

/* Complete lines go out without LF or CRLF, empty ones too; a CR within stays. */
static void cuts_at_line_ends(unused_parameter void **state)
{
	assert_int_equal(take_literal("one\ntwo\r\n\nth\rree\r\r\n"), 19);
	assert_int_equal(got.count, 4);
	assert_line(0, "one");
	assert_line(1, "two");
	assert_line(2, "");
	assert_line(3, "th\rree\r");
	assert_int_equal(totals.lines, 4);
}

/* A half-written line stays where it is, be it cut in the text or between CR and LF. */
static void leaves_the_partial_line(unused_parameter void **state)
{
	assert_int_equal(take_literal("one\ntw"), 4);
	assert_int_equal(take_literal("tw"), 0);
	assert_int_equal(take_literal("two\r"), 0);
	assert_int_equal(take_literal("two\r\n"), 5);
	assert_int_equal(take_literal(""), 0);
	assert_int_equal(got.count, 2);
	assert_line(1, "two");
}

/* The first line of a file is marked, once, and loses its UTF-8 byte order mark. */
static void marks_the_first_line(unused_parameter void **state)
{
	assert_int_equal(take_literal("\xef\xbb\xbf#Fields: date\n\xef\xbb\xbfx\n"), 22);
	assert_line(0, "#Fields: date");
	assert_line(1, "\xef\xbb\xbfx");
	assert_true(got.firsts[0]);
	assert_false(got.firsts[1]);
}

/* NULs before a line are passed over: a hole that a writer left behind a truncation. */
static void passes_over_a_hole(unused_parameter void **state)
{
	assert_int_equal(take_literal("\0\0\0\0line\n"), 9);
	assert_int_equal(take_literal("\0\0half"), 2);
	assert_int_equal(got.count, 1);
	assert_line(0, "line");
	assert_int_equal(totals.lost_bytes, 0);
}

/* NULs at the end stay: the writer may have yet to fill them. */
static void keeps_the_preallocated_tail(unused_parameter void **state)
{
	assert_int_equal(take_literal("line\n\0\0\0\0\0\0"), 5);
	assert_int_equal(take_literal("\0\0\0\0\0\0"), 0);
	assert_int_equal(take_literal("more\n\0"), 5);
	assert_int_equal(take_literal("par\0\0\0"), 0);
	assert_int_equal(got.count, 2);
	assert_line(1, "more");
}

/* A line that breaks off in NULs was torn: its bytes are counted, and the next line is whole. */
static void counts_torn_lines(unused_parameter void **state)
{
	assert_int_equal(take_literal("to\0\0rn\0whole\n"), 13);
	assert_int_equal(got.count, 1);
	assert_line(0, "whole");
	assert_int_equal(totals.lost_bytes, 6);
	assert_int_equal(take_literal("torn\0hal"), 5);
	assert_int_equal(take_literal("half\n"), 5);
	assert_line(1, "half");
	assert_int_equal(totals.lost_bytes, 10);
}

static char *letters(size_t count)
{
	char *text = malloc(count + 16);

	assert_non_null(text);
	memset(text, 'x', count);
	return text;
}

/* The longest line that is allowed goes out; with one byte more it is one counted discard. */
static void cuts_overlong_lines(unused_parameter void **state)
{
	char *text = letters(INTAKE_MAX_LINE_BYTES + 1);

	memcpy(text + INTAKE_MAX_LINE_BYTES, "\r\nnext\n", 7);
	assert_int_equal(take(text, INTAKE_MAX_LINE_BYTES + 7), INTAKE_MAX_LINE_BYTES + 7);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.lengths[0], INTAKE_MAX_LINE_BYTES);
	memcpy(text + INTAKE_MAX_LINE_BYTES, "x\nnext\n", 7);
	assert_int_equal(take(text, INTAKE_MAX_LINE_BYTES + 7), INTAKE_MAX_LINE_BYTES + 7);
	assert_int_equal(got.count, 3);
	assert_line(2, "next");
	assert_int_equal(totals.overlong_lines, 1);
	assert_int_equal(totals.lines, 3);
	free(text);
}

/* A line without end is given up as soon as it is too long, and its rest is dropped as it comes, in
 * however many pieces; what follows it is whole. */
static void gives_up_an_endless_line(unused_parameter void **state)
{
	char *text = letters(LINES_MAX_PARTIAL_BYTES + 1);

	assert_int_equal(take(text, LINES_MAX_PARTIAL_BYTES), 0);
	assert_int_equal(take(text, LINES_MAX_PARTIAL_BYTES + 1), LINES_MAX_PARTIAL_BYTES + 1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(take(text, LINES_MAX_PARTIAL_BYTES), LINES_MAX_PARTIAL_BYTES);
	assert_int_equal(take_literal("xxx\0\0"), 3);
	assert_int_equal(take_literal("end\nnext\n"), 9);
	assert_int_equal(got.count, 1);
	assert_line(0, "next");
	assert_int_equal(totals.overlong_lines, 1);
	free(text);
}

/* An endless line that breaks off in NULs ends there: the line behind them is whole. */
static void ends_an_endless_line_at_nuls(unused_parameter void **state)
{
	char *text = letters(LINES_MAX_PARTIAL_BYTES + 1);

	assert_int_equal(take(text, LINES_MAX_PARTIAL_BYTES + 1), LINES_MAX_PARTIAL_BYTES + 1);
	assert_int_equal(take_literal("xx\0\0ha"), 4);
	assert_int_equal(take_literal("half\n"), 5);
	assert_line(0, "half");
	assert_int_equal(totals.overlong_lines, 1);
	assert_int_equal(totals.lost_bytes, 0);
	free(text);
}

/* What a file that is over ends in is a line too, but not the rest of one that was given up. */
static void finishes_the_last_line(unused_parameter void **state)
{
	lines_finish(&lines, VIEW(""));
	lines_finish(&lines, VIEW("\0\0"));
	lines_finish(&lines, VIEW("last\r"));
	assert_int_equal(got.count, 1);
	assert_line(0, "last");
	lines.cut = true;
	lines_finish(&lines, VIEW("rest"));
	assert_int_equal(got.count, 1);
}

/* What was found in the bytes, as lines_take() would take it; 0 where it must look itself. */
static size_t take_found(const char *bytes, size_t length)
{
	struct stretch stretch;
	size_t taken;

	assert_int_equal(stretch_init(&stretch, 2 * LINES_MAX_PARTIAL_BYTES), 0);
	stretch_find(&stretch, view_of(bytes, length),
	    (struct marks_wanted){.byte = ' ', .other = ' ', .apart = true});
	taken = lines_take_found(&lines, &stretch);
	stretch_done(&stretch);
	return taken;
}

#define take_found_literal(literal) take_found((literal), sizeof(literal) - 1)

/* Lines that were found together are counted, whatever is in them; a half-written one is left. */
static void counts_what_was_found(unused_parameter void **state)
{
	lines.first = false;
	assert_int_equal(take_found_literal("one\ntwo\r\n\n x\nhal"), 13);
	assert_int_equal(totals.lines, 4);
	assert_int_equal(take_found_literal("half\n"), 5);
	assert_int_equal(totals.lines, 5);
	assert_int_equal(got.count, 0);
}

/* A file's first line, the rest of one that was given up, NULs, no whole line, and what may be too
 * long: all that is for lines_take() to tell. */
static void leaves_what_may_be_no_line(unused_parameter void **state)
{
	char *text = letters(LINES_MAX_PARTIAL_BYTES);

	assert_int_equal(take_found_literal("one\n"), 0);
	lines.first = false;
	lines.cut = true;
	assert_int_equal(take_found_literal("one\n"), 0);
	lines.cut = false;
	assert_int_equal(take_found_literal("o\0e\n"), 0);
	assert_int_equal(take_found_literal("one\n\0"), 0);
	assert_int_equal(take_found_literal("one"), 0);
	assert_int_equal(take_found(NULL, 0), 0);
	text[LINES_MAX_PARTIAL_BYTES - 1] = '\n';
	assert_int_equal(take_found(text, LINES_MAX_PARTIAL_BYTES), 0);
	assert_int_equal(totals.lines, 0);
	assert_int_equal(
	    take_found(text + 1, LINES_MAX_PARTIAL_BYTES - 1), LINES_MAX_PARTIAL_BYTES - 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    lines_test(cuts_at_line_ends),
	    lines_test(leaves_the_partial_line),
	    lines_test(marks_the_first_line),
	    lines_test(passes_over_a_hole),
	    lines_test(keeps_the_preallocated_tail),
	    lines_test(counts_torn_lines),
	    lines_test(cuts_overlong_lines),
	    lines_test(gives_up_an_endless_line),
	    lines_test(ends_an_endless_line_at_nuls),
	    lines_test(finishes_the_last_line),
	    lines_test(counts_what_was_found),
	    lines_test(leaves_what_may_be_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
