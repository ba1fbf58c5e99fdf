/* authmedic-probe: one Kerberos sign-in of our own, over HTTP, with a fresh ticket. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "probe/challenge.h"
#include "probe/deadline.h"
#include "probe/http_get.h"
#include "probe/kerberos.h"
#include "probe/options.h"
#include "probe/outcome.h"

#define EXIT_USAGE       2
#define MAX_BODY_BYTES   (64 * 1024) /* a page's size is no concern of ours */
#define MAX_TOKEN_BYTES  (64 * 1024)
#define MAX_DETAIL_BYTES 1024

struct probe {
	const struct probe_options *options;
	int64_t deadline_ms;
	struct probe_report report;
	struct kerberos_ticket ticket;
	struct buffer detail;
};

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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
	report.reason = reason;
	probe_report_print(&report, &words);
	deadline_set_words(buffer_view(&words), probe_reason_exit_code(reason));
}

static bool get_ticket(struct probe *probe, struct kerberos *kerberos)
{
	const struct kerberos_request request = {
	    .service = probe->options->service,
	    .client_keytab = probe->options->client_keytab,
	    .client_principal = probe->options->client_principal,
	};
	int64_t start_ms = monotonic_ms();
	int error = kerberos_get_ticket(kerberos, &request, &probe->ticket);

	probe->report.kdc_ms = monotonic_ms() - start_ms;
	if (error < 0) {
		conclude(probe, kerberos_reason(kerberos), kerberos_detail(kerberos));
		return false;
	}
	probe->report.ticket_kvno = probe->ticket.kvno;
	probe->report.ticket_enctype = probe->ticket.enctype;
	probe->report.ticket_principal = probe->ticket.principal;
	return true;
}

/* One request, with a header of ours or none; false where there was no answer. */
static bool ask(struct probe *probe, const char *header, struct http_reply *reply)
{
	int64_t start_ms = monotonic_ms();
	int64_t left_ms = probe->deadline_ms - start_ms;
	const struct http_request request = {
	    .url = probe->options->url,
	    .user_agent = PACKAGE_NAME "-probe/" PACKAGE_VERSION,
	    .header = header,
	    .ca_file = probe->options->ca_file,
	    .timeout_ms = left_ms > 0 ? left_ms : 1,
	};
	int error = http_get(&request, reply);
	int64_t took_ms = monotonic_ms() - start_ms;

	probe->report.http_ms = (probe->report.http_ms > 0 ? probe->report.http_ms : 0) + took_ms;
	if (error < 0) {
		conclude(probe, probe_judge_http_error(error), buffer_text(&reply->message));
		return false;
	}
	probe->report.http_status = reply->status;
	return true;
}

/* Without a token the site must ask for one, or a success would prove nothing. */
static bool check_protected(struct probe *probe, bool *ret_is_proxy)
{
	struct http_reply auto_call(http_reply_done) reply;
	enum probe_reason reason;

	http_reply_init(&reply, MAX_BODY_BYTES);
	if (!ask(probe, NULL, &reply))
		return false;
	reason = probe_judge_challenge(
	    reply.status, challenge_offers_negotiate(buffer_view(&reply.authenticate)));
	if (reason != PROBE_OK) {
		conclude(probe, reason, NULL);
		return false;
	}
	*ret_is_proxy = reply.status == 407;
	return true;
}

static void sign_in(struct probe *probe, struct kerberos *kerberos, bool is_proxy)
{
	struct http_reply auto_call(http_reply_done) reply;
	struct buffer auto_buffer header;
	int error;

	http_reply_init(&reply, MAX_BODY_BYTES);
	buffer_init(&header, MAX_TOKEN_BYTES);
	buffer_append_format(&header, "%s: Negotiate ",
	    is_proxy ? "Proxy-Authorization" : "Authorization");
	error = kerberos_append_token(kerberos, &header);
	if (error == -ENOKEY)
		conclude(probe, kerberos_reason(kerberos), kerberos_detail(kerberos));
	else if (error < 0)
		conclude(probe, PROBE_INTERNAL, strerror(-error));
	else if (ask(probe, buffer_text(&header), &reply)) {
		probe->report.reply_state = challenge_reply_state(buffer_view(&reply.authenticate));
		conclude(
		    probe, probe_judge_reply(reply.status, probe->report.reply_state), NULL);
	}
}

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
	struct kerberos auto_call(kerberos_free) *kerberos = NULL;
	bool is_proxy = false;

	set_last_words(probe, PROBE_KDC_TIMEOUT);
	if (deadline_start(probe->options->timeout_ms) < 0 || kerberos_new(&kerberos) < 0) {
		conclude(probe, PROBE_INTERNAL, NULL);
		return;
	}
	if (!use_krb5_config(probe) || !get_ticket(probe, kerberos))
		return;
	set_last_words(probe, PROBE_HTTP_TIMEOUT);
	if (check_protected(probe, &is_proxy))
		sign_in(probe, kerberos, is_proxy);
}

static int print(struct buffer *text)
{
	if (buffer_error(text) < 0 ||
	    fwrite(buffer_text(text), 1, text->length, stdout) != text->length ||
	    fflush(stdout) != 0)
		return -EIO;
	return 0;
}

static int print_help_or_version(const struct probe_options *options)
{
	struct buffer auto_buffer text;

	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	if (options->help)
		probe_options_append_help(&text);
	else
		buffer_append_text(&text, "authmedic-probe " PACKAGE_VERSION "\n");
	return print(&text) == 0 ? 0 : EXIT_FAILURE;
}

static int probe_and_print(const struct probe_options *options)
{
	struct probe probe = {.options = options, .report = PROBE_REPORT_EMPTY};
	struct buffer auto_buffer text;

	buffer_init(&text, PROBE_MAX_REPORT_BYTES);
	buffer_init(&probe.detail, MAX_DETAIL_BYTES);
	probe.deadline_ms = monotonic_ms() + options->timeout_ms;
	run(&probe);
	deadline_stop();
	probe_report_print(&probe.report, &text);
	buffer_done(&probe.detail);
	if (print(&text) < 0) {
		log_error("cannot write the result");
		return probe_reason_exit_code(PROBE_INTERNAL);
	}
	return probe_reason_exit_code(probe.report.reason);
}

int main(int argc, char **argv)
{
	struct probe_options options;
	struct buffer auto_buffer message;

	buffer_init(&message, 1024);
	log_open("authmedic-probe", false, LOG_LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	if (probe_options_parse(&options, argc, argv, &message) < 0) {
		log_error("%s; try --help", buffer_text(&message));
		return EXIT_USAGE;
	}
	if (options.help || options.version)
		return print_help_or_version(&options);
	return probe_and_print(&options);
}
