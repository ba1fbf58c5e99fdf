#include "probe/sign_in.h"

#include "config.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "probe/challenge.h"
#include "probe/deadline.h"
#include "probe/http_get.h"
#include "probe/kerberos.h"

#define MAX_BODY_BYTES    (64 * 1024) /* a page's size is no concern of ours */
#define BODY_WITHIN_MS    1000 /* nor is whether it comes at all */
#define MAX_TOKEN_BYTES   (64 * 1024)
#define MAX_DETAIL_BYTES  1024
#define MAX_SCHEMES_BYTES 256
#define MAX_ERROR_BYTES   (64 * 1024)

/* What came of one address. */
struct visit {
	enum probe_reason reason;
	const char *connect_to; /* NULL: as the URL says */
	bool is_proxy;
	int http_status;
	enum reply_state reply_state;
	int reply_error;
	struct probe_skew server_skew;
	int64_t connect_ms;
	int64_t answer_ms;
	char address[HTTP_MAX_ADDRESS_BYTES];
	struct buffer offers;
	struct buffer detail;
};

struct probe {
	const struct probe_options *options;
	struct kerberos *kerberos;
	int64_t deadline_ms;
	int64_t http_ms; /* of all addresses */
	struct probe_report report;
	struct kerberos_ticket ticket;
	struct visit visits[PROBE_MAX_ADDRESSES];
	size_t visit_count;
	const struct visit *worst;
	struct buffer addresses[PROBE_RESULT_COUNT];
	struct buffer detail; /* of what failed before any address */
};

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------------------ the report */

static void tell_addresses(struct probe *probe)
{
	for (size_t i = 0; i < PROBE_RESULT_COUNT; i++)
		probe->report.addresses[i] = buffer_text(&probe->addresses[i]);
}

/* The report is of the worst address so far. */
static void tell_visit(struct probe *probe, const struct visit *visit)
{
	struct probe_report *report = &probe->report;

	report->reason = visit->reason;
	report->detail = buffer_text(&visit->detail);
	report->http_status = visit->http_status;
	report->reply_state = visit->reply_state;
	report->reply_error = visit->reply_error;
	report->offers = buffer_text(&visit->offers);
	report->address = visit->address;
	report->connect_ms = visit->connect_ms;
	report->answer_ms = visit->answer_ms;
	report->server_skew = visit->server_skew;
}

static void take_visit(struct probe *probe, struct visit *visit)
{
	struct buffer *list = &probe->addresses[probe_reason_result(visit->reason)];

	if (visit->address[0] == '\0' && visit->connect_to != NULL)
		snprintf(visit->address, sizeof(visit->address), "%s", visit->connect_to);
	if (probe->options->connect_to_count > 1 &&
	    list->length + strlen(visit->address) < list->max_bytes)
		buffer_append_format(
		    list, "%s%s", list->length > 0 ? " " : "", visit->address);
	if (probe->worst == NULL || probe_reason_is_worse(visit->reason, probe->worst->reason))
		probe->worst = visit;
	probe->report.http_ms = probe->http_ms;
	tell_addresses(probe);
	tell_visit(probe, probe->worst);
}

static void conclude(struct probe *probe, enum probe_reason reason, const char *detail)
{
	probe->report.reason = reason;
	buffer_append_text(&probe->detail, detail);
	probe->report.detail = buffer_text(&probe->detail);
}

/* What to say where the time is up before the next step is over. */
static void set_last_words(struct probe *probe, enum probe_reason reason)
{
	struct probe_report report = probe->report;
	struct buffer auto_buffer words;

	buffer_init(&words, PROBE_MAX_REPORT_BYTES);
	if (probe->worst == NULL || probe_reason_is_worse(reason, report.reason))
		report.reason = reason;
	probe_report_print(&report, &words);
	deadline_set_words(buffer_view(&words), probe_reason_exit_code(report.reason));
}

/* ------------------------------------------------------------------------------ the ticket */

