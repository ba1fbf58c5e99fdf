#include "state/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEMA_VERSION 2
#define APPLICATION_ID 0x61756d64 /* "aumd" */
#define MAX_SET_ASIDE  16	  /* then the last of them is overwritten */
#define MAX_PATH_BYTES 4096
#define HEADER_BYTES   100 /* at the start of every SQLite database */

/* Numbers that are unsigned in C are kept as the same 64 bits. */
static const char schema[] =
    "CREATE TABLE log (site TEXT, pattern TEXT, bytes INTEGER, lines INTEGER, rotations INTEGER,"
    " truncations INTEGER, lost_bytes INTEGER, overlong_lines INTEGER, parser_header BLOB,"
    " PRIMARY KEY (site, pattern)) WITHOUT ROWID;"
    "CREATE TABLE cursor (site TEXT, pattern TEXT, position INTEGER, path BLOB, device INTEGER,"
    " inode INTEGER, birth_ns INTEGER, offset_bytes INTEGER, size_bytes INTEGER,"
    " marker_bytes INTEGER, marker_hash INTEGER, head_bytes INTEGER, head_hash INTEGER,"
    " finished INTEGER,"
    " PRIMARY KEY (site, pattern, position),"
    " FOREIGN KEY (site, pattern) REFERENCES log ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE TABLE detector (site TEXT, key BLOB, value BLOB, PRIMARY KEY (site, key))"
    " WITHOUT ROWID;"
    "CREATE TABLE value (site TEXT, name TEXT, value BLOB, PRIMARY KEY (site, name))"
    " WITHOUT ROWID;"
    "CREATE TABLE incident (id TEXT PRIMARY KEY, site TEXT, diagnosis TEXT, state TEXT,"
    " opened_ms INTEGER, changed_ms INTEGER, closed_ms INTEGER, evidence BLOB, progress BLOB)"
    " WITHOUT ROWID;"
    "CREATE INDEX incident_by_time ON incident (opened_ms, id);"
    "CREATE INDEX incident_by_site ON incident (site, opened_ms, id);"
    "CREATE TABLE event (incident TEXT REFERENCES incident ON DELETE CASCADE, position INTEGER,"
    " time_ms INTEGER, kind TEXT, text TEXT, data BLOB, PRIMARY KEY (incident, position))"
    " WITHOUT ROWID;"
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT, message_id TEXT,"
    " body BLOB, created_ms INTEGER, due_ms INTEGER, attempts INTEGER,"
    " UNIQUE (target, message_id));"
    "CREATE INDEX outbox_by_target ON outbox (target, id);";

static int read_number(struct database *database, const char *sql, int64_t *ret_number)
{
	struct query query;
	int64_t number = 0;

	query_start(&query, database, sql);
	if (query_next(&query))
		number = query_int(&query, 0);
	if (query_end(&query) < 0)
		return query.error;
	*ret_number = number;
	return 0;
}

static int make_schema(struct database *database)
{
	char pragmas[96];
	int error = database_begin(database);

	if (error < 0)
		return error;
	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    APPLICATION_ID, SCHEMA_VERSION);
	error = database_execute(database, schema);
	if (error == 0)
		error = database_execute(database, pragmas);
	if (error < 0) {
		database_rollback(database);
		return error;
	}
	return database_commit(database);
}

/* -EBADMSG where the database is not ours, or of a version that we do not know. */
static int check_schema(struct database *database)
{
	int64_t application_id = 0;
	int64_t version = 0;
	int64_t tables = 0;
	int error = read_number(database, "PRAGMA application_id", &application_id);

	if (error == 0)
		error = read_number(database, "PRAGMA user_version", &version);
	if (error == 0)
		error = read_number(database, "SELECT count(*) FROM sqlite_schema", &tables);
	if (error < 0)
		return error;
	if (tables == 0 && version == 0 && application_id == 0)
		return make_schema(database);
	return application_id == APPLICATION_ID && version == SCHEMA_VERSION ? 0 : -EBADMSG;
}

static int open_database(struct database **ret_database, const char *path)
{
	struct database *database = NULL;
	int error = database_open(&database, path);

	if (error < 0)
		return error;
	error = check_schema(database);
	if (error < 0) {
		database_close(&database);
		return error;
	}
	*ret_database = database;
	return 0;
}

/* Makes the file, or takes the rights of others to it away; SQLite gives its log the same mode. An
 * old file without even a header has lost what it held, and SQLite would call it new. */
static int prepare_file(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool fresh = file >= 0;
	struct stat status;
	int error = 0;

	if (!fresh && errno == EEXIST)
		file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file < 0)
		return -errno;
	if (fstat(file, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	else if ((status.st_mode & 0777) != 0600 && fchmod(file, 0600) < 0)
		error = -errno;
	else if (!fresh && status.st_size < HEADER_BYTES)
		error = -EBADMSG;
	close(file);
	return error;
}

/* The write-ahead log goes along: it holds what was not in the file yet, and must never be played
 * into a fresh one. The file itself goes last, so that a crash in between is made good by the next
 * start. */
static const char *const suffixes[] = {"-wal", "-shm", "-journal", ""};

static int rename_beside(const char *path, const char *aside, const char *suffix)
{
	char from[MAX_PATH_BYTES];
	char to[MAX_PATH_BYTES];

	snprintf(from, sizeof(from), "%s%s", path, suffix);
	snprintf(to, sizeof(to), "%s%s", aside, suffix);
	unlink(to);
	if (rename(from, to) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

static int set_aside(const char *path, char **ret_aside)
{
	char aside[MAX_PATH_BYTES - 32];
	int error = 0;

	for (int number = 1; number <= MAX_SET_ASIDE; number++) {
		snprintf(aside, sizeof(aside), "%s.set-aside-%d", path, number);
		if (access(aside, F_OK) < 0 && errno == ENOENT)
			break;
	}
	for (size_t i = 0; i < count_of(suffixes) && error == 0; i++)
		error = rename_beside(path, aside, suffixes[i]);
	if (error < 0)
		return error;
	*ret_aside = strdup(aside);
	return *ret_aside != NULL ? 0 : -ENOMEM;
}

int store_open(struct store **ret_store, const char *directory, char **ret_set_aside)
{
	struct store *store = calloc(1, sizeof(*store));
	char *auto_free aside = NULL;
	char path[MAX_PATH_BYTES - 64]; /* leaves room for the names beside it */
	int length = snprintf(path, sizeof(path), "%s/authmedic.db", directory);
	int error;

	if (store == NULL)
		return -ENOMEM;
	error = length < (int)sizeof(path) ? prepare_file(path) : -ENAMETOOLONG;
	if (error == 0)
		error = open_database(&store->database, path);
	if (error == -EBADMSG) {
		error = set_aside(path, &aside);
		if (error == 0)
			error = prepare_file(path);
		if (error == 0)
			error = open_database(&store->database, path);
	}
	if (error < 0) {
		store_close(&store);
		return error;
	}
	*ret_store = store;
	*ret_set_aside = take_pointer(aside);
	return 0;
}

void store_close(struct store **store)
{
	if (*store == NULL)
		return;
	database_close(&(*store)->database);
	free(*store);
	*store = NULL;
}

int store_begin(struct store *store)
{
	return database_begin(store->database);
}

int store_commit(struct store *store)
{
	return database_commit(store->database);
}

void store_rollback(struct store *store)
{
	database_rollback(store->database);
}
