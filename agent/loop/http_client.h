/* HTTP requests under the loop: libcurl, without threads of ours. No redirect is followed, no proxy
 * used, nothing but http and https spoken, no link-local address contacted. Each request has a
 * connection of its own, and none is sent twice by itself. */
#ifndef AUTHMEDIC_LOOP_HTTP_CLIENT_H
#define AUTHMEDIC_LOOP_HTTP_CLIENT_H

#include "base/buffer.h"
#include "loop/loop.h"

#define HTTP_CLIENT_MAX_EXCHANGES      32 /* under way at a time */
#define HTTP_CLIENT_MAX_HEADERS	       8
#define HTTP_CLIENT_CONNECT_TIMEOUT_MS 5000

struct http_client;
struct http_client_exchange; /* a request under way; the client's */

struct http_client_answer {
	int status;		/* 0: there was none */
	bool is_bad_url;	/* nothing could be asked */
	bool is_cut;		/* of a longer body, the beginning only */
	int64_t retry_after_ms; /* -1: not told */
	const char *reason;	/* why there is no status, for a person; never the URL */
	struct view body;	/* hostile; lives during the callback */
};

/* The exchange is over by then: forget it. The callback may send another, or close the client. */
typedef void http_client_on_answer(void *context, const struct http_client_answer *answer);

/* Copied. A POST. */
struct http_client_request {
	const char *url;
	const char *headers[HTTP_CLIENT_MAX_HEADERS + 1]; /* "Name: value"; NULL at the end */
	struct view body;
	size_t max_answer_bytes; /* of the answer's body */
	int64_t timeout_ms;	 /* for all of it */
	const char *ca_file;	 /* NULL: the system's */
	const char *certificate_file, *key_file; /* NULL: we show none */
	http_client_on_answer *on_answer;
	void *context;
};

must_check int http_client_new(
    struct http_client **ret_client, uv_loop_t *loop, const char *user_agent);
/* Drops what is under way, without an answer. */
void http_client_close(struct http_client **client);

/* The answer comes later by the callback. -ENOSPC with too many under way. */
must_check int http_client_send(struct http_client *client,
    const struct http_client_request *request, struct http_client_exchange **ret_exchange);
/* No answer comes any more; NULL is fine. */
void http_client_cancel(struct http_client_exchange **exchange);

#endif
