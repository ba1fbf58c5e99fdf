#include "directory_fixture.h"

#include "state/database.h"

static struct database *database;

static int open_table(void **state)
{
	char path[512];

	if (make_directory(state) < 0)
		return -1;
	path_in(path, "test.db");
	if (database_open(&database, path) < 0)
		return -1;
	return database_execute(database, "CREATE TABLE pair (name TEXT PRIMARY KEY, bytes BLOB)");
}

static int close_table(void **state)
{
	database_close(&database);
	return remove_directory(state);
}

static int put_pair(const char *name, struct view bytes)
{
	struct query query;

	query_start(&query, database, "INSERT INTO pair VALUES (?1, ?2)");
	query_bind_text(&query, name);
	query_bind_bytes(&query, bytes);
	return query_run(&query, NULL);
}

static int64_t count_pairs(void)
{
	struct query query;
	int64_t count = -1;

	query_start(&query, database, "SELECT count(*) FROM pair");
	if (query_next(&query))
		count = query_int(&query, 0);
	assert_int_equal(query_end(&query), 0);
	return count;
}

static void test_bytes_come_back(unused_parameter void **state)
{
	/* Every byte value, NUL too, and the empty view come back as they went in. */
	struct query query;

	assert_int_equal(put_pair("nul", view_of("a\0\xff", 3)), 0);
	assert_int_equal(put_pair("nothing", view_of(NULL, 0)), 0);
	query_start(&query, database, "SELECT name, bytes, bytes IS NULL FROM pair ORDER BY name");
	assert_true(query_next(&query));
	assert_string_equal(query_text(&query, 0), "nothing");
	assert_int_equal(query_bytes(&query, 1).length, 0);
	assert_int_equal(query_int(&query, 2), 0);
	assert_true(query_next(&query));
	assert_true(view_equal(query_bytes(&query, 1), view_of("a\0\xff", 3)));
	assert_false(query_next(&query));
	assert_int_equal(query_end(&query), 0);
}

static void test_errors_stick(unused_parameter void **state)
{
	/* The first error of a run is the one that comes out, and no row comes after it. */
	struct query query;

	query_start(&query, database, "SELECT nonsense FROM nowhere");
	query_bind_int(&query, 1);
	assert_false(query_next(&query));
	assert_int_equal(query_end(&query), -EINVAL);
	query_start(&query, database, "SELECT ?1");
	query_bind_int(&query, 1);
	query_bind_int(&query, 2);
	assert_false(query_next(&query));
	assert_int_equal(query_end(&query), -EINVAL);
	assert_int_equal(put_pair("twice", VIEW("1")), 0);
	assert_int_equal(put_pair("twice", VIEW("2")), -EINVAL);
}

static void test_statement_is_not_shared(unused_parameter void **state)
{
	/* A literal that is being walked is not started over underneath its walker. */
	struct query outer;

	assert_int_equal(put_pair("one", VIEW("1")), 0);
	assert_int_equal(put_pair("two", VIEW("2")), 0);
	for (int depth = 0; depth < 2; depth++) {
		static struct query inner;
		struct query *query = depth == 0 ? &outer : &inner;

		query_start(query, database, "SELECT name FROM pair ORDER BY name");
		assert_int_equal(query_next(query), depth == 0);
		if (depth == 1)
			assert_int_equal(query_end(query), -EBUSY);
	}
	assert_string_equal(query_text(&outer, 0), "one");
	assert_true(query_next(&outer));
	assert_string_equal(query_text(&outer, 0), "two");
	assert_int_equal(query_end(&outer), 0);
}

static void test_rollback(unused_parameter void **state)
{
	/* What is rolled back is gone; transactions do not nest; a commit needs a beginning. */
	assert_int_equal(database_commit(database), -EINVAL);
	assert_int_equal(database_begin(database), 0);
	assert_int_equal(database_begin(database), -EINVAL);
	assert_int_equal(put_pair("gone", VIEW("1")), 0);
	database_rollback(database);
	database_rollback(database);
	assert_int_equal(count_pairs(), 0);
	assert_int_equal(database_begin(database), 0);
	assert_int_equal(put_pair("kept", VIEW("1")), 0);
	assert_int_equal(database_commit(database), 0);
	assert_int_equal(count_pairs(), 1);
}

static void test_full_disk(unused_parameter void **state)
{
	/* When the disk is full in mid-transaction, no part of the transaction can be committed. */
	static char large[1024 * 1024];

	assert_int_equal(database_execute(database, "PRAGMA max_page_count = 20"), 0);
	assert_int_equal(database_begin(database), 0);
	assert_int_equal(put_pair("before", VIEW("1")), 0);
	assert_int_equal(put_pair("large", view_of(large, sizeof(large))), -ENOSPC);
	/* SQLite may give up the statement alone, or the whole transaction. */
	if (put_pair("after", VIEW("1")) == 0)
		assert_int_equal(database_commit(database), 0);
	else
		assert_int_equal(database_commit(database), -EIO);
	assert_int_not_equal(count_pairs(), 1);
	assert_int_equal(put_pair("later", VIEW("1")), 0);
}

static void test_lost_transaction(unused_parameter void **state)
{
	/* After SQLite has rolled back by itself, what follows is refused until the caller knows.
	 */
	assert_int_equal(database_begin(database), 0);
	assert_int_equal(database_execute(database, "ROLLBACK"), 0);
	assert_int_equal(put_pair("half", VIEW("1")), -EIO);
	assert_int_equal(database_commit(database), -EIO);
	assert_int_equal(count_pairs(), 0);
	assert_int_equal(put_pair("whole", VIEW("1")), 0);
}

static void test_one_owner(unused_parameter void **state)
{
	/* A database that is open is nobody else's. */
	struct database *second = NULL;
	char path[512];

	path_in(path, "test.db");
	assert_int_equal(database_open(&second, path), -EBUSY);
	assert_null(second);
	database_close(&database);
	assert_int_equal(database_open(&database, path), 0);
}

static void test_open_errors(unused_parameter void **state)
{
	/* A file that cannot be opened is an error, not a crash. */
	struct database *other = NULL;
	char path[512];

	path_in(path, "missing/test.db");
	assert_int_equal(database_open(&other, path), -EIO);
	assert_null(other);
}

#define table_test(function) cmocka_unit_test_setup_teardown(function, open_table, close_table)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    table_test(test_bytes_come_back),
	    table_test(test_errors_stick),
	    table_test(test_statement_is_not_shared),
	    table_test(test_rollback),
	    table_test(test_full_disk),
	    table_test(test_lost_transaction),
	    table_test(test_one_owner),
	    table_test(test_open_errors),
	};

	return cmocka_run_group_tests_name("state/database", tests, NULL, NULL);
}
