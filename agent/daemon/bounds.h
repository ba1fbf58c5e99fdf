/* What authmedicd may still reach once it reads what strangers write: made of its configuration,
 * and kept to, as nothing can be added later. */
#ifndef AUTHMEDIC_DAEMON_BOUNDS_H
#define AUTHMEDIC_DAEMON_BOUNDS_H

#include "config/config.h"
#include "confine/confine.h"

struct bounds;

must_check int bounds_new(
    struct bounds **ret_bounds, const struct config *config, const char *config_file);
void bounds_free(struct bounds **bounds);

/* Keeps to them from now on; tells of it. */
struct confinement bounds_enter(const struct bounds *bounds);

/* Whether all that is wanted lies within; if not, a line for each that does not is appended. */
bool bounds_hold(const struct bounds *bounds, const struct bounds *wanted, struct buffer *errors);

#endif
