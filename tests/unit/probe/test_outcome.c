#include "unit.h"

#include <errno.h>

#include "probe/outcome.h"

/* Which answers to our token count as accepted, refused, or neither. */
static void replies(unused_parameter void **state)
{
	static const struct {
		int http_status;
		enum reply_state state;
		enum probe_reason reason;
	} rows[] = {
	    {200, REPLY_STATE_NONE, PROBE_OK},
	    {200, REPLY_STATE_ACCEPTED, PROBE_OK},
	    {204, REPLY_STATE_NONE, PROBE_OK},
	    {302, REPLY_STATE_NONE, PROBE_OK},
	    {404, REPLY_STATE_NONE, PROBE_OK},
	    {403, REPLY_STATE_ACCEPTED, PROBE_OK},
	    {500, REPLY_STATE_ACCEPTED, PROBE_OK},
	    {401, REPLY_STATE_ACCEPTED, PROBE_OK},
	    {401, REPLY_STATE_NONE, PROBE_REFUSED},
	    {401, REPLY_STATE_REJECTED, PROBE_REFUSED},
	    {401, REPLY_STATE_INCOMPLETE, PROBE_REFUSED},
	    {407, REPLY_STATE_NONE, PROBE_REFUSED},
	    {403, REPLY_STATE_NONE, PROBE_REFUSED},
	    {403, REPLY_STATE_REJECTED, PROBE_REFUSED},
	    {400, REPLY_STATE_NONE, PROBE_HTTP_STATUS},
	    {431, REPLY_STATE_NONE, PROBE_HTTP_STATUS},
	    {500, REPLY_STATE_REJECTED, PROBE_HTTP_STATUS},
	    {503, REPLY_STATE_NONE, PROBE_HTTP_STATUS},
	    {100, REPLY_STATE_NONE, PROBE_HTTP_STATUS},
	    {0, REPLY_STATE_NONE, PROBE_HTTP_STATUS},
	};

	for (size_t i = 0; i < count_of(rows); i++)
		assert_int_equal(
		    probe_judge_reply(rows[i].http_status, rows[i].state), rows[i].reason);
}

/* A site that does not ask for Negotiate proves nothing by letting us in. */
static void challenges(unused_parameter void **state)
{
	assert_int_equal(probe_judge_challenge(401, true), PROBE_OK);
	assert_int_equal(probe_judge_challenge(407, true), PROBE_OK);
	assert_int_equal(probe_judge_challenge(401, false), PROBE_NOT_PROTECTED);
	assert_int_equal(probe_judge_challenge(200, true), PROBE_NOT_PROTECTED);
	assert_int_equal(probe_judge_challenge(302, false), PROBE_NOT_PROTECTED);
	assert_int_equal(probe_judge_challenge(403, true), PROBE_HTTP_STATUS);
	assert_int_equal(probe_judge_challenge(404, false), PROBE_HTTP_STATUS);
	assert_int_equal(probe_judge_challenge(503, false), PROBE_HTTP_STATUS);
}

/* Each error of http_get() has its reason. */
static void http_errors(unused_parameter void **state)
{
	assert_int_equal(probe_judge_http_error(-ECONNREFUSED), PROBE_CONNECT);
	assert_int_equal(probe_judge_http_error(-EPROTO), PROBE_TLS);
	assert_int_equal(probe_judge_http_error(-ETIMEDOUT), PROBE_HTTP_TIMEOUT);
	assert_int_equal(probe_judge_http_error(-EBADMSG), PROBE_NOT_HTTP);
	assert_int_equal(probe_judge_http_error(-EINVAL), PROBE_BAD_URL);
	assert_int_equal(probe_judge_http_error(-ENOMEM), PROBE_INTERNAL);
}

