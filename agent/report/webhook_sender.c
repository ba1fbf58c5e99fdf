#include "report/webhook_sender.h"

#include <errno.h>
#include <uv.h>
#include <curl/curl.h>

#include "base/array.h"

#define MAX_HEADER_BYTES 1024
#define MAX_ID_BYTES	 256

struct target {
	struct webhook_sender *sender;
	size_t number;
	char *url;
	char *content_type;
	bool is_signed;
	struct signature_secret secret;
	/* The delivery under way; no handle: none. */
	CURL *handle;
	struct curl_slist *headers;
	size_t received_bytes;
	char kept[WEBHOOK_KEPT_RESPONSE_BYTES]; /* the first of them */
};

struct webhook_sender {
	uv_loop_t *loop;
	struct webhook_options options;
	char *user_agent;
	CURLM *multi;
	uv_timer_t timer;
	int open_handles; /* the timer, and one poll for each socket */
	bool closed;
	array_of(struct target *) targets;
};

/* A socket of libcurl's that the loop watches. */
struct socket_poll {
	uv_poll_t handle;
	struct webhook_sender *sender;
	curl_socket_t socket;
};

const char *webhook_result_name(enum webhook_result result)
{
	static const char *const names[] = {
	    [WEBHOOK_DELIVERED] = "delivered",
	    [WEBHOOK_RETRY] = "retry",
	    [WEBHOOK_DEAD] = "dead",
	};

	return names[result];
}

/* -- the outcome of a delivery -- */

static enum webhook_result judge(CURLcode code, long status)
{
	if (status >= 200 && status < 300)
		return WEBHOOK_DELIVERED;
	if (status >= 400 && status < 500 && status != 408 && status != 429)
		return WEBHOOK_DEAD;
	return code == CURLE_URL_MALFORMAT ? WEBHOOK_DEAD : WEBHOOK_RETRY;
}

static struct webhook_outcome read_outcome(CURL *handle, CURLcode code)
{
	curl_off_t retry_after_s = 0;
	long connections = 0;
	long status = 0;

	curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connections);
	/* The same code stands for an answer that is no HTTP, and that may change. */
	if (code == CURLE_UNSUPPORTED_PROTOCOL && connections == 0)
		code = CURLE_URL_MALFORMAT;
	curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after_s);
	return (struct webhook_outcome){
	    .result = judge(code, status),
	    .status = (int)status,
	    .retry_after_ms =
		retry_after_s > 0 && retry_after_s < INT64_MAX / 1000 ? retry_after_s * 1000 : -1,
	    .reason = status != 0 ? "the receiver answered" : curl_easy_strerror(code),
	};
}

static void end_delivery(struct target *target)
{
	if (target->handle != NULL) {
		curl_multi_remove_handle(target->sender->multi, target->handle);
		curl_easy_cleanup(target->handle);
		target->handle = NULL;
	}
	curl_slist_free_all(target->headers);
	target->headers = NULL;
}

static void report_finished(struct webhook_sender *sender)
{
	const struct CURLMsg *message;
	int left;

	while (!sender->closed && (message = curl_multi_info_read(sender->multi, &left)) != NULL) {
		struct webhook_outcome outcome;
		struct target *target;

		if (message->msg != CURLMSG_DONE)
			continue;
		outcome = read_outcome(message->easy_handle, message->data.result);
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &target);
		end_delivery(target);
		outcome.answer = view_first(
		    view_of(target->kept, sizeof(target->kept)), target->received_bytes);
		sender->options.on_outcome(sender->options.context, target->number, &outcome);
	}
}

/* -- libcurl under the loop -- */

