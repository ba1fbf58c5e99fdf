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
	/* A delayed message counts its attempts, keeps its place and holds back those behind it. */
	assert_int_equal(put("ops", "m1", 0), 0);
	assert_int_equal(put("ops", "m2", 0), 0);
	assert_due(0, "ops/m1@0*0 ");
	assert_int_equal(store_delay_message(store, last_id, 500), 0);
	assert_due(499, "");
	assert_due(500, "ops/m1@500*1 ");
	assert_int_equal(store_delay_message(store, last_id, 600), 0);
	assert_due(600, "ops/m1@600*2 ");
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
	assert_int_equal(store_delay_message(store, 1, 0), -ENOENT);
	assert_int_equal(store_delete_message(store, 1), -ENOENT);
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
	    store_test(test_same_message_twice),
	    store_test(test_unknown_message),
	    store_test(test_full),
	    store_test(test_delete_in_walk),
	    store_test(test_ids_are_not_reused),
	};

	return cmocka_run_group_tests_name("state/store_outbox", tests, NULL, NULL);
}
