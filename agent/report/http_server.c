#include "report/http_server.h"

#include <errno.h>
#include <uv.h>
#include <microhttpd.h>

#include "base/log.h"
#include "loop/clock.h"
#include "report/http_socket.h"

#define DEFAULT_POLICY                                                                             \
	"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/* One connection. It waits for the client: to send a request, to take the answer. */
struct peer {
	struct http_server *server;
	int socket;
	int64_t deadline_ms;
};

struct http_server {
	uv_poll_t poll; /* on the library's own epoll descriptor */
	uv_timer_t timer;
	int open_handles;
	struct MHD_Daemon *daemon;
	struct http_server_options options;
	uint16_t port;
	/* Those that were not cut, by deadline: each gets the same time, so the last comes last. */
	struct peer *waiting[HTTP_MAX_CONNECTIONS];
	size_t waiting_count;
	struct http_server_totals totals;
};

static const char *const common_headers[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

/* Whether it was waiting, and not cut. */
static bool stop_waiting(const struct peer *peer)
{
	struct http_server *server = peer->server;
	size_t i = 0;

	while (i < server->waiting_count && server->waiting[i] != peer)
		i++;
	if (i == server->waiting_count)
		return false;
	server->waiting_count--;
	for (; i < server->waiting_count; i++)
		server->waiting[i] = server->waiting[i + 1];
	return true;
}

static void start_waiting(struct peer *peer)
{
	struct http_server *server = peer->server;

	if (server->waiting_count == HTTP_MAX_CONNECTIONS)
		return; /* the library's own limit is the same */
	peer->deadline_ms = clock_monotonic_ms() + server->options.timeout_ms;
	server->waiting[server->waiting_count++] = peer;
}

static void cut_longest_waiting(struct http_server *server)
{
	struct peer *peer = server->waiting[0];

	stop_waiting(peer);
	http_socket_cut(peer->socket);
	server->totals.cut_connections++;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode event)
{
	struct http_server *server = context;
	struct peer *peer = *socket_context;
	int socket =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

	if (event == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (peer != NULL)
			stop_waiting(peer);
		free(peer);
		return;
	}
	peer = calloc(1, sizeof(*peer));
	if (peer == NULL) {
		http_socket_cut(socket);
		return;
	}
	peer->server = server;
	peer->socket = socket;
	*socket_context = peer;
	start_waiting(peer);
	if (server->waiting_count > HTTP_CROWD_CONNECTIONS)
		cut_longest_waiting(server);
}

static struct peer *peer_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	    ->socket_context;
}

/* The answer was taken; the client has the same time again for its next request. */
static void on_completed(unused_parameter void *context, struct MHD_Connection *connection,
    unused_parameter void **request_context,
    unused_parameter enum MHD_RequestTerminationCode reason)
{
	struct peer *peer = peer_of(connection);

	if (peer != NULL && stop_waiting(peer))
		start_waiting(peer);
}

static bool add_headers(struct MHD_Response *answer, const struct http_response *response)
{
	bool added = MHD_add_response_header(answer, "Content-Type", response->content_type) &&
		     MHD_add_response_header(answer, "Content-Security-Policy", response->policy);

	for (size_t i = 0; i < count_of(common_headers) && added; i++)
		added = MHD_add_response_header(answer, common_headers[i][0], common_headers[i][1]);
	if (response->status == MHD_HTTP_METHOD_NOT_ALLOWED && added)
		added = MHD_add_response_header(answer, "Allow", "GET, HEAD");
	return added;
}

/* Takes the body's memory over. */
static enum MHD_Result send_response(
    struct http_server *server, struct MHD_Connection *connection, struct http_response *response)
{
	struct MHD_Response *answer;
	enum MHD_Result result = MHD_NO;

	buffer_append(&response->body, VIEW("")); /* so that there is memory to take over */
	answer = response->body.error < 0 ? NULL
					  : MHD_create_response_from_buffer(response->body.length,
						response->body.data, MHD_RESPMEM_MUST_FREE);
	if (answer == NULL) {
		buffer_done(&response->body);
		return MHD_NO;
	}
	if (add_headers(answer, response))
		result = MHD_queue_response(connection, (unsigned)response->status, answer);
	MHD_destroy_response(answer);
	if (result == MHD_YES)
		server->totals.answered[response->status / 100 % 6]++;
	return result;
}

static struct http_response plain_response(int status, const char *text)
{
	struct http_response response = {
	    .status = status,
	    .content_type = "text/plain; charset=utf-8",
	    .policy = DEFAULT_POLICY,
	};

	buffer_init(&response.body, HTTP_MAX_BODY_BYTES);
	buffer_append_text(&response.body, text);
	return response;
}

static bool find_route(
    struct http_server *server, struct http_request *request, const struct http_route **ret_route)
{
	for (size_t i = 0; i < server->options.route_count; i++) {
		const struct http_route *route = &server->options.routes[i];
		struct view path = view_of_text(route->path);

		if (route->prefix ? request->path.length > path.length &&
					view_starts_with(request->path, path)
				  : view_equal(request->path, path)) {
			request->rest = view_skip(request->path, path.length);
			*ret_route = route;
			return true;
		}
	}
	return false;
}

static enum MHD_Result answer_request(
    struct http_server *server, struct MHD_Connection *connection, const char *path)
{
	const char *accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept");
	struct http_request request = {
	    .path = view_of_text(path),
	    .accept = view_of_text(accept),
	};
	struct http_response response = plain_response(MHD_HTTP_OK, "");
	const struct http_route *route;

