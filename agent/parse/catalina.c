/* catalina: the logs of servers in Java, an entry of which may go on over many lines.
 *
 *	22-Nov-2026 10:14:31.604 SEVERE [thread] package.Class.method text   Tomcat
 *	Nov 22, 2026 10:14:31 AM package.Class method                        Tomcat up to 7
 *	SEVERE: text
 *	2026-11-22 10:14:31,604 WARN  [package.Class] (thread) text          Keycloak, JBoss
 *	2026-11-22 10:14:31,604 WARN package.Class: text                     Hadoop, log4j
 *	2026-11-22 10:14:31.604:WARN:oejs.Class:thread: text                 Jetty
 *		package.Exception: text
 *			at package.Class.method(Class.java:1)
 *
 * What words a text is the class that logged it. An exception counts as a text of that class, where
 * it stands on the line after the text and the text itself told nothing. */
#include <errno.h>

#include "parse/format.h"
#include "parse/scan.h"

#define MAX_CLASS_BYTES 64
#define MAX_NAME_BYTES  256 /* of a logger or a thread, as far as we look */
#define MAX_ENTRY_LINES                                                                            \
	1000 /* that go on with one entry, so that a log that became something else                \
		is not taken for its continuation for ever */

enum expected {
	EXPECT_NOTHING,
	EXPECT_TEXT, /* "SEVERE: text" */
	EXPECT_EXCEPTION,
	EXPECTED_COUNT
};

/* The last entry. */
struct entry {
	enum expected expected;
	int64_t time_ms;
	uint64_t lines_left;
	char class[MAX_CLASS_BYTES + 1];
};

static void take_spaces(struct view *rest)
{
	while (take_byte(rest, ' '))
		;
}

/* One that reads the first `length` bytes, if a space (or what ISO 8601 has there) follows. */
static bool take_date_of(struct view *rest, size_t length,
    int (*read)(struct view text, int64_t *ret_days), int64_t *ret_days)
{
	if (rest->length <= length || (rest->data[length] != ' ' && rest->data[length] != 'T') ||
	    read(view_first(*rest, length), ret_days) < 0)
		return false;
	*rest = view_skip(*rest, length + 1);
	return true;
}

/* Hadoop writes 26/11/22. */
static int read_short_date(struct view text, int64_t *ret_days)
{
	char full[10] = "20";

	memcpy(full + 2, text.data, 8);
	return stamp_date(view_of(full, sizeof(full)), ret_days);
}

static bool take_date(struct view *rest, int64_t *ret_days)
{
	return take_date_of(rest, 11, stamp_named_date, ret_days) ||
	    take_date_of(rest, 10, stamp_date, ret_days) ||
	    take_date_of(rest, 8, read_short_date, ret_days);
}

/* "10:14:31.604", "10:14:31,604", "10:14:31" */
static bool take_clock(struct view *rest, int64_t *ret_ms)
{
	size_t length = 8;

	if (rest->length > length && (rest->data[length] == '.' || rest->data[length] == ','))
		length += 4;
	if (stamp_time_of_day(view_first(*rest, length), ret_ms) < 0)
		return false;
	*rest = view_skip(*rest, length);
	return true;
}

/* JBoss leaves the date out where it writes to a console: then the time is unknown. */
static bool take_time(struct stamps *stamps, struct view *rest, int64_t *ret_time_ms)
{
	struct view after = *rest;
	int64_t days = 0;
	int64_t ms;
	bool dated = take_date(&after, &days);

	if (!take_clock(&after, &ms))
		return false;
	*ret_time_ms = dated ? stamp_local(stamps, days * STAMP_DAY_MS + ms) : -1;
	*rest = after;
	return true;
}

/* Letters only; the words of java.util.logging, log4j and Jetty. */
static bool take_level(struct view *rest)
{
	static const char *const levels[] = {"SEVERE", "WARNING", "INFO", "CONFIG", "FINE", "FINER",
	    "FINEST", "FATAL", "ERROR", "WARN", "DEBUG", "TRACE", "DBUG"};
	size_t length = 0;

	while (length < rest->length && rest->data[length] >= 'A' && rest->data[length] <= 'Z')
		length++;
	for (size_t i = 0; i < count_of(levels); i++) {
		if (!view_equal_text(view_first(*rest, length), levels[i]))
			continue;
		*rest = view_skip(*rest, length);
		return true;
	}
	return false;
}

