#include "state/schema.h"

#include <errno.h>

#define NOTHING         (-1) /* the version that has no table at all */
#define MAX_TABLE_BYTES 4096

/* The columns' names alone, as the checksum takes them. */
static void append_names(struct buffer *sql, const struct schema_table *table)
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
static void append_table(struct buffer *sql, const struct schema_table *table)
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
	buffer_append_format(
	    sql, ")), %s)%s;", table->constraints, table->id != NULL ? "" : " WITHOUT ROWID");
	for (size_t i = 0; table->indexes[i] != NULL; i++)
		buffer_append_format(sql, "CREATE INDEX %s;", table->indexes[i]);
}

static int make_table(struct database *database, const struct schema_table *table)
{
	struct buffer auto_buffer sql;

	buffer_init(&sql, MAX_TABLE_BYTES);
	append_table(&sql, table);
	if (buffer_error(&sql) < 0)
		return buffer_error(&sql);
	return database_execute(database, buffer_text(&sql));
}

/* Whether a database of the version has the table. */
static bool is_of(const struct schema_table *table, int version)
{
	return table->first_version <= version &&
	    (table->last_version == 0 || version <= table->last_version);
}

static int fill_table(struct database *database, const struct schema_table *table)
{
	struct buffer auto_buffer sql;

	buffer_init(&sql, MAX_TABLE_BYTES);
	buffer_append_format(&sql, "INSERT INTO %s (", table->name);
	append_names(&sql, table);
	buffer_append_format(&sql, ") %s", table->columns_from);
	if (buffer_error(&sql) < 0)
		return buffer_error(&sql);
	return database_execute(database, buffer_text(&sql));
}

static int drop_table(struct database *database, const struct schema_table *table)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "DROP TABLE %s", table->name);
	return database_execute(database, sql);
}

static int change_tables(struct database *database, const struct schema *schema, int from)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < schema->table_count; i++) {
		const struct schema_table *table = &schema->tables[i];

		if (!is_of(table, schema->version) || is_of(table, from))
			continue;
		error = make_table(database, table);
		if (error == 0 && from != NOTHING && table->columns_from != NULL)
			error = fill_table(database, table);
	}
	for (size_t i = 0; error == 0 && i < schema->table_count; i++)
		if (is_of(&schema->tables[i], from) && !is_of(&schema->tables[i], schema->version))
			error = drop_table(database, &schema->tables[i]);
	return error;
}

static int bring_up_to_date(struct database *database, const struct schema *schema, int from)
{
	char pragmas[96];
	int error = database_begin(database);

	if (error < 0)
		return error;
	error = change_tables(database, schema, from);
	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    schema->application_id, schema->version);
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

/* What a database says of itself. */
struct numbers {
	int64_t application_id;
	int64_t version;
	int64_t objects;
};

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
static int check_tables(struct database *database, const struct schema *schema, int version)
{
	struct buffer auto_buffer expected;
	struct buffer auto_buffer found;
	int error;

	buffer_init(&expected, schema->table_count * MAX_TABLE_BYTES);
	buffer_init(&found, schema->table_count * MAX_TABLE_BYTES);
	for (size_t i = 0; i < schema->table_count; i++)
		if (is_of(&schema->tables[i], version))
			append_table(&expected, &schema->tables[i]);
	error = read_tables(database, &found);
	if (error == 0)
		error = buffer_error(&expected);
	if (error == 0)
		error = buffer_error(&found) == -E2BIG ? -EBADMSG : buffer_error(&found);
	if (error < 0)
		return error;
	return view_equal(buffer_view(&expected), buffer_view(&found)) ? 0 : -EBADMSG;
}

static int read_numbers(struct database *database, struct numbers *ret_numbers)
{
	int error = read_number(database, "PRAGMA application_id", &ret_numbers->application_id);

	if (error == 0)
		error = read_number(database, "PRAGMA user_version", &ret_numbers->version);
	if (error == 0)
		error = read_number(
		    database, "SELECT count(*) FROM sqlite_schema", &ret_numbers->objects);
	return error == -EINVAL ? -EBADMSG : error; /* as in database_open() */
}

int schema_prepare(struct database *database, const struct schema *schema)
{
	struct numbers numbers = {0};
	int error = read_numbers(database, &numbers);

	if (error < 0)
		return error;
	if (numbers.objects == 0 && numbers.version == 0 && numbers.application_id == 0)
		return bring_up_to_date(database, schema, NOTHING);
	if (numbers.application_id != schema->application_id ||
	    numbers.version < schema->oldest_version || numbers.version > schema->version)
		return -EPROTONOSUPPORT;
	error = check_tables(database, schema, (int)numbers.version);
	if (error == 0 && numbers.version < schema->version)
		error = bring_up_to_date(database, schema, (int)numbers.version);
	return error;
}
