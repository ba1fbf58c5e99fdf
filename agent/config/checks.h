/* What no single value shows: whether the values of a configuration fit together and to the files
 * on this machine. Fills in what follows from other values. */
#ifndef AUTHMEDIC_CONFIG_CHECKS_H
#define AUTHMEDIC_CONFIG_CHECKS_H

#include "config/config.h"
#include "config/schema.h"
#include "config/servers.h"

/* `root` is the tree that the configuration was read from without a complaint. Complaints are
 * counted in `reading`. */
must_check int config_check(struct reading *reading, const struct node *root,
    const struct servers *servers, struct config *config);

#endif
