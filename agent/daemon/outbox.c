#include "daemon/outbox.h"

#include <errno.h>

#include "base/log.h"
#include "base/random.h"
#include "daemon/dead_letters.h"
#include "daemon/firing.h"
#include "daemon/message_clock.h"
#include "daemon/owed.h"
#include "daemon/parcel.h"
#include "daemon/target.h"
#include "loop/clock.h"
#include "loop/host.h"
#include "report/retry.h"

#define FIRING_ID "firing" /* no message of the store has it */

_Static_assert(TARGET_MAX_ID_BYTES >= JOURNAL_ID_BYTES, "it takes each id of the journal's");
_Static_assert(TARGET_MAX_ID_BYTES >= PARCEL_ID_BYTES, "and each of a group");
_Static_assert(RETRY_LONGEST_WISH_MS <= STORE_LONGEST_DELAY_MS, "no delay is taken for a clock's");

struct outbox {
	struct outbox_parts parts;
	struct webhook_sender *sender;
	struct target targets[CONFIG_MAX_NOTIFY];
	struct dead_letters letters[CONFIG_MAX_NOTIFY]; /* of each */
	struct owed *owed;
	char host[HOST_NAME_BYTES];
	int64_t now_ms;
	struct message_clock clock;
	int pay_error; /* why what is owed could not be paid; 0: it could */
};

static const char *name_of(const struct outbox *outbox, size_t target)
{
	return outbox->parts.config->notify.items[target].name;
}

/* With what no store has yet, and without what it has, though it is settled. */
static void tell_queue(struct outbox *outbox, size_t number)
{
	struct target *target = &outbox->targets[number];
	const char *name = name_of(outbox, number);
	uint64_t owed = owed_count_for(outbox->owed, number);
	uint64_t stored = 0;

	if (store_count_messages(outbox->parts.store, name, &stored) == 0) {
		target->waiting = stored - (owed < stored ? owed : stored) +
		    journal_count_untold(outbox->parts.journal, name);
		publisher_on_queue(outbox->parts.publisher, name, target->waiting);
	}
	if (store_count_dead_letters(outbox->parts.store, name, &target->dead) == 0)
		publisher_on_dead_letters(outbox->parts.publisher, name, target->dead);
}

static void on_buried(void *context, const struct owed_note *note, uint64_t dropped)
{
	struct outbox *outbox = context;

	dead_letters_tell(outbox->parts.publisher, note, dropped);
}

static struct owed_note note_of(
    const struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	return (struct owed_note){.target = target,
	    .name = name_of(outbox, target),
	    .message_id = outbox->targets[target].delivery.message_id,
	    .is_taken = outcome->result == WEBHOOK_DELIVERED,
	    .attempts = outbox->targets[target].delivery.unnoted,
	    .status = outcome->status,
	    .reason = outcome->reason != NULL ? outcome->reason : ""};
}

static int64_t delay_ms(int64_t attempts, const struct webhook_outcome *outcome)
{
	uint64_t random = 0;

	if (random_bytes(&random, sizeof(random)) < 0)
		random = 0;
	return retry_delay_ms(attempts, outcome->retry_after_ms, random);
}

/* -------------------------------------------------- what became of it, and cannot be noted yet */

/* Its receiver has it, or will never: those behind it are next. */
static void settle(
    struct outbox *outbox, size_t number, const struct webhook_outcome *outcome)
{
	struct target *target = &outbox->targets[number];
	const struct owed_note note = note_of(outbox, number, outcome);
	bool in_journal = journal_settle(outbox->parts.journal, note.name, note.message_id,
	    note.is_taken ? JOURNAL_TOLD : JOURNAL_LEFT);
	int error = 0;

	/* What the journal knows to be taken is never written. */
	if (!in_journal || !note.is_taken)
		error = owed_add(outbox->owed, &note);
	if (error < 0)
		log_error("%s: what became of a message cannot be kept, it goes out again: %s",
		    note.name, strerror(-error));
	target->unsaved.id[0] = '\0';
	target->unsaved.due_ms = 0;
	if (target->delivery.id > target->unsaved.passed)
		target->unsaved.passed = target->delivery.id;
}

