/* What `check` says of the logs as they are on this machine. */
#ifndef AUTHMEDIC_CLI_CHECK_LOGS_H
#define AUTHMEDIC_CLI_CHECK_LOGS_H

#include "daemon/rulebook.h"

/* Reads the beginning of each log's newest file and prints what its lines do not show and what
 * would have them show it; or why there is nothing to read. */
void check_logs(const struct rulebook *rulebook, bool json);

#endif
