#include "detect/onset.h"

#include <errno.h>

#include "unit.h"

#define WINDOW_MS INT64_C(300000)
#define SAMPLE_MS (WINDOW_MS / ONSET_SAMPLES_IN_WINDOW)
#define START_MS  (INT64_C(1700000000000) / SAMPLE_MS * SAMPLE_MS)

/* Samples one after the other; the last is of START_MS. */
static struct onset onset_of(const uint8_t *percents, size_t count)
{
	struct onset onset;

	onset_init(&onset, WINDOW_MS);
	for (size_t i = 0; i < count; i++)
		onset_advance(&onset, START_MS - (int64_t)(count - 1 - i) * SAMPLE_MS, percents[i]);
	return onset;
}

static void assert_onset(
    const struct onset *onset, uint8_t percent, enum onset_kind kind, int64_t rise_samples)
{
	struct detector_onset report;

	onset_report(onset, percent, &report);
	assert_int_equal(report.kind, kind);
	assert_int_equal(report.rise_ms, rise_samples * SAMPLE_MS);
}

static void test_step(unused_parameter void **state)
{
	/* From below a quarter of the share to three quarters within ten samples is a step. */
	static const uint8_t at_once[] = {3, 2, 90, 100, 100};
	static const uint8_t slowest[] = {0, 30, 30, 30, 40, 40, 40, 50, 60, 70, 70, 75, 100};
	static const uint8_t slower[] = {0, 25, 30, 30, 30, 40, 40, 40, 50, 60, 70, 74, 75, 100};
	struct onset onset = onset_of(at_once, sizeof(at_once));
	struct detector_onset report;

	assert_onset(&onset, 100, ONSET_STEP, 1);
	onset_report(&onset, 100, &report);
	assert_int_equal(report.at_ms, START_MS - 3 * SAMPLE_MS);
	onset = onset_of(slowest, sizeof(slowest));
	assert_onset(&onset, 100, ONSET_STEP, 11);
	onset = onset_of(slower, sizeof(slower));
	assert_onset(&onset, 100, ONSET_RAMP, 12);
}

static void test_ramp(unused_parameter void **state)
{
	/* What rises over hours is a ramp, also while it still rises, and a plateau afterwards does
	 * not make the rise any longer. */
	uint8_t percents[400];
	struct onset onset;

	for (unsigned i = 0; i < sizeof(percents); i++)
		percents[i] = (uint8_t)(i < 100 ? 0 : i < 300 ? (i - 100) / 2 : 100);
	onset = onset_of(percents, sizeof(percents));
	/* Below 25 until 149, at 75 from 250. */
	assert_onset(&onset, 100, ONSET_RAMP, 101);
	onset = onset_of(percents, 251);
	assert_onset(&onset, 76, ONSET_RAMP, 77);
}

static void test_second_rise(unused_parameter void **state)
{
	/* The first time at three quarters ends the rise, whatever dips came later. */
	static const uint8_t dips[] = {0, 80, 50, 50, 90, 30, 30, 100};
	struct onset onset = onset_of(dips, sizeof(dips));

	assert_onset(&onset, 100, ONSET_STEP, 1);
}

static void test_untold(unused_parameter void **state)
{
	/* Over a night without enough voters nobody knows how it rose; without any low sample
	 * nothing is known either, and a small share is no rise. */
	uint8_t night[500];
	static const uint8_t high[] = {50, 60, 100};
	struct onset onset;

	memset(night, ONSET_UNTOLD, sizeof(night));
	night[0] = 2;
	night[499] = 90;
	onset = onset_of(night, sizeof(night));
	assert_onset(&onset, 100, ONSET_UNKNOWN, 0);
	onset = onset_of(high, sizeof(high));
	assert_onset(&onset, 100, ONSET_UNKNOWN, 0);
	assert_onset(&onset, ONSET_UNTOLD, ONSET_UNKNOWN, 0);
	assert_onset(&onset, 9, ONSET_NONE, 0);
	assert_onset(&onset, 10, ONSET_UNKNOWN, 0);
	onset_init(&onset, WINDOW_MS);
	assert_onset(&onset, 100, ONSET_UNKNOWN, 0);
}

static void test_untold_between(unused_parameter void **state)
{
	/* Samples that tell nothing take their time, too: a step that is still one with them, a
	 * ramp that is one without them, and between these it is not known which. */
	uint8_t percents[40];

	for (unsigned untold = 0; untold <= 20; untold++)
		for (unsigned told = 0; told <= 12; told++) {
			unsigned between = untold + told;
			enum onset_kind kind = between <= 10 ? ONSET_STEP
			    : told <= 10		     ? ONSET_UNKNOWN
							     : ONSET_RAMP;
			struct onset onset;

			percents[0] = 3;
			memset(percents + 1, ONSET_UNTOLD, untold);
			memset(percents + 1 + untold, 40, told);
			percents[1 + between] = 90;
			percents[2 + between] = ONSET_UNTOLD;
			percents[3 + between] = 95;
			onset = onset_of(percents, between + 4);
			assert_onset(&onset, 100, kind, kind == ONSET_UNKNOWN ? 0 : between + 1);
		}
}

