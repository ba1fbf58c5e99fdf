#include "state/store_private.h"

#include <errno.h>

int store_put_row(struct store *store, const char *site, struct view key, struct view value)
{
	struct query query;

	if (value.length > 0)
		query_start(&query, store->database,
		    "INSERT INTO detector VALUES (?1, ?2, ?3)"
		    " ON CONFLICT DO UPDATE SET value = ?3");
	else
		query_start(
		    &query, store->database, "DELETE FROM detector WHERE site = ?1 AND key = ?2");
	query_bind_text(&query, site);
	query_bind_bytes(&query, key);
	if (value.length > 0)
		query_bind_bytes(&query, value);
	return query_run(&query, NULL);
}

int store_each_row(struct store *store, const char *site, store_on_row *on_row, void *context)
{
	struct query query;
	int result = 0;
	int error;

	query_start(&query, store->database,
	    "SELECT key, value FROM detector WHERE site = ?1 ORDER BY key");
	query_bind_text(&query, site);
	while (result == 0 && query_next(&query))
		result = on_row(context, query_bytes(&query, 0), query_bytes(&query, 1));
	error = query_end(&query);
	return result != 0 ? result : error;
}

int store_put_value(struct store *store, const char *site, const char *name, struct view value)
{
	struct query query;

	query_start(&query, store->database,
	    "INSERT INTO value VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = ?3");
	query_bind_text(&query, site);
	query_bind_text(&query, name);
	query_bind_bytes(&query, value);
	return query_run(&query, NULL);
}

int store_get_value(
    struct store *store, const char *site, const char *name, struct buffer *ret_value)
{
	struct query query;
	bool found;
	int error;

	query_start(
	    &query, store->database, "SELECT value FROM value WHERE site = ?1 AND name = ?2");
	query_bind_text(&query, site);
	query_bind_text(&query, name);
	found = query_next(&query);
	if (found)
		buffer_append(ret_value, query_bytes(&query, 0));
	error = query_end(&query);
	if (error == 0 && !found)
		return -ENOENT;
	return error < 0 ? error : buffer_error(ret_value);
}

int store_each_value(
    struct store *store, const char *name, store_on_value *on_value, void *context)
{
	struct query query;
	int result = 0;
	int error;

	query_start(
	    &query, store->database, "SELECT site, value FROM value WHERE name = ?1 ORDER BY site");
	query_bind_text(&query, name);
	while (result == 0 && query_next(&query))
		result = on_value(context, query_text(&query, 0), query_bytes(&query, 1));
	error = query_end(&query);
	return result != 0 ? result : error;
}
