#include "loop/http_client.h"

#include <uv.h>
#include <curl/curl.h>

#include "base/array.h"
#include "base/file.h"

struct http_client {
	uv_loop_t *loop;
	char *user_agent;
	CURLM *multi;
	uv_timer_t timer;
	int open_handles; /* the timer, and one poll for each socket */
	bool closed;
	array_of(struct http_client_exchange *) exchanges;
};

struct http_client_exchange {
	struct http_client *client;
	CURL *handle;
	struct curl_slist *headers;
	struct buffer body; /* of the answer */
	bool is_cut;
	http_client_on_answer *on_answer;
	void *context;
};

/* A socket of libcurl's that the loop watches. */
struct socket_poll {
	uv_poll_t handle;
	struct http_client *client;
	curl_socket_t socket;
};

/* -- the end of an exchange -- */

static struct http_client_answer read_answer(
    const struct http_client_exchange *exchange, CURLcode code)
{
	curl_off_t retry_after_s = 0;
	long connections = 0;
	long status = 0;

	curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(exchange->handle, CURLINFO_NUM_CONNECTS, &connections);
	/* The same code stands for an answer that is no HTTP, and that may change. */
	if (code == CURLE_UNSUPPORTED_PROTOCOL && connections == 0)
		code = CURLE_URL_MALFORMAT;
	curl_easy_getinfo(exchange->handle, CURLINFO_RETRY_AFTER, &retry_after_s);
	return (struct http_client_answer){
	    .status = (int)status,
	    .is_bad_url = code == CURLE_URL_MALFORMAT,
	    .is_cut = exchange->is_cut,
	    .retry_after_ms =
		retry_after_s > 0 && retry_after_s < INT64_MAX / 1000 ? retry_after_s * 1000 : -1,
	    .reason = curl_easy_strerror(code),
	    .body = buffer_view(&exchange->body),
	};
}

/* Takes it out of the client, if it is in there, and ends what libcurl has to do with it. */
static void leave(struct http_client_exchange *exchange)
{
	struct http_client *client = exchange->client;

	for (size_t i = 0; i < client->exchanges.count; i++) {
		if (client->exchanges.items[i] != exchange)
			continue;
		client->exchanges.items[i] =
		    client->exchanges.items[--client->exchanges.count];
		curl_multi_remove_handle(client->multi, exchange->handle);
		break;
	}
	curl_easy_cleanup(exchange->handle);
	exchange->handle = NULL;
}

static void exchange_free(struct http_client_exchange **exchange)
{
	if (*exchange == NULL)
		return;
	leave(*exchange);
	curl_slist_free_all((*exchange)->headers);
	buffer_done(&(*exchange)->body);
	free(*exchange);
	*exchange = NULL;
}

void http_client_cancel(struct http_client_exchange **exchange)
{
	exchange_free(exchange);
}

static void report_finished(struct http_client *client)
{
	const struct CURLMsg *message;
	int left;

	while (!client->closed && (message = curl_multi_info_read(client->multi, &left)) != NULL) {
		struct http_client_exchange *auto_call(exchange_free) exchange = NULL;
		struct http_client_answer answer;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		answer = read_answer(exchange, message->data.result);
		leave(exchange);
		exchange->on_answer(exchange->context, &answer);
	}
}

/* -- libcurl under the loop -- */

