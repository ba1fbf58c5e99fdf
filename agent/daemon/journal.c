#include "daemon/journal.h"

#include <errno.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/hearing.h"
#include "loop/clock.h"
#include "remedy/authority_json.h"
#include "report/notification.h"

#define MAX_JSON_BYTES ((size_t)256 * 1024)

struct message {
	char *target;
	char *id;
	enum journal_fate fate;
};

struct entry {
	uint64_t subject; /* of what its messages tell */
	size_t older; /* the last before it that tells of the same, counted from 1; 0: none */
	bool is_end; /* of that */
	char *incident, *site, *diagnosis, *state, *text;
	const char *kind;
	int64_t opened_ms, time_ms, closed_ms;
	struct buffer evidence, data, body;
	array_of(struct message) messages;
};

struct journal {
	const struct config *config;
	array_of(struct entry) entries;
	uint64_t dropped_total;
	uint64_t refused, refused_total; /* messages, by a full outbox: in this commit, in all */
};

/* Which events are told to people, and as what. */
static const char *const told_as[EVENT_KIND_COUNT] = {
    [EVENT_DIAGNOSED] = "opened",
    [EVENT_ACTING] = "acting",
    [EVENT_REFUSED] = "needs-person",
    [EVENT_NOT_VERIFIED] = "needs-person",
    [EVENT_RESOLVED] = "resolved",
};

static void entry_done(struct entry *entry)
{
	free(entry->incident);
	free(entry->site);
	free(entry->diagnosis);
	free(entry->state);
	free(entry->text);
	buffer_done(&entry->evidence);
	buffer_done(&entry->data);
	buffer_done(&entry->body);
	for (size_t i = 0; i < entry->messages.count; i++) {
		free(entry->messages.items[i].target);
		free(entry->messages.items[i].id);
	}
	array_done(&entry->messages);
}

int journal_new(struct journal **ret_journal, const struct config *config)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (journal == NULL)
		return -ENOMEM;
	journal->config = config;
	*ret_journal = journal;
	return 0;
}

void journal_forget(struct journal *journal)
{
	for (size_t i = 0; i < journal->entries.count; i++)
		entry_done(&journal->entries.items[i]);
	array_done(&journal->entries);
	journal->refused_total += journal->refused;
	journal->refused = 0;
}

void journal_free(struct journal **journal)
{
	if (*journal == NULL)
		return;
	journal_forget(*journal);
	free(*journal);
	*journal = NULL;
}

bool journal_is_empty(const struct journal *journal)
{
	return journal->entries.count == 0;
}

uint64_t journal_dropped_total(const struct journal *journal)
{
	return journal->dropped_total;
}

uint64_t journal_refused_total(const struct journal *journal)
{
	return journal->refused_total;
}

static bool is_end(enum event_kind kind)
{
	return kind == EVENT_RESOLVED || kind == EVENT_PASSED;
}

/* Events that follow from a diagnosis: it is kept with each of them, exactly as it was made. */
static bool is_judged(const struct site *site, const struct controller_event *event)
{
	return site->judgement.length > 0 && buffer_error(&site->judgement) == 0 &&
	    (event->kind == EVENT_DIAGNOSED || event->kind == EVENT_ACTING ||
		event->kind == EVENT_REFUSED);
}

/* Of the incident: the latest diagnosis that was told or followed; before there is one the facts;
 * and nothing in the place of what was kept before. */
static void print_evidence(
    struct entry *entry, const struct site *site, const struct controller_event *event)
{
	struct json auto_json *evidence = json_object_new();

	buffer_init(&entry->evidence, SITE_MAX_JUDGEMENT_BYTES);
	if (is_judged(site, event)) {
		buffer_append(&entry->evidence, buffer_view(&site->judgement));
	} else if (controller_diagnosis(site->controller) == NULL) {
		json_put_tree(evidence, "facts", facts_to_json(site->facts));
		if (json_print(evidence, &entry->evidence) < 0)
			log_error(
			    "%s: the evidence of an incident could not be kept", entry->site);
	}
}

static void print_data(
    struct entry *entry, const struct site *site, const struct controller_event *event)
{
	struct json auto_json *data = json_object_new();
	struct json *judgement = NULL;

