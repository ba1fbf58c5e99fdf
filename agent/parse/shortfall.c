#include "parse/shortfall.h"

/* Which snippet has the server log more; the rest has none: a format string of one's own, JSON. */
static const struct {
	const char *format;
	const char *snippet;
	bool is_iis;
} snippets[] = {
    {"iis-w3c", "iis-authmedic.ps1", true},
    {"iis-native", "iis-authmedic.ps1", true},
    {"ncsa", "iis-authmedic.ps1", true},
    {"apache-common", "apache-authmedic.conf", false},
    {"apache-combined", "apache-authmedic.conf", false},
    {"apache-vhost", "apache-authmedic.conf", false},
    {"apache-authmedic", "apache-authmedic.conf", false},
    {"nginx-combined", "nginx-authmedic.conf", false},
    {"squid-native", "squid-authmedic.conf", false},
    {"squid-combined", "squid-authmedic.conf", false},
    {"tomcat", "tomcat-authmedic.xml", false},
    {"haproxy-http", "haproxy-authmedic.cfg", false},
};

void shortfall_note(struct shortfall *shortfall, const struct record *record)
{
	shortfall->records++;
	shortfall->agent = shortfall->agent || !view_is_empty(record->agent);
	shortfall->scheme = shortfall->scheme || record->scheme != SCHEME_UNKNOWN;
	shortfall->substatus = shortfall->substatus || record->substatus >= 0;
	shortfall->win32 = shortfall->win32 || record->win32 >= 0;
}

static void append_iis(const struct shortfall *shortfall, struct buffer *text)
{
	if (!shortfall->substatus)
		buffer_append_text(text,
		    "no sub-status: a leg of NTLM looks like a refusal until the next line; switch "
		    "on sc-substatus (IIS 6 and later)\n");
	if (!shortfall->win32)
		buffer_append_text(text,
		    "no win32 codes: why a token was refused is not told; switch on "
		    "sc-win32-status\n");
}

void shortfall_append(const struct shortfall *shortfall, const char *format, struct buffer *text)
{
	const char *snippet = NULL;
	bool is_iis = false;
	size_t before = text->length;

	if (shortfall->records == 0)
		return;
	for (size_t i = 0; i < count_of(snippets); i++)
		if (strcmp(snippets[i].format, format) == 0) {
			snippet = snippets[i].snippet;
			is_iis = snippets[i].is_iis;
		}
	if (!shortfall->agent)
		buffer_append_format(text,
		    "no agents: programs of one machine are not told apart%s\n",
		    is_iis ? "; switch on cs(User-Agent)" : "");
	if (is_iis)
		append_iis(shortfall, text);
	else if (!shortfall->scheme)
		buffer_append_text(text,
		    "no tokens: Kerberos and NTLM are not told apart, and a leg from a refusal "
		    "only "
		    "by what follows\n");
	if (text->length > before && snippet != NULL)
		buffer_append_format(text, "the snippet %s has the server log that\n", snippet);
}
