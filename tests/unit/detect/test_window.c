#include "detect/window.h"

#include <errno.h>

#include "allocation.h"
#include "traffic.h"
#include "unit.h"

#define WINDOW_MS INT64_C(300000)
#define BUCKET_MS (WINDOW_MS / WINDOW_BUCKETS)
#define START_MS  INT64_C(1700000000000)
#define SIGNALS   2
#define MAX_ADDED 20000

static struct window window_at(int64_t now_ms)
{
	struct window window;

	assert_int_equal(window_init(&window, WINDOW_MS, SIGNALS), 0);
	window_advance(&window, now_ms);
	return window;
}

static void test_slides(unused_parameter void **state)
{
	/* What happened counts until its bucket has left, and nothing that is older is taken in. */
	struct window window = window_at(START_MS);
	int64_t last_ms = START_MS / BUCKET_MS * BUCKET_MS + WINDOW_MS - 1;

	window_add(&window, START_MS, WINDOW_UNANSWERED, 3);
	window_add(&window, START_MS, WINDOW_SIGNALS + 1, 1);
	window_advance(&window, last_ms);
	assert_int_equal(window.sums[WINDOW_UNANSWERED], 3);
	assert_true(window_holds(&window, START_MS));
	window_advance(&window, last_ms + 1);
	assert_int_equal(window.sums[WINDOW_UNANSWERED], 0);
	assert_int_equal(window.sums[WINDOW_SIGNALS + 1], 0);
	assert_false(window_holds(&window, START_MS));
	window_add(&window, START_MS, WINDOW_UNANSWERED, 1);
	assert_int_equal(window.sums[WINDOW_UNANSWERED], 0);
	assert_false(window_holds(&window, last_ms + 1 + BUCKET_MS));
	window_done(&window);
}

struct added {
	int64_t time_ms;
	size_t counter;
};

struct model {
	struct added items[MAX_ADDED];
	size_t count;
};

static uint64_t model_sum(const struct model *model, size_t counter, int64_t now_ms)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < model->count; i++)
		sum += model->items[i].counter == counter &&
		    now_ms / BUCKET_MS - model->items[i].time_ms / BUCKET_MS < WINDOW_BUCKETS;
	return sum;
}

static void assert_sums(const struct window *window, const struct model *model, int64_t now_ms)
{
	for (size_t i = 0; i < WINDOW_SIGNALS + SIGNALS; i++)
		assert_int_equal(window->sums[i], model_sum(model, i, now_ms));
}

static void test_against_model(unused_parameter void **state)
{
	/* Whatever is added, taken back and forgotten at whatever times, the sums are those of a
	 * list that is counted anew each time. */
	static struct model model;
	struct traffic dice = {.state = 11};
	struct window window = window_at(START_MS);
	int64_t now_ms = START_MS;

	for (int step = 0; step < 4000; step++) {
		unsigned kind = traffic_pick(&dice, 100);
		int64_t time_ms = now_ms - traffic_pick(&dice, (unsigned)WINDOW_MS + 20000);
		size_t at = traffic_pick(&dice, (unsigned)model.count + 1);

		if (kind < 60 && window_holds(&window, time_ms)) {
			model.items[model.count] =
			    (struct added){time_ms, traffic_pick(&dice, WINDOW_SIGNALS + SIGNALS)};
			window_add(&window, time_ms, model.items[model.count++].counter, 1);
		} else if (kind < 70 && at < model.count &&
		    window_holds(&window, model.items[at].time_ms)) {
			window_take(&window, model.items[at].time_ms, model.items[at].counter);
			model.items[at] = model.items[--model.count];
		} else if (kind < 98) {
			now_ms += traffic_pick(&dice, 8000);
		} else {
			now_ms += traffic_pick(&dice, 800000);
		}
		window_advance(&window, now_ms);
		assert_sums(&window, &model, now_ms);
	}
	assert_true(model.count > 1000);
	window_done(&window);
}

