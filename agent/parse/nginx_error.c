/* nginx-error: nginx's error.log.
 *
 *	2026/11/22 10:25:03 [error] 123#124: *7 text, client: 192.0.2.1, server: x, request: "…", …
 */
#include "parse/format.h"
#include "parse/scan.h"

#define TIME_BYTES 19 /* 2026/11/22 10:25:03 */

static bool take_digits(struct view *rest)
{
	size_t length = 0;

	while (length < rest->length && rest->data[length] >= '0' && rest->data[length] <= '9')
		length++;
	*rest = view_skip(*rest, length);
	return length > 0;
}

/* "123#124:", the process and the thread. */
static bool take_process(struct view *rest)
{
	return take_digits(rest) && take_byte(rest, '#') && take_digits(rest) &&
	    take_byte(rest, ':');
}

/* "[error] 123#124: *7 ": the level, the process and, within one, the connection. */
static bool take_context(struct view *rest)
{
	struct view after = *rest;
	struct view level;

	if (!take_byte(&after, '[') || !view_cut(&after, ']', &level) || level.length == 0 ||
	    level.length > 6 || !take_byte(&after, ' ') || !take_process(&after))
		return false;
	take_byte(&after, ' ');
	*rest = after;
	if (take_byte(&after, '*') && take_digits(&after) && take_byte(&after, ' '))
		*rest = after;
	return true;
}

/* nginx appends what the request was. The client's own words may hold such a part, but never before
 * nginx's own, unless they are in the text, which then is no text that a signature takes. */
static struct view cut_request(struct view text, struct address *ret_address)
{
	struct view part = VIEW(", client: ");
	struct view after;
	struct view client;
	size_t offset;

	if (!view_find(text, part, &offset))
		return text;
	after = view_skip(text, offset + part.length);
	view_cut(&after, ',', &client);
	*ret_address = address_of_host(client);
	return view_first(text, offset);
}

static void read_nginx_error(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct signal *signal = &ret_parsed->signal;
	struct address address = {0};

	if (stamp_date_time(&reader->stamps, view_first(line, TIME_BYTES), &signal->time_ms) < 0) {
		parsed_as(ret_parsed, LINE_UNPARSED,
		    "the line does not begin with a time like 2026/11/22 10:25:03");
		return;
	}
	line = view_skip(line, TIME_BYTES);
	if (!take_byte(&line, ' ') || !take_context(&line)) {
		parsed_as(ret_parsed, LINE_UNPARSED, "no [level] process#thread: follows the time");
		return;
	}
	parsed_match(reader, VIEW("nginx"), cut_request(line, &address), ret_parsed);
	signal->address = address;
}

const struct format format_nginx_error = {
    .name = "nginx-error",
    .looks = "its lines begin with 2026/11/22 10:25:03 [level] process#thread:",
    .read = read_nginx_error,
};
