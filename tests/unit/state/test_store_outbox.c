#include "store_fixture.h"

static int put(const char *target, const char *message_id, int64_t due_ms)
{
	struct store_message message = {
	    .target = target,
	    .message_id = message_id,
	    .body = VIEW("{\"x\":\"\xc3\xa9\"}"),
	    .created_ms = 7,
	    .due_ms = due_ms,
	};

	return store_put_message(store, &message);
}

static int64_t last_id; /* of the last message that was walked over */

static int note_message(void *context, const struct store_message *message)
{
	assert_view_is(message->body, "{\"x\":\"\xc3\xa9\"}");
	assert_int_equal(message->created_ms, 7);
	last_id = message->id;
	buffer_append_format(context, "%s/%s@%lld*%lld ", message->target, message->message_id,
	    (long long)message->due_ms, (long long)message->attempts);
	return 0;
}

static void assert_due(int64_t now_ms, const char *expected)
{
	struct buffer auto_buffer due;

	buffer_init(&due, 1000);
	assert_int_equal(store_each_due_message(store, now_ms, note_message, &due), 0);
	assert_string_equal(buffer_text(&due), expected);
}

static void assert_count(const char *target, uint64_t expected)
{
	uint64_t count = 99;

	assert_int_equal(store_count_messages(store, target, &count), 0);
	assert_int_equal(count, expected);
}

static void test_order_for_each_target(unused_parameter void **state)
{
	/* Each target gets its oldest message first; a later one waits even when it is due. */
	assert_int_equal(put("ops", "m1", 100), 0);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_int_equal(put("chat", "m1", 50), 0);
	assert_due(0, "");
	assert_due(50, "chat/m1@50*0 ");
	reopen();
	assert_due(100, "ops/m1@100*0 chat/m1@50*0 ");
	assert_int_equal(store_delete_message(store, 1), 0);
	assert_due(100, "ops/m2@0*0 chat/m1@50*0 ");
	assert_count("ops", 1);
	assert_count("chat", 1);
	assert_count("nobody", 0);
}

static void test_delay(unused_parameter void **state)
{
	/* A delayed message keeps its place and holds back those behind it; attempts are counted
	 * when they begin. */
	assert_int_equal(put("ops", "m1", 0), 0);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_due(0, "ops/m1@0*0 ");
	assert_int_equal(store_begin_attempt(store, last_id), 0);
	assert_due(0, "ops/m1@0*1 ");
	assert_int_equal(store_delay_message(store, last_id, 500), 0);
	assert_due(499, "");
	assert_due(500, "ops/m1@500*1 ");
	assert_int_equal(store_delay_message(store, last_id, 600), 0);
	assert_due(600, "ops/m1@600*1 ");
}

static void test_clock_set_back(unused_parameter void **state)
{
	/* A message that was put before the clock was set back does not wait until it is as late
	 * again. */
	const int64_t now_ms = 1700000000000;

	assert_int_equal(put("ops", "m1", now_ms + STORE_LONGEST_DELAY_MS), 0);
	assert_due(now_ms, "");
	assert_due(now_ms - 1, "ops/m1@1700003600000*0 ");
	assert_due(now_ms - 86400000, "ops/m1@1700003600000*0 ");
}

static int list_times(void *context, const struct store_message *message)
{
	buffer_append_format(context, "%s@%lld,%lld ", message->message_id,
	    (long long)message->created_ms, (long long)message->due_ms);
	return 0;
}

static void assert_shifted(int64_t by_ms, int64_t now_ms, const char *expected)
{
	struct buffer auto_buffer times;

	buffer_init(&times, 1000);
	assert_int_equal(store_shift_messages(store, by_ms, now_ms), 0);
	assert_int_equal(store_each_message(store, "ops", list_times, &times), 0);
	assert_string_equal(buffer_text(&times), expected);
}

static void test_clock_set(unused_parameter void **state)
{
	/* What was tried keeps its age and its pause. What never was may have come by either clock:
	 * it is due, and no older than it is. Nothing has come later than now. */
	assert_int_equal(put("ops", "tried", 500), 0);
	assert_due(500, "ops/tried@500*0 ");
	assert_int_equal(store_begin_attempt(store, last_id), 0);
	assert_int_equal(put("ops", "fresh", 7), 0);
	assert_shifted(1000, 1400, "tried@1007,1500 fresh@1007,1007 ");
	assert_shifted(1000, 1900, "tried@1900,2500 fresh@1900,1900 ");
	assert_shifted(-800, 1000, "tried@1000,1700 fresh@1000,1000 ");
	assert_shifted(-100, 2000, "tried@900,1600 fresh@1000,1000 ");
}

static void test_same_message_twice(unused_parameter void **state)
{
	/* A message that is put twice for a target is there once; for two targets, twice. */
	assert_int_equal(put("ops", "m1", 0), 0);
	assert_int_equal(put("ops", "m1", 5), 0);
	assert_int_equal(put("chat", "m1", 0), 0);
	assert_count("ops", 1);
	assert_due(0, "ops/m1@0*0 chat/m1@0*0 ");
}