static bool get_ticket(struct probe *probe)
{
	const struct kerberos_request request = {
	    .service = probe->options->service,
	    .client_keytab = probe->options->client_keytab,
	    .client_principal = probe->options->client_principal,
	};
	struct probe_report *report = &probe->report;
	int64_t start_ms = clock_ms(CLOCK_MONOTONIC);
	int error = kerberos_get_ticket(probe->kerberos, &request, &probe->ticket);

	report->kdc_ms = clock_ms(CLOCK_MONOTONIC) - start_ms;
	report->kdc_skew.known = kerberos_kdc_skew_ms(probe->kerberos, &report->kdc_skew.ms) == 0;
	if (error < 0) {
		conclude(
		    probe, kerberos_reason(probe->kerberos), kerberos_detail(probe->kerberos));
		return false;
	}
	report->ticket_kvno = probe->ticket.kvno;
	report->ticket_enctype = probe->ticket.enctype;
	report->ticket_principal = probe->ticket.principal;
	return true;
}

/* ------------------------------------------------------------------------------ one address */

/* Each address has its share of what is left, less a little, so that what it gave can be told. */
static int64_t time_for_one(const struct probe *probe)
{
	size_t count = probe->options->connect_to_count > 0 ? probe->options->connect_to_count : 1;
	int64_t left_ms = probe->deadline_ms - clock_ms(CLOCK_MONOTONIC);
	int64_t share_ms = left_ms / (int64_t)(count + 1 - probe->visit_count);

	share_ms -= share_ms / 16;
	return share_ms > 0 ? share_ms : 1;
}

static void take_reply(struct visit *visit, const struct http_reply *reply)
{
	if (reply->address[0] != '\0')
		memcpy(visit->address, reply->address, sizeof(visit->address));
	visit->connect_ms = reply->connect_ms;
	visit->answer_ms = reply->answer_ms;
}

/* One request, with a header of ours or none; false where there was no answer. */
static bool ask(struct probe *probe, struct visit *visit, const char *header,
    struct http_reply *reply)
{
	int64_t start_ms = clock_ms(CLOCK_MONOTONIC);
	const struct http_request request = {
	    .url = probe->options->url,
	    .user_agent = PACKAGE_NAME "-probe/" PACKAGE_VERSION,
	    .header = header,
	    .ca_file = probe->options->ca_file,
	    /* Where a name has several addresses, the token goes where the question came from. */
	    .connect_to = visit->address[0] != '\0' ? visit->address : visit->connect_to,
	    .timeout_ms = time_for_one(probe),
	    .body_within_ms = BODY_WITHIN_MS,
	};
	int error = http_get(&request, reply);

	probe->http_ms += clock_ms(CLOCK_MONOTONIC) - start_ms;
	take_reply(visit, reply);
	if (error < 0) {
		visit->reason = probe_judge_http_error(error);
		buffer_append(&visit->detail, buffer_view(&reply->message));
		return false;
	}
	visit->http_status = reply->status;
	return true;
}

/* Without a token the site must ask for one, or a success would prove nothing. */
static bool check_protected(struct probe *probe, struct visit *visit)
{
	struct http_reply auto_call(http_reply_done) reply;
	struct view values;

	http_reply_init(&reply, MAX_BODY_BYTES);
	if (!ask(probe, visit, NULL, &reply))
		return false;
	values = buffer_view(&reply.authenticate);
	challenge_append_schemes(values, &visit->offers);
	visit->reason =
	    probe_judge_challenge(reply.status, challenge_offers_negotiate(values));
	visit->is_proxy = reply.status == 407;
	return visit->reason == PROBE_OK;
}

/* The clock that stands in an error of the server's Kerberos library is the one that counts, and is
 * the finer one. */
static void read_answer(struct probe *probe, struct visit *visit, const struct http_reply *reply)
{
	struct buffer auto_buffer message;
	struct kerberos_error error;

	buffer_init(&message, MAX_ERROR_BYTES);
	visit->reply_state =
	    challenge_reply_state(buffer_view(&reply->authenticate), &message);
	visit->reason = probe_judge_reply(reply->status, visit->reply_state);
	if (message.length > 0 && buffer_error(&message) == 0 &&
	    kerberos_read_error(probe->kerberos, buffer_view(&message), &error) == 0) {
		visit->reply_error = error.code;
		visit->server_skew = (struct probe_skew){true, error.skew_ms};
	} else if (reply->date_s >= 0) {
		int64_t now_s = clock_ms(CLOCK_REALTIME) / 1000;

		visit->server_skew = (struct probe_skew){true, (reply->date_s - now_s) * 1000};
	}
}

