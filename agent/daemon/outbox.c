#include "daemon/outbox.h"

#include <errno.h>

#include "base/log.h"
#include "base/random.h"
#include "daemon/firing.h"
#include "daemon/target.h"
#include "loop/clock.h"
#include "loop/host.h"
#include "report/retry.h"

#define MAX_BODY_BYTES ((size_t)1024 * 1024)
#define FIRING_ID      "firing" /* no message of the store has it */

_Static_assert(RETRY_LONGEST_WISH_MS <= STORE_LONGEST_DELAY_MS, "no delay is taken for a clock's");

struct outbox {
	struct outbox_parts parts;
	struct webhook_sender *sender;
	struct target targets[CONFIG_MAX_NOTIFY];
	char host[HOST_NAME_BYTES];
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
	return store_delete_message(outbox->parts.store, outbox->targets[target].delivery.id);
}

static int delay_message(
    struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	const struct delivery *delivery = &outbox->targets[target].delivery;
	uint64_t random = 0;

	if (random_bytes(&random, sizeof(random)) < 0)
		random = 0;
	publisher_on_delivery(outbox->parts.publisher, name_of(outbox, target), "retried");
	return store_delay_message(outbox->parts.store, delivery->id,
	    clock_now_ms() +
		retry_delay_ms(delivery->attempts + 1, outcome->retry_after_ms, random));
}

static void note_outcome(
    struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	bool stale = retry_gives_up(outbox->targets[target].delivery.created_ms, clock_now_ms());
	int error;

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

static void on_outcome(void *context, size_t target, const struct webhook_outcome *outcome)
{
	struct outbox *outbox = context;

	if (outcome->result != WEBHOOK_DELIVERED)
		log_warning("%s: a message was not delivered: status %d: %s",
		    name_of(outbox, target), outcome->status, outcome->reason);
	if (!outbox->targets[target].delivery.is_firing)
		note_outcome(outbox, target, outcome);
}

/* ------------------------------------------------------------------- one message, to one target */

static int print_body(const struct outbox *outbox, size_t target,
    const struct store_message *message, struct buffer *body)
{
	struct json auto_json *document = NULL;
	struct wire_news news = {
	    .id = message->message_id, .host = outbox->host, .key = outbox->targets[target].key};
	int error = json_parse(message->body, &document);

	news.document = document;
	return error < 0 ? error : outbox->targets[target].wire->print(&news, body);
}

static int send(struct outbox *outbox, size_t target, const struct store_message *message)
{
	struct buffer auto_buffer body;
	struct webhook_message sent = {
	    .id = view_of_text(message->message_id), .now_ms = outbox->now_ms};
	int error;

	buffer_init(&body, MAX_BODY_BYTES);
	outbox->targets[target].delivery = (struct delivery){.id = message->id,
	    .created_ms = message->created_ms,
	    .attempts = message->attempts};
	error = print_body(outbox, target, message, &body);
	sent.body = buffer_view(&body);
	return error < 0 ? error : webhook_sender_send(outbox->sender, target, &sent);
}

static int on_due(void *context, const struct store_message *message)
{
	struct outbox *outbox = context;

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++) {
		int error;

		if (strcmp(name_of(outbox, i), message->target) != 0 ||
		    webhook_sender_is_busy(outbox->sender, i))
			continue;
		error = send(outbox, i, message);
		if (error < 0)
			log_error(
			    "%s: a message cannot be sent: %s", message->target, strerror(-error));
	}
	return 0;
}

/* ---------------------------------------------------------------- what goes on, again and again */

static int send_firing(struct outbox *outbox, size_t target)
{
	const struct firing firing = {outbox->parts.sites, outbox->parts.site_count, outbox->host};
	struct buffer auto_buffer body;
	struct webhook_message sent = {.id = VIEW(FIRING_ID), .now_ms = outbox->now_ms};
	int error;

	buffer_init(&body, MAX_BODY_BYTES);
	error = firing_print(&firing, outbox->targets[target].wire, &body);
	if (error < 0 || body.length == 0)
		return error;
	outbox->targets[target].delivery = (struct delivery){.is_firing = true};
	sent.body = buffer_view(&body);
	return webhook_sender_send(outbox->sender, target, &sent);
}

static void remind(struct outbox *outbox)
{
	int64_t now_ms = clock_boot_ms();

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++) {
		struct target *target = &outbox->targets[i];
		int error;

		if (target->wire->again_ms == 0 || now_ms < target->again_due_ms ||
		    webhook_sender_is_busy(outbox->sender, i))
			continue;
		target->again_due_ms = now_ms + target->wire->again_ms;
		error = send_firing(outbox, i);
		if (error < 0)
			log_error("%s: cannot be told again what goes on: %s", name_of(outbox, i),
			    strerror(-error));
	}
}

void outbox_work(struct outbox *outbox, int64_t now_ms)
{
	int error;

	outbox->now_ms = now_ms;
	error = store_each_due_message(outbox->parts.store, now_ms, on_due, outbox);
	if (error < 0)
		log_error("the outbox cannot be read: %s", strerror(-error));
	remind(outbox);
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
	host_name(outbox->host);
	error = webhook_sender_new(&outbox->sender, parts->loop, &options);
	for (size_t i = 0; error == 0 && i < parts->config->notify.count; i++) {
		error = target_open(
		    &outbox->targets[i], &parts->config->notify.items[i], outbox->sender, errors);
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
		target_done(&(*outbox)->targets[i]);
	free(*outbox);
	*outbox = NULL;
}
