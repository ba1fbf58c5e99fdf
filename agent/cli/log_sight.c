#include "cli/log_sight.h"

#include <inttypes.h>

#include "detect/verdict.h"

/* What there is to switch on for a column; `dialect` tells format strings apart by a byte that only
 * one of them has. */
static const struct remedy {
	const char *format;
	char dialect;
	const char *user;
	const char *client;
} remedies[] = {
    {"iis-w3c", 0, "switch on cs-username", "switch on c-ip"},
    {"haproxy-http", 0, "HAProxy knows none, but with tokens in its log it would", ""},
    {"logformat", '$', "add $remote_user", "add $remote_addr"},
    {"logformat", '%', "add %u (Squid: %un)", "add %h (Squid: %>a)"},
    {"json", 0, "log the name, and say in fields.user which member it is",
	"log the address, and say in fields.client which member it is"},
};

/* What a record shows of one sign-in, where its log shows tokens. */
static void note_token(struct log_sight *sight, struct view line, const struct record *record)
{
	bool is_in = !view_is_empty(record->user) || (record->status > 0 && record->status < 400);

	sight->reason = sight->reason || !view_is_empty(record->reason) ||
	    (record->reply == REPLY_REJECT && record->scheme != SCHEME_BASIC);
	if (is_in)
		sight->admitted[record->scheme] = true;
	else if (asks_to_sign_in(record->status) && record->reply == REPLY_CONTINUE &&
	    !view_contains(line, VIEW(" reply=")))
		sight->silent[record->scheme]++;
}

static void note_record(struct log_sight *sight, struct view line, const struct record *record)
{
	/* fields_read() leaves NULL where there is no column. */
	sight->user = sight->user || record->user.data != NULL;
	sight->client = sight->client || record->client.data != NULL;
	sight->token = sight->token || record->scheme != SCHEME_UNKNOWN;
	sight->records++;
	note_token(sight, line, record);
}

/* A line behind another is taken by any error log. */
static bool goes_on(const struct parsed *parsed, struct view line)
{
	return parsed->kind == LINE_OTHER && line.length > 0 &&
	    (line.data[0] == ' ' || line.data[0] == '\t');
}

void log_sight_note(struct log_sight *sight, struct view line, const struct parsed *parsed)
{
	if (view_is_empty(line))
		return;
	if (parsed->kind == LINE_UNPARSED) {
		if (sight->unread++ == 0)
			sight->why_unread = parsed->why;
	} else if (parsed->kind != LINE_HEADER && !goes_on(parsed, line)) {
		sight->read++;
	}
	if (parsed->kind == LINE_RECORD)
		note_record(sight, line, &parsed->record);
}

void log_sight_note_header(struct log_sight *sight, struct view saved)
{
	struct view line;

	while (!view_is_empty(saved)) {
		view_cut(&saved, '\n', &line);
		if (!view_starts_with(line, VIEW("#Fields:")))
			continue;
		sight->user = view_contains(line, VIEW(" cs-username"));
		sight->client = view_contains(line, VIEW(" c-ip"));
		/* Of a 401.2 the reader says that there was none, but IIS logs no tokens. */
		sight->token = false;
	}
}

bool log_sight_is_blind(const struct log_sight *sight)
{
	return sight->unread > 0 && sight->read == 0;
}

void log_sight_append_why(const struct log_sight *sight, struct buffer *text)
{
	if (sight->unread == 1)
		buffer_append_text(text, "its first line cannot be read: ");
	else
		buffer_append_format(
		    text, "none of its first %" PRIu64 " lines can be read: ", sight->unread);
	buffer_append_text(text, sight->why_unread);
}

static const struct remedy *remedy_of(const struct config_log *log, const char *format)
{
	static const struct remedy none = {.user = "", .client = ""};

	for (size_t i = 0; i < count_of(remedies); i++)
		if (strcmp(remedies[i].format, format) == 0 &&
		    (remedies[i].dialect == 0 || log->logformat == NULL ||
			strchr(log->logformat, remedies[i].dialect) != NULL))
			return &remedies[i];
	return &none;
}

static void append_missing(struct buffer *text, const char *what, const char *remedy)
{
	buffer_append_format(text, "%s, so this log alone never shows that sign-in broke%s%s\n",
	    what, remedy[0] != '\0' ? "; " : "", remedy);
}

/* A leg of NTLM has no error either, so what got in elsewhere may have been one. */
static uint64_t count_silent(const struct log_sight *sight)
{
	uint64_t count = sight->silent[SCHEME_KERBEROS];

	for (unsigned scheme = 0; scheme < SCHEME_COUNT; scheme++)
		if (scheme != SCHEME_KERBEROS && !sight->admitted[scheme])
			count += sight->silent[scheme];
	return sight->reason ? 0 : count;
}

static void append_silence(const struct log_sight *sight, const char *format, struct buffer *text)
{
	bool is_squid = strcmp(format, "squid-combined") == 0;
	uint64_t count = count_silent(sight);

	if (count == 0)
		return;
	buffer_append_format(text,
	    "merr= says nothing of %" PRIu64 " tokens that were answered with 401: it seems never "
	    "to be filled, and then only silence tells a refusal from a leg%s\n",
	    count, is_squid ? "" : "; set GssapiPublishErrors On, and load mod_headers for reply=");
}

void log_sight_append(const struct log_sight *sight, const struct config_log *log,
    const char *format, struct buffer *text)
{
	const struct remedy *remedy = remedy_of(log, format);

	/* http.sys logs errors alone. */
	if (sight->records == 0 || strcmp(format, "httperr") == 0)
		return;
	if (!sight->user && !sight->token)
		append_missing(text, "no users: nobody is ever known-good", remedy->user);
	if (!sight->client)
		append_missing(text, "no clients: the whole site is one voter", remedy->client);
	append_silence(sight, format, text);
}