/* Until the store can be told: where we end before, it goes out again, by the same id. */
static void keep_in_mind(struct outbox *outbox, size_t number,
    const struct webhook_outcome *outcome, bool stale)
{
	struct target *target = &outbox->targets[number];

	if (outcome->result == WEBHOOK_DELIVERED || outcome->result == WEBHOOK_DEAD || stale) {
		settle(outbox, number, outcome);
		return;
	}
	target->unsaved.attempts = target->delivery.attempts;
	target->unsaved.unnoted = target->delivery.unnoted;
	target->unsaved.due_ms =
	    clock_boot_ms() + delay_ms(target->delivery.attempts, outcome);
	memcpy(target->unsaved.id, target->delivery.message_id, sizeof(target->unsaved.id));
}

/* The pause before the next attempt goes on in the store. */
static int pay_pause(struct outbox *outbox, size_t number)
{
	struct unsaved_turn *turn = &outbox->targets[number].unsaved;
	int64_t wait_ms = turn->due_ms - clock_boot_ms();
	int64_t id = 0;
	int error;

	if (turn->id[0] == '\0' || webhook_sender_is_busy(outbox->sender, number))
		return 0;
	error = store_find_message(outbox->parts.store, name_of(outbox, number), turn->id, &id);
	if (error == 0)
		error = store_add_attempts(outbox->parts.store, id, turn->unnoted);
	turn->unnoted = error == 0 ? 0 : turn->unnoted;
	if (error == 0)
		error = store_delay_message(
		    outbox->parts.store, id, clock_now_ms() + (wait_ms > 0 ? wait_ms : 0));
	if (error == 0 || error == -ENOENT) {
		turn->id[0] = '\0';
		turn->due_ms = 0;
	}
	return error == -ENOENT ? 0 : error;
}

/* False where something is still owed. */
static bool pay(struct outbox *outbox)
{
	bool any = owed_count(outbox->owed) > 0;
	int error = owed_pay(outbox->owed, outbox->parts.store, on_buried, outbox);

	for (size_t i = 0; error == 0 && i < outbox->parts.config->notify.count; i++)
		error = pay_pause(outbox, i);
	if (error < 0 && error != outbox->pay_error)
		log_error("what became of messages cannot be noted in the outbox: %s",
		    strerror(-error));
	outbox->pay_error = error;
	for (size_t i = 0; i < outbox->parts.config->notify.count; i++) {
		if (owed_count(outbox->owed) == 0)
			outbox->targets[i].unsaved.passed = 0;
		if (any)
			tell_queue(outbox, i);
	}
	return error == 0 && owed_count(outbox->owed) == 0;
}

/* -------------------------------------------------------------------- what became of it, noted */

static int delete_message(struct outbox *outbox, size_t target)
{
	publisher_on_delivery(outbox->parts.publisher, name_of(outbox, target), "delivered");
	return store_delete_message(outbox->parts.store, outbox->targets[target].delivery.id);
}

static int bury_message(
    struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	const struct owed_note note = note_of(outbox, target, outcome);
	const struct store_dead_letter letter = {.given_up_ms = clock_now_ms(),
	    .status = outcome->status,
	    .reason = outcome->reason};
	uint64_t dropped = 0;
	int error = store_bury_message(
	    outbox->parts.store, outbox->targets[target].delivery.id, &letter, &dropped);

	if (error == 0)
		on_buried(outbox, &note, dropped);
	return error;
}

static int delay_message(
    struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	const struct delivery *delivery = &outbox->targets[target].delivery;

	publisher_on_delivery(outbox->parts.publisher, name_of(outbox, target), "retried");
	return store_delay_message(outbox->parts.store, delivery->id,
	    clock_now_ms() + delay_ms(delivery->attempts, outcome));
}

/* What is under way, too. Not before all that waits is in the store, which is saved. */
static void follow_clock(struct outbox *outbox)
{
	bool saved = outbox->parts.saving->error == 0;
	int64_t step_ms = saved ? message_clock_follow(&outbox->clock, outbox->parts.store) : 0;

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++)
		outbox->targets[i].delivery.created_ms += step_ms;
}

static void note_outcome(
    struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	bool stale;
	int error;

	follow_clock(outbox);
	stale = retry_gives_up(outbox->targets[target].delivery.created_ms, clock_now_ms());
	if (outcome->result == WEBHOOK_DELIVERED)
		error = delete_message(outbox, target);
	else if (outcome->result == WEBHOOK_DEAD || stale)
		error = bury_message(outbox, target, outcome);
	else
		error = delay_message(outbox, target, outcome);
	if (error < 0 && error != -ENOENT) {
		keep_in_mind(outbox, target, outcome, stale);
		if (outbox->parts.saving->error == 0)
			log_error("%s: the outbox cannot be written: %s", name_of(outbox, target),
			    strerror(-error));
	}
	tell_queue(outbox, target);
}

