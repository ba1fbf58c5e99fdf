/* SQLite behind a small face; the only file that knows it. Beside -ENOMEM the errors are: -EIO,
 * -EROFS and -EACCES from the disk, -ENOSPC where it is full, -EBUSY where another process has the
 * database, -EBADMSG where the file is damaged or no database, -ENOENT where a row refers to one
 * that is not there, -EINVAL for a mistake of ours. */
#ifndef AUTHMEDIC_STATE_DATABASE_H
#define AUTHMEDIC_STATE_DATABASE_H

#include "base/buffer.h"

#define DATABASE_MAX_STATEMENTS 64
/* Beside the file lies its write-ahead log, under this ending; once all of it is in the file it is
 * cut to so many bytes, and never shorter. */
#define DATABASE_LOG_SUFFIX "-wal"
#define DATABASE_LOG_BYTES  8388608

struct database;
struct sqlite3_stmt;

/* Opens or makes the file, for us alone until it is closed, and checks its integrity. For that, SQL
 * has the function row_checksum(column, …): a table that keeps it in a column, and says so in a
 * CHECK, finds a changed bit in its rows. */
must_check int database_open(struct database **ret_database, const char *path);
void database_close(struct database **database);

/* Runs statements that take no values and return no rows. */
must_check int database_execute(struct database *database, const char *sql);

/* A transaction that ends early, because the disk is full for one, refuses all that still would go
 * into it, so that a part of it can never be committed. */
must_check int database_begin(struct database *database);
/* On failure nothing of it happened. */
must_check int database_commit(struct database *database);
void database_rollback(struct database *database);

/* One run of one statement: start, bind the values in order, take the rows, end. Errors stick and
 * come out of query_end(). The SQL is a literal, prepared once and kept; values and columns are
 * borrowed, the columns until the next row. A run inside another of the same literal is -EBUSY. */
struct query {
	struct database *database;
	struct sqlite3_stmt *statement;
	int bound_count;
	int error;
};

void query_start(struct query *query, struct database *database, const char *sql);
void query_bind_int(struct query *query, int64_t value);
void query_bind_text(struct query *query, const char *text);
void query_bind_bytes(struct query *query, struct view bytes);

/* True where there is a row. */
bool query_next(struct query *query);
int64_t query_int(const struct query *query, int column);
const char *query_text(const struct query *query, int column);
struct view query_bytes(const struct query *query, int column);

must_check int query_end(struct query *query);
/* For statements without rows: runs and ends. ret_changes (may be NULL): the rows it wrote. */
must_check int query_run(struct query *query, uint64_t *ret_changes);

#endif
