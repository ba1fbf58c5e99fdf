#include "store_fixture.h"

#include "allocation.h"
#include "base/file.h"

#include <signal.h>
#include <sys/wait.h>

/* Stands for all of the content: one small value. */
static void put_mark(const char *text)
{
	assert_int_equal(store_put_value(store, "site", "mark", view_of_text(text)), 0);
}

static void assert_mark(const char *text)
{
	struct buffer auto_buffer value;

	buffer_init(&value, 100);
	if (text == NULL) {
		assert_int_equal(store_get_value(store, "site", "mark", &value), -ENOENT);
		return;
	}
	assert_int_equal(store_get_value(store, "site", "mark", &value), 0);
	assert_string_equal(buffer_text(&value), text);
}

static void overwrite(const char *name, off_t offset, struct view bytes)
{
	char path[512];
	int file;

	path_in(path, name);
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(pwrite(file, bytes.data, bytes.length, offset), bytes.length);
	close(file);
}

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 ? -1 : status.st_size;
}

/* The store opens empty, and the old file is still there under the name that was told. */
static void assert_set_aside(off_t expected_bytes)
{
	char *auto_free aside = NULL;

	store_close(&store);
	assert_int_equal(store_open(&store, directory, &aside), 0);
	assert_non_null(aside);
	assert_non_null(store_why_set_aside(store));
	assert_int_equal(size_of(aside), expected_bytes);
	assert_mark(NULL);
	put_mark("new");
	reopen();
	assert_mark("new");
}

static off_t close_and_measure(void)
{
	char path[512];

	store_close(&store);
	path_in(path, "authmedic.db");
	return size_of(path);
}

static void test_content_outlives_reopening(unused_parameter void **state)
{
	/* What was put is there after a restart, with and without a transaction. */
	put_mark("one");
	reopen();
	assert_mark("one");
	assert_int_equal(store_begin(store), 0);
	put_mark("two");
	assert_int_equal(store_commit(store), 0);
	reopen();
	assert_mark("two");
}

static void test_rollback(unused_parameter void **state)
{
	/* A step that is rolled back, or cut off by closing, did not happen. */
	put_mark("one");
	assert_int_equal(store_begin(store), 0);
	put_mark("two");
	store_rollback(store);
	assert_mark("one");
	assert_int_equal(store_begin(store), 0);
	put_mark("three");
	reopen();
	assert_mark("one");
}

static void test_mode(unused_parameter void **state)
{
	/* Nobody else may read any of the files, also where an older one allowed it. */
	static const char *const names[] = {"authmedic.db", "authmedic.db-wal"};
	struct stat status;
	char path[512];

	store_close(&store);
	path_in(path, names[0]);
	assert_int_equal(chmod(path, 0644), 0);
	reopen();
	put_mark("secret");
	for (size_t i = 0; i < count_of(names); i++) {
		path_in(path, names[i]);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 0777, 0600);
	}
}

static void test_second_daemon(unused_parameter void **state)
{
	/* A store that is open is refused to another process, and is not set aside for it. */
	char *aside = NULL;
	struct store *second = NULL;

	put_mark("one");
	assert_int_equal(store_open(&second, directory, &aside), -EBUSY);
	assert_null(second);
	assert_null(aside);
	assert_mark("one");
}

static void test_missing_directory(unused_parameter void **state)
{
	/* Without its directory, or with a link in the file's place, the store does not open. */
	struct store *other = NULL;
	char *aside = NULL;
	char path[512];

	path_in(path, "nowhere");
	assert_int_equal(store_open(&other, path, &aside), -ENOENT);
	store_close(&store);
	path_in(path, "authmedic.db");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(store_open(&other, directory, &aside), -ELOOP);
	assert_null(other);
	assert_null(aside);
}

static void test_taken_away(unused_parameter void **state)
{
	/* What nobody would find again is not saved: the file was moved, another one is in its
	 * place, it came back. */
	static const char *const names[] = {"authmedic.db", "elsewhere.db"};
	char path[512];
	char elsewhere[512];

	path_in(path, names[0]);
	path_in(elsewhere, names[1]);
	assert_true(store_is_in(store, directory));
	assert_false(store_is_in(store, "/nowhere"));
	assert_int_equal(rename(path, elsewhere), 0);
	assert_false(store_is_in(store, directory));
	assert_int_equal(store_begin(store), -ESTALE);
	overwrite(names[0], 0, VIEW("another"));
	assert_false(store_is_in(store, directory));
	assert_int_equal(store_begin(store), -ESTALE);
	assert_int_equal(rename(elsewhere, path), 0);
	assert_true(store_is_in(store, directory));
	assert_int_equal(store_begin(store), 0);
	put_mark("one");
	assert_int_equal(store_commit(store), 0);
	reopen();
	assert_mark("one");
}

