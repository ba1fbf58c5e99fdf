/* Plain lines are read in a short way, with caches of what the lines before them held, and many at
 * once in a shorter one. Both must read what the careful way reads, of a parser that has seen
 * nothing but the header: here in lines that are nearly plain. A failure prints its seed:
 * AUTHMEDIC_SEED=N repeats it. */
#include "lines.h"
#include "seed.h"

#include "requests.h"

#define LINES             6000
#define LONG_LINES        1000000 /* with AUTHMEDIC_LONG=1 */
#define MAX_TEXT_BYTES    65536
#define MAX_LINE_BYTES    1024
#define MAX_LINES         6
#define STRETCH_LINES     20
#define MAX_STRETCH_BYTES ((size_t)STRETCH_LINES * (MAX_LINE_BYTES + 2))

static const char iis_header[] =
    "#Date: 2026-11-22 10:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port "
    "cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status "
    "time-taken\n";

static const struct {
	const char *format;
	const char *header;
	const char *lines[MAX_LINES]; /* NULL behind the last */
} formats[] = {
    {"apache-combined", "",
	{"10.20.30.40 - alice@EXAMPLE.TEST [22/Nov/2026:10:04:34 +0000] \"GET /a?b=c HTTP/1.1\" "
	 "200 5123 \"https://x.example/\" \"Mozilla/5.0 (X11; Linux)\"",
	    "2001:db8::7 - - [22/Nov/2026:10:04:35 +0100] \"GET / HTTP/2.0\" 401 - \"-\" \"-\"",
	    "10.20.30.40 - \"\" [22/Nov/2026:10:04:34 +0000] \"-\" 408 - \"-\" \"a\\\"b\"",
	    "192.0.2.1 id EX\\\\bob smith [22/Nov/2026:10:04:34 +0000] \"POST /x HTTP/1.1\" 302 0 "
	    "\"-\" \"curl/8\" more"}},
    {"apache-authmedic", "",
	{"10.20.30.40 - - [22/Nov/2026:10:04:34 +0000] \"GET /a HTTP/1.1\" 401 512 \"-\" \"Moz\" "
	 "scheme=negotiate-kerberos merr=\"GSS ERROR\" mtext=\"Request ticket\" conn=7",
	    "10.20.30.41 - u [22/Nov/2026:10:04:34 +0000] \"GET /a HTTP/1.1\" 200 5 scheme=none "
	    "merr=\"-\" mtext=\"a\" host=\"b\"",
	    "10.20.30.41 - u [22/Nov/2026:10:04:34 +0000] \"GET /a HTTP/1.1\" 200 5 \"\" \"\" "
	    "reply=done",
	    "10.20.30.41 - u [22/Nov/2026:10:04:34 +0000] \"GET /a HTTP/1.1\" 200 5"}},
    {"squid-combined", "",
	{"10.1.1.1 - bob [22/Nov/2026:10:04:34 +0000] \"CONNECT a.example:443 HTTP/1.1\" 407 3908 "
	 "\"-\" \"Mozilla\" TCP_DENIED:HIER_NONE",
	    "10.1.1.1 - - [22/Nov/2026:10:04:34 +0000] \"GET http://a/ HTTP/1.1\" 200 1 \"-\" "
	    "\"M\" scheme=ntlm-1 TCP_MISS:HIER_DIRECT",
	    "10.1.1.1 - - [22/Nov/2026:10:04:34 +0000] \"NONE error:x HTTP/0.0\" 400 3 \"-\" \"-\" "
	    "NONE:HIER_NONE",
	    "10.1.1.1 - - [22/Nov/2026:10:04:34 +0000] \"GET http://a/ HTTP/1.1\" 200 1"}},
    {"iis-w3c", iis_header,
	{"2026-11-22 10:04:34 10.1.2.3 GET /a/b.aspx q=1 443 EX\\alice 10.20.30.40 "
	 "Mozilla/5.0+(X11;+Linux) https://x/ 200 0 0 15",
	    "2026-11-22 10:04:34 10.1.2.3 GET / - 443 - 2001:db8::9 - - 401 2 5 0",
	    " 2026-11-22 10:04:35 10.1.2.3 GET / - 443 - 10.20.30.41 Moz - 401 1 3",
	    "2026-11-22 10:04:35 10.1.2.3 GET / - 443 - 10.20.30.41 Moz - 401 1 2148074254 3 ",
	    "2026-11-22\t10:04:35\t10.1.2.3\tGET\t/\t-\t443\t\"a b\"\t10.2.3.4\tM\t-\t200\t0\t-1"
	    "\t1"}},
};

