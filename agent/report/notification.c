#include "report/notification.h"

static void put_diagnosis(struct json *data, const struct diagnosis *diagnosis)
{
	json_put_text(data, "diagnosis", diagnosis != NULL ? diagnosis->id : "");
	if (diagnosis == NULL)
		return;
	json_put_text(data, "title", diagnosis->title);
	json_put_text(data, "why", diagnosis->why);
	json_put_text(data, "advice", diagnosis->advice);
	json_put_text(data, "caution", diagnosis->caution);
}

/* Only names and values: where each came from stands in the history. */
static void put_evidence(struct json *data, const struct facts *facts)
{
	struct json *evidence = json_put_object(data, "evidence");

	for (size_t i = 0; facts != NULL && i < facts_count(facts); i++)
		json_put_text(evidence, facts_at(facts, i)->name, facts_at(facts, i)->value);
}

/* The parts that each has: its kind, its time, and what it is about. */
static struct json *begin(struct json *document, const char *type, int64_t time_ms)
{
	json_put_text(document, "type", type);
	json_put_time(document, "timestamp", time_ms);
	return json_put_object(document, "data");
}

static const char *type_of_log(const struct notification_of_log *notification)
{
	if (notification->unwatched)
		return "authmedic.log.unwatched";
	return notification->opened ? "authmedic.log.deaf" : "authmedic.log.deaf-ended";
}

int notification_of_log_print(
    const struct notification_of_log *notification, struct buffer *buffer)
{
	struct json auto_json *document = json_object_new();
	struct json *data = begin(document, type_of_log(notification), notification->time_ms);

	json_put_text(data, "site", notification->site);
	json_put_text(data, "log", notification->log);
	json_put_text(data, "reason", notification->reason);
	json_put_text(data, "text", notification->text);
	return json_print(document, buffer);
}

int notification_of_fleet_print(
    const struct notification_of_fleet *notification, struct buffer *buffer)
{
	struct json auto_json *document = json_object_new();
	struct json *data = begin(document,
	    notification->opened ? "authmedic.fleet.hindered" : "authmedic.fleet.hindered-ended",
	    notification->time_ms);

	json_put_text(data, "fleet", notification->fleet);
	json_put_text(data, "host", notification->host);
	json_put_text(data, "reason", notification->reason);
	json_put_text(data, "text", notification->text);
	return json_print(document, buffer);
}

int notification_of_state_print(
    const struct notification_of_state *notification, struct buffer *buffer)
{
	struct json auto_json *document = json_object_new();
	struct json *data = begin(document,
	    notification->opened ? "authmedic.state.unsaved" : "authmedic.state.unsaved-ended",
	    notification->time_ms);

	json_put_text(data, "host", notification->host);
	json_put_text(data, "reason", notification->reason);
	json_put_text(data, "text", notification->text);
	return json_print(document, buffer);
}

int notification_of_fallback_print(
    const struct notification_of_fallback *notification, struct buffer *buffer)
{
	struct json auto_json *document = json_object_new();
	struct json *data = begin(document,
	    notification->opened ? "authmedic.fallback.overdue"
				 : "authmedic.fallback.overdue-ended",
	    notification->time_ms);

	json_put_text(data, "host", notification->host);
	json_put_text(data, "site", notification->site);
	json_put_text(data, "remedy", notification->remedy);
	json_put_text(data, "reason", notification->reason);
	json_put_time(data, "until", notification->until_ms);
	json_put_text(data, "text", notification->text);
	json_put_text(data, "advice", notification->advice);
	return json_print(document, buffer);
}

int notification_print(const struct notification *notification, struct buffer *buffer)
{
	struct json auto_json *document = json_object_new();
	struct json *data;
	char type[64];

	snprintf(type, sizeof(type), "authmedic.incident.%s", notification->kind);
	data = begin(document, type, notification->time_ms);
	json_put_text(data, "site", notification->site);
	json_put_text(data, "incident", notification->incident);
	json_put_text(data, "state", notification->state);
	json_put_text(data, "text", notification->text);
	json_put_text(data, "reason", notification->reason);
	json_put_text(data, "remedy", notification->remedy);
	put_diagnosis(data, notification->diagnosis);
	put_evidence(data, notification->facts);
	return json_print(document, buffer);
}
