/* What became of messages while it could not be noted is noted later, once, and nothing else. */
#include "state/store_fixture.h"

#include "daemon/owed.h"

static struct owed *owed;
static size_t buried;

static int open_owed(void **state)
{
	buried = 0;
	return open_store(state) < 0 ? -1 : owed_new(&owed);
}

static int close_owed(void **state)
{
	owed_free(&owed);
	return close_store(state);
}

static void put(const char *target, const char *id)
{
	const struct store_message message = {
	    .target = target, .message_id = id, .body = VIEW("{}"), .created_ms = 1, .due_ms = 1};

	assert_int_equal(store_put_message(store, &message), 0);
}

static int add(const char *id, bool is_taken)
{
	const struct owed_note note = {.target = 0,
	    .name = "first",
	    .message_id = id,
	    .is_taken = is_taken,
	    .attempts = 3,
	    .status = 410,
	    .reason = "gone"};

	return owed_add(owed, &note);
}

static uint64_t waiting(const char *target)
{
	uint64_t count = 0;

	assert_int_equal(store_count_messages(store, target, &count), 0);
	return count;
}

static void on_buried(
    unused_parameter void *context, const struct owed_note *note, uint64_t dropped)
{
	assert_string_equal(note->message_id, "refused");
	assert_string_equal(note->name, "first");
	assert_int_equal(dropped, 0);
	buried++;
}

static int on_letter(void *context, const struct store_dead_letter *letter)
{
	size_t *count = context;

	assert_int_equal(letter->status, 410);
	assert_int_equal(letter->message.attempts, 3);
	assert_string_equal(letter->reason, "gone");
	(*count)++;
	return 0;
}

/* What was taken goes, what was refused is a dead letter, and the same id of another target stays;
 * what the store never had is nobody's. */
static void paid(unused_parameter void **state)
{
	size_t letters = 0;

	put("first", "taken");
	put("first", "refused");
	put("first", "untold");
	put("second", "taken");
	assert_int_equal(add("never-there", true), 0);
	assert_int_equal(add("taken", true), 0);
	assert_int_equal(add("taken", true), 0);
	assert_int_equal(add("refused", false), 0);
	assert_int_equal(owed_count(owed), 3);
	assert_int_equal(owed_count_for(owed, 0), 3);
	assert_int_equal(owed_count_for(owed, 1), 0);
	assert_int_equal(owed_pay(owed, store, on_buried, NULL), 0);
	assert_int_equal(owed_count(owed), 0);
	assert_int_equal(waiting("first"), 1);
	assert_int_equal(waiting("second"), 1);
	assert_int_equal(store_each_dead_letter(store, on_letter, &letters), 0);
	assert_int_equal(letters, 1);
	assert_int_equal(buried, 1);
}

/* The attempts are counted once, however often it takes until the message is buried. */
static void attempts_once(unused_parameter void **state)
{
	size_t letters = 0;

	put("first", "refused");
	assert_int_equal(add("refused", false), 0);
	assert_int_equal(store_begin(store), 0); /* so burying, which begins another, fails */
	assert_true(owed_pay(owed, store, on_buried, NULL) < 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(owed_count(owed), 1);
	assert_int_equal(owed_pay(owed, store, on_buried, NULL), 0);
	assert_int_equal(store_each_dead_letter(store, on_letter, &letters), 0);
	assert_int_equal(letters, 1);
}

/* It goes on where it ended, and no more than so many are kept. */
static void bounded(unused_parameter void **state)
{
	char id[32];

	for (size_t i = 0; i < OWED_MAX_NOTES; i++) {
		snprintf(id, sizeof(id), "message-%zu", i);
		assert_int_equal(add(id, true), 0);
	}
	assert_int_equal(add("one-more", true), -ENOSPC);
	assert_int_equal(owed_pay(owed, store, on_buried, NULL), 0);
	assert_int_equal(owed_count(owed), OWED_MAX_NOTES - OWED_MAX_AT_ONCE);
	assert_int_equal(add("one-more", true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(paid, open_owed, close_owed),
	    cmocka_unit_test_setup_teardown(attempts_once, open_owed, close_owed),
	    cmocka_unit_test_setup_teardown(bounded, open_owed, close_owed),
	};

	return cmocka_run_group_tests_name("owed", tests, NULL, NULL);
}
