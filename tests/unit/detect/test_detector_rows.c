#include <errno.h>

#include "keeper.h"
#include "script.h"
#include "traffic.h"
#include "unit.h"

static void shuffle(struct keeper *keeper, struct traffic *dice)
{
	for (size_t i = keeper->count; i > 1; i--) {
		size_t other = traffic_pick(dice, (unsigned)i);
		struct kept_row row = keeper->rows[i - 1];

		keeper->rows[i - 1] = keeper->rows[other];
		keeper->rows[other] = row;
	}
}

static struct detector_options small_options(void)
{
	struct detector_options options = script_options();

	options.max_voters = 20;
	options.max_pending = 10;
	options.minimum_voters = 2;
	options.known_good_for_ms = 3600000;
	return options;
}

/* A fresh detector, with a seed of its own, from the rows in any order. */
static struct detector *restore(struct keeper *keeper, struct traffic *dice)
{
	struct detector_options options = small_options();
	struct detector *detector = NULL;

	options.seed.words[0] = traffic_random(dice);
	assert_int_equal(detector_new(&detector, &options), 0);
	shuffle(keeper, dice);
	for (size_t i = 0; i < keeper->count; i++)
		assert_int_equal(
		    detector_restore(detector, view_of(keeper->rows[i].key, ROW_KEY_BYTES),
			view_of(keeper->rows[i].value, keeper->rows[i].length)),
		    0);
	return detector;
}

static void assert_same_places(
    const struct detector_places *one, const struct detector_places *other)
{
	assert_int_equal(one->count, other->count);
	assert_int_equal(one->failing, other->failing);
	assert_int_equal(one->spread, other->spread);
	assert_string_equal(one->worst, other->worst);
}

/* But for how often there was no room. */
static void assert_same_evidence(const struct detector *one, const struct detector *other)
{
	struct detector_evidence kept[2];

	detector_evidence(one, &kept[0]);
	detector_evidence(other, &kept[1]);
	assert_same_places(&kept[0].hosts, &kept[1].hosts);
	assert_same_places(&kept[0].workers, &kept[1].workers);
	assert_int_equal(kept[0].control, kept[1].control);
	assert_int_equal(kept[0].rejected_names, kept[1].rejected_names);
	assert_int_equal(kept[0].rejected_voters, kept[1].rejected_voters);
	assert_int_equal(kept[0].ntlm_voters, kept[1].ntlm_voters);
	assert_int_equal(kept[0].password_names, kept[1].password_names);
	assert_int_equal(kept[0].password_voters, kept[1].password_voters);
	assert_int_equal(kept[0].oversize_voters, kept[1].oversize_voters);
	assert_int_equal(kept[0].named_signals, kept[1].named_signals);
	for (int i = 0; i < STATUS_CLASS_COUNT; i++)
		assert_int_equal(kept[0].statuses[i], kept[1].statuses[i]);
	assert_int_equal(kept[0].kerberos_rejected, kept[1].kerberos_rejected);
	assert_int_equal(kept[0].ntlm_rejected, kept[1].ntlm_rejected);
	assert_int_equal(kept[0].basic_rejected, kept[1].basic_rejected);
	assert_int_equal(kept[0].unknown_rejected, kept[1].unknown_rejected);
	assert_int_equal(kept[0].incomplete, kept[1].incomplete);
	assert_int_equal(kept[0].bad_passwords, kept[1].bad_passwords);
	assert_int_equal(kept[0].passwords_by_known_good, kept[1].passwords_by_known_good);
	assert_int_equal(kept[0].oversize, kept[1].oversize);
	assert_int_equal(kept[0].server_errors, kept[1].server_errors);
	assert_int_equal(kept[0].onset.kind, kept[1].onset.kind);
	assert_int_equal(kept[0].onset.at_ms, kept[1].onset.at_ms);
	assert_int_equal(kept[0].onset.rise_ms, kept[1].onset.rise_ms);
}

