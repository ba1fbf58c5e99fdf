#include "parse/ncsa.h"

#include <errno.h>

#include "parse/scan.h"

/* " [22/Nov/2026:10:04:34 +0000] " stands between the user and the request's quote. */
#define TIME_BYTES (STAMP_NCSA_BYTES + 4)

static unsigned digit_of(char byte)
{
	return (unsigned)(unsigned char)byte - (unsigned)'0';
}

int ncsa_status(struct view text, int *ret_status)
{
	int status = 0;

	if (text.length == 3) {
		unsigned digits[] = {
		    digit_of(text.data[0]), digit_of(text.data[1]), digit_of(text.data[2])};

		if (digits[0] > 9 || digits[1] > 9 || digits[2] > 9)
			return -EINVAL;
		*ret_status = (int)(digits[0] * 100 + digits[1] * 10 + digits[2]);
		return 0;
	}
	if (text.length == 0 || text.length > 3)
		return -EINVAL;
	for (size_t i = 0; i < text.length; i++) {
		unsigned digit = digit_of(text.data[i]);

		if (digit > 9)
			return -EINVAL;
		status = status * 10 + (int)digit;
	}
	*ret_status = status;
	return 0;
}

/* What stands before the first space, of which there must be one. */
static bool take_method(struct view *rest, struct view *ret_method)
{
	const char *space = find_space(*rest);

	if (space == NULL)
		return false;
	*ret_method = view_first(*rest, (size_t)(space - rest->data));
	*rest = view_skip(*rest, ret_method->length + 1);
	return true;
}

void ncsa_split_request(struct view request, struct record *record)
{
	struct view target = request;

	if (request.length > 9 && memcmp(request.data + request.length - 9, " HTTP/", 6) == 0)
		target.length -= 9;
	else if (request.length > 7 && memcmp(request.data + request.length - 7, " HTTP/", 6) == 0)
		target.length -= 7;
	if (!take_method(&target, &record->method))
		record->method = view_of(request.data, 0);
	record->target = without_dash(target);
}

/* A user may hold spaces and brackets, and quotes behind a backslash. So the first quote that
 * stands free begins the request, and the time is what stands right before it. */
static bool take_user(struct view *rest, struct view *ret_user, struct view *ret_time)
{
	const char *begin = rest->data;
	const char *end = rest->data + rest->length;
	const char *from = begin;
	const char *quote;
	size_t length;

	/* Apache writes an empty user as two quotes. */
	if (view_starts_with(*rest, VIEW("\"\" [")))
		from += 2;
	do {
		quote = from < end ? memchr(from, '"', (size_t)(end - from)) : NULL;
		if (quote == NULL)
			return false;
		from = quote + 1;
	} while (quote > begin && quote[-1] == '\\');
	length = (size_t)(quote - begin);
	if (length <= TIME_BYTES || quote[-TIME_BYTES] != ' ' || quote[1 - TIME_BYTES] != '[' ||
	    quote[-2] != ']' || quote[-1] != ' ')
		return false;
	*ret_time = view_of(quote + 2 - TIME_BYTES, STAMP_NCSA_BYTES);
	*ret_user = view_of(begin, length - TIME_BYTES);
	*rest = view_of(quote, (size_t)(end - quote));
	return true;
}

static struct view user_of(struct view logged)
{
	return view_equal(logged, VIEW("\"\"")) ? view_of(logged.data, 0) : without_dash(logged);
}

/* "-" or a word; most logs have the dash. */
static bool take_ident(struct view *rest)
{
	struct view ident;

	if (rest->length < 2 || rest->data[0] != '-' || rest->data[1] != ' ')
		return take_word(rest, &ident);
	*rest = view_of(rest->data + 2, rest->length - 2);
	return true;
}

const char *ncsa_take_answer(struct view *rest, struct record *record)
{
	int64_t status;
	struct view dash;

	if (!take_number(rest, &status) || status > 999)
		return "no HTTP status follows the request";
	record->status = (int)status;
	if (rest->length == 0)
		return "no byte count follows the status";
	if (!take_number(rest, &record->sent_bytes) &&
	    (!take_word(rest, &dash) || !view_equal(dash, VIEW("-"))))
		return "the byte count is no number";
	return NULL;
}

const char *ncsa_take_head(struct stamps *stamps, struct view *rest, struct record *record)
{
	struct view user;
	struct view time;

	if (!take_word(rest, &record->client) || !take_ident(rest) ||
	    !take_user(rest, &user, &time))
		return "the line does not begin with client, ident, user, [time] and \"request\"";
	record->user = user_of(user);
	if (stamp_ncsa(stamps, time, &record->time_ms) < 0)
		return "the time is not like [22/Nov/2026:10:04:34 +0000]";
	record->address = address_of_host(record->client);
	return NULL;
}

const char *ncsa_take_request(struct stamps *stamps, struct view *rest, struct record *record)
{
	const char *fault = ncsa_take_head(stamps, rest, record);
	struct view request;

	if (fault != NULL)
		return fault;
	if (!take_quoted(rest, &request) || !take_byte(rest, ' '))
		return "the request has no closing quote";
	ncsa_split_request(request, record);
	return ncsa_take_answer(rest, record);
}

const char *ncsa_take_agent(struct view *rest, struct record *record)
{
	struct view referer;

	if (!take_quoted(rest, &referer) || !take_byte(rest, ' ') ||
	    !take_quoted(rest, &record->agent))
		return "no quoted referer and agent follow the byte count";
	record->agent = without_dash(record->agent);
	if (rest->length > 0 && !take_byte(rest, ' '))
		return "text is joined to the agent's closing quote";
	return NULL;
}

