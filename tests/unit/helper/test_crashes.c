#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "seed.h"

/* The client goes away: the action comes to its end and into the ledger, then the helper leaves. */
static void finishes_without_client(void **state)
{
	struct harness *harness = *state;

	harness_start(harness);
	harness_begin_action(harness);
	harness_wait_for_plugin(harness);
	shutdown(harness->socket, SHUT_RDWR);
	harness_let_go(harness, "go");
	assert_int_equal(harness_close(harness), 0);
	assert_true(harness_ledger_has(harness, " result=done "));
	assert_int_equal(harness_count_lines(harness, "marks"), 1);
}

/* Whoever asked died before the helper came to read it: the next daemon may have been told already
 * that it was never begun, and would not look after it. */
static void begins_nothing_for_the_dead(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	harness_ask_status(harness); /* it is up */
	kill(harness->helper, SIGSTOP);
	request = harness_request(harness, PROTOCOL_APPLY);
	harness_send(harness, &request, sizeof(request));
	shutdown(harness->socket, SHUT_RDWR);
	kill(harness->helper, SIGCONT);
	assert_int_equal(harness_close(harness), 0);
	assert_false(harness_ledger_has(harness, " intent "));
	assert_false(harness_has(harness, "marks"));
}

/* Somebody read its standard error, and is gone: what it has to say there does not kill it. */
static void finishes_unheard(void **state)
{
	struct harness *harness = *state;
	int heard = dup(STDERR_FILENO), pipe_ends[2];

	assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
	assert_int_equal(dup2(pipe_ends[1], STDERR_FILENO), STDERR_FILENO);
	close(pipe_ends[1]);
	harness_start(harness);
	assert_int_equal(dup2(heard, STDERR_FILENO), STDERR_FILENO);
	close(heard);
	close(pipe_ends[0]);
	harness_begin_action(harness);
	harness_wait_for_plugin(harness);
	harness_let_go(harness, "go");
	assert_int_equal(harness_close(harness), 0);
	assert_true(harness_ledger_has(harness, " result=done "));
}

/* The helper dies in the middle. While the plugin runs on, the new helper says so; once that is
 * over, that nobody knows; and it refuses to do it again. */
static void dies_in_the_middle(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;
	pid_t plugin;

	harness_start(harness);
	harness_begin_action(harness);
	plugin = harness_wait_for_plugin(harness);
	harness_kill(harness);
	harness_start(harness);
	assert_int_equal(harness_ask_action(harness, "incident-1").result, PROTOCOL_IN_FLIGHT);
	reply = harness_apply(harness, "second", "i-2");
	assert_refused(&reply, REFUSAL_BUSY);
	kill(plugin, SIGKILL);
	do
		reply = harness_ask_action(harness, "incident-1");
	while (reply.result == PROTOCOL_IN_FLIGHT);
	assert_int_equal(reply.result, PROTOCOL_UNKNOWN);
	reply = harness_apply(harness, "web", "incident-1");
	assert_refused(&reply, REFUSAL_REPEATED);
	reply = harness_apply(harness, "web", "i-2");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_false(harness_has(harness, "marks"));
}

/* What a crash left of a ledger line counts as an action of every site, and is kept. */
static void counts_torn_lines(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	harness_write(harness, "state/helper", NULL);
	harness_write(harness, "state/helper/ledger", "2026-11-22T10:00:00.000Z inte");
	harness_start(harness);
	reply = harness_ask_status(harness);
	assert_int_equal(reply.budget_hour, 0);
	assert_int_equal(reply.budget_day, 2);
	request = harness_request(harness, PROTOCOL_STATUS);
	snprintf(request.site, sizeof(request.site), "second");
	assert_int_equal(harness_ask(harness, &request).budget_hour, 0);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_true(harness_ledger_has(harness, "2026-11-22T10:00:00.000Z inte\t"));
}

static uint64_t dice(uint64_t sides)
{
	static uint64_t rolls;

	if (rolls == 0)
		rolls = seed_of(0);
	rolls ^= rolls << 13;
	rolls ^= rolls >> 7;
	rolls ^= rolls << 17;
	return rolls % sides;
}

static void pass_some_time(void)
{
	for (volatile uint64_t left = dice(1 << (8 + dice(18))); left > 0; left--)
		;
}

/* What the next helper says of an action after a crash, once that has come to rest. */
static enum protocol_result find_out(const struct harness *harness, const char *incident)
{
	struct protocol_reply reply;

	do
		reply = harness_ask_action(harness, incident);
	while (reply.result == PROTOCOL_IN_FLIGHT);
	return reply.result;
}

/* Killed at any moment, it acts once at most, and never forgets that it may have. */
static void dies_at_any_moment(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;
	size_t results[PROTOCOL_REFUSED + 1] = {0};
	char incident[16];

	harness_configure(
	    harness, "safety: {actions_per_hour: 60, actions_per_day: 60, cool_down: 0s}\n");
	harness_plugin(harness, "mark", harness_mark);
	for (size_t i = 0; i < 50; i++) {
		enum protocol_result result;
		size_t marks = harness_count_lines(harness, "marks");

		harness_start(harness);
		harness_ask_status(harness); /* it is up */
		snprintf(incident, sizeof(incident), "i-%zu", i);
		request = harness_request(harness, PROTOCOL_APPLY);
		snprintf(request.incident, sizeof(request.incident), "%s", incident);
		harness_send(harness, &request, sizeof(request));
		pass_some_time();
		harness_kill(harness);
		harness_start(harness);
		result = find_out(harness, incident);
		results[result]++;
		marks = harness_count_lines(harness, "marks") - marks;
		assert_in_range(marks, result == PROTOCOL_DONE, result != PROTOCOL_NEVER);
		/* Busy for a moment, where the child that was to be the plugin has not ended. */
		do
			reply = harness_apply(harness, "web", incident);
		while (reply.refusal == REFUSAL_BUSY);
		if (result == PROTOCOL_NEVER)
			assert_int_equal(reply.result, PROTOCOL_DONE);
		else
			assert_refused(&reply, REFUSAL_REPEATED);
		assert_int_equal(reply.budget_hour, 60 - i - 1);
		harness_kill(harness);
	}
	print_message("# never %zu, unknown %zu, done %zu\n", results[PROTOCOL_NEVER],
	    results[PROTOCOL_UNKNOWN], results[PROTOCOL_DONE]);
}

/* A plugin that its helper left behind is killed at its deadline by the next one. */
static void ends_what_was_left(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_configure(harness, "safety: {plugin_timeout: 300ms}\n");
	harness_start(harness);
	harness_begin_action(harness);
	harness_wait_for_plugin(harness);
	harness_kill(harness);
	harness_start(harness);
	do
		reply = harness_ask_action(harness, "incident-1");
	while (reply.result == PROTOCOL_IN_FLIGHT);
	assert_int_equal(reply.result, PROTOCOL_UNKNOWN);
	assert_false(harness_has(harness, "marks"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	    TEST(finishes_without_client),
	    TEST(begins_nothing_for_the_dead),
	    TEST(finishes_unheard),
	    TEST(dies_in_the_middle),
	    TEST(ends_what_was_left),
	    TEST(counts_torn_lines),
	    TEST(dies_at_any_moment),
	};

	return cmocka_run_group_tests_name("crashes", tests, NULL, NULL);
}
