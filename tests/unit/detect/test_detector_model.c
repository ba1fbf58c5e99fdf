#include "detect/verdict.h"
#include "script.h"
#include "traffic.h"
#include "unit.h"

/* -- the window, recounted from a plain list of voters ---------------------------------------- */

#define MODEL_VOTERS 40
#define MAX_KNOWN    12
#define BUCKET_MS    INT64_C(5000)
#define BUCKETS      60

enum model_opinion { NONE, ESTABLISHED, AUTHENTICATED, REJECTED };

struct model_voter {
	bool known;
	int64_t good_ms, opinion_ms;
	uint64_t admitted; /* when, among all */
	enum model_opinion opinion;
};

struct model {
	struct model_voter voters[MODEL_VOTERS];
	int64_t now_ms, floor_ms, known_for_ms;
	int64_t stranger_ms[100000];
	size_t strangers;
	uint64_t admissions;
};

static bool model_holds(const struct model *model, int64_t time_ms)
{
	return time_ms >= model->floor_ms &&
	    model->now_ms / BUCKET_MS - time_ms / BUCKET_MS < BUCKETS;
}

/* Who got in longest ago; negative: nobody. */
static int model_oldest(const struct model *model)
{
	int oldest = -1;

	for (int i = 0; i < MODEL_VOTERS; i++)
		if (model->voters[i].known &&
		    (oldest < 0 || model->voters[i].admitted < model->voters[oldest].admitted))
			oldest = i;
	return oldest;
}

/* Late lines let an entry outlive its time by as much as they are late. */
static void model_expire(struct model *model)
{
	int oldest = model_oldest(model);

	while (oldest >= 0 && model->voters[oldest].good_ms < model->now_ms - model->known_for_ms) {
		model->voters[oldest].known = false;
		oldest = model_oldest(model);
	}
}

static void model_pass_time(struct model *model, int64_t time_ms)
{
	if (time_ms <= model->now_ms)
		return;
	model->now_ms = time_ms;
	model_expire(model);
}

static void model_make_room(struct model *model)
{
	int known = 0;

	for (int i = 0; i < MODEL_VOTERS; i++)
		known += model->voters[i].known;
	if (known == MAX_KNOWN)
		model->voters[model_oldest(model)].known = false;
}

static void model_admit(struct model *model, struct model_voter *voter, int64_t time_ms)
{
	if (!voter->known) {
		model_make_room(model);
		*voter = (struct model_voter){.known = true};
	}
	voter->admitted = ++model->admissions;
	if (time_ms > voter->good_ms)
		voter->good_ms = time_ms;
}

static void model_vote(
    struct model *model, unsigned number, enum model_opinion opinion, const struct record *record)
{
	struct model_voter *voter = &model->voters[number];
	bool in_window = model_holds(model, record->time_ms);

	if (opinion == ESTABLISHED || (opinion == AUTHENTICATED && record->status == 200))
		model_admit(model, voter, record->time_ms);
	else if (record->time_ms - voter->good_ms > model->known_for_ms)
		voter->known = false;
	if (!voter->known) {
		if (opinion == REJECTED && in_window)
			model->stranger_ms[model->strangers++] = record->time_ms;
		return;
	}
	if (in_window && (voter->opinion == NONE || record->time_ms >= voter->opinion_ms)) {
		voter->opinion = opinion;
		voter->opinion_ms = record->time_ms;
	}
}

static void model_forget(struct model *model, int64_t time_ms)
{
	size_t kept = 0;

	for (int i = 0; i < MODEL_VOTERS; i++)
		if (model->voters[i].opinion_ms < time_ms)
			model->voters[i].opinion = NONE;
	if (time_ms <= model->floor_ms)
		return;
	/* Counts that are no voter's are kept by the bucket. */
	for (size_t i = 0; i < model->strangers; i++)
		if (model->stranger_ms[i] / BUCKET_MS >= time_ms / BUCKET_MS)
			model->stranger_ms[kept++] = model->stranger_ms[i];
	model->strangers = kept;
	model->floor_ms = time_ms;
}

