#include "daemon/outbox.h"

#include <errno.h>

#include "base/log.h"
#include "base/random.h"
#include "loop/clock.h"
#include "report/retry.h"
#include "report/secret_file.h"
#include "report/webhook_sender.h"

#define MAX_SECRET_FILE_BYTES 1024

_Static_assert(RETRY_LONGEST_WISH_MS <= STORE_LONGEST_DELAY_MS, "no delay is taken for a clock's");

struct delivery { /* of the message that is under way to a target */
	int64_t id;
	int64_t created_ms;
	int64_t attempts;
};

struct outbox {
	struct outbox_parts parts;
	struct webhook_sender *sender;
	struct signature_secret secrets[CONFIG_MAX_NOTIFY];
	struct delivery deliveries[CONFIG_MAX_NOTIFY];
	int64_t now_ms;
};

static const char *name_of(const struct outbox *outbox, size_t target)
{
	return outbox->parts.config->notify.items[target].name;
}

static void tell_queue(struct outbox *outbox, size_t target)
{
	uint64_t waiting = 0;

	if (store_count_messages(outbox->parts.store, name_of(outbox, target), &waiting) == 0)
		publisher_on_queue(outbox->parts.publisher, name_of(outbox, target), waiting);
}

static int delete_message(struct outbox *outbox, size_t target, const char *result)
{
	publisher_on_delivery(outbox->parts.publisher, name_of(outbox, target), result);
	return store_delete_message(outbox->parts.store, outbox->deliveries[target].id);
}

static int delay_message(
    struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	const struct delivery *delivery = &outbox->deliveries[target];
	uint64_t random = 0;

	if (random_bytes(&random, sizeof(random)) < 0)
		random = 0;
	publisher_on_delivery(outbox->parts.publisher, name_of(outbox, target), "retried");
	return store_delay_message(outbox->parts.store, delivery->id,
	    clock_now_ms() +
		retry_delay_ms(delivery->attempts + 1, outcome->retry_after_ms, random));
}

static void on_outcome(void *context, size_t target, const struct webhook_outcome *outcome)
{
	struct outbox *outbox = context;
	bool stale = retry_gives_up(outbox->deliveries[target].created_ms, clock_now_ms());
	int error;

	if (outcome->result != WEBHOOK_DELIVERED)
		log_warning("%s: a message was not delivered: status %d: %s",
		    name_of(outbox, target), outcome->status, outcome->reason);
	if (outcome->result == WEBHOOK_DELIVERED)
		error = delete_message(outbox, target, "delivered");
	else if (outcome->result == WEBHOOK_DEAD || stale)
		error = delete_message(outbox, target, "dead");
	else
		error = delay_message(outbox, target, outcome);
	/* Where it cannot be noted the same message goes out again, with the same id. */
	if (error < 0)
		log_error("%s: the outbox cannot be written: %s", name_of(outbox, target),
		    strerror(-error));
	tell_queue(outbox, target);
}

static int on_due(void *context, const struct store_message *message)
{
	struct outbox *outbox = context;
	const struct webhook_message sent = {.id = view_of_text(message->message_id),
	    .body = message->body,
	    .now_ms = outbox->now_ms};

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++) {
		int error;

		if (strcmp(name_of(outbox, i), message->target) != 0 ||
		    webhook_sender_is_busy(outbox->sender, i))
			continue;
		outbox->deliveries[i] =
		    (struct delivery){message->id, message->created_ms, message->attempts};
		error = webhook_sender_send(outbox->sender, i, &sent);
		if (error < 0)
			log_error(
			    "%s: a message cannot be sent: %s", message->target, strerror(-error));
	}
	return 0;
}

void outbox_work(struct outbox *outbox, int64_t now_ms)
{
	int error;

	outbox->now_ms = now_ms;
	error = store_each_due_message(outbox->parts.store, now_ms, on_due, outbox);
	if (error < 0)
		log_error("the outbox cannot be read: %s", strerror(-error));
}

static int read_secret(const char *file, struct signature_secret *ret_secret)
{
	struct buffer auto_buffer content;
	int error;

	buffer_init(&content, MAX_SECRET_FILE_BYTES);
	error = secret_file_read(file, &content);
	if (error == 0)
		error = signature_read_secret(buffer_view(&content), ret_secret);
	if (content.length > 0)
		memset(content.data, 0, content.length);
	return error;
}

static int add_target(struct outbox *outbox, size_t target, struct buffer *errors)
{
	const struct config_notify *notify = &outbox->parts.config->notify.items[target];
	struct webhook_target added = {.url = notify->url};
	int error;

	if (notify->secret_file != NULL) {
		error = read_secret(notify->secret_file, &outbox->secrets[target]);
		if (error < 0) {
			buffer_append_format(errors, "%s: the secret file %s cannot be used: %s\n",
			    notify->where, notify->secret_file, strerror(-error));
			return error;
		}
		added.secret = &outbox->secrets[target];
	}
	return webhook_sender_add(outbox->sender, &added);
}

int outbox_new(struct outbox **ret_outbox, const struct outbox_parts *parts, struct buffer *errors)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));
	const struct webhook_options options = {.on_outcome = on_outcome,
	    .context = outbox,
	    .user_agent = "authmedic/" AUTHMEDIC_VERSION};
	int error;

	if (outbox == NULL)
		return -ENOMEM;
	outbox->parts = *parts;
	error = webhook_sender_new(&outbox->sender, parts->loop, &options);
	for (size_t i = 0; error == 0 && i < parts->config->notify.count; i++) {
		error = add_target(outbox, i, errors);
		tell_queue(outbox, i);
	}
	if (error < 0) {
		outbox_close(&outbox);
		return error;
	}
	*ret_outbox = outbox;
	return 0;
}

void outbox_close(struct outbox **outbox)
{
	if (*outbox == NULL)
		return;
	webhook_sender_close(&(*outbox)->sender);
	for (size_t i = 0; i < CONFIG_MAX_NOTIFY; i++)
		signature_forget_secret(&(*outbox)->secrets[i]);
	free(*outbox);
	*outbox = NULL;
}
