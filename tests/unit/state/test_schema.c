#include "directory_fixture.h"

#include "state/schema.h"

#include <errno.h>

/* Version 1 had people and a log of sorts; version 2 keeps people otherwise, and visits as well. */
#define LOG_TABLE                                                                                  \
	{                                                                                          \
		.name = "log", .columns = {"name TEXT", "lines INTEGER"},                          \
		.constraints = "PRIMARY KEY (name)"                                                \
	}
#define PERSON_TABLE(last)                                                                         \
	{                                                                                          \
		.name = "person", .columns = {"name TEXT"}, .constraints = "PRIMARY KEY (name)",   \
		.indexes = {"person_by_name ON person (name)"}, .last_version = (last)             \
	}

static const struct schema_table first_tables[] = {LOG_TABLE, PERSON_TABLE(0)};
static const struct schema_table second_tables[] = {
    LOG_TABLE,
    PERSON_TABLE(1),
    {.name = "member",
	.columns = {"name TEXT", "visits INTEGER"},
	.constraints = "PRIMARY KEY (name)",
	.first_version = 2,
	.columns_from = "SELECT name, 7 FROM person"},
    {.name = "visit",
	.columns = {"name TEXT"},
	.id = "id INTEGER PRIMARY KEY AUTOINCREMENT",
	.constraints = "UNIQUE (name)",
	.first_version = 2},
};
static const struct schema first = {1234, 1, 1, first_tables, count_of(first_tables)};
static const struct schema second = {1234, 2, 1, second_tables, count_of(second_tables)};
static const struct schema third = {1234, 3, 2, second_tables, count_of(second_tables)};

static struct database *database;

static void reopen(void)
{
	char path[512];

	database_close(&database);
	path_in(path, "test.db");
	assert_int_equal(database_open(&database, path), 0);
}

static int set_up(void **state)
{
	char path[512];

	if (make_directory(state) < 0)
		return -1;
	path_in(path, "test.db");
	return database_open(&database, path);
}

static int tear_down(void **state)
{
	database_close(&database);
	return remove_directory(state);
}

static int64_t number(const char *sql)
{
	struct query query;
	int64_t found = -1;

	query_start(&query, database, sql);
	if (query_next(&query))
		found = query_int(&query, 0);
	return query_end(&query) < 0 ? -1 : found;
}

static void put_first_content(void)
{
	assert_int_equal(schema_prepare(database, &first), 0);
	assert_int_equal(database_execute(database,
			     "INSERT INTO log VALUES ('access', 41);"
			     "INSERT INTO person VALUES ('ann'), ('bob')"),
	    0);
}

static void test_same_version(unused_parameter void **state)
{
	/* What has the tables is let through, as often as one asks, with all that is in them. */
	put_first_content();
	reopen();
	assert_int_equal(schema_prepare(database, &first), 0);
	assert_int_equal(number("SELECT count(*) FROM person"), 2);
}

static void test_earlier_version(unused_parameter void **state)
{
	/* An earlier version's rows are all there after the change, and it happens only once. */
	put_first_content();
	for (int i = 0; i < 2; i++) {
		reopen();
		assert_int_equal(schema_prepare(database, &second), 0);
		assert_int_equal(number("SELECT lines FROM log"), 41);
		assert_int_equal(number("SELECT sum(visits) FROM member"), 14);
		assert_int_equal(number("SELECT count(*) FROM visit"), 0);
		assert_int_equal(number("SELECT count(*) FROM person"), -1);
		assert_int_equal(number("PRAGMA user_version"), 2);
	}
}

static void test_made_afresh(unused_parameter void **state)
{
	/* A new database has this version's tables, and no older ones. */
	assert_int_equal(schema_prepare(database, &second), 0);
	assert_int_equal(number("SELECT count(*) FROM member"), 0);
	assert_int_equal(number("SELECT count(*) FROM person"), -1);
	reopen();
	assert_int_equal(schema_prepare(database, &second), 0);
}

static void test_foreign_tables(unused_parameter void **state)
{
	/* Nor one that somebody else has put tables into, however much they say. */
	char comment[64 * 1024], sql[65 * 1024];

	put_first_content();
	memset(comment, 'x', sizeof(comment) - 1);
	comment[sizeof(comment) - 1] = '\0';
	snprintf(sql, sizeof(sql), "CREATE TABLE foreigner (a /* %s */)", comment);
	assert_int_equal(database_execute(database, sql), 0);
	assert_int_equal(schema_prepare(database, &first), -EBADMSG);
}

static void test_damaged_earlier_version(unused_parameter void **state)
{
	/* Tables that are not what the earlier version made are told, and left as they are. */
	put_first_content();
	assert_int_equal(database_execute(database, "DROP INDEX person_by_name"), 0);
	assert_int_equal(schema_prepare(database, &second), -EBADMSG);
	assert_int_equal(number("SELECT count(*) FROM person"), 2);
	assert_int_equal(number("PRAGMA user_version"), 1);
}

static void test_failed_change(unused_parameter void **state)
{
	/* A change that fails half-way leaves the earlier version, whole. */
	struct schema_table tables[count_of(second_tables)];
	const struct schema broken = {1234, 2, 1, tables, count_of(tables)};

	put_first_content();
	memcpy(tables, second_tables, sizeof(tables));
	tables[3].columns_from = "SELECT name FROM nowhere";
	assert_true(schema_prepare(database, &broken) < 0);
	reopen();
	assert_int_equal(schema_prepare(database, &first), 0);
	assert_int_equal(number("SELECT count(*) FROM person"), 2);
	assert_int_equal(number("SELECT count(*) FROM member"), -1);
}

static void test_other_versions(unused_parameter void **state)
{
	/* A newer version's database, or one too old, is refused as it is. */
	put_first_content();
	assert_int_equal(schema_prepare(database, &third), -EPROTONOSUPPORT);
	assert_int_equal(schema_prepare(database, &second), 0);
	assert_int_equal(schema_prepare(database, &first), -EPROTONOSUPPORT);
	assert_int_equal(number("SELECT count(*) FROM member"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_same_version, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_earlier_version, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_made_afresh, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_foreign_tables, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_damaged_earlier_version, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_failed_change, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_other_versions, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("state/schema", tests, NULL, NULL);
}
