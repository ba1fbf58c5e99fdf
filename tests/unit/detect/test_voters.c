#include "detect/voters.h"

#include <errno.h>

#include "allocation.h"
#include "traffic.h"
#include "unit.h"

#define WINDOW_MS INT64_C(300000)
#define WEEK_MS   (INT64_C(7) * 86400000)
#define START_MS  INT64_C(1700000000000)
#define MANY      5000

static struct window window;
static struct voters voters;

static int setup(unused_parameter void **state)
{
	const struct voters_options options = {.max_voters = 3, .known_good_for_ms = WEEK_MS};

	assert_int_equal(window_init(&window, WINDOW_MS, 0), 0);
	window_advance(&window, START_MS);
	assert_int_equal(voters_init(&voters, &options), 0);
	return 0;
}

static int teardown(unused_parameter void **state)
{
	voters_done(&voters);
	window_done(&window);
	return 0;
}

static void admit(uint64_t voter, int64_t time_ms)
{
	const struct vote vote = {
	    .voter = voter, .time_ms = time_ms, .opinion = OPINION_ESTABLISHED, .good = true};

	assert_true(voters_vote(&voters, &window, &vote));
}

static bool reject(uint64_t voter, int64_t time_ms)
{
	const struct vote vote = {.voter = voter, .time_ms = time_ms, .opinion = OPINION_REJECTED};

	return voters_vote(&voters, &window, &vote);
}

/* Whatever number was told before. */
static bool knows(uint64_t voter)
{
	uint32_t number = voters_find(&voters, voter, 0);

	for (uint32_t before = 1; before <= voters.options.max_voters; before++)
		assert_int_equal(voters_find(&voters, voter, before), number);
	return number != 0;
}

static struct view row_of(struct row_writer *row, uint64_t voter, uint64_t order)
{
	row_begin(row, 1);
	row_put(row, voter, 8);
	row_put(row, (uint64_t)START_MS, 8);
	row_put(row, (uint64_t)START_MS, 8);
	row_put(row, order, 8);
	row_put(row, OPINION_REJECTED, 1);
	return row_view(row);
}

/* Hashes that differ in all bits. */
static uint64_t spread(uint64_t number)
{
	return number * UINT64_C(0x9e3779b97f4a7c15);
}

static void assert_votes(uint64_t established, uint64_t rejected)
{
	assert_int_equal(window.sums[WINDOW_VOTERS_ESTABLISHED], established);
	assert_int_equal(window.sums[WINDOW_VOTERS_REJECTED], rejected);
}

static void test_only_good_ones_enter(unused_parameter void **state)
{
	/* A stranger that is refused, or passes without proof, gets no entry and no vote. */
	const struct vote passing = {
	    .voter = 2, .time_ms = START_MS, .opinion = OPINION_AUTHENTICATED};

	assert_false(reject(1, START_MS));
	assert_false(voters_vote(&voters, &window, &passing));
	assert_int_equal(voters.count, 0);
	admit(1, START_MS);
	assert_true(knows(1));
	assert_false(knows(2));
	assert_votes(1, 0);
}

static void test_number_of_another(unused_parameter void **state)
{
	/* A number that is another voter's by now, or nobody's, does not take the vote there. */
	struct vote vote = {.voter = 1, .time_ms = START_MS + 1, .opinion = OPINION_REJECTED};

	admit(1, START_MS);
	admit(2, START_MS);
	assert_votes(2, 0);
	for (vote.number = 0; vote.number <= 3; vote.number++) {
		vote.voter = 1;
		assert_true(voters_vote(&voters, &window, &vote));
		assert_votes(1, 1);
		vote.voter = 9;
		assert_false(voters_vote(&voters, &window, &vote));
	}
	assert_int_equal(voters.count, 2);
}

static void test_last_opinion_counts(unused_parameter void **state)
{
	/* One voter is one opinion, the latest by its time. */
	admit(1, START_MS);
	assert_true(reject(1, START_MS));
	assert_votes(0, 1);
	admit(1, START_MS);
	assert_votes(1, 0);
	assert_true(reject(1, START_MS - 1));
	assert_votes(1, 0);
}