static void act(struct http_client *client, curl_socket_t socket, int events)
{
	int running;

	curl_multi_socket_action(client->multi, socket, events, &running);
	report_finished(client);
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timeout_wanted(unused_parameter CURLM *multi, long timeout_ms, void *context)
{
	struct http_client *client = context;

	if (client->closed)
		return 0;
	/* A timer of 0 comes with the next turn of the loop, not from within this call. */
	if (timeout_ms < 0)
		uv_timer_stop(&client->timer);
	else
		uv_timer_start(&client->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

static void on_socket_event(uv_poll_t *handle, int status, int events)
{
	struct socket_poll *poll = handle->data;
	int flags = 0;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	act(poll->client, poll->socket, flags);
}

static void forget_handle(struct http_client *client)
{
	if (--client->open_handles == 0)
		free(client);
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct socket_poll *poll = handle->data;

	forget_handle(poll->client);
	free(poll);
}

static struct socket_poll *watch(struct http_client *client, curl_socket_t socket)
{
	struct socket_poll *poll = calloc(1, sizeof(*poll));

	if (poll == NULL)
		return NULL;
	if (uv_poll_init_socket(client->loop, &poll->handle, socket) < 0) {
		free(poll);
		return NULL;
	}
	poll->handle.data = poll;
	poll->client = client;
	poll->socket = socket;
	client->open_handles++;
	curl_multi_assign(client->multi, socket, poll);
	return poll;
}

static int on_socket_wanted(
    unused_parameter CURL *handle, curl_socket_t socket, int what, void *context, void *watched)
{
	struct http_client *client = context;
	struct socket_poll *poll = watched;
	int events = 0;

	if (what == CURL_POLL_REMOVE) {
		if (poll != NULL)
			uv_close((uv_handle_t *)&poll->handle, on_poll_closed);
		curl_multi_assign(client->multi, socket, NULL);
		return 0;
	}
	if (poll == NULL)
		poll = watch(client, socket);
	if (poll == NULL)
		return -1;
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&poll->handle, events, on_socket_event) < 0 ? -1 : 0;
}

/* -- an exchange -- */

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct http_client_exchange *exchange = context;
	struct view got = view_of(bytes, size * count);
	size_t room = exchange->body.max_bytes - exchange->body.length;

	exchange->is_cut = got.length > room;
	buffer_append(&exchange->body, view_first(got, room));
	/* Anything but the full count ends the exchange; the status stands by then. */
	return exchange->is_cut || buffer_error(&exchange->body) < 0 ? 0 : size * count;
}

/* Clouds keep their machines' credentials at link-local addresses. */
static bool is_link_local(const struct sockaddr *peer)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	const unsigned char *bytes;

	if (peer->sa_family == AF_INET) {
		bytes = (const unsigned char *)&((const struct sockaddr_in *)peer)->sin_addr;
		return bytes[0] == 169 && bytes[1] == 254;
	}
	bytes = (const unsigned char *)&((const struct sockaddr_in6 *)peer)->sin6_addr;
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return bytes[12] == 169 && bytes[13] == 254;
	return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

static curl_socket_t on_open_socket(unused_parameter void *context,
    unused_parameter curlsocktype purpose, struct curl_sockaddr *peer)
{
	if (is_link_local(&peer->addr))
		return CURL_SOCKET_BAD;
	return socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
}

static int add_headers(
    struct http_client_exchange *exchange, const struct http_client_request *request)
{
	for (size_t i = 0; i < HTTP_CLIENT_MAX_HEADERS && request->headers[i] != NULL; i++) {
		struct curl_slist *grown =
		    curl_slist_append(exchange->headers, request->headers[i]);

		if (grown == NULL)
			return -ENOMEM;
		exchange->headers = grown;
	}
	return 0;
}

/* What is no file of certificates is as one without any: libcurl would wait for a pipe's writer,
 * and the loop with it. */
static const char *file_or_none(const char *path)
{
	int64_t bytes;

	return file_size(path, &bytes) < 0 ? "/dev/null" : path;
}

static int set_tls(CURL *handle, const struct http_client_request *request)
{
	int failed = 0;

	if (request->ca_file != NULL) {
		failed |= (int)curl_easy_setopt(
		    handle, CURLOPT_CAINFO, file_or_none(request->ca_file));
		failed |= (int)curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
	}
	if (request->certificate_file != NULL) {
		failed |= (int)curl_easy_setopt(
		    handle, CURLOPT_SSLCERT, file_or_none(request->certificate_file));
		failed |= (int)curl_easy_setopt(
		    handle, CURLOPT_SSLKEY, file_or_none(request->key_file));
	}
	return failed;
}

static int set_options(
    struct http_client_exchange *exchange, const struct http_client_request *request)
{
	CURL *handle = exchange->handle;
	int failed = set_tls(handle, request);

	failed |= (int)curl_easy_setopt(handle, CURLOPT_URL, request->url);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	failed |= (int)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_PROXY, "");
	failed |= (int)curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	/* A lookup that hangs is left behind, instead of the loop waiting for its thread. */
	failed |= (int)curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
	failed |= (int)curl_easy_setopt(
	    handle, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CLIENT_CONNECT_TIMEOUT_MS);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_USERAGENT, exchange->client->user_agent);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, exchange->headers);
	failed |= (int)curl_easy_setopt(
	    handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
	failed |= (int)curl_easy_setopt(
	    handle, CURLOPT_COPYPOSTFIELDS, request->body.length > 0 ? request->body.data : "");
	failed |= (int)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_WRITEDATA, exchange);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_PRIVATE, exchange);
	return failed == 0 ? 0 : -ENOMEM;
}