static void test_time(unused_parameter void **state)
{
	/* Within a sample nothing is taken; a gap is filled; what is older than all samples is
	 * gone; the clock does not go back. */
	struct onset onset;

	onset_init(&onset, WINDOW_MS);
	onset_advance(&onset, START_MS, 1);
	onset_advance(&onset, START_MS + SAMPLE_MS - 1, 99);
	onset_advance(&onset, START_MS - SAMPLE_MS, 99);
	assert_onset(&onset, 90, ONSET_STEP, 1);
	onset_advance(&onset, START_MS + SAMPLE_MS, 90);
	onset_advance(&onset, START_MS + 5 * SAMPLE_MS, 40);
	/* 1, 90, 40, 40, 40, 40 */
	assert_onset(&onset, 100, ONSET_STEP, 1);
	assert_onset(&onset, 150, ONSET_STEP, 6);
	onset_advance(&onset, START_MS + (ONSET_SAMPLES - 1) * SAMPLE_MS, 90);
	assert_onset(&onset, 90, ONSET_STEP, 1);
	onset_advance(&onset, START_MS + ONSET_SAMPLES * SAMPLE_MS, 90);
	assert_onset(&onset, 90, ONSET_UNKNOWN, 0);
	onset_advance(&onset, START_MS + INT64_C(900) * ONSET_SAMPLES * SAMPLE_MS, 3);
	assert_onset(&onset, 90, ONSET_STEP, 1);
	onset_init(&onset, 1);
	assert_int_equal(onset.sample_ms, 1);
}

struct kept {
	struct row_writer row;
	size_t count;
};

static int on_row(void *context, struct view key, struct view value)
{
	struct kept *kept = context;
	uint64_t name = 1;

	assert_true(row_key_is(key, 'o', &name));
	assert_int_equal(name, 0);
	memcpy(kept->row.bytes, value.data, value.length);
	kept->row.length = value.length;
	kept->count++;
	return 0;
}

static void test_set_back(unused_parameter void **state)
{
	/* Where the clock is set back nothing is known of later; what comes is sampled at once. */
	static const uint8_t percents[] = {0, 0, 0, 80, 80, 80, 80};
	struct onset onset = onset_of(percents, sizeof(percents));
	struct detector_onset report;

	onset_saved(&onset);
	onset_set_back(&onset, START_MS);
	assert_int_equal(onset.now, START_MS / SAMPLE_MS);
	assert_false(onset.changed);
	onset_set_back(&onset, START_MS - 4 * SAMPLE_MS);
	assert_true(onset.changed);
	assert_onset(&onset, 80, ONSET_STEP, 1);
	onset_saved(&onset);
	onset_advance(&onset, START_MS - 3 * SAMPLE_MS - 1, 90);
	assert_false(onset.changed);
	onset_advance(&onset, START_MS - 3 * SAMPLE_MS, 10);
	onset_report(&onset, 80, &report);
	assert_int_equal(report.at_ms, START_MS - 3 * SAMPLE_MS);
	onset_saved(&onset);
	onset_advance(&onset, START_MS - 2 * SAMPLE_MS - 1, 90);
	assert_false(onset.changed);
	for (int64_t i = 0; i < ONSET_SAMPLES; i++)
		onset_advance(&onset, START_MS + i * SAMPLE_MS, 50);
	onset_set_back(&onset, START_MS - 2 * ONSET_SAMPLES * SAMPLE_MS);
	for (size_t i = 0; i < ONSET_SAMPLES; i++)
		assert_int_equal(onset.percents[i], ONSET_UNTOLD);
}

static void test_rows(unused_parameter void **state)
{
	/* Written only where it changed; read back it tells the same, and goes on; with another
	 * window it begins anew; odd bytes are refused. */
	static struct kept kept;
	const struct row_sink sink = {on_row, &kept};
	static const uint8_t percents[] = {3, 90, 100};
	struct onset onset = onset_of(percents, sizeof(percents));
	struct onset other;

	assert_int_equal(onset_save(&onset, &sink), 0);
	assert_int_equal(kept.count, 1);
	onset_saved(&onset);
	assert_int_equal(onset_save(&onset, &sink), 0);
	assert_int_equal(kept.count, 1);
	onset_offer_all(&onset);
	assert_int_equal(onset_save(&onset, &sink), 0);
	assert_int_equal(kept.count, 2);
	onset_init(&other, WINDOW_MS);
	assert_int_equal(onset_restore(&other, row_view(&kept.row)), 0);
	assert_onset(&other, 100, ONSET_STEP, 1);
	onset_advance(&other, START_MS + SAMPLE_MS - 1, 0);
	assert_false(other.changed);
	assert_onset(&other, 100, ONSET_STEP, 1);
	onset_advance(&other, START_MS + SAMPLE_MS, 0);
	assert_true(other.changed);
	assert_onset(&other, 100, ONSET_STEP, 1);
	assert_int_equal(other.now, onset.now + 1);
	onset_init(&other, 2 * WINDOW_MS);
	assert_int_equal(onset_restore(&other, row_view(&kept.row)), 0);
	assert_int_equal(other.now, 0);
	assert_int_equal(onset_restore(&other, view_first(row_view(&kept.row), 100)), -EINVAL);
	assert_int_equal(onset_restore(&other, VIEW("\2")), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_step),
	    cmocka_unit_test(test_ramp),
	    cmocka_unit_test(test_second_rise),
	    cmocka_unit_test(test_untold),
	    cmocka_unit_test(test_untold_between),
	    cmocka_unit_test(test_time),
	    cmocka_unit_test(test_set_back),
	    cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("onset", tests, NULL, NULL);
}