static void act(struct webhook_sender *sender, curl_socket_t socket, int events)
{
	int running;

	curl_multi_socket_action(sender->multi, socket, events, &running);
	report_finished(sender);
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timeout_wanted(unused_parameter CURLM *multi, long timeout_ms, void *context)
{
	struct webhook_sender *sender = context;

	if (sender->closed)
		return 0;
	/* A timer of 0 comes with the next turn of the loop, not from within this call. */
	if (timeout_ms < 0)
		uv_timer_stop(&sender->timer);
	else
		uv_timer_start(&sender->timer, on_timer, (uint64_t)timeout_ms, 0);
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
	act(poll->sender, poll->socket, flags);
}

static void forget_handle(struct webhook_sender *sender)
{
	if (--sender->open_handles == 0)
		free(sender);
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct socket_poll *poll = handle->data;

	forget_handle(poll->sender);
	free(poll);
}

static struct socket_poll *watch(struct webhook_sender *sender, curl_socket_t socket)
{
	struct socket_poll *poll = calloc(1, sizeof(*poll));

	if (poll == NULL)
		return NULL;
	if (uv_poll_init_socket(sender->loop, &poll->handle, socket) < 0) {
		free(poll);
		return NULL;
	}
	poll->handle.data = poll;
	poll->sender = sender;
	poll->socket = socket;
	sender->open_handles++;
	curl_multi_assign(sender->multi, socket, poll);
	return poll;
}

static int on_socket_wanted(
    unused_parameter CURL *handle, curl_socket_t socket, int what, void *context, void *watched)
{
	struct webhook_sender *sender = context;
	struct socket_poll *poll = watched;
	int events = 0;

	if (what == CURL_POLL_REMOVE) {
		if (poll != NULL)
			uv_close((uv_handle_t *)&poll->handle, on_poll_closed);
		curl_multi_assign(sender->multi, socket, NULL);
		return 0;
	}
	if (poll == NULL)
		poll = watch(sender, socket);
	if (poll == NULL)
		return -1;
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&poll->handle, events, on_socket_event) < 0 ? -1 : 0;
}

/* -- a delivery -- */

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct target *target = context;
	struct view got = view_of(bytes, size * count);
	size_t room = target->received_bytes < sizeof(target->kept)
		? sizeof(target->kept) - target->received_bytes
		: 0;

	if (room > 0)
		memcpy(target->kept + target->received_bytes, got.data,
		    got.length < room ? got.length : room);
	target->received_bytes += got.length;
	/* Anything but the full count ends the delivery; the status stands by then. */
	return target->received_bytes > WEBHOOK_MAX_RESPONSE_BYTES ? 0 : size * count;
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

static int add_header(struct target *target, const char *name, struct view value)
{
	struct buffer auto_buffer line;
	struct curl_slist *grown;

	buffer_init(&line, MAX_HEADER_BYTES);
	buffer_append_format(&line, "%s: ", name);
	buffer_append(&line, value);
	if (buffer_error(&line) < 0)
		return line.error;
	grown = curl_slist_append(target->headers, line.data);
	if (grown == NULL)
		return -ENOMEM;
	target->headers = grown;
	return 0;
}

static int add_signature(struct target *target, const struct webhook_message *message)
{
	struct signature_message signed_message = {
	    .id = message->id,
	    .timestamp_s = message->now_ms / 1000,
	    .body = message->body,
	};
	struct buffer auto_buffer value = {0};
	int error;

	if (!target->is_signed)
		return 0;
	buffer_init(&value, MAX_HEADER_BYTES);
	error = signature_append(&value, &target->secret, &signed_message);
	return error < 0 ? error : add_header(target, "webhook-signature", buffer_view(&value));
}

static int add_headers(struct target *target, const struct webhook_message *message)
{
	char timestamp[24];
	int error;

	snprintf(timestamp, sizeof(timestamp), "%lld", (long long)(message->now_ms / 1000));
	error = add_header(target, "Content-Type", view_of_text(target->content_type));
	if (error == 0)
		error = add_header(target, "Expect", VIEW("")); /* no 100-continue */
	if (error == 0)
		error = add_header(target, "webhook-id", message->id);
	if (error == 0)
		error = add_header(target, "webhook-timestamp", view_of_text(timestamp));
	return error < 0 ? error : add_signature(target, message);
}

static int set_options(struct target *target, const struct webhook_message *message)
{
	const struct webhook_sender *sender = target->sender;
	CURL *handle = target->handle;
	int failed = 0;

	failed |= (int)curl_easy_setopt(handle, CURLOPT_URL, target->url);
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
	    handle, CURLOPT_CONNECTTIMEOUT_MS, (long)WEBHOOK_CONNECT_TIMEOUT_MS);
	failed |=
	    (int)curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)sender->options.timeout_ms);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_USERAGENT, sender->user_agent);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, target->headers);
	failed |= (int)curl_easy_setopt(
	    handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message->body.length);
	failed |= (int)curl_easy_setopt(
	    handle, CURLOPT_COPYPOSTFIELDS, message->body.length > 0 ? message->body.data : "");
	failed |= (int)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_WRITEDATA, target);
	failed |= (int)curl_easy_setopt(handle, CURLOPT_PRIVATE, target);
	return failed == 0 ? 0 : -ENOMEM;
}

