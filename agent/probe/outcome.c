#include "probe/outcome.h"

#include <errno.h>

#include "base/text.h"

#define EXIT_CONFIG 78 /* sysexits.h, which not every system has */

static const struct result_kind {
	const char *name;
	int exit_code;
} results[] = {
    [PROBE_RESULT_ACCEPTED] = {"accepted", 0},
    [PROBE_RESULT_REJECTED] = {"rejected", 1},
    [PROBE_RESULT_NO_TICKET] = {"no-ticket", 3},
    [PROBE_RESULT_UNREACHABLE] = {"unreachable", 4},
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

static void print_message(struct buffer *buffer, const struct probe_report *report)
{
	struct buffer auto_buffer message;

	buffer_init(&message, PROBE_MAX_VALUE_BYTES);
	buffer_append_text(&message, reasons[report->reason].message);
	if (report->reason == PROBE_HTTP_STATUS || report->reason == PROBE_NOT_PROTECTED)
		buffer_append_format(&message, " (HTTP status %d)", report->http_status);
	if (report->detail != NULL && report->detail[0] != '\0') {
		struct view detail = view_of_text(report->detail);

		buffer_append_text(&message, ": ");
		buffer_append(&message, view_first(detail, message.max_bytes - message.length));
	}
	print_text(buffer, "probe.message", buffer_view(&message));
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
	print_number(buffer, "ticket.kvno", report->ticket_kvno);
	print_text(buffer, "ticket.enctype", view_of_text(report->ticket_enctype));
	print_text(buffer, "ticket.principal", view_of_text(report->ticket_principal));
	print_number(buffer, "probe.kdc_ms", report->kdc_ms);
	print_number(buffer, "probe.http_ms", report->http_ms);
}
