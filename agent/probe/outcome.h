/* How a probe ended, why, and how that is said. Pure. */
#ifndef AUTHMEDIC_PROBE_OUTCOME_H
#define AUTHMEDIC_PROBE_OUTCOME_H

#include "base/buffer.h"
#include "probe/challenge.h"

enum probe_result {
	PROBE_RESULT_ACCEPTED,
	PROBE_RESULT_REJECTED, /* a fresh ticket was held and sent, and refused */
	PROBE_RESULT_NO_TICKET,
	PROBE_RESULT_UNREACHABLE,
	PROBE_RESULT_COUNT
};

/* Each reason belongs to one result. */
enum probe_reason {
	PROBE_OK,
	PROBE_REFUSED,
	/* no ticket */
	PROBE_KDC_UNREACHABLE,
	PROBE_KDC_TIMEOUT,
	PROBE_REALM_UNKNOWN,
	PROBE_CLIENT_UNKNOWN,
	PROBE_CLIENT_REFUSED, /* the KDC knows the client and does not want it: locked, expired */
	PROBE_CLIENT_KEY,
	PROBE_SERVICE_UNKNOWN,
	PROBE_CLOCK_SKEW,
	PROBE_KERBEROS, /* anything else that the Kerberos library says */
	PROBE_CLIENT_KEYTAB,
	PROBE_KRB5_CONFIG,
	PROBE_BAD_PRINCIPAL,
	/* unreachable */
	PROBE_CONNECT,
	PROBE_TLS,
	PROBE_HTTP_TIMEOUT,
	PROBE_NOT_HTTP,
	PROBE_BAD_URL,
	PROBE_NOT_PROTECTED,
	PROBE_HTTP_STATUS, /* the word is http-NNN */
	PROBE_INTERNAL,
	PROBE_REASON_COUNT
};

/* Which of two ends of a probe with several addresses is the one to tell: a refusal before an
 * address that cannot be reached, and that before a success. */
bool probe_reason_is_worse(enum probe_reason reason, enum probe_reason other);

const char *probe_reason_name(enum probe_reason reason);
enum probe_result probe_reason_result(enum probe_reason reason);
/* 0 accepted, 1 rejected, 3 no ticket, 4 unreachable, 78 what was configured is unusable. */
int probe_reason_exit_code(enum probe_reason reason);

/* What the reply to a request without a token amounts to; PROBE_OK where the site is protected. */
enum probe_reason probe_judge_challenge(int http_status, bool offers_negotiate);
/* What the reply to a request with our token amounts to. */
enum probe_reason probe_judge_reply(int http_status, enum reply_state state);
/* What an error of http_get() amounts to. */
enum probe_reason probe_judge_http_error(int error);

/* The word for a Kerberos error of the server: clock-skew, replay …; NULL where it has none. */
const char *probe_kerberos_error_name(int code);

#define PROBE_MAX_ADDRESSES 16
/* Of a list of addresses, or of a value as printed. */
#define PROBE_MAX_VALUE_BYTES 1000

struct probe_skew {
	bool known;
	int64_t ms; /* theirs minus ours */
};

/* Everything that may be printed. Text is not yet escaped; NULL, "" and -1 mean unknown and are
 * left out. */
struct probe_report {
	enum probe_reason reason;
	const char *detail; /* a library's words, appended to the message */
	int http_status;
	enum reply_state reply_state;
	int reply_error;     /* the Kerberos error in the reply */
	const char *offers;  /* schemes in the challenge */
	const char *address; /* that the above is of */
	/* Where there are several addresses, those that gave each result; with blanks between. */
	const char *addresses[PROBE_RESULT_COUNT];
	int64_t kdc_ms;
	int64_t connect_ms;
	int64_t answer_ms;
	int64_t http_ms;
	struct probe_skew kdc_skew;
	struct probe_skew server_skew;
	int64_t ticket_kvno;
	const char *ticket_enctype;
	const char *ticket_principal; /* the service that the ticket is for */
};

#define PROBE_REPORT_EMPTY                                                                         \
	((struct probe_report){.http_status = -1,                                                  \
	    .reply_error = -1,                                                                     \
	    .kdc_ms = -1,                                                                          \
	    .connect_ms = -1,                                                                      \
	    .answer_ms = -1,                                                                       \
	    .http_ms = -1,                                                                         \
	    .ticket_kvno = -1})

/* More than a report can have. */
#define PROBE_MAX_REPORT_BYTES (16 * 1024)

/* Appends the report, one `name=value` a line, all values printable ASCII. */
void probe_report_print(const struct probe_report *report, struct buffer *buffer);

#endif
