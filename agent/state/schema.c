#include "state/schema.h"

#include <errno.h>

#define SCHEMA_VERSION  4
#define APPLICATION_ID  0x61756d64 /* "aumd" */
#define MAX_COLUMNS     16
#define MAX_TABLE_BYTES 4096

struct table {
	const char *name;
	const char *columns[MAX_COLUMNS];
	const char *id; /* a column of SQLite's own making, or NULL */
	const char *constraints;
	const char *indexes[3];
};

/* Numbers that are unsigned in C are kept as the same 64 bits. */
static const struct table tables[] = {
    {.name = "log",
	.columns = {"site TEXT", "pattern TEXT", "bytes INTEGER", "lines INTEGER",
	    "rotations INTEGER", "truncations INTEGER", "lost_bytes INTEGER",
	    "overlong_lines INTEGER", "parser_header BLOB"},
	.constraints = "PRIMARY KEY (site, pattern)"},
    {.name = "cursor",
	.columns = {"site TEXT", "pattern TEXT", "position INTEGER", "path BLOB", "device INTEGER",
	    "inode INTEGER", "birth_ns INTEGER", "offset_bytes INTEGER", "size_bytes INTEGER",
	    "marker_bytes INTEGER", "marker_hash INTEGER", "head_bytes INTEGER",
	    "head_hash INTEGER", "finished INTEGER", "header BLOB"},
	.constraints = "PRIMARY KEY (site, pattern, position),"
		       " FOREIGN KEY (site, pattern) REFERENCES log ON DELETE CASCADE"},
    {.name = "detector",
	.columns = {"site TEXT", "key BLOB", "value BLOB"},
	.constraints = "PRIMARY KEY (site, key)"},
    {.name = "value",
	.columns = {"site TEXT", "name TEXT", "value BLOB"},
	.constraints = "PRIMARY KEY (site, name)"},
    {.name = "incident",
	.columns = {"id TEXT", "site TEXT", "diagnosis TEXT", "state TEXT", "opened_ms INTEGER",
	    "changed_ms INTEGER", "closed_ms INTEGER", "evidence BLOB", "progress BLOB"},
	.constraints = "PRIMARY KEY (id)",
	.indexes = {"incident_by_time ON incident (opened_ms, id)",
	    "incident_by_site ON incident (site, opened_ms, id)"}},
    {.name = "event",
	.columns = {"incident TEXT", "position INTEGER", "time_ms INTEGER", "kind TEXT",
	    "text TEXT", "data BLOB"},
	.constraints = "PRIMARY KEY (incident, position),"
		       " FOREIGN KEY (incident) REFERENCES incident ON DELETE CASCADE"},
    {.name = "outbox",
	.columns = {"target TEXT", "message_id TEXT", "body BLOB", "created_ms INTEGER",
	    "due_ms INTEGER", "attempts INTEGER"},
	.id = "id INTEGER PRIMARY KEY AUTOINCREMENT",
	.constraints = "UNIQUE (target, message_id)",
	.indexes = {"outbox_by_target ON outbox (target, id)"}},
};

/* The columns' names alone, as the checksum takes them. */
static void append_names(struct buffer *sql, const struct table *table)
{
	for (size_t i = 0; table->columns[i] != NULL; i++) {
		struct view column = view_of_text(table->columns[i]);
		struct view name;

		if (i > 0)
			buffer_append_text(sql, ", ");
		if (view_cut(&column, ' ', &name))
			buffer_append(sql, name);
	}
}

/* SQLite itself would not notice a changed bit within a value. */
static void append_table(struct buffer *sql, const struct table *table)
{
	buffer_append_format(sql, "CREATE TABLE %s (", table->name);
	if (table->id != NULL)
		buffer_append_format(sql, "%s, ", table->id);
	for (size_t i = 0; table->columns[i] != NULL; i++)
		buffer_append_format(sql, "%s, ", table->columns[i]);
	buffer_append_text(sql, "checksum INTEGER AS (row_checksum(");
	append_names(sql, table);
	buffer_append_text(sql, ")) STORED CHECK (checksum = row_checksum(");
	append_names(sql, table);
	buffer_append_format(sql, ")), %s)%s;", table->constraints,
	    table->id != NULL ? "" : " WITHOUT ROWID");
	for (size_t i = 0; table->indexes[i] != NULL; i++)
		buffer_append_format(sql, "CREATE INDEX %s;", table->indexes[i]);
}

static int make_table(struct database *database, const struct table *table)
{
	struct buffer auto_buffer sql;

	buffer_init(&sql, MAX_TABLE_BYTES);
	append_table(&sql, table);
	if (buffer_error(&sql) < 0)
		return buffer_error(&sql);
	return database_execute(database, buffer_text(&sql));
}

static int make_tables(struct database *database)
{
	char pragmas[96];
	int error = database_begin(database);

	if (error < 0)
		return error;
	for (size_t i = 0; error == 0 && i < count_of(tables); i++)
		error = make_table(database, &tables[i]);
	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    APPLICATION_ID, SCHEMA_VERSION);
	if (error == 0)
		error = database_execute(database, pragmas);
	if (error < 0) {
		database_rollback(database);
		return error;
	}
	return database_commit(database);
}

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

static int read_tables(struct database *database, struct buffer *ret_sql)
{
	struct query query;

	query_start(&query, database,
	    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
	    " ORDER BY rowid");
	while (query_next(&query)) {
		buffer_append(ret_sql, query_bytes(&query, 0));
		buffer_append_byte(ret_sql, ';');
	}
	return query_end(&query);
}

/* A bit that changed in what the tables are said to be would fail each query, or change what it
 * means. */
static int check_tables(struct database *database)
{
	struct buffer auto_buffer expected;
	struct buffer auto_buffer found;
	int error;

	buffer_init(&expected, count_of(tables) * MAX_TABLE_BYTES);
	buffer_init(&found, count_of(tables) * MAX_TABLE_BYTES);
	for (size_t i = 0; i < count_of(tables); i++)
		append_table(&expected, &tables[i]);
	error = read_tables(database, &found);
	if (error == 0)
		error = buffer_error(&expected);
	if (error == 0)
		error = buffer_error(&found);
	if (error < 0)
		return error;
	return view_equal(buffer_view(&expected), buffer_view(&found)) ? 0 : -EBADMSG;
}

int schema_prepare(struct database *database)
{
	int64_t application_id = 0;
	int64_t version = 0;
	int64_t count = 0;
	int error = read_number(database, "PRAGMA application_id", &application_id);

	if (error == 0)
		error = read_number(database, "PRAGMA user_version", &version);
	if (error == 0)
		error = read_number(database, "SELECT count(*) FROM sqlite_schema", &count);
	if (error == -EINVAL)
		return -EBADMSG; /* as in database_open() */
	if (error < 0)
		return error;
	if (count == 0 && version == 0 && application_id == 0)
		return make_tables(database);
	if (application_id != APPLICATION_ID || version != SCHEMA_VERSION)
		return -EPROTONOSUPPORT;
	return check_tables(database);
}
