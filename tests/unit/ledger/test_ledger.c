#include "directory_fixture.h"

#include <signal.h>
#include <sys/resource.h>

#include "ledger/ledger.h"
#include "ledger/ledger_line.h"

static const struct moment now = {.wall_ms = 1763800000000,
    .boottime_ms = 5000,
    .boot_id = "2f1d1b1e-0000-4000-8000-000000000001"};

static struct ledger ledger;

static int open_ledger(void **state)
{
	int error = make_directory(state);

	ledger = (struct ledger){.file = -1};
	ledger.folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ledger.folder < 0 ? -1 : error;
}

static int close_ledger(void **state)
{
	ledger_unlock(&ledger);
	close(ledger.folder);
	return remove_directory(state);
}

static struct ledger_record intent(void)
{
	return (struct ledger_record){.kind = LEDGER_INTENT,
	    .when = now,
	    .action_id = "0123456789abcdef",
	    .site = "web",
	    .remedy = "recycle",
	    .incident = "2026-11-22T10:00:00Z/web",
	    .reason = "stale-handle",
	    .rung = 2,
	    .result = PROTOCOL_UNKNOWN,
	    .process_id = 4711,
	    .start_ticks = UINT64_MAX,
	    .deadline_ms = 35000};
}

struct records {
	struct ledger_record items[64];
	size_t count;
};

static void on_record(void *context, const struct ledger_record *record)
{
	struct records *records = context;

	assert_true(records->count < count_of(records->items));
	records->items[records->count++] = *record;
}

static struct records read_all(void)
{
	struct records records = {0};

	assert_int_equal(ledger_read(&ledger, on_record, &records), 0);
	return records;
}

static void add(const struct ledger_record *record)
{
	assert_int_equal(ledger_lock(&ledger, &now), 0);
	assert_int_equal(ledger_add(&ledger, record), 0);
	ledger_unlock(&ledger);
}

static off_t ledger_size(void)
{
	struct stat status;
	char path[512];

	path_in(path, "ledger");
	return stat(path, &status) < 0 ? -1 : status.st_size;
}

static void append_raw(struct view bytes)
{
	char path[512];
	FILE *file;

	path_in(path, "ledger");
	file = fopen(path, "ae");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.length, file), bytes.length);
	assert_int_equal(fclose(file), 0);
}

/* Records of all kinds come back as they were written, in order; no file is an empty ledger. */
static void keeps_records(unused_parameter void **state)
{
	struct ledger_record record = intent();
	struct ledger_record clock = {.kind = LEDGER_CLOCK, .when = now};
	struct records records = read_all();

	assert_int_equal(records.count, 0);
	assert_int_equal(ledger_size(), -1);
	add(&record);
	clock.when.wall_ms = -1;
	add(&clock);
	record.kind = LEDGER_RESULT;
	record.result = PROTOCOL_TRY_LATER;
	add(&record);
	records = read_all();
	assert_int_equal(records.count, 3);
	assert_memory_equal(&records.items[2], &record, sizeof(record));
	assert_memory_equal(&records.items[1], &clock, sizeof(clock));
	record = intent();
	assert_memory_equal(&records.items[0], &record, sizeof(record));
}

/* One holder at a time, of this program or another. */
static void locks(unused_parameter void **state)
{
	struct ledger other = {.folder = ledger.folder, .file = -1};
	struct ledger_record record = intent();

	assert_int_equal(ledger_lock(&ledger, &now), 0);
	assert_int_equal(ledger_lock(&ledger, &now), -EBUSY);
	assert_int_equal(ledger_lock(&other, &now), -EBUSY);
	assert_int_equal(ledger_add(&ledger, &record), 0);
	assert_int_equal(read_all().count, 1);
	ledger_unlock(&ledger);
	assert_int_equal(ledger_lock(&other, &now), 0);
	ledger_unlock(&other);
}

