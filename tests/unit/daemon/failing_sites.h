/* Many sites that all fail as the one of a world does. */
#ifndef AUTHMEDIC_TESTS_FAILING_SITES_H
#define AUTHMEDIC_TESTS_FAILING_SITES_H

#include "remedy/world.h"

#include "daemon/site.h"

#define FAILING_SITES 4000 /* of which a test takes as many as it needs */

static struct config_site failing_configs[FAILING_SITES];
static struct site failing_sites[FAILING_SITES];
static char failing_names[FAILING_SITES][32];

/* They are called site-0000 and so on. */
static void fail_everywhere(struct world *world)
{
	world_reach_acting(world);
	for (size_t i = 0; i < FAILING_SITES; i++) {
		snprintf(failing_names[i], sizeof(failing_names[i]), "site-%04zu", i);
		failing_configs[i].name = failing_names[i];
		failing_sites[i].config = &failing_configs[i];
		failing_sites[i].controller = world->controller;
	}
}

#endif