	json_put_text(data, "reason", event->reason);
	json_put_text(data, "remedy", event->remedy);
	if (event->the_case != NULL)
		json_put_tree(data, "case", authority_to_json(event->the_case));
	if (is_judged(site, event) && json_parse(buffer_view(&site->judgement), &judgement) == 0)
		json_put_tree(data, "evidence", judgement);
	buffer_init(&entry->data, SITE_MAX_JUDGEMENT_BYTES);
	if (json_print(data, &entry->data) < 0)
		buffer_clear(&entry->data);
}

static int add_messages(struct entry *entry, const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->notify.count; i++) {
		struct message message = {
		    .target = strdup(config->notify.items[i].name), .id = strdup(id)};
		int error = -ENOMEM;

		if (message.target != NULL && message.id != NULL)
			error = array_push(&entry->messages, message, CONFIG_MAX_NOTIFY);
		if (error < 0) {
			free(message.target);
			free(message.id);
			return error;
		}
	}
	return 0;
}

static int add_notification(struct entry *entry, const struct journal *journal,
    const struct site *site, const struct controller_event *event)
{
	const struct notification notification = {
	    .kind = told_as[event->kind],
	    .time_ms = event->now.wall_ms,
	    .site = site->config->name,
	    .incident = entry->incident,
	    .state = entry->state,
	    .text = event->text,
	    .reason = event->reason,
	    .remedy = event->remedy,
	    .diagnosis = controller_diagnosis(site->controller),
	    .facts = site->facts,
	};
	char id[JOURNAL_ID_BYTES];
	int error;

	if (notification.kind == NULL || event->calls_nobody || journal->config->notify.count == 0)
		return 0;
	entry->subject = hash_chain(0, view_of_text(entry->incident));
	entry->is_end = event->kind == EVENT_RESOLVED;
	snprintf(id, sizeof(id), "%s-%s-%lld", entry->incident, entry->kind,
	    (long long)event->now.wall_ms);
	error = notification_print(&notification, &entry->body);
	return error < 0 ? error : add_messages(entry, journal->config, id);
}

static int fill(struct entry *entry, const struct journal *journal, const struct site *site,
    const struct controller_event *event)
{
	const struct diagnosis *diagnosis = controller_diagnosis(site->controller);

	*entry = (struct entry){.incident = strdup(controller_incident(site->controller)),
	    .site = strdup(site->config->name),
	    .diagnosis = strdup(diagnosis != NULL ? diagnosis->id : ""),
	    .state = strdup(is_end(event->kind) ? event_kind_name(event->kind)
						: controller_state(site->controller)),
	    .text = strdup(event->text),
	    .kind = event_kind_name(event->kind),
	    .opened_ms = controller_opened_ms(site->controller),
	    .time_ms = event->now.wall_ms,
	    .closed_ms = is_end(event->kind) ? event->now.wall_ms : -1};
	buffer_init(&entry->body, MAX_JSON_BYTES);
	if (entry->incident == NULL || entry->site == NULL || entry->diagnosis == NULL ||
	    entry->state == NULL || entry->text == NULL)
		return -ENOMEM;
	print_evidence(entry, site, event);
	print_data(entry, site, event);
	return add_notification(entry, journal, site, event);
}

static size_t find_older(const struct journal *journal, const struct entry *entry)
{
	size_t number = entry->messages.count > 0 ? journal->entries.count : 0;

	while (number > 0 && (journal->entries.items[number - 1].messages.count == 0 ||
				 journal->entries.items[number - 1].subject != entry->subject))
		number--;
	return number;
}

/* In the journal from here, or lost where there was an error or is no room. */
static void keep(struct journal *journal, struct entry *entry, const char *site, int error)
{
	entry->older = find_older(journal, entry);
	if (error == 0)
		error = array_push(&journal->entries, *entry, JOURNAL_MAX_ENTRIES);
	if (error == 0)
		return;
	entry_done(entry);
	journal->dropped_total++;
	log_error("%s: an event was lost: %s", site, strerror(-error));
}

void journal_note(
    struct journal *journal, const struct site *site, const struct controller_event *event)
{
	struct entry entry;
	int error;

	if (event->kind == EVENT_COUNTED)
		return; /* noise is a number in the metrics, not an incident */
	error = fill(&entry, journal, site, event);
	keep(journal, &entry, site->config->name, error);
}

/* An entry that is nothing but messages. False where nobody is to be told. */
static bool begin_told(struct entry *entry, const struct journal *journal, int64_t time_ms)
{
	*entry = (struct entry){.time_ms = time_ms};
	buffer_init(&entry->body, MAX_JSON_BYTES);
	return journal->config->notify.count > 0;
}