/* What stands before the first `end`, which is dropped. */
static bool take_until(struct view *rest, struct view end, struct view *ret_inside)
{
	size_t offset;

	if (!view_find(view_first(*rest, MAX_NAME_BYTES), end, &offset))
		return false;
	*ret_inside = view_first(*rest, offset);
	*rest = view_skip(*rest, offset + end.length);
	return true;
}

/* ":WARN:oejs.Class:thread: text" */
static bool take_jetty_names(struct view *rest, struct view *ret_logger)
{
	struct view after = *rest;
	struct view thread;

	if (!take_byte(&after, ':') || !take_level(&after))
		return false;
	take_spaces(&after);
	if (!take_byte(&after, ':') || !take_until(&after, VIEW(":"), ret_logger) ||
	    !take_until(&after, VIEW(": "), &thread))
		return false;
	*rest = after;
	return true;
}

/* "[logger] (thread) text", "[thread] logger text", "logger: text", and with the place in the
 * source "logger (Class.java:method(1)) - text" */
static bool take_names(struct view *rest, struct view *ret_logger)
{
	struct view inside = {0};
	struct view place;

	if (take_byte(rest, '[') && !take_until(rest, VIEW("]"), &inside))
		return false;
	take_spaces(rest);
	if (!view_is_empty(inside) && take_byte(rest, '(')) {
		*ret_logger = inside;
		return take_until(rest, VIEW(") "), &place);
	}
	if (!take_word(rest, ret_logger))
		return false;
	if (view_ends_with(*ret_logger, VIEW(":")))
		ret_logger->length--;
	if (view_starts_with(*rest, VIEW("(")))
		(void)take_until(rest, VIEW(") - "), &place);
	else if (view_starts_with(*rest, VIEW("- ")))
		*rest = view_skip(*rest, 2);
	return true;
}

/* The class in "package.Class.method", "package.Class", "package.Class$Inner": the last part that
 * begins with a capital. Empty where there is none. */
static struct view class_of(struct view logger)
{
	struct view class = {0};
	struct view part;

	while (logger.length > 0) {
		view_cut(&logger, '.', &part);
		if (part.length > 0 && part.data[0] >= 'A' && part.data[0] <= 'Z')
			class = part;
	}
	view_cut(&class, '$', &part);
	return part.length <= MAX_CLASS_BYTES ? part : view_of(part.data, 0);
}

static void begin_entry(
    struct entry *entry, int64_t time_ms, struct view logger, enum expected expected)
{
	struct view class = class_of(logger);

	*entry = (struct entry){expected, time_ms, MAX_ENTRY_LINES, ""};
	if (class.length > 0)
		memcpy(entry->class, class.data, class.length);
}

/* A text, or an exception: what it tells it tells once. */
static void match_text(struct reader *reader, struct view text, struct parsed *parsed)
{
	struct entry *entry = reader->state;
	bool is_text = entry->expected != EXPECT_EXCEPTION;

	parsed->signal.time_ms = entry->time_ms;
	parsed_match(reader, view_of_text(entry->class), text, parsed);
	entry->expected =
	    is_text && parsed->kind != LINE_SIGNAL ? EXPECT_EXCEPTION : EXPECT_NOTHING;
}

/* A whole entry's beginning on one line. */
static bool read_head(struct reader *reader, struct view line, struct parsed *parsed)
{
	struct view logger;
	int64_t time_ms;

	if (!take_time(&reader->stamps, &line, &time_ms))
		return false;
	if (!take_jetty_names(&line, &logger)) {
		take_spaces(&line);
		if (!take_level(&line) || !take_byte(&line, ' '))
			return false;
		take_spaces(&line);
		if (!take_names(&line, &logger))
			return false;
	}
	begin_entry(reader->state, time_ms, logger, EXPECT_TEXT);
	match_text(reader, line, parsed);
	return true;
}

/* "10:14:31 AM ", with a digit less before ten; newer Javas write a narrow space before the A. */
static bool take_half_day_clock(struct view *rest, int64_t *ret_ms)
{
	char text[8] = "0";
	size_t length = rest->length > 1 && rest->data[1] == ':' ? 7 : 8;
	struct view half = view_skip(*rest, length);
	bool afternoon;

	if (rest->length < length)
		return false;
	memcpy(text + 8 - length, rest->data, length);
	if (stamp_time_of_day(view_of(text, sizeof(text)), ret_ms) < 0)
		return false;
	if (view_starts_with(half, VIEW("\xe2\x80\xaf")))
		half = view_skip(half, 3);
	else if (!take_byte(&half, ' '))
		return false;
	afternoon = view_starts_with(half, VIEW("PM "));
	if (!afternoon && !view_starts_with(half, VIEW("AM ")))
		return false;
	*ret_ms = *ret_ms % (STAMP_DAY_MS / 2) + (afternoon ? STAMP_DAY_MS / 2 : 0);
	*rest = view_skip(half, 3);
	return true;
}

