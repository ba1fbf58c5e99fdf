/* apache-authmedic and nginx-authmedic: an access line, then pairs; see pairs.h. */
#include "parse/ncsa.h"
#include "parse/pairs.h"

/* *ret_found are bits of enum pairs_found. */
static const char *read_line(
    struct reader *reader, struct view line, struct record *record, unsigned *ret_found)
{
	const char *fault = NULL;

	if (!ncsa_take_plain(reader, &line, record)) {
		fault = ncsa_take_request(&reader->stamps, &line, record);
		if (fault == NULL && line.length > 0 && line.data[0] == '"')
			fault = ncsa_take_agent(&line, record);
	}
	*ret_found = fault == NULL ? pairs_read(line, record) : 0;
	return fault;
}

static void finish(struct parsed *parsed, const char *fault)
{
	if (fault != NULL)
		parsed_as(parsed, LINE_UNPARSED, fault);
	else
		parsed_as(parsed, LINE_RECORD, pairs_why(&parsed->record));
}

static void read_apache(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	unsigned found;
	const char *fault = read_line(reader, line, &ret_parsed->record, &found);

	if (fault == NULL && found == 0)
		fault = "no scheme=, reply= or merr= follows the access line";
	finish(ret_parsed, fault);
}

/* Without reply= nothing in nginx's log tells a leg from a refusal; merr= only Apache has. */
static void read_nginx(struct reader *reader, struct view line, struct parsed *ret_parsed)
{
	unsigned found;
	const char *fault = read_line(reader, line, &ret_parsed->record, &found);

	if (fault == NULL && (found & PAIRS_REPLY) == 0)
		fault = "no reply= follows the access line";
	else if (fault == NULL && (found & PAIRS_ERROR) != 0)
		fault = "merr= stands in the logs of Apache, not of nginx";
	finish(ret_parsed, fault);
}

const struct format format_apache_authmedic = {
    .name = "apache-authmedic",
    .looks = "its lines are an access line and then scheme=, merr= and other pairs",
    .source = "auth_gssapi",
    .marks = NCSA_MARKS,
    .read = read_apache,
};

const struct format format_nginx_authmedic = {
    .name = "nginx-authmedic",
    .looks = "its lines are an access line and then scheme=, reply= and other pairs",
    .marks = NCSA_MARKS,
    .read = read_nginx,
};
