/* The status document for people. */
#ifndef AUTHMEDIC_CLI_STATUS_H
#define AUTHMEDIC_CLI_STATUS_H

#include "base/json.h"

void status_print(const struct json *status);

#endif
