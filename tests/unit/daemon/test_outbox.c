/* What is sent while nothing can be saved, and what becomes of it in the store afterwards. The
 * receiver and the clocks are the test's. */
#include "loop/loop_fixture.h"
#include "state/store_fixture.h"

#include <errno.h>

#include "daemon/failing_sites.h"
#include "daemon/outbox.h"
#include "loop/clock.h"
#include "report/pace.h"
#include "report/webhook_sender.h"

static struct config_notify target = {
    .name = (char *)"ops", .type = (char *)"webhook", .url = (char *)"http://127.0.0.1/"};
static struct config config = {.notify = {.items = &target, .count = 1}};
static const struct notification_of_state news = {.opened = true,
    .time_ms = 2000,
    .began_ms = 1000,
    .host = "www1",
    .reason = "no-space",
    .text = "the state cannot be saved"};

static struct publisher *publisher;
static struct journal *journal;
static struct outbox *outbox;
static struct saving saving;
static size_t site_count; /* of those that fail */
static int64_t wall_ms, boot_ms;

/* ---- the receiver */

static struct {
	struct webhook_options options;
	bool is_busy;
	unsigned sent;
	char id[256]; /* of the last */
} receiver;

int __real_webhook_sender_new(struct webhook_sender **ret_sender, uv_loop_t *its_loop,
    const struct webhook_options *options);
int __wrap_webhook_sender_new(struct webhook_sender **ret_sender, uv_loop_t *its_loop,
    const struct webhook_options *options);
int __wrap_webhook_sender_new(struct webhook_sender **ret_sender, uv_loop_t *its_loop,
    const struct webhook_options *options)
{
	receiver.options = *options;
	return __real_webhook_sender_new(ret_sender, its_loop, options);
}

int __wrap_webhook_sender_send(
    struct webhook_sender *sender, size_t number, const struct webhook_message *message);
int __wrap_webhook_sender_send(struct webhook_sender *sender unused_parameter,
    size_t number unused_parameter, const struct webhook_message *message)
{
	assert_false(receiver.is_busy);
	receiver.is_busy = true;
	receiver.sent++;
	snprintf(receiver.id, sizeof(receiver.id), "%.*s", (int)message->id.length,
	    message->id.data);
	return 0;
}

bool __wrap_webhook_sender_is_busy(const struct webhook_sender *sender, size_t number);
bool __wrap_webhook_sender_is_busy(
    const struct webhook_sender *sender unused_parameter, size_t number unused_parameter)
{
	return receiver.is_busy;
}

static void answer(enum webhook_result result, int status, int64_t retry_after_ms)
{
	const struct webhook_outcome outcome = {.result = result,
	    .status = status,
	    .retry_after_ms = retry_after_ms,
	    .reason = "the receiver answered"};

	assert_true(receiver.is_busy);
	receiver.is_busy = false;
	receiver.options.on_outcome(receiver.options.context, 0, &outcome);
}

/* ---- the clocks */

int64_t __wrap_clock_now_ms(void);
int64_t __wrap_clock_now_ms(void)
{
	return wall_ms;
}

int64_t __wrap_clock_boot_ms(void);
int64_t __wrap_clock_boot_ms(void)
{
	return boot_ms;
}

static void pass(int64_t duration_ms)
{
	wall_ms += duration_ms;
	boot_ms += duration_ms;
}

/* ---- the outbox */

static void open_outbox(void)
{
	const struct outbox_parts parts = {.loop = &loop,
	    .config = &config,
	    .store = store,
	    .publisher = publisher,
	    .journal = journal,
	    .saving = &saving,
	    .sites = failing_sites,
	    .site_count = site_count};
	struct buffer auto_buffer errors;

	buffer_init(&errors, 4096);
	assert_int_equal(outbox_new(&outbox, &parts, &errors), 0);
}

static int set_up(void **state)
{
	const struct publisher_sources sources = {.config = &config};

	if (open_store(state) < 0 || open_loop(state) < 0 ||
	    publisher_new(&publisher, &sources) < 0 || journal_new(&journal, &config) < 0)
		return -1;
	config.state_dir = directory;
	memset(&receiver, 0, sizeof(receiver));
	saving.error = 0;
	wall_ms = INT64_C(1700000000000);
	boot_ms = 5000000;
	open_outbox();
	return 0;
}