static void test_forget(unused_parameter void **state)
{
	/* After forgetting, earlier buckets and late lines of before count no more; the voters'
	 * counts are left to their table. */
	struct window window = window_at(START_MS);

	window_add(&window, START_MS - BUCKET_MS, WINDOW_UNANSWERED, 1);
	window_add(&window, START_MS - BUCKET_MS, WINDOW_VOTERS_REJECTED, 1);
	window_add(&window, START_MS, WINDOW_UNANSWERED, 1);
	window_forget_before(&window, START_MS);
	assert_int_equal(window.sums[WINDOW_UNANSWERED], 1);
	assert_int_equal(window.sums[WINDOW_VOTERS_REJECTED], 1);
	assert_false(window_holds(&window, START_MS - 1));
	assert_true(window_holds(&window, START_MS));
	window_add(&window, START_MS - 1, WINDOW_UNANSWERED, 1);
	assert_int_equal(window.sums[WINDOW_UNANSWERED], 1);
	window_forget_before(&window, START_MS - 100);
	assert_false(window_holds(&window, START_MS - 1));
	window_advance(&window, START_MS + 2 * WINDOW_MS);
	assert_int_equal(window.sums[WINDOW_UNANSWERED], 0);
	window_done(&window);
}

static void test_restart(unused_parameter void **state)
{
	/* At another time, also an earlier one, the window begins empty and forgets what it was to
	 * forget. */
	for (int64_t i = 0; i < WINDOW_BUCKETS; i++) {
		int64_t now_ms = START_MS + i * BUCKET_MS; /* each time in another place */
		struct window window = window_at(now_ms);

		window_add(&window, now_ms, WINDOW_UNANSWERED, 1);
		window_forget_before(&window, now_ms);
		window_restart(&window, now_ms - 10 * WINDOW_MS);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], 0);
		for (size_t j = 0; j < WINDOW_BUCKETS; j++)
			assert_int_equal(window.buckets[j].counts[WINDOW_UNANSWERED], 0);
		window_add(&window, now_ms - 10 * WINDOW_MS, WINDOW_UNANSWERED, 1);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], 1);
		window_advance(&window, now_ms);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], 0);
		window_done(&window);
	}
}

static void test_set_back(unused_parameter void **state)
{
	/* What is of later than the clock says now is of now, and leaves the window in its time;
	 * what has left it, or was restored from before it, does not come back. */
	for (int64_t back_ms = 0; back_ms <= WINDOW_MS; back_ms += BUCKET_MS) {
		/* Each time in another place of the ring. */
		int64_t ahead_ms = START_MS + back_ms;
		struct window window = window_at(ahead_ms - WINDOW_MS);
		int64_t now_ms = START_MS;

		window_add(&window, ahead_ms - WINDOW_MS, WINDOW_UNANSWERED, 1);
		window_advance(&window, ahead_ms);
		window_restore_count(&window, ahead_ms - WINDOW_MS - 1, WINDOW_UNANSWERED);
		window_add(&window, ahead_ms - WINDOW_MS + BUCKET_MS, WINDOW_UNANSWERED, 2);
		window_add(&window, ahead_ms, WINDOW_UNANSWERED, 4);
		window_saved(&window);
		window_forget_before(&window, ahead_ms - WINDOW_MS + BUCKET_MS);
		window_set_back(&window, now_ms);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], 6);
		assert_false(window_holds(&window, now_ms + BUCKET_MS));
		assert_true(window_holds(&window, now_ms));
		window_add(&window, now_ms, WINDOW_UNANSWERED, 8);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], 14);
		window_advance(&window, now_ms + WINDOW_MS - BUCKET_MS);
		assert_int_equal(window.sums[WINDOW_UNANSWERED],
		    back_ms < WINDOW_MS - BUCKET_MS ? 12 : 14);
		window_advance(&window, now_ms + WINDOW_MS);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], 0);
		window_done(&window);
	}
}

static void test_limits(unused_parameter void **state)
{
	/* Too many signatures are refused, and a window of a few milliseconds still works. */
	struct window window;

	assert_int_equal(window_init(&window, WINDOW_MS, WINDOW_MAX_SIGNALS + 1), -EINVAL);
	window_done(&window);
	assert_int_equal(window_init(&window, 1, WINDOW_MAX_SIGNALS), 0);
	window_advance(&window, 5);
	window_add(&window, 5, WINDOW_SIGNALS + WINDOW_MAX_SIGNALS - 1, 1);
	assert_int_equal(window.sums[WINDOW_SIGNALS + WINDOW_MAX_SIGNALS - 1], 1);
	window_done(&window);
	for (int i = 0; i < 2; i++) {
		allocation_fail_after(i);
		assert_int_equal(window_init(&window, WINDOW_MS, 1), -ENOMEM);
		allocation_restore();
		window_done(&window);
	}
}

struct kept {
	struct row_writer row;
	uint64_t slot;
	size_t count;
};

static int on_row(void *context, struct view key, struct view value)
{
	struct kept *kept = context;

	assert_true(row_key_is(key, 'b', &kept->slot));
	memcpy(kept->row.bytes, value.data, value.length);
	kept->row.length = value.length;
	kept->count++;
	return 0;
}

