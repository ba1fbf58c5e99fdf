/* What people are told of the host's place in its fleet, over ends of authmedicd at any moment. */
#include "loop/loop_fixture.h"

#include "state/store_fixture.h"

#include "daemon/journal.h"
#include "daemon/membership.h"

/* A lease that is over at once, and an etcd that nobody reaches: the host is away at once. */
static char *endpoints[] = {(char *)"http://127.0.0.1:1"};
static struct config_notify targets[] = {{.name = (char *)"ops", .type = (char *)"webhook"}};
static const struct config config = {
    .fleet = {.configured = true,
	.endpoints = {.items = endpoints, .count = 1},
	.group = (char *)"web",
	.host = (char *)"www1",
	.at_most = 1,
	.lease_ms = -1,
	.look_every_ms = 1000,
	.shared_hosts = 2},
    .notify = {.items = targets, .count = 1}};

static struct journal *journal;
static struct membership *membership;

static void on_change(unused_parameter void *context)
{
}

static void start(void)
{
	struct membership_parts parts = {
	    .loop = &loop, .config = &config, .store = store, .on_change = on_change};
	struct buffer auto_buffer errors;

	buffer_init(&errors, 4096);
	assert_int_equal(journal_new(&journal, &config), 0);
	parts.journal = journal;
	assert_int_equal(membership_new(&membership, &parts, &errors), 0);
}

/* Whatever was not committed is gone. */
static void stop(void)
{
	membership_close(&membership);
	journal_free(&journal);
}

static int open_world(void **state)
{
	return open_store(state) < 0 ? -1 : open_loop(state);
}

static int close_world(void **state)
{
	int closed = close_loop(state);

	return close_store(state) < 0 ? -1 : closed;
}

static void commit(void)
{
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	assert_int_equal(membership_save(membership, store), 0);
	assert_int_equal(store_commit(store), 0);
	journal_forget(journal);
	membership_committed(membership);
}

/* Where we end before the message is in the outbox, the next run tells it. */
static void told_by_the_next_run(unused_parameter void **state)
{
	start();
	membership_work(membership);
	assert_int_equal(journal_count_untold(journal, "ops"), 1);
	stop();
	start();
	membership_work(membership);
	assert_int_equal(journal_count_untold(journal, "ops"), 1);
	stop();
}

/* Once it is there, no run tells it again, however many commits there were in between. */
static void told_once(unused_parameter void **state)
{
	struct notification_of_fleet told;

	start();
	commit();
	membership_work(membership);
	commit();
	commit();
	stop();
	start();
	assert_true(membership_is_hindered(membership, &told));
	membership_work(membership);
	assert_int_equal(journal_count_untold(journal, "ops"), 0);
	stop();
}

/* What could not be committed at first is known to the next run all the same. */
static void told_after_all(unused_parameter void **state)
{
	struct notification_of_fleet told;

	start();
	membership_work(membership);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	assert_int_equal(membership_save(membership, store), 0);
	store_rollback(store);
	commit();
	stop();
	start();
	assert_true(membership_is_hindered(membership, &told));
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(told_by_the_next_run, open_world, close_world),
	    cmocka_unit_test_setup_teardown(told_once, open_world, close_world),
	    cmocka_unit_test_setup_teardown(told_after_all, open_world, close_world),
	};

	return cmocka_run_group_tests_name("membership", tests, NULL, NULL);
}
