/* One log that is read, at a detector of its own. */
#ifndef AUTHMEDIC_TESTS_READING_FIXTURE_H
#define AUTHMEDIC_TESTS_READING_FIXTURE_H

#include "unit.h"

#include "daemon/reading.h"

static const char header[] = "#Fields: date time c-ip cs-username sc-status";
static const char line[] = "2024-01-01 10:00:00 10.0.0.1 - 401";

struct world {
	struct config_log log;
	struct detector *detector;
};

static inline int set_up(void **state)
{
	static struct world world;
	static const struct hash_seed seed;
	const struct config_site site = {0};
	struct config config = {.detect = {.window_ms = 300000,
				    .known_good_for_ms = 86400000,
				    .handshake_timeout_ms = 10000,
				    .minimum_voters = 5,
				    .share_percent = 30,
				    .ipv4_prefix = 32,
				    .ipv6_prefix = 64,
				    .max_voters = 100,
				    .max_pending = 100}};

	world.log = (struct config_log){.path = (char *)"/x", .format = (char *)"auto"};
	*state = &world;
	return reading_new_detector(
	    &world.detector, &(const struct rulebook){.config = &config}, &site, &seed);
}

static inline int tear_down(void **state)
{
	struct world *world = *state;

	detector_free(&world->detector);
	return 0;
}

static inline void start(struct reading *reading, struct world *world)
{
	assert_int_equal(reading_init(reading, &world->log, world->detector, NULL), 0);
}

static inline struct deaf_sight see(const struct reading *reading)
{
	struct deaf_sight sight;

	reading_sight(reading, &sight);
	return sight;
}

#endif
