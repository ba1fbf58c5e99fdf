/* Random logs from a seed, for the tests and benchmarks of detect/: every kind of line, from few
 * enough clients that they meet again, in an order that is not quite that of their times. */
#ifndef AUTHMEDIC_TESTS_DETECT_TRAFFIC_H
#define AUTHMEDIC_TESTS_DETECT_TRAFFIC_H

#include "parse/record.h"

struct traffic {
	uint64_t state; /* the seed at first */
	int64_t now_ms;
	unsigned clients;
	int64_t step_ms;   /* between lines, at most twice */
	char texts[6][64]; /* what the last record's views point to */
};

uint64_t traffic_random(struct traffic *traffic);
/* Below `limit`. */
unsigned traffic_pick(struct traffic *traffic, unsigned limit);
struct record traffic_record(struct traffic *traffic);

#endif
