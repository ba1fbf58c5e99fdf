#include "probe/outcome.h"

#include <errno.h>

#include "base/text.h"

#define EXIT_CONFIG 78 /* sysexits.h, which not every system has */

#define TELLING_SKEW_MS (240 * (int64_t)1000) /* the library allows five minutes */

static const struct result_kind {
	const char *name;
	int exit_code;
	int weight; /* of several addresses the heaviest is told */
} results[] = {
    [PROBE_RESULT_ACCEPTED] = {"accepted", 0, 0},
    [PROBE_RESULT_REJECTED] = {"rejected", 1, 3},
    [PROBE_RESULT_NO_TICKET] = {"no-ticket", 3, 1},
    [PROBE_RESULT_UNREACHABLE] = {"unreachable", 4, 2},
};

static const struct reason_kind {
	const char *name;
	enum probe_result result;
	bool unusable_config;
	const char *message;
} reasons[PROBE_REASON_COUNT] = {
    [PROBE_OK] = {"ok", PROBE_RESULT_ACCEPTED, false, "the server accepted a fresh ticket"},
    [PROBE_REFUSED] = {"refused", PROBE_RESULT_REJECTED, false,
        "the server refused a fresh ticket"},
    [PROBE_KDC_UNREACHABLE] = {"kdc-unreachable", PROBE_RESULT_NO_TICKET, false,
        "no KDC answered"},
    [PROBE_KDC_TIMEOUT] = {"timeout", PROBE_RESULT_NO_TICKET, false,
        "there was no ticket before the time was up"},
    [PROBE_REALM_UNKNOWN] = {"realm-unknown", PROBE_RESULT_NO_TICKET, false,
        "no KDC is known for the realm"},
    [PROBE_CLIENT_UNKNOWN] = {"client-unknown", PROBE_RESULT_NO_TICKET, false,
        "the KDC does not know the probe's principal"},
    [PROBE_CLIENT_REFUSED] = {"client-refused", PROBE_RESULT_NO_TICKET, false,
        "the KDC gives the probe's principal no ticket: it is locked or expired"},
    [PROBE_CLIENT_KEY] = {"client-key", PROBE_RESULT_NO_TICKET, false,
        "the key in the client keytab is not the one that the KDC has"},
    [PROBE_SERVICE_UNKNOWN] = {"service-unknown", PROBE_RESULT_NO_TICKET, false,
        "the KDC does not know the service"},
    [PROBE_CLOCK_SKEW] = {"clock-skew", PROBE_RESULT_NO_TICKET, false,
        "our clock and the KDC's differ too much"},
    [PROBE_KERBEROS] = {"kerberos", PROBE_RESULT_NO_TICKET, false,
        "the Kerberos library gave no ticket"},
    [PROBE_CLIENT_KEYTAB] = {"client-keytab", PROBE_RESULT_NO_TICKET, true,
        "the client keytab cannot be used"},
    [PROBE_KRB5_CONFIG] = {"krb5-config", PROBE_RESULT_NO_TICKET, true,
        "the Kerberos configuration cannot be used"},
    [PROBE_BAD_PRINCIPAL] = {"principal", PROBE_RESULT_NO_TICKET, true,
        "a principal's name cannot be used"},
    [PROBE_CONNECT] = {"connect", PROBE_RESULT_UNREACHABLE, false, "the server cannot be reached"},
    [PROBE_TLS] = {"tls", PROBE_RESULT_UNREACHABLE, false, "TLS with the server failed"},
    [PROBE_HTTP_TIMEOUT] = {"timeout", PROBE_RESULT_UNREACHABLE, false,
        "the server did not answer before the time was up"},
    [PROBE_NOT_HTTP] = {"not-http", PROBE_RESULT_UNREACHABLE, false,
        "the server's answer is not HTTP"},
    [PROBE_BAD_URL] = {"url", PROBE_RESULT_UNREACHABLE, true, "the URL cannot be used"},
    [PROBE_NOT_PROTECTED] = {"not-protected", PROBE_RESULT_UNREACHABLE, false,
        "the server does not ask for Negotiate at this URL"},
    [PROBE_HTTP_STATUS] = {"http-", PROBE_RESULT_UNREACHABLE, false,
        "the server gave an answer that says nothing about the sign-in"},
    [PROBE_INTERNAL] = {"internal", PROBE_RESULT_UNREACHABLE, false, "the probe itself failed"},
};

