/* The systemd unit that a process belongs to. */
#ifndef AUTHMEDIC_PLUGINS_UNIT_H
#define AUTHMEDIC_PLUGINS_UNIT_H

#include "base/view.h"

#define UNIT_MAX_BYTES 255
#define UNIT_SYSTEMCTL "/usr/bin/systemctl" /* asked about units, and to restart them */

/* From its control group. -ENOENT where it is in no service's. */
must_check int unit_of_process(int64_t process_id, char ret_unit[UNIT_MAX_BYTES + 1]);

/* The unit that the site names, else the one that the process is in. */
must_check int unit_of_worker(int64_t process_id, char ret_unit[UNIT_MAX_BYTES + 1]);

/* Whether it is the name of one unit, and no option. */
bool unit_name_is_good(const char *name);

#endif