/* The same condition of the same log, opened at the same time, has the same id. */
static int fill_deaf(struct entry *entry, const struct journal *journal, const struct site_log *log,
    const struct deaf_change *change)
{
	const char *path = log->reading.log->path;
	const struct notification_of_log notification = {
	    .opened = change->opened,
	    .time_ms = clock_now_ms(),
	    .site = log->site->config->name,
	    .log = path,
	    .reason = deaf_reason_name(change->reason),
	    .text = hearing_why(log, change->reason),
	};
	uint64_t digest = hash_chain(hash_chain(0, view_of_text(notification.site)),
	    view_of_text(path));
	char id[JOURNAL_ID_BYTES];
	int error;

	if (!begin_told(entry, journal, notification.time_ms))
		return 0;
	entry->subject = hash_chain(digest, view_of_text(notification.reason));
	entry->is_end = !change->opened;
	snprintf(id, sizeof(id), "log-%016llx-%s-%s-%lld", (unsigned long long)digest,
	    notification.reason, change->opened ? "deaf" : "deaf-ended",
	    (long long)notification.time_ms);
	error = notification_of_log_print(&notification, &entry->body);
	return error < 0 ? error : add_messages(entry, journal->config, id);
}

void journal_tell_deaf(
    struct journal *journal, const struct site_log *log, const struct deaf_change *change)
{
	struct entry entry;
	int error = fill_deaf(&entry, journal, log, change);

	keep(journal, &entry, log->site->config->name, error);
}

static int fill_fleet(struct entry *entry, const struct journal *journal,
    const struct notification_of_fleet *notification)
{
	char id[JOURNAL_ID_BYTES];
	int error;

	if (!begin_told(entry, journal, notification->time_ms))
		return 0;
	entry->subject = hash_chain(0, VIEW("fleet"));
	entry->is_end = !notification->opened;
	snprintf(id, sizeof(id), "fleet-%s-%s-%s-%lld", notification->fleet, notification->reason,
	    notification->opened ? "hindered" : "hindered-ended",
	    (long long)notification->time_ms);
	error = notification_of_fleet_print(notification, &entry->body);
	return error < 0 ? error : add_messages(entry, journal->config, id);
}

void journal_tell_fleet(
    struct journal *journal, const struct notification_of_fleet *notification)
{
	struct entry entry;
	int error = fill_fleet(&entry, journal, notification);

	keep(journal, &entry, "the fleet", error);
}

/* A host may have any name, an id only what a header takes. */
static int fill_state(struct entry *entry, const struct journal *journal,
    const struct notification_of_state *notification)
{
	char id[JOURNAL_ID_BYTES];
	int error;

	if (!begin_told(entry, journal, notification->time_ms))
		return 0;
	entry->subject = hash_chain(0, VIEW("state"));
	entry->is_end = !notification->opened;
	snprintf(id, sizeof(id), "state-%016llx-%s-%lld",
	    (unsigned long long)hash_chain(0, view_of_text(notification->host)),
	    notification->opened ? "unsaved" : "unsaved-ended",
	    (long long)notification->began_ms);
	error = notification_of_state_print(notification, &entry->body);
	return error < 0 ? error : add_messages(entry, journal->config, id);
}

void journal_tell_state(
    struct journal *journal, const struct notification_of_state *notification)
{
	struct entry entry;
	int error = fill_state(&entry, journal, notification);

	keep(journal, &entry, "the state", error);
}

static int fill_fallback(struct entry *entry, const struct journal *journal,
    const struct notification_of_fallback *notification)
{
	uint64_t site = hash_chain(hash_chain(0, view_of_text(notification->host)),
	    view_of_text(notification->site));
	char id[JOURNAL_ID_BYTES];
	int error;

	if (!begin_told(entry, journal, notification->time_ms))
		return 0;
	entry->subject = hash_chain(site, VIEW("fallback"));
	entry->is_end = !notification->opened;
	snprintf(id, sizeof(id), "fallback-%016llx-%s-%lld", (unsigned long long)site,
	    notification->opened ? "overdue" : "overdue-ended",
	    (long long)notification->since_ms);
	error = notification_of_fallback_print(notification, &entry->body);
	return error < 0 ? error : add_messages(entry, journal->config, id);
}

