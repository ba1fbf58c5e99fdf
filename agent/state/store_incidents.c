#include "state/store_private.h"

#include <errno.h>

/* A full timeline keeps its beginning and its end; this position, half-way, then says how many
 * entries between them were left out. */
#define OMITTED_POSITION (STORE_MAX_TIMELINE / 2 - 1)

static void bind_incident(struct query *query, const struct store_incident *incident)
{
	query_bind_text(query, incident->id);
	query_bind_text(query, incident->site);
	query_bind_text(query, incident->diagnosis);
	query_bind_text(query, incident->state);
	query_bind_int(query, incident->opened_ms);
	query_bind_int(query, incident->changed_ms);
	query_bind_int(query, incident->closed_ms);
	query_bind_bytes(query, incident->evidence);
	query_bind_bytes(query, incident->progress);
}

/* The oldest resolved ones of the site make room for one more. */
static int make_room(struct store *store, const char *site)
{
	struct query query;

	query_start(&query, store->database,
	    "DELETE FROM incident WHERE id IN (SELECT id FROM incident"
	    " WHERE site = ?1 AND closed_ms >= 0 ORDER BY opened_ms, id"
	    " LIMIT max(0, (SELECT count(*) FROM incident WHERE site = ?1) + 1 - ?2))");
	query_bind_text(&query, site);
	query_bind_int(&query, STORE_MAX_INCIDENTS);
	return query_run(&query, NULL);
}

int store_put_incident(struct store *store, const struct store_incident *incident)
{
	uint64_t changes = 0;
	struct query query;
	int error;

	query_start(&query, store->database,
	    "UPDATE incident SET site = ?2, diagnosis = ?3, state = ?4, opened_ms = ?5,"
	    " changed_ms = ?6, closed_ms = ?7,"
	    " evidence = CASE WHEN length(?8) > 0 THEN ?8 ELSE evidence END,"
	    " progress = ?9 WHERE id = ?1");
	bind_incident(&query, incident);
	error = query_run(&query, &changes);
	if (error < 0 || changes > 0)
		return error;
	error = make_room(store, incident->site);
	if (error < 0)
		return error;
	query_start(&query, store->database,
	    "INSERT INTO incident SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"
	    " WHERE (SELECT count(*) FROM incident WHERE site = ?2) < ?10");
	bind_incident(&query, incident);
	query_bind_int(&query, STORE_MAX_INCIDENTS);
	error = query_run(&query, &changes);
	return error == 0 && changes == 0 ? -ENOSPC : error;
}

static void read_incident(const struct query *query, struct store_incident *ret_incident)
{
	*ret_incident = (struct store_incident){
	    .id = query_text(query, 0),
	    .site = query_text(query, 1),
	    .diagnosis = query_text(query, 2),
	    .state = query_text(query, 3),
	    .opened_ms = query_int(query, 4),
	    .changed_ms = query_int(query, 5),
	    .closed_ms = query_int(query, 6),
	    .evidence = query_bytes(query, 7),
	    .progress = query_bytes(query, 8),
	};
}

int store_each_incident(struct store *store, struct store_selection selection,
    store_on_incident *on_incident, void *context)
{
	struct store_incident incident;
	struct query query;
	int result = 0;
	int error;

	query_start(&query, store->database,
	    "SELECT * FROM incident WHERE closed_ms < 0 OR NOT ?1"
	    " ORDER BY opened_ms DESC, id DESC LIMIT ?2");
	query_bind_int(&query, selection.open_only);
	query_bind_int(&query, selection.limit < INT64_MAX ? (int64_t)selection.limit : INT64_MAX);
	while (result == 0 && query_next(&query)) {
		read_incident(&query, &incident);
		result = on_incident(context, &incident);
	}
	error = query_end(&query);
	return result != 0 ? result : error;
}

int store_get_incident(
    struct store *store, const char *id, store_on_incident *on_incident, void *context)
{
	struct store_incident incident;
	struct query query;
	int result = -ENOENT;
	int error;

	query_start(&query, store->database, "SELECT * FROM incident WHERE id = ?1");
	query_bind_text(&query, id);
	if (query_next(&query)) {
		read_incident(&query, &incident);
		result = on_incident(context, &incident);
	}
	error = query_end(&query);
	return error < 0 ? error : result;
}

struct timeline {
	int64_t count, next_position;
};

static int measure_timeline(struct store *store, const char *id, struct timeline *ret_timeline)
{
	struct timeline timeline = {0, 0};
	struct query query;
	int error;

	query_start(&query, store->database,
	    "SELECT count(*), ifnull(max(position) + 1, 0) FROM event WHERE incident = ?1");
	query_bind_text(&query, id);
	if (query_next(&query)) {
		timeline.count = query_int(&query, 0);
		timeline.next_position = query_int(&query, 1);
	}
	error = query_end(&query);
	if (error == 0)
		*ret_timeline = timeline;
	return error;
}

struct event_place {
	const char *incident;
	int64_t position;
};

static int put_event(struct store *store, struct event_place place, const struct store_event *event)
{
	struct query query;

	query_start(&query, store->database,
	    "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
	    " ON CONFLICT DO UPDATE SET kind = ?4, text = ?5, data = ?6");
	query_bind_text(&query, place.incident);
	query_bind_int(&query, place.position);
	query_bind_int(&query, event->time_ms);
	query_bind_text(&query, event->kind);
	query_bind_text(&query, event->text);
	query_bind_bytes(&query, event->data);
	return query_run(&query, NULL);
}

static int drop_after_beginning(struct store *store, const char *id)
{
	struct query query;

	query_start(&query, store->database,
	    "DELETE FROM event WHERE incident = ?1 AND position = (SELECT min(position)"
	    " FROM event WHERE incident = ?1 AND position > ?2)");
	query_bind_text(&query, id);
	query_bind_int(&query, OMITTED_POSITION);
	return query_run(&query, NULL);
}

int store_add_event(struct store *store, const char *incident_id, const struct store_event *event)
{
	struct timeline timeline = {0, 0};
	struct store_event omitted = {.time_ms = event->time_ms, .kind = "omitted"};
	char text[64];
	int error = measure_timeline(store, incident_id, &timeline);

	if (error < 0)
		return error;
	if (timeline.count >= STORE_MAX_TIMELINE) {
		snprintf(text, sizeof(text), "%lld entries were left out here",
		    (long long)(timeline.next_position + 1 - (STORE_MAX_TIMELINE - 1)));
		omitted.text = text;
		error =
		    put_event(store, (struct event_place){incident_id, OMITTED_POSITION}, &omitted);
		if (error == 0)
			error = drop_after_beginning(store, incident_id);
	}
	if (error < 0)
		return error;
	return put_event(store, (struct event_place){incident_id, timeline.next_position}, event);
}

int store_each_event(
    struct store *store, const char *incident_id, store_on_event *on_event, void *context)
{
	struct store_event event;
	struct query query;
	int result = 0;
	int error;

	query_start(&query, store->database,
	    "SELECT time_ms, kind, text, data FROM event WHERE incident = ?1 ORDER BY position");
	query_bind_text(&query, incident_id);
	while (result == 0 && query_next(&query)) {
		event = (struct store_event){.time_ms = query_int(&query, 0),
		    .kind = query_text(&query, 1),
		    .text = query_text(&query, 2),
		    .data = query_bytes(&query, 3)};
		result = on_event(context, &event);
	}
	error = query_end(&query);
	return result != 0 ? result : error;
}