static void assert_same(const struct detector *one, const struct detector *other)
{
	struct detector_window windows[2];

	memset(windows, 0, sizeof(windows));
	detector_window(one, &windows[0]);
	detector_window(other, &windows[1]);
	assert_memory_equal(&windows[0], &windows[1], sizeof(windows[0]));
	assert_memory_equal(
	    detector_totals(one), detector_totals(other), sizeof(struct detector_totals));
	assert_same_evidence(one, other);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(detector_signals(one, i), detector_signals(other, i));
		assert_int_equal(
		    detector_signal_voters(one, i), detector_signal_voters(other, i));
		assert_int_equal(detector_signals_total(one, i), detector_signals_total(other, i));
	}
}

/* One step of a random life, the same for both. */
static void live(struct traffic *traffic, struct detector *detectors[2])
{
	const unsigned kind = traffic_pick(traffic, 200);
	const struct record record = traffic_record(traffic);
	const struct signal signal = {.signature = kind % 4, .time_ms = record.time_ms};
	const int64_t past_ms = traffic->now_ms - traffic_pick(traffic, 60000);

	if (kind == 17)
		traffic->now_ms -= traffic_pick(traffic, 200000);
	for (int i = 0; i < 2; i++) {
		if (kind == 17)
			detector_tell_set_back(detectors[i], traffic->now_ms);
		detector_tell_time(detectors[i], traffic->now_ms);
		if (kind < 10)
			detector_signal(detectors[i], &signal, NULL);
		else if (kind < 15)
			detector_advance(detectors[i], traffic->now_ms);
		else if (kind < 16)
			detector_forget_before(detectors[i], past_ms);
		else if (kind < 17)
			detector_finish(detectors[i]);
		else
			detector_record(detectors[i], &record);
	}
}

/* A save that fails, or whose commit does: what it gave is lost. */
static void lose(struct detector *detector, size_t fail_after)
{
	struct keeper lost = {.fail_after = fail_after};

	if (detector_save(detector, on_row, &lost) == 0)
		detector_offer_all(detector);
	keeper_clear(&lost);
}

/* The second one is saved and restored now and then, and sometimes that goes wrong. */
static void maybe_restart(struct keeper *keeper, struct traffic *dice, struct detector **detector)
{
	const unsigned kind = traffic_pick(dice, 30);

	if (kind < 2)
		lose(*detector, kind == 0 ? 0 : 1 + traffic_pick(dice, 5));
	if (kind < 2 || kind > 4)
		return;
	assert_int_equal(detector_save(*detector, on_row, keeper), 0);
	if (kind == 2)
		return;
	detector_free(detector);
	*detector = restore(keeper, dice);
}

static void test_twins(unused_parameter void **state)
{
	/* A detector that is saved and restored time and again says at every step what its
	 * uninterrupted twin says. */
	static struct keeper keeper;

	for (uint64_t seed = 1; seed <= 60; seed++) {
		const struct detector_options options = small_options();
		struct traffic traffic = {.state = seed,
		    .now_ms = SCRIPT_START_MS,
		    .clients = 5 + (unsigned)seed % 60,
		    .step_ms = 1 + (int64_t)(seed % 10) * 150};
		struct traffic dice = {.state = ~seed};
		struct detector *detectors[2] = {NULL, NULL};

		print_message("seed %llu\n", (unsigned long long)seed);
		memset(&keeper, 0, sizeof(keeper));
		for (int i = 0; i < 2; i++)
			assert_int_equal(detector_new(&detectors[i], &options), 0);
		for (int i = 0; i < 3000; i++) {
			live(&traffic, detectors);
			maybe_restart(&keeper, &dice, &detectors[1]);
			assert_same(detectors[0], detectors[1]);
		}
		for (int i = 0; i < 2; i++)
			detector_free(&detectors[i]);
		keeper_clear(&keeper);
	}
}

/* What version 1 of the totals had behind the site's clock, which stands first. */
#define OLD_CLOCK_BYTES 28
/* What versions 1 and 2 did not have at the end. */
#define DOUBT_BYTES 8

/* As an earlier release wrote them; the bytes are gone with the next call. */
static struct view old_totals(struct keeper *keeper)
{
	static char old[ROW_MAX_BYTES];
	char key[ROW_KEY_BYTES];
	const struct kept_row *row = keeper_find(keeper, row_key('t', 0, key));