/* The exit code follows from the reason. */
static void exit_codes(unused_parameter void **state)
{
	assert_int_equal(probe_reason_exit_code(PROBE_OK), 0);
	assert_int_equal(probe_reason_exit_code(PROBE_REFUSED), 1);
	assert_int_equal(probe_reason_exit_code(PROBE_KDC_UNREACHABLE), 3);
	assert_int_equal(probe_reason_exit_code(PROBE_KDC_TIMEOUT), 3);
	assert_int_equal(probe_reason_exit_code(PROBE_HTTP_TIMEOUT), 4);
	assert_int_equal(probe_reason_exit_code(PROBE_HTTP_STATUS), 4);
	assert_int_equal(probe_reason_exit_code(PROBE_CLIENT_KEYTAB), 78);
	assert_int_equal(probe_reason_exit_code(PROBE_BAD_URL), 78);
}

/* A report with everything in it, as it is printed. */
static void whole_report(unused_parameter void **state)
{
	const struct probe_report report = {
	    .reason = PROBE_REFUSED,
	    .http_status = 401,
	    .reply_state = REPLY_STATE_REJECTED,
	    .reply_error = 37,
	    .offers = "negotiate ntlm",
	    .address = "127.0.0.2:443",
	    .addresses = {"127.0.0.1:443", "127.0.0.2:443", NULL, ""},
	    .kdc_ms = 12,
	    .connect_ms = 3,
	    .answer_ms = 4,
	    .http_ms = 0,
	    .kdc_skew = {true, -250},
	    .server_skew = {true, 600001},
	    .ticket_kvno = 3,
	    .ticket_enctype = "aes256-cts-hmac-sha1-96",
	    .ticket_principal = "HTTP/localhost@EXAMPLE.TEST",
	};
	struct buffer auto_buffer text;

	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	probe_report_print(&report, &text);
	assert_string_equal(buffer_text(&text),
	    "probe.result=rejected\n"
	    "probe.reason=refused\n"
	    "probe.message=the server refused a fresh ticket (HTTP status 401 from "
	    "127.0.0.2:443, key version 3, the server says clock-skew); the server's clock is "
	    "600 s ahead of ours\n"
	    "probe.http_status=401\n"
	    "probe.reply_state=rejected\n"
	    "probe.reply_error=clock-skew\n"
	    "probe.offers=negotiate ntlm\n"
	    "probe.address=127.0.0.2:443\n"
	    "probe.accepted_addresses=127.0.0.1:443\n"
	    "probe.rejected_addresses=127.0.0.2:443\n"
	    "ticket.kvno=3\n"
	    "ticket.enctype=aes256-cts-hmac-sha1-96\n"
	    "ticket.principal=HTTP/localhost@EXAMPLE.TEST\n"
	    "clock.kdc_skew=-0.250\n"
	    "clock.server_skew=600.001\n"
	    "probe.kdc_ms=12\n"
	    "probe.connect_ms=3\n"
	    "probe.answer_ms=4\n"
	    "probe.http_ms=0\n");
}

/* What is not known is not printed. */
static void unknown_is_left_out(unused_parameter void **state)
{
	struct probe_report report = PROBE_REPORT_EMPTY;
	struct buffer auto_buffer text;

	report.reason = PROBE_KDC_UNREACHABLE;
	report.detail = "Cannot contact any KDC";
	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	probe_report_print(&report, &text);
	assert_string_equal(buffer_text(&text),
	    "probe.result=no-ticket\n"
	    "probe.reason=kdc-unreachable\n"
	    "probe.message=no KDC answered: Cannot contact any KDC\n"
	    "probe.reply_state=none\n");
}

/* An answer that says nothing about the sign-in names its status. */
static void status_in_the_reason(unused_parameter void **state)
{
	struct probe_report report = PROBE_REPORT_EMPTY;
	struct buffer auto_buffer text;

	report.reason = PROBE_HTTP_STATUS;
	report.http_status = 503;
	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	probe_report_print(&report, &text);
	assert_true(view_contains(buffer_view(&text), VIEW("\nprobe.reason=http-503\n")));
	assert_true(view_contains(buffer_view(&text), VIEW("(HTTP status 503)\n")));
}