static int tear_down(void **state)
{
	outbox_close(&outbox);
	journal_free(&journal);
	publisher_free(&publisher);
	return close_loop(state) < 0 ? -1 : close_store(state);
}

static void work(void)
{
	outbox_work(outbox, wall_ms);
}

/* The journal goes into the store. */
static void commit(void)
{
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(journal_write(journal, store), 0);
	assert_int_equal(store_commit(store), 0);
	journal_forget(journal);
	saving.error = 0;
}

static void put(const char *id)
{
	const struct store_message message = {.target = "ops",
	    .message_id = id,
	    .body = VIEW("{\"type\":\"authmedic.state.unsaved\",\"data\":{\"host\":\"h\"}}"),
	    .created_ms = wall_ms,
	    .due_ms = wall_ms};

	assert_int_equal(store_put_message(store, &message), 0);
}

static void assert_store_has(uint64_t waiting, uint64_t dead)
{
	uint64_t count = 99;

	assert_int_equal(store_count_messages(store, "ops", &count), 0);
	assert_int_equal(count, waiting);
	assert_int_equal(store_count_dead_letters(store, "ops", &count), 0);
	assert_int_equal(count, dead);
}

/* ---- the tests */

/* What was taken straight from the journal never comes into the store, and never goes out again. */
static void taken_unsaved(unused_parameter void **state)
{
	saving.error = -ENOSPC;
	journal_tell_state(journal, &news);
	work();
	assert_int_equal(receiver.sent, 1);
	answer(WEBHOOK_DELIVERED, 200, -1);
	work();
	commit();
	work();
	assert_int_equal(receiver.sent, 1);
	assert_store_has(0, 0);
}

static int on_letter(void *context, const struct store_dead_letter *letter)
{
	*(int64_t *)context = letter->message.attempts;
	assert_int_equal(letter->status, 410);
	assert_string_equal(letter->message.message_id, receiver.id);
	return 0;
}

/* What was refused meanwhile is a dead letter once it can be saved, with the attempt that was made.
 */
static void refused_unsaved(unused_parameter void **state)
{
	int64_t attempts = 0;

	saving.error = -ENOSPC;
	journal_tell_state(journal, &news);
	work();
	answer(WEBHOOK_DEAD, 410, -1);
	work();
	assert_int_equal(receiver.sent, 1);
	commit();
	assert_store_has(1, 0);
	work();
	assert_store_has(0, 1);
	assert_int_equal(receiver.sent, 1);
	assert_int_equal(store_each_dead_letter(store, on_letter, &attempts), 0);
	assert_int_equal(attempts, 1);
}

static int on_waiting(void *context, const struct store_message *message)
{
	*(struct store_message *)context = *message;
	return 0;
}

/* The second attempt comes then, and not a second earlier. */
static void expect_next_try_in(int64_t pause_ms)
{
	pass(pause_ms - 1000);
	work();
	assert_int_equal(receiver.sent, 1);
	pass(1000);
	work();
	assert_int_equal(receiver.sent, 2);
}

/* The pause before the next attempt is kept in mind by a clock that nobody sets, and goes on in the
 * store by the other one. */
static void pause_by_two_clocks(unused_parameter void **state)
{
	struct store_message stored = {0};

	put("m-1");
	saving.error = -ENOSPC;
	work();
	assert_string_equal(receiver.id, "m-1");
	answer(WEBHOOK_RETRY, 503, 60000);
	wall_ms += 86400000; /* somebody sets the clock */
	pass(20000);
	work();
	assert_int_equal(receiver.sent, 1);
	saving.error = 0;
	work();
	assert_int_equal(receiver.sent, 1);
	assert_int_equal(store_each_message(store, "ops", on_waiting, &stored), 0);
	assert_int_equal(stored.due_ms, wall_ms + 40000);
	assert_int_equal(stored.attempts, 1);
	expect_next_try_in(40000);
	assert_string_equal(receiver.id, "m-1");
}

/* A clock that is set back does not hold up what has just come, nor what is tried again. */
static void set_back(unused_parameter void **state)
{
	static const int64_t half_an_hour_ms = 1800000;

	put("m-1");
	work();
	wall_ms -= half_an_hour_ms;
	work();
	pass(PACE_GATHER_MS);
	work();
	assert_string_equal(receiver.id, "m-1");
	answer(WEBHOOK_RETRY, 503, 60000);
	wall_ms -= half_an_hour_ms;
	expect_next_try_in(60000);
}

/* What comes between a clock's being set and our next look waits no longer than any, whichever way
 * it was set. */
