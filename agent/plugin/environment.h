/* All that a plugin is told: NAME=value strings out of the configuration, and nothing inherited. */
#ifndef AUTHMEDIC_PLUGIN_ENVIRONMENT_H
#define AUTHMEDIC_PLUGIN_ENVIRONMENT_H

#include "config/config.h"

#define ENVIRONMENT_MAX (32 + 2 * CONFIG_MAX_PATHS + CONFIG_MAX_WITH * (CONFIG_MAX_WORDS + 1))

struct environment {
	char **items; /* NULL-terminated, for exec */
	size_t count;
	size_t capacity;
};

/* An inspector has but the site; the rest is NULL then. */
struct environment_order {
	const struct config_site *site;
	const struct config_rung *rung;
	const char *action_id;
	const char *state_folder;
};

must_check int environment_make(
    struct environment *environment, const struct environment_order *order);
void environment_done(struct environment *environment);

#endif
