/* A detector as the configuration makes it where nobody sets anything; with a seed that repeats. */
#ifndef AUTHMEDIC_TESTS_BENCH_USUAL_OPTIONS_H
#define AUTHMEDIC_TESTS_BENCH_USUAL_OPTIONS_H

#include "detect/detector.h"

static inline struct detector_options usual_options(size_t signature_count)
{
	return (struct detector_options){.window_ms = 300000,
	    .known_good_for_ms = INT64_C(7) * 86400000,
	    .handshake_timeout_ms = 30000,
	    .minimum_voters = 5,
	    .share_percent = 30,
	    .ipv4_prefix = 32,
	    .ipv6_prefix = 64,
	    .max_voters = 131072,
	    .max_pending = 16384,
	    .signature_count = signature_count,
	    .seed = {{1, 2}}};
}

#endif
