/* The daemon's own endpoint. Answers GET and HEAD from a table of routes to those who know a
 * password, where one is asked for, and closes on clients that are slow or greedy: a request and
 * its answer must be through within a fixed time, and when connections get scarce the one that has
 * waited the longest goes first. */
#ifndef AUTHMEDIC_REPORT_HTTP_SERVER_H
#define AUTHMEDIC_REPORT_HTTP_SERVER_H

#include "base/buffer.h"
#include "loop/loop.h"
#include "report/http_certificate.h"
#include "report/http_crowd.h"
#include "report/http_host.h"
#include "report/http_login.h"

#define HTTP_MAX_LISTENERS  8
#define HTTP_MAX_PATH_BYTES 1024
#define HTTP_MAX_BODY_BYTES (8 * 1024 * 1024)
#define HTTP_TIMEOUT_MS	    5000

struct http_request {
	struct view path; /* as it was sent: not decoded, without the query */
	struct view rest; /* of the path, behind a prefix route's own */
	struct view accept;
};

struct http_response {
	int status; /* 200 unless the handler says otherwise */
	const char *content_type; /* text/plain unless the handler says otherwise */
	const char *policy; /* Content-Security-Policy; by default nothing may be loaded */
	const char *header_name, *header_value; /* one more, or NULL */
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

/* All of it is borrowed while the server lives. */
struct http_server_options {
	const char *const *listen; /* ADDRESS:PORT, unix:/PATH, or systemd for what it passes */
	size_t listen_count;	   /* at least 1 */
	int socket_mode;	   /* of a unix: socket */
	const char *socket_group;  /* NULL: our own */
	struct http_host_names names;
	const struct http_certificate *certificate; /* NULL: no TLS */
	const struct http_users *users;		    /* NULL: no passwords */
	bool allow_plain_passwords;		    /* without TLS, from other machines */
	const struct http_route *routes;	    /* the first that fits */
	size_t route_count;
	void *context;	    /* of the handlers */
	int64_t timeout_ms; /* 0: HTTP_TIMEOUT_MS */
};

enum http_refusal {
	HTTP_REFUSAL_METHOD,
	HTTP_REFUSAL_PATH,
	HTTP_REFUSAL_BODY,
	HTTP_REFUSAL_HOST,
	HTTP_REFUSAL_HOSTS, /* several Host headers, which RFC 9112 has everybody refuse */
	HTTP_REFUSAL_PASSWORD,
	HTTP_REFUSAL_LIMITED,
	HTTP_REFUSAL_BUSY,
	HTTP_REFUSAL_COUNT
};
extern const char *const http_refusal_names[HTTP_REFUSAL_COUNT];
extern const char *const http_cut_names[HTTP_CUT_COUNT];

struct http_server_totals {
	uint64_t answered[6]; /* by the first digit of the status */
	uint64_t refused[HTTP_REFUSAL_COUNT];
	uint64_t cut[HTTP_CUT_COUNT];
	uint64_t open_connections; /* now */
	struct http_login_totals login;
};

struct http_server;

/* Appends what is wrong to `errors`. -EINVAL where an address is none, -EADDRINUSE where it is
 * taken. */
must_check int http_server_new(struct http_server **ret_server, uv_loop_t *loop,
    const struct http_server_options *options, struct buffer *errors);
/* Ends all connections; the memory goes when the loop has closed the handles. */
void http_server_close(struct http_server **server);

/* Of the first address. */
uint16_t http_server_port(const struct http_server *server);
struct http_server_totals http_server_totals(const struct http_server *server);

#endif
