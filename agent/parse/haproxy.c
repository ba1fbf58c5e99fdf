/* haproxy-http: the line of HAProxy's `option httplog`, alone or behind what syslog puts first:
 *
 *	Nov 22 10:04:34 lb haproxy[14389]: 192.0.2.1:33317 [22/Nov/2026:10:04:34.655] in app/web1
 *	10/0/30/69/109 401 2750 - - ---- 1/1/1/1/0 0/0 {www.example.com} {} "GET / HTTP/1.1"
 *
 * The time is by the machine's clock and names no zone. Quotes, braces and bars in what a client
 * sent are written as #22 and the like. */
#include <errno.h>

#include "parse/format.h"
#include "parse/ncsa.h"
#include "parse/scan.h"

#define TIME_BYTES 24 /* 22/Nov/2026:10:04:34.655 */

/* -EINVAL where the text is not like that. */
static int time_of(struct stamps *stamps, struct view text, int64_t *ret_time_ms)
{
	char ncsa[STAMP_NCSA_BYTES];
	int64_t wall_ms;
	uint64_t ms;

	if (text.length != TIME_BYTES || text.data[20] != '.' ||
	    view_to_uint64(view_skip(text, 21), &ms) < 0)
		return -EINVAL;
	memcpy(ncsa, text.data, 20);
	memcpy(ncsa + 20, " +0000", 6);
	if (stamp_ncsa(stamps, view_of(ncsa, sizeof(ncsa)), &wall_ms) < 0)
		return -EINVAL;
	*ret_time_ms = stamp_local(stamps, wall_ms) + (int64_t)ms;
	return 0;
}

/* The first bracket with a time in it; all before it is written by the proxy and by syslog. The
 * word before it is the client and its port. */
static bool take_head(struct stamps *stamps, struct view *rest, struct record *record)
{
	struct view line = *rest;
	bool found = false;
	size_t open = 0;
	size_t begin;
	size_t at;

	while (!found && view_find(view_skip(line, open), VIEW(" ["), &at)) {
		open += at + 2;
		found = time_of(stamps, view_first(view_skip(line, open), TIME_BYTES),
			    &record->time_ms) == 0;
	}
	if (!found || !view_starts_with(view_skip(line, open + TIME_BYTES), VIEW("] ")))
		return false;
	for (begin = open - 2; begin > 0 && line.data[begin - 1] != ' '; begin--)
		;
	record->client = view_of(line.data + begin, open - 2 - begin);
	*rest = view_skip(line, open + TIME_BYTES + 2);
	return true;
}

/* 192.0.2.1:33317 and 2001:db8::1:33317: the port tells apart a client's connections. */
static bool split_port(struct record *record)
{
	struct view client = record->client;
	size_t colon = client.length;

	while (colon > 0 && client.data[colon - 1] != ':')
		colon--;
	if (colon < 2 || colon == client.length)
		return false;
	record->connection = view_skip(client, colon);
	record->client = view_first(client, colon - 1);
	record->address = address_of_host(record->client);
	return true;
}

/* "2750", or "+2750" where it was logged before all was sent. */
static int64_t bytes_of(struct view word)
{
	int64_t bytes;

	return view_to_int64(word, &bytes) == 0 && bytes >= 0 ? bytes : -1;
}

/* {a|b} as often as headers are captured, for the request and for the answer. */
static void skip_captures(struct view *rest)
{
	struct view captures;

	for (int i = 0; i < 2 && rest->length > 0 && rest->data[0] == '{'; i++) {
		view_cut(rest, '}', &captures);
		take_byte(rest, ' ');
	}
}

/* A long line is cut, so that the closing quote may be missing. */
static const char *take_request(struct view rest, struct record *record)
{
	struct view request;

	skip_captures(&rest);
	if (!take_byte(&rest, '"'))
		return "no quoted request follows the queues";
	view_cut(&rest, '"', &request);
	if (!view_equal(request, VIEW("<BADREQ>")))
		ncsa_split_request(request, record);
	return NULL;
}

/* Who ended the session, by the first letter of the termination state. */
static const char *why_of(struct view state)
{
	static const struct {
		char letter;
		const char *why;
	} ends[] = {
	    {'-', "a request that HAProxy saw through"},
	    {'C', "the client ended the connection early"},
	    {'c', "the client took too long"},
	    {'S', "the server ended the connection early or refused it"},
	    {'s', "the server took too long"},
	    {'P', "HAProxy itself answered or denied the request"},
	    {'L', "HAProxy itself answered the request"},
	    {'R', "HAProxy ran out of a resource"},
	    {'I', "HAProxy found a fault in itself"},
	    {'D', "the server went down"},
	    {'U', "the backup server gave way to the server"},
	    {'K', "an operator ended the session"},
	};

	for (size_t i = 0; i < count_of(ends); i++)
		if (ends[i].letter == state.data[0])
			return ends[i].why;
	return "a request; HAProxy's termination state is none that is known";
}

static const char *read_line(
    struct stamps *stamps, struct view line, struct record *record, const char **ret_why)
{
	struct view words[10];
	struct view status;

	if (!take_head(stamps, &line, record) || !split_port(record))
		return "the line has no client:port and [22/Nov/2026:10:04:34.655]";
	/* frontend, backend/server, timers, status, bytes, cookies, state, counts, queues */
	for (size_t i = 0; i < count_of(words); i++)
		if (!take_word(&line, &words[i]))
			return "fewer columns than HAProxy's httplog has";
	status = words[3];
	if (view_equal(status, VIEW("-1")))
		status = VIEW("0");
	if (ncsa_status(status, &record->status) < 0)
		return "the column behind the timers is no HTTP status";
	if (words[7].length != 4)
		return "there is no termination state such as ----";
	record->sent_bytes = bytes_of(words[4]);
	*ret_why = why_of(words[7]);
	return take_request(line, record);
}

static void read_haproxy(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	const char *why = NULL;
	const char *fault = read_line(&reader->stamps, line, &ret_parsed->record, &why);

	if (fault != NULL)
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
	else
		parsed_as(ret_parsed, LINE_RECORD, why);
}

const struct format format_haproxy_http = {
    .name = "haproxy-http",
    .looks = "its lines have HAProxy's client:port, [time], timers and termination state",
    .read = read_haproxy,
};