/* What is saved with the log taken away or either file cut is lost with the first kill: it does not
 * count as saved. Where the log is only gone all is there after an orderly end. */
static void test_log_taken_away(unused_parameter void **state)
{
	char path[512];
	char log_path[512];

	path_in(path, "authmedic.db");
	path_in(log_path, "authmedic.db-wal");
	assert_int_equal(store_begin(store), 0);
	put_mark("one");
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(unlink(log_path), 0);
	assert_int_equal(store_begin(store), -ESTALE);
	overwrite("authmedic.db-wal", 0, VIEW("another"));
	assert_int_equal(store_begin(store), -ESTALE);
	assert_int_equal(unlink(log_path), 0);
	reopen();
	assert_mark("one");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(store_begin(store), 0);
		put_mark("two");
		assert_int_equal(store_commit(store), 0);
		assert_int_equal(truncate(i == 0 ? log_path : path, 4096), 0);
		assert_int_equal(store_begin(store), -EBADMSG);
		store_close(&store);
		assert_int_equal(unlink(path), 0);
		reopen();
	}
}

static void test_zeroed(unused_parameter void **state)
{
	/* A database of NUL bytes is set aside. */
	off_t bytes = close_and_measure();
	char *auto_free zeros = calloc(1, (size_t)bytes);

	overwrite("authmedic.db", 0, view_of(zeros, (size_t)bytes));
	assert_set_aside(bytes);
}

static void test_not_a_database(unused_parameter void **state)
{
	/* A file that never was a database is set aside. */
	char path[512];

	store_close(&store);
	path_in(path, "authmedic.db");
	assert_int_equal(unlink(path), 0);
	overwrite("authmedic.db", 0, VIEW("This is a letter to my mother."));
	assert_set_aside(30);
}

static void test_truncated(unused_parameter void **state)
{
	/* Cut anywhere, to nothing at all too, the database is set aside. */
	static const off_t lengths[] = {0, 1, 99, 4096, 6000};
	char path[512];

	path_in(path, "authmedic.db");
	for (size_t i = 0; i < count_of(lengths); i++) {
		assert_true(close_and_measure() > 6000);
		assert_int_equal(truncate(path, lengths[i]), 0);
		assert_set_aside(lengths[i]);
	}
}

static void test_damaged_page(unused_parameter void **state)
{
	/* A page in the middle that makes no sense is found when the database is opened. */
	off_t bytes = close_and_measure();
	char *auto_free noise = malloc(4096);

	memset(noise, 0xa5, 4096);
	overwrite("authmedic.db", 4096, view_of(noise, 4096));
	assert_set_aside(bytes);
}

/* Some of each kind of row. */
static void put_rows(void)
{
	const struct store_log log = {"site", "/var/log/access.log"};
	const struct intake_totals totals = {.bytes = 7, .lines = 1};
	const struct intake_cursor cursor = {.path = "/var/log/access.log", .offset_bytes = 7};
	const struct store_incident incident = {.id = "incident-1",
	    .site = "site",
	    .diagnosis = "stale-handle",
	    .state = "standing",
	    .closed_ms = -1,
	    .evidence = VIEW("{}")};
	const struct store_event event = {
	    .kind = "opened", .text = "It fails.", .data = VIEW("{}")};
	const struct store_message message = {
	    .target = "ops", .message_id = "1", .body = VIEW("{\"type\":\"x\"}")};

	put_mark("one");
	assert_int_equal(store_put_log(store, log, &totals, VIEW("#Fields: date")), 0);
	assert_int_equal(store_put_cursor(store, log, 0, &cursor), 0);
	assert_int_equal(store_put_row(store, "site", VIEW("key"), VIEW("value")), 0);
	assert_int_equal(store_put_incident(store, &incident), 0);
	assert_int_equal(store_add_event(store, incident.id, &event), 0);
	assert_int_equal(store_put_message(store, &message), 0);
}

