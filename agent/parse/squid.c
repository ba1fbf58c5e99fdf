/* squid-combined: Squid's combined log format, which ends in TCP_DENIED:HIER_NONE. The pairs of
 * pairs.h may stand before that.
 * squid-native: time elapsed client TAG/status bytes method url user hierarchy/peer type */
#include "parse/ncsa.h"
#include "parse/pairs.h"
#include "parse/scan.h"

/* The last word of the rest, which is left without it. */
static struct view take_last_word(struct view *rest)
{
	size_t length = rest->length;
	struct view word;

	while (length > 0 && rest->data[length - 1] != ' ')
		length--;
	word = view_skip(*rest, length);
	while (length > 0 && rest->data[length - 1] == ' ')
		length--;
	*rest = view_first(*rest, length);
	return word;
}

/* "TCP_DENIED:HIER_NONE" */
static bool is_result(struct view word)
{
	size_t colons = 0;

	for (size_t i = 0; i < word.length; i++) {
		char byte = word.data[i];
		bool plain = (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
		    byte == '_' || byte == ':';

		if (!plain)
			return false;
		colons += byte == ':';
	}
	return colons == 1;
}

/* Where Squid did not deny but forwarded, the 401 is the origin's: whoever has a name by then has
 * signed in at Squid. */
static const char *finish_record(struct record *record, struct view result)
{
	bool refused = record->status == 401 || record->status == 407;

	if (!refused)
		return "an access line of Squid";
	if (view_starts_with(result, VIEW("TCP_DENIED")))
		return record->scheme == SCHEME_UNKNOWN ? "Squid asked for a sign-in"
							: pairs_why(record);
	if (view_is_empty(record->user))
		return "the server behind Squid asked for a sign-in";
	record->reply = REPLY_DONE;
	return "signed in at Squid, refused by the server behind it";
}

/* Squid's built-in combined format escapes nothing. An address holds no blanks, so the first quote
 * with one behind it ends the request; the last quote ends the agent. */
static const char *take_raw(struct reader *reader, struct view *rest, struct record *record)
{
	const char *fault = ncsa_take_head(&reader->stamps, rest, record);
	size_t end;

	if (fault != NULL)
		return fault;
	if (!view_find(view_skip(*rest, 1), VIEW("\" "), &end))
		return "the request has no closing quote";
	ncsa_split_request(view_of(rest->data + 1, end), record);
	*rest = view_skip(*rest, end + 3);
	fault = ncsa_take_answer(rest, record);
	if (fault == NULL && !ncsa_take_raw_agent(*rest, record))
		fault = "no quoted referer and agent follow the byte count";
	return fault;
}

static void read_combined(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct record *record = &ret_parsed->record;
	struct view raw = line;
	struct view result = take_last_word(&raw);
	const char *fault = ncsa_take_combined(reader, &line, record);

	if (fault == NULL) {
		result = take_last_word(&line);
		if (is_result(result))
			pairs_read(line, record);
	} else if (is_result(result)) {
		fault = take_raw(reader, &raw, record);
	}
	if (fault == NULL && !is_result(result))
		fault = "the line does not end like TCP_DENIED:HIER_NONE";
	if (fault != NULL) {
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
		return;
	}
	parsed_as(ret_parsed, LINE_RECORD, finish_record(record, result));
}

/* "TCP_DENIED/407" */
static bool take_result(struct view *rest, struct view *ret_tag, int *ret_status)
{
	struct view word;

	return take_word(rest, &word) && view_cut(&word, '/', ret_tag) &&
	    ncsa_status(word, ret_status) == 0;
}

/* The columns are padded with spaces on the left. */
static bool take_column(struct view *rest, struct view *ret_word)
{
	while (take_byte(rest, ' '))
		;
	return take_word(rest, ret_word);
}

static const char *take_native_head(struct view *rest, struct record *record, struct view *ret_tag)
{
	struct view word;
	uint64_t bytes;

	if (!take_column(rest, &word) || stamp_epoch(word, &record->time_ms) < 0)
		return "the line does not begin with a time like 1795341874.123";
	if (!take_column(rest, &word) || !take_column(rest, &record->client))
		return "no elapsed time and client follow the time";
	if (!take_result(rest, ret_tag, &record->status))
		return "no result like TCP_DENIED/407 follows the client";
	if (!take_word(rest, &word) || view_to_uint64(word, &bytes) < 0 || bytes > INT64_MAX)
		return "no byte count follows the result";
	record->sent_bytes = (int64_t)bytes;
	return take_word(rest, &record->method) ? NULL : "no method follows the byte count";
}

/* From the right: some set-ups log spaces in the URL. */
static const char *take_native_tail(struct view rest, struct record *record)
{
	take_last_word(&rest); /* type */
	take_last_word(&rest); /* hierarchy and peer */
	record->user = without_dash(take_last_word(&rest));
	record->target = without_dash(rest);
	return rest.length > 0 ? NULL : "fewer columns than Squid's native format has";
}

static void read_native(
    unused_parameter struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct record *record = &ret_parsed->record;
	struct view tag;
	const char *fault = take_native_head(&line, record, &tag);

	if (fault == NULL)
		fault = take_native_tail(line, record);
	if (fault != NULL) {
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
		return;
	}
	record->address = address_of_host(record->client);
	parsed_as(ret_parsed, LINE_RECORD, finish_record(record, tag));
}

const struct format format_squid_combined = {
    .name = "squid-combined",
    .looks = "its lines are the combined format and end like TCP_DENIED:HIER_NONE",
    .source = "squid-helper",
    .marks = NCSA_MARKS,
    .read = read_combined,
};

const struct format format_squid_native = {
    .name = "squid-native",
    .looks = "its lines begin with seconds since 1970 and show results like TCP_DENIED/407",
    .read = read_native,
};
