#include "state/database.h"

#include <errno.h>
#include <sqlite3.h>

#include "base/hash.h"

#define BUSY_TIMEOUT_MS 200 /* we run on the loop: no longer */

struct statement {
	const char *sql;
	sqlite3_stmt *statement;
};

struct database {
	sqlite3 *sqlite;
	bool in_transaction; /* as the caller believes */
	size_t statement_count;
	struct statement statements[DATABASE_MAX_STATEMENTS];
};

static int error_of(int code)
{
	if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
		return -ENOENT;
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_TOOBIG:
		return -E2BIG;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		return -EINVAL;
	default:
		return -EIO;
	}
}

int database_execute(struct database *database, const char *sql)
{
	return error_of(sqlite3_exec(database->sqlite, sql, NULL, NULL, NULL));
}

static int check_integrity(struct database *database)
{
	struct query query;
	bool fine;
	int error;

	/* The whole of it: a CHECK constraint is how a table knows its own rows again. */
	query_start(&query, database, "PRAGMA integrity_check(1)");
	fine = query_next(&query) && strcmp(query_text(&query, 0), "ok") == 0;
	error = query_end(&query);
	if (error == 0 && !fine)
		return -EBADMSG;
	return error;
}

static uint64_t checksum_value(uint64_t previous, sqlite3_value *value)
{
	int type = sqlite3_value_type(value);
	int64_t number = type == SQLITE_INTEGER ? sqlite3_value_int64(value) : type;
	struct view bytes = view_of((const char *)&number, sizeof(number));

	if (type == SQLITE_TEXT)
		bytes.data = (const char *)sqlite3_value_text(value);
	else if (type == SQLITE_BLOB)
		bytes.data = sqlite3_value_blob(value);
	if (type == SQLITE_TEXT || type == SQLITE_BLOB)
		bytes.length = (size_t)sqlite3_value_bytes(value);
	return hash_chain(previous, bytes.length > 0 ? bytes : VIEW(""));
}

/* row_checksum(value, …): a number that is another one where a bit of any value is. */
static void on_row_checksum(sqlite3_context *context, int count, sqlite3_value **values)
{
	uint64_t checksum = 0;

	for (int i = 0; i < count; i++)
		checksum = checksum_value(checksum, values[i]);
	sqlite3_result_int64(context, (sqlite3_int64)checksum);
}

static int make_functions(struct database *database)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

	return error_of(sqlite3_create_function(database->sqlite, "row_checksum", -1, flags, NULL,
	    on_row_checksum, NULL, NULL));
}

_Static_assert(DATABASE_LOG_BYTES == 8388608, "as journal_size_limit says");

/* The lock is taken by the first read and kept: a second daemon gets -EBUSY, a killed one's lock
 * goes with it. */
static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = NORMAL;"
			       "PRAGMA journal_size_limit = 8388608;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;";

int database_open(struct database **ret_database, const char *path)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	struct database *database = calloc(1, sizeof(*database));
	int error;

	if (database == NULL)
		return -ENOMEM;
	error = error_of(sqlite3_open_v2(path, &database->sqlite, flags, NULL));
	if (error < 0)
		goto fail;
	sqlite3_extended_result_codes(database->sqlite, 1);
	sqlite3_busy_timeout(database->sqlite, BUSY_TIMEOUT_MS);
	sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	error = make_functions(database);
	if (error == 0)
		error = database_execute(database, settings);
	if (error == 0)
		error = check_integrity(database);
	if (error == -EINVAL)
		error = -EBADMSG; /* our SQL is right, so the tables that it meets are not */
	if (error < 0)
		goto fail;
	*ret_database = database;
	return 0;
fail:
	database_close(&database);
	return error;
}

void database_close(struct database **database)
{
	if (*database == NULL)
		return;
	for (size_t i = 0; i < (*database)->statement_count; i++)
		sqlite3_finalize((*database)->statements[i].statement);
	sqlite3_close((*database)->sqlite);
	free(*database);
	*database = NULL;
}

