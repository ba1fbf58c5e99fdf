/* squid-cache: Squid's cache.log, with what its helpers write to standard error.
 *
 *	2026/11/22 10:09:16 kid1| text
 *	    a line that goes on with the one before
 *	negotiate_kerberos_auth.cc(180): pid=8889 :2026/11/22 10:09:16| helper: text
 */
#include "parse/format.h"
#include "parse/scan.h"

/* "2026/11/22 10:09:16.123 kid1| " */
static bool take_time(struct stamps *stamps, struct view *rest, int64_t *ret_time_ms)
{
	struct view begin = view_first(*rest, 64);
	struct view head;
	struct view words;
	struct view date;
	struct view time;

	if (!view_cut(&begin, '|', &head))
		return false;
	words = head;
	if (!take_word(&words, &date) || !take_word(&words, &time) ||
	    stamp_date_time(stamps, view_first(head, date.length + 1 + time.length), ret_time_ms) <
		0)
		return false;
	*rest = view_skip(*rest, head.length + 1);
	while (take_byte(rest, ' '))
		;
	return true;
}

/* A helper's debug lines name their place in the source first. */
static bool take_place(struct view *rest)
{
	size_t pid;
	size_t colon;

	if (!view_find(view_first(*rest, 128), VIEW("): pid="), &pid) ||
	    !view_find(view_first(view_skip(*rest, pid), 32), VIEW(" :"), &colon))
		return false;
	*rest = view_skip(*rest, pid + colon + 2);
	return true;
}

/* "negotiate_kerberos_auth: text" */
static bool begins_with_program(struct view line)
{
	size_t length = 0;

	while (length < line.length &&
	    ((line.data[length] >= 'a' && line.data[length] <= 'z') || line.data[length] == '_'))
		length++;
	return length > 0 && view_starts_with(view_skip(line, length), VIEW(": "));
}

static void read_squid_cache(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	int64_t *time_ms = &ret_parsed->signal.time_ms;

	if (line.data[0] == ' ' || line.data[0] == '\t') {
		parsed_as(ret_parsed, LINE_OTHER, "the line goes on with the one before");
		return;
	}
	if (take_time(&reader->stamps, &line, time_ms) || begins_with_program(line) ||
	    (take_place(&line) && take_time(&reader->stamps, &line, time_ms)))
		parsed_match(reader, VIEW("squid"), line, ret_parsed);
	else
		parsed_as(ret_parsed, LINE_UNPARSED,
		    "the line does not begin with a time like 2026/11/22 10:09:16 kid1|");
}

const struct format format_squid_cache = {
    .name = "squid-cache",
    .looks = "its lines begin with 2026/11/22 10:09:16 kid1|",
    .read = read_squid_cache,
};