static void note_unsaved(
    struct outbox *outbox, size_t number, const struct webhook_outcome *outcome)
{
	const struct delivery *delivery = &outbox->targets[number].delivery;
	bool stale = delivery->id != 0 && retry_gives_up(delivery->created_ms, clock_now_ms());

	if (outcome->result == WEBHOOK_DELIVERED)
		publisher_on_delivery(
		    outbox->parts.publisher, name_of(outbox, number), "delivered");
	else if (outcome->result != WEBHOOK_DEAD && !stale)
		publisher_on_delivery(
		    outbox->parts.publisher, name_of(outbox, number), "retried");
	keep_in_mind(outbox, number, outcome, stale);
	tell_queue(outbox, number);
}

static void tell_undelivered(
    const struct outbox *outbox, size_t target, const struct webhook_outcome *outcome)
{
	if (outcome->status != 0)
		log_warning("%s: a message was not taken: the receiver answered with status %d",
		    name_of(outbox, target), outcome->status);
	else
		log_warning("%s: a message was not delivered, for there was no answer: %s",
		    name_of(outbox, target), outcome->reason);
}

static void on_outcome(void *context, size_t target, const struct webhook_outcome *outcome)
{
	struct outbox *outbox = context;

	if (outcome->result != WEBHOOK_DELIVERED)
		tell_undelivered(outbox, target, outcome);
	if (outbox->targets[target].delivery.kind == DELIVERY_STORED)
		note_outcome(outbox, target, outcome);
	else if (outbox->targets[target].delivery.kind == DELIVERY_UNSAVED)
		note_unsaved(outbox, target, outcome);
}

/* ------------------------------------------------------------------- one message, to one target */

static int print_body(const struct outbox *outbox, size_t target,
    const struct notification_message *message, struct buffer *body)
{
	struct json auto_json *document = NULL;
	struct wire_news news = {.id = message->id,
	    .host = outbox->host,
	    .now_ms = outbox->now_ms,
	    .key = outbox->targets[target].key};
	int error = json_parse(message->document, &document);

	news.document = document;
	return error < 0 ? error : outbox->targets[target].wire->print(&news, body);
}

/* ---------------------------------------- while nothing can be noted: one message after another */

/* Of the message `id` (0: it is in the journal only), created_ms and attempts are set. */
static void send_unsaved(struct outbox *outbox, size_t number,
    const struct notification_message *message, struct delivery delivery)
{
	static const struct webhook_outcome unfit = {
	    .result = WEBHOOK_DEAD, .reason = "it cannot be put into the receiver's form"};
	static const struct webhook_outcome not_sent = {
	    .result = WEBHOOK_RETRY, .retry_after_ms = -1};
	struct target *target = &outbox->targets[number];
	struct buffer auto_buffer body;
	struct webhook_message sent = {
	    .id = view_of_text(message->id), .now_ms = outbox->now_ms};
	int error;

	if (strcmp(target->unsaved.id, message->id) == 0) {
		delivery.attempts = target->unsaved.attempts;
		delivery.unnoted = target->unsaved.unnoted;
	}
	delivery.kind = DELIVERY_UNSAVED;
	delivery.attempts++;
	delivery.unnoted++;
	snprintf(delivery.message_id, sizeof(delivery.message_id), "%s", message->id);
	target->delivery = delivery;
	buffer_init(&body, PARCEL_MAX_BYTES);
	error = print_body(outbox, number, message, &body);
	sent.body = buffer_view(&body);
	if (error == 0)
		error = webhook_sender_send(outbox->sender, number, &sent);
	if (error == 0)
		return;
	log_error("%s: a message cannot be sent: %s", name_of(outbox, number), strerror(-error));
	if (error == -EINVAL || error == -E2BIG)
		settle(outbox, number, &unfit);
	else
		keep_in_mind(outbox, number, &not_sent, false);
}

struct search { /* for the oldest message in the store that is not settled */
	struct outbox *outbox;
	size_t target;
	bool found;
};