	memset(old, 0, sizeof(old));
	old[0] = 1;
	memcpy(old + 1, row->value + 1, 8);
	memcpy(old + 9 + OLD_CLOCK_BYTES, row->value + 9, row->length - 9);
	return view_of(old, row->length + OLD_CLOCK_BYTES - DOUBT_BYTES);
}

static void test_whose_signals(unused_parameter void **state)
{
	/* An earlier release did not keep whose the signals were, so none counts as told until
	 * those have left the window, also of a clock that is set back, or no longer count. */
	static struct keeper keeper, none;
	static const int64_t later_ms[] = {10000, 300000, 10000, 210000};
	struct traffic dice = {.state = 9};

	for (size_t i = 0; i < count_of(later_ms); i++) {
		struct record record = script_record(VIEW("0 10.0.0.1 401 scheme=kerberos"));
		struct signal signal = {.signature = 1, .time_ms = SCRIPT_START_MS};
		struct detector *auto_call(detector_free) detector = restore(&none, &dice);
		struct detector_evidence evidence;
		char key[ROW_KEY_BYTES];

		detector_record(detector, &record);
		detector_signal(detector, &signal, &record);
		detector_evidence(detector, &evidence);
		assert_int_equal(evidence.named_signals, 1);
		assert_int_equal(detector_save(detector, on_row, &keeper), 0);
		detector_free(&detector);
		assert_int_equal(on_row(&keeper, row_key('t', 0, key), old_totals(&keeper)), 0);
		detector = restore(&keeper, &dice);
		if (i == 3)
			detector_tell_set_back(detector, SCRIPT_START_MS - 100000);
		signal.time_ms += later_ms[i];
		detector_tell_time(detector, signal.time_ms);
		if (i == 2)
			detector_forget_before(detector, signal.time_ms);
		detector_signal(detector, &signal, &record);
		detector_evidence(detector, &evidence);
		assert_int_equal(evidence.named_signals, i == 0 ? 0 : 1);
		assert_int_equal(detector_signals(detector, 1), i == 0 ? 2 : 1);
		keeper_clear(&keeper);
	}
}

static void test_cost(unused_parameter void **state)
{
	/* A save costs what changed since the last one: nothing, or a few rows for a few voters out
	 * of many. */
	static struct keeper keeper;
	struct detector *auto_call(detector_free) detector = script_detector();
	struct record record = script_record(VIEW("0 10.0.0.1 200 scheme=kerberos user=u"));

	for (unsigned i = 0; i < 900; i++) {
		memcpy(record.address.bytes + 1, &i, 2);
		detector_record(detector, &record);
	}
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	assert_true(keeper.puts > 900 && keeper.puts < 920);
	keeper.puts = 0;
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	assert_int_equal(keeper.puts, 0);
	for (unsigned i = 0; i < 30; i++) {
		unsigned voter = i % 3;

		memcpy(record.address.bytes + 1, &voter, 2);
		detector_record(detector, &record);
	}
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	assert_int_equal(keeper.puts, 5); /* the voters, a bucket, the totals */
	script_say(detector, "0 10.1.0.1 200 scheme=kerberos user=u host=h worker=1");
	script_say(detector, "0 10.1.0.1 401 scheme=kerberos user=u reply=reject host=h worker=1");
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	keeper.puts = 0;
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	assert_int_equal(keeper.puts, 0);
	keeper_clear(&keeper);
}

