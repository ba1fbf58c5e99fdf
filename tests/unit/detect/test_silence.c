/* Safety rule 14, by random schedules: silence is not health. A site that was heard falls silent in
 * one of the ways there are, and is told of in time, whatever went before; while it is well, with
 * nights, rotations and probes that get lost, nothing is told. A log that fell silent before and
 * came back is told again, each time after twice as long at the most. */
#include "chance.h"
#include "deafness_fixture.h"

enum failure {
	FILE_MISSING,
	FILE_UNREADABLE,
	FILE_REFUSED,
	FORMAT_CHANGED,
	LOG_STOPPED,    /* one of the two */
	LOGS_STOPPED,   /* both, while probes are answered */
	ONLY_FAILURES,  /* no request that went well is logged any more */
	WATCHER_DEAD,
	FAILURES
};

static const char *const names[FAILURES] = {"missing", "unreadable", "refused", "not understood",
    "silent", "probes unseen", "only errors", "unwatched"};
/* After which it must have been told: the option's time, and what is needed to be sure. */
static const int64_t bounds_ms[FAILURES] = {MINUTE, MINUTE, MINUTE, 30 * MINUTE, 30 * MINUTE,
    40 * MINUTE, 90 * MINUTE, 2 * MINUTE};

static struct deaf_options options_now;
static enum failure failure;
static bool fails; /* by now */
static int64_t next_probe_ms;
static uint64_t answered; /* probes, since it fails */
static size_t silences; /* that ended */

static bool is_quiet(size_t log)
{
	if (!fails || failure == LOGS_STOPPED)
		return fails;
	return log == 0 && (failure <= FILE_REFUSED || failure == LOG_STOPPED);
}

static void log_line(size_t log)
{
	if (is_quiet(log))
		return;
	if (fails && failure == FORMAT_CHANGED && log == 0) {
		sights[0].bytes += 100;
		sights[0].unparsed_in_a_row++;
		return;
	}
	sights[log].unparsed_in_a_row = 0;
	request(log, fails && failure == ONLY_FAILURES ? false : !chance_percent(10));
}

/* Each five minutes; its line comes at once, if it comes. */
static void probe(void)
{
	bool lost = chance_percent(5);

	next_probe_ms = now_ms + 5 * MINUTE;
	deafness_probe_started(deafness);
	if (!lost && !(fails && failure == LOGS_STOPPED)) {
		sights[1].own_probes++;
		request(1, !(fails && failure == ONLY_FAILURES));
	}
	answered += fails && !lost;
	deafness_probe_ended(deafness, now_ms, lost ? DEAF_PROBE_LOST : DEAF_PROBE_ACCEPTED);
}

static bool is_well(void)
{
	return deafness_of_log(deafness, 0) == DEAF_NOTHING &&
	       deafness_of_log(deafness, 1) == DEAF_NOTHING && opened == 0;
}

/* Seconds in which both logs are written to, or, at night, none. */
static void go_on(int64_t duration_ms, bool at_night)
{
	for (int64_t end_ms = now_ms + duration_ms; now_ms < end_ms;) {
		now_ms += SECOND * (int64_t)(1 + chance(9));
		if (!at_night) {
			log_line(0);
			log_line(1);
		}
		if (now_ms >= next_probe_ms)
			probe();
		look();
	}
}

/* Between the rename and the new file there is none. */
static void rotate(void)
{
	sights[0].trouble = DEAF_MISSING;
	look();
	now_ms += SECOND * (int64_t)(1 + chance(8));
	look();
	sights[0].trouble = DEAF_NOTHING;
	look();
}

/* An hour and more, so that its rhythm is known; short gaps while a log is rotated. */
static bool lives_well(void)
{
	look();
	go_on(HOUR, false);
	for (size_t i = chance(4); i > 0; i--) {
		if (chance_percent(50))
			rotate();
		go_on(MINUTE * (int64_t)chance(30), chance_percent(30));
		go_on(MINUTE * (int64_t)(1 + chance(20)), false);
	}
	return is_well();
}

/* A log that falls silent; each time before teaches that it may be quiet for twice as long. */
static int64_t bound_ms(enum failure of)
{
	return of == LOG_STOPPED ? bounds_ms[of] << silences : bounds_ms[of];
}