static void assert_model(const struct model *model, const struct detector *detector)
{
	struct detector_window window;
	size_t counts[4] = {0};
	size_t known = 0;
	size_t active;
	uint64_t strangers = 0;

	for (int i = 0; i < MODEL_VOTERS; i++) {
		known += model->voters[i].known;
		if (model->voters[i].known && model->voters[i].opinion != NONE &&
		    model_holds(model, model->voters[i].opinion_ms))
			counts[model->voters[i].opinion]++;
	}
	for (size_t i = 0; i < model->strangers; i++)
		strangers +=
		    model->now_ms / BUCKET_MS - model->stranger_ms[i] / BUCKET_MS < BUCKETS;
	active = counts[ESTABLISHED] + counts[AUTHENTICATED] + counts[REJECTED];
	detector_window(detector, &window);
	assert_int_equal(window.now_ms, model->now_ms);
	assert_int_equal(window.known_good, known);
	assert_int_equal(window.active, active);
	assert_int_equal(window.rejected, counts[REJECTED]);
	assert_int_equal(window.established, counts[ESTABLISHED]);
	assert_int_equal(window.rejected_strangers, strangers);
	assert_int_equal(
	    window.spike, counts[REJECTED] >= 3 && counts[REJECTED] * 10 >= active * 3);
	assert_int_equal(window.spike_since_ms >= 0, window.spike);
}

static struct record model_record(struct traffic *dice, struct model *model, unsigned voter)
{
	static const struct {
		const char *text;
		enum model_opinion opinion;
	} kinds[] = {
	    {"0 a 200 scheme=kerberos user=u", ESTABLISHED},
	    {"0 a 200 user=u", AUTHENTICATED},
	    {"0 a 404 user=u", AUTHENTICATED},
	    {"0 a 401 scheme=kerberos reply=reject", REJECTED},
	    {"0 a 401 scheme=kerberos", REJECTED},
	};
	unsigned kind = traffic_pick(dice, count_of(kinds));
	struct record record = script_record(view_of_text(kinds[kind].text));

	record.address = (struct address){.family = 4, .bytes = {10, 0, 0, (uint8_t)voter}};
	dice->now_ms += traffic_pick(dice, 2000);
	if (traffic_pick(dice, 100) == 0)
		dice->now_ms += traffic_pick(dice, 600000);
	record.time_ms = dice->now_ms;
	if (traffic_pick(dice, 3) == 0)
		record.time_ms -= traffic_pick(dice, 20000);
	model_pass_time(model, record.time_ms);
	model_vote(model, voter, kinds[kind].opinion, &record);
	return record;
}

static void step(struct traffic *dice, struct model *model, struct detector *detector)
{
	unsigned kind = traffic_pick(dice, 300);
	int64_t time_ms = dice->now_ms - traffic_pick(dice, 30000);
	struct record record;

	if (kind == 0) {
		model_forget(model, time_ms);
		detector_forget_before(detector, time_ms);
	} else if (kind < 10 && model->now_ms > 0) {
		dice->now_ms += traffic_pick(dice, 30000);
		model_pass_time(model, dice->now_ms);
		detector_advance(detector, dice->now_ms);
	} else {
		record = model_record(dice, model, traffic_pick(dice, MODEL_VOTERS));
		detector_record(detector, &record);
	}
	assert_model(model, detector);
}

static void test_window_is_its_definition(unused_parameter void **state)
{
	/* After every line the window and the spike are what a recount of all voters says. */
	static struct model model;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct detector_options options = script_options();
		struct traffic dice = {.state = seed, .now_ms = SCRIPT_START_MS};
		struct detector *detector = NULL;

		print_message("seed %llu\n", (unsigned long long)seed);
		options.minimum_voters = 3;
		options.max_voters = MAX_KNOWN;
		options.known_good_for_ms = seed % 2 == 0 ? 400000 : 4000000;
		memset(&model, 0, sizeof(model));
		model.known_for_ms = options.known_good_for_ms;
		model.now_ms = -1;
		assert_int_equal(detector_new(&detector, &options), 0);
		for (int i = 0; i < 3000; i++)
			step(&dice, &model, detector);
		assert_true(detector_totals(detector)->evicted_voters > 0);
		detector_free(&detector);
	}
}