int http_client_send(struct http_client *client, const struct http_client_request *request,
    struct http_client_exchange **ret_exchange)
{
	struct http_client_exchange *auto_call(exchange_free) exchange =
	    calloc(1, sizeof(*exchange));
	int error;

	if (exchange == NULL)
		return -ENOMEM;
	exchange->client = client;
	exchange->on_answer = request->on_answer;
	exchange->context = request->context;
	buffer_init(&exchange->body, request->max_answer_bytes);
	exchange->handle = curl_easy_init();
	error = exchange->handle != NULL ? add_headers(exchange, request) : -ENOMEM;
	if (error == 0)
		error = set_options(exchange, request);
	if (error == 0)
		error = array_push(&client->exchanges, exchange, HTTP_CLIENT_MAX_EXCHANGES);
	if (error == 0 && curl_multi_add_handle(client->multi, exchange->handle) != CURLM_OK)
		error = -ENOMEM;
	if (error == 0)
		*ret_exchange = take_pointer(exchange);
	return error;
}

/* -- life and death -- */

static int set_multi_options(struct http_client *client)
{
	CURLM *multi = client->multi;
	int failed = 0;

	failed |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	failed |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client);
	failed |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
	failed |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client);
	return failed == 0 ? 0 : -ENOMEM;
}

int http_client_new(struct http_client **ret_client, uv_loop_t *loop, const char *user_agent)
{
	struct http_client *client = calloc(1, sizeof(*client));
	int error;

	if (client == NULL)
		return -ENOMEM;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(client);
		return -ENOMEM;
	}
	uv_timer_init(loop, &client->timer); /* always 0 */
	client->timer.data = client;
	client->open_handles = 1;
	client->loop = loop;
	client->user_agent = view_to_text(view_of_text(user_agent));
	client->multi = curl_multi_init();
	error = client->user_agent != NULL && client->multi != NULL ? 0 : -ENOMEM;
	if (error == 0)
		error = set_multi_options(client);
	if (error < 0)
		http_client_close(&client);
	else
		*ret_client = client;
	return error;
}

static void on_timer_closed(uv_handle_t *handle)
{
	forget_handle(handle->data);
}

void http_client_close(struct http_client **client_place)
{
	struct http_client *client = take_pointer(*client_place);

	if (client == NULL)
		return;
	client->closed = true;
	while (client->exchanges.count > 0) {
		struct http_client_exchange *exchange = client->exchanges.items[0];

		exchange_free(&exchange);
	}
	array_done(&client->exchanges);
	curl_multi_cleanup(client->multi);
	client->multi = NULL;
	curl_global_cleanup();
	free(client->user_agent);
	uv_close((uv_handle_t *)&client->timer, on_timer_closed);
}
