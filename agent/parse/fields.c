#include "parse/fields.h"

#include "parse/ncsa.h"
#include "parse/pairs.h"
#include "parse/scan.h"

/* The last address of a list: the one that the nearest proxy saw, and no client wrote. */
static struct view last_of_list(struct view list)
{
	size_t length = list.length;

	while (length > 0 && list.data[length - 1] != ',')
		length--;
	return view_trim(view_skip(list, length));
}

/* "192.0.2.1:33317" and "[2001:db8::1]:33317" without the port. */
static struct view without_port(struct view client)
{
	size_t length = client.length;

	while (length > 0 && client.data[length - 1] != ':')
		length--;
	if (length < 2)
		return client;
	if (client.data[0] == '[' && client.data[length - 2] == ']')
		return view_of(client.data + 1, length - 3);
	return view_first(client, length - 1);
}

static void read_address(struct record *record)
{
	struct view host;

	if (address_parse(record->client, &record->address) == 0)
		return;
	record->address.family = 0;
	host = without_port(record->client);
	if (address_parse(host, &record->address) == 0)
		record->client = host;
	else
		record->address.family = 0;
}

static void read_client(const struct view *values, struct record *record)
{
	record->forwarded = without_dash(values[FIELD_FORWARDED]);
	record->client = without_dash(values[FIELD_CLIENT]);
	if (values[FIELD_CLIENT].data == NULL)
		record->client = last_of_list(record->forwarded);
	read_address(record);
}

static void read_request(const struct view *values, struct record *record)
{
	if (values[FIELD_REQUEST].data != NULL)
		ncsa_split_request(values[FIELD_REQUEST], record);
	if (values[FIELD_METHOD].data != NULL)
		record->method = without_dash(values[FIELD_METHOD]);
	if (values[FIELD_TARGET].data != NULL)
		record->target = without_dash(values[FIELD_TARGET]);
}

static int64_t bytes_of(struct view text)
{
	uint64_t bytes;

	if (view_to_uint64(text, &bytes) < 0 || bytes > INT64_MAX)
		return -1;
	return (int64_t)bytes;
}

/* Apache writes a user that is empty as two quotes. */
static struct view user_of(struct view logged)
{
	return view_equal(logged, VIEW("\"\"")) ? view_of(logged.data, 0) : without_dash(logged);
}

void fields_read(const struct view values[FIELD_COUNT], struct parsed *parsed)
{
	struct record *record = &parsed->record;
	const struct pairs pairs = {
	    .scheme = values[FIELD_SCHEME],
	    .reply = values[FIELD_REPLY],
	    .error = values[FIELD_ERROR],
	    .error_text = values[FIELD_ERROR_TEXT],
	    .connection = values[FIELD_CONNECTION],
	    .host = values[FIELD_HOST],
	    .forwarded = values[FIELD_FORWARDED],
	    .worker = values[FIELD_WORKER],
	};

	if (ncsa_status(values[FIELD_STATUS], &record->status) < 0) {
		parsed_as(parsed, LINE_UNPARSED, "the status is no number of three digits");
		return;
	}
	record->user = user_of(values[FIELD_USER]);
	read_request(values, record);
	record->sent_bytes = bytes_of(values[FIELD_BYTES]);
	record->agent = without_dash(values[FIELD_AGENT]);
	if (pairs_judge(&pairs, record) != 0)
		parsed_as(parsed, LINE_RECORD, pairs_why(record));
	else
		parsed_as(parsed, LINE_RECORD, "an access line; it does not show tokens");
	read_client(values, record);
}
