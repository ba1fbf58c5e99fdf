#include "state/store_private.h"

#include <errno.h>

static void bind_log(struct query *query, struct store_log log)
{
	query_bind_text(query, log.site);
	query_bind_text(query, log.pattern);
}

int store_put_log(struct store *store, struct store_log log, const struct intake_totals *totals,
    struct view parser_header)
{
	struct query query;

	query_start(&query, store->database,
	    "INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	    " ON CONFLICT DO UPDATE SET bytes = ?3, lines = ?4, rotations = ?5, truncations = ?6,"
	    " lost_bytes = ?7, overlong_lines = ?8, parser_header = ?9");
	bind_log(&query, log);
	query_bind_int(&query, (int64_t)totals->bytes);
	query_bind_int(&query, (int64_t)totals->lines);
	query_bind_int(&query, (int64_t)totals->rotations);
	query_bind_int(&query, (int64_t)totals->truncations);
	query_bind_int(&query, (int64_t)totals->lost_bytes);
	query_bind_int(&query, (int64_t)totals->overlong_lines);
	query_bind_bytes(&query, parser_header);
	return query_run(&query, NULL);
}

int store_get_log(struct store *store, struct store_log log, struct intake_totals *ret_totals,
    struct buffer *ret_parser_header)
{
	struct intake_totals totals = {0};
	struct query query;
	bool found;
	int error;

	query_start(&query, store->database,
	    "SELECT bytes, lines, rotations, truncations, lost_bytes, overlong_lines,"
	    " parser_header FROM log WHERE site = ?1 AND pattern = ?2");
	bind_log(&query, log);
	found = query_next(&query);
	if (found) {
		totals.bytes = (uint64_t)query_int(&query, 0);
		totals.lines = (uint64_t)query_int(&query, 1);
		totals.rotations = (uint64_t)query_int(&query, 2);
		totals.truncations = (uint64_t)query_int(&query, 3);
		totals.lost_bytes = (uint64_t)query_int(&query, 4);
		totals.overlong_lines = (uint64_t)query_int(&query, 5);
		buffer_append(ret_parser_header, query_bytes(&query, 6));
	}
	error = query_end(&query);
	if (error == 0 && !found)
		return -ENOENT;
	if (error == 0)
		error = buffer_error(ret_parser_header);
	if (error == 0)
		*ret_totals = totals;
	return error;
}

int store_put_cursor(
    struct store *store, struct store_log log, size_t index, const struct intake_cursor *cursor)
{
	struct query query;

	query_start(&query, store->database,
	    "INSERT INTO cursor VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	    " ?14, ?15) ON CONFLICT DO UPDATE SET path = ?4, device = ?5, inode = ?6,"
	    " birth_ns = ?7, offset_bytes = ?8, size_bytes = ?9, marker_bytes = ?10,"
	    " marker_hash = ?11, head_bytes = ?12, head_hash = ?13, finished = ?14,"
	    " header = ?15");
	bind_log(&query, log);
	query_bind_int(&query, (int64_t)index);
	query_bind_bytes(&query, view_of_text(cursor->path));
	query_bind_int(&query, (int64_t)cursor->device);
	query_bind_int(&query, (int64_t)cursor->inode);
	query_bind_int(&query, cursor->birth_ns);
	query_bind_int(&query, cursor->offset_bytes);
	query_bind_int(&query, cursor->size_bytes);
	query_bind_int(&query, cursor->marker_bytes);
	query_bind_int(&query, (int64_t)cursor->marker_hash);
	query_bind_int(&query, cursor->head_bytes);
	query_bind_int(&query, (int64_t)cursor->head_hash);
	query_bind_int(&query, cursor->finished);
	query_bind_bytes(&query, cursor->header);
	return query_run(&query, NULL);
}

int store_drop_cursors(struct store *store, struct store_log log, size_t first_index)
{
	struct query query;

	query_start(&query, store->database,
	    "DELETE FROM cursor WHERE site = ?1 AND pattern = ?2 AND position >= ?3");
	bind_log(&query, log);
	query_bind_int(&query, (int64_t)first_index);
	return query_run(&query, NULL);
}

static void read_cursor(const struct query *query, struct intake_cursor *ret_cursor)
{
	struct view path = view_first(query_bytes(query, 0), sizeof(ret_cursor->path) - 1);

	*ret_cursor = (struct intake_cursor){
	    .device = (uint64_t)query_int(query, 1),
	    .inode = (uint64_t)query_int(query, 2),
	    .birth_ns = query_int(query, 3),
	    .offset_bytes = query_int(query, 4),
	    .size_bytes = query_int(query, 5),
	    .marker_bytes = (uint32_t)query_int(query, 6),
	    .marker_hash = (uint64_t)query_int(query, 7),
	    .head_bytes = (uint32_t)query_int(query, 8),
	    .head_hash = (uint64_t)query_int(query, 9),
	    .finished = query_int(query, 10) != 0,
	    .header = query_bytes(query, 11),
	};
	if (path.length > 0)
		memcpy(ret_cursor->path, path.data, path.length);
}

int store_each_cursor(
    struct store *store, struct store_log log, store_on_cursor *on_cursor, void *context)
{
	struct intake_cursor cursor;
	struct query query;
	int result = 0;
	int error;

	query_start(&query, store->database,
	    "SELECT path, device, inode, birth_ns, offset_bytes, size_bytes, marker_bytes,"
	    " marker_hash, head_bytes, head_hash, finished, header FROM cursor WHERE site = ?1"
	    " AND pattern = ?2 ORDER BY position");
	bind_log(&query, log);
	while (result == 0 && query_next(&query)) {
		read_cursor(&query, &cursor);
		result = on_cursor(context, &cursor);
	}
	error = query_end(&query);
	return result != 0 ? result : error;
}
