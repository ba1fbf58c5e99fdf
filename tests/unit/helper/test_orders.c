#include "harness.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"
#include "ledger/ledger_line.h"

/* What a person or the daemon says of one rung holds for that rung of that site, survives the
 * helper, and is told. */
static void locks(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	reply = harness_say(harness, PROTOCOL_LOCK, "web", 0);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(reply.locked, 1);
	harness_kill(harness);
	harness_start(harness);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_LOCKED);
	assert_int_equal(harness_say(harness, PROTOCOL_STATUS, "second", 0).locked, 0);
	reply = harness_say(harness, PROTOCOL_UNLOCK, "web", 0);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(reply.locked, 0);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
	assert_true(harness_ledger_has(harness, " unlock wall_ms="));
}

/* A skipped rung stays out of the incident, and no rung at all runs where a person said no; the
 * next incident is another matter. */
static void skips_and_denies(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_configure(harness, "safety: {actions_per_hour: 60, cool_down: 0s}\n");
	harness_plugin(harness, "mark", harness_mark);
	harness_plugin(harness, "other", harness_mark);
	harness_start(harness);
	reply = harness_say(harness, PROTOCOL_SKIP, "web", 0);
	assert_int_equal(reply.skipped, 1);
	reply = harness_say(harness, PROTOCOL_APPLY, "web", 0);
	assert_refused(&reply, REFUSAL_DENIED);
	assert_int_equal(harness_say(harness, PROTOCOL_APPLY, "web", 1).result, PROTOCOL_DONE);
	assert_int_equal(harness_say(harness, PROTOCOL_DENY, "second", 0).denied, 1);
	reply = harness_say(harness, PROTOCOL_APPLY, "second", 0);
	assert_refused(&reply, REFUSAL_DENIED);
	assert_int_equal(harness_apply(harness, "web", "i-2").result, PROTOCOL_DONE);
	assert_int_equal(harness_apply(harness, "second", "i-2").result, PROTOCOL_DONE);
}

/* Where an approval is needed nothing runs without one, and one approval is for one run. */
static void needs_approval(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_configure(harness, "safety: {actions_per_hour: 60, cool_down: 0s}\n");
	harness_plugin(harness, "other", harness_mark);
	harness_start(harness);
	reply = harness_say(harness, PROTOCOL_APPLY, "fallback", 1);
	assert_refused(&reply, REFUSAL_APPROVAL);
	assert_int_equal(harness_say(harness, PROTOCOL_APPROVE, "fallback", 0).approved, 1);
	reply = harness_say(harness, PROTOCOL_APPLY, "fallback", 1);
	assert_refused(&reply, REFUSAL_APPROVAL);
	assert_int_equal(harness_say(harness, PROTOCOL_APPROVE, "fallback", 1).approved, 3);
	reply = harness_say(harness, PROTOCOL_APPLY, "fallback", 1);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(reply.approved, 1);
	assert_int_equal(harness_count_lines(harness, "marks"), 1);
}

/* Orders about what is not there, or from another configuration, change nothing. */
static void refuses_orders(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;

	harness_start(harness);
	reply = harness_say(harness, PROTOCOL_LOCK, "nosuch", 0);
	assert_refused(&reply, REFUSAL_SITE);
	reply = harness_say(harness, PROTOCOL_APPROVE, "web", 2);
	assert_refused(&reply, REFUSAL_RUNG);
	request = harness_request(harness, PROTOCOL_UNLOCK);
	request.config_digest++;
	reply = harness_ask(harness, &request);
	assert_refused(&reply, REFUSAL_CONFIG);
	reply = harness_say(harness, PROTOCOL_REVERT, "web", 0);
	assert_refused(&reply, REFUSAL_RUNG); /* nothing of it is applied */
	assert_false(harness_ledger_has(harness, "lock"));
}

/* A resume that cannot be put on record, here since another helper is at the ledger, is none: all
 * stays paused until it can. */