/* RFC 4120 §7.5.9: those that a server gives for a ticket. */
static const struct {
	int code;
	const char *name;
} kerberos_errors[] = {
    {31, "cannot-decrypt"}, /* KRB_AP_ERR_BAD_INTEGRITY */
    {32, "ticket-expired"},
    {33, "ticket-not-yet-valid"},
    {34, "replay"},
    {35, "wrong-name"}, /* KRB_AP_ERR_NOT_US */
    {37, "clock-skew"},
    {41, "cannot-decrypt"}, /* KRB_AP_ERR_MODIFIED */
    {44, "wrong-key-version"},
    {45, "no-key"},
    {60, "generic"},
};

const char *probe_kerberos_error_name(int code)
{
	for (size_t i = 0; i < count_of(kerberos_errors); i++)
		if (kerberos_errors[i].code == code)
			return kerberos_errors[i].name;
	return NULL;
}

bool probe_reason_is_worse(enum probe_reason reason, enum probe_reason other)
{
	return results[reasons[reason].result].weight > results[reasons[other].result].weight;
}

const char *probe_reason_name(enum probe_reason reason)
{
	return reasons[reason].name;
}

enum probe_result probe_reason_result(enum probe_reason reason)
{
	return reasons[reason].result;
}

int probe_reason_exit_code(enum probe_reason reason)
{
	return reasons[reason].unusable_config ? EXIT_CONFIG
	                                       : results[reasons[reason].result].exit_code;
}

static bool asks_for_credentials(int http_status)
{
	return http_status == 401 || http_status == 407;
}

enum probe_reason probe_judge_challenge(int http_status, bool offers_negotiate)
{
	if (asks_for_credentials(http_status))
		return offers_negotiate ? PROBE_OK : PROBE_NOT_PROTECTED;
	return http_status >= 200 && http_status < 400 ? PROBE_NOT_PROTECTED : PROBE_HTTP_STATUS;
}

enum probe_reason probe_judge_reply(int http_status, enum reply_state state)
{
	if (state == REPLY_STATE_ACCEPTED)
		return PROBE_OK;
	if (asks_for_credentials(http_status) || http_status == 403)
		return PROBE_REFUSED;
	if ((http_status >= 200 && http_status < 400) || http_status == 404)
		return PROBE_OK;
	return PROBE_HTTP_STATUS;
}

enum probe_reason probe_judge_http_error(int error)
{
	switch (error) {
	case -EINVAL:
		return PROBE_BAD_URL;
	case -ECONNREFUSED:
		return PROBE_CONNECT;
	case -EPROTO:
		return PROBE_TLS;
	case -ETIMEDOUT:
		return PROBE_HTTP_TIMEOUT;
	case -EBADMSG:
		return PROBE_NOT_HTTP;
	default:
		return PROBE_INTERNAL;
	}
}

static void print_text(struct buffer *buffer, const char *name, struct view value)
{
	struct buffer auto_buffer escaped;

	buffer_init(&escaped, 4 * PROBE_MAX_VALUE_BYTES);
	if (view_is_empty(value))
		return;
	text_append_escaped(&escaped, view_first(value, PROBE_MAX_VALUE_BYTES));
	buffer_append_format(buffer, "%s=", name);
	buffer_append(buffer, view_first(buffer_view(&escaped), PROBE_MAX_VALUE_BYTES));
	buffer_append_byte(buffer, '\n');
}

static void print_number(struct buffer *buffer, const char *name, int64_t value)
{
	if (value >= 0)
		buffer_append_format(buffer, "%s=%lld\n", name, (long long)value);
}

static void print_skew(struct buffer *buffer, const char *name, const struct probe_skew *skew)
{
	int64_t ms = skew->ms < 0 ? -skew->ms : skew->ms;

	if (skew->known)
		buffer_append_format(buffer, "%s=%s%lld.%03d\n", name, skew->ms < 0 ? "-" : "",
		    (long long)(ms / 1000), (int)(ms % 1000));
}

static void print_reply_error(struct buffer *buffer, int code)
{
	const char *name = probe_kerberos_error_name(code);

	if (name != NULL)
		print_text(buffer, "probe.reply_error", view_of_text(name));
	else
		print_number(buffer, "probe.reply_error", code);
}

