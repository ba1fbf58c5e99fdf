/* What `check` says of the logs as they are on this machine. */
#ifndef AUTHMEDIC_CLI_CHECK_LOGS_H
#define AUTHMEDIC_CLI_CHECK_LOGS_H

#include "base/json.h"
#include "daemon/rulebook.h"

/* Reads the beginning of each log's newest file and adds to the list, an object a sentence, what
 * its lines do not show and what would have them show it; or why there is nothing to read. False
 * where a log is among them of which nothing can be read as it is. */
must_check bool check_logs(const struct rulebook *rulebook, struct json *told);
/* As text, a line for each. */
void check_logs_print(const struct json *told);

#endif