/* "Nov 22, 2026 10:14:31 AM package.Class method" */
static bool read_old_head(struct reader *reader, struct view line, struct parsed *parsed)
{
	struct view logger;
	int64_t days;
	int64_t ms;

	if (!take_date_of(&line, 12, stamp_named_date, &days) &&
	    !take_date_of(&line, 11, stamp_named_date, &days))
		return false;
	if (!take_half_day_clock(&line, &ms) || !take_word(&line, &logger))
		return false;
	parsed->signal.time_ms = stamp_local(&reader->stamps, days * STAMP_DAY_MS + ms);
	begin_entry(reader->state, parsed->signal.time_ms, logger, EXPECT_TEXT);
	parsed_as(parsed, LINE_OTHER, "an entry begins; its text follows");
	return true;
}

/* "package.NameException: text" or "package.NameError", with nothing else before the colon. */
static bool is_exception(struct view text)
{
	struct view name;

	view_cut(&text, ':', &name);
	return (view_ends_with(name, VIEW("Exception")) || view_ends_with(name, VIEW("Error"))) &&
	    !view_contains(name, VIEW(" "));
}

/* A line that goes on with the entry. */
static void read_more(struct reader *reader, struct view line, struct parsed *parsed)
{
	struct entry *entry = reader->state;
	struct view text = line;

	entry->lines_left--;
	if (entry->expected == EXPECT_TEXT && take_level(&text) && take_byte(&text, ':')) {
		match_text(reader, view_trim(text), parsed);
		return;
	}
	text = view_trim(line);
	if (entry->expected == EXPECT_EXCEPTION && is_exception(text)) {
		match_text(reader, text, parsed);
		return;
	}
	entry->expected = EXPECT_NOTHING;
	parsed->signal.time_ms = entry->time_ms;
	parsed_as(parsed, LINE_OTHER, "the line goes on with the entry before");
}

static void read_catalina(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct entry *entry = reader->state;

	if (read_head(reader, line, ret_parsed) || read_old_head(reader, line, ret_parsed))
		return;
	if (entry->lines_left > 0)
		read_more(reader, line, ret_parsed);
	else
		parsed_as(ret_parsed, LINE_UNPARSED,
		    "no entry of a Java log begins here, such as 22-Nov-2026 10:14:31.604 SEVERE");
}

static void save_catalina(const struct reader *reader, struct buffer *ret_header)
{
	const struct entry *entry = reader->state;

	if (entry->lines_left > 0)
		buffer_append_format(ret_header, "%d %lld %llu %s", (int)entry->expected,
		    (long long)entry->time_ms, (unsigned long long)entry->lines_left, entry->class);
}

static int restore_catalina(struct reader *reader, struct view header)
{
	struct entry entry = {0};
	struct view expected;
	struct view time;
	struct view lines;
	uint64_t number;

	if (header.length > 0) {
		view_cut(&header, ' ', &expected);
		view_cut(&header, ' ', &time);
		view_cut(&header, ' ', &lines);
		if (view_to_uint64(expected, &number) < 0 || number >= EXPECTED_COUNT ||
		    view_to_int64(time, &entry.time_ms) < 0 ||
		    view_to_uint64(lines, &entry.lines_left) < 0 ||
		    entry.lines_left > MAX_ENTRY_LINES || header.length > MAX_CLASS_BYTES)
			return -EINVAL;
		entry.expected = (enum expected)number;
		if (header.length > 0)
			memcpy(entry.class, header.data, header.length);
	}
	*(struct entry *)reader->state = entry;
	return 0;
}

const struct format format_catalina = {
    .name = "catalina",
    .looks = "its entries begin like those of a Java log, 22-Nov-2026 10:14:31.604 SEVERE",
    .state_bytes = sizeof(struct entry),
    .read = read_catalina,
    .save = save_catalina,
    .restore = restore_catalina,
};