static int on_stored(void *context, const struct store_message *message)
{
	struct search *search = context;
	struct outbox *outbox = search->outbox;
	const struct notification_message found = {
	    .id = message->message_id, .document = message->body};
	int64_t wait_ms = message->due_ms - outbox->now_ms;

	if (message->id <= outbox->targets[search->target].unsaved.passed)
		return 0;
	search->found = true;
	/* Its pause began in the store, but for one that has begun since. */
	if (outbox->targets[search->target].unsaved.id[0] == '\0' && wait_ms > 0 &&
	    wait_ms <= STORE_LONGEST_DELAY_MS)
		return 1;
	send_unsaved(outbox, search->target, &found,
	    (struct delivery){.id = message->id,
		.created_ms = message->created_ms,
		.attempts = message->attempts});
	return 1;
}

/* What the store has comes first, for of a site's messages none overtakes another. */
static void send_next_unsaved(struct outbox *outbox, size_t target)
{
	struct search search = {.outbox = outbox, .target = target};
	struct notification_message message;
	/* Where it cannot even be read there may be the beginning of anything. */
	int error = store_each_message(
	    outbox->parts.store, name_of(outbox, target), on_stored, &search);

	if (!search.found &&
	    journal_next_untold(
		outbox->parts.journal, name_of(outbox, target), error < 0, &message))
		send_unsaved(outbox, target, &message, (struct delivery){0});
}

static void send_all_unsaved(struct outbox *outbox)
{
	int64_t now_ms = clock_boot_ms();

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++) {
		if (!webhook_sender_is_busy(outbox->sender, i) &&
		    now_ms >= outbox->targets[i].unsaved.due_ms)
			send_next_unsaved(outbox, i);
		tell_queue(outbox, i);
	}
}

/* ------------------------------------------------------ what the store has, noted as it goes */

static int send(struct outbox *outbox, size_t number, const struct parcel *parcel)
{
	struct target *target = &outbox->targets[number];
	struct buffer auto_buffer body;
	const struct notification_message message = {
	    .id = parcel->id, .document = buffer_view(&parcel->document)};
	struct webhook_message sent = {
	    .id = view_of_text(parcel->id), .now_ms = outbox->now_ms};
	int error;

	buffer_init(&body, PARCEL_MAX_BYTES);
	error = print_body(outbox, number, &message, &body);
	if (error == 0)
		error = parcel_begin(parcel, outbox->parts.store);
	if (error < 0)
		return error;
	target->delivery = (struct delivery){.id = parcel->number,
	    .created_ms = parcel->created_ms,
	    .attempts = parcel->attempts + 1};
	snprintf(target->delivery.message_id, sizeof(target->delivery.message_id), "%s",
	    parcel->id);
	if (parcel->attempts == 0)
		pace_note(&target->pace, clock_boot_ms());
	sent.body = buffer_view(&body);
	return webhook_sender_send(outbox->sender, number, &sent);
}

/* What can never be sent makes way for those behind it. */
static int set_aside(struct outbox *outbox, size_t target, const struct parcel *parcel)
{
	const struct webhook_outcome outcome = {
	    .result = WEBHOOK_DEAD, .reason = "it cannot be put into the receiver's form"};

	outbox->targets[target].delivery = (struct delivery){.id = parcel->number};
	return bury_message(outbox, target, &outcome);
}

static void work(struct outbox *outbox, size_t target)
{
	struct parcel parcel;
	int error = parcel_pack(&parcel, outbox->parts.store, name_of(outbox, target),
	    outbox->targets[target].wire->groups);

	if (error == 0 && parcel.number != 0)
		error = send(outbox, target, &parcel);
	if ((error == -EINVAL || error == -E2BIG) && parcel.number != 0)
		error = set_aside(outbox, target, &parcel);
	/* Once, though it is tried again each second. It goes all the same. */
	if (error < 0 && error != outbox->targets[target].told_error)
		log_error("%s: what is sent cannot be noted in the outbox: %s",
		    name_of(outbox, target), strerror(-error));
	outbox->targets[target].told_error = error;
	if (error < 0)
		send_next_unsaved(outbox, target);
	tell_queue(outbox, target);
	parcel_done(&parcel);
}

/* Only marked here: what waits behind it is looked at when this walk is over. */
static int on_due(void *context, const struct store_message *message)
{
	struct outbox *outbox = context;

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++) {
		struct target *target = &outbox->targets[i];
		bool may_wait = target->wire->groups && message->attempts == 0;

		if (strcmp(name_of(outbox, i), message->target) == 0)
			target->is_due = !webhook_sender_is_busy(outbox->sender, i) &&
			    (!may_wait ||
				pace_allows(&target->pace, clock_boot_ms(),
				    outbox->now_ms - message->created_ms));
	}
	return 0;
}