static void test_belated_opinion(unused_parameter void **state)
{
	/* What is found out later stands only where nothing of that time or after is known. */
	struct vote vote = {
	    .voter = 1, .time_ms = START_MS, .opinion = OPINION_REJECTED, .belated = true};

	admit(1, START_MS);
	assert_true(voters_vote(&voters, &window, &vote));
	assert_votes(1, 0);
	vote.time_ms++;
	assert_true(voters_vote(&voters, &window, &vote));
	assert_votes(0, 1);
}

static void test_old_opinion(unused_parameter void **state)
{
	/* An opinion from before the window makes known-good but does not vote. */
	admit(1, START_MS - WINDOW_MS);
	assert_votes(0, 0);
	assert_true(reject(1, START_MS));
	assert_votes(0, 1);
}

static void test_expires(unused_parameter void **state)
{
	/* Who has not got in for a week is a stranger; refusals do not renew it. */
	admit(1, START_MS);
	admit(2, START_MS + 1000);
	window_advance(&window, START_MS + WEEK_MS);
	voters_expire(&voters, &window, START_MS + WEEK_MS);
	assert_int_equal(voters.count, 2);
	assert_true(reject(1, START_MS + WEEK_MS));
	assert_votes(0, 1);
	window_advance(&window, START_MS + WEEK_MS + 1);
	voters_expire(&voters, &window, START_MS + WEEK_MS + 1);
	assert_false(knows(1));
	assert_true(knows(2));
	assert_votes(0, 0);
}

static void test_expires_behind_others(unused_parameter void **state)
{
	/* An entry whose time has passed does not vote, even where an old line put it behind
	 * younger ones. */
	admit(1, START_MS);
	admit(2, START_MS - WEEK_MS);
	voters_expire(&voters, &window, START_MS + 1);
	assert_true(knows(2));
	assert_false(reject(2, START_MS + 1));
	assert_false(knows(2));
	assert_votes(1, 0);
}

static void test_too_old_to_enter(unused_parameter void **state)
{
	/* Who got in longer ago than a voter is known for, in a log of last month, does not become
	 * one, nor younger, nor takes another's place; but while the clock is in doubt, and before
	 * there is a time, it does. */
	struct vote vote = {.opinion = OPINION_ESTABLISHED,
	    .good = true,
	    .time_ms = START_MS / 5000 * 5000 - WEEK_MS - 1};
	struct window untimed;

	for (uint64_t voter = 1; voter <= 3; voter++)
		admit(voter, START_MS);
	for (vote.voter = 4; vote.voter <= 9; vote.voter++)
		assert_false(voters_vote(&voters, &window, &vote));
	assert_int_equal(voters.evicted_total, 0);
	assert_votes(3, 0);
	vote.voter = 1;
	assert_true(voters_vote(&voters, &window, &vote));
	vote.time_ms++;
	vote.voter = 4;
	assert_true(voters_vote(&voters, &window, &vote));
	assert_false(knows(1));
	vote.time_ms--;
	vote.voter = 5;
	assert_false(voters_vote(&voters, &window, &vote));
	voters.keeps_old = true;
	assert_true(voters_vote(&voters, &window, &vote));
	voters.keeps_old = false;
	assert_int_equal(window_init(&untimed, WINDOW_MS, 0), 0);
	vote.voter = 6;
	assert_true(voters_vote(&voters, &untimed, &vote));
	window_done(&untimed);
}

static void test_expires_whatever_its_number(unused_parameter void **state)
{
	/* The same of each entry of the table, the first one too. */
	for (uint64_t voter = 1; voter <= 3; voter++)
		admit(voter, START_MS);
	for (uint64_t voter = 1; voter <= 3; voter++) {
		assert_false(reject(voter, START_MS + WEEK_MS + 1));
		assert_false(knows(voter));
	}
	assert_int_equal(voters.count, 0);
}

