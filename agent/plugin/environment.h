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

/* `rung` and `action_id` may be NULL: an inspector has neither. */
must_check int environment_make(struct environment *environment, const struct config_site *site,
    const struct config_rung *rung, const char *action_id);
void environment_done(struct environment *environment);

#endif
