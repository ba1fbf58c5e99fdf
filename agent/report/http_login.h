/* Whether a request comes from one of the users. A check by bcrypt runs beside the loop, one at a
 * time; what was found good is remembered as a keyed digest, so that a scrape costs it once. */
#ifndef AUTHMEDIC_REPORT_HTTP_LOGIN_H
#define AUTHMEDIC_REPORT_HTTP_LOGIN_H

#include "loop/loop.h"
#include "report/http_client.h"
#include "report/http_users.h"

#define HTTP_LOGIN_WAITING  16 /* checks that run or wait at once */
#define HTTP_LOGIN_REMEMBERED 64

enum http_verdict {
	HTTP_VERDICT_ACCEPTED,
	HTTP_VERDICT_REJECTED,
	HTTP_VERDICT_LIMITED, /* too many wrong ones of this client: not even looked at */
	HTTP_VERDICT_BUSY,    /* too many are being checked */
	HTTP_VERDICT_COUNT,
	HTTP_VERDICT_LATER = HTTP_VERDICT_COUNT, /* on_verdict tells */
};

struct http_login;

struct http_login_options {
	uv_loop_t *loop;
	const struct http_users *users; /* borrowed */
	/* `asker` as it was given; never from within http_login_check(). */
	void (*on_verdict)(void *asker, enum http_verdict verdict);
};

must_check int http_login_new(
    struct http_login **ret_login, const struct http_login_options *options);
/* No verdict comes any more. */
void http_login_close(struct http_login **login);

struct http_login_request {
	struct view authorization; /* the header; empty where there is none */
	struct http_client client;
	void *asker;
};
enum http_verdict http_login_check(
    struct http_login *login, const struct http_login_request *request, int64_t now_ms);

struct http_login_totals {
	uint64_t verdicts[HTTP_VERDICT_COUNT];
	uint64_t checks;	    /* by bcrypt */
	uint64_t forgotten_clients; /* failures that had to be forgotten for want of room */
};
struct http_login_totals http_login_totals(const struct http_login *login);

#endif
