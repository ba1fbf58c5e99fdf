#include "daemon/unwatched.h"

#include <errno.h>

#include "base/hash.h"
#include "base/log.h"
#include "daemon/hearing.h"
#include "daemon/memory.h"
#include "report/notification.h"

#define MAX_BODY_BYTES ((size_t)64 * 1024)
#define REASON         "unwatched"

struct ending {
	const struct unwatched *unwatched;
	struct store *store;
	/* Of the value that is walked through: */
	const char *site_name;
	const struct site *site; /* NULL: it is not watched any more */
	bool is_changed;
};

static const struct site *find_site(const struct unwatched *unwatched, const char *name)
{
	for (size_t i = 0; i < unwatched->site_count; i++)
		if (strcmp(unwatched->sites[i].config->name, name) == 0)
			return &unwatched->sites[i];
	return NULL;
}

static int put_messages(const struct ending *ending, const char *id, const struct buffer *body)
{
	const struct unwatched *unwatched = ending->unwatched;

	for (size_t i = 0; i < unwatched->config->notify.count; i++) {
		const struct store_message message = {
		    .target = unwatched->config->notify.items[i].name,
		    .message_id = id,
		    .body = buffer_view(body),
		    .created_ms = unwatched->now_ms,
		    .due_ms = unwatched->now_ms};
		int error = journal_put_message(unwatched->journal, ending->store, &message);

		if (error < 0)
			return error;
	}
	return 0;
}

/* -- incidents */

static int tell_incident(
    const struct ending *ending, const struct store_incident *incident, const char *text)
{
	const struct notification notification = {.kind = "unwatched",
	    .time_ms = ending->unwatched->now_ms,
	    .site = incident->site,
	    .incident = incident->id,
	    .state = incident->state,
	    .text = text,
	    .reason = REASON,
	    .remedy = ""};
	struct buffer auto_buffer body;
	char id[JOURNAL_ID_BYTES];
	int error;

	buffer_init(&body, MAX_BODY_BYTES);
	snprintf(id, sizeof(id), "%s-" REASON "-%lld", incident->id,
	    (long long)notification.time_ms);
	error = notification_print(&notification, &body);
	return error < 0 ? error : put_messages(ending, id, &body);
}

static int on_incident(void *context, const struct store_incident *stored)
{
	const struct ending *ending = context;
	const struct site *site = find_site(ending->unwatched, stored->site);
	struct store_incident closed = *stored;
	struct store_event event = {.time_ms = ending->unwatched->now_ms,
	    .kind = event_kind_name(EVENT_PASSED),
	    .text = "the site is not watched any more",
	    .data = VIEW("{\"reason\":\"" REASON "\"}")};
	int error;

	if (site != NULL && strcmp(controller_incident(site->controller), stored->id) == 0)
		return 0;
	if (site != NULL)
		event.text = "what was known of it was lost; what still fails is found anew";
	if (!ending->unwatched->is_logged)
		log_notice("%s: incident %s: %s", stored->site, stored->id, event.text);
	closed.state = event.kind;
	closed.changed_ms = closed.closed_ms = event.time_ms;
	error = store_put_incident(ending->store, &closed);
	if (error == 0)
		error = store_add_event(ending->store, stored->id, &event);
	/* As long as nobody knew what it is, nobody was told of it. */
	return error < 0 || stored->diagnosis[0] == '\0'
	    ? error
	    : tell_incident(ending, stored, event.text);
}

/* -- deaf logs */

static bool has_log(const struct site *site, const char *path)
{
	for (size_t i = 0; site != NULL && i < site->log_count; i++)
		if (strcmp(site->logs[i].reading.log->path, path) == 0)
			return true;
	return false;
}

static int on_told(void *context, const char *log, enum deaf_reason reason)
{
	struct ending *ending = context;
	const struct notification_of_log notification = {.unwatched = true,
	    .time_ms = ending->unwatched->now_ms,
	    .site = ending->site_name,
	    .log = log,
	    .reason = deaf_reason_name(reason),
	    .text = "the log is not watched any more"};
	uint64_t digest = hash_chain(hash_chain(0, view_of_text(notification.site)),
	    view_of_text(log));
	struct buffer auto_buffer body;
	char id[JOURNAL_ID_BYTES];
	int error;

	buffer_init(&body, MAX_BODY_BYTES);
	if (has_log(ending->site, log))
		return 0;
	ending->is_changed = true;
	if (!ending->unwatched->is_logged)
		log_notice("%s: %s: %s", notification.site, log, notification.text);
	snprintf(id, sizeof(id), "log-%016llx-%s-" REASON "-%lld", (unsigned long long)digest,
	    notification.reason, (long long)notification.time_ms);
	error = notification_of_log_print(&notification, &body);
	return error < 0 ? error : put_messages(ending, id, &body);
}

static int on_deafness(void *context, const char *site, struct view value)
{
	struct ending *ending = context;
	struct json auto_json *saved = NULL;
	int error = json_parse(value, &saved);

	if (error < 0) /* it was told where it was read, if anywhere */
		return error == -ENOMEM ? error : 0;
	ending->site_name = site;
	ending->site = find_site(ending->unwatched, site);
	ending->is_changed = false;
	error = hearing_each_told(saved, on_told, ending);
	if (error < 0 || !ending->is_changed)
		return error;
	return ending->site != NULL
	    ? memory_save_deafness(ending->site, ending->store)
	    : store_put_value(ending->store, site, DEAFNESS_VALUE, VIEW("{}"));
}

/* -- receivers */

static bool has_receiver(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->notify.count; i++)
		if (strcmp(config->notify.items[i].name, name) == 0)
			return true;
	return false;
}

static int on_target(void *context, const char *target)
{
	const struct ending *ending = context;
	const struct store_dead_letter letter = {.given_up_ms = ending->unwatched->now_ms,
	    .reason = "the receiver is not configured any more"};
	uint64_t count = 0;
	int error;

	if (has_receiver(ending->unwatched->config, target))
		return 0;
	error = store_bury_messages(ending->store, target, &letter, &count);
	if (error == 0 && !ending->unwatched->is_logged)
		log_warning("%s: %llu messages were given up: %s; see authmedic notify list",
		    target, (unsigned long long)count, letter.reason);
	return error;
}

int unwatched_end(const struct unwatched *unwatched, struct store *store)
{
	struct ending ending = {.unwatched = unwatched, .store = store};
	const struct store_selection open = {.open_only = true, .limit = SIZE_MAX};
	int error = store_each_incident(store, open, on_incident, &ending);

	if (error == 0)
		error = store_each_value(store, DEAFNESS_VALUE, on_deafness, &ending);
	return error < 0 ? error : store_each_target(store, on_target, &ending);
}
