/* Every option there is. */
#ifndef AUTHMEDIC_CONFIG_OPTIONS_H
#define AUTHMEDIC_CONFIG_OPTIONS_H

#include "config/schema.h"

/* Reads into struct config. */
extern const struct schema config_schema;
/* The lists in which a later file adds to an earlier one, by name. */
extern const char *const config_named_lists[];

#endif
