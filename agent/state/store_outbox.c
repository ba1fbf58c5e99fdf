#include "state/store_private.h"

#include <errno.h>

int store_find_message(
    struct store *store, const char *target, const char *message_id, int64_t *ret_id)
{
	struct query query;
	int64_t id = 0;
	bool has;
	int error;

	query_start(&query, store->database,
	    "SELECT id FROM outbox WHERE target = ?1 AND message_id = ?2");
	query_bind_text(&query, target);
	query_bind_text(&query, message_id);
	has = query_next(&query);
	if (has)
		id = query_int(&query, 0);
	error = query_end(&query);
	if (error == 0 && has)
		*ret_id = id;
	return error == 0 && !has ? -ENOENT : error;
}

int store_put_message(struct store *store, const struct store_message *message)
{
	uint64_t changes = 0;
	int64_t id = 0;
	struct query query;
	int error = store_find_message(store, message->target, message->message_id, &id);

	if (error != -ENOENT)
		return error;
	query_start(&query, store->database,
	    "INSERT INTO outbox (target, message_id, body, created_ms, due_ms, attempts)"
	    " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM outbox) < ?7"
	    " OR (SELECT count(*) FROM outbox WHERE target = ?1) < ?8");
	query_bind_text(&query, message->target);
	query_bind_text(&query, message->message_id);
	query_bind_bytes(&query, message->body);
	query_bind_int(&query, message->created_ms);
	query_bind_int(&query, message->due_ms);
	query_bind_int(&query, message->attempts);
	query_bind_int(&query, STORE_MAX_OUTBOX);
	query_bind_int(&query, STORE_OUTBOX_SHARE);
	error = query_run(&query, &changes);
	return error == 0 && changes == 0 ? -ENOSPC : error;
}

static struct store_message message_of(const struct query *query)
{
	return (struct store_message){.id = query_int(query, 0),
	    .target = query_text(query, 1),
	    .message_id = query_text(query, 2),
	    .body = query_bytes(query, 3),
	    .created_ms = query_int(query, 4),
	    .due_ms = query_int(query, 5),
	    .attempts = query_int(query, 6)};
}

static int walk(struct query *query, store_on_message *on_message, void *context)
{
	int result = 0;
	int error;

	while (result == 0 && query_next(query)) {
		const struct store_message message = message_of(query);

		result = on_message(context, &message);
	}
	error = query_end(query);
	return result != 0 ? result : error;
}

int store_each_message(
    struct store *store, const char *target, store_on_message *on_message, void *context)
{
	struct query query;

	query_start(&query, store->database,
	    "SELECT id, target, message_id, body, created_ms, due_ms, attempts FROM outbox"
	    " WHERE target = ?1 ORDER BY id");
	query_bind_text(&query, target);
	return walk(&query, on_message, context);
}

int store_each_target(struct store *store, store_on_target *on_target, void *context)
{
	struct query query;
	int result = 0;
	int error;

	query_start(&query, store->database, "SELECT target FROM outbox GROUP BY target");
	while (result == 0 && query_next(&query))
		result = on_target(context, query_text(&query, 0));
	error = query_end(&query);
	return result != 0 ? result : error;
}

int store_each_due_message(
    struct store *store, int64_t now_ms, store_on_message *on_message, void *context)
{
	struct query query;

	query_start(&query, store->database,
	    "SELECT id, target, message_id, body, created_ms, due_ms, attempts FROM outbox"
	    " WHERE id IN (SELECT min(id) FROM outbox GROUP BY target)"
	    " AND (due_ms <= ?1 OR due_ms > ?1 + ?2) ORDER BY id");
	query_bind_int(&query, now_ms);
	query_bind_int(&query, STORE_LONGEST_DELAY_MS);
	return walk(&query, on_message, context);
}

/* Changes the one message of that id. */
static int change_message(struct query *query)
{
	uint64_t changes = 0;
	int error = query_run(query, &changes);

	return error == 0 && changes == 0 ? -ENOENT : error;
}

int store_delay_message(struct store *store, int64_t id, int64_t due_ms)
{
	struct query query;

	query_start(&query, store->database, "UPDATE outbox SET due_ms = ?2 WHERE id = ?1");
	query_bind_int(&query, id);
	query_bind_int(&query, due_ms);
	return change_message(&query);
}

int store_add_attempts(struct store *store, int64_t id, int64_t count)
{
	struct query query;

	query_start(
	    &query, store->database, "UPDATE outbox SET attempts = attempts + ?2 WHERE id = ?1");
	query_bind_int(&query, id);
	query_bind_int(&query, count);
	return change_message(&query);
}

int store_begin_attempt(struct store *store, int64_t id)
{
	return store_add_attempts(store, id, 1);
}

int store_shift_messages(struct store *store, int64_t by_ms, int64_t now_ms)
{
	struct query query;

	query_start(&query, store->database,
	    "UPDATE outbox SET"
	    " created_ms = min(created_ms"
	    " + CASE WHEN attempts > 0 THEN ?1 ELSE max(?1, 0) END, ?2),"
	    " due_ms = CASE WHEN attempts > 0 THEN due_ms + ?1"
	    " ELSE min(due_ms + max(?1, 0), ?2) END");
	query_bind_int(&query, by_ms);
	query_bind_int(&query, now_ms);
	return query_run(&query, NULL);
}

int store_delete_message(struct store *store, int64_t id)
{
	struct query query;

	query_start(&query, store->database, "DELETE FROM outbox WHERE id = ?1");
	query_bind_int(&query, id);
	return change_message(&query);
}

static int write_merged(struct store *store, int64_t id, const struct store_merger *merger)
{
	struct query query;

	query_start(&query, store->database,
	    "UPDATE outbox SET message_id = ?2, body = ?3 WHERE id = ?1");
	query_bind_int(&query, id);
	query_bind_text(&query, merger->message_id);
	query_bind_bytes(&query, merger->body);
	return change_message(&query);
}

int store_merge_messages(struct store *store, const struct store_merger *merger)
{
	int error = store_begin(store);

	if (error < 0)
		return error;
	error = write_merged(store, merger->ids[0], merger);
	for (size_t i = 1; error == 0 && i < merger->count; i++)
		error = store_delete_message(store, merger->ids[i]);
	if (error == 0)
		error = store_begin_attempt(store, merger->ids[0]);
	if (error == 0)
		return store_commit(store);
	store_rollback(store);
	return error;
}

int store_count_messages(struct store *store, const char *target, uint64_t *ret_count)
{
	uint64_t count = 0;
	struct query query;
	int error;

	query_start(&query, store->database, "SELECT count(*) FROM outbox WHERE target = ?1");
	query_bind_text(&query, target);
	if (query_next(&query))
		count = (uint64_t)query_int(&query, 0);
	error = query_end(&query);
	if (error == 0)
		*ret_count = count;
	return error;
}
