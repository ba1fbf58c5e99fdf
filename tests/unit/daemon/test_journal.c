/* Messages that no store has yet: who is told of them, and what the outbox gets afterwards. */
#include "state/store_fixture.h"

#include "daemon/journal.h"

static struct config_notify targets[] = {
    {.name = (char *)"first", .type = (char *)"webhook"},
    {.name = (char *)"second", .type = (char *)"webhook"}};
static const struct config config = {
    .notify = {.items = targets, .count = count_of(targets)}};
static const struct notification_of_state news = {.opened = true,
    .time_ms = 2000,
    .began_ms = 1000,
    .host = "www1",
    .reason = "no-space",
    .text = "the state cannot be saved"};

static struct journal *journal;

static int open_journal(void **state)
{
	return open_store(state) < 0 ? -1 : journal_new(&journal, &config);
}

static int close_journal(void **state)
{
	journal_free(&journal);
	return close_store(state);
}

static int on_message(void *context, const struct store_message *message)
{
	struct buffer *ids = context;

	buffer_append_format(ids, "%s ", message->message_id);
	return 0;
}

/* The ids that wait in the outbox, each with a space behind it. */
static void assert_stored(const char *target, const char *expected)
{
	struct buffer auto_buffer ids;

	buffer_init(&ids, 4096);
	assert_int_equal(store_each_message(store, target, on_message, &ids), 0);
	assert_string_equal(buffer_text(&ids), expected);
}

static void commit(void)
{
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	assert_int_equal(store_commit(store), 0);
	journal_forget(journal);
}

static const char *next(const char *target)
{
	struct notification_message message;

	return journal_next_untold(journal, target, &message) ? message.id : "none";
}

static void tell_both_ways(void)
{
	struct notification_of_state ended = news;

	ended.opened = false;
	journal_tell_state(journal, &news);
	journal_tell_state(journal, &ended);
}

/* Who was told from the journal is not told again by the outbox; the others are, in order. */
static void told_once(unused_parameter void **state)
{
	tell_both_ways();
	assert_string_equal(next("first"), "state-www1-unsaved-1000");
	journal_settle(journal, "first", "state-www1-unsaved-1000", JOURNAL_TOLD);
	assert_string_equal(next("first"), "state-www1-unsaved-ended-1000");
	assert_string_equal(next("second"), "state-www1-unsaved-1000");
	assert_string_equal(next("third"), "none");
	commit();
	assert_stored("first", "state-www1-unsaved-ended-1000 ");
	assert_stored("second", "state-www1-unsaved-1000 state-www1-unsaved-ended-1000 ");
}

/* What a receiver refused does not hold up what is behind it, and is left to the outbox. */
static void refused_once(unused_parameter void **state)
{
	tell_both_ways();
	journal_settle(journal, "first", "state-www1-unsaved-1000", JOURNAL_REFUSED);
	assert_string_equal(next("first"), "state-www1-unsaved-ended-1000");
	journal_settle(journal, "first", "state-www1-unsaved-ended-1000", JOURNAL_TOLD);
	assert_string_equal(next("first"), "none");
	commit();
	assert_stored("first", "state-www1-unsaved-1000 ");
}

/* An outcome that comes when all was committed changes nothing. */
static void settled_too_late(unused_parameter void **state)
{
	tell_both_ways();
	commit();
	journal_settle(journal, "first", "state-www1-unsaved-1000", JOURNAL_TOLD);
	assert_string_equal(next("first"), "none");
	assert_stored("first", "state-www1-unsaved-1000 state-www1-unsaved-ended-1000 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(told_once, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(refused_once, open_journal, close_journal),
	    cmocka_unit_test_setup_teardown(settled_too_late, open_journal, close_journal),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
