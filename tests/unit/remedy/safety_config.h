/* The configurations of the host of test_safety.c: two sites, each with three rungs. The second has
 * the ladders in another order, the third only observes. */
#ifndef AUTHMEDIC_TESTS_SAFETY_CONFIG_H
#define AUTHMEDIC_TESTS_SAFETY_CONFIG_H

#include "safety_world.h"

#define SAFETY_CONFIGS 3

extern char safety_site_names[SAFETY_SITES][8];

void safety_configure(const struct safety_sabotage *sabotage);
/* The daemon's lacks what the sabotage takes away. */
const struct config *safety_config(size_t variant, bool of_daemon);

#endif
