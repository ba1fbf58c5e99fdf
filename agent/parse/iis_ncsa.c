/* ncsa: IIS's "NCSA common log format". It escapes nothing: backslashes in users are single, and a
 * request may hold quotes, but the last quote is the line's own, since only numbers follow. */
#include "parse/ncsa.h"
#include "parse/scan.h"

/* The bytes before the last quote. */
static bool take_to_last_quote(struct view *rest, struct view *ret_text)
{
	size_t length = rest->length;

	if (length < 2 || rest->data[0] != '"')
		return false;
	while (rest->data[length - 1] != '"')
		length--;
	if (length < 2)
		return false;
	*ret_text = view_of(rest->data + 1, length - 2);
	*rest = view_skip(*rest, length);
	return true;
}

static const char *read_line(struct stamps *stamps, struct view line, struct record *record)
{
	struct view request;
	struct view rest;
	const char *fault = ncsa_take_head(stamps, &line, record);

	if (fault != NULL)
		return fault;
	rest = line;
	if (!take_to_last_quote(&rest, &request) || !take_byte(&rest, ' '))
		return "the request has no closing quote";
	ncsa_split_request(request, record);
	fault = ncsa_take_answer(&rest, record);
	return fault == NULL && rest.length > 0 ? "text follows the byte count" : fault;
}

static void read_ncsa(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	const char *fault = read_line(&reader->stamps, line, &ret_parsed->record);

	if (fault != NULL)
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
	else
		parsed_as(ret_parsed, LINE_RECORD,
		    "an access line of IIS; it has no sub-status and does not show tokens");
}

const struct format format_ncsa = {
    .name = "ncsa",
    .looks = "its lines are client, user, [time], \"request\", status, bytes, as IIS writes",
    .read = read_ncsa,
};
