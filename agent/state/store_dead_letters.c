#include "state/store_private.h"

#include <errno.h>

#define COPY_MESSAGES \
	"INSERT OR REPLACE INTO dead_letter" \
	" (target, message_id, body, created_ms, given_up_ms, attempts, status, reason)" \
	" SELECT target, message_id, body, created_ms, ?2, attempts, ?3, ?4 FROM outbox"

/* With the message's id, or the target, bound. */
static int copy(
    struct query *query, const struct store_dead_letter *letter, uint64_t *ret_changes)
{
	query_bind_int(query, letter->given_up_ms);
	query_bind_int(query, letter->status);
	query_bind_text(query, letter->reason);
	return query_run(query, ret_changes);
}

static int copy_message(struct store *store, int64_t id, const struct store_dead_letter *letter)
{
	struct query query;
	uint64_t changes = 0;
	int error;

	query_start(&query, store->database, COPY_MESSAGES " WHERE id = ?1");
	query_bind_int(&query, id);
	error = copy(&query, letter, &changes);
	return error == 0 && changes == 0 ? -ENOENT : error;
}

/* Of whichever target has the most, so that none pushes out another's. */
static int drop_oldest(struct store *store, uint64_t *ret_dropped)
{
	struct query query;

	query_start(&query, store->database,
	    "DELETE FROM dead_letter WHERE id IN (SELECT id FROM"
	    " (SELECT id, row_number() OVER (PARTITION BY target ORDER BY id DESC) AS place"
	    " FROM dead_letter) ORDER BY place, id DESC LIMIT -1 OFFSET ?1)");
	query_bind_int(&query, STORE_MAX_DEAD_LETTERS);
	return query_run(&query, ret_dropped);
}

int store_bury_message(struct store *store, int64_t id, const struct store_dead_letter *letter,
    uint64_t *ret_dropped)
{
	int error = store_begin(store);

	if (error < 0)
		return error;
	error = copy_message(store, id, letter);
	if (error == 0)
		error = store_delete_message(store, id);
	if (error == 0)
		error = drop_oldest(store, ret_dropped);
	if (error == 0)
		return store_commit(store);
	store_rollback(store);
	return error;
}

static int copy_all(
    struct store *store, const char *target, const struct store_dead_letter *letter)
{
	struct query query;

	query_start(&query, store->database, COPY_MESSAGES " WHERE target = ?1 ORDER BY id");
	query_bind_text(&query, target);
	return copy(&query, letter, NULL);
}

static int delete_all(struct store *store, const char *target, uint64_t *ret_count)
{
	struct query query;

	query_start(&query, store->database, "DELETE FROM outbox WHERE target = ?1");
	query_bind_text(&query, target);
	return query_run(&query, ret_count);
}

int store_bury_messages(struct store *store, const char *target,
    const struct store_dead_letter *letter, uint64_t *ret_count)
{
	uint64_t dropped = 0;
	int error = copy_all(store, target, letter);

	if (error == 0)
		error = delete_all(store, target, ret_count);
	return error < 0 ? error : drop_oldest(store, &dropped);
}

int store_each_dead_letter(struct store *store, store_on_dead_letter *on_letter, void *context)
{
	struct query query;
	int result = 0;
	int error;

	query_start(&query, store->database,
	    "SELECT id, target, message_id, body, created_ms, attempts, given_up_ms, status, reason"
	    " FROM dead_letter ORDER BY id");
	while (result == 0 && query_next(&query)) {
		const struct store_dead_letter letter = {
		    .message = {.id = query_int(&query, 0),
			.target = query_text(&query, 1),
			.message_id = query_text(&query, 2),
			.body = query_bytes(&query, 3),
			.created_ms = query_int(&query, 4),
			.attempts = query_int(&query, 5)},
		    .given_up_ms = query_int(&query, 6),
		    .status = (int)query_int(&query, 7),
		    .reason = query_text(&query, 8)};

		result = on_letter(context, &letter);
	}
	error = query_end(&query);
	return result != 0 ? result : error;
}

int store_count_dead_letters(struct store *store, const char *target, uint64_t *ret_count)
{
	uint64_t count = 0;
	struct query query;
	int error;

	query_start(
	    &query, store->database, "SELECT count(*) FROM dead_letter WHERE target = ?1");
	query_bind_text(&query, target);
	if (query_next(&query))
		count = (uint64_t)query_int(&query, 0);
	error = query_end(&query);
	if (error == 0)
		*ret_count = count;
	return error;
}

static int copy_dead_letters(
    struct store *store, const char *target, int64_t now_ms, uint64_t *ret_count)
{
	struct query query;

	query_start(&query, store->database,
	    "INSERT OR IGNORE INTO outbox (target, message_id, body, created_ms, due_ms, attempts)"
	    " SELECT target, message_id, body, ?2, ?2, 0 FROM dead_letter WHERE target = ?1"
	    " ORDER BY id LIMIT max(0, ?3 - (SELECT count(*) FROM outbox),"
	    " ?4 - (SELECT count(*) FROM outbox WHERE target = ?1))");
	query_bind_text(&query, target);
	query_bind_int(&query, now_ms);
	query_bind_int(&query, STORE_MAX_OUTBOX);
	query_bind_int(&query, STORE_OUTBOX_SHARE);
	return query_run(&query, ret_count);
}

static int delete_copied(struct store *store, const char *target)
{
	struct query query;

	query_start(&query, store->database,
	    "DELETE FROM dead_letter WHERE target = ?1 AND message_id IN"
	    " (SELECT message_id FROM outbox WHERE target = ?1)");
	query_bind_text(&query, target);
	return query_run(&query, NULL);
}

int store_revive_dead_letters(
    struct store *store, const char *target, int64_t now_ms, uint64_t *ret_count)
{
	int error = store_begin(store);

	if (error < 0)
		return error;
	error = copy_dead_letters(store, target, now_ms, ret_count);
	if (error == 0)
		error = delete_copied(store, target);
	if (error == 0)
		return store_commit(store);
	store_rollback(store);
	return error;
}
