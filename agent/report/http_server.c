#include "report/http_server.h"

#include <errno.h>
#include <microhttpd.h>

#include "base/log.h"
#include "loop/clock.h"
#include "loop/service_manager.h"
#include "loop/timer.h"
#include "report/http_listener.h"

#define DEFAULT_POLICY                                                                             \
	"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/* One listener's own. */
struct door {
	struct http_server *server;
	struct http_listener *listener;
	uint16_t port;
	bool is_local; /* its permissions say who may connect: no password, and no browser */
};

/* One connection. It waits for the client, in the crowd, or for a check of its password. */
struct peer {
	struct http_crowd_member member; /* the first: the crowd gives it back */
	struct door *door;
	struct MHD_Connection *connection;
	int socket;
	struct address connected_to;
	enum http_verdict verdict; /* of the request */
	bool was_suspended;
};

struct http_server {
	struct http_server_options options;
	uv_loop_t *loop;
	struct door doors[HTTP_MAX_LISTENERS];
	size_t door_count;
	struct timer *timer; /* the next deadline */
	struct http_crowd crowd;
	struct http_login *login;
	struct peer *checked[HTTP_LOGIN_WAITING]; /* suspended */
	size_t checked_count;
	struct http_server_totals totals;
};

static const char *const common_headers[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

const char *const http_refusal_names[HTTP_REFUSAL_COUNT] = {
    [HTTP_REFUSAL_METHOD] = "method",
    [HTTP_REFUSAL_PATH] = "path-too-long",
    [HTTP_REFUSAL_BODY] = "body",
    [HTTP_REFUSAL_HOST] = "host",
    [HTTP_REFUSAL_HOSTS] = "several-hosts",
    [HTTP_REFUSAL_PASSWORD] = "password",
    [HTTP_REFUSAL_LIMITED] = "too-many-failures",
    [HTTP_REFUSAL_BUSY] = "busy",
};

const char *const http_cut_names[HTTP_CUT_COUNT] = {
    [HTTP_CUT_SLOW] = "slow",
    [HTTP_CUT_CLIENT_FULL] = "client-full",
    [HTTP_CUT_ALL_FULL] = "all-full",
};

static const struct refusal {
	int status;
	const char *text;
	const char *header_name, *header_value;
} refusals[HTTP_REFUSAL_COUNT] = {
    [HTTP_REFUSAL_METHOD] = {MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n", "Allow",
	"GET, HEAD"},
    [HTTP_REFUSAL_PATH] = {MHD_HTTP_URI_TOO_LONG, "path too long\n"},
    [HTTP_REFUSAL_BODY] = {MHD_HTTP_CONTENT_TOO_LARGE, "no body is wanted\n"},
    [HTTP_REFUSAL_HOST] = {MHD_HTTP_MISDIRECTED_REQUEST,
	"this is not known by the name in the Host header: see http.names in authmedic.yml(5)\n"},
    [HTTP_REFUSAL_HOSTS] = {MHD_HTTP_BAD_REQUEST, "one Host header is wanted, and no more\n"},
    [HTTP_REFUSAL_PASSWORD] = {MHD_HTTP_UNAUTHORIZED, "a name and its password are wanted\n",
	"WWW-Authenticate", "Basic realm=\"authmedic\", charset=\"UTF-8\""},
    [HTTP_REFUSAL_LIMITED] = {MHD_HTTP_TOO_MANY_REQUESTS,
	"too many wrong passwords came from your address\n", "Retry-After", "60"},
    [HTTP_REFUSAL_BUSY] = {MHD_HTTP_SERVICE_UNAVAILABLE,
	"too many passwords are being checked\n", "Retry-After", "1"},
};

/* -- whom we wait for -- */

static void schedule(struct http_server *server)
{
	int64_t next_ms = http_crowd_next_ms(&server->crowd);

	if (next_ms == INT64_MAX)
		timer_stop(server->timer);
	else
		timer_start(server->timer, next_ms - clock_monotonic_ms(), 0);
}

/* NULL is nobody. */
static void cut(struct http_crowd_member *member)
{
	if (member != NULL)
		http_socket_cut(((struct peer *)member)->socket);
}

static void start_waiting(struct peer *peer)
{
	struct http_server *server = peer->door->server;

	cut(http_crowd_join(&server->crowd, &peer->member,
	    clock_monotonic_ms() + server->options.timeout_ms));
	schedule(server);
}

static void on_deadline(void *context)
{
	struct http_server *server = context;
	int64_t now_ms = clock_monotonic_ms();
	struct http_crowd_member *late;

	while ((late = http_crowd_expire(&server->crowd, now_ms)) != NULL)
		cut(late);
	schedule(server);
}

static struct peer *peer_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	    ->socket_context;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode event)
{
	struct door *door = context;
	struct peer *peer = *socket_context;
	int socket =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