void journal_tell_fallback(
    struct journal *journal, const struct notification_of_fallback *notification)
{
	struct entry entry;
	int error = fill_fallback(&entry, journal, notification);

	keep(journal, &entry, notification->site, error);
}

/* ------------------------------------------------------- what cannot wait for the next commit */

static struct message *message_for(
    const struct journal *journal, size_t entry, const char *target)
{
	for (size_t i = 0; i < journal->entries.items[entry].messages.count; i++) {
		struct message *message = &journal->entries.items[entry].messages.items[i];

		if (strcmp(message->target, target) == 0)
			return message;
	}
	return NULL;
}

/* Whether what is older of the same subject has not been told to the target yet. Where the last of
 * it has been, all has. */
static bool is_behind(const struct journal *journal, size_t entry, const char *target)
{
	size_t older = journal->entries.items[entry].older;
	const struct message *message = older > 0 ? message_for(journal, older - 1, target) : NULL;

	return message != NULL && message->fate == JOURNAL_UNTOLD;
}

bool journal_next_untold(const struct journal *journal, const char *target, bool is_waiting,
    struct notification_message *ret_message)
{
	for (size_t i = 0; i < journal->entries.count; i++) {
		const struct message *message = message_for(journal, i, target);

		if (message == NULL || message->fate != JOURNAL_UNTOLD ||
		    (is_waiting && journal->entries.items[i].is_end) ||
		    is_behind(journal, i, target))
			continue;
		*ret_message = (struct notification_message){.id = message->id,
		    .document = buffer_view(&journal->entries.items[i].body)};
		return true;
	}
	return false;
}

size_t journal_count_untold(const struct journal *journal, const char *target)
{
	size_t count = 0;

	for (size_t i = 0; i < journal->entries.count; i++) {
		const struct message *message = message_for(journal, i, target);

		count += message != NULL && message->fate == JOURNAL_UNTOLD;
	}
	return count;
}

bool journal_settle(
    struct journal *journal, const char *target, const char *id, enum journal_fate fate)
{
	bool found = false;

	for (size_t i = 0; i < journal->entries.count; i++) {
		struct message *message = message_for(journal, i, target);

		if (message == NULL || strcmp(message->id, id) != 0)
			continue;
		message->fate = fate;
		found = true;
	}
	return found;
}

/* ------------------------------------------------------------------------------- into the store */

int journal_put_message(
    struct journal *journal, struct store *store, const struct store_message *message)
{
	int error = store_put_message(store, message);

	if (error != -ENOSPC)
		return error;
	journal->refused++;
	log_error("the outbox is full: a message for %s is lost", message->target);
	return 0;
}

static int write_messages(struct journal *journal, const struct entry *entry, struct store *store)
{
	for (size_t i = 0; i < entry->messages.count; i++) {
		const struct store_message message = {.target = entry->messages.items[i].target,
		    .message_id = entry->messages.items[i].id,
		    .body = buffer_view(&entry->body),
		    .created_ms = entry->time_ms,
		    .due_ms = entry->time_ms};
		int error = 0;

		if (entry->messages.items[i].fate != JOURNAL_TOLD)
			error = journal_put_message(journal, store, &message);
		if (error < 0)
			return error;
	}
	return 0;
}

static int write_entry(struct journal *journal, const struct entry *entry, struct store *store)
{
	const struct store_incident incident = {.id = entry->incident,
	    .site = entry->site,
	    .diagnosis = entry->diagnosis,
	    .state = entry->state,
	    .opened_ms = entry->opened_ms,
	    .changed_ms = entry->time_ms,
	    .closed_ms = entry->closed_ms,
	    .evidence = buffer_view(&entry->evidence)};
	const struct store_event event = {.time_ms = entry->time_ms,
	    .kind = entry->kind,
	    .text = entry->text,
	    .data = buffer_view(&entry->data)};
	int error;

	if (entry->incident == NULL) /* it is of something of ours */
		return write_messages(journal, entry, store);
	error = store_put_incident(store, &incident);
	if (error == 0)
		error = store_add_event(store, entry->incident, &event);
	return error < 0 ? error : write_messages(journal, entry, store);
}

int journal_write(struct journal *journal, struct store *store)
{
	journal->refused = 0;
	for (size_t i = 0; i < journal->entries.count; i++) {
		int error = write_entry(journal, &journal->entries.items[i], store);

		if (error < 0)
			return error;
	}
	return 0;
}