static void flip_bit(struct view *bytes, size_t bit)
{
	((char *)bytes->data)[bit / 8] = (char)(bytes->data[bit / 8] ^ (1 << (bit % 8)));
}

static void test_flipped_bits(unused_parameter void **state)
{
	/* A bit that changed in any value that was put is found, though SQLite would read it. */
	static const char *const texts[] = {"/var/log/access.log", "#Fields: date", "key", "value",
	    "mark", "one", "stale-handle", "standing", "It fails.", "{\"type\":\"x\"}",
	    "row_checksum", "offset_bytes INTEGER"};
	struct buffer auto_buffer content;
	char path[512];

	put_rows();
	store_close(&store);
	path_in(path, "authmedic.db");
	buffer_init(&content, 1 << 20);
	assert_int_equal(file_read(path, &content), 0);
	for (size_t i = 0; i < count_of(texts); i++) {
		struct view bytes = buffer_view(&content);
		const char *at =
		    memmem(bytes.data, bytes.length, texts[i], strlen(texts[i]));
		size_t bit = (size_t)(at - bytes.data) * 8 + i % 7;

		assert_non_null(at);
		flip_bit(&bytes, bit);
		overwrite("authmedic.db", 0, bytes);
		flip_bit(&bytes, bit);
		assert_set_aside((off_t)bytes.length);
		store_close(&store);
	}
	overwrite("authmedic.db", 0, buffer_view(&content));
	reopen();
	assert_mark("one");
}

static void test_told_until_taken_away(unused_parameter void **state)
{
	/* That something was set aside is known to later openings, until somebody moves it. */
	char *aside = NULL;
	char path[512];

	assert_int_equal(store_find_set_aside(directory, &aside), -ENOENT);
	store_close(&store);
	path_in(path, "authmedic.db");
	assert_int_equal(truncate(path, 10), 0);
	assert_set_aside(10);
	assert_null(store_why_set_aside(store));
	assert_int_equal(store_find_set_aside(directory, &aside), 0);
	path_in(path, "authmedic.db.set-aside-1");
	assert_string_equal(aside, path);
	free(take_pointer(aside));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_find_set_aside(directory, &aside), -ENOENT);
}

static void test_newer_schema(unused_parameter void **state)
{
	/* A database of a newer authmedic is not touched: it is set aside. user_version is the
	 * four bytes at 60 of the file. */
	off_t bytes = close_and_measure();

	overwrite("authmedic.db", 60, view_of("\0\0\0\x63", 4));
	assert_set_aside(bytes);
}

static void test_foreign_database(unused_parameter void **state)
{
	/* A sound database of some other program is not taken for ours. Its id is at 68. */
	off_t bytes = close_and_measure();

	overwrite("authmedic.db", 68, view_of("\0\0\0\x01", 4));
	assert_set_aside(bytes);
}

static void test_set_aside_often(unused_parameter void **state)
{
	/* However often it happens, the directory does not fill up, and the daemon starts. */
	char *aside = NULL;
	char path[512];

	path_in(path, "authmedic.db");
	for (int i = 0; i < 20; i++) {
		store_close(&store);
		assert_int_equal(truncate(path, 10), 0);
		assert_int_equal(store_open(&store, directory, &aside), 0);
		assert_non_null(aside);
		free(take_pointer(aside));
	}
	path_in(path, "authmedic.db.set-aside-16");
	assert_int_equal(size_of(path), 10);
	path_in(path, "authmedic.db.set-aside-17");
	assert_int_equal(size_of(path), -1);
}

/* A child puts "committed" in one transaction and "half" in another, and is killed in between. */
static void be_killed(int ready)
{
	struct buffer auto_buffer large;
	char *aside = NULL;

	buffer_init(&large, 8 * 1024 * 1024);
	for (int i = 0; i < 1024 * 1024; i++)
		buffer_append(&large, VIEW("large"));
	if (store_open(&store, directory, &aside) < 0 || store_begin(store) < 0)
		_exit(1);
	if (store_put_value(store, "site", "mark", VIEW("committed")) < 0 ||
	    store_commit(store) < 0 || store_begin(store) < 0)
		_exit(2);
	/* More than the page cache holds, so that a part is in the log before the kill. */
	if (store_put_value(store, "site", "mark", VIEW("half")) < 0 ||
	    store_put_value(store, "site", "large", buffer_view(&large)) < 0)
		_exit(3);
	if (write(ready, "r", 1) != 1)
		_exit(4);
	pause();
}

