/* A site with two logs, played second by second. */
#ifndef AUTHMEDIC_TESTS_DEAFNESS_FIXTURE_H
#define AUTHMEDIC_TESTS_DEAFNESS_FIXTURE_H

#include "unit.h"

#include "detect/deafness.h"

#define SECOND   INT64_C(1000)
#define MINUTE   (60 * SECOND)
#define HOUR     (60 * MINUTE)
#define DAY      (24 * HOUR)
#define MAX_LOGS 2

static const struct deaf_options options = {
    .trouble_for_ms = 10 * SECOND,
    .unparsed_lines = 100,
    .silent_for_ms = 10 * MINUTE,
    .probe_line_within_ms = 2 * MINUTE,
    .unseen_probes = 3,
    .own_program = true,
    .error_records = 200,
    .errors_for_ms = HOUR,
    .unwatched_for_ms = MINUTE,
};

static struct deafness *deafness;
static struct deaf_sight sights[MAX_LOGS];
static int64_t now_ms;
static unsigned opened, ended; /* changes that were told */

static inline int open_site(unused_parameter void **state)
{
	now_ms = 100 * DAY;
	opened = 0;
	ended = 0;
	for (size_t i = 0; i < MAX_LOGS; i++)
		sights[i] = (struct deaf_sight){
		    .trouble = DEAF_NOTHING, .is_access_log = true, .bytes = 1000};
	return deafness_new(&deafness, &options, MAX_LOGS);
}

static inline int close_site(unused_parameter void **state)
{
	deafness_free(&deafness);
	return 0;
}

static inline void look(void)
{
	struct deaf_change change;

	deafness_look(deafness, now_ms, sights);
	while (deafness_next_change(deafness, &change)) {
		assert_int_equal(change.now_ms, now_ms);
		opened += change.opened;
		ended += !change.opened;
	}
}

static inline void pass(int64_t duration_ms)
{
	for (int64_t passed_ms = 0; passed_ms < duration_ms; passed_ms += SECOND) {
		now_ms += SECOND;
		look();
	}
}

static inline void request(size_t log, bool success)
{
	sights[log].bytes += 100;
	sights[log].understood++;
	sights[log].records++;
	sights[log].successes += success;
}

/* Lines each so often in one log. */
static inline void serve(size_t log, int64_t duration_ms, int64_t every_ms)
{
	for (int64_t passed_ms = 0; passed_ms < duration_ms; passed_ms += every_ms) {
		request(log, true);
		pass(every_ms);
	}
}

static inline void serve_both(int64_t duration_ms, int64_t every_ms)
{
	for (int64_t passed_ms = 0; passed_ms < duration_ms; passed_ms += every_ms) {
		request(0, true);
		request(1, true);
		pass(every_ms);
	}
}

static inline bool is_open(size_t log, enum deaf_reason reason)
{
	return deafness_is_open(deafness, log, reason, NULL);
}

static inline void assert_all_heard(void)
{
	for (size_t i = 0; i < MAX_LOGS; i++)
		assert_int_equal(deafness_of_log(deafness, i), DEAF_NOTHING);
	assert_int_equal(opened, 0);
	assert_int_equal(ended, 0);
}

#define site_test(function) cmocka_unit_test_setup_teardown(function, open_site, close_site)

#endif