	if (event == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (peer == NULL)
			return;
		door->server->totals.open_connections--;
		http_crowd_leave(&door->server->crowd, &peer->member);
		free(peer);
		return;
	}
	peer = calloc(1, sizeof(*peer));
	if (peer == NULL) {
		http_socket_cut(socket);
		return;
	}
	peer->door = door;
	peer->connection = connection;
	peer->socket = socket;
	http_socket_client(socket, &peer->member.client);
	http_socket_connected_to(socket, &peer->connected_to);
	*socket_context = peer;
	door->server->totals.open_connections++;
	start_waiting(peer);
}

/* The answer was taken; the client has the same time again for its next request. */
static void on_completed(unused_parameter void *context, struct MHD_Connection *connection,
    unused_parameter void **request_context,
    unused_parameter enum MHD_RequestTerminationCode reason)
{
	struct peer *peer = peer_of(connection);

	if (peer != NULL && http_crowd_leave(&peer->door->server->crowd, &peer->member))
		start_waiting(peer);
}

/* -- answers -- */

static bool add_headers(struct MHD_Response *answer, const struct http_response *response)
{
	bool added = MHD_add_response_header(answer, "Content-Type", response->content_type) &&
		     MHD_add_response_header(answer, "Content-Security-Policy", response->policy);

	for (size_t i = 0; i < count_of(common_headers) && added; i++)
		added = MHD_add_response_header(answer, common_headers[i][0], common_headers[i][1]);
	if (response->header_name != NULL && added)
		added =
		    MHD_add_response_header(answer, response->header_name, response->header_value);
	return added;
}

/* Takes the body's memory over. */
static enum MHD_Result send_response(struct peer *peer, struct http_response *response)
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
		result = MHD_queue_response(peer->connection, (unsigned)response->status, answer);
	MHD_destroy_response(answer);
	if (result == MHD_YES)
		peer->door->server->totals.answered[response->status / 100 % 6]++;
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

static enum MHD_Result send_refusal(struct peer *peer, enum http_refusal why)
{
	const struct refusal *refusal = &refusals[why];
	struct http_response response = plain_response(refusal->status, refusal->text);

	response.header_name = refusal->header_name;
	response.header_value = refusal->header_value;
	peer->door->server->totals.refused[why]++;
	return send_response(peer, &response);
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

static enum MHD_Result answer_request(struct peer *peer, const char *path)
{
	struct http_server *server = peer->door->server;
	const char *accept =
	    MHD_lookup_connection_value(peer->connection, MHD_HEADER_KIND, "Accept");
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
	return send_response(peer, &response);
}

/* -- requests -- */

/* The library looks at the first of several lengths, and at none with a blank before its colon. */
static enum MHD_Result on_announcement(void *context, unused_parameter enum MHD_ValueKind kind,
    const char *name, const char *value)
{
	struct view trimmed = view_trim(view_of_text(name));
	bool *announced = context;

	if (view_equal_ignoring_case(trimmed, VIEW("Transfer-Encoding")) ||
	    (view_equal_ignoring_case(trimmed, VIEW("Content-Length")) &&
		(value == NULL || strcmp(value, "0") != 0)))
		*announced = true;
	return MHD_YES;
}

static bool announces_body(struct MHD_Connection *connection)
{
	bool announced = false;

	MHD_get_connection_values(connection, MHD_HEADER_KIND, on_announcement, &announced);
	return announced;
}

static enum MHD_Result on_host(void *context, unused_parameter enum MHD_ValueKind kind,
    const char *name, const char *value)
{
	struct view *hosts = context;

	if (!view_equal_ignoring_case(view_of_text(name), VIEW("Host")))
		return MHD_YES;
	hosts[hosts[0].data != NULL] = view_of_text(value != NULL ? value : "");
	return MHD_YES;
}

/* A browser always sends one, and of HTTP/1.1 the library wants it from everybody; health checks of
 * load balancers speak HTTP/1.0 without. */
static enum http_refusal judge_host(const struct peer *peer)
{
	struct view hosts[2] = {{NULL, 0}, {NULL, 0}};

