#include "report/webhook_sender.h"

#include "base/array.h"
#include "loop/http_client.h"

#define MAX_HEADER_BYTES 1024
#define MAX_ID_BYTES	 256

struct target {
	struct webhook_sender *sender;
	size_t number;
	char *url;
	char *content_type;
	char *ca_file; /* NULL: the system's */
	bool is_signed;
	struct signature_secret secret;
	struct http_client_exchange *exchange; /* the delivery under way, or NULL */
};

struct webhook_sender {
	struct webhook_options options;
	struct http_client *client;
	array_of(struct target *) targets;
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

static enum webhook_result judge(const struct http_client_answer *answer)
{
	int status = answer->status;

	if (status >= 200 && status < 300)
		return WEBHOOK_DELIVERED;
	if (status >= 400 && status < 500 && status != 408 && status != 429)
		return WEBHOOK_DEAD;
	return answer->is_bad_url ? WEBHOOK_DEAD : WEBHOOK_RETRY;
}

static void on_answer(void *context, const struct http_client_answer *answer)
{
	struct target *target = context;
	const struct webhook_options *options = &target->sender->options;
	const struct webhook_outcome outcome = {
	    .result = judge(answer),
	    .status = answer->status,
	    .retry_after_ms = answer->retry_after_ms,
	    .reason = answer->status != 0 ? "the receiver answered" : answer->reason,
	    .answer = view_first(answer->body, WEBHOOK_KEPT_RESPONSE_BYTES),
	};

	target->exchange = NULL;
	options->on_outcome(options->context, target->number, &outcome);
}

/* -- a delivery -- */

struct headers {
	struct http_client_request *request;
	struct buffer lines[HTTP_CLIENT_MAX_HEADERS];
	size_t count;
};

static void headers_done(struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		buffer_done(&headers->lines[i]);
}

/* The next line, with its name in it; there is room for all that a message has. */
static struct buffer *add_header(struct headers *headers, const char *name)
{
	struct buffer *line = &headers->lines[headers->count++];

	buffer_init(line, MAX_HEADER_BYTES);
	buffer_append_format(line, "%s:", name);
	return line;
}

static int add_signature(struct headers *headers, const struct target *target,
    const struct webhook_message *message)
{
	struct signature_message signed_message = {
	    .id = message->id,
	    .timestamp_s = message->now_ms / 1000,
	    .body = message->body,
	};
	struct buffer *line = add_header(headers, "webhook-signature");

	buffer_append_byte(line, ' ');
	return signature_append(line, &target->secret, &signed_message);
}

static int add_headers(struct headers *headers, const struct target *target,
    const struct webhook_message *message)
{
	struct buffer *id = add_header(headers, "webhook-id");
	int error = 0;

	buffer_append_byte(id, ' ');
	buffer_append(id, message->id);
	buffer_append_format(add_header(headers, "webhook-timestamp"), " %lld",
	    (long long)(message->now_ms / 1000));
	buffer_append_format(add_header(headers, "Content-Type"), " %s", target->content_type);
	add_header(headers, "Expect"); /* no 100-continue */
	if (target->is_signed)
		error = add_signature(headers, target, message);
	for (size_t i = 0; i < headers->count; i++) {
		headers->request->headers[i] = buffer_text(&headers->lines[i]);
		if (error == 0)
			error = buffer_error(&headers->lines[i]);
	}
	return error;
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
	struct http_client_request request = {.body = message->body,
	    .max_answer_bytes = WEBHOOK_MAX_RESPONSE_BYTES,
	    .timeout_ms = sender->options.timeout_ms,
	    .on_answer = on_answer};
	struct headers auto_call(headers_done) headers = {.request = &request};
	struct target *target;
	int error;

	if (target_number >= sender->targets.count || !is_message_id(message->id))
		return -EINVAL;
	target = sender->targets.items[target_number];
	if (target->exchange != NULL)
		return -EBUSY;
	request.url = target->url;
	request.ca_file = target->ca_file;
	request.context = target;
	error = add_headers(&headers, target, message);
	return error < 0 ? error : http_client_send(sender->client, &request, &target->exchange);
}

bool webhook_sender_is_busy(const struct webhook_sender *sender, size_t target)
{
	return target < sender->targets.count && sender->targets.items[target]->exchange != NULL;
}

/* -- life and death -- */

static void target_free(struct target **target)
{
	if (*target == NULL)
		return;
	http_client_cancel(&(*target)->exchange);
	signature_forget_secret(&(*target)->secret);
	free((*target)->url);
	free((*target)->content_type);
	free((*target)->ca_file);
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
	if (options->ca_file != NULL)
		target->ca_file = view_to_text(view_of_text(options->ca_file));
	if (target->url == NULL || target->content_type == NULL ||
	    (options->ca_file != NULL && target->ca_file == NULL))
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

int webhook_sender_new(
    struct webhook_sender **ret_sender, uv_loop_t *loop, const struct webhook_options *options)
{
	struct webhook_sender *sender = calloc(1, sizeof(*sender));
	int error;

	if (sender == NULL)
		return -ENOMEM;
	sender->options = *options;
	if (options->timeout_ms == 0)
		sender->options.timeout_ms = WEBHOOK_TIMEOUT_MS;
	error = http_client_new(&sender->client, loop, options->user_agent);
	if (error < 0)
		webhook_sender_close(&sender);
	else
		*ret_sender = sender;
	return error;
}

void webhook_sender_close(struct webhook_sender **sender_place)
{
	struct webhook_sender *sender = take_pointer(*sender_place);

	if (sender == NULL)
		return;
	for (size_t i = 0; i < sender->targets.count; i++)
		target_free(&sender->targets.items[i]);
	array_done(&sender->targets);
	http_client_close(&sender->client);
	free(sender);
}