/* No change of a single bit of a line goes unnoticed, nor does a line cut short or doubled. */
static void notices_damage(unused_parameter void **state)
{
	const struct ledger_record record = intent();
	struct ledger_record read;
	struct buffer auto_buffer line;

	buffer_init(&line, LEDGER_MAX_LINE_BYTES);
	ledger_line_write(&record, &line);
	assert_int_equal(buffer_error(&line), 0);
	line.length--; /* the newline */
	assert_int_equal(ledger_line_read(buffer_view(&line), &read), 0);
	for (size_t bit = 0; bit < 8 * line.length; bit++) {
		line.data[bit / 8] = (char)(line.data[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(ledger_line_read(buffer_view(&line), &read), -EBADMSG);
		line.data[bit / 8] = (char)(line.data[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t length = 0; length < line.length; length++)
		assert_int_equal(
		    ledger_line_read(view_first(buffer_view(&line), length), &read), -EBADMSG);
}

/* A damaged line anywhere makes the ledger unreadable, also to whoever wants to lock it. */
static void refuses_damage(unused_parameter void **state)
{
	const struct ledger_record record = intent();
	struct records records = {0};

	add(&record);
	append_raw(VIEW("\n"));
	assert_int_equal(ledger_read(&ledger, on_record, &records), -EBADMSG);
	assert_int_equal(ledger_lock(&ledger, &now), -EBADMSG);
	assert_int_equal(ledger.file, -1);
	assert_int_equal(records.count, 1);
}

/* What a crash left of a line is kept; it becomes a record that tells so, and the next is whole. */
static void ends_torn_lines(unused_parameter void **state)
{
	const struct ledger_record record = intent();
	struct records records = {0};
	off_t size;

	add(&record);
	append_raw(VIEW("2026-11-22T10:00:00.000Z intent wall_ms=1\0\t\0 x"));
	size = ledger_size();
	assert_int_equal(ledger_read(&ledger, on_record, &records), -EBADMSG);
	add(&record);
	assert_true(ledger_size() > size);
	records = read_all();
	assert_int_equal(records.count, 3);
	assert_int_equal(records.items[1].kind, LEDGER_TORN);
	assert_int_equal(records.items[1].when.wall_ms, now.wall_ms);
	assert_string_equal(records.items[1].when.boot_id, now.boot_id);
	assert_int_equal(records.items[2].kind, LEDGER_INTENT);
}

/* A record cut off at any byte leaves one torn record, never half of one or none. */
static void is_torn_anywhere(unused_parameter void **state)
{
	const struct ledger_record record = intent();
	struct buffer auto_buffer line;
	char path[512];

	path_in(path, "ledger");
	buffer_init(&line, LEDGER_MAX_LINE_BYTES);
	ledger_line_write(&record, &line);
	for (size_t length = 1; length < line.length; length++) {
		append_raw(view_first(buffer_view(&line), length));
		assert_int_equal(chmod(path, 0600), 0);
		assert_int_equal(ledger_lock(&ledger, &now), 0);
		ledger_unlock(&ledger);
		assert_int_equal(read_all().count, 1);
		assert_int_equal(read_all().items[0].kind, LEDGER_TORN);
		assert_int_equal(remove(path), 0);
	}
}

/* More than a line may be is no line, torn or not. */
static void refuses_endless_lines(unused_parameter void **state)
{
	struct records records = {0};
	char bytes[LEDGER_MAX_LINE_BYTES];

	memset(bytes, 'x', sizeof(bytes));
	append_raw(view_of(bytes, sizeof(bytes)));
	assert_int_equal(ledger_lock(&ledger, &now), -E2BIG);
	append_raw(VIEW("\n"));
	assert_int_equal(ledger_lock(&ledger, &now), -EBADMSG);
	assert_int_equal(ledger_read(&ledger, on_record, &records), -EBADMSG);
}

/* A file of the wrong mode, kind or owner, or with a second name, is not believed. */
static void refuses_other_files(unused_parameter void **state)
{
	struct records records = {0};
	char path[512], other[512];

	path_in(path, "ledger");
	path_in(other, "other");
	add(&(struct ledger_record){.kind = LEDGER_CLOCK, .when = now});
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(ledger_read(&ledger, on_record, &records), -EPERM);
	assert_int_equal(ledger_lock(&ledger, &now), -EPERM);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(ledger_lock(&ledger, &now), -EPERM);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("other", path), 0);
	assert_int_equal(ledger_lock(&ledger, &now), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ledger_lock(&ledger, &now), -EPERM);
	assert_int_equal(unlink(path), 0);
	if (geteuid() == 0) {
		write_in(path, "ledger", VIEW(""));
		assert_int_equal(chown(path, 12345, 0), 0);
		assert_int_equal(ledger_lock(&ledger, &now), -EPERM);
	}
	assert_int_equal(records.count, 0);
}

/* Where the file may not grow a record is there as a whole or not at all. */
static void takes_back_half_records(unused_parameter void **state)
{
	struct ledger_record record = intent();
	struct rlimit unlimited, limit;
	off_t size;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
	add(&record);
	size = ledger_size();
	record.kind = LEDGER_RESULT;
	for (rlim_t more = 0; more < 64; more += 7) {
		limit = unlimited;
		limit.rlim_cur = (rlim_t)size + more;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_int_equal(ledger_lock(&ledger, &now), 0);
		assert_true(ledger_add(&ledger, &record) < 0);
		ledger_unlock(&ledger);
		assert_int_equal(ledger_size(), size);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
	add(&record);
	assert_int_equal(read_all().count, 2);
}

/* A ledger that is nearly full takes what ends things alone, so that what was applied before can be
 * taken back, and what was begun has its result; with no room for a result nothing begins. */
static void keeps_room_to_take_back(unused_parameter void **state)
{
	const struct ledger_record words[] = {
	    intent(), {.kind = LEDGER_CLOCK, .when = now}, {.kind = LEDGER_LOCK, .when = now}};
	struct ledger_record revert = intent(), result = intent();

	revert.reverts = true;
	result.kind = LEDGER_RESULT;
	assert_int_equal(ledger_lock(&ledger, &now), 0);
	/* As long as it may be for words, but for a byte; the file has holes for the lines. */
	assert_int_equal(
	    ftruncate(ledger.file, (off_t)(LEDGER_MAX_BYTES - LEDGER_KEPT_BYTES - 1)), 0);
	assert_int_equal(ledger_add(&ledger, &words[0]), 0);
	for (size_t i = 0; i < count_of(words); i++)
		assert_int_equal(ledger_add(&ledger, &words[i]), -EFBIG);
	assert_int_equal(ledger_add(&ledger, &result), 0);
	assert_int_equal(ledger_add(&ledger, &revert), 0);
	assert_int_equal(
	    ftruncate(ledger.file, (off_t)(LEDGER_MAX_BYTES - LEDGER_MAX_LINE_BYTES)), 0);
	assert_int_equal(ledger_add(&ledger, &revert), -EFBIG);
	assert_int_equal(ledger_add(&ledger, &result), 0);
}

/* A record that could not be taken back spoils the ledger for good. */
static void is_spoilt(unused_parameter void **state)
{
	const struct ledger_record record = {.kind = LEDGER_CLOCK, .when = now};
	struct records records = {0};
	int file;

	assert_int_equal(ledger_lock(&ledger, &now), 0);
	file = ledger.file;
	/* Neither written nor cut: a descriptor for reading only in its place. */
	assert_int_equal(dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), file), file);
	assert_true(ledger_add(&ledger, &record) < 0);
	ledger_unlock(&ledger);
	assert_int_equal(ledger_lock(&ledger, &now), -EIO);
	assert_int_equal(ledger_read(&ledger, on_record, &records), -EIO);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)
	const struct CMUnitTest tests[] = {
	    TEST(keeps_records),
	    TEST(locks),
	    TEST(notices_damage),
	    TEST(refuses_damage),
	    TEST(ends_torn_lines),
	    TEST(is_torn_anywhere),
	    TEST(refuses_endless_lines),
	    TEST(refuses_other_files),
	    TEST(takes_back_half_records),
	    TEST(keeps_room_to_take_back),
	    TEST(is_spoilt),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