static void test_corrupted(unused_parameter void **state)
{
	/* A damaged row is refused and changes nothing, or is read as other numbers of its kind;
	 * nothing breaks either way. */
	static struct keeper keeper;
	struct traffic dice = {
	    .state = 7, .now_ms = SCRIPT_START_MS, .clients = 30, .step_ms = 300};
	struct detector *detectors[2] = {restore(&keeper, &dice), restore(&keeper, &dice)};

	for (int i = 0; i < 2000; i++)
		live(&dice, detectors);
	assert_int_equal(detector_save(detectors[0], on_row, &keeper), 0);
	for (size_t i = 0; i < keeper.count; i++) {
		struct kept_row *row = &keeper.rows[i];
		struct view key = view_of(row->key, ROW_KEY_BYTES);
		struct detector *fresh = restore(&(struct keeper){0}, &dice);
		struct detector *same = restore(&(struct keeper){0}, &dice);

		for (size_t length = 1; length < row->length; length++)
			if (row->key[0] != 'n' || length % 8 != 1 || length == 1)
				assert_int_equal(
				    detector_restore(fresh, key, view_of(row->value, length)),
				    -EINVAL);
		assert_int_equal(
		    detector_restore(fresh, view_first(key, 8), view_of(row->value, row->length)),
		    -EINVAL);
		row->value[0]++;
		assert_int_equal(
		    detector_restore(fresh, key, view_of(row->value, row->length)), -EINVAL);
		row->value[0]--;
		assert_same(fresh, same);
		detector_free(&same);
		for (int flip = 0; flip < 20; flip++) {
			size_t at = 1 + traffic_pick(&dice, (unsigned)row->length - 1);

			row->value[at] ^= (char)(1 << traffic_pick(&dice, 8));
		}
		if (detector_restore(fresh, key, view_of(row->value, row->length)) == 0)
			for (int j = 0; j < 50; j++) {
				struct record record = traffic_record(&dice);

				detector_record(fresh, &record);
			}
		detector_finish(fresh);
		detector_free(&fresh);
	}
	keeper_clear(&keeper);
	for (int i = 0; i < 2; i++)
		detector_free(&detectors[i]);
}

static void test_old_totals(unused_parameter void **state)
{
	/* Totals that an earlier release kept come back, without what its clock needed. */
	static struct keeper keeper;
	struct traffic dice = {.state = 3};
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector *auto_call(detector_free) fresh = restore(&(struct keeper){0}, &dice);
	struct detector_window window;
	char key[ROW_KEY_BYTES];
	struct view old;

	script_admit(detector, 0, 10, 7);
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	old = old_totals(&keeper);
	assert_int_equal(detector_restore(fresh, row_key('t', 0, key), old), 0);
	detector_window(fresh, &window);
	assert_int_equal(window.now_ms, SCRIPT_START_MS + 7000);
	assert_int_equal(detector_totals(fresh)->records, 10);
	old.length--;
	assert_int_equal(detector_restore(fresh, row_key('t', 0, key), old), -EINVAL);
	keeper_clear(&keeper);
}

static void test_times_of_others(unused_parameter void **state)
{
	/* The last time that there is comes back in each of the totals' fields, one behind it is
	 * refused. */
	static const struct {
		size_t offset;
		int64_t most;
	} fields[] = {{9, ROW_MAX_TIME_MS}, {17, ROW_MAX_TIME_MS - 1}, {25, ROW_MAX_TIME_MS},
	    {33, ROW_MAX_TIME_MS}};
	static struct keeper keeper;
	struct detector *auto_call(detector_free) detector = script_detector();
	char key[ROW_KEY_BYTES];
	struct view name = row_key('t', 0, key);
	const struct kept_row *row;

	script_admit(detector, 0, 10, 7);
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	row = keeper_find(&keeper, name);
	for (size_t i = 0; i < count_of(fields); i++)
		for (int more = 0; more < 2; more++) {
			struct detector *auto_call(detector_free) fresh = script_detector();
			char value[ROW_MAX_BYTES];
			struct row_writer time;

			row_begin(&time, 0);
			row_put(&time, (uint64_t)(fields[i].most + more), 8);
			memcpy(value, row->value, row->length);
			memcpy(value + fields[i].offset, time.bytes + 1, 8);
			assert_int_equal(
			    detector_restore(fresh, name, view_of(value, row->length)),
			    more == 0 ? 0 : -EINVAL);
		}
	keeper_clear(&keeper);
}

