/* apache-authmedic and nginx-authmedic: an access line, then pairs; see pairs.h. */
#include "parse/ncsa.h"
#include "parse/pairs.h"

static const char *why_of(const struct record *record)
{
	bool refused = record->status == 401 || record->status == 407;

	switch (record->reply) {
	case REPLY_CONTINUE:
		return "a leg: the server wants another token, this is no refusal";
	case REPLY_REJECT:
		return "the server refused the client's token";
	case REPLY_DONE:
		return "the server took the client's token";
	case REPLY_UNKNOWN:
		break;
	}
	if (refused && record->scheme == SCHEME_NONE)
		return "a challenge: the client had sent no token";
	return record->scheme == SCHEME_NONE ? "the client sent no token"
	                                     : "the line does not show what became of a token";
}

static void read_authmedic(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	struct record *record = &ret_parsed->record;
	const char *fault = ncsa_take_request(&reader->stamps, &line, record);

	if (fault == NULL && line.length > 0 && line.data[0] == '"')
		fault = ncsa_take_agent(&line, record);
	if (fault == NULL && !pairs_read(line, record))
		fault = "no scheme=, reply= or merr= follows the access line";
	if (fault != NULL)
		parsed_as(ret_parsed, LINE_UNPARSED, fault);
	else
		parsed_as(ret_parsed, LINE_RECORD, why_of(record));
}

const struct format format_apache_authmedic = {
    .name = "apache-authmedic",
    .looks = "its lines are an access line and then scheme= and other pairs",
    .source = "auth_gssapi",
    .read = read_authmedic,
};

const struct format format_nginx_authmedic = {
    .name = "nginx-authmedic",
    .looks = "its lines are an access line and then scheme=, reply= and other pairs",
    .read = read_authmedic,
};
