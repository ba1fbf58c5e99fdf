#include "report/http_listener.h"

#include <errno.h>
#include <uv.h>

/* No exchange of keys without forward secrecy. */
#define PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA"

struct http_listener {
	uv_poll_t poll; /* on the library's own epoll descriptor */
	uv_timer_t timer;
	int open_handles;
	struct MHD_Daemon *daemon;
	struct http_socket socket;
};

/* Paths stay as they were sent: nothing hides behind a %2e or a %00. */
static size_t keep_escapes(
    unused_parameter void *context, unused_parameter struct MHD_Connection *connection, char *text)
{
	return strlen(text);
}

static int start_daemon(
    struct http_listener *listener, int file, const struct http_listener_options *options)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	const struct http_certificate *certificate = options->certificate;
	struct MHD_OptionItem items[] = {
	    {MHD_OPTION_LISTEN_SOCKET, file, NULL},
	    {MHD_OPTION_CONNECTION_LIMIT, HTTP_MAX_CONNECTIONS, NULL},
	    {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_MAX_HEADER_BYTES, NULL},
	    {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
	    {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)options->on_connection, options->context},
	    {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)options->on_completed, options->context},
	    {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL},
	    /* Without a certificate the list ends here. */
	    {certificate != NULL ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, 0,
		certificate != NULL ? certificate->key_pem : NULL},
	    {MHD_OPTION_HTTPS_MEM_CERT, 0,
		certificate != NULL ? certificate->certificate_pem : NULL},
	    {MHD_OPTION_HTTPS_PRIORITIES, 0, (char *){PRIORITIES}},
	    {MHD_OPTION_END, 0, NULL},
	};

	if (certificate != NULL && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
		return -EOPNOTSUPP;
	if (certificate != NULL)
		flags |= MHD_USE_TLS;
	listener->daemon = MHD_start_daemon(flags, 0, NULL, NULL, options->on_access,
	    options->context, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
	return listener->daemon != NULL ? 0 : -ENOMEM;
}

static void run(struct http_listener *listener);

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

/* Lets the library do what there is to do, and comes back when time alone gives it more. */
static void run(struct http_listener *listener)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms = 0;

	MHD_run(listener->daemon);
	/* At once means after all else had its turn, as loop/timer.c says. */
	if (MHD_get_timeout(listener->daemon, &timeout_ms) == MHD_YES)
		uv_timer_start(&listener->timer, on_timer, timeout_ms > 0 ? timeout_ms : 1, 0);
	else
		uv_timer_stop(&listener->timer);
}

void http_listener_resume(struct http_listener *listener, struct MHD_Connection *connection)
{
	MHD_resume_connection(connection);
	/* The library's own epoll descriptor does not tell of it. */
	uv_timer_start(&listener->timer, on_timer, 1, 0);
}

static void on_readable(uv_poll_t *poll, unused_parameter int status, unused_parameter int events)
{
	run(poll->data);
}

static int watch(struct http_listener *listener, uv_loop_t *loop)
{
	int epoll = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	int error = uv_poll_init(loop, &listener->poll, epoll);

	if (error < 0)
		return error;
	listener->poll.data = listener;
	listener->open_handles++;
	uv_timer_init(loop, &listener->timer); /* always 0 */
	listener->timer.data = listener;
	listener->open_handles++;
	return uv_poll_start(&listener->poll, UV_READABLE, on_readable);
}

int http_listener_new(struct http_listener **ret_listener, struct http_socket *socket,
    const struct http_listener_options *options)
{
	struct http_listener *listener = calloc(1, sizeof(*listener));
	int error;

	if (listener == NULL)
		return -ENOMEM;
	listener->socket.file = -1;
	error = start_daemon(listener, socket->file, options);
	if (error < 0)
		goto fail;
	/* The library closes the file. */
	listener->socket = *socket;
	listener->socket.file = -1;
	*socket = (struct http_socket){.file = -1};
	error = watch(listener, options->loop);
	if (error < 0)
		goto fail;
	*ret_listener = listener;
	return 0;
fail:
	http_listener_close(&listener);
	return error;
}

static void on_closed(uv_handle_t *handle)
{
	struct http_listener *listener = handle->data;

	if (--listener->open_handles == 0)
		free(listener);
}

void http_listener_close(struct http_listener **listener_place)
{
	struct http_listener *listener = take_pointer(*listener_place);

	if (listener == NULL)
		return;
	/* libuv must let go of the descriptor before the library closes it. */
	if (listener->open_handles > 0) {
		uv_close((uv_handle_t *)&listener->poll, on_closed);
		uv_close((uv_handle_t *)&listener->timer, on_closed);
	}
	if (listener->daemon != NULL)
		MHD_stop_daemon(listener->daemon);
	http_socket_done(&listener->socket);
	if (listener->open_handles == 0)
		free(listener);
}