static void resumes_on_record_alone(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];
	struct protocol_reply reply;
	int ledger;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	assert_int_equal(harness_say(harness, PROTOCOL_PAUSE, "web", 0).paused, 1);
	harness_path(harness, "state/helper/ledger", path);
	ledger = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(ledger, LOCK_EX | LOCK_NB), 0);
	reply = harness_say(harness, PROTOCOL_RESUME, "web", 0);
	assert_int_equal(reply.result, PROTOCOL_TRY_LATER);
	assert_int_equal(reply.paused, 1);
	close(ledger);
	reply = harness_apply(harness, "web", "i-1");
	assert_refused(&reply, REFUSAL_PAUSED);
	reply = harness_say(harness, PROTOCOL_RESUME, "web", 0);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(reply.paused, 0);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
}

/* A pause that cannot be put on the disk, here since the folder is gone, is not told as one. */
static void pauses_or_says_so(void **state)
{
	struct harness *harness = *state;
	char path[HARNESS_PATH_BYTES];
	struct protocol_reply reply;

	harness_start(harness);
	harness_await_ledger(harness);
	harness_path(harness, "state/helper/ledger", path);
	assert_int_equal(unlink(path), 0);
	harness_path(harness, "state/helper", path);
	assert_int_equal(rmdir(path), 0);
	reply = harness_say(harness, PROTOCOL_PAUSE, "web", 0);
	assert_int_equal(reply.paused, 0);
	assert_int_equal(reply.result, PROTOCOL_FAILED);
}

/* Sites that share a worker share its budget. */
static void shares_the_budget(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	harness_start(harness);
	assert_int_equal(harness_apply(harness, "web", "i-1").result, PROTOCOL_DONE);
	reply = harness_apply(harness, "twin", "i-2");
	assert_refused(&reply, REFUSAL_BUDGET);
	assert_int_equal(harness_apply(harness, "second", "i-3").result, PROTOCOL_DONE);
}

static void apply_fallback(struct harness *harness)
{
	harness_start(harness);
	assert_int_equal(
	    harness_say(harness, PROTOCOL_APPROVE, "fallback", 0).result, PROTOCOL_DONE);
	assert_int_equal(harness_say(harness, PROTOCOL_APPLY, "fallback", 0).result, PROTOCOL_DONE);
	assert_int_equal(harness_count_lines(harness, "marks"), 1);
}

static void assert_stands(const struct protocol_reply *reply, const char *remedy)
{
	const struct protocol_standing *standing = &reply->standing[0];

	assert_int_equal(reply->standing_known, 1);
	assert_int_equal(reply->standing_count, 1);
	assert_string_equal(standing->site, "fallback");
	assert_string_equal(standing->remedy, remedy);
	assert_true(standing->left_ms <= 3600000);
}

/* What is applied for a time is told with what is left of it, and a person can take it back. */
static void reverts_when_told(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	harness_plugin(harness, "mark", harness_mark);
	apply_fallback(harness);
	reply = harness_say(harness, PROTOCOL_STATUS, "fallback", 0);
	assert_int_equal(reply.applied, 1);
	assert_stands(&reply, "mark");
	reply = harness_say(harness, PROTOCOL_STATUS, "web", 0);
	assert_int_equal(reply.applied, 0);
	assert_stands(&reply, "mark"); /* on the host, all the same */
	reply = harness_say(harness, PROTOCOL_REVERT, "fallback", 0);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(reply.applied, 0);
	assert_int_equal(reply.standing_known, 1);
	assert_int_equal(reply.standing_count, 0);
	assert_true(harness_ledger_has(harness, " verb=revert "));
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
	reply = harness_say(harness, PROTOCOL_REVERT, "fallback", 0);
	assert_refused(&reply, REFUSAL_RUNG);
}

/* The time in the approval is the shorter one, so it is taken back by then: by a helper that runs,
 * without anybody asking. */
static void reverts_in_time(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;

	harness_make_fifo(harness, "reverted");
	harness_plugin(harness, "mark", "[ $1 = apply ] || echo $1 >$FOLDER/reverted");
	harness_start(harness);
	request = harness_request(harness, PROTOCOL_APPROVE);
	snprintf(request.site, sizeof(request.site), "fallback");
	request.for_ms = 300;
	assert_int_equal(harness_ask(harness, &request).result, PROTOCOL_DONE);
	assert_int_equal(harness_say(harness, PROTOCOL_APPLY, "fallback", 0).result, PROTOCOL_DONE);
	free(harness_read_fifo(harness, "reverted"));
}