static void kill_in_transaction(void)
{
	int ready[2];
	char byte;
	int status;
	pid_t child;

	store_close(&store);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_killed(ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void test_kill_in_transaction(unused_parameter void **state)
{
	/* After kill -9 in mid-transaction the last commit stands, nothing is half done, and the
	 * dead process holds no lock. */
	struct buffer auto_buffer value;

	kill_in_transaction();
	reopen();
	assert_mark("committed");
	buffer_init(&value, 10);
	assert_int_equal(store_get_value(store, "site", "large", &value), -ENOENT);
}

static void test_stale_log_is_not_replayed(unused_parameter void **state)
{
	/* The write-ahead log of a damaged database goes aside with it. */
	char path[512];

	kill_in_transaction();
	path_in(path, "authmedic.db");
	assert_int_equal(truncate(path, 0), 0);
	assert_set_aside(0);
	path_in(path, "authmedic.db.set-aside-1-wal");
	assert_true(size_of(path) > 0);
}

static void test_killed_while_setting_aside(unused_parameter void **state)
{
	/* The log had gone aside, the database not yet: the next time loses neither. */
	char path[512];
	char aside[512];

	kill_in_transaction();
	path_in(path, "authmedic.db-wal");
	path_in(aside, "authmedic.db.set-aside-1-wal");
	assert_int_equal(rename(path, aside), 0);
	path_in(path, "authmedic.db");
	assert_int_equal(truncate(path, 0), 0);
	assert_set_aside(0);
	assert_true(size_of(aside) > 0);
}

static void test_database_taken_away(unused_parameter void **state)
{
	/* The write-ahead log that was left of a database somebody removed is not played into a new
	 * one. */
	char path[512];

	kill_in_transaction();
	path_in(path, "authmedic.db-wal");
	assert_true(size_of(path) > 0);
	path_in(path, "authmedic.db");
	assert_int_equal(unlink(path), 0);
	reopen();
	assert_mark(NULL);
}

static void test_making_cut_off(unused_parameter void **state)
{
	/* What one left that was killed while it made the database is not called damaged. */
	char path[512];

	store_close(&store);
	path_in(path, "authmedic.db");
	assert_int_equal(unlink(path), 0);
	overwrite("authmedic.db.making", 0, VIEW("half of a"));
	overwrite("authmedic.db.making-journal", 0, VIEW("quarter of a"));
	reopen();
	assert_mark(NULL);
	path_in(path, "authmedic.db.making");
	assert_int_equal(size_of(path), -1);
	path_in(path, "authmedic.db.making-journal");
	assert_int_equal(size_of(path), -1);
}

static void test_no_memory(unused_parameter void **state)
{
	/* Wherever memory runs out, opening fails whole; a sound database is never set aside for
	 * it. */
	char *aside = NULL;
	int error = -ENOMEM;

	put_mark("one");
	store_close(&store);
	for (int count = 0; error < 0; count++) {
		allocation_fail_after(count);
		error = store_open(&store, directory, &aside);
		allocation_restore();
		assert_true(error == 0 || error == -ENOMEM);
		assert_null(aside);
	}
	assert_mark("one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    store_test(test_content_outlives_reopening),
	    store_test(test_rollback),
	    store_test(test_mode),
	    store_test(test_second_daemon),
	    store_test(test_missing_directory),
	    store_test(test_taken_away),
	    store_test(test_zeroed),
	    store_test(test_not_a_database),
	    store_test(test_truncated),
	    store_test(test_log_taken_away),
	    store_test(test_damaged_page),
	    store_test(test_flipped_bits),
	    store_test(test_told_until_taken_away),
	    store_test(test_newer_schema),
	    store_test(test_foreign_database),
	    store_test(test_set_aside_often),
	    store_test(test_kill_in_transaction),
	    store_test(test_stale_log_is_not_replayed),
	    store_test(test_killed_while_setting_aside),
	    store_test(test_database_taken_away),
	    store_test(test_making_cut_off),
	    store_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("state/store", tests, NULL, NULL);
}