static bool is_message_id(struct view id)
{
	for (size_t i = 0; i < id.length; i++)
		if (id.data[i] <= ' ' || id.data[i] > '~')
			return false;
	return id.length > 0 && id.length <= MAX_ID_BYTES;
}

int webhook_sender_send(
    struct webhook_sender *sender, size_t target_number, const struct webhook_message *message)
{
	struct target *target;
	int error;

	if (target_number >= sender->targets.count || !is_message_id(message->id))
		return -EINVAL;
	target = sender->targets.items[target_number];
	if (target->handle != NULL)
		return -EBUSY;
	target->handle = curl_easy_init();
	if (target->handle == NULL)
		return -ENOMEM;
	target->received_bytes = 0;
	error = add_headers(target, message);
	if (error == 0)
		error = set_options(target, message);
	if (error == 0 && curl_multi_add_handle(sender->multi, target->handle) != CURLM_OK)
		error = -ENOMEM;
	if (error < 0)
		end_delivery(target);
	return error;
}

bool webhook_sender_is_busy(const struct webhook_sender *sender, size_t target)
{
	return target < sender->targets.count && sender->targets.items[target]->handle != NULL;
}

/* -- life and death -- */

static void target_free(struct target **target)
{
	if (*target == NULL)
		return;
	end_delivery(*target);
	signature_forget_secret(&(*target)->secret);
	free((*target)->url);
	free((*target)->content_type);
	free(*target);
	*target = NULL;
}

int webhook_sender_add(struct webhook_sender *sender, const struct webhook_target *options)
{
	struct target *auto_call(target_free) target = calloc(1, sizeof(*target));
	int error;

	if (target == NULL)
		return -ENOMEM;
	target->sender = sender;
	target->number = sender->targets.count;
	target->url = view_to_text(view_of_text(options->url));
	target->content_type = view_to_text(view_of_text(options->content_type));
	if (target->url == NULL || target->content_type == NULL)
		return -ENOMEM;
	if (options->secret != NULL) {
		target->is_signed = true;
		target->secret = *options->secret;
	}
	error = array_push(&sender->targets, target, WEBHOOK_MAX_TARGETS);
	if (error == 0)
		take_pointer(target);
	return error;
}

static int set_multi_options(struct webhook_sender *sender)
{
	CURLM *multi = sender->multi;
	int failed = 0;

	failed |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	failed |= (int)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sender);
	failed |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
	failed |= (int)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, sender);
	return failed == 0 ? 0 : -ENOMEM;
}

int webhook_sender_new(
    struct webhook_sender **ret_sender, uv_loop_t *loop, const struct webhook_options *options)
{
	struct webhook_sender *sender = calloc(1, sizeof(*sender));
	int error;

	if (sender == NULL)
		return -ENOMEM;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(sender);
		return -ENOMEM;
	}
	uv_timer_init(loop, &sender->timer); /* always 0 */
	sender->timer.data = sender;
	sender->open_handles = 1;
	sender->loop = loop;
	sender->options = *options;
	if (options->timeout_ms == 0)
		sender->options.timeout_ms = WEBHOOK_TIMEOUT_MS;
	sender->user_agent = view_to_text(view_of_text(options->user_agent));
	sender->multi = curl_multi_init();
	error = sender->user_agent != NULL && sender->multi != NULL ? 0 : -ENOMEM;
	if (error == 0)
		error = set_multi_options(sender);
	if (error < 0)
		webhook_sender_close(&sender);
	else
		*ret_sender = sender;
	return error;
}

static void on_timer_closed(uv_handle_t *handle)
{
	forget_handle(handle->data);
}

void webhook_sender_close(struct webhook_sender **sender_place)
{
	struct webhook_sender *sender = take_pointer(*sender_place);

	if (sender == NULL)
		return;
	sender->closed = true;
	for (size_t i = 0; i < sender->targets.count; i++)
		target_free(&sender->targets.items[i]);
	array_done(&sender->targets);
	curl_multi_cleanup(sender->multi);
	sender->multi = NULL;
	curl_global_cleanup();
	free(sender->user_agent);
	uv_close((uv_handle_t *)&sender->timer, on_timer_closed);
}
