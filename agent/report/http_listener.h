/* One socket that the endpoint listens on: libmicrohttpd under the libuv loop, without threads. */
#ifndef AUTHMEDIC_REPORT_HTTP_LISTENER_H
#define AUTHMEDIC_REPORT_HTTP_LISTENER_H

#include <microhttpd.h>

#include "loop/loop.h"
#include "report/http_certificate.h"
#include "report/http_socket.h"

#define HTTP_MAX_CONNECTIONS  96 /* of one listener; the server cuts long before */
#define HTTP_MAX_HEADER_BYTES 16384 /* memory for a request's line and headers */

struct http_listener;

/* The library's callbacks; each gets `context`. Requests may be suspended. */
struct http_listener_options {
	uv_loop_t *loop;
	const struct http_certificate *certificate; /* NULL: no TLS; else TLS 1.2 at least */
	MHD_AccessHandlerCallback on_access;
	MHD_NotifyConnectionCallback on_connection;
	MHD_RequestCompletedCallback on_completed;
	void *context;
};

/* Takes the socket over where it succeeds. -EOPNOTSUPP: the library was built without TLS. */
must_check int http_listener_new(struct http_listener **ret_listener, struct http_socket *socket,
    const struct http_listener_options *options);
/* One that was suspended goes on soon, not from within the call. */
void http_listener_resume(struct http_listener *listener, struct MHD_Connection *connection);
/* Ends all connections; none may be suspended. The memory goes when the loop has closed the
 * handles. */
void http_listener_close(struct http_listener **listener);

#endif