static void test_rows(unused_parameter void **state)
{
	/* Only buckets that changed are written, without the voters; read into another window they
	 * count again, but not where buckets are wider or signatures others. */
	static struct kept kept;
	const struct row_sink sink = {on_row, &kept};
	struct window window = window_at(START_MS);
	struct window other = window_at(START_MS);
	struct window wider;

	window_add(&window, START_MS, WINDOW_UNANSWERED, 4);
	window_add(&window, START_MS, WINDOW_VOTERS_REJECTED, 4);
	window_add(&window, START_MS, WINDOW_SIGNALS + 1, 5);
	assert_int_equal(window_save(&window, 'b', &sink), 0);
	assert_int_equal(kept.count, 1);
	window_saved(&window);
	assert_int_equal(window_save(&window, 'b', &sink), 0);
	assert_int_equal(kept.count, 1);
	assert_int_equal(window_restore(&other, kept.slot, row_view(&kept.row)), 0);
	window_restore_now(&other, START_MS);
	assert_int_equal(other.sums[WINDOW_UNANSWERED], 4);
	assert_int_equal(other.sums[WINDOW_SIGNALS + 1], 5);
	assert_int_equal(other.sums[WINDOW_VOTERS_REJECTED], 0);
	assert_int_equal(window_restore(&other, kept.slot ^ 1, row_view(&kept.row)), -EINVAL);
	assert_int_equal(window_restore(&other, WINDOW_BUCKETS, row_view(&kept.row)), -EINVAL);
	window_offer_all(&window);
	assert_int_equal(window_save(&window, 'b', &sink), 0);
	assert_int_equal(kept.count, 1 + WINDOW_BUCKETS);
	window_saved(&window);
	assert_int_equal(window_save(&window, 'b', &sink), 0);
	assert_int_equal(kept.count, 1 + WINDOW_BUCKETS);
	assert_int_equal(window_init(&wider, 2 * WINDOW_MS, SIGNALS), 0);
	assert_int_equal(window_restore(&wider, kept.slot, row_view(&kept.row)), 0);
	window_restore_now(&wider, START_MS);
	assert_int_equal(wider.sums[WINDOW_UNANSWERED], 0);
	window_done(&wider);
	window_done(&other);
	window_done(&window);
}

static void test_sums_of_restored(unused_parameter void **state)
{
	/* Whatever is restored counts at once where the time is known, and otherwise once it is;
	 * what is from before the window, or from later than now, never does. */
	static struct kept kept;
	const struct row_sink sink = {on_row, &kept};
	struct window window = window_at(START_MS);

	window_add(&window, START_MS, WINDOW_UNANSWERED, 4);
	window_add(&window, START_MS, WINDOW_SIGNALS + 1, 5);
	assert_int_equal(window_save(&window, 'b', &sink), 0);
	window_done(&window);
	for (int told = 0; told < 2; told++) {
		assert_int_equal(window_init(&window, WINDOW_MS, SIGNALS), 0);
		if (told)
			window_restore_now(&window, START_MS);
		window_restore_count(&window, START_MS - WINDOW_MS, WINDOW_VOTERS_REJECTED);
		window_restore_count(&window, START_MS, WINDOW_VOTERS_REJECTED);
		window_restore_count(&window, START_MS - WINDOW_MS, WINDOW_VOTERS_REJECTED);
		window_restore_count(&window, START_MS - BUCKET_MS, WINDOW_VOTERS_REJECTED);
		window_restore_count(&window, START_MS + BUCKET_MS, WINDOW_VOTERS_REJECTED);
		for (int twice = 0; twice < 2; twice++)
			assert_int_equal(
			    window_restore(&window, kept.slot, row_view(&kept.row)), 0);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], told ? 4 : 0);
		if (!told)
			window_restore_now(&window, START_MS);
		for (int ahead = 0; ahead < 2; ahead++) {
			assert_int_equal(window.sums[WINDOW_VOTERS_REJECTED], 2);
			assert_int_equal(window.sums[WINDOW_UNANSWERED], 4);
			assert_int_equal(window.sums[WINDOW_SIGNALS + 1], 5);
			window_advance(&window, START_MS + BUCKET_MS);
		}
		window_advance(&window, START_MS + WINDOW_MS + BUCKET_MS);
		assert_int_equal(window.sums[WINDOW_VOTERS_REJECTED], 0);
		assert_int_equal(window.sums[WINDOW_UNANSWERED], 0);
		window_done(&window);
	}
}