static void test_many(unused_parameter void **state)
{
	/* Each of many is found, those that came before there were many and those that were
	 * restored; who was dropped is not. */
	const struct voters_options options = {.max_voters = MANY, .known_good_for_ms = WEEK_MS};
	struct row_writer row;

	voters_done(&voters);
	assert_int_equal(voters_init(&voters, &options), 0);
	for (uint32_t number = 1; number <= MANY / 2; number++)
		assert_int_equal(
		    voters_restore(&voters, &window, number, row_of(&row, spread(number), number)),
		    0);
	voters_settle(&voters);
	for (uint32_t number = MANY / 2 + 1; number <= MANY; number++)
		admit(spread(number), START_MS + number);
	for (uint32_t number = 1; number <= MANY; number++)
		assert_int_equal(voters_look_up(&voters, spread(number)), number);
	admit(spread(MANY + 1), START_MS);
	assert_int_equal(voters_look_up(&voters, spread(1)), 0);
	assert_int_equal(voters_look_up(&voters, spread(MANY + 1)), 1);
	assert_int_equal(voters.count, MANY);
}

static void test_goes_on_behind_restored(unused_parameter void **state)
{
	/* Whoever gets in behind a restart stands behind all that were there before it, and to
	 * settle twice changes nothing. */
	struct row_writer row;

	assert_int_equal(voters_restore(&voters, &window, 1, row_of(&row, 7, 5)), 0);
	voters_settle(&voters);
	voters_settle(&voters);
	admit(8, START_MS);
	admit(9, START_MS);
	assert_int_equal(voters.entries[voters_look_up(&voters, 8)].order, 6);
	assert_int_equal(voters.by_good.first, 1);
	admit(10, START_MS);
	assert_false(knows(7));
	assert_int_equal(voters.count, 3);
}

static int refuse_row(unused_parameter void *context, unused_parameter struct view key,
    unused_parameter struct view value)
{
	return -ENOSPC;
}

static void test_cannot_save(unused_parameter void **state)
{
	/* What cannot be written is told. */
	const struct row_sink sink = {refuse_row, NULL};

	admit(1, START_MS);
	assert_int_equal(voters_save(&voters, &sink), -ENOSPC);
}

static void test_oldest_goes(unused_parameter void **state)
{
	/* When the table is full whoever got in longest ago goes, vote and all, and is counted. */
	admit(1, START_MS);
	admit(2, START_MS);
	admit(3, START_MS);
	admit(1, START_MS);
	assert_true(reject(2, START_MS));
	assert_votes(2, 1);
	admit(4, START_MS);
	assert_false(knows(2));
	assert_int_equal(voters.evicted_total, 1);
	assert_int_equal(voters.count, 3);
	assert_votes(3, 0);
	admit(5, START_MS);
	assert_false(knows(3));
	assert_true(knows(1));
}

static void test_forgets(unused_parameter void **state)
{
	/* Opinions of before are taken back, those since stand, and all stay known-good. */
	admit(1, START_MS - 1);
	admit(2, START_MS);
	voters_forget_before(&voters, &window, START_MS);
	assert_votes(1, 0);
	assert_int_equal(voters.count, 2);
	assert_true(reject(1, START_MS - 1));
	assert_votes(1, 1);
}

static void test_good_time_is_the_latest(unused_parameter void **state)
{
	/* A line that is late does not make a voter older. */
	admit(1, START_MS);
	admit(1, START_MS - 5000);
	voters_expire(&voters, &window, START_MS + WEEK_MS);
	assert_true(knows(1));
	assert_true(reject(1, START_MS + WEEK_MS));
}

/* What the window must count: each opinion that it holds. */
static uint64_t recount(enum opinion opinion)
{
	uint64_t count = 0;

	for (uint32_t number = 1; number <= voters.used; number++)
		count += voters.entries[number].order != 0 &&
		    voters.entries[number].opinion == (unsigned)opinion &&
		    window_holds(&window, voters.entries[number].opinion_ms);
	return count;
}