bool ncsa_find_agent(struct view rest, size_t *ret_offset)
{
	if (!view_find(view_skip(rest, 1), VIEW("\" \""), ret_offset))
		return false;
	*ret_offset += 1; /* what was skipped, the opening quote */
	return true;
}

bool ncsa_take_raw_agent(struct view rest, struct record *record)
{
	size_t middle;

	if (rest.length < 2 || rest.data[0] != '"' || rest.data[rest.length - 1] != '"' ||
	    !ncsa_find_agent(rest, &middle) || middle + 3 >= rest.length)
		return false;
	record->agent = without_dash(view_of(rest.data + middle + 3, rest.length - middle - 4));
	return true;
}

/* The quotes that an access line has, by their numbers from 1. */
enum quote {
	QUOTE_REQUEST = 1,
	QUOTE_REQUEST_END,
	QUOTE_REFERER,
	QUOTE_REFERER_END,
	QUOTE_AGENT,
	QUOTE_AGENT_END
};

/* Up to the first quote: client, ident, user and [time]. */
static bool take_plain_head(struct reader *reader, struct view head, struct record *record)
{
	struct view time;

	if (!take_word(&head, &record->client) || !take_ident(&head) || head.length <= TIME_BYTES ||
	    head.data[head.length - TIME_BYTES] != ' ' ||
	    head.data[head.length - TIME_BYTES + 1] != '[' || head.data[head.length - 2] != ']' ||
	    head.data[head.length - 1] != ' ')
		return false;
	record->user = without_dash(view_of(head.data, head.length - TIME_BYTES));
	time = view_of(head.data + head.length - TIME_BYTES + 2, STAMP_NCSA_BYTES);
	return stamp_ncsa(&reader->stamps, time, &record->time_ms) == 0;
}

/* What stands between the request and the referer. */
static bool take_plain_answer(struct view answer, struct record *record)
{
	return answer.length > 0 && answer.data[answer.length - 1] == ' ' &&
	    take_byte(&answer, ' ') && ncsa_take_answer(&answer, record) == NULL &&
	    answer.length == 0;
}

bool ncsa_take_plain(struct reader *reader, struct view *rest, struct record *record)
{
	const struct marks *quotes = &reader->marks;
	struct view line = *rest;
	struct view answer;

	reader_find_marks(reader, line);
	if (!quotes->all || quotes->count < QUOTE_AGENT_END ||
	    !take_plain_head(reader, marks_between(quotes, 0), record))
		return false;
	answer = marks_between(quotes, QUOTE_REQUEST_END);
	if (!take_plain_answer(answer, record) ||
	    !view_equal(marks_between(quotes, QUOTE_REFERER_END), VIEW(" ")))
		return false;
	ncsa_split_request(marks_between(quotes, QUOTE_REQUEST), record);
	record->agent = without_dash(marks_between(quotes, QUOTE_AGENT));
	clients_address(&reader->clients, record->client, &record->address);
	line = view_skip(line, (size_t)(marks_behind(quotes, QUOTE_AGENT_END) - line.data));
	if (line.length > 0 && !take_byte(&line, ' '))
		return false;
	*rest = line;
	return true;
}

const char *ncsa_take_combined(struct reader *reader, struct view *rest, struct record *record)
{
	const char *fault;

	if (ncsa_take_plain(reader, rest, record))
		return NULL;
	fault = ncsa_take_request(&reader->stamps, rest, record);
	return fault != NULL ? fault : ncsa_take_agent(rest, record);
}

static void finish(struct parsed *parsed, const char *fault)
{
	if (fault != NULL)
		parsed_as(parsed, LINE_UNPARSED, fault);
	else
		parsed_as(parsed, LINE_RECORD, "an access line; it does not show tokens");
}

static void read_common(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	const char *fault = ncsa_take_request(&reader->stamps, &line, &ret_parsed->record);

	ret_parsed->has_rest = line.length > 0;
	finish(ret_parsed, fault);
}

static void read_combined(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	const char *fault = ncsa_take_combined(reader, &line, &ret_parsed->record);

	ret_parsed->has_rest = line.length > 0;
	finish(ret_parsed, fault);
}

/* "www.example.com:443" */
static bool take_virtual_host(struct view *rest, struct view *ret_host)
{
	size_t colon;

	if (!take_word(rest, ret_host))
		return false;
	colon = ret_host->length;
	while (colon > 0 && ret_host->data[colon - 1] >= '0' && ret_host->data[colon - 1] <= '9')
		colon--;
	if (colon < 2 || colon == ret_host->length || ret_host->data[colon - 1] != ':')
		return false;
	*ret_host = view_first(*ret_host, colon - 1);
	return true;
}

static void read_vhost(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	if (take_virtual_host(&line, &ret_parsed->record.host))
		read_combined(reader, line, ret_parsed);
	else
		parsed_as(ret_parsed, LINE_UNPARSED, "the line does not begin with host:port");
}

const struct format format_apache_common = {
    .name = "apache-common",
    .looks = "its lines are Apache's common format, as other servers write it too: they show no "
	     "agent",
    .read = read_common,
};

const struct format format_apache_combined = {
    .name = "apache-combined",
    .looks = "its lines are Apache's combined format, which nginx, Tomcat and Jetty write alike",
    .marks = NCSA_MARKS,
    .read = read_combined,
};

const struct format format_apache_vhost = {
    .name = "apache-vhost",
    .looks = "its lines are host:port and then Apache's combined format",
    .marks = NCSA_MARKS,
    .read = read_vhost,
};

const struct format format_nginx_combined = {
    .name = "nginx-combined",
    .looks = "its lines are those of Apache's combined format",
    .marks = NCSA_MARKS,
    .read = read_combined,
};
