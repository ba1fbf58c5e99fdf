/* When a site may be disturbed though nobody has failed. */
#ifndef AUTHMEDIC_REMEDY_MAINTENANCE_H
#define AUTHMEDIC_REMEDY_MAINTENANCE_H

#include "config/config.h"

/* Whether the site's maintenance window is open at this wall time, in local time. A window that
 * ends before it begins ends on the next day; its days are those on which it begins. */
bool maintenance_is_open(const struct config_maintenance *maintenance, int64_t wall_ms);

#endif