/* What the shape of a line hangs on. */
static char draw_byte(struct chance *chance)
{
	static const char bytes[] = "\"\"  \\\\[]-:/\t.0123456789+aZ=%\xc3\x01";

	return bytes[chance_below(chance, sizeof(bytes))]; /* with the NUL */
}

/* Changes a byte, puts one in, takes some out, or doubles some; or leaves the line as it is. */
static size_t mutate(struct chance *chance, char *line, size_t length)
{
	unsigned times = chance_below(chance, 4);

	for (unsigned i = 0; i < times && length > 1; i++) {
		size_t at = chance_below(chance, (unsigned)length);
		size_t span = 1 + chance_below(chance, 6);

		if (span > length - at)
			span = length - at;
		switch (chance_below(chance, 4)) {
		case 0:
			line[at] = draw_byte(chance);
			break;
		case 1:
			memmove(line + at + 1, line + at, length - at);
			line[at] = draw_byte(chance);
			length++;
			break;
		case 2:
			memmove(line + at, line + at + span, length - at - span);
			length -= span;
			break;
		default:
			memmove(line + at + span, line + at, length - at);
			length += span;
			break;
		}
	}
	return length;
}

static void read_carefully(
    const char *format, const char *header, struct view line, struct parsed *ret_parsed)
{
	struct parser *auto_call(parser_free) parser = NULL;

	assert_int_equal(parser_new(&parser, format, NULL), 0);
	assert_int_equal(parser_restore(parser, view_of_text(header)), 0);
	parser_read_carefully(parser);
	parser_line(parser, line, ret_parsed);
}

static void compare(size_t format, struct view line, const struct parsed *parsed)
{
	const char *name = formats[format].format;
	static struct parsed careful;
	auto_buffer struct buffer read;
	auto_buffer struct buffer expected;
	auto_buffer struct buffer shown;

	buffer_init(&read, MAX_TEXT_BYTES);
	buffer_init(&expected, MAX_TEXT_BYTES);
	buffer_init(&shown, MAX_TEXT_BYTES);
	read_carefully(name, formats[format].header, line, &careful);
	lines_describe(parsed, &read);
	lines_describe(&careful, &expected);
	text_append_escaped(&shown, line);
	if (!view_equal(buffer_view(&read), buffer_view(&expected)))
		fail_msg("%s: %s\n  short way: %s\n  careful:   %s", name, buffer_text(&shown),
		    buffer_text(&read), buffer_text(&expected));
	assert_string_equal(parsed->why, careful.why);
}

static struct parser *new_parser(size_t format)
{
	struct parser *parser = NULL;

	assert_int_equal(parser_new(&parser, formats[format].format, NULL), 0);
	assert_int_equal(parser_restore(parser, view_of_text(formats[format].header)), 0);
	return parser;
}

static size_t line_count(void)
{
	return getenv("AUTHMEDIC_LONG") != NULL ? LONG_LINES : LINES;
}

/* One of the format's lines, mutated; no directive. */
static size_t draw_line(size_t format, struct chance *chance, char line[MAX_LINE_BYTES])
{
	unsigned lines = 0;
	size_t length;

	while (formats[format].lines[lines] != NULL)
		lines++;
	do {
		const char *from = formats[format].lines[chance_below(chance, lines)];

		length = strlen(from);
		memcpy(line, from, length);
		length = mutate(chance, line, length);
	} while (line[0] == '#');
	return length;
}

static void run(size_t format, uint64_t seed)
{
	static struct parsed parsed;
	struct chance chance = {seed};
	struct parser *auto_call(parser_free) parser = new_parser(format);

	for (size_t i = 0; i < line_count(); i++) {
		char line[MAX_LINE_BYTES];
		size_t length = draw_line(format, &chance, line);
		/* No byte more than the line has, so that a sanitizer sees what reads beyond it. */
		char *exact = malloc(length);

		assert_non_null(exact);
		memcpy(exact, line, length);
		parser_line(parser, view_of(exact, length), &parsed);
		compare(format, view_of(exact, length), &parsed);
		free(exact);
	}
}

