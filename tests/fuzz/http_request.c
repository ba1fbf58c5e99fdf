/* What a client of the endpoint sends in Host, Accept and Authorization, a line each: a host that
 * is ours is one of the few that are, credentials keep within their arrays, and a format is one. */
#include "fuzz.h"

#include <ctype.h>

#include "report/http_authorization.h"
#include "report/http_host.h"
#include "report/metrics.h"

static const char *const names[] = {"authmedic.example.com", "192.0.2.9", "2001:db8::9"};

/* Whatever is let in begins like one of ours: anything else would be a way in for others. */
static void check_host(struct view host)
{
	static const char *const beginnings[] = {
	    "localhost", "127.", "[", "authmedic.example.com", "192.0.2.9"};
	const struct http_host_names ours = {names, sizeof(names) / sizeof(names[0])};
	const struct address nowhere = {0};
	bool known = false;

	if (!http_host_is_ours(host, &ours, &nowhere))
		return;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		struct view beginning = view_of_text(beginnings[i]);

		known |= view_equal_ignoring_case(view_first(host, beginning.length), beginning);
	}
	fuzz_check(known);
	fuzz_check(!view_contains(host, VIEW("@")) && !view_contains(host, VIEW("/")));
}

static void check_part(const char *part, size_t bytes)
{
	size_t length = strnlen(part, bytes);

	fuzz_check(length < bytes);
	for (size_t i = 0; i < length; i++)
		fuzz_check(!iscntrl((unsigned char)part[i]));
	for (size_t i = length; i < bytes; i++)
		fuzz_check(part[i] == '\0');
}

static void check_authorization(struct view header)
{
	struct http_credentials credentials;

	if (http_authorization_parse(header, &credentials) < 0)
		return;
	fuzz_check(credentials.user[0] != '\0');
	check_part(credentials.user, sizeof(credentials.user));
	check_part(credentials.password, sizeof(credentials.password));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = view_of((const char *)data, size);
	struct view host, accept;
	enum metrics_format format;

	view_cut(&rest, '\n', &host);
	view_cut(&rest, '\n', &accept);
	check_host(host);
	format = metrics_negotiate(accept);
	fuzz_check(format == METRICS_PROMETHEUS_TEXT || format == METRICS_OPENMETRICS);
	check_authorization(rest);
	return 0;
}
