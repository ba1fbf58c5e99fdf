/* tomcat: the common and combined patterns of Tomcat's AccessLogValve, which are Apache's.
 * jetty: what Jetty's NCSA request log writes; with options of its own a line is
 *
 *	[host] client - user [time] "request" status bytes "referer" "agent" ["cookies"|-] [latency]
 *
 * Jetty, and Tomcat before it learned to, do not escape quotes in what a client sent. A request
 * holds none, since both servers refuse such; so what can be fooled is the agent alone. */
#include "parse/ncsa.h"
#include "parse/scan.h"

static const char *take_agent(struct view *rest, struct record *record)
{
	struct view strict = *rest;
	const char *fault = ncsa_take_agent(&strict, record);

	if (fault == NULL && strict.length == 0)
		return NULL;
	return ncsa_take_raw_agent(*rest, record) ? NULL
					     : "no quoted referer and agent follow the byte count";
}

static void finish(struct parsed *parsed, const char *fault)
{
	if (fault != NULL)
		parsed_as(parsed, LINE_UNPARSED, fault);
	else
		parsed_as(parsed, LINE_RECORD, "an access line; it does not show tokens");
}

static void read_tomcat(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct record *record = &ret_parsed->record;
	const char *fault = ncsa_take_request(&reader->stamps, &line, record);

	if (fault == NULL && line.length > 0)
		fault = take_agent(&line, record);
	finish(ret_parsed, fault);
}

/* Digits at the end, and the space before them. */
static void drop_latency(struct view *rest)
{
	size_t length = rest->length;

	while (length > 0 && rest->data[length - 1] >= '0' && rest->data[length - 1] <= '9')
		length--;
	if (length < rest->length && length > 0 && rest->data[length - 1] == ' ')
		rest->length = length - 1;
}

/* ' -' or ' "name=value"' at the end. A referer and an agent must be left before it. */
static void drop_cookies(struct view *rest)
{
	size_t length = rest->length;
	size_t middle;

	if (view_ends_with(*rest, VIEW("\" -"))) {
		rest->length -= 2;
		return;
	}
	if (length < 2 || rest->data[length - 1] != '"')
		return;
	length--;
	while (length > 1 && (rest->data[length - 1] != '"' || rest->data[length - 2] != ' '))
		length--;
	if (length > 3 && rest->data[length - 3] == '"' &&
	    ncsa_find_agent(view_first(*rest, length - 2), &middle))
		rest->length = length - 2;
}

static const char *take_jetty_tail(struct view rest, struct record *record)
{
	struct view strict = rest;

	/* Where referer and agent are not logged a second blank comes before what follows. */
	if (rest.length == 0 || rest.data[0] == ' ')
		return NULL;
	if (rest.data[0] != '"')
		return "no quoted referer and agent follow the byte count";
	drop_latency(&rest);
	/* Where no quote stands free, the agent ends at its own. */
	if (ncsa_take_agent(&strict, record) == NULL && !view_contains(strict, VIEW("\"")))
		return NULL;
	drop_cookies(&rest);
	return take_agent(&rest, record);
}

/* With an X-Forwarded-For of several addresses in the place of the client, and with the host before
 * it, the client is the word before " - ". */
static const char *take_jetty_head(struct stamps *stamps, struct view *rest, struct record *record)
{
	struct view before;
	size_t dash;
	size_t begin;

	if (!view_find(*rest, VIEW(" - "), &dash))
		return "the line does not begin with client, ident, user, [time] and \"request\"";
	for (begin = dash; begin > 0 && rest->data[begin - 1] != ' '; begin--)
		;
	before = view_first(*rest, begin);
	*rest = view_skip(*rest, begin);
	if (before.length > 1 && !view_contains(before, VIEW(",")))
		record->host = view_first(before, before.length - 1);
	return ncsa_take_request(stamps, rest, record);
}

static void read_jetty(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct record *record = &ret_parsed->record;
	const char *fault = take_jetty_head(&reader->stamps, &line, record);

	if (fault == NULL && line.length > 0)
		fault = take_jetty_tail(line, record);
	finish(ret_parsed, fault);
}

const struct format format_tomcat = {
    .name = "tomcat",
    .looks = "its lines are those of Apache's common and combined formats, as Tomcat writes them",
    .read = read_tomcat,
};

const struct format format_jetty = {
    .name = "jetty",
    .looks = "its lines are Apache's, with the blanks, cookies or times of Jetty's request log",
    .read = read_jetty,
};