static void send_due(struct outbox *outbox)
{
	int error;

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++)
		outbox->targets[i].is_due = false;
	error = store_each_due_message(outbox->parts.store, outbox->now_ms, on_due, outbox);
	if (error < 0)
		log_error("the outbox cannot be read: %s", strerror(-error));
	for (size_t i = 0; i < outbox->parts.config->notify.count; i++)
		if (outbox->targets[i].is_due)
			work(outbox, i);
}

/* ---------------------------------------------------------------- what goes on, again and again */

static int send_firing(struct outbox *outbox, size_t number)
{
	struct target *target = &outbox->targets[number];
	const struct firing firing = {.sites = outbox->parts.sites,
	    .site_count = outbox->parts.site_count,
	    .membership = outbox->parts.membership,
	    .saving = outbox->parts.saving,
	    .overdue = outbox->parts.overdue,
	    .host = outbox->host,
	    .now_ms = outbox->now_ms};
	struct buffer auto_buffer body;
	struct webhook_message sent = {.id = VIEW(FIRING_ID), .now_ms = outbox->now_ms};
	int error;

	buffer_init(&body, PARCEL_MAX_BYTES);
	error = firing_print(&firing, target->wire, &target->again_from, &body);
	if (error < 0)
		target->again_from = 0;
	if (error < 0 || body.length == 0)
		return error;
	target->delivery = (struct delivery){.kind = DELIVERY_FIRING};
	sent.body = buffer_view(&body);
	return webhook_sender_send(outbox->sender, number, &sent);
}

static void remind(struct outbox *outbox)
{
	int64_t now_ms = clock_boot_ms();

	for (size_t i = 0; i < outbox->parts.config->notify.count; i++) {
		struct target *target = &outbox->targets[i];
		int error;

		if (target->wire->again_ms == 0 || webhook_sender_is_busy(outbox->sender, i) ||
		    (target->again_from == 0 && now_ms < target->again_due_ms))
			continue;
		if (target->again_from == 0)
			target->again_due_ms = now_ms + target->wire->again_ms;
		error = send_firing(outbox, i);
		if (error < 0)
			log_error("%s: cannot be told again what goes on: %s", name_of(outbox, i),
			    strerror(-error));
	}
}

void outbox_work(struct outbox *outbox, int64_t now_ms)
{
	outbox->now_ms = now_ms;
	for (size_t i = 0; i < outbox->parts.config->notify.count; i++)
		/* Looked for only where there are any. */
		if (outbox->targets[i].dead > 0 &&
		    dead_letters_revive(&outbox->letters[i], outbox->parts.store, now_ms))
			tell_queue(outbox, i);
	follow_clock(outbox);
	if (outbox->parts.saving->error == 0 && pay(outbox))
		send_due(outbox);
	else
		send_all_unsaved(outbox);
	remind(outbox);
}

size_t outbox_describe(
    const struct outbox *outbox, struct report_target ret_targets[CONFIG_MAX_NOTIFY])
{
	const struct config *config = outbox->parts.config;

	for (size_t i = 0; i < config->notify.count; i++)
		ret_targets[i] = (struct report_target){.name = config->notify.items[i].name,
		    .type = config->notify.items[i].type,
		    .waiting = outbox->targets[i].waiting,
		    .dead = outbox->targets[i].dead};
	return config->notify.count;
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
	outbox->clock = message_clock_now();
	host_name(outbox->host);
	error = owed_new(&outbox->owed);
	if (error == 0)
		error = webhook_sender_new(&outbox->sender, parts->loop, &options);
	for (size_t i = 0; error == 0 && i < parts->config->notify.count; i++) {
		outbox->letters[i] = (struct dead_letters){
		    .directory = parts->config->state_dir, .target = name_of(outbox, i)};
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
	if ((*outbox)->owed != NULL && (*outbox)->parts.saving->error == 0)
		(void)!owed_pay((*outbox)->owed, (*outbox)->parts.store, on_buried, *outbox);
	owed_free(&(*outbox)->owed);
	webhook_sender_close(&(*outbox)->sender);
	for (size_t i = 0; i < CONFIG_MAX_NOTIFY; i++) {
		dead_letters_leave(&(*outbox)->letters[i]);
		target_done(&(*outbox)->targets[i]);
	}
	free(*outbox);
	*outbox = NULL;
}