/* A site that asks for something else is told with what it asks for. */
static void other_schemes(unused_parameter void **state)
{
	struct probe_report report = PROBE_REPORT_EMPTY;
	struct buffer auto_buffer text;

	report.reason = PROBE_NOT_PROTECTED;
	report.http_status = 401;
	report.offers = "ntlm";
	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	probe_report_print(&report, &text);
	assert_true(view_contains(
	    buffer_view(&text), VIEW("at this URL (HTTP status 401, it offers ntlm)\n")));
}

/* Kerberos errors have names, and those without one their number. */
static void kerberos_errors(unused_parameter void **state)
{
	struct probe_report report = PROBE_REPORT_EMPTY;
	struct buffer auto_buffer text;

	assert_string_equal(probe_kerberos_error_name(32), "ticket-expired");
	assert_string_equal(probe_kerberos_error_name(34), "replay");
	assert_null(probe_kerberos_error_name(-1));
	report.reason = PROBE_REFUSED;
	report.reply_error = 99;
	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	probe_report_print(&report, &text);
	assert_true(view_contains(buffer_view(&text), VIEW("\nprobe.reply_error=99\n")));
}

/* Of several addresses a refusal is told before all else, and a success last. */
static void worst_of_several(unused_parameter void **state)
{
	static const enum probe_reason order[] = {
	    PROBE_OK, PROBE_KERBEROS, PROBE_CONNECT, PROBE_REFUSED};

	for (size_t i = 0; i < count_of(order); i++)
		for (size_t j = 0; j < count_of(order); j++)
			assert_int_equal(probe_reason_is_worse(order[i], order[j]), i > j);
	assert_false(probe_reason_is_worse(PROBE_TLS, PROBE_HTTP_TIMEOUT));
}

/* Each line is one name, one "=" and at most 1,000 printable bytes, for every reason and whatever a
 * library or a KDC says. */
static void hostile_text(unused_parameter void **state)
{
	char hostile[4096];

	for (size_t i = 0; i < sizeof(hostile) - 1; i++)
		hostile[i] = (char)(i % 255 + 1); /* newlines, escapes, "probe.result=", … */
	memcpy(hostile, "\nprobe.result=accepted\n\033[2J", 26);
	hostile[sizeof(hostile) - 1] = '\0';
	for (int reason = 0; reason < PROBE_REASON_COUNT; reason++) {
		struct probe_report report = PROBE_REPORT_EMPTY;
		struct buffer auto_buffer text;
		struct view rest;
		struct view line;

		report.reason = (enum probe_reason)reason;
		report.detail = report.ticket_enctype = report.ticket_principal = hostile;
		report.offers = report.address = report.addresses[reason % 4] = hostile;
		report.http_status = reason % 2 - 1;
		buffer_init(&text, PROBE_MAX_REPORT_BYTES);
		probe_report_print(&report, &text);
		assert_int_equal(buffer_error(&text), 0);
		rest = buffer_view(&text);
		for (int count = 0; view_cut(&rest, '\n', &line); count++) {
			assert_true(line.length <= PROBE_MAX_VALUE_BYTES + 32);
			for (size_t i = 0; i < line.length; i++)
				assert_in_range(line.data[i], 0x20, 0x7e);
			assert_int_equal(
			    count == 0, view_starts_with(line, VIEW("probe.result=")));
		}
		assert_int_equal(rest.length, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies),
	    cmocka_unit_test(challenges),
	    cmocka_unit_test(http_errors),
	    cmocka_unit_test(exit_codes),
	    cmocka_unit_test(whole_report),
	    cmocka_unit_test(unknown_is_left_out),
	    cmocka_unit_test(status_in_the_reason),
	    cmocka_unit_test(other_schemes),
	    cmocka_unit_test(kerberos_errors),
	    cmocka_unit_test(worst_of_several),
	    cmocka_unit_test(hostile_text),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
