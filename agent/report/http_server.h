/* The daemon's own endpoint: libmicrohttpd under the libuv loop, without threads. Answers GET and
 * HEAD from a table of routes, and closes on clients that are slow or greedy: a request and its
 * answer must be through within a fixed time, and when connections get scarce the one that has
 * waited the longest goes first. */
#ifndef AUTHMEDIC_REPORT_HTTP_SERVER_H
#define AUTHMEDIC_REPORT_HTTP_SERVER_H

#include "base/buffer.h"
#include "loop/loop.h"

#define HTTP_MAX_CONNECTIONS   64
#define HTTP_CROWD_CONNECTIONS 48 /* beyond it the longest waiting connection is cut */
#define HTTP_MAX_HEADER_BYTES  16384 /* memory for a request's line and headers */
#define HTTP_MAX_PATH_BYTES    1024
#define HTTP_MAX_BODY_BYTES    (8 * 1024 * 1024)
#define HTTP_TIMEOUT_MS	       5000

struct http_request {
	struct view path; /* as it was sent: not decoded, without the query */
	struct view rest; /* of the path, behind a prefix route's own */
	struct view accept;
};

struct http_response {
	int status; /* 200 unless the handler says otherwise */
	const char *content_type; /* text/plain unless the handler says otherwise */
	const char *policy; /* Content-Security-Policy; by default nothing may be loaded */
	struct buffer body; /* an error in it becomes a 500 */
};

/* Fills in the response; must not close the server. */
typedef void http_on_request(
    void *context, const struct http_request *request, struct http_response *response);

struct http_route {
	const char *path;
	bool prefix; /* all paths that begin with it, and have something behind it */
	http_on_request *on_request;
};

struct http_server_options {
	struct view listen; /* ADDRESS:PORT; port 0 lets the system choose */
	const struct http_route *routes; /* borrowed while the server lives; the first that fits */
	size_t route_count;
	void *context;	    /* of the handlers */
	int64_t timeout_ms; /* 0: HTTP_TIMEOUT_MS */
};

struct http_server_totals {
	uint64_t answered[6];	  /* by the first digit of the status */
	uint64_t cut_connections; /* slow, or one too many */
};

struct http_server;

/* -EINVAL where `listen` is no address, -EADDRINUSE where its port is taken. */
must_check int http_server_new(struct http_server **ret_server, uv_loop_t *loop,
    const struct http_server_options *options);
/* Ends all connections; the memory goes when the loop has closed the handles. */
void http_server_close(struct http_server **server);

uint16_t http_server_port(const struct http_server *server);
const struct http_server_totals *http_server_totals(const struct http_server *server);

#endif