static void test_set_back(unused_parameter void **state)
{
	/* However often the clock goes on and is set back by up to a window, the window counts each
	 * voter's opinion once, and what has left it does not come back. */
	struct traffic dice = {.state = 11};
	int64_t now_ms = START_MS;

	admit(1, now_ms);
	voters_saved(&voters);
	voters_set_back(&voters, &window, now_ms);
	assert_int_equal(voters.changes.count, 0); /* nothing to be kept anew */
	for (int i = 0; i < 20000; i++) {
		uint64_t voter = 1 + traffic_pick(&dice, 4);
		unsigned kind = traffic_pick(&dice, 20);
		int64_t time_ms = now_ms - traffic_pick(&dice, 10000);
		uint64_t active = recount(OPINION_ESTABLISHED) + recount(OPINION_REJECTED);

		if (kind < 9) {
			admit(voter, time_ms);
		} else if (kind < 18) {
			reject(voter, time_ms);
		} else if (kind == 18) {
			now_ms += traffic_pick(&dice, 200000);
			window_advance(&window, now_ms);
		} else {
			now_ms -= traffic_pick(&dice, WINDOW_MS + 1);
			voters_set_back(&voters, &window, now_ms);
			window_set_back(&window, now_ms);
			assert_int_equal(active,
			    recount(OPINION_ESTABLISHED) + recount(OPINION_REJECTED));
		}
		if (traffic_pick(&dice, 200) == 0) {
			voters_forget_before(&voters, &window, time_ms);
			window_forget_before(&window, time_ms);
		}
		assert_votes(recount(OPINION_ESTABLISHED), recount(OPINION_REJECTED));
	}
}

struct counts {
	size_t puts, gone;
	uint64_t last;
};

static int on_row(void *context, struct view key, struct view value)
{
	struct counts *counts = context;

	assert_true(row_key_is(key, 'v', &counts->last));
	counts->puts += !view_is_empty(value);
	counts->gone += view_is_empty(value);
	return 0;
}

static struct counts save(void)
{
	struct counts counts = {0};
	const struct row_sink sink = {on_row, &counts};

	assert_int_equal(voters_save(&voters, &sink), 0);
	voters_saved(&voters);
	return counts;
}

static void test_saves_what_changed(unused_parameter void **state)
{
	/* A save writes the voters that changed since the last one, under the numbers of their
	 * entries, and takes away the rows of entries that are free now. */
	struct counts counts;

	admit(1, START_MS);
	admit(2, START_MS);
	admit(1, START_MS);
	assert_int_equal(save().puts, 2);
	assert_int_equal(save().puts, 0);
	admit(2, START_MS);
	counts = save();
	assert_int_equal(counts.puts, 1);
	assert_int_equal(counts.last, 2);
	admit(3, START_MS);
	admit(4, START_MS);
	counts = save();
	assert_int_equal(counts.puts, 2);
	assert_int_equal(counts.gone, 0);
	window_advance(&window, START_MS + WEEK_MS + 1);
	voters_expire(&voters, &window, START_MS + WEEK_MS + 1);
	counts = save();
	assert_int_equal(counts.puts, 0);
	assert_int_equal(counts.gone, 3);
}

static void test_offers_all(unused_parameter void **state)
{
	/* After a lost commit the next save writes every entry. */
	struct counts counts;

	for (uint64_t i = 1; i <= 3; i++)
		admit(i, START_MS + (int64_t)i);
	window_advance(&window, START_MS + WEEK_MS + 2);
	voters_expire(&voters, &window, START_MS + WEEK_MS + 2);
	save();
	voters_offer_all(&voters);
	counts = save();
	assert_int_equal(counts.puts, 2);
	assert_int_equal(counts.gone, 1);
	counts = save();
	assert_int_equal(counts.puts + counts.gone, 0);
}

static void test_bad_rows(unused_parameter void **state)
{
	/* A voter without hash, order or number, one that is there already, a number that is
	 * taken, or an unknown opinion is refused. */
	struct row_writer row;

	assert_int_equal(voters_restore(&voters, &window, 1, row_of(&row, 0, 1)), -EINVAL);
	assert_int_equal(voters_restore(&voters, &window, 1, row_of(&row, 9, 0)), -EINVAL);
	assert_int_equal(voters_restore(&voters, &window, 0, row_of(&row, 9, 1)), -EINVAL);
	row_of(&row, 9, 1);
	row.bytes[row.length - 1] = OPINION_COUNT;
	assert_int_equal(voters_restore(&voters, &window, 1, row_view(&row)), -EINVAL);
	assert_int_equal(voters.count, 0);
	assert_int_equal(voters_restore(&voters, &window, 1, row_of(&row, 9, 1)), 0);
	assert_int_equal(voters_restore(&voters, &window, 2, row_of(&row, 9, 2)), -EINVAL);
	assert_int_equal(voters_restore(&voters, &window, 1, row_of(&row, 8, 2)), -EINVAL);
	window_restore_now(&window, START_MS);
	assert_votes(0, 1);
	assert_int_equal(voters.count, 1);
}