int database_begin(struct database *database)
{
	int error = database_execute(database, "BEGIN IMMEDIATE");

	if (error == 0)
		database->in_transaction = true;
	return error;
}

/* Whether SQLite has rolled back by itself what the caller believes to be open. */
static bool transaction_lost(const struct database *database)
{
	return database->in_transaction && sqlite3_get_autocommit(database->sqlite);
}

int database_commit(struct database *database)
{
	int error;

	if (!database->in_transaction)
		return -EINVAL;
	error = transaction_lost(database) ? -EIO : database_execute(database, "COMMIT");
	if (error < 0)
		database_rollback(database);
	database->in_transaction = false;
	return error;
}

void database_rollback(struct database *database)
{
	/* It can only fail where SQLite has rolled back before us. */
	if (!sqlite3_get_autocommit(database->sqlite))
		sqlite3_exec(database->sqlite, "ROLLBACK", NULL, NULL, NULL);
	database->in_transaction = false;
}

/* The kept statement of this literal; its address is its name. */
static int find_statement(struct database *database, const char *sql, sqlite3_stmt **ret_statement)
{
	struct statement *end = database->statements + database->statement_count;
	int error;

	for (struct statement *kept = database->statements; kept < end; kept++) {
		if (kept->sql == sql) {
			*ret_statement = kept->statement;
			return sqlite3_stmt_busy(kept->statement) ? -EBUSY : 0;
		}
	}
	if (database->statement_count == DATABASE_MAX_STATEMENTS)
		return -EINVAL;
	error = error_of(sqlite3_prepare_v3(
	    database->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &end->statement, NULL));
	if (error < 0)
		return error;
	end->sql = sql;
	database->statement_count++;
	*ret_statement = end->statement;
	return 0;
}

void query_start(struct query *query, struct database *database, const char *sql)
{
	*query = (struct query){.database = database};
	query->error =
	    transaction_lost(database) ? -EIO : find_statement(database, sql, &query->statement);
	if (query->error < 0)
		query->statement = NULL;
}

static void note(struct query *query, int code)
{
	if (query->error == 0)
		query->error = error_of(code);
}

void query_bind_int(struct query *query, int64_t value)
{
	if (query->error == 0)
		note(query, sqlite3_bind_int64(query->statement, ++query->bound_count, value));
}

void query_bind_text(struct query *query, const char *text)
{
	if (query->error == 0)
		note(query, sqlite3_bind_text(query->statement, ++query->bound_count,
				text != NULL ? text : "", -1, SQLITE_STATIC));
}

void query_bind_bytes(struct query *query, struct view bytes)
{
	/* SQLite takes NULL bytes for the NULL value. */
	if (query->error == 0)
		note(query, sqlite3_bind_blob64(query->statement, ++query->bound_count,
				bytes.length > 0 ? bytes.data : "", bytes.length, SQLITE_STATIC));
}

bool query_next(struct query *query)
{
	int code;

	if (query->error < 0)
		return false;
	code = sqlite3_step(query->statement);
	note(query, code);
	return code == SQLITE_ROW;
}

int64_t query_int(const struct query *query, int column)
{
	return sqlite3_column_int64(query->statement, column);
}

const char *query_text(const struct query *query, int column)
{
	const char *text = (const char *)sqlite3_column_text(query->statement, column);

	return text != NULL ? text : "";
}

struct view query_bytes(const struct query *query, int column)
{
	const char *data = sqlite3_column_blob(query->statement, column);

	return view_of(data, (size_t)sqlite3_column_bytes(query->statement, column));
}

int query_end(struct query *query)
{
	if (query->statement != NULL) {
		sqlite3_reset(query->statement);
		sqlite3_clear_bindings(query->statement);
		query->statement = NULL;
	}
	return query->error;
}

int query_run(struct query *query, uint64_t *ret_changes)
{
	int error;

	while (query_next(query))
		continue;
	error = query_end(query);
	if (error == 0 && ret_changes != NULL)
		*ret_changes = (uint64_t)sqlite3_changes(query->database->sqlite);
	return error;
}