static void send_token(struct probe *probe, struct visit *visit)
{
	struct http_reply auto_call(http_reply_done) reply;
	struct buffer auto_buffer header;
	int error;

	http_reply_init(&reply, MAX_BODY_BYTES);
	buffer_init(&header, MAX_TOKEN_BYTES);
	buffer_append_format(&header, "%s: Negotiate ",
	    visit->is_proxy ? "Proxy-Authorization" : "Authorization");
	error = kerberos_append_token(probe->kerberos, &header);
	if (error < 0) {
		visit->reason =
		    error == -ENOKEY ? kerberos_reason(probe->kerberos) : PROBE_INTERNAL;
		buffer_append_text(&visit->detail,
		    error == -ENOKEY ? kerberos_detail(probe->kerberos) : strerror(-error));
	} else if (ask(probe, visit, buffer_text(&header), &reply)) {
		read_answer(probe, visit, &reply);
	}
}

static void visit_address(struct probe *probe, const char *connect_to)
{
	struct visit *visit = &probe->visits[probe->visit_count++];

	*visit = (struct visit){.connect_to = connect_to,
	    .http_status = -1,
	    .reply_error = -1,
	    .connect_ms = -1,
	    .answer_ms = -1};
	buffer_init(&visit->offers, MAX_SCHEMES_BYTES);
	buffer_init(&visit->detail, MAX_DETAIL_BYTES);
	set_last_words(probe, PROBE_HTTP_TIMEOUT);
	if (check_protected(probe, visit))
		send_token(probe, visit);
	take_visit(probe, visit);
}

/* -------------------------------------------------------------------------------- all of it */

/* The library makes do without the file, and would then fail for another reason. */
static bool use_krb5_config(struct probe *probe)
{
	const char *file = probe->options->krb5_config;

	if (file == NULL || (access(file, R_OK) == 0 && setenv("KRB5_CONFIG", file, 1) == 0))
		return true;
	conclude(probe, PROBE_KRB5_CONFIG, strerror(errno));
	return false;
}

static void run(struct probe *probe)
{
	const struct probe_options *options = probe->options;

	set_last_words(probe, PROBE_KDC_TIMEOUT);
	if (deadline_start(options->timeout_ms) < 0 || kerberos_new(&probe->kerberos) < 0) {
		conclude(probe, PROBE_INTERNAL, NULL);
		return;
	}
	if (!use_krb5_config(probe) || !get_ticket(probe))
		return;
	if (options->connect_to_count == 0)
		visit_address(probe, NULL);
	for (size_t i = 0; i < options->connect_to_count; i++)
		visit_address(probe, options->connect_to[i]);
}

static void probe_done(struct probe *probe)
{
	for (size_t i = 0; i < probe->visit_count; i++) {
		buffer_done(&probe->visits[i].offers);
		buffer_done(&probe->visits[i].detail);
	}
	for (size_t i = 0; i < PROBE_RESULT_COUNT; i++)
		buffer_done(&probe->addresses[i]);
	buffer_done(&probe->detail);
	kerberos_free(&probe->kerberos);
}

enum probe_reason sign_in(const struct probe_options *options, struct buffer *ret_report)
{
	struct probe auto_call(probe_done) probe = {
	    .options = options, .report = PROBE_REPORT_EMPTY};

	buffer_init(&probe.detail, MAX_DETAIL_BYTES);
	for (size_t i = 0; i < PROBE_RESULT_COUNT; i++)
		buffer_init(&probe.addresses[i], PROBE_MAX_VALUE_BYTES);
	probe.deadline_ms = clock_ms(CLOCK_MONOTONIC) + options->timeout_ms;
	run(&probe);
	deadline_stop();
	probe_report_print(&probe.report, ret_report);
	return probe.report.reason;
}