/* -- what holds for any log ----------------------------------------------------------------------
 */

struct tally {
	uint64_t records, own, admissions, passages, denials, refusals, failures;
};

static void count_line(struct tally *tally, const struct record *record)
{
	tally->records++;
	if (view_starts_with(record->agent, VIEW("authmedic-probe/")) &&
	    (view_is_empty(record->user) || !asks_to_sign_in(record->status))) {
		tally->own++;
		return;
	}
	switch (verdict_of(script_statuses(), record).verdict) {
	case VERDICT_ADMISSION:
		tally->admissions++;
		break;
	case VERDICT_PASSAGE:
		tally->passages++;
		break;
	case VERDICT_DENIAL:
	case VERDICT_OVERSIZE:
		tally->denials++;
		break;
	case VERDICT_REFUSAL:
		tally->refusals++;
		break;
	case VERDICT_NOTHING:
		break;
	default:
		tally->failures++;
		break;
	}
}

static uint64_t outcomes(const struct detector_totals *totals, enum outcome outcome)
{
	uint64_t sum = 0;

	for (int i = 0; i < SCHEME_COUNT; i++)
		sum += totals->handshakes[i][outcome];
	return sum;
}

static void assert_sums(const struct tally *tally, const struct detector_totals *totals)
{
	uint64_t established = outcomes(totals, OUTCOME_ESTABLISHED);
	uint64_t rejected = outcomes(totals, OUTCOME_REJECTED);
	uint64_t open_ended =
	    outcomes(totals, OUTCOME_UNANSWERED) + outcomes(totals, OUTCOME_INCOMPLETE);

	assert_int_equal(totals->records, tally->records);
	assert_int_equal(totals->own_probes, tally->own);
	/* Each admission is told once; a passage only where it was refused before. */
	assert_true(established + totals->authenticated >= tally->admissions);
	assert_true(established + totals->authenticated <= tally->admissions + tally->passages);
	/* Each refusal is told once, and other failures end once at most. */
	assert_true(rejected >= tally->refusals);
	assert_true(rejected + open_ended <= tally->refusals + tally->failures);
	assert_int_equal(totals->handshakes[SCHEME_NONE][OUTCOME_ESTABLISHED], 0);
	assert_int_equal(totals->handshakes[SCHEME_NONE][OUTCOME_REJECTED], 0);
}

static void assert_bounds(const struct detector *detector, const struct detector_options *options)
{
	struct detector_window window;

	detector_window(detector, &window);
	assert_true(window.known_good <= options->max_voters);
	assert_true(window.active <= window.known_good);
	assert_true(window.rejected + window.established <= window.active);
	assert_true(window.rejected_ratio >= 0 && window.rejected_ratio <= 1);
}

static void test_sums(unused_parameter void **state)
{
	/* No log makes a line count twice or not at all, or a table grow over its maximum. */
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct detector_options options = script_options();
		struct traffic traffic = {.state = seed * 77,
		    .now_ms = SCRIPT_START_MS,
		    .clients = 3 + (unsigned)seed * 3,
		    .step_ms = 1 + (int64_t)(seed % 8) * 200};
		struct detector *detector = NULL;
		struct tally tally = {0};

		print_message("seed %llu\n", (unsigned long long)seed);
		options.max_voters = 10;
		options.max_pending = 1 + (size_t)seed;
		assert_int_equal(detector_new(&detector, &options), 0);
		for (int i = 0; i < 4000; i++) {
			const struct record record = traffic_record(&traffic);

			count_line(&tally, &record);
			detector_tell_time(detector, traffic.now_ms);
			detector_record(detector, &record);
			assert_bounds(detector, &options);
		}
		detector_finish(detector);
		assert_sums(&tally, detector_totals(detector));
		detector_free(&detector);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_window_is_its_definition),
	    cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests_name("detector_model", tests, NULL, NULL);
}