static void test_leap(unused_parameter void **state)
{
	/* A clock that leapt ahead is still in doubt after a restart: nobody is forgotten before it
	 * is set right. Totals of the version before know no doubt, and come back without. */
	static struct keeper keeper;
	struct traffic dice = {.state = 5};
	const int64_t year_ms = INT64_C(31536000000);

	for (int version = 3; version >= 2; version--) {
		struct detector *detector = restore(&(struct keeper){0}, &dice);
		struct kept_row *totals;
		char key[ROW_KEY_BYTES];

		script_admit(detector, 0, 10, 7);
		detector_tell_time(detector, SCRIPT_START_MS + year_ms);
		detector_advance(detector, SCRIPT_START_MS + year_ms);
		assert_int_equal(detector_save(detector, on_row, &keeper), 0);
		detector_free(&detector);
		totals = keeper_find(&keeper, row_key('t', 0, key));
		assert_int_equal(totals->value[0], 3);
		totals->value[0] = (char)version;
		totals->length -= version == 2 ? DOUBT_BYTES : 0;
		detector = restore(&keeper, &dice);
		detector_tell_time(detector, SCRIPT_START_MS + year_ms + 60000);
		script_refuse(detector, 0, 2, (int)(year_ms / 1000));
		detector_advance(detector, SCRIPT_START_MS + year_ms + 60000);
		script_assert_window(detector,
		    version == 2 ? "strangers 2" : "known-good 10, active 2, rejected 2, spike");
		detector_tell_time(detector, SCRIPT_START_MS + 10000);
		script_assert_window(detector, version == 2 ? "" : "known-good 10");
		detector_free(&detector);
		keeper_clear(&keeper);
	}
}

static void test_other_signatures(unused_parameter void **state)
{
	/* With other signatures than those of the last run the different ones begin anew; all else
	 * goes on. */
	static struct keeper keeper;
	struct detector_options options = small_options();
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector *auto_call(detector_free) fresh = NULL;
	struct detector_evidence evidence;

	script_admit(detector, 0, 5, 0);
	script_refuse(detector, 0, 5, 1);
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	options.signature_count++;
	assert_int_equal(detector_new(&fresh, &options), 0);
	for (size_t i = 0; i < keeper.count; i++)
		assert_int_equal(
		    detector_restore(fresh, view_of(keeper.rows[i].key, ROW_KEY_BYTES),
			view_of(keeper.rows[i].value, keeper.rows[i].length)),
		    0);
	detector_evidence(detector, &evidence);
	assert_int_equal(evidence.rejected_voters, 5);
	detector_evidence(fresh, &evidence);
	assert_int_equal(evidence.rejected_voters, 0);
	assert_int_equal(evidence.kerberos_rejected, 5);
	keeper_clear(&keeper);
}

static void test_forgotten(unused_parameter void **state)
{
	/* What was asked to be forgotten does not count after a restart either, nor by place. */
	static struct keeper keeper;
	struct traffic dice = {.state = 4};
	struct detector *detector = restore(&(struct keeper){0}, &dice);
	struct detector_evidence evidence;

	for (int restarted = 0; restarted < 2; restarted++) {
		script_say(detector, "0 10.1.0.1 200 scheme=kerberos user=u host=h worker=1");
		detector_evidence(detector, &evidence);
		assert_int_equal(evidence.hosts.count, 1 - restarted);
		assert_int_equal(evidence.workers.count, 1 - restarted);
		if (restarted == 1)
			break;
		detector_forget_before(detector, SCRIPT_START_MS + 60000);
		assert_int_equal(detector_save(detector, on_row, &keeper), 0);
		detector_free(&detector);
		detector = restore(&keeper, &dice);
	}
	detector_free(&detector);
	keeper_clear(&keeper);
}

static void test_pending_rows(unused_parameter void **state)
{
	/* A handshake's row comes once; one behind a table that was larger then is left out, and
	 * goes. */
	static struct keeper keeper;
	struct traffic dice = {.state = 3};
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector *auto_call(detector_free) fresh = restore(&(struct keeper){0}, &dice);
	char name[ROW_KEY_BYTES];

	script_say(detector, "0 10.0.0.1 401");
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	for (size_t i = 0; i < keeper.count; i++) {
		const struct view value = view_of(keeper.rows[i].value, keeper.rows[i].length);

		if (keeper.rows[i].key[0] != 'p')
			continue;
		assert_int_equal(detector_restore(fresh, row_key('p', 1, name), value), 0);
		assert_int_equal(detector_restore(fresh, row_key('p', 1, name), value), -EINVAL);
		assert_int_equal(on_row(&keeper, row_key('p', 5000, name), value), 0);
		assert_int_equal(detector_restore(fresh, row_key('p', 5000, name), value), 0);
		assert_int_equal(detector_restore(fresh, row_key('p', 0, name), value), -EINVAL);
		break;
	}
	assert_int_equal(detector_save(fresh, on_row, &keeper), 0);
	assert_null(keeper_find(&keeper, row_key('p', 5000, name)));
	keeper_clear(&keeper);
}