/* -------------------------------------------------------------------------- the sentence */

static void say(struct buffer *message, const char *text)
{
	struct view words = view_of_text(text);

	buffer_append(message, view_first(words, message->max_bytes - message->length));
}

static void say_number(struct buffer *message, const char *before, int64_t value, const char *after)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	say(message, before);
	say(message, text);
	say(message, after);
}

/* What the server's answer adds to the reason, in brackets. */
static void say_answer(struct buffer *message, const struct probe_report *report)
{
	const char *error = probe_kerberos_error_name(report->reply_error);

	say_number(message, " (HTTP status ", report->http_status, "");
	if (report->address != NULL && report->address[0] != '\0') {
		say(message, " from ");
		say(message, report->address);
	}
	if (report->ticket_kvno >= 0)
		say_number(message, ", key version ", report->ticket_kvno, "");
	if (error != NULL) {
		say(message, ", the server says ");
		say(message, error);
	}
	if (report->reason == PROBE_NOT_PROTECTED && report->offers != NULL) {
		say(message, ", it offers ");
		say(message, report->offers[0] != '\0' ? report->offers : "nothing");
	}
	say(message, ")");
}

static void say_skew(struct buffer *message, const char *whose, const struct probe_skew *skew)
{
	int64_t ms = skew->ms < 0 ? -skew->ms : skew->ms;

	if (!skew->known || ms < TELLING_SKEW_MS)
		return;
	say(message, "; ");
	say(message, whose);
	say_number(message, " clock is ", ms / 1000, " s ");
	say(message, skew->ms < 0 ? "behind ours" : "ahead of ours");
}

static void print_message(struct buffer *buffer, const struct probe_report *report)
{
	struct buffer auto_buffer message;

	buffer_init(&message, PROBE_MAX_VALUE_BYTES);
	say(&message, reasons[report->reason].message);
	if (report->http_status >= 0)
		say_answer(&message, report);
	say_skew(&message, "the KDC's", &report->kdc_skew);
	say_skew(&message, "the server's", &report->server_skew);
	if (report->detail != NULL && report->detail[0] != '\0') {
		say(&message, ": ");
		say(&message, report->detail);
	}
	print_text(buffer, "probe.message", buffer_view(&message));
}

/* --------------------------------------------------------------------------- the report */

static void print_addresses(struct buffer *buffer, const struct probe_report *report)
{
	for (size_t i = 0; i < PROBE_RESULT_COUNT; i++) {
		char name[64];

		snprintf(name, sizeof(name), "probe.%s_addresses", results[i].name);
		if (report->addresses[i] != NULL)
			print_text(buffer, name, view_of_text(report->addresses[i]));
	}
}

void probe_report_print(const struct probe_report *report, struct buffer *buffer)
{
	const struct reason_kind *reason = &reasons[report->reason];

	buffer_append_format(buffer, "probe.result=%s\n", results[reason->result].name);
	buffer_append_format(buffer, "probe.reason=%s", reason->name);
	if (report->reason == PROBE_HTTP_STATUS)
		buffer_append_format(buffer, "%d", report->http_status);
	buffer_append_byte(buffer, '\n');
	print_message(buffer, report);
	print_number(buffer, "probe.http_status", report->http_status);
	buffer_append_format(
	    buffer, "probe.reply_state=%s\n", reply_state_name(report->reply_state));
	print_reply_error(buffer, report->reply_error);
	print_text(buffer, "probe.offers", view_of_text(report->offers));
	print_text(buffer, "probe.address", view_of_text(report->address));
	print_addresses(buffer, report);
	print_number(buffer, "ticket.kvno", report->ticket_kvno);
	print_text(buffer, "ticket.enctype", view_of_text(report->ticket_enctype));
	print_text(buffer, "ticket.principal", view_of_text(report->ticket_principal));
	print_skew(buffer, "clock.kdc_skew", &report->kdc_skew);
	print_skew(buffer, "clock.server_skew", &report->server_skew);
	print_number(buffer, "probe.kdc_ms", report->kdc_ms);
	print_number(buffer, "probe.connect_ms", report->connect_ms);
	print_number(buffer, "probe.answer_ms", report->answer_ms);
	print_number(buffer, "probe.http_ms", report->http_ms);
}