static void set_beside(unused_parameter void **state)
{
	static const int64_t steps_ms[] = {1800000, -1800000, INT64_C(40) * 86400000};

	for (size_t i = 0; i < count_of(steps_ms); i++) {
		work();
		wall_ms += steps_ms[i];
		put("m-1");
		work();
		pass(PACE_GATHER_MS);
		work();
		assert_int_equal(receiver.sent, i + 1);
		answer(WEBHOOK_DELIVERED, 200, -1);
	}
}

/* One that is set right by years, as after a start without a clock, makes no message so old that it
 * is given up. */
static void set_right(unused_parameter void **state)
{
	static const int64_t years_ms = INT64_C(5) * 365 * 86400000;

	put("m-1");
	pass(PACE_GATHER_MS);
	for (unsigned i = 1; i <= 3; i++) {
		work();
		assert_int_equal(receiver.sent, i);
		wall_ms += years_ms; /* while one is under way, and before the next */
		answer(WEBHOOK_RETRY, 0, -1);
		wall_ms += years_ms;
		pass(60000);
	}
	assert_store_has(1, 0);
}

/* While it pauses none overtakes it; then it is tried again, though nothing can be saved yet. */
static void tried_again_unsaved(unused_parameter void **state)
{
	put("m-1");
	put("m-2");
	saving.error = -ENOSPC;
	work();
	answer(WEBHOOK_RETRY, 503, 60000);
	expect_next_try_in(60000);
	assert_string_equal(receiver.id, "m-1");
	answer(WEBHOOK_DELIVERED, 200, -1);
	work();
	assert_string_equal(receiver.id, "m-2");
}

/* What is owed is paid where the daemon ends, if it can be noted; else the message goes out again,
 * by the same id. */
static void closed_while_owed(unused_parameter void **state)
{
	put("m-1");
	saving.error = -ENOSPC;
	work();
	answer(WEBHOOK_DELIVERED, 200, -1);
	outbox_close(&outbox);
	assert_store_has(1, 0);
	open_outbox();
	work();
	assert_int_equal(receiver.sent, 2);
	assert_string_equal(receiver.id, "m-1");
	answer(WEBHOOK_DELIVERED, 200, -1);
	saving.error = 0;
	outbox_close(&outbox);
	assert_store_has(0, 0);
}

/* What a full outbox has no room for is nobody's: that it was refused is forgotten with it. */
static void refused_by_a_full_outbox(unused_parameter void **state)
{
	char id[16];

	saving.error = -ENOSPC;
	journal_tell_state(journal, &news);
	work();
	answer(WEBHOOK_DEAD, 410, -1);
	assert_int_equal(store_begin(store), 0);
	for (int i = 0; i < STORE_MAX_OUTBOX; i++) {
		snprintf(id, sizeof(id), "m-%d", i);
		put(id);
	}
	assert_int_equal(store_commit(store), 0);
	commit();
	assert_int_equal(journal_refused_total(journal), 1);
	work();
	assert_int_equal(store_delete_message(store, 1), 0);
	put(receiver.id); /* another one, of the same id */
	work();
	assert_store_has(STORE_MAX_OUTBOX, 0);
}

/* What goes on is told part by part without a pause; then not for a while. */
static void goes_on_in_parts(unused_parameter void **state)
{
	static const unsigned parts = 3;
	void *world = NULL;

	assert_int_equal(world_set_up(&world), 0);
	fail_everywhere(world);
	outbox_close(&outbox);
	site_count = 1000;
	target.type = (char *)"alertmanager";
	open_outbox();
	for (unsigned i = 1; i <= parts; i++) {
		work();
		work();
		assert_int_equal(receiver.sent, i);
		answer(WEBHOOK_DELIVERED, 200, -1);
	}
	pass(59999);
	work();
	assert_int_equal(receiver.sent, parts);
	pass(1);
	work();
	assert_int_equal(receiver.sent, parts + 1);
	site_count = 0;
	target.type = (char *)"webhook";
	world_tear_down(&world);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(taken_unsaved),
	    TEST(refused_unsaved),
	    TEST(pause_by_two_clocks),
	    TEST(set_back),
	    TEST(set_beside),
	    TEST(set_right),
	    TEST(tried_again_unsaved),
	    TEST(closed_while_owed),
	    TEST(refused_by_a_full_outbox),
	    TEST(goes_on_in_parts),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