/* The ledger as it would be had all of it happened two hours earlier. */
static void make_older(const struct harness *harness)
{
	const int64_t by_ms = INT64_C(2) * 3600000;
	char auto_free *ledger = harness_read(harness, "state/helper/ledger");
	struct view rest = view_of_text(ledger), line;
	struct buffer auto_buffer older;

	buffer_init(&older, 65536);
	while (view_cut(&rest, '\n', &line)) {
		struct ledger_record record;
		struct buffer auto_buffer one;

		buffer_init(&one, LEDGER_MAX_LINE_BYTES);
		assert_int_equal(ledger_line_read(line, &record), 0);
		record.when.wall_ms -= by_ms;
		record.when.boottime_ms -= by_ms;
		ledger_line_write(&record, &one);
		buffer_append(&older, buffer_view(&one));
	}
	harness_write(harness, "state/helper/ledger", buffer_text(&older));
}

static size_t count_clock_lines(const struct harness *harness)
{
	char auto_free *ledger = harness_read(harness, "state/helper/ledger");
	size_t count = 0;

	for (const char *at = ledger; (at = strstr(at, " clock wall_ms=")) != NULL; at++)
		count++;
	return count;
}

/* Nobody is there any more: the timer's helper takes back what is due, once, and nothing else. It
 * comes each minute, so it does not note the time: the ledger would be full of it. */
static void reverts_without_us(void **state)
{
	struct harness *harness = *state;

	if (!harness_has_place)
		skip();
	harness_plugin(harness, "mark", harness_mark);
	apply_fallback(harness);
	harness_kill(harness);
	assert_int_equal(harness_revert_due(harness), 0);
	assert_int_equal(harness_count_lines(harness, "marks"), 1);
	make_older(harness);
	harness_write(harness, "state/helper/paused", "");
	assert_int_equal(harness_revert_due(harness), 0);
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
	assert_true(harness_ledger_has(harness, " by=deadline "));
	assert_int_equal(harness_revert_due(harness), 0);
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
	assert_int_equal(count_clock_lines(harness), 0);
}

/* A revert that fails is told by the exit status and tried again later, not at once. */
static void tries_to_revert_again(void **state)
{
	struct harness *harness = *state;

	if (!harness_has_place)
		skip();
	harness_plugin(harness, "mark", "echo $1 >>$FOLDER/marks; [ $1 = apply ]");
	apply_fallback(harness);
	harness_kill(harness);
	make_older(harness);
	assert_int_equal(harness_revert_due(harness), 1);
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
	assert_int_equal(harness_revert_due(harness), 0);
	assert_int_equal(harness_count_lines(harness, "marks"), 2);
	make_older(harness);
	assert_int_equal(harness_revert_due(harness), 1);
	assert_int_equal(harness_count_lines(harness, "marks"), 3);
}

/* Another rung stands in the place of the one that is applied, and that is overdue. No helper
 * runs. */
static void lose_the_rung(struct harness *harness)
{
	char auto_free *config = NULL;
	char *found;

	harness_plugin(harness, "mark", harness_mark);
	harness_plugin(harness, "other", harness_mark);
	apply_fallback(harness);
	harness_kill(harness);
	make_older(harness);
	config = harness_read(harness, "authmedic.yml");
	found = strstr(config, "{remedy: mark, revert_after");
	assert_non_null(found);
	memcpy(found, "{remedy: other,", 15);
	harness_write(harness, "authmedic.yml", config);
}

/* What left the configuration cannot be taken back by us, which is no success. */
static void cannot_revert_the_unknown(void **state)
{
	struct harness *harness = *state;

	if (!harness_has_place)
		skip();
	lose_the_rung(harness);
	assert_int_equal(harness_revert_due(harness), 1);
	assert_int_equal(harness_count_lines(harness, "marks"), 1);
}