/* The server writes elsewhere for some busy hours, and here again. */
static bool goes_silent_for_a_while(void)
{
	enum failure later = failure;
	bool good;

	failure = LOG_STOPPED;
	fails = true;
	go_on(bound_ms(failure) + (int64_t)chance(8 * HOUR), false);
	good = is_open(0, DEAF_SILENT) && opened == 1;
	fails = false;
	failure = later;
	silences++;
	go_on(MINUTE * (int64_t)(1 + chance(30)), false);
	opened = 0;
	answered = 0;
	return good && is_well();
}

static void fall_silent(void)
{
	fails = true;
	if (failure <= FILE_REFUSED)
		sights[0].trouble = (enum deaf_reason)(DEAF_MISSING + failure);
	sights[0].unwatched = failure == WATCHER_DEAD;
}

/* Probes that get lost say nothing, and nearly all may be. */
static void go_on_until_enough_are_answered(void)
{
	while (answered < options.unseen_probes)
		go_on(MINUTE, false);
	go_on(options.probe_line_within_ms + MINUTE, false);
}

/* Of the log that shows our probes, where it is by them that it was found. */
static bool is_told(void)
{
	size_t log = failure == LOGS_STOPPED;

	return opened > 0 && deafness_of_log(deafness, log) != DEAF_NOTHING;
}

/* The log that is well is not called deaf for the other's sake. */
static bool blames_only_one(void)
{
	return failure == LOGS_STOPPED || failure == ONLY_FAILURES ||
	       deafness_of_log(deafness, 1) == DEAF_NOTHING;
}

static bool schedule_holds(void)
{
	bool good;

	failure = (enum failure)chance(FAILURES);
	fails = false;
	now_ms = 100 * DAY + (int64_t)chance(DAY);
	next_probe_ms = now_ms;
	answered = opened = ended = 0;
	silences = 0;
	for (size_t i = 0; i < MAX_LOGS; i++)
		sights[i] = (struct deaf_sight){
		    .trouble = DEAF_NOTHING, .is_access_log = true, .bytes = 1000};
	assert_int_equal(deafness_new(&deafness, &options_now, MAX_LOGS), 0);
	good = lives_well();
	for (size_t i = chance(4); i > 1; i--)
		good = goes_silent_for_a_while() && good;
	fall_silent();
	go_on(bound_ms(failure), false);
	if (failure == LOGS_STOPPED)
		go_on_until_enough_are_answered();
	good = good && is_told() && blames_only_one();
	deafness_free(&deafness);
	return good;
}

static int guard(unused_parameter void **state)
{
	options_now = options;
	return 0;
}

static void silence_is_told(unused_parameter void **state)
{
	/* Each way to fall silent, after whatever went before. */
	chance_all_hold(schedule_holds);
}

/* Only schedules in which it fails in that way. */
static bool holds_for(enum failure wanted)
{
	for (uint64_t i = 0; i < 200; i++) {
		chance_begin(i);
		if (!schedule_holds() && failure == wanted)
			return false;
	}
	return true;
}

static void deafness_to_silence_is_found(unused_parameter void **state)
{
	/* The control: each condition that is never looked at is missed. */
	static const struct {
		enum failure failure;
		size_t offset; /* of what makes it late */
	} conditions[] = {
	    {FILE_MISSING, offsetof(struct deaf_options, trouble_for_ms)},
	    {FORMAT_CHANGED, offsetof(struct deaf_options, unparsed_lines)},
	    {LOG_STOPPED, offsetof(struct deaf_options, silent_for_ms)},
	    {LOGS_STOPPED, offsetof(struct deaf_options, unseen_probes)},
	    {ONLY_FAILURES, offsetof(struct deaf_options, errors_for_ms)},
	    {WATCHER_DEAD, offsetof(struct deaf_options, unwatched_for_ms)},
	};

	for (size_t i = 0; i < count_of(conditions); i++) {
		options_now = options;
		*(int64_t *)((char *)&options_now + conditions[i].offset) = 1000 * DAY;
		if (holds_for(conditions[i].failure))
			fail_msg("that it is %s is not missed", names[conditions[i].failure]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(silence_is_told, guard),
	    cmocka_unit_test_setup(deafness_to_silence_is_found, guard),
	};

	return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