	if (find_route(server, &request, &route)) {
		route->on_request(server->options.context, &request, &response);
	} else {
		buffer_done(&response.body);
		response = plain_response(MHD_HTTP_NOT_FOUND, "not found\n");
	}
	if (buffer_error(&response.body) < 0) {
		log_error(
		    "the answer to a request came to nothing: %s", strerror(-response.body.error));
		buffer_done(&response.body);
		response = plain_response(MHD_HTTP_INTERNAL_SERVER_ERROR, "internal error\n");
	}
	return send_response(server, connection, &response);
}

static bool announces_body(struct MHD_Connection *connection)
{
	const char *length =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

	return (length != NULL && strcmp(length, "0") != 0) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") !=
		   NULL;
}

/* Once the headers are there, and again when the request is complete. What is refused at once ends
 * the connection, so that no body is ever read. */
static enum MHD_Result on_access(unused_parameter void *context, struct MHD_Connection *connection,
    const char *path, const char *method, unused_parameter const char *version,
    unused_parameter const char *upload, unused_parameter size_t *upload_bytes,
    void **request_context)
{
	struct peer *peer = peer_of(connection);
	struct http_response refusal;

	if (peer == NULL)
		return MHD_NO;
	if (*request_context != NULL)
		return answer_request(peer->server, connection, path);
	*request_context = peer;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		refusal = plain_response(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	else if (strlen(path) > HTTP_MAX_PATH_BYTES)
		refusal = plain_response(MHD_HTTP_URI_TOO_LONG, "path too long\n");
	else if (announces_body(connection))
		refusal = plain_response(MHD_HTTP_CONTENT_TOO_LARGE, "no body is wanted\n");
	else
		return MHD_YES;
	return send_response(peer->server, connection, &refusal);
}

/* Paths stay as they were sent: nothing hides behind a %2e or a %00. */
static size_t keep_escapes(
    unused_parameter void *context, unused_parameter struct MHD_Connection *connection, char *text)
{
	return strlen(text);
}

static int start_daemon(struct http_server *server, int socket)
{
	struct MHD_OptionItem options[] = {
	    {MHD_OPTION_LISTEN_SOCKET, socket, NULL},
	    {MHD_OPTION_CONNECTION_LIMIT, HTTP_MAX_CONNECTIONS, NULL},
	    {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_MAX_HEADER_BYTES, NULL},
	    {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
	    {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
	    {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, NULL},
	    {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL},
	    {MHD_OPTION_END, 0, NULL},
	};

	server->daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_access, NULL,
	    MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	return server->daemon != NULL ? 0 : -ENOMEM;
}

static void run(struct http_server *server);

static void on_timer(uv_timer_t *timer)
{
	struct http_server *server = timer->data;
	int64_t now_ms = clock_monotonic_ms();

	while (server->waiting_count > 0 && server->waiting[0]->deadline_ms <= now_ms)
		cut_longest_waiting(server);
	run(server);
}

/* Lets the library do what there is to do, and comes back when time alone gives it more. */
static void run(struct http_server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms = 0;
	uint64_t wait_ms = UINT64_MAX;

	MHD_run(server->daemon);
	if (MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES)
		wait_ms = timeout_ms;
	if (server->waiting_count > 0) {
		int64_t left_ms = server->waiting[0]->deadline_ms - clock_monotonic_ms();

		left_ms = left_ms > 0 ? left_ms : 0;
		wait_ms = (uint64_t)left_ms < wait_ms ? (uint64_t)left_ms : wait_ms;
	}
	if (wait_ms == UINT64_MAX)
		uv_timer_stop(&server->timer);
	else
		uv_timer_start(&server->timer, on_timer, wait_ms, 0);
}

static void on_readable(uv_poll_t *poll, unused_parameter int status, unused_parameter int events)
{
	run(poll->data);
}

static int watch(struct http_server *server, uv_loop_t *loop)
{
	int epoll = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	int error = uv_poll_init(loop, &server->poll, epoll);

	if (error < 0)
		return error;
	server->poll.data = server;
	server->open_handles++;
	uv_timer_init(loop, &server->timer); /* always 0 */
	server->timer.data = server;
	server->open_handles++;
	return uv_poll_start(&server->poll, UV_READABLE, on_readable);
}

int http_server_new(
    struct http_server **ret_server, uv_loop_t *loop, const struct http_server_options *options)
{
	struct http_server *server = calloc(1, sizeof(*server));
	int socket = -1;
	int error;

	if (server == NULL)
		return -ENOMEM;
	server->options = *options;
	if (options->timeout_ms == 0)
		server->options.timeout_ms = HTTP_TIMEOUT_MS;
	error = http_socket_listen(options->listen, &socket, &server->port);
	if (error < 0)
		goto fail;
	error = start_daemon(server, socket);
	if (error < 0) {
		http_socket_close(socket);
		goto fail;
	}
	error = watch(server, loop);
	if (error < 0)
		goto fail;
	*ret_server = server;
	return 0;
fail:
	http_server_close(&server);
	return error;
}

static void on_closed(uv_handle_t *handle)
{
	struct http_server *server = handle->data;

	if (--server->open_handles == 0)
		free(server);
}

void http_server_close(struct http_server **server_place)
{
	struct http_server *server = take_pointer(*server_place);

	if (server == NULL)
		return;
	/* libuv must let go of the descriptor before the library closes it. */
	if (server->open_handles > 0) {
		uv_close((uv_handle_t *)&server->poll, on_closed);
		uv_close((uv_handle_t *)&server->timer, on_closed);
	}
	if (server->daemon != NULL)
		MHD_stop_daemon(server->daemon);
	if (server->open_handles == 0)
		free(server);
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}

const struct http_server_totals *http_server_totals(const struct http_server *server)
{
	return &server->totals;
}