/* That it stands is told all the same, as a fallback of the site, and that it is overdue. */
static void tells_of_the_unknown(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;

	lose_the_rung(harness);
	harness_start(harness);
	reply = harness_say(harness, PROTOCOL_STATUS, "fallback", 0);
	assert_int_equal(reply.applied, PROTOCOL_APPLIED_GONE);
	assert_stands(&reply, "mark");
	assert_true(reply.standing[0].left_ms <= 0);
	assert_int_equal(harness_say(harness, PROTOCOL_STATUS, "web", 0).applied, 0);
}

static struct protocol_reply say_by_hand(
    const struct harness *harness, const char *site, uint64_t key)
{
	struct protocol_request request = harness_request(harness, PROTOCOL_REVERTED);

	snprintf(request.site, sizeof(request.site), "%s", site);
	request.key = key;
	return harness_ask(harness, &request);
}

/* What a person has taken back by hand stands no more once he says so, though its rung is gone: of
 * that site and rung alone, and by a record that an older helper would read as a revert. */
static void takes_the_word_of_a_hand(void **state)
{
	struct harness *harness = *state;
	struct protocol_reply reply;
	uint64_t key;

	if (!harness_has_place)
		skip();
	lose_the_rung(harness);
	harness_start(harness);
	reply = harness_say(harness, PROTOCOL_STATUS, "fallback", 0);
	assert_stands(&reply, "mark");
	key = reply.standing[0].key;
	reply = say_by_hand(harness, "web", key);
	assert_refused(&reply, REFUSAL_RUNG);
	reply = say_by_hand(harness, "fallback", key + 1);
	assert_refused(&reply, REFUSAL_RUNG);
	reply = say_by_hand(harness, "fallback", key);
	assert_int_equal(reply.result, PROTOCOL_DONE);
	reply = harness_say(harness, PROTOCOL_STATUS, "fallback", 0);
	assert_int_equal(reply.applied, 0);
	assert_int_equal(reply.standing_count, 0);
	assert_true(harness_ledger_has(harness, " site=fallback remedy=mark "));
	assert_true(harness_ledger_has(harness, " action=by-hand verb=revert "));
	assert_int_equal(harness_count_lines(harness, "marks"), 1);
	harness_kill(harness);
	assert_int_equal(harness_revert_due(harness), 0);
}

/* A word that comes while the action is under way waits for its end. */
static void takes_no_word_meanwhile(void **state)
{
	struct harness *harness = *state;
	struct protocol_request request;
	struct protocol_reply reply;

	harness_make_fifo(harness, "go");
	harness_plugin(harness, "mark", "read line <$FOLDER/go");
	harness_start(harness);
	assert_int_equal(
	    harness_say(harness, PROTOCOL_APPROVE, "fallback", 0).result, PROTOCOL_DONE);
	request = harness_request(harness, PROTOCOL_APPLY);
	snprintf(request.site, sizeof(request.site), "fallback");
	harness_send(harness, &request, sizeof(request));
	reply = harness_say(harness, PROTOCOL_STATUS, "fallback", 0);
	assert_int_equal(reply.standing_count, 1);
	reply = say_by_hand(harness, "fallback", reply.standing[0].key);
	assert_refused(&reply, REFUSAL_BUSY);
	reply = harness_say(harness, PROTOCOL_STATUS, "fallback", 0);
	assert_int_equal(reply.in_flight, 1);
	assert_stands(&reply, "mark");
	harness_let_go(harness, "go");
	assert_true(harness_receive(harness, &reply));
	assert_int_equal(reply.result, PROTOCOL_DONE);
	assert_int_equal(reply.standing_count, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(locks),
	    TEST(skips_and_denies),
	    TEST(needs_approval),
	    TEST(refuses_orders),
	    TEST(resumes_on_record_alone),
	    TEST(pauses_or_says_so),
	    TEST(shares_the_budget),
	    TEST(reverts_when_told),
	    TEST(reverts_in_time),
	    TEST(reverts_without_us),
	    TEST(tries_to_revert_again),
	    TEST(cannot_revert_the_unknown),
	    TEST(tells_of_the_unknown),
	    TEST(takes_the_word_of_a_hand),
	    TEST(takes_no_word_meanwhile),
	};

	return cmocka_run_group_tests_name("orders", tests, harness_make_place, NULL);
}