static void test_restored_order(unused_parameter void **state)
{
	/* Restored voters go in the order in which they got in, into the numbers that they had; the
	 * numbers between are used again. */
	struct row_writer row;

	assert_int_equal(voters_restore(&voters, &window, 3, row_of(&row, 7, 5)), 0);
	assert_int_equal(voters_restore(&voters, &window, 1, row_of(&row, 8, 6)), 0);
	voters_settle(&voters);
	admit(9, START_MS);
	assert_int_equal(voters.count, 3);
	assert_int_equal(save().last, 2);
	admit(10, START_MS);
	assert_false(knows(7));
	admit(11, START_MS);
	assert_false(knows(8));
	assert_true(knows(9));
}

static void test_smaller_table(unused_parameter void **state)
{
	/* Rows of a larger table: what does not fit is left out, and its row goes with the next
	 * save, or it would stand there twice in a larger table again. That a voter has another
	 * row by now does not matter. */
	struct row_writer row;
	struct counts counts;

	assert_int_equal(voters_restore(&voters, &window, 4, row_of(&row, 0, 1)), -EINVAL);
	assert_int_equal(voters_restore(&voters, &window, 3, row_of(&row, 7, 1)), 0);
	assert_int_equal(voters_restore(&voters, &window, 4, row_of(&row, 8, 2)), 0);
	assert_int_equal(voters_restore(&voters, &window, UINT64_MAX, row_of(&row, 9, 3)), 0);
	assert_int_equal(voters_restore(&voters, &window, 5, row_of(&row, 7, 4)), 0);
	assert_int_equal(voters.count, 1);
	assert_false(knows(8));
	counts = save();
	assert_int_equal(counts.puts, 0);
	assert_int_equal(counts.gone, 3);
	assert_int_equal(save().gone, 0);
	voters_offer_all(&voters);
	counts = save();
	assert_int_equal(counts.puts, 1);
	assert_int_equal(counts.gone, 5);
}

static void test_without_memory(unused_parameter void **state)
{
	/* Without memory making fails and what was made is given back. */
	const struct voters_options options = {.max_voters = 3, .known_good_for_ms = WEEK_MS};

	for (int i = 0; i < 8; i++) {
		struct voters other;

		allocation_fail_after(i);
		assert_int_equal(voters_init(&other, &options), -ENOMEM);
		allocation_restore();
		voters_done(&other);
	}
}

#define voters_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void test_restored_gaps(unused_parameter void **state)
{
	/* All numbers that are free between restored rows are used again. */
	struct row_writer row;

	assert_int_equal(voters_restore(&voters, &window, 3, row_of(&row, 7, 1)), 0);
	voters_settle(&voters);
	admit(8, START_MS);
	admit(9, START_MS);
	assert_int_equal(voters.count, 3);
	assert_int_equal(voters.used, 3);
	assert_int_equal(voters.evicted_total, 0);
	assert_true(knows(7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    voters_test(test_only_good_ones_enter),
	    voters_test(test_number_of_another),
	    voters_test(test_last_opinion_counts),
	    voters_test(test_belated_opinion),
	    voters_test(test_old_opinion),
	    voters_test(test_expires),
	    voters_test(test_expires_behind_others),
	    voters_test(test_too_old_to_enter),
	    voters_test(test_expires_whatever_its_number),
	    voters_test(test_many),
	    voters_test(test_oldest_goes),
	    voters_test(test_forgets),
	    voters_test(test_set_back),
	    voters_test(test_good_time_is_the_latest),
	    voters_test(test_saves_what_changed),
	    voters_test(test_offers_all),
	    voters_test(test_bad_rows),
	    voters_test(test_restored_order),
	    voters_test(test_goes_on_behind_restored),
	    voters_test(test_cannot_save),
	    voters_test(test_smaller_table),
	    voters_test(test_without_memory),
	    voters_test(test_restored_gaps),
	};

	return cmocka_run_group_tests_name("voters", tests, NULL, NULL);
}