static void test_other_signatures(unused_parameter void **state)
{
	/* After the signatures changed, what is not about them still counts. */
	static struct kept kept;
	const struct row_sink sink = {on_row, &kept};
	struct window window = window_at(START_MS);
	struct window more;

	window_add(&window, START_MS, WINDOW_UNANSWERED, 4);
	window_add(&window, START_MS, WINDOW_SIGNALS, 5);
	assert_int_equal(window_save(&window, 'b', &sink), 0);
	assert_int_equal(window_init(&more, WINDOW_MS, SIGNALS + 1), 0);
	assert_int_equal(window_restore(&more, kept.slot, row_view(&kept.row)), 0);
	window_restore_now(&more, START_MS);
	assert_int_equal(more.sums[WINDOW_UNANSWERED], 4);
	assert_int_equal(more.sums[WINDOW_SIGNALS], 0);
	window_done(&more);
	window_done(&window);
}

static void test_old_rows(unused_parameter void **state)
{
	/* A row of the first version, which had fewer counters, is read as far as it goes. */
	struct window window = window_at(START_MS);
	int64_t number = START_MS / BUCKET_MS + 1;
	uint64_t slot = (uint64_t)(number % WINDOW_BUCKETS);
	struct row_writer row;

	row_begin(&row, 1);
	row_put(&row, BUCKET_MS, 8);
	row_put(&row, (uint64_t)number, 8);
	row_put(&row, 7 + SIGNALS, 2);
	for (uint64_t i = 3; i < 7 + SIGNALS; i++)
		row_put(&row, i, 4);
	assert_int_equal(window_restore(&window, slot, row_view(&row)), 0);
	window_restore_now(&window, START_MS);
	assert_int_equal(window.sums[WINDOW_REJECTED_STRANGERS], 3);
	assert_int_equal(window.sums[WINDOW_NTLM_ESTABLISHED], 6);
	assert_int_equal(window.sums[WINDOW_KERBEROS_REJECTED], 0);
	assert_int_equal(window.sums[WINDOW_SIGNALS], 7);
	assert_int_equal(window.sums[WINDOW_SIGNALS + 1], 8);
	window_done(&window);
}

/* A row of that many counters, of which so many are no signatures'. */
static struct row_writer row_of(uint64_t count, uint64_t others)
{
	struct row_writer row;

	row_begin(&row, 2);
	row_put(&row, BUCKET_MS, 8);
	row_put(&row, (uint64_t)START_MS / BUCKET_MS + 1, 8);
	row_put(&row, count, 2);
	row_put(&row, others, 2);
	for (uint64_t i = 3; i < count; i++)
		row_put(&row, i, 4);
	return row;
}

static void test_counts_of_rows(unused_parameter void **state)
{
	/* A row may have the most counters there can be, and as many that are no signatures' as we
	 * have, but no more of either. */
	static const struct {
		uint64_t count, others;
		int error;
	} rows[] = {
	    {WINDOW_SIGNALS + WINDOW_MAX_SIGNALS, WINDOW_SIGNALS, 0},
	    {WINDOW_SIGNALS + WINDOW_MAX_SIGNALS + 1, WINDOW_SIGNALS, -EINVAL},
	    {WINDOW_SIGNALS + 1, WINDOW_SIGNALS, 0},
	    {WINDOW_SIGNALS + 1, WINDOW_SIGNALS + 1, -EINVAL},
	};
	struct window window = window_at(START_MS);
	uint64_t slot = (uint64_t)(START_MS / BUCKET_MS + 1) % WINDOW_BUCKETS;
	struct row_writer row;

	for (size_t i = 0; i < count_of(rows); i++) {
		row = row_of(rows[i].count, rows[i].others);
		assert_int_equal(
		    window_restore(&window, slot, row_view(&row)), rows[i].error);
	}
	for (uint64_t others = 0; others <= WINDOW_SIGNALS + 2; others++) {
		row = row_of(9, others);
		assert_int_equal(window_restore(&window, slot, row_view(&row)),
		    others >= 7 && others <= 9 ? 0 : -EINVAL);
	}
	window_done(&window);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_slides),
	    cmocka_unit_test(test_against_model),
	    cmocka_unit_test(test_forget),
	    cmocka_unit_test(test_restart),
	    cmocka_unit_test(test_set_back),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_sums_of_restored),
	    cmocka_unit_test(test_other_signatures),
	    cmocka_unit_test(test_old_rows),
	    cmocka_unit_test(test_counts_of_rows),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