static void test_unknown_message(unused_parameter void **state)
{
	/* What is not there can be neither delayed nor deleted. */
	const struct store_dead_letter letter = {.reason = ""};
	const struct store_merger merger = {
	    .ids = (const int64_t[]){1, 2}, .count = 2, .message_id = "g", .body = VIEW("{}")};
	uint64_t dropped = 99;

	assert_int_equal(store_delay_message(store, 1, 0), -ENOENT);
	assert_int_equal(store_begin_attempt(store, 1), -ENOENT);
	assert_int_equal(store_bury_message(store, 1, &letter, &dropped), -ENOENT);
	assert_int_equal(store_merge_messages(store, &merger), -ENOENT);
	assert_int_equal(store_delete_message(store, 1), -ENOENT);
}

static int list_message(void *context, const struct store_message *message)
{
	buffer_append_format(context, "%s:%.*s*%lld ", message->message_id,
	    VIEW_ARGUMENTS(message->body), (long long)message->attempts);
	return 0;
}

static void assert_waiting(const char *target, const char *expected)
{
	struct buffer auto_buffer list;

	buffer_init(&list, 1000);
	assert_int_equal(store_each_message(store, target, list_message, &list), 0);
	assert_string_equal(buffer_text(&list), expected);
}

static void test_merge(unused_parameter void **state)
{
	/* Several messages become one in the place of the first, of which an attempt is begun: all
	 * of it or nothing. */
	const int64_t ids[] = {1, 3};
	const int64_t unknown[] = {1, 99};
	struct store_merger merger = {
	    .ids = unknown, .count = 2, .message_id = "g", .body = VIEW("both")};

	assert_int_equal(put("ops", "m1", 0), 0);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_int_equal(put("ops", "m3", 0), 0);
	assert_int_equal(store_merge_messages(store, &merger), -ENOENT);
	reopen();
	assert_count("ops", 3);
	merger.ids = ids;
	assert_int_equal(store_merge_messages(store, &merger), 0);
	reopen();
	assert_waiting("ops", "g:both*1 m2:{\"x\":\"\xc3\xa9\"}*0 ");
	assert_waiting("chat", "");
}

static int list_letter(void *context, const struct store_dead_letter *letter)
{
	buffer_append_format(context, "%s/%s@%lld=%d,%s*%lld ", letter->message.target,
	    letter->message.message_id, (long long)letter->given_up_ms, letter->status,
	    letter->reason, (long long)letter->message.attempts);
	return 0;
}

static void assert_dead(const char *expected)
{
	struct buffer auto_buffer list;

	buffer_init(&list, 1000);
	assert_int_equal(store_each_dead_letter(store, list_letter, &list), 0);
	assert_string_equal(buffer_text(&list), expected);
}

