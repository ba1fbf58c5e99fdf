/* apache-error: [time] [module:level] [pid N:tid N] [lid id] [client address:port] text */
#include "parse/format.h"
#include "parse/scan.h"

struct brackets {
	struct view module; /* "auth_gssapi"; "apache" before 2.4, which names none */
	struct address address;
	bool has_client;
	bool has_module;
};

/* "[inside]" and the spaces behind it. */
static bool take_bracket(struct view *rest, struct view *ret_inside)
{
	struct view after = *rest;

	if (!take_byte(&after, '[') || !view_cut(&after, ']', ret_inside))
		return false;
	while (take_byte(&after, ' '))
		;
	*rest = after;
	return true;
}

/* "127.0.0.1:47736", "2001:db8::1:47736" */
static bool read_with_port(struct view text, struct address *ret_address)
{
	size_t length = text.length;

	while (length > 0 && text.data[length - 1] != ':')
		length--;
	return length > 0 && address_parse(view_first(text, length - 1), ret_address) == 0;
}

/* 2.2 writes no port, and an IPv6 address with one may look like another without. */
static void read_client(struct view text, bool with_port, struct address *ret_address)
{
	if ((with_port && read_with_port(text, ret_address)) ||
	    address_parse(text, ret_address) == 0 || read_with_port(text, ret_address))
		return;
	ret_address->family = 0;
}

static bool take_level(struct view *rest, struct brackets *brackets)
{
	struct view inside;
	struct view module;

	if (!take_bracket(rest, &inside))
		return false;
	brackets->has_module = view_cut(&inside, ':', &module);
	brackets->module = brackets->has_module ? module : VIEW("apache");
	return true;
}

static bool take_name(struct view *inside, struct view name)
{
	if (!view_starts_with(*inside, name))
		return false;
	*inside = view_skip(*inside, name.length);
	return true;
}

/* Process, thread and log id; R: and C: are the log ids in the manual's examples. */
static bool is_number(struct view inside)
{
	static const struct view names[] = {
	    VIEW("pid "), VIEW("tid "), VIEW("lid "), VIEW("R:"), VIEW("C:")};

	for (size_t i = 0; i < count_of(names); i++)
		if (view_starts_with(inside, names[i]))
			return true;
	return false;
}

/* What comes in brackets before the text. The text may begin with a bracket of its own, even with
 * another client. */
static void take_context(struct view *rest, struct brackets *brackets)
{
	struct view after = *rest;
	struct view inside;

	while (take_bracket(&after, &inside)) {
		struct view client = inside;
		bool is_client = !brackets->has_client &&
		    (take_name(&client, VIEW("client ")) || take_name(&client, VIEW("remote ")));

		if (is_client)
			read_client(client, brackets->has_module, &brackets->address);
		else if (!is_number(inside))
			return;
		brackets->has_client = brackets->has_client || is_client;
		*rest = after;
	}
}

/* The client may stand behind an error number's text: "(13)Permission denied: [client …] text". */
static void take_late_client(struct view *rest, struct brackets *brackets)
{
	struct view part = VIEW(": [client ");
	struct view after;
	size_t offset;

	if (brackets->has_client || !view_find(view_first(*rest, 256), part, &offset))
		return;
	after = view_skip(*rest, offset + 2);
	take_context(&after, brackets);
	if (brackets->has_client)
		*rest = after;
}

static void read_apache_error(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct signal *signal = &ret_parsed->signal;
	struct brackets brackets = {0};
	struct view time;
	size_t referer;

	if (!take_bracket(&line, &time) ||
	    stamp_apache_error(&reader->stamps, time, &signal->time_ms) < 0) {
		parsed_as(ret_parsed, LINE_UNPARSED,
		    "the line does not begin with a time like [Sun Nov 22 10:04:56 2026]");
		return;
	}
	if (!take_level(&line, &brackets)) {
		parsed_as(ret_parsed, LINE_UNPARSED, "no [module:level] follows the time");
		return;
	}
	take_context(&line, &brackets);
	take_late_client(&line, &brackets);
	/* Apache itself adds the client's referer. */
	if (view_find(line, VIEW(", referer: "), &referer))
		line = view_first(line, referer);
	parsed_match(reader, brackets.module, line, ret_parsed);
	signal->address = brackets.address;
}

const struct format format_apache_error = {
    .name = "apache-error",
    .looks = "its lines begin with [Sun Nov 22 10:04:56 2026] [module:level]",
    .read = read_apache_error,
};