	MHD_get_connection_values(peer->connection, MHD_HEADER_KIND, on_host, hosts);
	if (hosts[1].data != NULL)
		return HTTP_REFUSAL_HOSTS;
	if (peer->door->is_local || hosts[0].data == NULL ||
	    http_host_is_ours(
		hosts[0], &peer->door->server->options.names, &peer->connected_to))
		return HTTP_REFUSAL_COUNT;
	return HTTP_REFUSAL_HOST;
}

/* HTTP_REFUSAL_COUNT where there is nothing against it. What is refused at once ends the
 * connection, so that no body is ever read. */
static enum http_refusal judge(const struct peer *peer, const char *path, const char *method)
{
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return HTTP_REFUSAL_METHOD;
	if (strlen(path) > HTTP_MAX_PATH_BYTES)
		return HTTP_REFUSAL_PATH;
	if (announces_body(peer->connection))
		return HTTP_REFUSAL_BODY;
	return judge_host(peer);
}

static enum http_refusal refusal_of(enum http_verdict verdict)
{
	switch (verdict) {
	case HTTP_VERDICT_REJECTED:
		return HTTP_REFUSAL_PASSWORD;
	case HTTP_VERDICT_LIMITED:
		return HTTP_REFUSAL_LIMITED;
	case HTTP_VERDICT_BUSY:
		return HTTP_REFUSAL_BUSY;
	default:
		return HTTP_REFUSAL_COUNT;
	}
}

/* While its password is checked nobody waits for the client, and it cannot be cut for that. */
static void suspend(struct peer *peer)
{
	struct http_server *server = peer->door->server;

	http_crowd_leave(&server->crowd, &peer->member);
	peer->was_suspended = true;
	server->checked[server->checked_count++] = peer;
	MHD_suspend_connection(peer->connection);
}

static void resume(struct peer *peer)
{
	struct http_server *server = peer->door->server;
	size_t i = 0;

	while (server->checked[i] != peer)
		i++;
	server->checked[i] = server->checked[--server->checked_count];
	start_waiting(peer);
	http_listener_resume(peer->door->listener, peer->connection);
}

static void on_verdict(void *asker, enum http_verdict verdict)
{
	struct peer *peer = asker;

	peer->verdict = verdict;
	resume(peer);
}

static void check_password(struct peer *peer)
{
	struct http_server *server = peer->door->server;
	const struct http_login_request request = {
	    .authorization = view_of_text(MHD_lookup_connection_value(
		peer->connection, MHD_HEADER_KIND, "Authorization")),
	    .client = peer->member.client,
	    .asker = peer,
	};

	peer->verdict = HTTP_VERDICT_ACCEPTED;
	if (server->login != NULL && !peer->door->is_local)
		peer->verdict = http_login_check(server->login, &request, clock_monotonic_ms());
}

/* Once the headers are there, again after a password was checked, and again when the request is
 * complete: an answer before that ends the connection. */
static enum MHD_Result on_access(unused_parameter void *context, struct MHD_Connection *connection,
    const char *path, const char *method, unused_parameter const char *version,
    unused_parameter const char *upload, unused_parameter size_t *upload_bytes,
    void **request_context)
{
	struct peer *peer = peer_of(connection);
	bool is_first = *request_context == NULL;
	enum http_refusal refusal;

	if (peer == NULL)
		return MHD_NO;
	*request_context = peer;
	refusal = is_first ? judge(peer, path, method) : refusal_of(peer->verdict);
	if (is_first && refusal == HTTP_REFUSAL_COUNT) {
		check_password(peer);
		refusal = refusal_of(peer->verdict);
	}
	if (refusal != HTTP_REFUSAL_COUNT)
		return send_refusal(peer, refusal);
	if (peer->verdict == HTTP_VERDICT_LATER)
		suspend(peer);
	else if (!is_first && !peer->was_suspended)
		return answer_request(peer, path);
	else
		peer->was_suspended = false;
	return MHD_YES;
}

/* -- the doors -- */

static int open_door(struct http_server *server, struct http_socket *socket, struct buffer *errors)
{
	const struct http_server_options *options = &server->options;
	struct door *door = &server->doors[server->door_count];
	const struct http_listener_options listener = {.loop = server->loop,
	    .certificate = socket->is_local ? NULL : options->certificate,
	    .on_access = on_access,
	    .on_connection = on_connection,
	    .on_completed = on_completed,
	    .context = door};

	if (options->users != NULL && options->certificate == NULL && !socket->is_loopback &&
	    !options->allow_plain_passwords) {
		buffer_append_text(errors, "passwords would come in plain text from other "
					   "machines: configure http.tls\n");
		return -EPERM;
	}
	*door = (struct door){
	    .server = server, .port = socket->port, .is_local = socket->is_local};
	server->door_count++;
	return http_listener_new(&door->listener, socket, &listener);
}

static int open_made(struct http_server *server, const char *address, struct buffer *errors)
{
	const struct http_socket_access access = {
	    .mode = server->options.socket_mode, .group = server->options.socket_group};
	struct http_socket socket = {.file = -1};
	int error = http_socket_listen(view_of_text(address), &access, &socket);

	if (error == 0)
		error = open_door(server, &socket, errors);
	http_socket_done(&socket);
	return error;
}

static int open_inherited(struct http_server *server, struct buffer *errors)
{
	int count = service_manager_sockets();
	int error = count > 0 ? 0 : -ENOENT;

	if (count > HTTP_MAX_LISTENERS - (int)server->door_count)
		error = -ENOSPC;
	for (int i = 0; error == 0 && i < count; i++) {
		struct http_socket socket = {.file = -1};

		error = http_socket_inherit(SERVICE_MANAGER_FIRST_SOCKET + i, &socket);
		if (error == 0)
			error = open_door(server, &socket, errors);
		http_socket_done(&socket);
	}
	if (error == -ENOENT)
		buffer_append_text(errors,
		    "http.listen says systemd, and that passed no socket (LISTEN_FDS)\n");
	return error;
}

static int open_doors(struct http_server *server, struct buffer *errors)
{
	int error = server->options.listen_count <= HTTP_MAX_LISTENERS ? 0 : -ENOSPC;

	for (size_t i = 0; error == 0 && i < server->options.listen_count; i++) {
		const char *address = server->options.listen[i];

		error = strcmp(address, "systemd") == 0 ? open_inherited(server, errors)
		    : server->door_count == HTTP_MAX_LISTENERS
			? -ENOSPC
			: open_made(server, address, errors);
		if (error < 0)
			buffer_append_format(
			    errors, "cannot listen on %s: %s\n", address, strerror(-error));
	}
	return error;
}

static int make(struct http_server *server, struct buffer *errors)
{
	const struct http_login_options login = {.loop = server->loop,
	    .users = server->options.users,
	    .on_verdict = on_verdict};
	int error = timer_new(&server->timer, server->loop, on_deadline, server);

	if (error == 0 && server->options.users != NULL)
		error = http_login_new(&server->login, &login);
	return error < 0 ? error : open_doors(server, errors);
}

int http_server_new(struct http_server **ret_server, uv_loop_t *loop,
    const struct http_server_options *options, struct buffer *errors)
{
	struct http_server *server = calloc(1, sizeof(*server));
	int error;

	if (server == NULL)
		return -ENOMEM;
	server->options = *options;
	server->loop = loop;
	if (options->timeout_ms == 0)
		server->options.timeout_ms = HTTP_TIMEOUT_MS;
	error = make(server, errors);
	if (error < 0) {
		http_server_close(&server);
		return error;
	}
	*ret_server = server;
	return 0;
}

void http_server_close(struct http_server **server_place)
{
	struct http_server *server = take_pointer(*server_place);

	if (server == NULL)
		return;
	http_login_close(&server->login);
	while (server->checked_count > 0)
		resume(server->checked[0]);
	for (size_t i = 0; i < server->door_count; i++)
		http_listener_close(&server->doors[i].listener);
	timer_close(&server->timer);
	free(server);
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->doors[0].port;
}

struct http_server_totals http_server_totals(const struct http_server *server)
{
	struct http_server_totals totals = server->totals;

	memcpy(totals.cut, server->crowd.cut, sizeof(totals.cut));
	if (server->login != NULL)
		totals.login = http_login_totals(server->login);
	return totals;
}