/* The rows of the handshakes as an earlier release wrote them. */
static void age_pending(struct keeper *keeper, uint8_t version, size_t missing_bytes)
{
	for (size_t i = 0; i < keeper->count; i++) {
		if (keeper->rows[i].key[0] != 'p')
			continue;
		keeper->rows[i].value[0] = (char)version;
		keeper->rows[i].length -= missing_bytes;
	}
}

static void test_pending_come_back(unused_parameter void **state)
{
	/* What was asked before a restart is known behind it: whose it is, which keeps it from a
	 * flood, and what exactly was refused. Earlier releases did not keep these. */
	static const size_t missing_bytes[] = {0, 9, 11};
	static struct keeper keeper;
	struct traffic dice = {.state = 8};

	for (size_t i = 0; i < count_of(missing_bytes); i++) {
		struct detector *detector = restore(&(struct keeper){0}, &dice);

		script_admit(detector, 0, 1, 0);
		script_say(detector, "1 10.1.0.0 401 scheme=ntlm");
		script_say(detector, "1 10.9.0.1 401 scheme=none");
		assert_int_equal(detector_save(detector, on_row, &keeper), 0);
		detector_free(&detector);
		if (i > 0)
			age_pending(&keeper, (uint8_t)(3 - i), missing_bytes[i]);
		detector = restore(&keeper, &dice);
		script_say(detector, "1 10.9.0.1 200 scheme=kerberos");
		script_assert_window(
		    detector, i == 0 ? "known-good 2, active 2" : "known-good 1, active 1");
		for (int j = 0; j < 20; j++)
			script_say(detector, "1 198.51.0.%d 401 scheme=ntlm", j);
		detector_finish(detector);
		script_assert_window(detector,
		    i == 0 ? "known-good 2, active 2, rejected 1, strangers 9"
			   : "known-good 1, active 1, strangers 10");
		detector_free(&detector);
		keeper_clear(&keeper);
	}
}

static void test_cannot_be_kept(unused_parameter void **state)
{
	/* A save that fails says so, at whatever row, and what it gave is given again. */
	struct detector *auto_call(detector_free) detector = script_detector();

	script_admit(detector, 0, 10, 7);
	for (size_t row = 1; row < 10; row++) {
		struct keeper full = {.fail_after = row};

		assert_int_equal(detector_save(detector, on_row, &full), -ENOSPC);
		detector_offer_all(detector);
		keeper_clear(&full);
	}
}

static void test_end_of_time(unused_parameter void **state)
{
	/* The last time that a line can have is kept like any other. */
	static struct keeper keeper;
	struct traffic dice = {.state = 4};
	struct detector *auto_call(detector_free) detector = script_detector();
	struct detector *auto_call(detector_free) other = NULL;

	for (int i = 0; i < 4; i++)
		script_say(detector, "999999999999999 10.9.0.1 200");
	assert_int_equal(detector_save(detector, on_row, &keeper), 0);
	other = restore(&keeper, &dice);
	assert_same(detector, other);
	keeper_clear(&keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_twins),
	    cmocka_unit_test(test_whose_signals),
	    cmocka_unit_test(test_cost),
	    cmocka_unit_test(test_corrupted),
	    cmocka_unit_test(test_old_totals),
	    cmocka_unit_test(test_times_of_others),
	    cmocka_unit_test(test_leap),
	    cmocka_unit_test(test_other_signatures),
	    cmocka_unit_test(test_forgotten),
	    cmocka_unit_test(test_pending_rows),
	    cmocka_unit_test(test_pending_come_back),
	    cmocka_unit_test(test_cannot_be_kept),
	    cmocka_unit_test(test_end_of_time),
	};

	return cmocka_run_group_tests_name("detector_rows", tests, NULL, NULL);
}