static void test_dead_letters(unused_parameter void **state)
{
	/* What is given up is kept with the reason, and comes back as new, for its target alone. */
	const struct store_dead_letter letter = {
	    .given_up_ms = 9, .status = 404, .reason = "status 404"};
	uint64_t count = 99;

	assert_int_equal(put("ops", "m1", 0), 0);
	assert_int_equal(put("chat", "m1", 0), 0);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_int_equal(store_begin_attempt(store, 1), 0);
	assert_int_equal(store_bury_message(store, 1, &letter, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_bury_message(store, 2, &letter, &count), 0);
	reopen();
	assert_dead("ops/m1@9=404,status 404*1 chat/m1@9=404,status 404*0 ");
	assert_int_equal(store_count_dead_letters(store, "ops", &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(store_revive_dead_letters(store, "ops", 50, &count), 0);
	assert_int_equal(count, 1);
	assert_dead("chat/m1@9=404,status 404*0 ");
	assert_waiting("ops", "m2:{\"x\":\"\xc3\xa9\"}*0 m1:{\"x\":\"\xc3\xa9\"}*0 ");
}

/* Two more than there is room for, the first ones of another target. */
static void bury_too_many(int of_chat)
{
	const struct store_dead_letter letter = {.reason = ""};
	uint64_t dropped = 0;

	for (int i = 0; i < STORE_MAX_DEAD_LETTERS + 2; i++) {
		char id[16];

		snprintf(id, sizeof(id), "m%d", i);
		assert_int_equal(put(i < of_chat ? "chat" : "ops", id, 0), 0);
		assert_int_equal(store_bury_message(store, i + 1, &letter, &dropped), 0);
		assert_int_equal(dropped, i >= STORE_MAX_DEAD_LETTERS ? 1 : 0);
	}
}

static void assert_dead_count(const char *target, uint64_t expected)
{
	uint64_t count = 99;

	assert_int_equal(store_count_dead_letters(store, target, &count), 0);
	assert_int_equal(count, expected);
}

static void test_many_dead_letters(unused_parameter void **state)
{
	/* The oldest make way. */
	bury_too_many(0);
	assert_dead_count("ops", STORE_MAX_DEAD_LETTERS);
}

static void test_dead_letters_of_each(unused_parameter void **state)
{
	/* A receiver that refuses everything pushes out its own, the others' stay. */
	bury_too_many(2);
	assert_dead_count("chat", 2);
	assert_dead_count("ops", STORE_MAX_DEAD_LETTERS - 2);
}

static int list_target(void *context, const char *target)
{
	buffer_append_format(context, "%s ", target);
	return 0;
}

static void test_bury_all(unused_parameter void **state)
{
	/* All that waits for one target is given up at once, in its order, and nothing else. */
	const struct store_dead_letter letter = {.given_up_ms = 9, .reason = "gone"};
	struct buffer auto_buffer targets;
	uint64_t count = 0;

	buffer_init(&targets, 1000);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_int_equal(put("chat", "m1", 0), 0);
	assert_int_equal(put("ops", "m1", 0), 0);
	assert_int_equal(store_each_target(store, list_target, &targets), 0);
	assert_string_equal(buffer_text(&targets), "chat ops ");
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_bury_messages(store, "ops", &letter, &count), 0);
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(count, 2);
	assert_dead("ops/m2@9=0,gone*0 ops/m1@9=0,gone*0 ");
	assert_count("ops", 0);
	assert_count("chat", 1);
}

static void test_full(unused_parameter void **state)
{
	/* A full outbox refuses, takes a repeated message as known, and has room again later. */
	char id[16];

	assert_int_equal(store_begin(store), 0);
	for (int i = 0; i < STORE_MAX_OUTBOX; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		assert_int_equal(put(i % 2 == 0 ? "ops" : "chat", id, 0), 0);
	}
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(put("ops", "one-more", 0), -ENOSPC);
	assert_int_equal(put("ops", "m0", 0), 0);
	assert_count("ops", STORE_MAX_OUTBOX / 2);
	assert_int_equal(store_delete_message(store, 1), 0);
	assert_int_equal(put("ops", "one-more", 0), 0);
}

/* A receiver that takes nothing for days leaves the others their share of a full outbox, for news
 * and for what a person has sent again. */
static void test_share(unused_parameter void **state)
{
	const struct store_dead_letter letter = {.reason = ""};
	uint64_t dropped = 0, count = 0;
	char id[16];

	assert_int_equal(put("ops", "dead", 0), 0);
	assert_int_equal(store_bury_message(store, 1, &letter, &dropped), 0);
	assert_int_equal(store_begin(store), 0);
	for (int i = 0; i < STORE_MAX_OUTBOX; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		assert_int_equal(put("chat", id, 0), 0);
	}
	assert_int_equal(put("chat", "one-more", 0), -ENOSPC);
	for (int i = 1; i < STORE_OUTBOX_SHARE; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		assert_int_equal(put("ops", id, 0), 0);
	}
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(store_revive_dead_letters(store, "ops", 0, &count), 0);
	assert_int_equal(count, 1);
	assert_count("ops", STORE_OUTBOX_SHARE);
	assert_int_equal(put("ops", "one-more", 0), -ENOSPC);
}

static int delete_message(void *context, const struct store_message *message)
{
	(*(int *)context)++;
	return store_delete_message(store, message->id);
}

static void test_delete_in_walk(unused_parameter void **state)
{
	/* A walk from which messages are deleted offers one for each target, not its successor. */
	int calls = 0;

	assert_int_equal(put("ops", "m1", 0), 0);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_int_equal(put("chat", "m1", 0), 0);
	assert_int_equal(store_each_due_message(store, 0, delete_message, &calls), 0);
	assert_int_equal(calls, 2);
	assert_due(0, "ops/m2@0*0 ");
}

static void test_ids_are_not_reused(unused_parameter void **state)
{
	/* The id of a deleted message never comes back, so that a late answer hits nothing else. */
	assert_int_equal(put("ops", "m1", 0), 0);
	assert_due(0, "ops/m1@0*0 ");
	assert_int_equal(store_delete_message(store, last_id), 0);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_int_equal(store_delete_message(store, last_id), -ENOENT);
	assert_count("ops", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    store_test(test_order_for_each_target),
	    store_test(test_delay),
	    store_test(test_clock_set_back),
	    store_test(test_clock_set),
	    store_test(test_same_message_twice),
	    store_test(test_unknown_message),
	    store_test(test_merge),
	    store_test(test_dead_letters),
	    store_test(test_many_dead_letters),
	    store_test(test_dead_letters_of_each),
	    store_test(test_bury_all),
	    store_test(test_full),
	    store_test(test_share),
	    store_test(test_delete_in_walk),
	    store_test(test_ids_are_not_reused),
	};

	return cmocka_run_group_tests_name("state/store_outbox", tests, NULL, NULL);
}