static void reads_as_the_careful_way(unused_parameter void **state)
{
	/* Both ways read, and say, the same of every line. */
	uint64_t seed = seed_chosen();

	print_message("# AUTHMEDIC_SEED=%llu\n", (unsigned long long)seed);
	for (size_t i = 0; i < count_of(formats); i++)
		run(i, seed);
}

/* Lines that end with LF or all with CRLF; in most stretches all are plain. */
static char *draw_stretch(size_t format, struct chance *chance, size_t *ret_length)
{
	char *text = malloc(MAX_STRETCH_BYTES);
	bool is_plain = chance_below(chance, 3) > 0;
	bool has_cr = chance_below(chance, 2) > 0;
	size_t length = 0;

	assert_non_null(text);
	for (unsigned i = 0; i < STRETCH_LINES; i++) {
		struct view plain = view_of_text(formats[format].lines[0]);

		if (is_plain)
			memcpy(text + length, plain.data, plain.length);
		length += is_plain ? plain.length : draw_line(format, chance, text + length);
		if (has_cr)
			text[length++] = '\r';
		text[length++] = '\n';
	}
	*ret_length = length;
	return realloc(text, length);
}

/* Another line where one of the text was, whose marks no stretch knows. */
static struct view without_middle(char *text, struct view line)
{
	char *middle = text + (line.data - text) + line.length / 2;

	if (line.length == 0)
		return line;
	memmove(middle, middle + 1, (size_t)(line.data + line.length - middle) - 1);
	return view_first(line, line.length - 1);
}

static void run_stretches(size_t format, uint64_t seed, struct stretch *stretch)
{
	static struct parsed parsed;
	struct chance chance = {seed};
	struct parser *auto_call(parser_free) parser = new_parser(format);
	size_t taken = 0;

	for (size_t i = 0; i < line_count() / STRETCH_LINES; i++) {
		size_t length;
		char *text = draw_stretch(format, &chance, &length);
		struct view alone;

		stretch_find(stretch, view_of(text, length), parser_marks(parser));
		assert_int_equal(stretch->line_count, STRETCH_LINES);
		taken += stretch->is_plain;
		for (size_t number = 0; number < STRETCH_LINES; number++) {
			parser_line_of(parser, stretch, number, &parsed);
			compare(format, stretch_line(stretch, number), &parsed);
		}
		alone = without_middle(text, stretch_line(stretch, STRETCH_LINES - 1));
		parser_line(parser, alone, &parsed);
		compare(format, alone, &parsed);
		free(text);
	}
	assert_true(taken > 0);
}

static void reads_a_stretch_as_the_careful_way(unused_parameter void **state)
{
	/* The same where the marks of many lines were found at once. */
	uint64_t seed = seed_chosen();
	struct stretch stretch;

	print_message("# AUTHMEDIC_SEED=%llu\n", (unsigned long long)seed);
	assert_int_equal(stretch_init(&stretch, MAX_STRETCH_BYTES), 0);
	for (size_t i = 0; i < count_of(formats); i++)
		run_stretches(i, seed, &stretch);
	stretch_done(&stretch);
}

static void looks_again_where_another_was_looked_for(unused_parameter void **state)
{
	/* A stretch that was looked through for another format's marks is read all the same. */
	static struct parsed parsed;
	struct stretch stretch;

	assert_int_equal(stretch_init(&stretch, MAX_STRETCH_BYTES), 0);
	for (size_t i = 0; i < count_of(formats); i++) {
		for (size_t other = 0; other < count_of(formats); other++) {
			struct parser *auto_call(parser_free) parser = new_parser(i);
			struct parser *auto_call(parser_free) another = new_parser(other);
			struct chance chance = {i + 1};
			size_t length;
			char *text = draw_stretch(i, &chance, &length);

			stretch_find(&stretch, view_of(text, length), parser_marks(another));
			parser_line_of(parser, &stretch, 1, &parsed);
			compare(i, stretch_line(&stretch, 1), &parsed);
			free(text);
		}
	}
	stretch_done(&stretch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_as_the_careful_way),
	    cmocka_unit_test(reads_a_stretch_as_the_careful_way),
	    cmocka_unit_test(looks_again_where_another_was_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
